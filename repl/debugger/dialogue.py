"""The debugger's commands as lines of text, for a prompt, a script or a pipe: `n 3`, `until tanh`, `p w[0, 3]`.

    dialogue = Dialogue(Debugger(loss))
    dialogue.do("n 3")              a record of repl.results; UsageError for what it does not understand
    dialogue.over                   whether the pass is over, or was left

Words may be cut short as long as it is clear what is meant, and an empty line does the last command again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..errors import UsageError, closest, message
from ..messages import marked, tr
from ..results import Debugged, HelpPage, Note, Report
from .amounts import Index
from .debugger import AROUND, Debugger


@dataclass(frozen=True, slots=True)
class DebugCommand:
    """One command: its name, its letter, what follows it, what it does, and whether an empty line does it again."""

    name: str
    short: str
    words: str
    summary: str
    again: bool = False

    @property
    def usage(self) -> str:
        """The command as help writes it: `n(ext) [N]`."""
        name = f"{self.short}({self.name.removeprefix(self.short)})" if self.short else self.name
        return f"{name} {self.words}".strip()


COMMANDS: dict[str, DebugCommand] = {
    each.name: each
    for each in (
        DebugCommand("next", "n", "[N]",
                     marked("go on to the next node, or N; after the last the pass is over"), True),
        DebugCommand("back", "b", "[N]", marked("go back one node, or N: the same numbers again"), True),
        DebugCommand("continue", "c", "", marked("go on to the next break, or to the end of the pass"), True),
        DebugCommand("until", "", "NAME",
                     marked("go on to the next node at NAME: operation, name, module or leaf"), True),
        DebugCommand("break", "", "[NAME]", marked("let `continue` stop at NAME; without a name, list the breaks")),
        DebugCommand("delete", "", "NUMBER", marked("take a break away")),
        DebugCommand("list", "l", "[N]", marked("show the nodes that come next"), True),
        DebugCommand("print", "p", "EXPR",
                     marked("show a name of the graph, as `p w` or `p 0.weight[0, 3]`, or any Python; "
                            "g, y and the rule's letters are the present node's")),
        DebugCommand("why", "w", "[NAME]",
                     marked("show all paths by which the gradient reaches NAME, with their shares")),
        DebugCommand("check", "", "", marked("compare this node's numbers with finite differences")),
        DebugCommand("graph", "g", "[N]", marked("show what was computed, with the present node in the middle")),
        DebugCommand("elements", "", "[I, J]",
                     marked("look at that element of arrays; without, at the largest gradient's")),
        DebugCommand("here", "", "", marked("show the present node again")),
        DebugCommand("help", "h", "", marked("list these commands")),
        DebugCommand("quit", "q", "", marked("leave; everything is as it was before `backward`")),
    )
}  # fmt: skip

_OTHER_WORDS = {
    "step": "next",
    "s": "next",
    "exit": "quit",
    "where": "here",
    "?": "help",
    "element": "elements",
    "pp": "print",
}
_LEAVE = marked("Left the pass: .grad and everything else is as it was.")
_HOW = (
    marked(
        "Each stop is a node of the graph, in the order of the backward pass. The gradient that arrives there, g, is "
        "complete; the rule makes of it what is added to each operand."
    ),
    marked(
        "An empty line does the last command again. Ctrl-C and Ctrl-D leave, as `q` does. .grad is written only at the "
        "end of the pass, once, as by backward()."
    ),
)


class Dialogue:
    """A debugger that is told what to do in lines of text.

    Args:
        debugger: the debugger.
        finish: what to do at the end of the pass; by default the debugger's own `finish`.
    """

    def __init__(self, debugger: Debugger, *, finish: Callable[[], Debugged] | None = None) -> None:
        self.debugger = debugger
        self.over = False
        self._finish = finish or debugger.finish
        self._last = ""

    def do(self, line: str) -> Report:
        """Do what a line says.

        Raises:
            UsageError, StateError: it is none of the commands, or cannot be done here; then nothing has changed.
        """
        line = line.strip() or self._last
        if not line:
            return self.debugger.stop()
        if line.startswith("!"):  # as in pdb
            line = f"print {line[1:].strip()}"
        word, _, rest = line.partition(" ")
        command = self._command(word, line)
        report: Report = getattr(self, f"_{command.name}")(rest.strip())
        self._last = line if command.again else ""
        return report

    def leave(self) -> Debugged:
        """Leave the pass where it stands; nothing is left in `.grad`."""
        self.over = True
        return Debugged(False, (), tr(_LEAVE))

    def complete(self, before: str) -> Iterator[tuple[str, int, str]]:
        """What may stand at the end of `before`: the word, how much of it is there already, what it means."""
        word, space, rest = before.lstrip().partition(" ")
        if not space:
            yield from (
                (each.name, len(word), tr(each.summary)) for each in COMMANDS.values() if each.name.startswith(word)
            )
            return
        name = self._named(word)
        if name in ("until", "break", "why", "print"):
            words = self.debugger.words() if name != "why" else self.debugger.places()
            yield from ((each, len(rest), "") for each in words if each.startswith(rest))

    # -- which command

    def _named(self, word: str) -> str:
        """The command that a word stands for: as `meant` tells, or by its beginning; else ''."""
        begun = [name for name in COMMANDS if name.startswith(word.lower())]
        return meant(word) or (begun[0] if len(begun) == 1 else "")

    def _command(self, word: str, line: str) -> DebugCommand:
        if name := self._named(word):
            return COMMANDS[name]
        near = closest(word, [*COMMANDS, *_OTHER_WORDS])
        named = word.partition("[")[0] in self.debugger.names() or not word.isidentifier()
        known = named and _is_expression(line)
        if near:
            do = tr("did you mean {near}?", near=f"`{_OTHER_WORDS.get(near, near)}`")
        elif known:
            do = tr("`p {line}` prints it, `q` leaves the debugger", line=line)
        else:
            do = tr("`h` lists them, `q` leaves the debugger")
        raise UsageError(message("debugger", repr(line), tr("one of its commands"), do))

    # -- the commands

    def _next(self, rest: str) -> Report:
        if self.debugger.last:
            _count("next", rest, 1)
            return self._end()
        return self.debugger.next(_count("next", rest, 1))

    def _back(self, rest: str) -> Report:
        return self.debugger.back(_count("back", rest, 1, tr("say `break {rest}` for a break", rest=rest)))

    def _continue(self, rest: str) -> Report:
        _nothing("continue", rest)
        return self.debugger.go() or self._end()

    def _end(self) -> Debugged:
        report = self._finish()
        self.over = True
        return report

    def _until(self, rest: str) -> Report:
        kind = tr("an operation, a name or a module")
        return self.debugger.until(_something("until", rest, kind, self.debugger.words()[0]))

    def _break(self, rest: str) -> Report:
        if not rest:
            breaks = [f"{number}: {what}" for number, what in self.debugger.breaks.items()]
            return Note("\n".join(breaks) or tr("No breaks yet: `break tanh` makes one."))
        number, ahead = self.debugger.break_at(rest)
        one = marked("Break {number} at {what}: 1 node ahead. `c` goes on to the next one.")
        many = marked("Break {number} at {what}: {ahead} nodes ahead. `c` goes on to the next one.")
        return Note(tr(one if ahead == 1 else many, number=number, what=rest, ahead=ahead))

    def _delete(self, rest: str) -> Report:
        number = _count("delete", rest, 0, tr("`break` lists them with their numbers"))
        return Note(tr("Break {number} at {what} is gone.", number=number, what=self.debugger.delete(number)))

    def _list(self, rest: str) -> Report:
        return self.debugger.list(_count("list", rest, AROUND))

    def _print(self, rest: str) -> Report:
        return self.debugger.print(_something("print", rest, tr("a name or an expression"), self.debugger.stop().name))

    def _why(self, rest: str) -> Report:
        return self.debugger.why(rest or self.debugger.stop().name)

    def _check(self, rest: str) -> Report:
        _nothing("check", rest)
        return self.debugger.check()

    def _graph(self, rest: str) -> Report:
        return self.debugger.graph(_count("graph", rest, AROUND))

    def _elements(self, rest: str) -> Report:
        return self.debugger.look_at(_index(rest) if rest else None)

    def _here(self, rest: str) -> Report:
        _nothing("here", rest)
        return self.debugger.stop()

    def _help(self, rest: str) -> Report:
        words = tuple((each.usage, tr(each.summary)) for each in COMMANDS.values())
        text = "\n\n".join(map(tr, _HOW))
        return HelpPage("backward", tr("the debugger of the backward pass"), text, words, (), ())

    def _quit(self, rest: str) -> Report:
        return self.leave()


def meant(word: str) -> str:
    """The command that a word stands for: by name, letter or another tool's name; else ''.

    Example:
        >>> meant("n"), meant("until"), meant("exit"), meant("unt")
        ('next', 'until', 'quit', '')
    """
    word = word.lower()
    if word in COMMANDS:
        return word
    return _OTHER_WORDS.get(word) or next((each.name for each in COMMANDS.values() if word == each.short), "")


def _count(name: str, rest: str, default: int, cure: str = "") -> int:
    """The number behind a command."""
    if not rest and default:
        return default
    if not rest.isdigit() or int(rest) < 1:
        got = repr(rest) if rest else tr("nothing")
        do = cure or tr("say `{line}`", line=f"{name} {default or 1}")
        raise UsageError(message(name, got, tr("a number, 1 or more"), do))
    return int(rest)


def _nothing(name: str, rest: str) -> None:
    if rest:
        do = tr("say `{line}`", line=f"until {rest}") if name == "continue" else tr("leave it out")
        raise UsageError(message(name, f"{rest!r}", tr("nothing after it"), do))


def _something(name: str, rest: str, kind: str, such: str) -> str:
    if not rest:
        raise UsageError(message(name, tr("nothing"), kind, tr("try `{line}`", line=f"{name} {such}")))
    return rest


def _index(rest: str) -> Index:
    parts = rest.strip("[]() ").replace(",", " ").split()
    if not parts or not all(part.lstrip("-").isdigit() for part in parts):
        raise UsageError(
            message("elements", repr(rest), tr("one number for each axis"), tr("say `{line}`", line="elements 0, 3"))
        )
    return tuple(map(int, parts))


def _is_expression(line: str) -> bool:
    try:
        compile(line, "<input>", "eval")
    except (SyntaxError, ValueError):
        return False
    return True
