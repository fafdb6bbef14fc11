"""The commands that teach: opening a lesson, turning pages, answering, wandering off and coming back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from repl import Session, messages
from repl.lessons import library, progress
from repl.lessons.cells import Picture
from repl.results import LessonIndex, LessonPage, LessonVerdict
from repl.views.screen import Screen
from repl.views.transcript import Transcript

LESSON = """\
# Lesson 1. Ones

**Question.** What is *one*?

**Predict.** Which?

- (a) this
- (b) that

<details><summary>Answer</summary>

(b). So it is.

</details>

Now `x`, [linked](x.md):

```chainrule
> x = 41
> x + 1
42
```

**Exercise.** How much?

<details><summary>Answer</summary>

42. It was printed.

</details>
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library of one lesson, and a place of its own for progress."""
    monkeypatch.setattr(library, "_HOMES", (tmp_path / "tutorials",))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for language, text in (("en", LESSON), ("ko", LESSON.replace("# Lesson 1. Ones", "# 1과. 하나"))):
        (tmp_path / "tutorials" / language).mkdir(parents=True)
        (tmp_path / "tutorials" / language / "01-ones.md").write_text(text, "utf-8")
    return tmp_path


class Paper(io.StringIO):
    """What is written, with all letters."""

    encoding = "utf-8"  # type: ignore[assignment]


def typed(*lines: str, session: Session | None = None, width: int = 60, terminal: bool = False) -> str:
    """What a reader sees."""
    paper = Paper()
    screen = Screen(paper, terminal=terminal, color=False, fixed_width=width)
    shown = Transcript(screen, screen)
    session = session or Session()
    for line in lines:
        shown.run(session, line)
    return paper.getvalue()


def test_a_lesson_from_its_first_page_to_its_last() -> None:
    seen = typed("lesson 1", "answer a", "next", "next", "next", "answer 41", "answer 42", "lesson")
    assert seen.startswith("\nLesson 1. Ones\n")
    for part in (
        "Question. What is one?",
        "  (b) that",
        "`answer` with a letter",
        "✗ It is b.\nSo it is.",
        "Now `x`, linked:",
        "> x = 41\n> x + 1\n42",
        "`answer` alone tells",
        "✗ Not yet",
        "✓ Right.\nIt was printed.",
    ):
        assert part in seen, part


def test_below_lines_that_show_an_error_stands_how_to_go_on(home: Path) -> None:
    lesson = home / "tutorials" / "en" / "01-ones.md"
    lesson.write_text(lesson.read_text("utf-8").replace("> x + 1\n42", "> x / 0\nZeroDivisionError: ..."), "utf-8")
    seen = typed("lesson 1", "answer b", "next", "next", terminal=True)
    assert seen.rstrip().split("\n")[-2:] == ["ZeroDivisionError: division by zero", "[4 of 5] `next` goes on."]


def test_between_pages_the_shell_is_the_readers() -> None:
    session = Session()
    typed("lesson 1", "x = 7", session=session)
    page = session.run("lesson").report
    assert isinstance(page, LessonPage)
    assert page.waits == "predict"
    assert session.namespace["x"] == 7
    assert session.run("answer b").ok


def test_showing_a_page_again_does_not_run_it_again() -> None:
    session = Session()
    typed("lesson 1", "next", "next", "x = 0", session=session)
    again = session.run("lesson")
    assert again.follow == ()
    assert "42" in typed("lesson", session=session)
    assert session.namespace["x"] == 0
    assert "How much?" in typed("next", session=session)


def test_the_place_is_found_again_in_another_session() -> None:
    typed("lesson 1", "next", "next")
    again = Session()
    page = again.run("lesson 1").report
    assert isinstance(page, LessonPage)
    assert page.lines == ("x = 41", "x + 1")
    page = again.run("lesson 1 --restart").report
    assert isinstance(page, LessonPage)
    assert page.waits == "predict"


def test_what_a_page_runs_is_in_the_history() -> None:
    session = Session()
    typed("lesson 1", "next", "next", session=session)
    assert [entry.line for entry in session.history] == ["x = 41", "x + 1"]


def test_a_line_that_fails_ends_the_page(home: Path) -> None:
    path = home / "tutorials" / "en" / "01-ones.md"
    path.write_text(LESSON.replace("> x = 41", "> x = 1 / 0"), "utf-8")
    seen = typed("lesson 1", "next", "next")
    assert "ZeroDivisionError" in seen
    assert "> x + 1" not in seen


def test_the_list_says_how_far_one_is() -> None:
    session = Session()
    index = session.run("lesson").report
    assert isinstance(index, LessonIndex)
    assert [(row.number, row.title, row.seen, row.done) for row in index.rows] == [(1, "Ones", 0, False)]
    typed("lesson 1", "next", "next", "next")
    index = Session().run("lesson").report
    assert isinstance(index, LessonIndex)
    assert [(row.seen, row.cells, row.done) for row in index.rows] == [(5, 5, True)]
    assert "✓" in typed("lesson")


def test_another_language() -> None:
    assert "하나" in typed("lesson 1 lang=ko")
    assert "하나" in typed("lesson lang=ko", session=Session())


ALL = ("answer c", "answer", "next", "next", "next", "answer 1", "answer 42", "next", "lesson")
KOREAN = (
    "예측.",
    "`answer`에 글자로",
    "a, b 가운데 하나",
    "답은 b입니다",
    "연습.",
    "✗ 아직",
    "✓ 맞습니다",
    "쪽이 없음",
)
ENGLISH = ("Predict.", "with a letter", "one of a, b", "It is b", "Exercise.", "✗ Not yet", "✓ Right", "no page after")


@pytest.mark.parametrize("shell", ["en", "ko"])
@pytest.mark.parametrize(("lesson", "there", "not_there"), [("en", ENGLISH, KOREAN), ("ko", KOREAN, ENGLISH)])
def test_the_words_around_a_lesson_are_in_its_language(
    shell: str, lesson: str, there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    messages.use(shell)
    seen = typed(f"lesson 1 lang={lesson}", *ALL)
    assert [part for part in there if part not in seen] == []
    assert [part for part in not_there if part in seen] == []
    assert messages.language() == shell


def test_a_page_of_nothing_but_lines_to_run_is_no_blank_line() -> None:
    session = Session()
    typed("lesson 1", "next", session=session)
    assert typed("next", session=session).startswith("> x = 41\n")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("next",), "no lesson that is open"),
        (("answer b",), "no lesson that is open"),
        (("lesson 9",), "one of 1 to 1"),
        (("lesson -1",), "0 or more"),
        (("lesson 1", "next", "answer b"), "nothing is asked"),
        (("lesson 1", "answer z"), "one of a, b"),
        (("lesson 1", "next", "next", "next", "answer x"), "a number"),
        (("lesson 1", "next", "next", "next", "next"), "no page after this one"),
    ],
)
def test_a_slip_says_what_to_do(lines: tuple[str, ...], said: str) -> None:
    *before, last = lines
    session = Session()
    typed(*before, session=session)
    result = session.run(last)
    assert result.failure is not None
    assert said in result.failure.message


def test_a_reader_may_ask_to_be_told() -> None:
    session = Session()
    typed("lesson 1", session=session)
    verdict = session.run("answer").report
    assert verdict == LessonVerdict(None, right=False, answer="b", because="So it is.")
    assert progress.load()[1].answers == {"1": False}


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_line_is_longer_than_the_screen(width: int) -> None:
    seen = typed("lesson 1", "next", "next", "answer 3", "lesson", width=width)
    assert max(map(len, seen.split("\n"))) <= width


def test_a_picture_is_named_so_that_it_can_be_opened(home: Path) -> None:
    lesson = home / "tutorials" / "en" / "01-ones.md"
    lesson.write_text(LESSON + "\n![a curve](../pictures/01.svg)\n", "utf-8")
    picture = library.find("lesson", 1, "en").cells[-1]
    assert picture == Picture("a curve", str(home / "tutorials" / "pictures" / "01.svg"))


@pytest.mark.parametrize(("shell", "other"), [("en", " lang=ko"), ("ko", "")])
def test_the_next_lesson_is_named_so_that_it_opens_in_the_same_language(home: Path, shell: str, other: str) -> None:
    messages.use(shell)
    text = LESSON.replace("# Lesson 1. Ones", "# 1과. 하나") + "\nAnd that is that.\n"
    (home / "tutorials" / "ko" / "01-ones.md").write_text(text, "utf-8")
    session = Session()
    seen = typed("lesson 1 lang=ko", "next", "next", "next", "next", session=session)
    assert f"`lesson 2{other}`" in seen
    failure = session.run("next").failure
    assert failure is not None
    assert f"`lesson 2{other}`" in failure.message
