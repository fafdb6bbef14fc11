"""Draws what is left of the dashboard once it is closed: what was done, as Python, and where the run stands."""

from __future__ import annotations

from ..messages import marked, retold, tr
from ..results import Lived
from .screen import Screen
from .terminal import draw, echoed, number

MOST = 12  # lines of what was done; in the middle they are left out


@draw.register
def _(report: Lived, screen: Screen) -> str:
    code = list(report.code)
    if len(code) > MOST:
        left = len(code) - MOST + 1
        code[MOST // 2 : MOST // 2 + left] = ["# " + tr("{count} lines more, which `export` writes", count=left)]
    lines = [echoed(line, screen) for line in code]
    if report.loss is None:
        place = tr("Before the first step")
    else:
        now = {"step": f"{report.step:,}", "epoch": f"{report.epoch:,}", "loss": number(report.loss)}
        place = tr("Step {step}, epoch {epoch}: loss {loss}, rate {rate}", rate=f"{report.rate:.4g}", **now)
    told = marked("1 step in {seconds} s.") if report.steps == 1 else marked("{steps} steps in {seconds} s.")
    done = tr(told, steps=f"{report.steps:,}", seconds=f"{report.seconds:.1f}")
    lines.append(screen.wrapped(f"{done} {place}", "  ", ""))
    lines += [screen.wrapped(tr("The screen is in {path}", path=path), "  ", "") for path in report.pictures]
    if report.trouble:
        told = marked("Not a number at {place}. `back` goes to where it was one; try a smaller rate.")
        text = tr(told, place=retold(report.trouble))
        lines.append(screen.styled(screen.wrapped(text, "  ", ""), "bad"))
    return "\n".join(lines)
