"""Commands that look leave no trace: network, optimiser and random state are as they were, before any step and after.

What a session looked at is not in its script, or is written so that it leaves no trace there either.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from tests.repl.test_script import exported

LOOKS = (
    *(
        "show",
        "summary",
        "flow",
        "graph",
        "graph net.dot",
        "curve",
        "hist",
        "hist weights",
        "hist gradients",
        "weights",
    ),
    *("boundary", "surface", "confusion", "plot flow", "plot images", "explain batch_norm1d", "net?", "why", "check"),
    *("why --try", "compare norm=none,batch steps=2", "lr", "freeze", "watch", "help", "doctor", "backward", "q"),
)
NEED_A_STEP = ("curve", "why --try")
MAY_FAIL = ("boundary", "why --try")  # of 64 features; where nothing is wrong


def set_up(shell: Any, steps: int = 0) -> None:
    """A run that draws at random and keeps statistics, after some steps."""
    shell.run("data digits test=0.9", "net conv 4@3 bn relu drop=0.3 flatten 12 bn relu drop=0.2")
    shell.run("optim adam lr=0.01", "loss cross_entropy")
    if steps:
        shell.run(f"train {steps}")


@pytest.fixture
def lively(shell: Any, steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A shell in a folder of its own, with such a run."""
    monkeypatch.chdir(tmp_path)
    set_up(shell, steps)
    return shell


def state(shell: Any) -> dict[str, Any]:
    names = shell.session.namespace
    found = {name: each.grad for name, each in names["net"].named_parameters()}
    grads = {f"{name}.grad": None if each is None else each.readonly.tobytes() for name, each in found.items()}
    trainer = names.get("trainer")
    return {
        "net": {name: np.array(value).tobytes() for name, value in names["net"].state_dict().items()},
        "modes": [module.training for module in names["net"].modules()],
        "random": nn.default_generator().bit_generator.state,
        "optimizer": repr(names["optimizer"].state_dict()),
        "history": list(getattr(trainer, "history", ())),
        **grads,
    }


@pytest.mark.parametrize("steps", [0, 3])
def test_a_command_that_looks_leaves_no_trace(lively: Any, steps: int) -> None:
    before = state(lively)
    for line in LOOKS:
        if steps or line not in NEED_A_STEP:
            done = lively.session.run(line)
            assert done.ok or line in MAY_FAIL, (line, done.failure)
            assert state(lively) == before or lively.session.mode is not None, line


@pytest.mark.parametrize("steps", [0])
def test_looks_between_the_steps_do_not_change_the_numbers_of_the_script(lively: Any, tmp_path: Path) -> None:
    lively.run("summary", "flow", "graph first.dot", "hist", "step 2", "graph", "graph second.dot", "summary", "step 3")
    losses = re.findall(r"step (\d+): loss (\S+)", exported(lively, tmp_path))
    assert losses[-1] == ("5", str(lively["trainer"].history[-1].loss))
    first = (tmp_path / "first.dot").read_bytes()
    assert first != (tmp_path / "second.dot").read_bytes()
    other = type(lively)()
    nn.manual_seed(0)
    set_up(other)
    other.run("step 5")
    assert [event.loss for event in other["trainer"].history] == [event.loss for event in lively["trainer"].history]


@pytest.mark.parametrize("steps", [0, 3])
def test_the_debugger_leaves_gradients_and_nothing_else(lively: Any, steps: int, tmp_path: Path) -> None:
    before = {name: value for name, value in state(lively).items() if not name.endswith(".grad")}
    lively.run("backward", "n 3", "check", "c")
    assert all(each.grad is not None for each in lively["net"].parameters())
    assert {name: value for name, value in state(lively).items() if not name.endswith(".grad")} == before
    lively.run("train 2")
    losses = re.findall(r"step (\d+): loss (\S+)", exported(lively, tmp_path))
    assert losses[-1] == (str(steps + 2), str(lively["trainer"].history[-1].loss))
