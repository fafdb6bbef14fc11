"""What the code says, gathered from the code itself: each text as the catalogue of another language has to have it.

A text with values in it, an f-string, is given with the names of its places in braces, as `retold` wants it.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import autograd
import autograd.scipy.special  # registers its rows
import nn
import repl.commands  # noqa: F401  # registers them
from autograd import ops
from nn.comparison import FATES
from nn.diagnosis.experiments import TRAINING
from repl import messages
from repl.arguments import Choice
from repl.commands.catalog import section
from repl.commands.explain import SECTIONS, told
from repl.commands.session import TOPICS
from repl.graphview import Verdict
from repl.plan import registered
from repl.registry import GROUPS, Command
from repl.slips import SLIPS

REPL = Path(messages.__file__).parent
NN = Path(nn.__file__).parent
# Parts of nn whose errors a command or a forward pass meets.
ASKED = (
    *(
        "comparison",
        "variations",
        "catalog",
        "optim",
        "losses",
        "functional",
        "layers",
        "init",
        "state",
        "checkpoint",
        "diagnosis/gradients",
    ),
    *(f"training/{name}" for name in ("travel", "resuming", "randomness", "evaluation")),
    *(f"data/{name}" for name in "bundled checks csvfile dataset folds loader splitting toys".split()),
)
MARKS = ("tr", "marked")
WORD = re.compile(r"\b[A-Za-z]{2,}\b(?![=.(\[])|[a-z]\.$")
PHRASE = re.compile(r"\b(?:in|with|for|as|goes) [a-z]")
CODE = re.compile(r"(nn|np|trainer)\.")  # how an experiment of a finding begins


def parsed(folder: Path) -> Iterator[ast.Module]:
    """The modules of a folder, or a module alone, as trees."""
    for path in sorted(folder.rglob("*.py")) or [folder.with_suffix(".py")]:
        yield ast.parse(path.read_text("utf-8"))


def called(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """The calls of functions of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def said() -> set[str]:
    """Everything that a catalogue has to have."""
    return {
        *marked(),
        *commands(),
        *rules(),
        *errors(),
        *findings(),
        *comparisons(),
        *divisions(),
        *graphs(),
        *explanations(),
    } - {""}


def marked() -> Iterator[str]:
    """The texts in calls of `tr`, `marked` and `count`."""
    for tree in parsed(REPL):
        for call in called(tree, *MARKS):
            if isinstance(call.args[0], ast.Constant):
                yield call.args[0].value
        for call in called(tree, "count"):
            yield from (arg.value for arg in call.args[1:] if isinstance(arg, ast.Constant))


def commands() -> Iterator[str]:
    """What the registered commands say of themselves: summaries, paragraphs, options, and the words they take."""
    operations = {row.why for row in ops.table.values()}
    yield from (*GROUPS, "topics")
    yield from (" ".join(each.split()) for _, text in TOPICS.values() for each in text.split("\n\n"))
    for command in registered.values():
        if isinstance(command, Command):
            yield command.summary
            yield from (" ".join(each.split()) for each in command.about)
            for slot in command.slots:
                yield slot.kind.help
                yield slot.kind.mark(Choice).kind if slot.kind.mark(Choice) else ""
                yield from (text for text in slot.kind.candidates().values() if text not in operations)


def rules() -> Iterator[str]:
    """What the table says of each operation; not what operations of other tests say."""
    written = set()
    for tree in parsed(Path(autograd.__file__).parent):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            if isinstance(node, ast.keyword) and node.arg == "why" and isinstance(node.value, ast.Constant):
                yield node.value.value
    yield from (row.why for row in ops.table.values() if row.why in written)


# -- texts with places


def texts(node: ast.AST | None, scope: ast.AST, seen: frozenset[str] = frozenset()) -> list[str]:
    """All that an expression may say; names but those `seen` are looked up in `scope`, the function around it."""
    match node:
        case ast.Constant(value=str(value)):
            return [value]
        case ast.JoinedStr(values=parts):
            names = _names([part.value for part in parts if isinstance(part, ast.FormattedValue)])
            return ["".join(each) for each in itertools.product(*(_piece(part, scope, names) for part in parts))]
        case ast.IfExp(body=one, orelse=other):
            return [*texts(one, scope, seen), *texts(other, scope, seen)]
        case ast.BoolOp(values=values):
            return [text for value in values for text in texts(value, scope, seen)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [one + other for one in texts(left, scope, seen) for other in texts(right, scope, seen)]
        case ast.Name(id=name) if name not in seen:
            return [text for value in _assigned(name, scope) for text in texts(value, scope, seen | {name})]
    return []


def _piece(part: ast.AST, scope: ast.AST, names: dict[str, str]) -> list[str]:
    """What a part of an f-string may say: a value is a place, unless it is one of two texts."""
    if isinstance(part, ast.FormattedValue):
        if found := _either(part.value, scope):
            return found
        return [f"{{{names[ast.dump(part.value)]}}}"]
    return texts(part, scope)


def _either(value: ast.AST, scope: ast.AST) -> list[str]:
    """The texts that a value is one of, such as "is" if one, else "are"; none if it is something else."""
    made = list(_assigned(value.id, scope)) if isinstance(value, ast.Name) else [value]
    if len(made) != 1 or not isinstance(made[0], ast.IfExp):
        return []
    seen = frozenset([value.id] if isinstance(value, ast.Name) else [])
    branches = [texts(branch, scope, seen) for branch in (made[0].body, made[0].orelse)]
    return branches[0] + branches[1] if all(branches) else []


def _names(values: Iterable[ast.AST]) -> dict[str, str]:
    """A name for each value; other values that would have the same name get a number behind it."""
    names: dict[str, str] = {}
    for value in values:
        name = _name(value)
        if ast.dump(value) not in names:
            taken = sum(each.rstrip("0123456789") == name for each in names.values())
            names[ast.dump(value)] = f"{name}{taken + 1}" if taken else name
    return names


def _name(node: ast.AST) -> str:
    """What a value is called: the variable or attribute that it comes from, whatever is done to it on the way."""
    match node:
        case ast.Attribute(value=inner, attr="__name__"):
            return _name(inner)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(func=ast.Name(), args=[inner, *_]) | ast.Call(func=ast.Attribute(attr="join"), args=[inner]):
            return _name(inner)
        case ast.Call(func=ast.Attribute(value=ast.Constant()), args=[inner, *_]):
            return _name(inner)
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner) | ast.BinOp(left=inner):
            return _name(inner)
        case ast.GeneratorExp(generators=[first, *_]) | ast.ListComp(generators=[first, *_]):
            return _name(first.iter)
        case ast.Starred(value=inner) | ast.IfExp(body=inner):
            return _name(inner)
    return "value"


def _assigned(name: str, scope: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)]) | ast.NamedExpr(target=ast.Name(id=found)) if found == name:
                yield node.value
            case ast.AugAssign(target=ast.Name(id=found)) if found == name:
                yield node.value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.AST()) if found == name:
                yield node.value
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                yield from (
                    value
                    for target, value in zip(targets, values, strict=True)
                    if isinstance(target, ast.Name) and target.id == name
                )


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def errors() -> set[str]:
    """The parts of every error of the shell, and of what it calls: what was got, what was expected, what to do."""
    of_nn = [tree for name in ASKED for tree in parsed(NN / name)]
    found = {text for tree in (*parsed(REPL), *of_nn) for text in parts(tree)}
    for tree in parsed(REPL):
        for scope in _functions(tree):
            for call in called(scope, "unknown"):
                found.update(texts(call.args[1], scope))
    return found


def parts(tree: ast.AST) -> Iterator[str]:
    """The parts of errors in a module, and what to do that is given to a function which raises one.

    Only those where there is something to say, and not a value alone.
    """
    for scope in _functions(tree):
        given = [part for call in called(scope, "message") for part in call.args[1:]]
        given += [node.value for node in ast.walk(scope) if isinstance(node, ast.keyword) and node.arg == "do"]
        given += [value for arg, value in _defaults(scope) if arg == "do"]
        for name, place in _raisers().items():
            given += [call.args[place] for call in called(scope, name) if len(call.args) > place]
        yield from (text for part in given for text in texts(part, scope) if _worded(text))


@cache
def _raisers() -> Mapping[str, int]:
    """The functions of nn that are told what to do, in case they raise, and at which place among their arguments."""
    places = {}
    for tree in parsed(NN):
        for function in _functions(tree):
            names = [arg.arg for arg in function.args.args]
            if "do" in names and names[0] != "self":
                places[function.name] = names.index("do")
    return places


def _defaults(function: ast.FunctionDef) -> Iterator[tuple[str, ast.AST]]:
    own = function.args
    for arg, value in zip(own.kwonlyargs, own.kw_defaults, strict=True):
        if value is not None:
            yield arg.arg, value


def findings() -> Iterator[str]:
    """What a diagnosis says: names of findings, what their evidence is called, and every sentence."""
    yield from SLIPS
    for tree in parsed(NN / "diagnosis"):
        functions = {each.name: each for each in _functions(tree)}
        for scope in functions.values():
            for call in called(scope, "Finding"):
                name, _, evidence, *_ = call.args
                yield from (text for text in texts(name, scope) if "{" not in text)
                yield from _labels(evidence, scope, functions)
        if functions and any(called(tree, "Finding")):
            yield from _sentences(tree)
    yield from _sentences(ast.parse((NN / "training" / "events.py").read_text("utf-8")))  # what is not a number


def explanations() -> Iterator[str]:
    """What `explain` takes from the documentation of layers, losses, optimisers and initialisers."""
    symbols = ast.parse((Path(autograd.__file__).parent / "symbols.py").read_text("utf-8"))
    yield from (text for text in _sentences(symbols) if text.startswith("("))  # what stands below the formulas
    for name in SECTIONS:
        for entry in section(name).values():
            about, source = told(entry.load())
            yield from (" ".join(part.split()) for part in about.split("\n\n"))
            if source.rstrip(".").count(",") and PHRASE.search(re.sub('"[^"]*"', "", source)):
                yield source  # which says more than who, when and where


def graphs() -> Iterator[str]:
    """What is thought of a gradient in a graph."""
    yield from (verdict.value for verdict in Verdict if verdict is not Verdict.OK)


def comparisons() -> Iterator[str]:
    """What is said of runs side by side."""
    yield from (*FATES, TRAINING)
    for path, name in (("comparison.py", "sentence"), ("diagnosis/experiments.py", "race")):
        for scope in _functions(ast.parse((NN / path).read_text("utf-8"))):
            for node in ast.walk(scope):
                if scope.name == name and isinstance(node, ast.IfExp):
                    yield from filter(_worded, texts(node, scope))


def divisions() -> Iterator[str]:
    """Why a trainer does not divide its batches over threads."""
    for path in ("threads/sizing.py", "training/mixing.py"):
        tree = ast.parse((NN / path).read_text("utf-8"))
        for text in _sentences(tree):
            if text != "{name} of {path}":  # which would fit too much else
                yield f"{{difference}}{text}" if text.startswith("; ") else text
        for scope in _functions(tree):
            for node in ast.walk(scope):
                if isinstance(node, ast.IfExp):
                    yield from filter(_worded, texts(node, scope))


def _labels(evidence: ast.AST, scope: ast.AST, functions: Mapping[str, ast.AST]) -> Iterator[str]:
    """The keys of a dict, which stands there, in a variable, or in a function that gives it."""
    match evidence:
        case ast.Dict(keys=keys):
            yield from (text for key in keys for text in texts(key, scope))
        case ast.Name(id=name):
            for value in _assigned(name, scope):
                yield from _labels(value, scope, functions)
        case ast.Call(func=ast.Name(id=name)):
            for node in ast.walk(functions[name]):
                if isinstance(node, ast.Return) and node.value is not None:
                    yield from _labels(node.value, functions[name], functions)
        case _:
            raise TypeError(f"{ast.unparse(evidence)} is no dict, variable or function's result")


def _sentences(tree: ast.AST) -> Iterator[str]:
    """Texts of two words or more but docstrings, code, what is compared, and what is given to other functions."""
    for scope in _functions(tree):
        aside: set[int] = set()
        placed = [part for node in ast.walk(scope) if isinstance(node, ast.FormattedValue) for part in ast.walk(node)]
        inner = {part.id for part in placed if isinstance(part, ast.Name)}  # they stand in a sentence as one of two
        raised = {part.id for call in called(scope, "message") for part in call.args if isinstance(part, ast.Name)}
        for node in ast.walk(scope):
            match node:
                case ast.Expr(value=ast.Constant()) | ast.Compare():
                    aside.update(map(id, ast.walk(node)))
                case ast.Call(func=ast.Name(id="Finding") | ast.Attribute(attr="append")):
                    continue
                case ast.Call(args=args):
                    aside.update(id(each) for arg in args for each in ast.walk(arg))
                case ast.JoinedStr(values=parts):
                    aside.update(id(each) for part in parts for each in ast.walk(part))
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in raised:
                    aside.update(map(id, ast.walk(value)))
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.IfExp(body=one, orelse=other)) if name in inner:
                    aside.update((id(one), id(other)))
        for node in ast.walk(scope):
            if isinstance(node, (ast.JoinedStr, ast.Constant)) and id(node) not in aside:
                yield from (text for text in texts(node, scope) if _worded(text) and not CODE.match(text))


def _worded(text: str) -> bool:
    """Whether there is something to translate in a text."""
    return " " in text and bool(WORD.search(re.sub(r"`[^`]*`|\{\w+\}", "", text)))
