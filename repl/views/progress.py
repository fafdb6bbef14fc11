"""Shows training as it goes: one line that is written over on a terminal, about ten plain lines in a file.

meter = Meter(Screen.of(sys.stdout))
Session(listen=meter.listen)
"""

from __future__ import annotations

import time

from ..messages import tr
from ..results import Progress
from .screen import Screen, cells, padded
from .terminal import number

FRAMES_PER_SECOND = 10
LINES_IN_A_FILE = 10


class Meter:
    """Draws `Progress`, as often as makes sense for the screen."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._drawn_at = 0.0
        self._open = False

    def show(self, progress: Progress) -> None:
        """Draw, unless the last drawing is too recent."""
        if self._screen.terminal:
            now = time.monotonic()
            if now - self._drawn_at >= 1 / FRAMES_PER_SECOND or progress.done == progress.total:
                self._drawn_at, self._open = now, True
                self._screen.write("\r" + self.line(progress), end="")
        elif progress.total >= 2 * LINES_IN_A_FILE:
            line, before = (done * LINES_IN_A_FILE // progress.total for done in (progress.done, progress.done - 1))
            if line > before:
                self._screen.write(self.line(progress))

    def close(self) -> None:
        """End the line that was written over, if there is one, by wiping it: the report says the rest."""
        if self._open:
            self._open = False
            self._screen.write("\r" + " " * (self._screen.width - 1) + "\r", end="")

    def line(self, progress: Progress) -> str:
        """How far it is, the loss, steps per second and seconds left, in as much room as there is."""
        wide = len(str(progress.total))
        done = f"{progress.done:>{wide}}/{progress.total}"
        loss, left = (
            tr("loss {loss}", loss=f"{number(progress.loss):<8}"),
            tr("{time} left", time=_clock(progress.left)),
        )
        if progress.unit == "run":
            parts = [tr("run {run}", run=done), *([loss, left] if progress.done else [])]
        else:
            watched = [f"{name} {value}" for name, value in progress.watched]
            parts = [
                tr("step {step}", step=done),
                loss,
                *watched,
                tr("{rate} steps/s", rate=f"{progress.rate:,.0f}"),
                left,
            ]
        room = self._screen.width - len("^C") - 1  # which the terminal writes at the end of the line
        if not self._screen.terminal:
            return "  ".join(parts).rstrip()
        while len(parts) > 1 and cells("  ".join(parts)) > room:
            parts.pop()
        text = "  ".join(parts)
        space = min(room - cells(text) - 4, 30)
        if space >= 5:
            text = f"[{self._screen.bar(progress.done / progress.total, space)}] {text}"
        return padded(text, room) if cells(text) <= room else text[:room]


def _clock(seconds: float) -> str:
    """A time to wait, as one says it.

    Example:
        >>> _clock(0.42), _clock(75.2), _clock(4000)
        ('0.4 s', '1:15', '1:06:40')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
