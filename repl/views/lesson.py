"""Draws lessons as text: a page, the list, the verdict on an answer.

Markdown is shown as a terminal can: headings bold, emphasis and code without their marks, links as their words, tables
and lists as they were written. The words around a lesson are in its own language, whatever the shell speaks.
"""

from __future__ import annotations

import re

from ..lessons.cells import Cell, Picture, Question, Run, Text
from ..lessons.walk import Walk
from ..messages import language, marked, speaking, tr
from ..results import LessonIndex, LessonPage, LessonVerdict
from .screen import Screen, cells, padded
from .terminal import draw

_LINK = re.compile(r"!?\[([^\]]+)\]\(([^)\s]+)\)")
_EMPHASIS = re.compile(r"(\*\*|\*)(?=\S)(.+?)(?<=\S)\1")
_CODE = re.compile(r"`[^`]*`")
_ITEM = re.compile(r"(\s*(?:[-*]|\d+\.) )(.*)")


@draw.register
def _(report: LessonPage, screen: Screen) -> str:
    other = f" lang={report.language}" if report.language != language() else ""
    with speaking(report.language):
        return _page(report, screen, other)


def _page(report: LessonPage, screen: Screen, other: str) -> str:
    """The page; `other` is what a line needs to open a lesson in this language, if it is not the shell's."""
    parts = []
    if report.seen == len(report.cells) or report.seen <= 1:
        parts.append(
            screen.styled(
                screen.wrapped(tr("Lesson {number}. {title}", number=report.number, title=report.title)), "bold"
            )
        )
    parts += [text for cell in report.cells if (text := _cell(cell, screen, again=not report.lines))]
    if hint := _hint(report, other):
        parts.append(screen.styled(screen.wrapped(hint, "  ", ""), "dim"))
    return "\n" + "\n\n".join(parts) if parts else ""  # a page may be nothing but lines to run


def _hint(report: LessonPage, other: str) -> str:
    if report.lines:
        return ""  # what they print comes below
    place = tr("[{seen} of {total}]", seen=report.seen, total=report.total)
    if report.waits == "predict":
        return f"{place} {tr('What do you expect? `answer` with a letter; `next` to go on without.')}"
    if report.waits == "exercise":
        return f"{place} {tr('Try it here; then `answer` it. `answer` alone tells; `next` goes on.')}"
    return _onward(report.number, report.seen, report.total, other)


def _onward(number: int, seen: int, total: int, other: str) -> str:
    """Where the reader is, and how to go on."""
    place = tr("[{seen} of {total}]", seen=seen, total=total)
    if seen >= total:
        told = marked("The end of lesson {number}. `lesson {following}` goes on; `lesson` lists all.")
        return f"{place} {tr(told, number=number, following=f'{number + 1}{other}')}"
    return f"{place} {tr('`next` goes on.')}"


def onward(walk: Walk, screen: Screen) -> str:
    """The same below what a page ran, or below an answer."""
    lesson = walk.lesson
    other = f" lang={lesson.language}" if lesson.language != language() else ""
    with speaking(lesson.language):
        told = _onward(lesson.number, walk.place, len(lesson.cells), other)
        return screen.styled(screen.wrapped(told, "  ", ""), "dim")


def _cell(cell: Cell, screen: Screen, *, again: bool) -> str:
    if isinstance(cell, Text):
        return _text(cell, screen)
    if isinstance(cell, Picture):
        return screen.styled(
            screen.wrapped(tr("Picture: {words} ({path})", words=cell.alt, path=cell.path), "  ", ""), "dim"
        )
    if isinstance(cell, Run) and again:
        return "\n".join(f"> {typed.line}\n{typed.output}".rstrip() for typed in cell.typed)
    if isinstance(cell, Question):
        name = (tr("Predict.") if cell.kind == "predict" else tr("Exercise.")) + " "
        lines = [screen.styled(name.strip(), "accent") + " " + _prose(cell.text, screen, cells(name)).lstrip()]
        lines += [screen.wrapped(_plain(words), "      ", f"  ({letter}) ") for letter, words in cell.choices]
        return "\n".join(lines)
    return ""


def _text(cell: Text, screen: Screen) -> str:
    if cell.heading:
        return screen.styled(screen.wrapped(_plain(cell.source.lstrip("# "))), "bold")
    if cell.source.startswith("```"):
        return "\n".join(f"    {line}" for line in cell.source.split("\n")[1:-1])
    if cell.source.startswith("|"):
        return "\n".join(_plain(line) for line in cell.source.split("\n"))
    if cell.source.startswith("<details>"):
        inner = re.sub(r"</?details>|</?summary>", "", cell.source).strip()
        return "\n\n".join(_prose(part, screen) for part in re.split(r"\n\s*\n", inner))
    return _prose(cell.source, screen)


def _prose(source: str, screen: Screen, indent: int = 0) -> str:
    """A paragraph, or a list, wrapped; the first line has `indent` columns taken already."""
    items: list[tuple[str, str]] = []
    for line in source.split("\n"):
        found = _ITEM.match(line)
        if found:
            items.append((found[1], found[2]))
        elif items:
            items[-1] = (items[-1][0], f"{items[-1][1]} {line.strip()}".strip())
        else:
            items.append(("", line.strip()))
    return "\n".join(
        screen.wrapped(_plain(text), " " * len(mark), mark or " " * (indent if not place else 0))
        for place, (mark, text) in enumerate(items)
    )


def _plain(text: str) -> str:
    """A line without the marks of Markdown; stars in code are powers and products, and stay.

    Example:
        >>> _plain("*so* it is `2 ** 3`, or `2 ** 4`")
        'so it is `2 ** 3`, or `2 ** 4`'
    """
    hidden = _CODE.sub(lambda code: code[0].replace("*", "\0"), text)
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", hidden)).replace("\0", "*")


@draw.register
def _(report: LessonIndex, screen: Screen) -> str:
    lines = []
    for row in report.rows:
        state = "✓" if row.done else f"{row.seen / row.cells:.0%}" if row.cells else ""
        lines.append(screen.wrapped(f"{padded(state, 4)} {row.title}", " " * 9, f"{row.number:>3} "))
    lines.append(screen.wrapped(tr("`lesson 0` begins; `lesson 0 lang=ko` in Korean.")))
    return "\n".join(lines)


@draw.register
def _(report: LessonVerdict, screen: Screen) -> str:
    with speaking(report.language):
        return _verdict(report, screen)


def _verdict(report: LessonVerdict, screen: Screen) -> str:
    if report.given is None:
        head, style = tr("It is {answer}.", answer=report.answer), "accent"
    elif report.right:
        head, style = tr("✓ Right."), "good"
    elif not report.answer:
        return screen.styled(tr("✗ Not yet: try again."), "bad") + " " + tr("`answer` alone tells, `next` goes on.")
    else:
        head, style = tr("✗ It is {answer}.", answer=report.answer), "bad"
    because = re.split(r"\n\s*\n", report.because) if report.because else []
    told = [_text(Text(part), screen) for part in because]
    return "\n".join([screen.styled(head, style), *told])  # type: ignore[arg-type]  # one of the styles above
