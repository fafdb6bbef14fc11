"""Draws what the tutor found: findings, an experiment beside the run as it is, checked gradients."""

from __future__ import annotations

import math

from ..results import Counterfactual, FindingRow, Findings, GradientCheck
from .screen import Screen
from .terminal import draw, table


@draw.register
def _(report: Findings, screen: Screen) -> str:
    if not report.rows:
        text = f"✓ Nothing stands out at {report.looked}: gradients arrive, units are alive, the rate suits."
        return screen.styled(screen.wrapped(text, "  ", ""), "good")
    lines = [_finding(row, screen) for row in report.rows]
    first = report.rows[0]
    if len(report.rows) > 1:
        lines.append(screen.wrapped("The first may cause the others."))
    if "race(" in first.experiment:
        which = "" if first.number == 1 else f" {first.number}"
        lines.append(screen.styled(screen.wrapped(f"`why{which} --try` puts it to the test.", "  ", ""), "dim"))
    return "\n".join(lines)


def _finding(row: FindingRow, screen: Screen) -> str:
    title = f"{row.number}. {row.name[0].upper()}{row.name[1:]}" + (f" in {row.where}" if row.where else "")
    lines = [screen.styled(screen.wrapped(title, "   ", ""), "bold"), screen.wrapped(row.sentence, "   ", "   ")]
    evidence = ", ".join(f"{name} {value}" for name, value in row.evidence)
    if evidence:
        lines.append(screen.styled(screen.wrapped(f"evidence: {evidence}", "     ", "   "), "dim"))
    if row.cure:
        lines.append(screen.styled(screen.wrapped(f"cure: {_commands(row.cure)}", "     ", "   "), "dim"))
    return "\n".join(lines)


def _commands(lines: tuple[str, ...]) -> str:
    return " and ".join(f"`{line}`" for line in lines)


@draw.register
def _(report: Counterfactual, screen: Screen) -> str:
    name = f"{report.steps:,} more steps, twice, from the same place: {report.measure}"
    ends = (("as it is", report.as_it_is), (report.change, report.changed))
    most = max((value for _, value in ends if math.isfinite(value)), default=1.0) or 1.0
    room = max(6, min(30, screen.width - 24))
    lines = [screen.wrapped(name, "  ", "")]
    for what, value in ends:
        share = min(value / most, 1.0) if math.isfinite(value) else 1.0
        lines.append(screen.wrapped(what, "    ", "  "))
        lines.append(f"    {screen.bar(share, room)} {value:.4g}")
    if report.confirmed:
        verdict = screen.styled(f"✓ Confirmed: {report.finding}.", "good")
        more = f" {_commands(report.cure)} makes the change your own." if report.cure else ""
        return "\n".join([*lines, screen.wrapped(verdict + more, "  ", "")])
    text = f"✗ Not confirmed: with that change the loss is not a tenth lower. It may not be {report.finding}."
    return "\n".join([*lines, screen.styled(screen.wrapped(text, "  ", ""), "bad")])


@draw.register
def _(report: GradientCheck, screen: Screen) -> str:
    rows = [
        (row.parameter, str(row.elements), f"{row.engine:.6g}", f"{row.measured:.6g}", f"{row.error:.1e}",
         "✓" if row.right else "✗")
        for row in report.rows
    ]  # fmt: skip
    head = ("parameter", "elements", "backpropagation", "difference", "off by", "")
    body = table(head, rows, screen, right=(1, 2, 3, 4))
    wrong = [row.parameter for row in report.rows if not row.right]
    corners = sum(row.corners for row in report.rows)
    lines = [body]
    if wrong:
        text = f"✗ Backpropagation and finite differences disagree in {', '.join(wrong)}: a rule there is wrong."
        lines.append(screen.styled(screen.wrapped(text, "  ", ""), "bad"))
    else:
        count = sum(row.elements for row in report.rows)
        text = f"✓ Backpropagation is right: {count:,} elements agree with finite differences to {report.tolerance:g}."
        lines.append(screen.styled(screen.wrapped(text, "  ", ""), "good"))
    if faint := sum(row.faint for row in report.rows):
        text = f"{faint} are too small for a difference to measure: below its rounding both say 0."
        lines.append(screen.wrapped(text))
    if corners:
        lines.append(screen.wrapped(f"{corners} at a corner of the loss, where no difference decides, were left out."))
    return "\n".join(lines)
