"""Records a session as a page of Markdown: what was typed, what came out, and the pictures.

    session.recording = Recording(Path("session.md"))
    session.recording.add(result)                      # after every line

The page is whole after every line. Graphs and plots that were shown lie beside it as SVG, where they can be drawn.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from . import files
from .errors import ReplError
from .messages import tr
from .results import Drawing, Plotted, Result
from .views import transcript
from .views.screen import Screen
from .views.terminal import draw

WIDTH = 100


class Recording:
    """A page that grows with the session. Attributes: `path`, the page."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._parts = [f"# {tr('A chainrule session')}\n"]
        self._pictures = 0
        self._write()

    def add(self, result: Result) -> None:
        """Add a line and what came of it."""
        if not result.line.strip():
            return
        typed = "\n".join(
            (". " if place else transcript.PROMPT) + line for place, line in enumerate(result.line.rstrip().split("\n"))
        )
        picture = self._picture(result)
        shown = "" if picture else _shown(result)
        self._parts.append("\n".join(["```chainrule", typed, *([shown] if shown else []), "```\n"]))
        if picture:
            self._parts.append(f"![{result.line.strip()}]({picture})\n")
        self._write()

    def _picture(self, result: Result) -> str:
        """The file of a picture that was shown, relative to the page; '' if there is none."""
        report = result.report
        if not isinstance(report, (Drawing, Plotted)):
            return ""
        if report.path:
            return report.path if report.path.endswith((".svg", ".png")) else ""
        shown: Any = report.graph if isinstance(report, Drawing) else report.plot
        if shown is None:
            return ""
        self._pictures += 1
        path = self.path.with_name(f"{self.path.stem}-{self._pictures}.svg")
        try:
            shown.save(path)
        except ReplError:  # nothing to draw with: the text has to do
            return ""
        return path.name if path.exists() else ""

    def _write(self) -> None:
        files.write("record", self.path, "\n".join(self._parts).encode("utf-8", "backslashreplace"))


def _shown(result: Result) -> str:
    """What came out, as text."""
    if result.failure is not None:
        return result.failure.trace or result.failure.message
    screen = Screen(_Letters(), terminal=False, color=False, fixed_width=WIDTH)
    return "" if result.report is None else draw(result.report, screen).rstrip()


class _Letters(io.StringIO):
    """Text with all letters."""

    encoding = "utf-8"  # the page is written in it
