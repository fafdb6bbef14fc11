"""The teacher's kit says what the lessons say, and each lesson's command writes the pictures that it names."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from repl.lessons import library

ROOT = Path(__file__).resolve().parents[2]
REDO = "run `python docs/teachers.py`"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("teachers", ROOT / "docs" / "teachers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["teachers"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


teachers = load()
LANGUAGES = ("en", "ko")
PATHS = {
    language: [entry.path for entry in library.listed(language) if entry.path.parent.name == language]
    for language in LANGUAGES
}


def kit(path: Path) -> Any:
    entry = library.Entry(int(path.name[:2]), path.stem, path)
    return teachers.kit(entry, teachers.WORDINGS[path.parent.name].heading)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_what_the_lessons_say(language: str) -> None:
    page = ROOT / "docs" / teachers.WORDINGS[language].page
    assert page.read_text("utf-8") == teachers.page(language), REDO
    assert page.read_text("utf-8").count("\n## ") == len(PATHS[language])


@pytest.mark.parametrize("path", PATHS["en"], ids=lambda path: path.stem[:2])
def test_each_lesson_has_a_picture_and_three_questions_in_both_languages(path: Path) -> None:
    english = kit(path)
    assert len(english.questions) == 3
    assert all(asked.endswith("?") or "." in asked for asked, _ in english.questions)
    assert all(len(answer) > 10 for _, answer in english.questions)
    assert english.pictures
    for name in english.pictures:
        text = (teachers.PICTURES / name).read_text("utf-8")
        assert "<svg" in text[:1000], "python docs/teachers.py --draw makes it"
    other = ROOT / "tutorials" / "ko" / path.name
    assert other in PATHS["ko"]
    korean = kit(other)
    assert korean.command == english.command
    assert len(korean.questions) == 3


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "99-x.md"
    head = "# Lesson 99. X\n\n## For the teacher\n\n"
    for text, told in (
        ("# Lesson 99. X\n", "got no '## For the teacher'"),
        (head + "1. Why? *So.*\n", "with a block of sh"),
        (head + "```sh\nchainrule -c x\n```\n\n1. Why? *So.*\n", "got 1 questions"),
        (head + "```sh\nchainrule -c x\n```\n\n1. A? *a.*\n2. B? *b.*\n3. C?\n", "each with its answer"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(ValueError, match=re.escape(told)):
            teachers.kit(library.Entry(99, "X", path), "## For the teacher")


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS["en"], ids=lambda path: path.stem[:2])
def test_the_command_writes_the_pictures_that_it_names(path: Path, tmp_path: Path) -> None:
    made = kit(path)
    teachers.run(made.command, tmp_path)
    assert sorted(each.name for each in tmp_path.glob("*.svg")) == sorted(made.pictures)
    for name in made.pictures:
        assert "<svg" in (tmp_path / name).read_text("utf-8")[:1000]
