"""The command that explains: explain."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from ..arguments import Choice, Existing
from ..plan import Plan
from ..registry import command
from ..results import Rule
from ..session import Session
from . import appearance
from .catalog import section

MOST_LETTERS = 240  # of a formula: what a convolution does forward takes more, and says less than its words
SECTIONS = ("ACTIVATIONS", "LAYERS", "LOSSES", "OPTIMIZERS", "INITS")
_SOURCE = re.compile(r"^Sources?: (.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_END = re.compile(r"^(?:Args|Raises|Example|Examples|Source|Sources|Attributes|Returns)\b|^>>>|^- `", re.MULTILINE)


def _operations() -> Mapping[str, str]:
    from autograd import ops

    return {name: op.why for name, op in ops.table.items() if name != "output"}  # bookkeeping, not mathematics


def _names() -> Mapping[str, str]:
    """Every word that can be explained, and what it is."""
    parts = {entry.name: entry.summary for part in SECTIONS for entry in section(part).values()}
    return {**parts, **_operations()}


def _aliases() -> Mapping[str, str]:
    """Symbols, and the names that things have in nn, for what they are called here."""
    from autograd import ops

    names = {"cross_entropy": "cross_entropy"}
    for name, op in ops.table.items():
        names.setdefault(op.symbol, name)  # + is add, and not the sign that came later
    for part in SECTIONS:
        for entry in section(part).values():
            for alias in (entry.target.rpartition(".")[2], *entry.aliases):
                names.setdefault(alias, entry.name)
    return names


# Layers and losses whose operation has a name of its own.
_BEHIND = {
    "cross_entropy": "softmax_cross_entropy",
    "batch_norm1d": "batch_norm",
    "batch_norm2d": "batch_norm",
    "conv1d": "convolution",
    "conv2d": "convolution",
}


KNOWN = Choice("name", _names, _aliases, strict=False)  # an op of the learner's own comes first


@command("inspect")
def explain(
    session: Session,
    name: Annotated[
        str, KNOWN, Existing(appearance.own), "an operation, layer, loss, optimiser or initialiser, or an op of yours"
    ],
) -> Plan:
    """Explain an operation, a layer, a loss, an optimiser or an initialiser: its formula, what it means, its source.

    Of an operation you see the rule by which a gradient passes through it, printed by running it: g is the gradient
    that arrives, y the output, the other letters are the inputs. Below stands where it is in this session. So it is
    with an op that you made by `autograd.primitive`; its rule is also shown as you wrote it.

    Example:
        > explain tanh
        > explain adam
        > explain batch_norm1d
        > square = autograd.primitive(lambda x: x * x, vjp=lambda g, y, x: 2 * g * x, name="square")
        > explain square
    """
    if name in appearance.own(session):
        return _own(session, name)
    name = KNOWN.find("explain", name)
    from autograd import ops

    from ..figures.curves import OF_ALL_OUTPUTS

    entry = next((found for part in SECTIONS if (found := section(part).get(name))), None)
    behind = _BEHIND.get(name, name)
    row = ops.table.get(behind)
    about, source = told(entry.load()) if entry is not None else ("", "")
    code = f'explain("{behind}")' if row is not None or entry is None else f"{entry.target}.__doc__"

    def report(values: Sequence[Any]) -> Rule:
        why = row.why if row is not None else ""
        formula = _formula(str(values[-1]), why) if row is not None else ""
        more = f"plot activation {name}" if name in section("ACTIVATIONS") and name not in OF_ALL_OUTPUTS else ""
        return Rule(name, formula, why, about, source, tuple(_places(session, entry, row)), more)

    return Plan((code,), report, script=())


def _own(session: Session, name: str) -> Plan:
    """What there is to say of an op that the learner made."""
    value: Any = session.namespace[name]
    row = appearance.row_of(value)

    def report(values: Sequence[Any]) -> Rule:
        formula, here = _formula(str(values[-1]), row.why), tuple(appearance.appearances(session, row))
        about, source = told(function) if inspect.isfunction(function := inspect.unwrap(value)) else ("", "")
        about = "" if " ".join(about.split()) == row.why else about
        return Rule(name, formula, row.why, about, source, here, "", appearance.written(value))

    return Plan((f"explain({name})",), report, script=())


def _formula(text: str, why: str) -> str:
    """The lines that are not the sentence after them, nor too long to be read."""
    return "\n".join(line for line in text.replace(why, "", 1).splitlines() if len(line) <= MOST_LETTERS)


def told(target: Any) -> tuple[str, str]:
    """What a docstring says before its arguments and examples, and its source."""
    text = inspect.getdoc(target) or ""
    source = _SOURCE.search(text)
    end = _END.search(text)
    return text[: end.start() if end else None].strip(), " ".join(source[1].split()) if source else ""


def _places(session: Session, entry: Any, row: Any) -> list[str]:
    """Where it is in this session: modules of the network by path, the loss, the optimiser; of an op what ran it."""
    if entry is None:
        return appearance.appearances(session, row)
    kind = entry.load()
    if not isinstance(kind, type):
        return []
    net: Any = session.namespace.get("net")
    modules = net.named_modules() if hasattr(net, "named_modules") else ()
    found = [f"net[{path}]" if path.isdigit() else f"net.{path}" for path, module in modules if type(module) is kind]
    return found + [name for name in ("loss", "optimizer") if type(session.namespace.get(name)) is kind]
