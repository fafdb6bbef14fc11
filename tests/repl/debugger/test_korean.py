"""The debugger in Korean: a walk through all that it says leaves no English of ours, and stays within the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, ops
from repl import Debugger, messages
from repl.debugger import COMMANDS, Dialogue
from repl.errors import ReplError
from repl.views.screen import Screen, cells
from repl.views.terminal import draw
from tests.repl.leftover import english

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

NAMES = [
    *ops.table,
    *COMMANDS,
    *(each.usage for each in COMMANDS.values()),
    "grad",
    "rms",
    "NAME",
    "Ctrl",
    "logits",
    "weight",
    "bias",
    "ones",
]
KINDS = ["CrossEntropyLoss", "Linear", "BatchNorm1d", "ReLU", "Dropout", "Tanh", "Sequential"]
WALK = [
    "here", "n", "b", "n 2", "l", "g", "check", "why", "why {leaf}", "p {leaf}", "p t1", "h", "break",
    "break {leaf}", "break {op}", "break", "delete 2", "until {leaf}", "b 99", "elements 0", "elements", "c", "c",
]  # fmt: skip
TYPED = ["chainrule", "backward", "output", "doutput", "tanh", "data", "digits", "help", "Ctrl"]
SLIPS = [
    "nxt", "t1", "t1 + 1", "xyzzy", "n 0", "n -1", "b tanh", "back x", "l x", "until", "print", "until xyzzy",
    "why xyzzy", "until loss", "continue tanh", "check 3", "here 3", "elements x", "p {leaf}[9, 9, 9]", "delete",
    "delete 9", "break xyzzy",
]  # fmt: skip


def scalars() -> tuple[Debugger, str]:
    a, b = Tensor(2.0, requires_grad=True), Tensor(-3.0, requires_grad=True)
    return Debugger(np.tanh(a * b + a) * 2.0, names={"a": a, "b": b}), "a"


def arrays() -> tuple[Debugger, str]:
    w, v = Tensor(np.ones((3, 4)), requires_grad=True), Tensor(np.arange(1.0, 5.0), requires_grad=True)
    return Debugger((np.tanh(w * v + v) / v).sum() + w.mean(), names={"w": w, "v": v}), "v"


def network() -> tuple[Debugger, str]:
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 3), nn.Tanh())
    x = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    return Debugger(nn.CrossEntropyLoss()(net(x), np.arange(8) % 3), net=net), "0.weight"


def crowd() -> tuple[Debugger, str]:
    """So many paths that they are taken together."""
    a = Tensor(1.0, requires_grad=True)
    x = a
    for _ in range(60):
        x = (x + x) * 0.5
    return Debugger(x, names={"a": a}), "a"


MAKERS = [scalars, arrays, network, crowd]


@pytest.fixture(autouse=True)
def _korean(_own_state: None) -> None:
    messages.use("ko")


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("width", [40, 80])
def test_all_that_it_shows(make: Callable[[], tuple[Debugger, str]], width: int, screen: Callable[..., Screen]) -> None:
    debugger, leaf = make()
    dialogue = Dialogue(debugger)
    names = [*debugger.words(), *debugger.names(), *NAMES]  # the last of which are what rules call operands
    known = [*names, *(f"d{name}" for name in names), *KINDS]
    for line in WALK:
        if dialogue.over:
            break
        text = draw(dialogue.do(line.format(leaf=leaf, op=debugger.stop().op)), screen(width))
        assert english(text, known) == [], line
        assert max(map(cells, text.split("\n"))) <= width, line


@pytest.mark.parametrize("line", SLIPS)
def test_what_it_says_to_a_slip(line: str) -> None:
    debugger, leaf = arrays()
    dialogue = Dialogue(debugger)
    dialogue.do("n")
    with pytest.raises(ReplError) as caught:
        dialogue.do(line.format(leaf=leaf))
    told = str(caught.value)
    typed = line.format(leaf=leaf)
    assert english(told, [*debugger.words(), *COMMANDS, "debugger", typed]) == [], told
    assert "받은 것" in told


@pytest.mark.parametrize("line", ["backward x x", "backward 3", "backward x", "backward y", "backward y.detach()"])
def test_what_it_says_where_there_is_no_pass(shell: Any, line: str) -> None:
    shell.run("x = Tensor(3.0, requires_grad=True)", "y = Tensor([1.0, 2.0], requires_grad=True) * 2")
    told = shell.fail(line)
    assert english(told, ["backward", "Tensor", "int"]) == [], told


def test_hooks_and_gradients_from_before_are_told(screen: Callable[..., Screen]) -> None:
    a = Tensor(2.0, requires_grad=True)
    (a * 1.0).backward()
    a.register_hook(lambda g: g)
    dialogue = Dialogue(Debugger(a * a, names={"a": a}))
    for line in ("here", "c"):
        text = draw(dialogue.do(line), screen(80))
        assert english(text, ["loss", "multiply", "grad"]) == [], text
    assert "전에 있던 경사도에 더했습니다" in text


@pytest.mark.parametrize("columns", [80, pytest.param(40, marks=pytest.mark.slow)])
def test_at_a_real_terminal(terminal: Callable[..., Any], columns: int) -> None:
    shell = terminal("--lang", "ko", columns=columns)
    shell.ready()
    shell.type("a = Tensor(2.0, requires_grad=True)")
    shell.send("backward np.tanh(a * 3.0) * a\r")
    walk = [("n", 1, "도착"), ("b", 2, "다 모임"), ("why a", 1, "도착"), ("check", 1, "길 2개"), ("q", 1, "잰 값")]
    for line, step, said in walk:
        shell.wait(
            lambda shown, step=step, said=said: (
                bool(shown) and shown[-1] == f"backward {step}/3>" and any(said in each for each in shown)
            )
        )
        told = "\n".join(each for each in shell.lines if not each.startswith((">", "backward")))
        assert english(told, TYPED) == []
        shell.send(f"\x0c{line}\r")  # on a clear screen
    shell.wait("역전파에서 나왔습니다")
    shell.ready()


def test_columns_stand_below_one_another(screen: Callable[..., Screen]) -> None:
    debugger, _ = scalars()
    lines = draw(Dialogue(debugger).do("n"), screen(80)).split("\n")
    starts = {
        cells(line[: line.index(value)])
        for name, value in (("수로 쓰면", "2 * ("), ("그 자리의 기울기", "0."), ("더한 것", "0."))
        for line in lines
        if line.strip().startswith(name)
    }
    assert len(starts) == 1, "\n".join(lines)
