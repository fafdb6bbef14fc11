"""What passes between a session and its commands: a command gives a `Plan`, and what ran becomes an `Entry`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .results import Report, Result

if TYPE_CHECKING:
    from .points import Point
    from .session import Session

PARTS = {
    "data": "data digits",
    "net": "net 64 relu",
    "loss": "loss cross_entropy",
    "optimizer": "optim adam",
}
"""What training needs, and an example of the command that makes it. The fifth, `trainer`, makes itself."""


class Mode(Protocol):
    """What reads the lines for a while in the session's place, such as the debugger: see `Session.mode`."""

    @property
    def prompt(self) -> str:
        """What stands before a line of it."""
        ...

    def run(self, line: str) -> Result:
        """Take one line; errors are in the result."""
        ...

    def leave(self) -> Result:
        """Give the session back, with everything as it was."""
        ...

    def complete(self, before: str) -> Iterator[tuple[str, int, str]]:
        """What may stand at the end of `before`: the word, how much of it is there, and what it means."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command is going to do.

    Attributes:
        code: lines of Python to echo and run.
        report: makes what is shown, from the values of those lines (NOTHING where a line has none).
        script: what an exported script has in their place, if not the same: it prints what the session shows. Where
            that is known only when the report has been made, a function that tells it then.
        steps: the training steps that the last line takes, for a progress bar.
        trains: whether steps are made otherwise, as on the dashboard.
        loops: whether the last line starts the trainer again and again; a stop then has to end the loop.
        around: what the lines run in.
        holds: objects besides the session's own whose state is put back if the command fails or is taken back.
        remarks: what is to be said in a quiet line below the report, once it has run.
        enter: makes the mode that reads the lines from now on, from the values and the point to which it may return;
            such a command is in the history only once the mode has written it there.
    """

    code: tuple[str, ...] = ()
    report: Callable[[Sequence[Any]], Report | None] = lambda _: None
    script: tuple[str, ...] | Callable[[], tuple[str, ...]] | None = None
    steps: int = 0
    trains: bool = False
    loops: bool = False
    around: Callable[[], AbstractContextManager[Any]] = nullcontext
    holds: tuple[Any, ...] = ()
    remarks: Callable[[], tuple[str, ...]] = tuple
    enter: Callable[[Sequence[Any], Point], Mode] | None = None

    def written(self) -> tuple[str, ...]:
        """What an exported script has for it, once it has run."""
        return self.code if self.script is None else self.script() if callable(self.script) else self.script


class Runnable(Protocol):
    """What the session needs to know of a command."""

    def plan(self, session: Session, text: str) -> Plan:
        """Say what the command is going to do for the words in `text`; nothing is changed yet."""
        ...


registered: dict[str, Runnable] = {}
"""The commands by name; `repl.commands` puts them here when it is imported."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that ran.

    Attributes:
        line: what was typed.
        command: the name of the command, or '' for Python.
        code: the Python that a script has to run for the same effect.
        shown: whether the code is Python that ends in an expression whose value was shown.
        error: the name of the exception that ended the line, or ''.
    """

    line: str
    command: str
    code: tuple[str, ...]
    shown: bool = False
    error: str = ""
