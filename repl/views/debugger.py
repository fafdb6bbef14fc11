"""Draws what the debugger of the backward pass shows: stops, paths, checks, the tape. From 20 columns up.

[2/6] t5 = t4.sum()
  g, the gradient that arrives   0.3333
  to t4: broadcast_to(g, x.shape)
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..messages import marked, tr
from ..results import Amount, Check, CheckRow, Contribution, Debugged, Gradient, PathRow, Paths, Stop, TapeRow, TapeView
from .screen import Screen, Style, cells, padded
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
    return str(shape) if shape else tr("scalar")


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
        return (f"{sized(amount.shape)}, " if amount.shape else "") + figures(amount.value)
    if not amount.shape or 0 in amount.shape:
        return tr("{shape}, empty", shape=sized(amount.shape))
    if amount.whole:
        told = marked("{shape}, integers from {low} to {high}")
        return tr(told, shape=sized(amount.shape), low=f"{amount.low:.0f}", high=f"{amount.high:.0f}")
    if amount.low == amount.high and not amount.strange:
        return tr("{shape}, all {value}", shape=sized(amount.shape), value=figures(amount.low))
    about = {"shape": sized(amount.shape), "rms": number(amount.rms)}
    parts = [tr("{shape} rms {rms}, {low} to {high}", low=number(amount.low), high=number(amount.high), **about)]
    if amount.zeros >= 0.01:
        parts.append(tr("{share} zeros", share=f"{amount.zeros:.0%}"))
    if amount.strange:
        parts.append(tr("{count} not finite", count=f"{amount.strange:,}"))
    if amount.element is not None:
        parts.append(f"{amount.at} = {number(amount.element)}")
    return ", ".join(parts)


def sparse(amount: Amount) -> str:
    """An array of which most is expected to be 0."""
    if amount.value is not None or amount.zeros < 0.01:
        return full(amount)
    zeros = tr("{share} zeros", share=f"{amount.zeros:.0%}")
    return f"{sized(amount.shape)} rms {number(amount.rms)}, {zeros}"


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
        width = max((cells(name) for name, _ in rows), default=0)
        narrow = self.screen.width < 48
        for name, text in rows:
            self.say(f"{name if narrow else padded(name, width)}  {text}", depth)

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
    page.say(tr(report.why), 1, "dim")
    rows = [(f"{letter}  {tr('arrives')}", full(amount)) for letter, amount in report.upstream]
    for letter, name, amount in report.operands:
        if amount.value is not None and not amount.shape and name == figures(amount.value):
            rows.append((letter, tr("{value}, a constant", value=name)))
        else:
            rows.append((letter if letter == name else f"{letter} = {name}", full(amount)))
    rows += [
        (f"{letter} = {report.name}" if letter == "y" else letter, full(amount)) for letter, amount in report.output
    ]
    page.pairs(rows, 1)
    for each in report.contributions:
        _contribution(page, each)
    if report.note:
        page.say(tr(report.note), 1, "dim")
    after = report.following or tr("the end of the pass, which writes .grad")
    page.say(tr("next: {node}", node=after), 1, "dim")
    return page.text


def _contribution(page: _Page, each: Contribution) -> None:
    rule = f": dL/d{each.letter} = {each.formula}" if each.formula else ""
    page.say(tr("to {name}", name=each.to) + rule, 1, "accent")
    rows = []
    if each.numbers:
        rows.append((tr("at {place}", place=each.at) if each.at else tr("in numbers"), each.numbers))
    if each.local is not None:
        of_one = tr("of {output}: {slopes}", output=f"y{each.local_of}", slopes=sparse(each.local))
        rows.append((tr("local derivative"), of_one if each.local_of else full(each.local)))
    if each.undone:
        rows.append((tr("broadcasting undone"), each.undone))
    added = replace(each.added, at="", element=None) if each.numbers else each.added
    rows.append((tr("added"), f"{full(added)}; {_sum(each)}"))
    page.pairs(rows, 2)


def _sum(each: Contribution) -> str:
    """What the sum is with this contribution, and how many are still to come."""
    if each.expected == 1:
        return tr("complete")
    waits = _waits(each.arrived, each.expected)
    if each.after is None:
        return waits
    if each.before is None:
        return tr("the first of {expected} contributions", expected=each.expected)
    if each.after.value is not None and each.before.value is not None and each.added.value is not None:
        added = figures(abs(each.added.value))
        sign = "-" if math.copysign(1.0, each.added.value) < 0 else "+"
        sum_ = f"{figures(each.before.value)} {sign} {added} = {figures(each.after.value)}"
    else:
        sum_ = f"{short(each.before)} → {short(each.after)}"
    return tr("sum {sum}, {waits}", sum=sum_, waits=waits)


def _waits(arrived: int, expected: int) -> str:
    if arrived == expected:
        return tr("complete")
    return tr("{arrived} of {expected} contributions", arrived=arrived, expected=expected)


@draw.register
def _(report: Paths, screen: Screen) -> str:
    page = _Page(screen)
    if not report.count:
        page.say(tr("No path from the loss leads to {name}.", name=report.target))
        return page.text
    one, many = (
        marked("1 path leads to {name}; its gradient is {gradient}"),
        marked("{count} paths lead to {name}; its gradient is {gradient}"),
    )
    told = {"count": _counted(report.count), "name": report.target, "gradient": full(report.gradient)}
    page.say(tr(one if report.count == 1 else many, **told), 0, "bold")
    if report.merged:
        page.say(tr("Too many to follow each: those that end with the same step are taken together."), 1, "dim")
    for row in report.rows:
        page.say(_part(row), 1, "accent")
        page.say(_through(row, report), 2)
    return page.text


def _counted(count: int) -> str:
    return f"{count:,}" if count < 10**12 else tr("about {number}", number=f"10^{len(str(count)) - 1}")


def _part(row: PathRow) -> str:
    part = "" if row.part is None else "  " + tr("{part} of it", part=f"{row.part:+.1%}")
    element = "" if row.share.element is None else f", {row.share.at} = {number(row.share.element)}"
    return f"{short(row.share)}{element}{part}"


def _through(row: PathRow, report: Paths) -> str:
    count = _counted(row.paths)
    if not row.through:
        one, many = marked("the other path together"), marked("the other {count} paths together")
        return tr(one if row.paths == 1 else many, count=count)
    names = row.through if len(row.through) <= 12 else (*row.through[:6], "…", *row.through[-5:])
    text = " → ".join(names)
    if report.merged:
        one, many = marked("1 path that ends with {steps}"), marked("{count} paths that end with {steps}")
        return tr(one if row.paths == 1 else many, count=count, steps=text)
    return text


def _what_differs(row: CheckRow) -> str:
    return marked("✗ not a number") if math.isnan(row.engine + row.measured) else marked("✗ differs")


@draw.register
def _(report: Check, screen: Screen) -> str:
    page = _Page(screen)
    if report.rows:
        rows = [
            (row.what, f"{row.engine:.8g}", f"{row.measured:.8g}", "✓" if row.agrees else tr(_what_differs(row)))
            for row in report.rows
        ]
        page.lines += table(("", tr("engine"), tr("measured"), ""), rows, screen, right=(1, 2)).split("\n")
    if report.note:
        page.say(report.note, 0, "bad" if report.rows else None)
    return page.text


@draw.register
def _(report: TapeView, screen: Screen) -> str:
    above, below = report.above, report.below
    rows = [_tape_row(row) for row in report.rows]
    drawn = table(("", "", tr("value"), tr("gradient")), rows, screen, right=(2, 3)).split("\n")
    here = f"[{next((row.number for row in report.rows if row.state == 'here'), 0):,}]"
    lines = [screen.styled(line, "accent") if line.lstrip(" →●").startswith(here) else line for line in drawn]
    if above:
        lines.insert(1, screen.styled("    … " + tr("{count} more", count=f"{above:,}"), "dim"))
    if below:
        lines.append(screen.styled("    … " + tr("{count} more", count=f"{below:,}"), "dim"))
    return "\n".join(lines)


def _tape_row(row: TapeRow) -> tuple[str, str, str, str]:
    mark = ("→" if row.state == "here" else " ") + ("●" if row.mark else " ")
    gradient = short(row.gradient) if row.gradient is not None else tr("to come")
    return f"{mark} [{row.number:,}]", row.expression, short(row.value), gradient


@draw.register
def _(report: Gradient, screen: Screen) -> str:
    page = _Page(screen)
    so_far = _waits(report.arrived, report.expected)
    known = tr("nothing has arrived yet") if report.gradient is None else f"{_exact(report.gradient)}, {so_far}"
    page.pairs([(report.name, _exact(report.value)), (tr("its gradient"), known)], 0)
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
        page.say("… " + tr("and {count} more", count=f"{len(report.gradients) - len(shown):,}"), 1)
    return page.text
