"""Draws what keeps a session, and what was found on the machine."""

from __future__ import annotations

from ..results import Checkup, Recovered
from .screen import Screen, padded
from .terminal import draw


@draw.register
def _(report: Recovered, screen: Screen) -> str:
    count = f"{len(report.lines)} lines" if len(report.lines) > 1 else "1 line"
    when = f", which ended at {report.when}" if report.when else ""
    return screen.wrapped(f"A session of {count}{when}:", "  ", "")


@draw.register
def _(report: Checkup, screen: Screen) -> str:
    width = max(len(row.name) for row in report.rows) + 2
    lines = []
    for row in report.rows:
        mark, style = ("✓", "good") if row.found else ("✗", "bad")
        use = f" ({row.use})" if row.use else ""
        text = f"{row.found}{use}" if row.found else f"not there{use}: {row.advice}"
        first = f"{mark} {padded(row.name, width)}"
        lines.append(screen.wrapped(text, " " * (width + 2), first))
        if style == "bad":
            lines[-1] = screen.styled(lines[-1], "bad") if "\n" not in lines[-1] else lines[-1]
    missing = sum(not row.found for row in report.rows)
    lines.append("Everything is there." if not missing else f"{missing} missing; the core works without them.")
    return "\n".join(lines)
