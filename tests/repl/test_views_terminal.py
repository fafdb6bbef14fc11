"""Results as text: what stands there, how wide it is, and in which letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from repl.results import (
    Drawing,
    Failure,
    Farewell,
    Flow,
    FlowRow,
    HelpIndex,
    HelpPage,
    LayerRow,
    Note,
    Overview,
    Progress,
    Rule,
    Score,
    StepRow,
    Steps,
    Summary,
    Training,
    Value,
)
from repl.views.progress import Meter
from repl.views.screen import Screen, cells, padded
from repl.views.terminal import draw, echoed, failure, percent
from repl.views.transcript import Transcript

Make = Callable[..., Screen]
FLOW = Flow(
    (FlowRow("0", "Linear(64 -> 64)", 0.01, 1e-5), FlowRow("2", "Linear(64 -> 10)", 0.1, 1e-3)),
    12,
    "healthy",
    "Healthy: the first layer's gradient is 0.01 of the last layer's.",
)
REPORTS = [
    Note("one\ntwo and a good many other words that have to be broken somewhere"),
    Steps((StepRow(1, 1, 2.5, 0.125), StepRow(10, 2, 2.25, 1.0))),
    Training(100, 100, 2.5, 0.5, 0.2, 100, 3, stopped=False),
    Training(7, 100, 2.5, float("nan"), 0.2, 7, 1, stopped=True, trouble="step 5: the loss is nan"),
    Overview((("data", "digits and more"), ("optimizer", "Adam")), (Score("test", 449, 0.1, 0.977),), "Next: `x`"),
    Summary((LayerRow("", 0, "Sequential", "", "(N, 3)", 0), LayerRow("0", 1, "Linear", "2 -> 3", "(N, 3)", 9)), 9, 6),
    FLOW,
    Rule("tanh", "y = tanh(x)\ndL/dx = g * (1 - y * y)", "It dies where it is flat, as one can see."),
    HelpIndex((("build", (("data", "Load data, or make some"), ("net", "Build a network"))),)),
    HelpPage("net", "net WORDS ... [seed=N]", "Build it.\n\n    as it is", (("WORDS", "widths"),), (), ("net 3",)),
]  # fmt: skip


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
@pytest.mark.parametrize("width", [20, 33, 80, 200])
def test_no_line_is_wider_than_the_screen(screen: Make, report: Any, width: int) -> None:
    text = draw(report, screen(width))
    assert text
    assert max(cells(line) for line in text.split("\n")) <= width


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
def test_ascii_where_the_encoding_knows_no_more(screen: Make, report: Any) -> None:
    ascii_screen = screen(80, encoding="ascii")
    ascii_screen.encoded(draw(report, ascii_screen)).encode("ascii")
    assert "\\u" not in ascii_screen.encoded(draw(report, ascii_screen))


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
def test_colours_add_escape_codes_and_nothing_else(screen: Make, report: Any) -> None:
    import re

    plain, coloured = draw(report, screen(80)), draw(report, screen(80, color=True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_what_stands_there(screen: Make) -> None:
    wide = screen(100)
    assert draw(Value("3"), wide) == "3"
    assert draw(Farewell(0), wide) == ""
    assert draw(REPORTS[1], wide).split("\n") == [
        "step  epoch  loss  gradient norm",
        "   1      1   2.5          0.125",
        "  10      2  2.25              1",
    ]
    assert draw(REPORTS[2], wide) == "100 steps in 0.20 s (500 steps/s). Step 100, epoch 3: loss 2.5 → 0.5"
    stopped = draw(REPORTS[3], wide)
    assert stopped.startswith("Stopped after 7 of 100 steps. Step 7, epoch 1: loss 2.5 → nan")
    assert "Not a number since step 5: the loss is nan. Try a smaller lr" in stopped
    assert "test       accuracy 97.7 %, loss 0.1 on 449 examples" in draw(REPORTS[4], wide)
    assert draw(REPORTS[5], wide).split("\n")[-1] == "9 parameters, 3 of them frozen"
    assert draw(Score_without_accuracy(), wide).endswith("test  loss 0.1 on 3 examples")


def Score_without_accuracy() -> Overview:  # noqa: N802
    return Overview((("data", "numbers"),), (Score("test", 3, 0.1, None),), "")


def test_flow_has_bars_on_a_log_scale(screen: Make) -> None:
    lines = draw(FLOW, screen(100)).split("\n")
    assert lines[0] == "Gradient by layer, at step 12:"
    assert lines[2].count("█") < 5
    assert lines[3].count("█") == 30
    assert lines[4].startswith("✓ Healthy")
    assert "█" not in draw(FLOW, screen(50))
    dead = Flow(
        (FlowRow("0", "Linear", 0.0, 0.0), FlowRow("2", "Linear", float("nan"), float("nan"))), 0, "dead", "No."
    )
    text = draw(dead, screen(100))
    assert "█" not in text
    assert "before the first step" in text


def test_a_drawing(screen: Make) -> None:
    assert draw(Drawing(None, "flow.svg", ""), screen(100)) == "Wrote flow.svg"
    assert draw(Drawing(None, "flow.dot", "for a picture, do this"), screen(100)).endswith("\nfor a picture, do this")

    class Graph:
        def text(self, *, width: int, ascii_only: bool, colour: bool) -> str:
            return f"{width} {ascii_only} {colour}"

    assert draw(Drawing(Graph()), screen(40)) == "40 False False"
    assert draw(Drawing(Graph()), screen(30, encoding="ascii", color=True)) == "30 True True"


def test_a_report_without_a_view_is_an_error(screen: Make) -> None:
    with pytest.raises(TypeError, match="got an int"):
        draw(3, screen(80))  # type: ignore[arg-type]


def test_echo_and_failures(screen: Make) -> None:
    assert echoed("x = 1", screen(80)) == "  x = 1"
    assert echoed("x = 1", screen(80, color=True)) == "\x1b[2m  x = 1\x1b[0m"
    assert echoed("a b c d e f g h i j k l", screen(20)).split("\n") == ["  a b c d e f g h i", "    j k l"]
    assert failure(Failure("usage", "no"), screen(80), "line 3: ") == "line 3: no"
    prose = Failure("python", "no", f"  File {'x' * 40}\nGraphError: backward: got what no gradient leads to")
    assert failure(prose, screen(30)).split("\n")[1:] == ["GraphError: backward: got what", "  no gradient leads to"]
    traced = Failure("python", "no", "Traceback\nno")
    assert failure(traced, screen(80, color=True)) == "\x1b[31mTraceback\x1b[0m\n\x1b[31mno\x1b[0m"


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0.0 %"), (0.5, "50.0 %"), (0.97777, "97.8 %"), (0.9996, "99.9 %"), (1.0, "100.0 %")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


# -- the screen


def test_wide_letters_take_two_columns() -> None:
    assert (cells("한글"), cells("é"), cells("e\u0301")) == (4, 1, 1)
    assert padded("한", 4) == "한  "
    assert padded("7", 3, right=True) == "  7"


@pytest.mark.parametrize(
    ("share", "encoding", "text"),
    [
        (0.0, "utf-8", "    "),
        (0.5, "utf-8", "██  "),
        (0.53, "utf-8", "██▏ "),
        (1.0, "utf-8", "████"),
        (7.0, "utf-8", "████"),
        (-1.0, "utf-8", "    "),
        (0.5, "ascii", "##.."),
        (1.0, "ascii", "####"),
    ],
)
def test_bars(screen: Make, share: float, encoding: str, text: str) -> None:
    assert screen(80, encoding=encoding).bar(share, 4) == text


def test_letters_that_the_encoding_does_not_have(screen: Make) -> None:
    assert screen(80, encoding="ascii").encoded("2.5 → 0.5 × 3 한") == "2.5 -> 0.5 x 3 \\ud55c"
    assert screen(80, encoding="cp1252").encoded("x → y ×") == "x -> y x"
    assert screen(80).encoded("→") == "→"


@pytest.mark.parametrize(
    ("terminal", "env", "expected"),
    [
        (False, {}, (False, False)),
        (True, {}, (True, True)),
        (True, {"NO_COLOR": "1"}, (True, False)),
        (True, {"NO_COLOR": ""}, (True, True)),
        (True, {"TERM": "dumb"}, (False, False)),
    ],
)
def test_what_a_stream_can_show(
    screen: Make, monkeypatch: pytest.MonkeyPatch, terminal: bool, env: dict[str, str], expected: tuple[bool, bool]
) -> None:
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    found = Screen.of(screen(80, terminal=terminal).stream)
    assert (found.terminal, found.color) == expected


def test_width(screen: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert Screen.of(screen().stream).width == 100
    monkeypatch.setenv("COLUMNS", "47")
    assert Screen.of(screen().stream).width == 47
    monkeypatch.setenv("COLUMNS", "3")
    assert Screen.of(screen().stream).width == 20


def test_sentences_are_whole_in_a_file(screen: Make) -> None:
    sentence = "word " * 60
    assert Screen.of(screen().stream).wrapped(sentence) == sentence
    assert "\n" in screen(80).wrapped(sentence)


# -- progress


def progress(done: int, total: int) -> Progress:
    return Progress(done, total, done, 1, 0.5, 1000.0, (total - done) / 1000)


def shown(meter: Meter, screen: Screen, total: int) -> str:
    for done in range(1, total + 1):
        meter.show(progress(done, total))
    return screen.stream.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("total", "lines"), [(1, 0), (19, 0), (20, 10), (25, 10), (101, 10), (5000, 10)])
def test_a_file_gets_about_ten_lines(screen: Make, total: int, lines: int) -> None:
    paper = screen(80)
    text = shown(Meter(paper), paper, total)
    assert text.count("\n") == lines
    assert "\r" not in text
    if lines:
        assert text.split("\n")[-2].startswith(f"step {total}/{total}  loss 0.5")
        assert text.endswith("1,000 steps/s  0.0 s left\n")


def test_a_terminal_gets_one_line_that_is_written_over_and_wiped(screen: Make) -> None:
    paper = screen(80, terminal=True)
    meter = Meter(paper)
    text = shown(meter, paper, 5000)
    assert "\n" not in text
    frames = text.split("\r")[1:]
    assert 2 <= len(frames) < 100
    assert {len(frame) for frame in frames} == {77}
    assert frames[-1].startswith("[██████")
    meter.close()
    meter.close()
    assert paper.stream.getvalue().endswith("\r" + " " * 79 + "\r")  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [20, 30, 40, 60, 200])
def test_the_line_fits(screen: Make, width: int) -> None:
    line = Meter(screen(width, terminal=True)).line(progress(123456, 10_000_000))
    assert len(line) == width - 3
    assert line.strip().startswith(("step", "["))


# -- the transcript


def test_the_transcript_shows_a_script_as_it_would_be_typed(screen: Make) -> None:
    paper = Transcript(screen(80), screen(80))
    for unit in ("# why", "", "net 3", "def f():\n    pass"):
        paper.typed(unit)
    assert paper.out.stream.getvalue() == "# why\n\n> net 3\n> def f():\n      pass\n"  # type: ignore[attr-defined]


def test_korean_is_broken_at_spaces_within_the_width(screen: Make) -> None:
    text = "손실이 얼마나 급하게 휘느냐가 걸음의 크기를 정한다. `bends(x)`가 양 끝을 알려 준다."
    lines = screen(30).wrapped(text, "  ", "- ").split("\n")
    assert [cells(line) <= 30 for line in lines] == [True] * len(lines)
    assert " ".join(line[2:] for line in lines) == text
    assert len(lines) <= 1 + -(-cells(text) // 20), "lines are filled"


def test_the_list_of_commands_has_a_line_for_each_and_a_file_has_it_whole(screen: Make) -> None:
    long = "Go back in time, by a step or by many: weights, optimiser and random state are exactly as they were"
    index = HelpIndex((("train", (("back", long), ("lr", "Show the learning rate"))),))
    shown = draw(index, screen(80)).split("\n")
    assert shown[1] == "  back  Go back in time, by a step or by many: weights, optimiser and random …"
    assert shown[2] == "  lr    Show the learning rate"
    assert " ".join(draw(index, screen(30)).split()).startswith(f"train back {long} lr")
    assert f"  back  {long}\n" in draw(index, screen(0))


def test_on_a_low_screen_the_list_is_its_names(screen: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    commands = tuple((f"command{i}", "Do something") for i in range(20))
    index, low = HelpIndex((("build", commands), ("learn", (("why", "Say why"),)))), screen(0, terminal=True)
    monkeypatch.setenv("LINES", "24")
    shown = draw(index, low).split("\n")
    assert len(shown) < 20
    assert all(cells(line) <= 40 for line in shown)
    assert shown[0].startswith("A first run: `data spiral`")
    assert "build  command0  command1  command2" in shown
    assert "learn  why" in shown
    assert "Do something" in draw(replace(index, full=True), low)
    monkeypatch.setenv("LINES", "40")
    assert draw(index, low).count("Do something") == 20
