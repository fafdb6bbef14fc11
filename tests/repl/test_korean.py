"""Under `set lang ko` what the shell says is Korean: help, completion, errors, diagnosis, reports, graphs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from autograd.errors import message as of_library
from nn.training import StepEvent
from repl import messages
from repl.completion import candidates
from repl.drawing import INSTEAD
from repl.errors import message, retold_message
from repl.messages import joined, marked, retold
from repl.plan import registered
from repl.registry import Command
from repl.results import Drawing
from repl.slips import SLIPS
from repl.views.dot import ADVICE
from repl.views.screen import cells
from repl.views.terminal import draw

HANGUL = re.compile("[가-힣]")
SENTENCE = re.compile(r"\b[a-z]{2,}(?: [a-z]{2,}){2,}\b")  # three words in a row are English that was left
TYPED = re.compile(r"`[^`]*`")
DEEP = ("data spiral", "net 8 sigmoid 8 sigmoid 8 sigmoid 8 sigmoid 8 sigmoid", "init alexnet", "optim sgd lr=0.1")
SHOWN = (
    "show", "summary", "flow", "why", "check", "notes", "doctor", "set", "graph", "graph level=module",
    "graph focus=0.weight depth=1", "explain adam", "explain batch_norm1d", "explain tanh", "explain add",
    "compare lr=0.1,1000 steps=4", "sweep lr=0.1,1 steps=2", "curve", "hist weights", "lr 0.5", "freeze 0", "unfreeze",
    "back 1", "goto 1", "unwatch", "undo", "system", "recover",
)  # fmt: skip
FAILING = (
    "net", "net conv", "net 0", "net 64 foo", "data foo", "train -5", "train until x", "step x", "goto 99", "freeze x",
    "graph foo", "hist foo", "surface x=1", "plot", "explain", "why 9", "compare", "sweep", "lesson 99", "answer",
    "save", "load nofile", "record --stop", "export x.txt", "help foo", "look", "system ls", "set foo", "set theme foo",
    "undo x", "net 'a", "loss",
)  # fmt: skip


@pytest.fixture
def korean(shell: Any) -> Any:
    shell.run("set lang ko")
    return shell


def english(text: str) -> list[str]:
    """What is left of English in a text; what is typed and formulas do not count."""
    for typed in (TYPED, *map(re.escape, SLIPS)):
        text = re.sub(typed, "", text)
    return [found for line in text.split("\n") for found in SENTENCE.findall(line)]


def test_a_text_is_found_with_its_values() -> None:
    messages.use("ko")
    assert retold("no trainer yet") == "아직 없음: trainer"
    assert retold("1 to 3") == "1부터 3까지"
    assert retold("a sentence that nobody wrote") == "a sentence that nobody wrote"
    assert retold("{braces} of another kind") == "{braces} of another kind"


def test_values_of_several_words_are_looked_up_too() -> None:
    messages.use("ko")
    event = StepEvent(3, 1, float("nan"), 0.1, {"weight": float("inf"), "bias": float("nan")})
    assert retold(event.trouble) == "단계 3: 손실이 nan, weight의 경사도가 inf, bias의 경사도가 nan"
    assert retold("dead units") == "죽은 유닛들"


def test_english_is_as_it_was() -> None:
    messages.use("ko")
    messages.use("en")
    assert retold("no trainer yet") == "no trainer yet"
    assert message("train", "-5", "1 or more", "say `train 5`") == "train: got -5; expected 1 or more; say `train 5`."


@pytest.mark.parametrize("name", sorted(name for name, each in registered.items() if isinstance(each, Command)))
def test_help_is_korean(korean: Any, name: str, screen: Callable[..., Any]) -> None:
    page = korean.run(f"help {name}").report
    assert all(HANGUL.search(paragraph) for paragraph in page.text.split("\n\n"))
    assert all(HANGUL.search(said) or not said for _, said in page.words)
    assert all(cells(line) <= 60 or line.startswith("  > ") for line in draw(page, screen(60)).split("\n"))
    assert english(draw(page, screen(200)).partition("\n예\n")[0]) == []


@pytest.mark.parametrize("topic", ["keys", "python", "objects"])
def test_topics_are_korean(korean: Any, topic: str, screen: Callable[..., Any]) -> None:
    assert english(draw(korean.run(f"help {topic}").report, screen(80))) == []


@pytest.mark.parametrize(
    "line", ["", "data ", "net 8 ", "init ", "loss ", "optim ", "optim adam ", "train ", "explain "]
)
def test_the_completion_menu_is_korean(korean: Any, line: str) -> None:
    korean.run("data iris")
    meanings = [each.meaning for each in candidates(korean.session, line) if each.meaning]
    assert meanings
    assert english("\n".join(meanings)) == []
    assert sum(bool(HANGUL.search(each)) for each in meanings) >= 0.8 * len(meanings)  # some are formulas


def test_reports_are_korean(korean: Any, screen: Callable[..., Any]) -> None:
    korean.run(*DEEP, "train 4")
    for line in SHOWN:
        drawn = draw(korean.run(line).report, screen(100))
        assert HANGUL.search(drawn), line
        assert english(drawn) == [], line


def test_a_diagnosis_is_korean(korean: Any, screen: Callable[..., Any]) -> None:
    korean.run(*DEEP, "train 4")
    drawn = draw(korean.run("why").report, screen(100))
    assert "경사도 소실 (0.weight)" in drawn
    assert "손실 쪽의" in drawn
    assert "0.weight의 rms" in drawn
    tried = draw(korean.run("why --try").report, screen(100))
    assert "훈련 손실" in tried
    assert english(tried) == []


@pytest.mark.parametrize("line", FAILING)
def test_errors_are_korean(korean: Any, line: str) -> None:
    said = korean.fail(line)
    assert "받은 것: " in said
    assert english(said) == []


@pytest.mark.parametrize(
    "line",
    ["plot activation foo", "plot activation tahn", "compare foo=1", "compare net.norm=x", "compare init=x",
     "compare net.activation=tahn", "compare optim=x", "compare std=1", "train until foo", "plot activation softmax"],
)  # fmt: skip
def test_errors_of_plots_and_comparisons_are_korean(korean: Any, line: str) -> None:
    korean.run("data iris", "net 8 tanh", "optim adam lr=0.01")
    said = korean.fail(line)
    assert "받은 것: " in said
    assert all(word not in said for word in ("got ", "expected ", "choose", "one of", "did you", " or ", "activation "))
    assert "`help activation_function`" not in said  # there is no such page


@pytest.mark.parametrize(
    "line",
    ["compare lr=a", "compare batch=0,8", "optim adam lr=-1", "loss huber delta=-1", "init normal std=-1",
     "data blobs n=3 classes=0", "data spiral noise=-1"],
)  # fmt: skip
def test_errors_of_the_library_are_korean(korean: Any, line: str) -> None:
    korean.run("data iris", "net 8 tanh", "optim adam lr=0.01")
    said = korean.fail(line)
    assert "기대한 것: " in said
    assert all(word not in said for word in ("got ", "expected ", " use ", " pass "))


def test_an_error_that_is_diagnosed_is_korean(korean: Any, screen: Callable[..., Any]) -> None:
    korean.run("data iris", "net 8 tanh", "optim adam lr=0.01", "step")
    korean.fail("optim adam lr=-1")
    drawn = draw(korean.run("why").report, screen(100))
    assert "Adam: 받은 것: lr=-1.0; 기대한 것: 0 이상인 수; lr=0.001처럼 주세요." in drawn


def test_a_file_that_cannot_be_written_says_why_in_the_words_of_the_system(korean: Any) -> None:
    korean.run("data iris", "net 8 tanh", "optim adam lr=0.01")
    assert "(no such file or directory)" in korean.fail("graph --dot /nowhere/at/all.dot").lower()


def test_half_an_error_is_not_translated(korean: Any) -> None:
    assert retold_message(of_library("Adam", "lr='a'", "one of 3", "do what nobody wrote")) == (
        "Adam: got lr='a'; expected one of 3; do what nobody wrote."
    )
    told = retold_message(of_library("Adam", "lr='a; b'", "one of 3", "choose one of them"))
    assert told == "Adam: 받은 것: lr='a; b'; 기대한 것: 3 가운데 하나; 그 가운데 하나를 고르세요."
    assert retold_message("no form at all") == ""


@pytest.mark.parametrize("width", [40, 80])
def test_korean_fits_the_screen(korean: Any, width: int, screen: Callable[..., Any]) -> None:
    korean.run(*DEEP, "train 4")
    for line in ("why", "check", "graph level=module", "explain adam", "doctor", "compare lr=0.1,1 steps=2"):
        for each in draw(korean.run(line).report, screen(width)).split("\n"):
            assert cells(each) <= width, (line, each)


@pytest.mark.parametrize("arguments", [("--lang", "ko"), ("--lang=ko",)])
def test_the_command_line_explains_itself(chainrule: Any, arguments: tuple[str, ...]) -> None:
    assert "대신 이 줄들을 실행합니다" in chainrule("--help", *arguments).out


def test_the_locale_chooses_the_language_of_that_too(chainrule: Any) -> None:
    assert "대신 이 줄들을 실행합니다" in chainrule("--help", env={"LANG": "ko_KR.UTF-8"}).out
    assert "run these lines instead" in chainrule("--help").out


def test_what_is_wrong_with_the_configuration_file_is_korean(chainrule: Any, tmp_path: Any) -> None:
    (tmp_path / "mine.toml").write_text('theme = "lihgt"\n')
    done = chainrule("--lang", "ko", "--config", "mine.toml", "-c", "1")
    assert "고치세요. 이번에는 없는 것으로 쳤습니다" in done.err
    assert done.code == 0


def test_a_picture_that_cannot_be_drawn_says_so_in_korean(screen: Callable[..., Any]) -> None:
    messages.use("ko")
    why = joined("; ", (marked("no program dot on PATH"), ADVICE))
    advice = marked(INSTEAD, instead="a.dot", target="a.svg", advice=why)
    drawn = draw(Drawing(None, "a.dot", advice), screen(100))
    assert "a.svg 대신 a.dot에 썼습니다: PATH에 dot 프로그램이 없음; " in " ".join(drawn.split("\n"))
    assert english(drawn) == []


@pytest.mark.parametrize(
    "text", ["no " * 100_000, "a file (" * 100_000, ", ".join(["one file"] * 100_000), "{kind} " * 1000]
)
def test_a_very_long_text_is_no_trouble(text: str) -> None:
    messages.use("ko")
    assert len(retold(text)) > len(text) / 2
    assert "모르는" in retold(f"an unknown command {text!r}")
