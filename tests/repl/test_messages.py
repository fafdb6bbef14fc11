"""The catalogue has every text that the code marks, and no other; and the shell speaks Korean where it is asked to."""

from __future__ import annotations

import ast
import json
import pickle
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from repl import messages
from repl.errors import message
from repl.messages import foreign, joined, marked, said, tr
from repl.settings import Settings
from repl.views import page
from repl.views.screen import cells
from repl.views.terminal import draw
from tests.repl import words

FOLDER = Path(messages.__file__).parent
OTHERS = [language for language in messages.LANGUAGES if language != "en"]
PLACE = re.compile(r"\{(\w*)\}")
# Keys, what selects elements, and pieces of names.
NO_WORDS = ("Enter", "Home", "End", "Home End", "Escape", "button, input[type=range]", "node ", "mini ", ": rms ")
TYPED = re.compile(r"`[^`]*`")


def test_texts_are_marked_as_they_stand() -> None:
    """A text with values filled in could never be found in a catalogue."""
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "marked")
        if not node.args or isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
    ]
    assert wrong == []


def test_errors_are_told_in_parts() -> None:
    """A part of the shell's own errors with values in it is told by `tr`: filled in before, it would stay English."""
    assert [text for tree in words.parsed(FOLDER) for text in words.parts(tree) if PLACE.search(text)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_and_none_is_stale(language: str) -> None:
    texts, known = words.said(), set(messages.catalog(language))
    assert texts - known == set(), "not translated yet"
    assert known - texts == set(), "no code says this any more"


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_of_the_page_is_there_and_none_is_stale(language: str) -> None:
    own = set(messages.catalog(language, "page"))
    assert page.vocabulary() - own - set(messages.catalog(language)) == set(), "not translated yet"
    assert own - page.vocabulary() == set(), "no script says this any more"


def test_every_sentence_of_the_page_is_marked() -> None:
    """A text of a script that is in no call of `tr` or `marked` would stay English."""
    scripts = re.sub(r"^\s*//.*$|/\*.*?\*/|(?<=[;{]) // .*$", "", page.joined(page.SCRIPTS), flags=re.MULTILINE)
    templates = re.findall(r"`([^`]*)`", scripts)
    texts = [json.loads(each) for each in re.findall(r'"(?:[^"\\\n]|\\.)*"', re.sub(r"`[^`]*`", '""', scripts))]
    told = " ".join(page.vocabulary())
    sentence = re.compile(r"[a-z]{2,},? [a-z]{2,}|^[A-Z][a-z]+\b(?! ?[+/])")
    assert [each for each in texts if sentence.search(each) and each not in told and each not in NO_WORDS] == []
    pieces = [re.sub(r"\$\{.*?\}", "", each) for each in templates]
    assert [each for each in pieces if re.search(r"(?:^|[ (,;])[a-z]{3,} ", each) and each not in NO_WORDS] == []


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_is_in_one_file(language: str) -> None:
    files = [tomllib.loads(path.read_text("utf-8")) for path in (FOLDER / "languages" / language).rglob("*.toml")]
    assert sum(map(len, files)) == len({**messages.catalog(language), **messages.catalog(language, "page")})


@pytest.mark.parametrize("language", OTHERS)
def test_values_and_what_is_typed_stay(language: str) -> None:
    for english, text in (*messages.catalog(language).items(), *messages.catalog(language, "page").items()):
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(text)), english
        kept = set(TYPED.findall(text)) - {"`lesson 0 lang=en`"}
        assert kept <= set(TYPED.findall(english)), english
        assert text.strip() == text or english.strip() != english


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": ""}, "ko"),
        ({"LANG": "kok_IN"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_locale_decides(environment: dict[str, str], expected: str) -> None:
    assert messages.from_environment(environment) == expected


def test_a_text_that_is_missing_stays_english() -> None:
    messages.use("ko")
    assert messages.tr("no such text {x}", x=1) == "no such text 1"


def test_what_is_marked_is_said_in_the_language_of_the_moment() -> None:
    note = joined("; ", (marked("layer {number}", number=3), "the gradient vanishes", marked("the gradient vanishes")))
    assert note == said(note) == "layer 3; the gradient vanishes; the gradient vanishes"
    messages.use("ko")
    assert said(note) == "층 3; the gradient vanishes; 경사도가 소실됩니다", "a name may be like one of our texts"
    assert said(pickle.loads(pickle.dumps(note))) == said(note)
    assert tr("{what} stopped at {place}", what=marked("The forward pass"), place="loss") == "순전파: loss에서 멈춤"
    messages.use("en")
    assert said(note) == note


def test_what_the_libraries_say_is_found_when_it_is_shown() -> None:
    text = joined(": ", ("got", foreign("x of shape (2, 3)")))
    assert text == "got: x of shape (2, 3)"
    messages.use("ko")
    assert said(text) == "got: 모양이 (2, 3)인 x"


def test_set_lang_changes_what_is_said_at_once(shell: Any, screen: Callable[..., Any]) -> None:
    shell.run("data iris", "net 8 tanh", "optim adam lr=0.01", "set lang ko", "train 5")
    text = "\n".join(
        draw(shell.run(line).report, screen(80)) for line in ("flow", "show", "help", "summary", "help net")
    )
    for word in (
        "층별 경사도",
        "건강함",
        "정확도",
        "만들기",
        "신경망을 한 층씩 쌓아 만듭니다",
        "매개변수 67개",
        "예\n",
    ):
        assert word in text
    assert "혹시 train?" in shell.fail("trian 5")
    assert shell.session.settings == Settings(lang="ko")
    shell.run("set lang en")
    assert "Gradient by layer" in draw(shell.run("flow").report, screen(80))


def test_the_lessons_follow(shell: Any) -> None:
    shell.run("set lang ko")
    assert shell.run("lesson 3").report.title != shell.run("lesson 3 lang=en --restart").report.title


def test_no_line_is_wider_than_the_screen(shell: Any, screen: Callable[..., Any]) -> None:
    shell.run("data iris", "net 8 tanh", "optim adam lr=0.01", "set lang ko", "train 5")
    for width in (20, 40, 80):
        for line in ("flow", "show", "help", "why", "lesson 3 --restart", "summary"):
            for each in draw(shell.run(line).report, screen(width)).split("\n"):
                assert cells(each) <= width, (line, each)


def test_the_form_of_an_error() -> None:
    messages.use("ko")
    assert message("train", "-5", "1 or more", "ask someone") == ("train: 받은 것: -5; 기대한 것: 1 이상; ask someone.")


@pytest.mark.parametrize(
    ("arguments", "env", "korean"),
    [
        (("--lang", "ko"), {}, True),
        ((), {"LANG": "ko_KR.UTF-8"}, True),
        ((), {}, False),
        (("--lang", "en"), {"LANG": "ko_KR.UTF-8"}, False),
        (("--lang", "ko"), {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, False),
    ],
)
def test_the_command_line(chainrule: Any, arguments: tuple[str, ...], env: dict[str, str], korean: bool) -> None:
    done = chainrule(*arguments, "-c", "help", env=env)
    assert done.code == 0
    assert ("만들기" in done.out) is korean
    assert ("\nsession" in done.out) is not korean
