"""Going on from a saved state: equal to the unbroken run, bit for bit."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import StateError
from tests.nn.training.runs import LABELS, POINTS, everything, plain, rich


@pytest.mark.parametrize("at", [0, 1, 4, 7, 8])
def test_going_on_is_the_unbroken_run(at: int) -> None:
    whole = rich()
    whole.run(at)
    state = copy.deepcopy(whole.state_dict())
    whole.run(14 - at)
    resumed = rich(seed=3)
    resumed.run(5)
    resumed.load_state_dict(state)
    assert resumed.step_count == at
    assert len(resumed.epochs) == at // 4
    resumed.run(14 - at)
    assert everything(resumed) == everything(whole)
    assert resumed.history == whole.history
    assert resumed.epochs == whole.epochs
    resumed.rewind(14 - at)
    assert resumed.step_count == at


def test_a_state_is_a_copy() -> None:
    made = rich()
    made.run(3)
    state = made.state_dict()
    before = copy.deepcopy(state)
    made.run(3)
    assert plain(state) == plain(before)


def test_history_with_missing_gradients_and_no_numbers() -> None:
    made = rich()
    made.run(1)
    made.net[0].requires_grad_(False)
    made.run(1)
    made.loss = lambda out, target: (out * np.float32(np.inf)).sum()
    with np.errstate(all="ignore"):
        made.run(1)
    other = rich()
    other.load_state_dict(made.state_dict())
    assert other.history[:2] == made.history[:2]
    assert list(other.history[1].grad_norms) == list(made.history[1].grad_norms)
    assert str(other.history[2]) == str(made.history[2])


def broken(state: dict[str, Any], how: str) -> Any:
    if how == "nothing":
        return 3
    if how == "part":
        del state["net"]
    elif how == "loader":
        state["loader"]["batch_size"] = 8
    elif how == "schedule":
        state["scheduler"] = None
    elif how == "callbacks":
        state["callbacks"] = []
    elif how == "net":
        state["net"]["0.weight"] = np.zeros((8, 3), np.float32)
    elif how == "optimizer":
        state["optimizer"]["param_groups"][0]["lr"] = -1
    elif how == "random":
        del state["random"]["6.rng"]
    elif how == "history":
        del state["history"]["loss"]
    elif how == "epochs":
        state["epochs"] = [["a"]]
    return state


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("nothing", r"Trainer\.load_state_dict: got a state without callbacks, epochs, history, loader, net"),
        ("part", "got a state without net"),
        ("loader", "batch_size=8 where the trainer has 16"),
        ("schedule", "got no schedule; expected a state of this trainer"),
        ("callbacks", "0 callbacks for 1"),
        ("net", r"0\.weight of shape \(8, 3\) where \(8, 2\) is needed"),
        ("optimizer", "lr=-1"),
        ("random", r"random state of 6\.rng \(PCG64\)"),
        ("history", "got a state that is damaged .KeyError: 'loss'"),
        ("epochs", "a state that is damaged"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_whole(how: str, says: str) -> None:
    source = rich(seed=2)
    source.run(9)
    whole = rich()
    whole.run(9)
    expected = everything(whole)
    made = rich()
    made.run(6)
    before = everything(made)
    with pytest.raises(StateError, match=says):
        made.load_state_dict(broken(copy.deepcopy(source.state_dict()), how))
    assert everything(made) == before
    made.run(3)
    assert everything(made) == expected


def test_parameters_outside_the_optimiser_stay_too_when_a_state_is_refused() -> None:
    def made(seed: int) -> nn.Trainer:
        nn.manual_seed(seed)
        net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))
        optimizer = nn.optim.Adam(net[2].parameters())
        return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, (POINTS, LABELS), batch_size=16)

    trainer, other = made(0), made(1)
    before = everything(trainer)
    with pytest.raises(StateError, match="something without state and param_groups"):
        trainer.load_state_dict({**other.state_dict(), "optimizer": 3})
    assert everything(trainer) == before


def test_a_schedule_that_the_trainer_lacks_is_said() -> None:
    net = nn.Linear(2, 2)
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters()), (POINTS, LABELS), batch_size=16)
    state = made.state_dict()
    state["scheduler"] = {}
    with pytest.raises(StateError, match="a schedule, which the trainer lacks"):
        made.load_state_dict(state)


def test_a_failing_step_leaves_statistics_and_random_state_alone() -> None:
    whole = rich()
    whole.run(4)
    expected = everything(whole)
    made = rich()
    made.run(2)
    before, loss = everything(made), made.loss

    def refuse(out: Any, target: Any) -> Any:
        raise RuntimeError("refused")

    made.loss = refuse
    with pytest.raises(RuntimeError):
        made.run(1)
    assert everything(made) == before
    made.loss = loss
    made.run(2)
    assert everything(made) == expected


def test_what_is_frozen_and_in_which_mode_is_part_of_a_run(tmp_path: Path) -> None:
    whole = rich()
    whole.run(3)
    whole.net[0].requires_grad_(False)
    whole.net[1].eval()
    whole.run(2)
    nn.save(whole, tmp_path / "run.npz")
    whole.run(6)
    state = everything(whole)
    resumed = rich(seed=3)
    resumed.net[4].requires_grad_(False)
    resumed.load_state_dict(nn.load(tmp_path / "run.npz"))
    flags = [param.requires_grad for param in resumed.net.parameters()]
    assert flags == [False, *[True] * (len(flags) - 1)]
    resumed.run(6)
    assert everything(resumed) == state
    older = nn.load(tmp_path / "run.npz")
    del older["frozen"], older["evaluating"]
    resumed.load_state_dict(older)
    assert not resumed.net[0].weight.requires_grad  # as it was
