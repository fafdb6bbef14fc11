"""Draws what keeps a session, and what was found on the machine."""

from __future__ import annotations

from ..messages import tr
from ..results import Checkup, Recovered
from .screen import Screen, cells, padded
from .terminal import draw


@draw.register
def _(report: Recovered, screen: Screen) -> str:
    count = tr("{count} lines", count=len(report.lines)) if len(report.lines) > 1 else tr("1 line")
    if report.when:
        told = tr("A session of {lines}, which ended at {when}:", lines=count, when=report.when)
    else:
        told = tr("A session of {lines}:", lines=count)
    return screen.wrapped(told, "  ", "")


@draw.register
def _(report: Checkup, screen: Screen) -> str:
    width = max(cells(row.name) for row in report.rows) + 2
    lines = []
    for row in report.rows:
        mark, style = ("✓", "good") if row.found else ("✗", "bad")
        use = f" ({row.use})" if row.use else ""
        text = f"{row.found}{use}" if row.found else tr("not there{use}: {advice}", use=use, advice=row.advice)
        first = f"{mark} {padded(row.name, width)}"
        lines.append(screen.wrapped(text, " " * (width + 2), first))
        if style == "bad":
            lines[-1] = screen.styled(lines[-1], "bad") if "\n" not in lines[-1] else lines[-1]
    missing = sum(not row.found for row in report.rows)
    some = tr("{count} missing; the core works without them.", count=missing)
    lines.append(screen.wrapped(some if missing else tr("Everything is there."), "  ", ""))
    return "\n".join(lines)
