"""Writes a session down as it goes: what is typed, the Python it stands for, progress, what comes out, what fails.

paper = Transcript(Screen.of(sys.stdout), Screen.of(sys.stderr))
session = Session(listen=paper.listen)
paper.show(session.run("data digits"))
"""

from __future__ import annotations

from typing import Literal

from ..messages import tr
from ..results import Echo, Event, LessonVerdict, Result
from ..session import Session
from . import debugger, keeping, lesson, live, plotted, tutor  # noqa: F401  # so that `draw` knows their reports
from .progress import Meter
from .screen import Screen
from .terminal import draw, echoed, failure

PROMPT = "> "


class Transcript:
    """What the shell, a script and a pipe print.

    Args:
        out: where results go.
        err: where failures go.
        code: whether the Python that a command stands for is shown.
    """

    def __init__(self, out: Screen, err: Screen, *, code: bool = True) -> None:
        self.out = out
        self.err = err
        self._code = code
        self._meter = Meter(out)

    def dress(self, colours: Literal["dark", "light", "none"]) -> None:
        """Show what follows in these colours."""
        self.out, self.err = self.out.dressed(colours), self.err.dressed(colours)
        self._meter = Meter(self.out)

    def listen(self, event: Event) -> None:
        """Show what happens while a line runs."""
        if not isinstance(event, Echo):
            self._meter.show(event)
        elif self._code:
            self.out.write(echoed(event.code, self.out))

    def typed(self, unit: str, prompt: str = PROMPT) -> None:
        """Show a line of a script as a learner would type it; comments and blank lines as they are."""
        first, *more = unit.split("\n")
        if first.strip() and not first.lstrip().startswith("#"):
            first = self.out.styled(prompt, "accent") + first
            more = [" " * len(prompt) + line for line in more]
        self.out.write("\n".join([first, *more]))

    def run(self, session: Session, unit: str, where: str = "") -> Result:
        """Run a line and show what came out, then the lines that it asks for, up to a failure; the last result."""
        first = result = self._one(session, unit, where)
        for line in first.follow:
            self.typed(line)
            result = self._one(session, line, where)
            if not result.ok:
                break
        turned = first.follow or (isinstance(first.report, LessonVerdict) and first.report.answer)
        reading = session.walk if session.mode is None and self.out.terminal else None
        if turned and reading is not None:  # a lesson's lines may also show what fails
            self.out.write(lesson.onward(reading, self.out))
        return result

    def _one(self, session: Session, unit: str, where: str) -> Result:
        recording = session.recording
        result = session.run(unit)
        self.show(result, where)
        if recording is not None and recording is session.recording:
            recording.add(result)
        if result.ok and session.journal is not None:
            session.journal.add(unit)
        return result

    def show(self, result: Result, where: str = "") -> None:
        """Show what came out of a line; `where` stands before what failed."""
        self._meter.close()
        if result.report is not None:
            text = draw(result.report, self.out)
            if text:
                self.out.write(text)
        for note in result.notes:
            self.out.write(self.out.styled(self.out.wrapped(tr("Note: {note}", note=note), "  ", ""), "dim"))
        if result.failure is not None:
            self.err.write(failure(result.failure, self.err, where))
