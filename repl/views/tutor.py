"""Draws what the tutor found: findings, an experiment beside the run as it is, checked gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import retold_message
from ..messages import marked, retold, tr
from ..results import Comparing, Counterfactual, FindingRow, Findings, GradientCheck, Swept
from .screen import Screen
from .terminal import draw, percent, table

SMOOTHED = marked("{name}, smoothed")  # what the smoothed curve of a run is called
MOST_ROWS = 20  # of a sweep


@draw.register
def _(report: Findings, screen: Screen) -> str:
    if not report.rows:
        text = tr(
            "✓ Nothing stands out at {place}: gradients arrive, units are alive, the rate suits.", place=report.looked
        )
        return screen.styled(screen.wrapped(text, "  ", ""), "good")
    lines = [_finding(row, screen) for row in report.rows]
    first = report.rows[0]
    if len(report.rows) > 1:
        lines.append(screen.wrapped(tr("The first may cause the others.")))
    if "race(" in first.experiment:
        which = "" if first.number == 1 else f" {first.number}"
        lines.append(
            screen.styled(
                screen.wrapped(tr("`{line}` puts it to the test.", line=f"why{which} --try"), "  ", ""), "dim"
            )
        )
    return "\n".join(lines)


def _finding(row: FindingRow, screen: Screen) -> str:
    name = retold(row.name)
    title = f"{row.number}. {name[0].upper()}{name[1:]}"
    title = tr("{name} in {where}", name=title, where=row.where) if row.where else title
    sentence = screen.wrapped(retold_message(row.sentence) or retold(row.sentence), "   ", "   ")
    lines = [screen.styled(screen.wrapped(title, "   ", ""), "bold"), sentence]
    evidence = ", ".join(f"{retold(name)} {value}" for name, value in row.evidence)
    if evidence:
        lines.append(
            screen.styled(screen.wrapped(tr("evidence: {evidence}", evidence=evidence), "     ", "   "), "dim")
        )
    if row.cure:
        lines.append(
            screen.styled(screen.wrapped(tr("cure: {lines}", lines=_commands(row.cure)), "     ", "   "), "dim")
        )
    return "\n".join(lines)


def _commands(lines: tuple[str, ...]) -> str:
    *rest, last = [f"`{line}`" for line in lines]
    return tr("{lines} and {last}", lines=tr(" and ").join(rest), last=last) if rest else last


@draw.register
def _(report: Counterfactual, screen: Screen) -> str:
    curves = [(tr("as it is"), report.losses), (report.change, report.losses_changed)]
    before, after = (
        f"{loss:.4g}" + (f" ± {spread:.1g}" if spread else "")
        for loss, spread in zip((report.as_it_is, report.changed), report.spreads, strict=True)
    )
    told = tr(
        "After {steps} more steps: {measure} {before} as it is, {after} with that change.",
        steps=f"{report.steps:,}", measure=tr(report.measure), before=before,
        after=after,
    )  # fmt: skip
    if report.averaged > 1:
        told += " " + tr("(Means over the last {count} steps ± their spread.)", count=report.averaged)
    lines = [_curves(curves, screen), screen.wrapped(told, "  ", "")]
    if report.confirmed:
        text = tr("✓ Confirmed: {finding}.", finding=retold(report.finding))
        if report.cure:
            one, many = marked("{lines} makes the change your own."), marked("{lines} make the change your own.")
            text += " " + tr(one if len(report.cure) == 1 else many, lines=_commands(report.cure))
        text = screen.wrapped(text, "  ", "")
        return "\n".join([*lines, screen.styled(text, "good")])
    if not report.clear:
        told = marked(
            "✗ Not decided within {steps} steps: the two differ by no more than chance does from batch to batch. "
            "Larger batches or a longer run before it may tell: `train 500 batch=128`, then again."
        )
        text = tr(told, steps=f"{report.steps:,}")
        return "\n".join([*lines, screen.styled(screen.wrapped(text, "  ", ""), "bad")])
    if not report.decided:
        told = marked(
            "✗ Not decided within {steps} steps: with that change the loss gains on the other, and is not a tenth "
            "lower yet. `train 500` goes on as it is; then again."
        )
        text = tr(told, steps=f"{report.steps:,}")
        return "\n".join([*lines, screen.styled(screen.wrapped(text, "  ", ""), "bad")])
    told = marked("✗ Not confirmed: with that change the loss is not a tenth lower. It may not be {finding}.")
    text = tr(told, finding=retold(report.finding))
    return "\n".join([*lines, screen.styled(screen.wrapped(text, "  ", ""), "bad")])


@draw.register
def _(report: Comparing, screen: Screen) -> str:
    open_ = any(row.tied for row in report.rows)
    best, tied = tr("lowest") if open_ else tr("best"), tr("within the noise")
    rows = [
        (
            row.name,
            f"{row.loss:.4g}",
            "" if row.accuracy is None else percent(row.accuracy),
            best if row.best else tied if row.tied else "" if row.fate == "learns" else tr(row.fate),
        )
        for row in report.rows
    ]
    curves = [(row.name, row.losses) for row in report.rows if row.losses]
    lines = [_curves(curves, screen)] if curves else []
    lines.append(table((tr("setting"), tr("loss"), tr("accuracy"), ""), rows, screen, right=(1, 2)))
    lines += [screen.wrapped(f"{row.name}: {row.error}", "  ", "") for row in report.rows if row.error]
    first, *others = report.sentence.removesuffix(".").split("; ")
    fates = [f"{names}: {tr(fate)}" for names, _, fate in (each.rpartition(": ") for each in others)]
    sentence = "; ".join([retold(first), *fates]) + "."
    sentence = screen.wrapped(sentence, "  ", "")
    learned = any(row.best for row in report.rows)
    lines.append(sentence if open_ else screen.styled(sentence, "good" if learned else "bad"))
    if report.path:
        lines.append(screen.wrapped(tr("Wrote {path}", path=report.path), "  ", ""))
    return "\n".join(lines)


def _curves(runs: Sequence[tuple[str, Sequence[float]]], screen: Screen) -> str:
    """The losses of several runs in one drawing."""
    from ..figures.curves import loss_curve
    from .plot import Pen, page

    figure = loss_curve([losses for _, losses in runs], [name for name, _ in runs], log=None)
    # the raw losses of several runs would hide one another: of each its smoothed curve, where it has one
    there = {each.name for each in figure.series}
    raw = {smooth: each.name for each in figure.series if (smooth := marked(SMOOTHED, name=each.name)) in there}
    short = tuple(replace(s, name=raw.get(s.name, s.name)) for s in figure.series if s.name not in raw.values())
    return page(replace(figure, series=short, reading=""), Pen.of(screen), screen.width)


@draw.register
def _(report: Swept, screen: Screen) -> str:
    shown = report.rows[:MOST_ROWS]
    right = tuple(range(len(report.columns) - 1))
    rows = [(*row[:-1], row[-1][:40]) for row in shown]
    measured = {"loss": tr("loss"), "accuracy": tr("accuracy")}  # the other columns are settings, as they are typed
    lines = [table([measured.get(name, name) for name in report.columns], rows, screen, right=right)]
    if len(report.rows) > len(shown):
        rest = tr("{count} more: `found` has them, found.to_csv(FILE).", count=f"{len(report.rows) - len(shown):,}")
        lines.append(screen.wrapped(rest))
    if report.failed:
        failed = tr("{failed} of {runs} runs failed.", failed=report.failed, runs=len(report.rows))
        lines.append(screen.wrapped(failed))
    return "\n".join(lines)


@draw.register
def _(report: GradientCheck, screen: Screen) -> str:
    rows = [
        (row.parameter, str(row.elements), f"{row.engine:.6g}", f"{row.measured:.6g}", f"{row.error:.1e}",
         "✓" if row.right else "✗")
        for row in report.rows
    ]  # fmt: skip
    head = (tr("parameter"), tr("elements"), tr("backpropagation"), tr("difference"), tr("off by"), "")
    body = table(head, rows, screen, right=(1, 2, 3, 4))
    wrong = [row.parameter for row in report.rows if not row.right]
    corners = sum(row.corners for row in report.rows)
    lines = [body]
    if wrong:
        told = marked("✗ Backpropagation and finite differences disagree in {names}: a rule there is wrong.")
        text = tr(told, names=", ".join(wrong))
        lines.append(screen.styled(screen.wrapped(text, "  ", ""), "bad"))
    else:
        count = sum(row.elements for row in report.rows)
        told = marked("✓ Backpropagation is right: {count} elements agree with finite differences to {tolerance}.")
        text = tr(told, count=f"{count:,}", tolerance=f"{report.tolerance:g}")
        lines.append(screen.styled(screen.wrapped(text, "  ", ""), "good"))
    if faint := sum(row.faint for row in report.rows):
        told = marked("{count} are too small for a difference to measure: below its rounding both say 0.")
        lines.append(screen.wrapped(tr(told, count=faint)))
    if corners:
        told = marked("{count} at a corner of the loss, where no difference decides, were left out.")
        lines.append(screen.wrapped(tr(told, count=corners)))
    return "\n".join(lines)
