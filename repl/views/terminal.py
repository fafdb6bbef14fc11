"""Draws results as text for a terminal or a file.

    screen = Screen.of(sys.stdout)
    screen.write(draw(result.report, screen))

Each kind of report has its function below. From 20 columns up no line is longer than the screen is wide, but for
Python's own output: reprs and tracebacks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import singledispatch

from ..messages import folded, marked, retold, said, tr
from ..results import (
    Cleared,
    Drawing,
    Failure,
    Farewell,
    Flow,
    HelpIndex,
    HelpPage,
    Look,
    Note,
    Overview,
    Report,
    Rule,
    Score,
    StepRow,
    Steps,
    Summary,
    Training,
    Value,
)
from .screen import Screen, Style, cells, padded

Row = Sequence[str]


def echoed(code: str, screen: Screen) -> str:
    """The Python that a command stands for, dimmed and set off from what is typed and what comes out."""
    lines = [screen.wrapped(line, "    ", "  ") if line else "" for line in code.split("\n")]
    return "\n".join(screen.styled(line, "dim") for line in "\n".join(lines).split("\n"))


def failure(problem: Failure, screen: Screen, where: str = "") -> str:
    """What went wrong: the sentence, or for the user's Python its traceback; `where` stands in front."""
    text = screen.wrapped(where + problem.message)
    if problem.trace:
        *above, last = (where + problem.trace).split("\n")
        text = "\n".join([*above, screen.wrapped(last, "  ", "")])  # a sentence, which Python leaves as long as it is
    return "\n".join(screen.styled(line, "bad") for line in text.split("\n"))


def number(value: float) -> str:
    """A number as one reads it: four digits that count.

    Example:
        >>> number(0.00012345678), number(2.5), number(float("nan"))
        ('0.0001235', '2.5', 'nan')
    """
    return f"{value:.4g}"


def percent(share: float) -> str:
    """A share as a percentage with one decimal; only all is 100 %.

    Example:
        >>> percent(0.97777), percent(0.9999), percent(1.0)
        ('97.8 %', '99.9 %', '100.0 %')
    """
    return f"{math.floor(share * 1000 + 1e-9) / 10 if share > 0.999 else share * 100:.1f} %"


def table(head: Row, rows: Sequence[Row], screen: Screen, *, right: Sequence[int] = ()) -> str:
    """Columns side by side, those in `right` ending together; one below the other where the screen is too narrow."""
    lines = [row for row in (head, *rows) if any(row)]
    widths = [max(cells(row[place]) for row in lines) for place in range(len(head))]
    if sum(widths) + 2 * (len(widths) - 1) > screen.width:
        return _stacked(head, rows, screen)
    drawn = [
        "  ".join(padded(cell, widths[place], right=place in right) for place, cell in enumerate(row)).rstrip()
        for row in lines
    ]
    if any(head):
        drawn[0] = screen.styled(drawn[0], "dim")
    return "\n".join(drawn)


def _stacked(head: Row, rows: Sequence[Row], screen: Screen) -> str:
    drawn = []
    for row in rows:
        drawn.append(screen.wrapped(row[0].strip() or head[0], "  ", ""))
        pairs = [(name, cell.strip()) for name, cell in zip(head[1:], row[1:], strict=True)]
        drawn += [screen.wrapped(f"{name} {cell}".strip(), "    ", "  ") for name, cell in pairs if cell]
    return "\n".join(drawn)


@singledispatch
def draw(report: Report, screen: Screen) -> str:
    """The text of a report; '' when there is nothing to show."""
    from autograd.errors import an_instance

    raise TypeError(f"draw: got {an_instance(report)}; expected a report of repl.results; add a view for it.")


@draw.register
def _(report: Value, screen: Screen) -> str:
    return report.text


@draw.register
def _(report: Note, screen: Screen) -> str:
    return "\n".join(screen.wrapped(line, "  ", "") for line in report.text.split("\n"))


@draw.register
def _(report: Farewell | Cleared, screen: Screen) -> str:
    return ""  # the prompt clears the screen: in a file or a pipe there is none


@draw.register
def _(report: Steps, screen: Screen) -> str:
    names = next((tuple(name for name, _ in row.watched) for row in report.rows if row.watched), ())
    rows = [
        (str(row.step), str(row.epoch), number(row.loss), number(row.gradient), *_watched(row, names))
        for row in report.rows
    ]
    columns = range(4 + len(names))
    return table((tr("step"), tr("epoch"), tr("loss"), tr("gradient norm"), *names), rows, screen, right=columns)


def _watched(row: StepRow, names: Sequence[str]) -> list[str]:
    values = dict(row.watched)
    return [values.get(name, "") for name in names]


@draw.register
def _(report: Training, screen: Screen) -> str:
    rate = tr("{rate} steps/s", rate=f"{report.steps / max(report.seconds, 1e-9):,.0f}")
    done = f"{report.steps:,}"
    if report.stopped:
        start = tr("Stopped after {steps} of {asked} steps.", steps=done, asked=f"{report.asked:,}")
    else:
        one = marked("1 step in {seconds} s ({rate}).") if report.steps == 1 else ""
        many = marked("{steps} steps in {seconds} s ({rate}).")
        start = tr(one or many, steps=done, seconds=f"{report.seconds:.2f}", rate=rate)
    now = {"step": f"{report.step:,}", "epoch": f"{report.epoch:,}"}
    losses = f"{number(report.first_loss)} → {number(report.last_loss)}"
    text = screen.wrapped(
        tr("{start} Step {step}, epoch {epoch}: loss {losses}", start=start, losses=losses, **now), "  ", ""
    )
    if report.goal:
        text += "\n" + screen.wrapped(report.goal, "  ", "")
    for name, value in report.watched:
        text += "\n" + screen.wrapped(f"{name} = {value}", "    ", "  ")
    if report.trouble:
        first = retold(report.trouble.partition(", ")[0])
        told = tr("Not a number since {first}. Try a smaller lr; `init` starts again.", first=first)
        text += "\n" + screen.styled(screen.wrapped(told, "  ", ""), "bad")
    return text


@draw.register
def _(report: Overview, screen: Screen) -> str:
    width = max(cells(name) for name, _ in report.rows) + 2
    lines = [screen.wrapped(text, " " * width, padded(name, width)) for name, text in report.rows]
    lines += [screen.wrapped(_score(score), " " * width, padded(score.part, width)) for score in report.scores]
    if report.next:
        lines.append(screen.styled(screen.wrapped(report.next, "  ", ""), "dim"))
    return "\n".join(lines)


def _score(score: Score) -> str:
    measured = {"loss": number(score.loss), "count": f"{score.examples:,}"}
    if score.accuracy is None:
        return tr("loss {loss} on {count} examples", **measured)
    accuracy = percent(score.accuracy)
    return tr("accuracy {accuracy}, loss {loss} on {count} examples", accuracy=accuracy, **measured)


@draw.register
def _(report: Summary, screen: Screen) -> str:
    rows = [
        (
            "  " * row.depth + (f"{row.path.rpartition('.')[2]}: " if row.path else "") + row.kind,
            row.detail,
            row.shape,
            f"{row.parameters:,}" if row.parameters else "",
        )
        for row in report.rows
    ]
    frozen = report.parameters - report.trainable
    total = tr("{count} parameters", count=f"{report.parameters:,}")
    total += tr(", {count} of them frozen", count=f"{frozen:,}") if frozen else ""
    tree = table((tr("layer"), tr("arguments"), tr("output"), tr("parameters")), rows, screen, right=(3,))
    return f"{tree}\n{screen.wrapped(total, '  ', '')}"


_VERDICTS: dict[str, tuple[str, Style]] = {
    "healthy": ("✓", "good"),
    "vanishing": ("↓", "bad"),
    "exploding": ("↑", "bad"),
    "flat": ("✗", "bad"),
    "dead": ("✗", "bad"),
    "nan": ("✗", "bad"),
}


@draw.register
def _(report: Flow, screen: Screen) -> str:
    sizes = [math.log10(row.rms) for row in report.rows if row.rms > 0 and math.isfinite(row.rms)]
    low, high = (min(sizes), max(sizes)) if sizes else (0.0, 0.0)
    # Two decades at least, so that layers that are alike have bars that are alike; the smallest keeps a stump.
    low = min(low, high - 2.0)
    texts = [(f"{row.layer} {row.kind}".strip(), number(row.norm), number(row.rms)) for row in report.rows]
    room = screen.width - sum(max(map(cells, column)) for column in zip(*texts, strict=True)) - 20
    rows = []
    for row, (name, norm, rms) in zip(report.rows, texts, strict=True):
        good = row.rms > 0 and math.isfinite(row.rms)
        share = 0.08 + 0.92 * (math.log10(row.rms) - low) / (high - low) if good else 0.0
        rows.append((name, norm, rms, screen.bar(share, min(room, 30)) if room >= 4 else ""))
    mark, style = _VERDICTS[report.verdict]
    if report.step:
        head = tr("Gradient by layer, at step {step}:", step=f"{report.step:,}")
    else:
        head = tr("Gradient by layer, before the first step:")
    head = screen.wrapped(head, "  ", "")
    body = table(
        (tr("layer"), tr("norm"), "rms", tr("rms, log scale") if room >= 4 else ""), rows, screen, right=(1, 2)
    )
    verdict = screen.styled(screen.wrapped(f"{mark} {report.sentence}", "  ", ""), style)
    return f"{head}\n{body}\n{verdict}"


@draw.register
def _(report: Drawing, screen: Screen) -> str:
    lines = []
    if report.graph is not None:
        ascii_only = screen.encoded("→") != "→"
        lines.append(report.graph.text(width=screen.width, ascii_only=ascii_only, colour=screen.color))
    if report.path:
        lines.append(screen.wrapped(tr("Wrote {path}", path=report.path), "  ", ""))
    if report.advice:
        lines.append(screen.wrapped(said(report.advice), "  ", ""))
    return "\n".join(lines)


@draw.register
def _(report: Rule, screen: Screen) -> str:
    lines = [screen.wrapped(tr(line), "    ", "") for line in report.formula.split("\n") if line]
    lines += [screen.wrapped(tr(report.why))] if report.why else []
    lines += [screen.wrapped(tr(" ".join(part.split()))) for part in report.about.split("\n\n") if part]
    if report.code:
        lines += [tr("As it was written:"), *(screen.styled(f"  {line}", "dim") for line in report.code.split("\n"))]
    if report.source:
        lines.append(screen.styled(screen.wrapped(tr("Source: {source}", source=tr(report.source))), "dim"))
    if report.here:
        lines.append(screen.wrapped(tr("Here: {names}", names=", ".join(report.here)), "  ", ""))
    if report.more:
        lines.append(screen.styled(screen.wrapped(tr("`{line}` draws it.", line=report.more)), "dim"))
    return "\n".join(lines)


@draw.register
def _(report: Look, screen: Screen) -> str:
    kind = f"{report.kind}: {report.about}" if report.about and report.about != report.kind else report.kind
    lines = [screen.styled(screen.wrapped(report.signature or report.name, "    ", ""), "bold")]
    lines += [screen.styled(screen.wrapped(kind, "  ", ""), "dim")] if report.text or report.about else []
    if report.source:  # which has the docstring in it
        lines.append(report.source)
    elif report.text:
        lines += [_fitted(folded(paragraph), screen) for paragraph in report.text.split("\n\n")]
    if report.place:
        lines.append(screen.styled(screen.wrapped(report.place, "  ", ""), "dim"))
    if report.also:
        lines.append(
            screen.styled(screen.wrapped(tr("`{line}` shows the command.", line=report.also), "  ", ""), "dim")
        )
    return "\n".join(lines)


def _fitted(paragraph: str, screen: Screen) -> str:
    """A paragraph of a docstring as its author broke it, unless the screen is too narrow for that."""
    lines = paragraph.split("\n")
    if all(cells(line) <= screen.width for line in lines) or any(line.startswith((" ", ">")) for line in lines):
        return paragraph + "\n"
    return screen.wrapped(" ".join(paragraph.split())) + "\n"


FIRST_RUN = ("data spiral", "net 16 tanh 16 tanh", "optim adam lr=0.01", "live")
LEAST_OF_A_SENTENCE = 40  # columns: where fewer are left, a sentence is better broken than cut


def _first_words(text: str, screen: Screen, used: int) -> str:
    """As much of a sentence as fits on a line: the list is looked through, and each command has a page of its own."""
    room = screen.width - used
    if cells(text) <= room or room < LEAST_OF_A_SENTENCE or not (screen.stream.isatty() or screen.fixed_width):
        return text
    words = text.split()
    while cells(" ".join(words)) > room - 2:
        words.pop()
    return f"{' '.join(words).rstrip(',;:')} …"


@draw.register
def _(report: HelpIndex, screen: Screen) -> str:
    count = sum(len(commands) + 1 for _, commands in report.groups) + len(("typed", "more", "prompt", "toolbar"))
    if screen.height and count > screen.height and not report.full:
        return _names_only(report, screen)
    width = max(len(name) for _, commands in report.groups for name, _ in commands) + 2
    lines = []
    for group, commands in report.groups:
        lines.append(screen.styled(tr(group), "bold"))
        for name, text in commands:
            lines.append(screen.wrapped(_first_words(text, screen, width + 2), " " * (width + 2), f"  {name:{width}}"))
    more = tr("Any other line is Python. `help NAME` shows a command with examples; %NAME always means the command.")
    return "\n".join([*lines, screen.wrapped(more)])


def _names_only(report: HelpIndex, screen: Screen) -> str:
    """The list on a screen that is too low for it: what scrolls away is not read."""
    width = max(cells(tr(group)) for group, _ in report.groups) + 2
    lines = [screen.wrapped(tr("A first run: {lines}", lines=", ".join(f"`{line}`" for line in FIRST_RUN)), "  ", "")]
    for group, commands in report.groups:
        names = screen.wrapped("  ".join(name for name, _ in commands), " " * width, " " * width)
        lines.append(screen.styled(padded(tr(group), width), "bold") + names[width:])
    more = marked(
        "`help NAME` shows a command with examples, `help all` says what each does. Any other line is Python; %NAME "
        "always means the command."
    )
    return "\n".join([*lines, screen.wrapped(tr(more))])


@draw.register
def _(report: HelpPage, screen: Screen) -> str:
    lines = [screen.styled(screen.wrapped(report.usage, "    ", ""), "bold")]
    for paragraph in report.text.split("\n\n"):
        verbatim = paragraph.startswith(" ")
        lines += paragraph.split("\n") if verbatim else [screen.wrapped(" ".join(paragraph.split()))]
    described = [*report.words, *report.options]
    if described:
        width = min(max(cells(name) for name, _ in described) + 2, screen.width // 2)
        lines += [screen.wrapped(text, " " * (width + 2), f"  {padded(name, width)}") for name, text in described]
    if report.examples:
        lines.append(screen.styled(tr("Example"), "bold"))
        lines += [f"  > {line}" for line in report.examples]
    return "\n".join(lines)
