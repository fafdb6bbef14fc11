"""Draws what the debugger of the backward pass shows: stops, paths, checks, the tape. From 20 columns up.

[2/6] t5 = t4.sum()
  g, the gradient that arrives   0.3333
  to t4: broadcast_to(g, x.shape)
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..results import Amount, Check, Contribution, Debugged, Gradient, PathRow, Paths, Stop, TapeRow, TapeView
from .screen import Screen, Style
from .terminal import draw, number, table

__all__ = ["draw"]  # with the reports of the debugger

INDENT = "  "


def figures(value: float) -> str:
    """A single number: six digits that count, as in formulas.

    Example:
        >>> figures(0.1 + 0.2), figures(-2.0)
        ('0.3', '-2')
    """
    return f"{value:.6g}"


def sized(shape: tuple[int, ...]) -> str:
    """A shape as Python writes it.

    Example:
        >>> sized((32, 2)), sized((8,)), sized(())
        ('(32, 2)', '(8,)', 'scalar')
    """
    return str(shape) if shape else "scalar"


def short(amount: Amount | None) -> str:
    """The one number that stands for an array: itself if it is one, else its rms; what is not a number is said."""
    if amount is None:
        return ""
    if amount.value is not None:
        return figures(amount.value)
    return f"rms {number(amount.rms)}"


def full(amount: Amount) -> str:
    """An array in numbers: one number in full, of more the shape, the range, and the chosen element."""
    if amount.value is not None:
        return figures(amount.value) + (f"  ({sized(amount.shape)})" if amount.shape else "")
    if not amount.shape or 0 in amount.shape:
        return f"{sized(amount.shape)}, empty"
    if amount.whole:
        return f"{sized(amount.shape)}, integers from {amount.low:.0f} to {amount.high:.0f}"
    if amount.low == amount.high and not amount.strange:
        return f"{sized(amount.shape)}, all {figures(amount.low)}"
    parts = [f"{sized(amount.shape)} rms {number(amount.rms)}", f"{number(amount.low)} to {number(amount.high)}"]
    if amount.zeros >= 0.01:
        parts.append(f"{amount.zeros:.0%} zeros")
    if amount.strange:
        parts.append(f"{amount.strange:,} not finite")
    if amount.element is not None:
        parts.append(f"{amount.at} = {number(amount.element)}")
    return ", ".join(parts)


def sparse(amount: Amount) -> str:
    """An array of which most is expected to be 0."""
    if amount.value is not None or amount.zeros < 0.01:
        return full(amount)
    return f"{sized(amount.shape)} rms {number(amount.rms)}, {amount.zeros:.0%} zeros"


class _Page:
    """Lines that fit the screen, one below the other."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.lines: list[str] = []

    def say(self, text: str, depth: int = 0, style: Style | None = None) -> None:
        """A sentence or a formula, broken where the screen ends."""
        first = INDENT * depth
        for line in self.screen.wrapped(text, first + INDENT, first).split("\n"):
            self.lines.append(self.screen.styled(line, style) if style else line)

    def pairs(self, rows: list[tuple[str, str]], depth: int) -> None:
        """Names and what they are, the latter one below the other if there is room for that."""
        width = max((len(name) for name, _ in rows), default=0)
        narrow = self.screen.width < 48
        for name, text in rows:
            self.say(f"{name}  {text}" if narrow else f"{name:{width}}  {text}", depth)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@draw.register
def _(report: Stop, screen: Screen) -> str:
    page = _Page(screen)
    where = f"  ·  {report.module}" if report.module else ""
    page.say(f"[{report.number:,}/{report.total:,}] {report.expression}{where}", 0, "bold")
    if report.source:
        page.say(report.source, 1, "dim")
    page.say(report.why, 1, "dim")
    rows = [(f"{letter}  arrives", full(amount)) for letter, amount in report.upstream]
    for letter, name, amount in report.operands:
        if amount.value is not None and not amount.shape and name == figures(amount.value):
            rows.append((letter, f"{name}, a constant"))
        else:
            rows.append((letter if letter == name else f"{letter} = {name}", full(amount)))
    rows += [
        (f"{letter} = {report.name}" if letter == "y" else letter, full(amount)) for letter, amount in report.output
    ]
    page.pairs(rows, 1)
    for each in report.contributions:
        _contribution(page, each)
    if report.note:
        page.say(report.note, 1, "dim")
    after = f"next: {report.following}" if report.following else "next: the end of the pass, which writes .grad"
    page.say(after, 1, "dim")
    return page.text


def _contribution(page: _Page, each: Contribution) -> None:
    rule = f": dL/d{each.letter} = {each.formula}" if each.formula else ""
    page.say(f"to {each.to}{rule}", 1, "accent")
    rows = []
    if each.numbers:
        rows.append((f"at {each.at}" if each.at else "in numbers", each.numbers))
    if each.local is not None:
        local = f"of y{each.local_of}: {sparse(each.local)}" if each.local_of else full(each.local)
        rows.append(("local derivative", local))
    if each.undone:
        rows.append(("broadcasting undone", each.undone))
    added = replace(each.added, at="", element=None) if each.numbers else each.added
    rows.append(("added", f"{full(added)}; {_sum(each)}"))
    page.pairs(rows, 2)


def _sum(each: Contribution) -> str:
    """What the sum is with this contribution, and how many are still to come."""
    if each.expected == 1:
        return "complete"
    waits = "complete" if each.arrived == each.expected else f"{each.arrived} of {each.expected} contributions"
    if each.after is None:
        return waits
    if each.before is None:
        return f"the first of {each.expected} contributions"
    if each.after.value is not None and each.before.value is not None and each.added.value is not None:
        added = figures(abs(each.added.value))
        sign = "-" if math.copysign(1.0, each.added.value) < 0 else "+"
        return f"sum {figures(each.before.value)} {sign} {added} = {figures(each.after.value)}, {waits}"
    return f"sum {short(each.before)} → {short(each.after)}, {waits}"


@draw.register
def _(report: Paths, screen: Screen) -> str:
    page = _Page(screen)
    if not report.count:
        page.say(f"No path from the loss leads to {report.target}.")
        return page.text
    noun = "path leads" if report.count == 1 else "paths lead"
    page.say(f"{_counted(report.count)} {noun} to {report.target}; its gradient is {full(report.gradient)}", 0, "bold")
    if report.merged:
        page.say("Too many to follow each: those that end with the same step are taken together.", 1, "dim")
    for row in report.rows:
        page.say(_part(row), 1, "accent")
        page.say(_through(row, report), 2)
    return page.text


def _counted(count: int) -> str:
    return f"{count:,}" if count < 10**12 else f"about 10^{len(str(count)) - 1}"


def _part(row: PathRow) -> str:
    part = "" if row.part is None else f"  {row.part:+.1%} of it"
    element = "" if row.share.element is None else f", {row.share.at} = {number(row.share.element)}"
    return f"{short(row.share)}{element}{part}"


def _through(row: PathRow, report: Paths) -> str:
    several = f"{_counted(row.paths)} paths" if row.paths > 1 else ""
    if not row.through:
        return f"the other {several or 'path'} together"
    names = row.through if len(row.through) <= 12 else (*row.through[:6], "…", *row.through[-5:])
    text = " → ".join(names)
    if report.merged:
        return f"{several or '1 path'} that ends with {text}" if row.paths == 1 else f"{several} that end with {text}"
    return text


@draw.register
def _(report: Check, screen: Screen) -> str:
    page = _Page(screen)
    if report.rows:
        rows = [
            (row.what, f"{row.engine:.8g}", f"{row.measured:.8g}", "✓" if row.agrees else "✗ differs")
            for row in report.rows
        ]
        page.lines += table(("", "engine", "measured", ""), rows, screen, right=(1, 2)).split("\n")
    if report.note:
        page.say(report.note, 0, "bad" if report.rows else None)
    return page.text


@draw.register
def _(report: TapeView, screen: Screen) -> str:
    above, below = report.above, report.below
    rows = [_tape_row(row) for row in report.rows]
    drawn = table(("", "", "value", "gradient"), rows, screen, right=(2, 3)).split("\n")
    here = f"[{next((row.number for row in report.rows if row.state == 'here'), 0):,}]"
    lines = [screen.styled(line, "accent") if line.lstrip(" →●").startswith(here) else line for line in drawn]
    if above:
        lines.insert(1, screen.styled(f"    … {above:,} more", "dim"))
    if below:
        lines.append(screen.styled(f"    … {below:,} more", "dim"))
    return "\n".join(lines)


def _tape_row(row: TapeRow) -> tuple[str, str, str, str]:
    mark = ("→" if row.state == "here" else " ") + ("●" if row.mark else " ")
    gradient = short(row.gradient) if row.gradient is not None else "to come"
    return f"{mark} [{row.number:,}]", row.expression, short(row.value), gradient


@draw.register
def _(report: Gradient, screen: Screen) -> str:
    page = _Page(screen)
    so_far = "complete" if report.arrived == report.expected else f"{report.arrived} of {report.expected} contributions"
    gradient = "nothing has arrived yet" if report.gradient is None else f"{_exact(report.gradient)}, {so_far}"
    page.pairs([(report.name, _exact(report.value)), ("its gradient", gradient)], 0)
    return page.text


def _exact(amount: Amount) -> str:
    """A number with all its digits; arrays as everywhere."""
    if amount.value is not None:
        return repr(amount.value)
    if amount.element is not None:
        return f"{amount.at} = {amount.element!r}"
    return full(amount)


@draw.register
def _(report: Debugged, screen: Screen) -> str:
    page = _Page(screen)
    page.say(report.text)
    shown = report.gradients[:20]
    page.pairs([(f"{name}.grad", full(amount)) for name, amount in shown], 1)
    if len(report.gradients) > len(shown):
        page.say(f"… and {len(report.gradients) - len(shown):,} more", 1)
    return page.text
