"""Every lesson, in each language: what it runs prints what it shows, and its links lead somewhere."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from repl import Session
from repl.cli import main
from repl.lessons import cells, library
from repl.lessons.walk import Walk
from repl.views.screen import Screen
from repl.views.transcript import Transcript
from tests.printed import differences

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tutorials").glob("??/[0-9][0-9]-*.md"))
ENGLISH = [path for path in FILES if path.parent.name == "en"]
KOREAN = [path for path in FILES if path.parent.name == "ko"]
# Lessons that train much are for the slow tests; so are the Korean ones, which have the same lines, letter for letter.
HEAVY = ("06", "11", "13")
RUN = [
    pytest.param(path, marks=[pytest.mark.slow] if path in KOREAN or path.name[:2] in HEAVY else []) for path in FILES
]


@pytest.fixture(autouse=True)
def _as_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lessons show what the shell writes into a file, whatever terminal the tests run in."""
    monkeypatch.delenv("COLUMNS", raising=False)


def name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem[:2]}"


def read(path: Path) -> cells.Lesson:
    text = path.read_text("utf-8")
    return cells.parse(text, number=int(path.name[:2]), language=path.parent.name, where=path.name)


def transcript(lesson: cells.Lesson, folder: Path) -> list[str]:
    """What differs when the lesson is typed line by line into one session."""
    paper = io.StringIO()
    screen = Screen(paper, terminal=False, color=False)
    shown = Transcript(screen, screen, code=False)
    session = Session(listen=shown.listen)
    found: list[str] = []
    with contextlib.chdir(folder), contextlib.redirect_stdout(paper):
        for typed in (typed for cell in lesson.cells if isinstance(cell, cells.Run) for typed in cell.typed):
            before = paper.tell()
            result = shown.run(session, typed.line)
            printed = paper.getvalue()[before:]
            found += [f"> {typed.line}: {text}" for text in differences(typed.output, printed)]
            if not result.ok and set(typed.output.split()) <= {"..."}:  # `...` may hide much, but no failure
                found.append(f"> {typed.line}: {printed}")
    return found


@pytest.mark.parametrize("path", RUN, ids=name)
def test_the_shell_prints_what_the_lesson_shows(path: Path, tmp_path: Path) -> None:
    assert transcript(read(path), tmp_path) == []


@pytest.mark.parametrize("path", RUN, ids=name)
def test_the_python_prints_what_the_lesson_shows(path: Path, tmp_path: Path) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    for cell in read(path).cells:
        if isinstance(cell, cells.Script):
            out = io.StringIO()
            with contextlib.chdir(tmp_path), contextlib.redirect_stdout(out):
                exec(compile(cell.code, path.name, "exec"), namespace)
            assert differences(cell.output, out.getvalue()) == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_lesson_has_its_parts(path: Path) -> None:
    lesson = read(path)
    questions = [cell for cell in lesson.cells if isinstance(cell, cells.Question)]
    kinds = {question.kind for question in questions}
    assert kinds == {"predict", "exercise"}
    assert all(question.because for question in questions)
    assert any(isinstance(cell, cells.Run) for cell in lesson.cells)
    assert any(isinstance(cell, cells.Script) for cell in lesson.cells)
    first = Walk(lesson).forward()
    assert isinstance(first[-1], cells.Question), "the first page ends with a prediction"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_its_links_and_pictures_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"^```.*?^```|`[^`]*`", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    linked = re.findall(r"\]\(([^)#:]+)\)", prose)
    assert [name for name in linked if not (path.parent / name).exists()] == []


@pytest.mark.parametrize("path", KOREAN, ids=name)
def test_both_languages_have_the_same_cells_and_numbers(path: Path) -> None:
    english = next((other for other in ENGLISH if other.name[:2] == path.name[:2]), None)
    assert english is not None
    assert english.name == path.name
    ours, theirs = read(path).cells, read(english).cells
    assert [type(cell) for cell in ours] == [type(cell) for cell in theirs]
    for one, other in zip(ours, theirs, strict=True):
        if isinstance(one, (cells.Run, cells.Script)):
            assert one == other
        if isinstance(one, cells.Question) and isinstance(other, cells.Question):
            assert (one.kind, one.answer, one.within) == (other.kind, other.answer, other.within)
            assert [letter for letter, _ in one.choices] == [letter for letter, _ in other.choices]


def teachers_line(path: Path) -> list[str]:
    """The command in the block of `sh`, as a shell takes it apart."""
    found = re.findall(r"^```sh\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    return shlex.split(found[0])


@pytest.mark.slow
@pytest.mark.parametrize("path", ENGLISH, ids=name)
def test_the_teachers_line_makes_pictures(path: Path, tmp_path: Path) -> None:
    program, *arguments = teachers_line(path)
    assert (program, arguments[0], len(arguments)) == ("chainrule", "-c", 2)
    with contextlib.chdir(tmp_path), contextlib.redirect_stdout(io.StringIO()):
        assert main(["-q", *arguments]) == 0
    named = re.findall(r"\S+\.svg", arguments[1])
    assert named
    assert [
        file for file in named if not any((tmp_path / file).with_suffix(end).exists() for end in (".svg", ".dot"))
    ] == []


@pytest.mark.parametrize("path", KOREAN, ids=name)
def test_the_teachers_line_is_the_same_in_both_languages(path: Path) -> None:
    assert teachers_line(path) == teachers_line(path.parents[1] / "en" / path.name)


def test_every_lesson_is_there_in_both_languages() -> None:
    assert [path.name for path in ENGLISH] == [path.name for path in KOREAN]
    assert [entry.number for entry in library.listed("ko")] == [int(path.name[:2]) for path in ENGLISH]


def test_dots_hide_no_failure(tmp_path: Path) -> None:
    block = "> data iris\n...\n> trian 3\n...\n> 1 / 0\n...\nZeroDivisionError...\n"
    text = f"# Lesson 99. A slip\n\n```chainrule\n{block}```\n"
    found = transcript(cells.parse(text, number=99, language="en", where="slip.md"), tmp_path)
    assert len(found) == 1
    assert found[0].startswith("> trian 3: ")
