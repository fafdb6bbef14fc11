"""Draws a plot as text, in the colours that the terminal has, or says where its picture was written."""

from __future__ import annotations

import shutil

from ..messages import tr
from ..results import Plotted
from .screen import Screen
from .terminal import draw


@draw.register
def _(report: Plotted, screen: Screen) -> str:
    if report.plot is None:
        from .figure import lacking  # it brings matplotlib, which has just drawn

        lines = [tr("Wrote {path}", path=report.path), *filter(None, [lacking()])]
        return "\n".join(screen.wrapped(line, "  ", "") for line in lines)
    from .plot import Pen  # it brings NumPy, which the prompt does not wait for

    # All of it can be seen at once, with the line that asked for it and the next prompt.
    most = shutil.get_terminal_size().lines - 3 if screen.terminal else None
    return report.plot.text(width=screen.width, most=most, pen=Pen.of(screen))
