"""Compiled and eager runs: the same to rounding, each the same bits again; and what is done where one can't compile."""

from __future__ import annotations

import copy
import logging
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.errors import UnsupportedError
from nn.errors import ConfigError, NNError, StateError
from tests.nn.training.runs import LABELS, POINTS, everything, plain, repeats, rich, ways_to_14


class Printing(nn.Module):
    """A network that says what it does."""

    def __init__(self) -> None:
        self.only = nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        print("forward")
        return self.only(x)


def simple(net: nn.Module, **options: Any) -> nn.Trainer:
    optimizer = nn.optim.SGD(net.parameters(), lr=0.1)
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, (POINTS, LABELS), batch_size=16, **options)


@pytest.mark.parametrize("options", [{}, {"clip_norm": None}, {"clip_norm": None, "clip_value": 0.01}])
def test_both_ways_agree_to_rounding(options: dict[str, Any]) -> None:
    # in float64, as fourteen steps make more of an error in the seventh digit than a test can bound
    fast, slow = (made for way in (None, False) if (made := rich(dtype=np.float64, compile=way, **options)).run(14))
    assert (fast.compiled, slow.compiled) == (True, False)
    assert (fast.why_eager, slow.why_eager) == ("", "compile=False")
    for one, other in zip(fast.history, slow.history, strict=True):
        assert one.loss == pytest.approx(other.loss, rel=1e-12)
        assert list(one.grad_norms) == list(other.grad_norms)
        assert list(one.grad_norms.values()) == pytest.approx(list(other.grad_norms.values()), rel=1e-10)
    for name, values in slow.net.state_dict().items():
        np.testing.assert_allclose(fast.net.state_dict()[name], values, rtol=1e-10, atol=1e-14, err_msg=name)
    for one, other in zip(fast.net.parameters(), slow.net.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        np.testing.assert_allclose(one.grad.data, other.grad.data, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("way", [True, False])
def test_within_a_way_the_same_bits(way: bool) -> None:
    whole, *others = ways_to_14(partial(rich, compile=way))
    for other in others:
        assert other == whole


def test_a_checkpoint_brings_its_way_along() -> None:
    eager = rich(compile=False)
    eager.run(5)
    assert eager.state_dict()["compiled"] is False
    state = copy.deepcopy(eager.state_dict())
    eager.run(5)
    expected = eager.history
    made = rich(compile=None)
    made.load_state_dict(state)
    made.run(5)
    assert (made.compiled, made.why_eager) == (False, "the run was eager before")
    assert made.history == expected
    with pytest.raises(StateError, match="a run with compile=False where the trainer has compile=True"):
        rich(compile=True).load_state_dict(state)
    old = {name: value for name, value in state.items() if name != "compiled"}
    made.load_state_dict(old)
    assert made.step_count == 5
    begun = rich(compile=None)
    assert begun.compiled is None
    assert begun.state_dict()["compiled"] is None


def test_what_is_no_computation_is_eager_and_said_once(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    made = simple(Printing())
    with caplog.at_level(logging.INFO):
        made.run(6)
    assert capsys.readouterr().out.split() == ["forward"] * 6
    assert made.compiled is False
    assert "got a step that prints 'forward'; expected one that only computes" in made.why_eager
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert repr(made).endswith("6 steps made, eager)")


def test_compiled_or_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    made = simple(Printing(), compile=True)
    before = plain(made.net.state_dict())
    with pytest.raises(UnsupportedError, match="a step that prints"):
        made.run(1)
    assert plain(made.net.state_dict()) == before
    assert (made.step_count, capsys.readouterr().out) == (0, "")
    with pytest.raises(ConfigError, match="compile='yes'; expected True, False or None"):
        simple(nn.Linear(2, 2), compile="yes")


def test_a_branch_on_a_value_is_eager_with_the_numbers_of_a_step_by_hand() -> None:
    class Branching(nn.Linear):
        def forward(self, x: Any) -> Any:
            out = super().forward(x)
            return out * 2 if out.sum().item() > 0 else out

    nn.manual_seed(0)
    ways = []
    for way in (None, False):
        nn.manual_seed(0)
        made = simple(Branching(2, 2), compile=way)
        made.run(9)
        ways.append((made.history, plain(made.net.state_dict())))
    assert ways[0] == ways[1]


def test_from_where_on_it_was_eager_is_on_record() -> None:
    made = rich(compile=None)
    made.run(6)
    inner, seen = made.loss, []

    def counting(out: Any, target: Any) -> Any:
        seen.append(1)
        return inner(out, target)

    made.loss = counting
    made.run(6)
    assert len(seen) == 6 + 2  # the validation data's at the end of two epochs
    expected = everything(made)
    assert made.compiled is False
    assert "side effect" in made.why_eager
    made.goto(4)
    assert (made.compiled, made.why_eager) == (True, "")
    made.goto(12)
    assert everything(made) == expected
    made.goto(5)
    made.clip_norm = 0.1  # another way from here, which has nothing that stands in the way of compiling
    made.loss = inner
    made.run(3)
    assert made.compiled


def test_a_step_that_someone_watches_is_eager_and_is_so_again() -> None:
    made = rich(compile=None)
    made.run(3)
    passed: list[Any] = []
    with made.net[0].weight.register_hook(lambda grad: passed.append(grad.shape)):
        made.run(2)
    made.run(4)
    assert len(passed) == 2
    assert made._watched == {3, 4}
    assert repeats(made, 2)


def test_anomalies_are_found_in_a_trainer_too() -> None:
    net = nn.Sequential(nn.Linear(2, 2))
    made = simple(net)
    made.run(2)
    net[0].weight.data[...] = np.inf
    found = pytest.raises(autograd.errors.AutogradError, match="backward through 'softmax_cross_entropy': got 32 NaN")
    with np.errstate(all="ignore"), autograd.detect_anomaly(), found:
        made.run(1)


@pytest.mark.parametrize("way", [None, False])
def test_a_step_that_fails_changes_nothing_either_way(way: bool | None) -> None:
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    labels = LABELS.copy()
    labels[-1] = 7
    optimizer = nn.optim.Adam(net.parameters())
    loader = nn.data.DataLoader((POINTS, labels), 16, shuffle=False)
    made = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, loader, compile=way)
    made.run(3)
    before = everything(made)
    for _ in range(2):
        with pytest.raises(NNError, match="7"):
            made.run(1)
        assert everything(made) == before
    assert made.compiled is (way is None)


def test_parameters_outside_the_optimiser_do_not_add_up_gradients() -> None:
    norms = []
    for way in (True, False):
        nn.manual_seed(0)
        net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
        optimizer = nn.optim.SGD(net[2].parameters(), lr=0.0)
        made = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, (POINTS, LABELS), batch_size=50, compile=way)
        events = made.run(3)
        assert [event.grad_norms["0.weight"] for event in events] == pytest.approx(
            [events[0].grad_norms["0.weight"]] * 3
        )
        norms.append(events[0].grad_norms)
    assert norms[0] == pytest.approx(norms[1], rel=1e-5)


def test_twins_have_programs_of_their_own() -> None:
    made = rich(compile=None)
    made.run(3)
    before = everything(made)["net"]
    twin = made.twin()
    twin.run(4)
    assert twin.compiled
    assert everything(made)["net"] == before


def test_a_loss_that_is_no_number_is_no_warning() -> None:
    net, data = nn.Linear(2, 2), (POINTS * 1e9, LABELS)
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=1e38), data, compile=True)
    made.run(4)
    assert any(event.trouble for event in made.history)
