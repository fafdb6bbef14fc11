"""What stands at the bottom."""

from __future__ import annotations

from typing import Any

import pytest

import nn
from repl.shell import toolbar
from repl.views.screen import cells


def texts(shell: Any, width: int = 200) -> list[str]:
    return [text for _, text in toolbar.line(shell.session, width)]


def test_it_shows_what_there_is(shell: Any) -> None:
    assert len(texts(shell)) == 1
    shell.run("data iris")
    assert texts(shell) == ["iris 112"]
    shell.run("net 8 tanh", "optim adam lr=0.02")
    assert texts(shell) == ["iris 112", "4-8-3 tanh", "lr 0.02"]
    shell.run("train 5 seed=3")
    loss = f"loss {shell['trainer'].history[-1].loss:.4g}"
    assert texts(shell) == ["iris 112", "4-8-3 tanh", "step 5", loss, "lr 0.02", "seed 3", "compiled"]
    shell.run("lesson 3")
    assert texts(shell)[0].startswith("lesson 3 [")


@pytest.mark.parametrize("width", [80, 120])
def test_in_the_debugger_it_says_what_one_can_do(shell: Any, width: int) -> None:
    shell.quick()
    shell.run("train 5")
    hint = "`n` next; `b` back; `why NAME`; `check`; `h` help; `q` leave"
    shell.run("backward")
    assert hint in texts(shell, width)
    assert "step 5" in texts(shell, width)
    shell.run("q")
    assert hint not in texts(shell, width)


def test_a_loss_that_is_no_number_stands_out(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh", "optim sgd lr=1e38", "train 20")
    assert ("bad", "loss nan") in toolbar.parts(shell.session)


@pytest.mark.parametrize("width", [1, 20, 40, 60, 80])
def test_it_fits_and_keeps_what_tells_most(shell: Any, width: int) -> None:
    shell.quick()
    shell.run("train 5", "lesson 3")
    found = texts(shell, width)
    assert sum(cells(text) + 2 for text in found) + 2 <= width or not found
    assert width < 20 or "step 5" in found


@pytest.mark.parametrize("name", ["data", "net", "optimizer", "trainer"])
def test_other_objects_in_their_places_are_left_out(shell: Any, name: str) -> None:
    shell.quick()
    shell.run("train 2", f"{name} = 5")
    assert texts(shell)


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1)), "2-4-4-1 relu tanh"),
        (nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3)), "conv8-3 relu"),
        (nn.Sequential(*[nn.Linear(i, i + 1) for i in range(1, 12)]), "1-2-3-…-10-11-12"),
        (nn.Identity(), "Identity"),
    ],
)
def test_a_network_in_short(net: nn.Module, expected: str) -> None:
    assert toolbar.short(net) == expected
