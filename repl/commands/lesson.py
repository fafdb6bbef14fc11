"""The commands that teach: lesson, next, answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

from .. import messages
from ..arguments import AtLeast, Existing
from ..errors import StateError, UsageError, message
from ..lessons import library, progress
from ..lessons.cells import Question, Run
from ..lessons.walk import Walk
from ..messages import tr
from ..registry import command
from ..results import LessonIndex, LessonPage, LessonRow, LessonVerdict
from ..session import Plan, Session
from . import existing


@command("learn")
def lesson(
    session: Session,
    number: Annotated[
        int | None, AtLeast(0), Existing(existing.lessons), "which one; without it, the present page again, or the list"
    ] = None,
    *,
    restart: Annotated[bool, "from its first page"] = False,
    lang: Annotated[Literal["en", "ko"] | None, "the language of the lesson; without it, that of the messages"] = None,
) -> Plan:
    """Read a lesson in the shell, page by page; or list them all. Where you left off is kept.

    `next` turns the page and runs what is on it, `answer` answers what it asks. Between pages the shell is yours: any
    line works as ever, and `lesson` alone shows the present page again.

    Example:
        > lesson
        > lesson 3
    """
    language = lang or messages.language()
    if number is None and not restart:
        return Plan((), lambda _: _again(session) if session.walk else _index(language))
    if number is None:
        number = _walk(session, "lesson").lesson.number
    found = library.find("lesson", number, language)

    def report(_: object) -> LessonPage:
        known = progress.load()
        kept = known.get(number)
        begun = kept is not None and not restart and 0 < kept.cell < len(found.cells)
        session.walk = walk = Walk(found, kept if begun else progress.Progress(done=kept is not None and kept.done))
        if begun:
            walk.back()  # the page that was read last is shown once more
        return _turn(session, walk.forward)

    return Plan((), report)


@command("learn")
def next(session: Session) -> Plan:
    """Turn the page of the lesson, and run what is on it. At a question, `next` passes over it.

    Example:
        > lesson 3
        > next
    """
    walk = _walk(session, "next")
    if walk.ended:
        tongue, following = walk.lesson.language, f"{walk.lesson.number + 1}"
        following += f" lang={tongue}" if tongue != messages.language() else ""
        with messages.speaking(tongue):
            do = tr("say `lesson {number}`, or `lesson` for the list", number=following)
            raise StateError(message("next", tr("no page after this one"), tr("a lesson that goes on"), do))
    return Plan((), lambda _: _turn(session, walk.forward))


@command("learn")
def answer(
    session: Session,
    given: Annotated[
        str | None, Existing(existing.choices), "the letter of a choice, or a number; without it, you are told"
    ] = None,
) -> Plan:
    """Answer the question on the present page of a lesson.

    Example:
        > lesson 3 --restart
        > answer a
    """
    walk = _walk(session, "answer")

    def report(_: object) -> LessonVerdict:
        with messages.speaking(walk.lesson.language):
            verdict = walk.answer(given)
        _keep(walk)
        return LessonVerdict(verdict.given, verdict.right, verdict.answer, verdict.because, walk.lesson.language)

    return Plan((), report)


def _walk(session: Session, where: str) -> Walk:
    if session.walk is None:
        do = tr("say `lesson {number}`, or `lesson` for the list", number=0)
        raise StateError(message(where, tr("no lesson that is open"), tr("one"), do))
    return session.walk


def _turn(session: Session, page: Callable[[], tuple[object, ...]]) -> LessonPage:
    walk = session.walk
    assert walk is not None
    cells = page()
    _keep(walk)
    lines = tuple(typed.line for cell in cells if isinstance(cell, Run) for typed in cell.typed)
    last = cells[-1] if cells else None
    waits = last.kind if isinstance(last, Question) else ""
    total = len(walk.lesson.cells)
    lesson = walk.lesson
    return LessonPage(lesson.number, lesson.title, cells, lines, waits, walk.place, total, lesson.language)


def _again(session: Session) -> LessonPage:
    """The present page once more; what it ran is shown, and not run."""
    walk = session.walk
    assert walk is not None
    kept = dict(walk.progress.answers)
    walk.back()
    page = _turn(session, walk.forward)
    walk.progress.answers = kept
    return replace(page, lines=())


def _keep(walk: Walk) -> None:
    known = progress.load()
    progress.save(known | {walk.lesson.number: walk.progress})


def _index(language: str) -> LessonIndex:
    known = progress.load()
    entries = library.listed(language)
    if not entries:
        raise UsageError(message("lesson", "no lessons here", "the files that come with chainrule", "install it again"))
    rows = []
    for entry in entries:
        kept = known.get(entry.number, progress.Progress())
        cells = len(library.find("lesson", entry.number, language).cells) if kept.cell else 0
        rows.append(LessonRow(entry.number, entry.title, kept.cell, cells, kept.done))
    return LessonIndex(tuple(rows))
