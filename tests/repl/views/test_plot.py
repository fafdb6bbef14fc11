"""What plots look like in a terminal: every form, at every size, in every kind of terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from repl import plots
from repl.figures import Boundary, Images, Path, Surface
from repl.figures.model import Image, sealed
from repl.results import Plotted
from repl.views import palette, plotted  # noqa: F401  # so that `draw` knows plots
from repl.views.figure.fields import MARKERS
from repl.views.labels import width as columns
from repl.views.plot import Grid, Pen, draw, page
from repl.views.plot.fields import mark_of
from repl.views.screen import Screen
from repl.views.terminal import draw as report_text
from tests.repl.runs import every_plot

PLOTS = every_plot()
ESCAPE = re.compile(r"\x1b\[[\d;]*m")
PENS = [Pen(), Pen(24), Pen(8), Pen(4), Pen(ascii_only=True), Pen(24, theme=palette.LIGHT)]


def bare(text: str) -> str:
    return ESCAPE.sub("", text)


def inside(lines: list[str]) -> list[str]:
    """What stands right of the axis."""
    return [re.split("[│┤]", line, maxsplit=1)[1] for line in lines]


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("size", [(20, 5), (21, 8), (40, 12), (80, 24), (120, 40), (1, 1), (5, 3), (200, 4)])
def test_a_panel_is_filled_exactly(name: str, size: tuple[int, int]) -> None:
    for pen in PENS:
        lines = draw(PLOTS[name].figure, pen, *size)
        assert len(lines) == size[1]
        assert {columns(bare(line)) for line in lines} == {size[0]}


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("width", [20, 33, 80, 130])
def test_no_line_of_a_page_is_too_wide(name: str, width: int) -> None:
    for pen in PENS:
        lines = bare(page(PLOTS[name].figure, pen, width)).split("\n")
        assert max(map(columns, lines)) <= width


@pytest.mark.parametrize("name", PLOTS)
def test_the_sentence_stands_below(name: str) -> None:
    plot = PLOTS[name]
    told = " ".join(plot.text(width=70).split())
    assert " ".join(plot.reading.split()) in told
    assert plot.reading.endswith(".")
    assert told.startswith(" ".join(plot.title.split())[:20])


@pytest.mark.parametrize("name", PLOTS)
def test_ascii_is_all_that_an_old_terminal_gets(name: str) -> None:
    assert PLOTS[name].text(width=60, ascii_only=True).isascii()


@pytest.mark.parametrize("name", PLOTS)
def test_colours_add_nothing_that_is_not_there_without(name: str) -> None:
    plain = page(PLOTS[name].figure, Pen(), 60)
    assert "\x1b" not in plain
    for depth, code in ((24, r"38;2;\d+;\d+;\d+"), (8, r"38;5;\d+"), (4, r"(3|9)\d")):
        coloured = page(PLOTS[name].figure, Pen(depth), 60)
        assert re.search(rf"\x1b\[{code}[m;]", coloured) or (name, depth) == ("unit images", 4)
        assert coloured.count("\n") == plain.count("\n")


@pytest.mark.parametrize("name", PLOTS)
def test_a_page_fits_the_height_that_there_is(name: str) -> None:
    whole = PLOTS[name].text(width=80).count("\n") + 1
    fitted = PLOTS[name].text(width=80, most=18).count("\n") + 1
    assert fitted <= min(max(whole, 1), 18)


def test_what_is_not_finite_is_marked_in_the_curve() -> None:
    marked = PLOTS["curve with NaN"].text(width=60)
    assert marked.count("✗") == 1
    assert marked.count("▲") == 1
    assert marked.count("▼") == 2  # 0 and -1 have no logarithm
    typed = draw(PLOTS["curve with NaN"].figure, Pen(ascii_only=True), 60, 16, reading=False)
    assert sum(line.count("^") for line in typed) == 1


def test_marks_stand_at_the_edge_that_they_speak_of() -> None:
    lines = plots.loss_curve([1.0, np.nan, np.inf, 0.5]).text(width=40, height=10).split("\n")
    assert "▲" in lines[2]
    assert "✗" in lines[8]


def test_the_first_axis_goes_right_and_the_second_up() -> None:
    ground = np.array([[0, 0], [0, 1]])
    x = np.array([0.0, 1.0])
    figure = Boundary("", "", "", "", x, x, ground, np.ones((2, 2)), np.array([[0.9, 0.9]]), np.array([1]), ("a", "b"))
    lines = inside(draw(figure, Pen(), 26, 8, title=False, reading=False)[1:-2])
    assert all(line.endswith("░") for line in lines[:2])
    assert "■" in lines[0][-4:]
    assert not "".join(lines[3:]).strip()
    loss = np.array([[0.0, 1.0], [8.0, 9.0]])
    surface = Surface("", "", "", "", x, x, loss, (Path("p", sealed([0.0]), sealed([1.0]), sealed([8.0])),))
    lines = inside(draw(surface, Pen(), 46, 8, title=False, reading=False)[1:-2])
    assert lines[0].startswith("S")
    assert lines[0].endswith("██")
    assert lines[-1].startswith("  ")


def test_histograms_stand_on_their_line() -> None:
    lines = draw(PLOTS["activations"].figure, Pen(), 60, 20, title=False, reading=False)
    assert {line.index("│") for line in lines if "│" in line} == {line.index("└") for line in lines if "└" in line}
    filled = [sum(letter in "▁▂▃▄▅▆▇█" for letter in line) for line in lines[:6]]
    assert filled == sorted(filled)
    assert filled[-1] > filled[0]


@pytest.mark.parametrize("most", [None, 24, 17])
@pytest.mark.parametrize("layers", [1, 5, 6, 7, 20, 21, 45])
def test_a_page_of_histograms_has_no_blank_lines(layers: int, most: int | None) -> None:
    net = nn.Sequential(*[nn.Linear(2, 2) for _ in range(layers)])
    text = page(plots.weight_histograms(net).figure, Pen(), 80, most=most)
    blank = [line for line in text.splitlines() if not line.strip()]
    assert blank == []


def test_runs_are_told_apart_without_colour() -> None:
    lines = PLOTS["curve of two runs"].text(width=80).split("\n")
    assert "1 a $x$" in lines[1]
    assert "2 b" in lines[1]
    body = "".join(lines[2:-4])
    assert "1" in body
    assert "2" in body


def test_more_than_nine_runs_have_numbers_of_two_digits() -> None:
    runs = {f"run {number}": [1.0, float(number)] for number in range(1, 13)}
    drawn = draw(plots.loss_curve(runs).figure, Pen(), 60, 30, title=False, reading=False)[:-2]
    lines = inside([line for line in drawn if "│" in line or "┤" in line])
    assert [line.split()[-1][-2:] for line in lines if line.rstrip().endswith(("10", "12"))] == ["12", "10"]


def test_a_legend_goes_on_in_the_next_line_where_the_picture_has_the_height() -> None:
    names = [f"init=xavier lr={number}" for number in range(4)]
    figure = plots.loss_curve(*[[3.0, 2.0, 1.0]] * 4, names=names).figure
    tall, low = (draw(figure, Pen(), 66, height, title=False, reading=False) for height in (16, 8))
    assert [names[2] in line for line in tall[:2]] == [False, True]
    assert names[3] in tall[1]
    assert "┤" in tall[2]  # the curves begin below it
    assert low[0].rstrip().endswith("+2")


def test_a_falling_line_falls() -> None:
    body = [
        line for line in plots.loss_curve([3.0, 2.0, 1.0]).text(width=40, ascii_only=True).split("\n") if "*" in line
    ]
    places = [line.index("*", 5) for line in body[1:]]
    assert places == sorted(places)
    assert places[-1] > places[0]


def test_vanishing_is_said_with_a_mark_and_a_word() -> None:
    text = PLOTS["flow"].text(width=80)
    assert "▼ vanishing" in text
    lengths = [line.count("█") for line in text.split("\n")[2:11]]
    assert lengths == sorted(lengths)


def test_layers_that_do_not_fit_are_counted() -> None:
    lines = draw(PLOTS["flow"].figure, Pen(), 60, 7, reading=False)
    assert any(line.startswith("5 more") for line in lines)
    assert lines[-1].startswith("16 Linear")


def test_classes_have_marks_of_their_own() -> None:
    text = PLOTS["boundary"].text(width=60)
    assert all(mark in text for mark in "●■▲")
    typed = PLOTS["boundary"].text(width=60, ascii_only=True)
    assert "o 0  x 1  + 2" in typed


def test_ten_classes_are_told_apart_by_mark_and_hue() -> None:
    for pen in (Pen(), Pen(ascii_only=True)):
        assert len({mark_of(number, pen) for number in range(10)}) == 10
    assert len(set(MARKERS)) == 10


def test_the_ways_of_optimisers_start_at_s_and_end_at_their_marks() -> None:
    body = "\n".join(PLOTS["paths"].text(width=60).split("\n")[2:-6])
    assert body.count("S") == 1
    assert "■" in body or "●" in body


def test_a_surface_has_a_key_to_its_shades() -> None:
    text = PLOTS["surface"].text(width=80)
    assert re.search(r"loss [\d.]+  ?░▒▓█ [\d.]+", text)


def test_counts_are_printed_and_zeros_are_dots() -> None:
    figure = plots.confusion(nn.training.confusion_matrix([0, 1, 1], [0, 0, 1], names=["cat", "dog"]))
    lines = figure.text(width=60).split("\n")
    assert lines[2].split() == ["cat", "1", "1", "50%"]
    assert lines[3].split() == ["dog", "·", "1", "100%"]


def test_many_classes_in_twenty_columns_become_tenths() -> None:
    labels = np.arange(12)
    figure = plots.confusion(nn.training.confusion_matrix(labels, labels)).figure
    lines = draw(figure, Pen(), 20, 14)
    assert sum("9" in line[5:] for line in lines[2:]) == 12


def test_mistaken_images_have_a_cross() -> None:
    assert "✗" in PLOTS["images"].text(width=80)


def test_images_that_do_not_fit_are_counted() -> None:
    assert any("+4 more" in line for line in draw(PLOTS["images"].figure, Pen(), 20, 5))


def test_pixels_that_are_no_number_are_marked() -> None:
    pixels = sealed([[0.0, np.nan], [1.0, np.nan]])
    figure = Images("t", "r", (Image(pixels, "a"),), 0.0, 1.0)
    assert "✗" in "".join(draw(figure, Pen(), 20, 6))
    assert "48;2;216;27;96" in "".join(draw(figure, Pen(24), 20, 6))


def test_signs_of_weights_are_letters_without_colour() -> None:
    net = nn.Linear(4, 1)
    net.weight.assign_([[-1.0, 1.0, -1.0, 1.0]])
    text = plots.weight_images(net).text(width=30, ascii_only=True)
    assert "===###" in text


def test_names_cannot_reach_the_terminal() -> None:
    plot = plots.loss_curve({"\x1b[31mred\n": [1.0, 2.0], "데이터": [1.0, 2.0]})
    text = plot.text(width=80)
    assert "\x1b" not in text
    assert "␛[31mred␊" in text
    assert "데이터" in text
    assert max(columns(line) for line in text.split("\n")) <= 80


@pytest.mark.parametrize(
    ("env", "terminal", "colours"),
    [
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, True, "38;2;"),
        ({"TERM": "xterm-256color"}, True, "38;5;"),
        ({"TERM": "xterm"}, True, "\x1b[9"),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1", "TERM": "xterm"}, True, ""),
        ({"COLORTERM": "truecolor", "TERM": "dumb"}, True, ""),
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, False, ""),
    ],
)
def test_the_terminal_says_which_colours_it_has(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], terminal: bool, colours: str
) -> None:
    for name in ("COLORTERM", "NO_COLOR", "TERM", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    text = report_text(Plotted(PLOTS["boundary"]), Screen.of(stream))
    assert (colours in text) if colours else "\x1b" not in text


def test_a_light_terminal_gets_the_light_colours(
    monkeypatch: pytest.MonkeyPatch, screen: Callable[..., Screen]
) -> None:
    monkeypatch.setenv("COLORFGBG", "0;15")
    assert Pen.of(screen(color=True)).theme is palette.LIGHT
    monkeypatch.setenv("COLORFGBG", "15;0")
    assert Pen.of(screen(color=True)).theme is palette.DARK


def test_an_encoding_without_braille_gets_ascii(screen: Callable[..., Any]) -> None:
    for encoding in ("ascii", "latin-1", "cp949"):
        assert report_text(Plotted(PLOTS["curve"]), screen(60, encoding=encoding)).isascii(), encoding


def test_a_written_picture_is_said() -> None:
    assert (
        report_text(Plotted(None, "loss.svg"), Screen(io.StringIO(), terminal=False, color=False)) == "Wrote loss.svg"
    )


def test_a_large_figure_is_drawn_from_the_smallest_and_largest_of_each_column() -> None:
    losses = np.random.default_rng(0).random(5_000)
    losses[2_500] = 9.0
    lines = plots.loss_curve(losses, smooth=0).text(width=60, height=12).split("\n")
    high = [line.split() for line in inside(lines[3:7])]
    assert all(len(marks) == 1 and len(marks[0]) == 1 for marks in high)  # the one spike is seen, from top to bottom


def test_half_of_a_wide_letter_does_not_stay() -> None:
    for column, rest in ((0, "x 이"), (1, " x이"), (2, "데x "), (3, "데 x")):
        grid = Grid(8, 1)
        grid.text(0, 0, "데이")
        grid.put(0, column, "x")
        assert grid.lines(Pen())[0].rstrip() == rest.rstrip()


def test_dots_of_two_curves_meet_in_a_cell() -> None:
    grid = Grid(2, 1)
    left, right = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    left[0, 0] = right[3, 1] = True
    grid.dots(0, 0, left, 1)
    grid.dots(0, 0, right, 2)
    assert grid.lines(Pen()) == ["⢁ "]


def test_runs_of_one_colour_share_their_codes() -> None:
    grid = Grid(4, 1)
    grid.text(0, 0, "ab", 0xFF0000)
    assert grid.lines(Pen(24)) == ["\x1b[38;2;255;0;0mab\x1b[0m  "]
