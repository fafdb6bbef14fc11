"""A reader goes through a lesson page by page, answers, goes back, and finds the place again."""

from __future__ import annotations

import pytest

from repl.errors import StateError, UsageError
from repl.lessons import progress
from repl.lessons.cells import Lesson, Question, Run, Script, Text, Typed
from repl.lessons.progress import Progress
from repl.lessons.walk import A_PAGE, Walk

PREDICT = Question("predict", "Which?", (("a", "this"), ("b", "that")), "b", 0.0, "So.")
EXERCISE = Question("exercise", "How much?", (), "0.25", 0.01, "A quarter.")
RUN = Run((Typed("x = 1", ""),))
SCRIPT = Script("x = 1", "")
HEADING, SHORT, LONG = Text("## H", 2), Text("short"), Text("l" * (A_PAGE + 1))


def walk(*cells: object) -> Walk:
    return Walk(Lesson(1, "T", "en", cells))  # type: ignore[arg-type]


def pages(going: Walk) -> list[tuple[object, ...]]:
    found = []
    while not going.ended:
        found.append(going.forward())
    return found


def test_a_page_ends_where_something_is_asked_or_run_or_where_it_is_full() -> None:
    cells = (SHORT, PREDICT, HEADING, SHORT, RUN, SCRIPT, LONG, HEADING, LONG, SHORT, EXERCISE, SCRIPT)
    assert pages(walk(*cells)) == [
        (SHORT, PREDICT),
        (HEADING, SHORT),
        (RUN,),
        (LONG,),
        (HEADING, LONG),
        (SHORT, EXERCISE),
    ]


def test_a_heading_is_on_the_page_of_what_it_is_the_heading_of() -> None:
    assert pages(walk(HEADING, RUN, SHORT, HEADING, PREDICT, HEADING)) == [
        (HEADING, RUN),
        (SHORT, HEADING, PREDICT),
        (HEADING,),
    ]


def test_going_back_shows_the_same_page_again_and_forgets_its_answer() -> None:
    going = walk(SHORT, PREDICT, SHORT, RUN, SCRIPT)
    first = going.forward()
    assert going.answer("b").right
    going.back()
    assert going.place == 0
    assert going.forward() == first
    assert going.question is PREDICT
    going.forward()
    assert going.forward() == (RUN,)
    going.back()
    assert going.forward() == (RUN,)
    assert going.ended


def test_a_prediction_is_answered_once() -> None:
    going = walk(PREDICT, SHORT)
    going.forward()
    verdict = going.answer("a")
    assert (verdict.right, verdict.answer, verdict.because) == (False, "b", "So.")
    with pytest.raises(StateError, match="a question on the present page"):
        going.answer("b")


def test_an_exercise_may_be_tried_again() -> None:
    going = walk(EXERCISE)
    going.forward()
    assert going.answer("0.5").answer == ""
    assert going.answer("0.255").right
    assert going.question is None


def test_a_reader_may_ask_to_be_told() -> None:
    going = walk(EXERCISE)
    going.forward()
    verdict = going.answer(None)
    assert (verdict.given, verdict.answer, verdict.because) == (None, "0.25", "A quarter.")


@pytest.mark.parametrize(("cell", "given", "said"), [(PREDICT, "z", "one of a, b"), (EXERCISE, "b", "a number")])
def test_an_answer_of_the_wrong_kind_leaves_the_question_open(cell: Question, given: str, said: str) -> None:
    going = walk(cell)
    going.forward()
    with pytest.raises(UsageError, match=said):
        going.answer(given)
    assert going.question is cell


def test_progress_survives(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert progress.load() == {}
    kept = {3: Progress(cell=7, done=True, answers={"2": True})}
    progress.save(kept)
    assert progress.load() == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"x": {}}',
        '{"1": {"cell": -1, "done": false, "answers": {}}}',
        '{"1": {"cell": 1, "done": 3, "answers": {}}}',
        '{"1": 3}',
        "null",
    ],
)
def test_a_file_that_is_no_progress_is_as_good_as_none(
    text: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    progress.path().parent.mkdir()
    progress.path().write_text(text)
    assert progress.load() == {}


def test_where_nothing_can_be_written_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/x")
    progress.save({1: Progress(1)})
    assert progress.load() == {}


def test_a_lesson_that_has_become_shorter_is_at_its_end() -> None:
    going = Walk(Lesson(1, "T", "en", (SHORT,)), Progress(cell=9))
    assert going.ended
    assert going.forward() == ()
