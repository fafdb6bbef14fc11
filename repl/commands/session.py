"""The commands about the session itself: help, export, undo, quit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from ..arguments import Choice
from ..errors import StateError, UsageError, message, unknown
from ..messages import folded, marked, tr
from ..registry import GROUPS, Command, command
from ..results import Cleared, Farewell, HelpIndex, HelpPage, Note
from ..session import Plan, Session, registered

_PYTHON = """\
A line is a command if its first word is a command's name; any other line is Python. Both work on the same objects: a
command is a spelling of a line or two of Python, which are shown before they run.

Python is also: a command's name followed by =, by an operator with space after it, or by an opening bracket, as in
`net = f()`, `data + 1`, `net (x)`. A command's name alone shows the object that it made, if there is one. A name that
you assigned is yours: `%net 16 tanh` then reaches the command.

There from the start: np, nn, F (nn.functional), autograd, Tensor, grad, value_and_grad, gradcheck, no_grad, explain,
graph, plots. `_` is the last value that was shown, `last_error` the last error."""
_OBJECTS = """\
`data` has data.train and data.test; `net` is an nn.Module; `loss` is called with output and target; `optimizer`
updates the parameters of net; `trainer` takes them through the data, and trainer.history has every step. All are
ordinary objects of nn: use them in Python, or put your own in their place."""
_KEYS = """\
Enter runs what is complete and goes on with what is not; Alt-Enter always goes on. Tab completes, and offers what there
is. Right takes the grey suggestion. Up and Down go through the lines that begin as this one does, Ctrl-R searches.

Ctrl-X Ctrl-E opens the line in your editor. Ctrl-C clears the line, stops training between two steps, and leaves the
debugger. Ctrl-L clears the screen. Ctrl-D leaves the shell. `set vi on` gives the keys of vi.

`X?` shows what X is, `X??` its source. What is pasted waits for Enter, and then runs line by line."""
TOPICS = {
    "keys": (marked("what the keys do at the prompt"), _KEYS),
    "python": (marked("how commands and Python go together"), _PYTHON),
    "objects": (marked("what the commands make"), _OBJECTS),
}


ALL = "all"


def _topics() -> Mapping[str, str]:
    commands = {name: each.summary for name, each in _commands().items()}
    topics = {name: summary for name, (summary, _) in TOPICS.items()} | {
        ALL: marked("every command, with what it does")
    }
    return commands | {name: tr(summary) for name, summary in topics.items()}


def _commands() -> dict[str, Command]:
    return {name: each for name, each in registered.items() if isinstance(each, Command) and name == each.name}


@command("session")
def help(
    session: Session,
    topic: Annotated[
        str, Choice("topic", _topics, strict=False), "a command, or one of keys, python, objects; all: a line for each"
    ] = "",
) -> Plan:
    """List the commands, or show one with its words, options and examples.

    On a screen that is too low for a line for each, their names are listed; `help all` has the lines.

    Example:
        > help net
    """
    topic = topic.removeprefix("%")
    found = registered.get(topic)
    if isinstance(found, Command):
        page = found.page()
        return Plan((), lambda _: page)
    if topic in TOPICS:
        summary, text = TOPICS[topic]
        text = "\n\n".join(map(folded, text.split("\n\n")))
        return Plan((), lambda _: HelpPage(topic, f"{topic}: {tr(summary)}", text, (), (), ()))
    if topic not in ("", ALL):
        raise UsageError(unknown("help", "topic", topic, _topics()))
    groups = {group: [each for each in _commands().values() if each.group == group] for group in GROUPS}
    rows = [(group, tuple((each.name, each.summary) for each in found)) for group, found in groups.items()]
    topics = tuple((name, tr(summary)) for name, (summary, _) in TOPICS.items())
    index = HelpIndex((*rows, ("topics", topics)), full=topic == ALL)
    return Plan((), lambda _: index)


@command("session")
def undo(session: Session) -> Plan:
    """Take the last command back: the objects that it made or changed, and its place in an exported script.

    Say it again to take back the one before, and so on. Lines of Python stay, with the names that they bound, unless
    they changed what is taken back: `trainer.run(5)` after `train 20` goes with it.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.01
        > train 100
        > undo
    """

    def report(_: object) -> Note:
        taken = session.take_back()
        gone = [entry.line.strip() for entry in taken if not entry.error]
        if not taken:
            raise StateError(message("undo", "no command to take back", "one that changed something", "run one first"))
        told = tr("Took back `{line}`", line=gone[0])
        if len(gone) > 1:
            told += tr(", and what was done to it since: {lines}", lines=", ".join(f"`{line}`" for line in gone[1:]))
        return Note(told)

    return Plan((), report)


@command("session", aliases=("cls",))
def clear(session: Session) -> Plan:
    """Clear the screen, as Ctrl-L does; what there is stays as it is.

    Example:
        > clear
    """
    return Plan((), lambda _: Cleared())


@command("session", aliases=("exit",))
def quit(session: Session) -> Plan:
    """Leave the shell. At the prompt, Ctrl-D does the same.

    Example:
        > quit
    """
    return Plan((), lambda _: Farewell(0))
