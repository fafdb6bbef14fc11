"""Goes through a lesson: where the reader is, what comes next, and whether an answer is right.

    walk = Walk(lesson)
    walk.forward()              # the next page: text, or a question, or lines to run
    walk.answer("b")            # the question that was just asked
    walk.back()

It runs nothing and draws nothing: the cell that comes next may have lines to type, and the shell types them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import StateError, UsageError, message
from ..messages import tr
from .cells import Cell, Lesson, Question, Run, Script, Text
from .progress import Progress

A_PAGE = 700  # characters: some ten lines of a terminal


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer was right, and why. `given` is None when the reader asked to be told.

    After a wrong answer to an exercise `answer` and `because` are empty: the reader may try again.
    """

    given: str | None
    right: bool
    answer: str
    because: str


class Walk:
    """A reader in a lesson.

    Args:
        lesson: what is read.
        progress: how far the reader is; changed as the walk goes on.
    """

    def __init__(self, lesson: Lesson, progress: Progress | None = None) -> None:
        self.lesson = lesson
        self.progress = progress or Progress()
        self.progress.cell = min(self.progress.cell, len(lesson.cells))

    @property
    def place(self) -> int:
        """The number of cells that have been shown."""
        return self.progress.cell

    @property
    def ended(self) -> bool:
        """Whether all has been shown."""
        return self.place >= len(self.lesson.cells)

    @property
    def question(self) -> Question | None:
        """The question that waits for an answer: the last cell shown, unless it was answered."""
        place = self._last()
        cell = self.lesson.cells[place] if place >= 0 else None
        return cell if isinstance(cell, Question) and str(place) not in self.progress.answers else None

    def _last(self) -> int:
        """Where the last cell is that was shown."""
        place = self.place - 1
        while place >= 0 and isinstance(self.lesson.cells[place], Script):
            place -= 1
        return place

    def forward(self) -> tuple[Cell, ...]:
        """The next page: text up to what is asked or run next, or what is run; nothing at the end."""
        page: list[Cell] = []
        while not self.ended:
            cell = self.lesson.cells[self.place]
            if page and not _ends_in_a_heading(page) and (isinstance(cell, Run) or _is_full(page)):
                break
            self.progress.cell += 1
            if not isinstance(cell, Script):  # the same experiment once more, for readers of the file
                page.append(cell)
            if isinstance(cell, (Run, Question)):
                break
        while not self.ended and isinstance(self.lesson.cells[self.place], Script):
            self.progress.cell += 1
        self.progress.done = self.progress.done or self.ended
        return tuple(page)

    def back(self) -> None:
        """Go back by a page, and forget the answer on it, so that `forward` shows it again."""
        start, before = self.progress.cell, 0
        self.progress.cell = 0
        while self.progress.cell < start:
            before = self.progress.cell
            self.forward()
        self.progress.cell = before
        self.progress.answers = {cell: right for cell, right in self.progress.answers.items() if int(cell) < before}

    def answer(self, given: str | None) -> Verdict:
        """Judge an answer to the question that was just asked; None asks to be told.

        Raises:
            StateError: no question is waiting.
            UsageError: the answer is none of the letters, or no number where one is asked for.
        """
        question = self.question
        if question is None:
            got, expected = tr("an answer, where nothing is asked"), tr("a question on the present page")
            raise StateError(message("answer", got, expected, tr("say `next` to go on")))
        right = given is not None and _judged(question, given)
        if question.kind == "exercise" and given is not None and not right:
            return Verdict(given, right, "", "")
        self.progress.answers[str(self._last())] = right
        return Verdict(given, right, question.answer, question.because)


def _is_full(page: list[Cell]) -> bool:
    """Whether a page holds as much as one reads at a time."""
    return sum(len(cell.source) for cell in page if isinstance(cell, Text)) > A_PAGE


def _ends_in_a_heading(page: list[Cell]) -> bool:
    """Whether a heading is the last that stands on a page: it belongs to what comes next."""
    return isinstance(page[-1], Text) and page[-1].heading > 0


def _judged(question: Question, given: str) -> bool:
    letters = [letter for letter, _ in question.choices]
    if letters and given.strip().strip("()").lower() not in letters:
        listed = tr("one of {words}", words=", ".join(letters))
        raise UsageError(message("answer", repr(given), listed, tr("say `{line}`", line=f"answer {letters[0]}")))
    try:
        return question.accepts(given)
    except ValueError:
        raise UsageError(message("answer", repr(given), tr("a number"), tr("say `answer 0.25`, for example"))) from None
