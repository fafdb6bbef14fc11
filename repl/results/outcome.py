"""What comes out of a line, and what is told while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .keeping import Recovered
from .reports import LessonPage, Report


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that failed. `message` is one sentence; `trace` holds the user's own frames, for a line of Python."""

    kind: Literal["usage", "state", "library", "file", "python", "interrupted"]
    message: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one line did.

    Attributes:
        line: what was typed.
        command: the name of the command, or '' for Python.
        code: the Python that ran, in order; a command's expansion, or the line itself.
        report: what there is to show, or None.
        failure: why it failed, or None.
        notes: quiet lines below the report: slips that the tutor noticed, settings that are replayed.
    """

    line: str
    command: str = ""
    code: tuple[str, ...] = ()
    report: Report | None = None
    failure: Failure | None = None
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the line did what it was asked to."""
        return self.failure is None

    @property
    def follow(self) -> tuple[str, ...]:
        """Lines that are to be typed and run next: a page of a lesson has some, and a session that was lost."""
        return self.report.lines if isinstance(self.report, (LessonPage, Recovered)) else ()


@dataclass(frozen=True, slots=True)
class Echo:
    """A command is about to run this line of Python."""

    code: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A training step is done: `done` of `total`, with steps per second and seconds left, and what is watched.

    Of a sweep a `unit` is a run; with 0 done it begins.
    """

    done: int
    total: int
    step: int
    epoch: int
    loss: float
    rate: float
    left: float
    watched: tuple[tuple[str, str], ...] = ()
    unit: Literal["step", "run"] = "step"


Event = Echo | Progress
