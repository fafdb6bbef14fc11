"""Draws what is left of the dashboard once it is closed: what was done, as Python, and where the run stands."""

from __future__ import annotations

from ..results import Lived
from .labels import count
from .screen import Screen
from .terminal import draw, echoed, number

MOST = 12  # lines of what was done; in the middle they are left out


@draw.register
def _(report: Lived, screen: Screen) -> str:
    code = list(report.code)
    if len(code) > MOST:
        left = len(code) - MOST + 1
        code[MOST // 2 : MOST // 2 + left] = [f"# {left} lines more, which `export` writes"]
    lines = [echoed(line, screen) for line in code]
    if report.loss is None:
        place = "Before the first step"
    else:
        place = f"Step {report.step:,}, epoch {report.epoch:,}: loss {number(report.loss)}, rate {report.rate:.4g}"
    lines.append(screen.wrapped(f"{count(report.steps, 'step')} in {report.seconds:.1f} s. {place}", "  ", ""))
    lines += [screen.wrapped(f"The screen is in {path}", "  ", "") for path in report.pictures]
    if report.trouble:
        text = f"Not a number at {report.trouble}. `back` goes to where it was one; try a smaller rate."
        lines.append(screen.styled(screen.wrapped(text, "  ", ""), "bad"))
    return "\n".join(lines)
