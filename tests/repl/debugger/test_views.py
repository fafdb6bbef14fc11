"""How the debugger's reports look: in their width, in ASCII, without colours where there are none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from repl import Debugger
from repl.debugger import Dialogue
from repl.results import Amount
from repl.views import debugger as view
from repl.views.screen import Screen, cells
from repl.views.terminal import draw

LINES = [
    "here",
    "n",
    "break linear",
    "l",
    "g",
    "check",
    "w 0.weight",
    "p 0.bias",
    "p t1[0, 1]",
    "break",
    "break tanh",
    "h",
    "c",
    "c",
]


def dialogue() -> Dialogue:
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))
    x = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    loss = nn.CrossEntropyLoss()(net(x), np.arange(8) % 3)
    return Dialogue(Debugger(loss, net=net))


def drawn(screen: Screen, *lines: str) -> str:
    talk = dialogue()
    return "\n".join(draw(talk.do(line), screen) for line in lines)


@pytest.mark.parametrize("width", [20, 32, 50, 80, 120])
def test_no_line_is_wider_than_the_screen(screen: Callable[..., Screen], width: int) -> None:
    text = drawn(screen(width), *LINES)
    assert max(cells(line) for line in text.split("\n")) <= width


def test_ascii_has_nothing_else(screen: Callable[..., Screen]) -> None:
    narrow = screen(80, encoding="ascii")
    narrow.write(drawn(narrow, *LINES))
    text = narrow.stream.getvalue()  # type: ignore[attr-defined]
    assert text.isascii()
    assert "\\u" not in text
    assert "\\x" not in text


def test_colours_only_where_there_are_any(screen: Callable[..., Screen]) -> None:
    assert "\x1b" not in drawn(screen(80), *LINES)
    coloured = drawn(screen(80, color=True), *LINES)
    assert "\x1b" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == drawn(screen(80), *LINES)


def test_a_stop_of_a_linear_layer_fits_a_small_terminal(screen: Callable[..., Screen]) -> None:
    text = draw(dialogue().do("n"), screen(80))
    assert len(text.split("\n")) <= 23
    assert text.startswith("[2/4] t3 = linear(t2, 2.weight, 2.bias)  ·  2 Linear")


def test_a_stop_of_scalars_reads_as_one_would_write_it(screen: Callable[..., Screen]) -> None:
    a, b = Tensor(2.0, requires_grad=True), Tensor(-3.0, requires_grad=True)
    talk = Dialogue(Debugger(a * b + a, names={"a": a, "b": b}))
    talk.do("n")
    assert draw(talk.do("here"), screen(80)).split("\n") == [
        "[2/2] t1 = a * b",
        "  Each factor gets the gradient scaled by the other factor.",
        "  g  arrives  1",
        "  a           2",
        "  b           -3",
        "  y = t1      -6",
        "  to a: dL/da = g * b",
        "    in numbers        1 * -3 = -3",
        "    local derivative  -3",
        "    added             -3; sum 1 - 3 = -2, complete",
        "  to b: dL/db = g * a",
        "    in numbers        1 * 2 = 2",
        "    local derivative  2",
        "    added             2; complete",
        "  next: the end of the pass, which writes .grad",
    ]
    assert draw(talk.do("w a"), screen(80)).split("\n") == [
        "2 paths lead to a; its gradient is -2",
        "  -3  +150.0% of it",
        "    loss → t1 → a",
        "  1  -50.0% of it",
        "    loss → a",
    ]


def amount(**changes: Any) -> Amount:
    given = {"shape": (2, 3), "value": None, "rms": 1.5, "low": -1.0, "high": 2.0, "zeros": 0.0, "strange": 0}
    return Amount(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "(2, 3) rms 1.5, -1 to 2"),
        ({"zeros": 0.25}, "(2, 3) rms 1.5, -1 to 2, 25% zeros"),
        ({"strange": 2, "rms": float("nan")}, "(2, 3) rms nan, -1 to 2, 2 not finite"),
        ({"at": "[0, 1]", "element": 0.123456789}, "(2, 3) rms 1.5, -1 to 2, [0, 1] = 0.1235"),
        ({"low": 1.0, "high": 1.0}, "(2, 3), all 1"),
        ({"shape": (), "value": 0.1}, "0.1"),
        ({"shape": (1, 1), "value": 0.1}, "(1, 1), 0.1"),
        ({"shape": (0, 2)}, "(0, 2), empty"),
        ({"whole": True, "low": 0.0}, "(2, 3), integers from 0 to 2"),
    ],
)
def test_arrays_in_numbers(changes: dict[str, Any], text: str) -> None:
    assert view.full(amount(**changes)) == text


def test_very_many_paths_are_counted_in_powers_of_ten(screen: Callable[..., Screen]) -> None:
    x = Tensor(0.5, requires_grad=True)
    y = x * 1.0
    for _ in range(200):
        y = y * 0.25 + y * 0.75
    text = draw(Debugger(y, names={"x": x}).why("x"), screen(80))
    assert text.startswith("about 10^60 paths lead to x; its gradient is 1")
    assert "about 10^60 paths that end with" in text
