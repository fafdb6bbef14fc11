"""Schedules of learning rates: fifty epochs of each against PyTorch's, exact resumption, errors."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.errors import ConfigError, StateError
from nn.optim import lr_scheduler
from nn.optim.lr_scheduler import ChainedScheduler, ExponentialLR, LRScheduler, ReduceLROnPlateau, SequentialLR, StepLR
from tests.nn.reference import stored
from tests.nn.reference.schedules import (
    CONTINUED,
    DISTURBED,
    PLATEAUS,
    SCHEDULES,
    continued,
    epochs,
    fractions,
    measures,
    plateau,
    row,
)


@pytest.fixture(scope="module")
def reference() -> stored.Numbers:
    return stored.load("schedules")


def two_groups(**options: Any) -> nn.optim.SGD:
    groups = [{"params": [Tensor([0.0], requires_grad=True)], "lr": lr} for lr in (0.2, 0.05)]
    return nn.optim.SGD(groups, momentum=0.5, **options)


def same(got: list[list[float]], wanted: np.ndarray) -> None:
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_fifty_epochs(name: str, reference: stored.Numbers) -> None:
    same(epochs(lr_scheduler, two_groups(), name), reference[name])


@pytest.mark.parametrize("name", DISTURBED)
def test_fifty_epochs_with_the_rate_changed_by_hand(name: str, reference: stored.Numbers) -> None:
    same(epochs(lr_scheduler, two_groups(), name, disturbed=True), reference[f"disturbed/{name}"])


@pytest.mark.parametrize("name", CONTINUED)
def test_going_on_after_an_epoch(name: str, reference: stored.Numbers) -> None:
    same(continued(lr_scheduler, two_groups(), name), reference[f"continued/{name}"])


@pytest.mark.parametrize("name", PLATEAUS)
def test_fifty_measures(name: str, reference: stored.Numbers) -> None:
    same(plateau(lr_scheduler, two_groups(), name), reference[f"plateau/{name}"])


@pytest.mark.parametrize("mult", [1, 2])
def test_fractions_of_epochs(mult: int, reference: stored.Numbers) -> None:
    same(fractions(lr_scheduler, two_groups(), mult), reference[f"fractions/{mult}"])


def test_every_schedule_of_the_module_has_a_run() -> None:
    kinds: set[str] = set()

    class Watched:
        def __getattr__(self, name: str) -> Any:
            kinds.add(name)
            return getattr(lr_scheduler, name)

    for make in SCHEDULES.values():
        make(Watched(), two_groups())
    assert kinds == set(lr_scheduler.__all__) - {"LRScheduler", "ReduceLROnPlateau", "preview"}


def test_betas_move_where_there_is_no_momentum() -> None:
    optimizer = nn.optim.Adam([Tensor([0.0], requires_grad=True)], lr=0.1)
    scheduler = lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.999)
    scheduler.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] == 1.0
    assert optimizer.param_groups[0]["betas"] == (0.85, 0.999)
    cyclic = lr_scheduler.CyclicLR(optimizer, 0.1, 0.5, step_size_up=2)
    cyclic.step()
    assert optimizer.param_groups[0]["betas"] == (pytest.approx(0.85), 0.999)


# saved state


@pytest.mark.parametrize("name", SCHEDULES)
def test_resuming_is_the_unbroken_run_bit_for_bit(name: str) -> None:
    whole = epochs(lr_scheduler, two_groups(), name)
    optimizer = two_groups()
    scheduler = SCHEDULES[name](lr_scheduler, optimizer)
    for _ in range(17):
        scheduler.step()
    saved = scheduler.state_dict(), optimizer.state_dict()
    state = json.loads(json.dumps(saved[0]))  # plain numbers, lists and strings: any file can hold it
    for _ in range(3):
        scheduler.step()
    other = two_groups()
    resumed = SCHEDULES[name](lr_scheduler, other)
    resumed.step()
    other.load_state_dict(saved[1])
    resumed.load_state_dict(state)
    rows = []
    for _ in range(50 - 17):
        rows.append(row(other))
        resumed.step()
    assert rows == whole[17:]
    assert resumed.get_last_lr() == [group["lr"] for group in other.param_groups]


@pytest.mark.parametrize("name", PLATEAUS)
def test_resuming_on_a_plateau(name: str) -> None:
    whole = plateau(lr_scheduler, two_groups(), name)
    optimizer = two_groups()
    scheduler = ReduceLROnPlateau(optimizer, **PLATEAUS[name])
    for measure in measures()[:23]:
        scheduler.step(measure)
    other = two_groups()
    resumed = ReduceLROnPlateau(other, **PLATEAUS[name])
    other.load_state_dict(optimizer.state_dict())
    resumed.load_state_dict(scheduler.state_dict())
    rows = []
    for measure in measures()[23:]:
        resumed.step(measure)
        rows.append(row(other))
    assert rows == whole[23:]


def test_a_state_is_a_copy() -> None:
    scheduler = lr_scheduler.MultiStepLR(two_groups(), [2, 4])
    state = scheduler.state_dict()
    state["milestones"].append(9)
    assert scheduler.milestones == [2, 4]
    scheduler.load_state_dict(state)
    state["milestones"].append(11)
    assert scheduler.milestones == [2, 4, 9]


def test_a_state_of_another_schedule_is_refused_whole() -> None:
    optimizer = two_groups()
    scheduler = StepLR(optimizer, 3)
    before = scheduler.state_dict()
    other = lr_scheduler.CosineAnnealingLR(two_groups(), 10)
    with pytest.raises(
        StateError, match=r"StepLR\.load_state_dict: got a state with no gamma, no step_size, T_max, eta"
    ):
        scheduler.load_state_dict(other.state_dict())
    with pytest.raises(StateError, match="got a list; expected a state of StepLR"):
        scheduler.load_state_dict([])  # type: ignore[arg-type]
    assert scheduler.state_dict() == before


@pytest.mark.parametrize("kind", ["chained", "sequential"])
def test_a_state_of_other_schedules_is_refused_whole(kind: str) -> None:
    def combined(*inside: Any) -> LRScheduler:
        optimizer = two_groups()
        schedulers = [make(optimizer) for make in inside]
        if kind == "chained":
            return ChainedScheduler(schedulers)
        return SequentialLR(optimizer, schedulers, milestones=[3, 5][: len(schedulers) - 1])

    first, second = (lambda o: StepLR(o, 3)), (lambda o: ExponentialLR(o, 0.9))
    scheduler = combined(first, second)
    scheduler.step()
    before = scheduler.state_dict()
    with pytest.raises(StateError, match="got a state of 3 schedules; expected 2"):
        scheduler.load_state_dict(combined(first, second, second).state_dict())
    with pytest.raises(StateError, match=r"ExponentialLR\.load_state_dict"):
        scheduler.load_state_dict(combined(lambda o: StepLR(o, 7), first).state_dict())
    assert scheduler.state_dict() == before
    assert repr(scheduler).splitlines()[1].startswith("  StepLR(step_size=3, gamma=0.1)  epoch ")


def test_a_schedule_of_a_copied_optimiser_is_its_own() -> None:
    optimizer = two_groups()
    assert repr(StepLR(optimizer, 3)) == "StepLR(step_size=3, gamma=0.1)  epoch 0, lr 0.2, 0.05"
    assert "initial_lr=0.2" in repr(optimizer)


# errors


def sgd() -> nn.optim.SGD:
    return nn.optim.SGD([Tensor([0.0], requires_grad=True)], lr=0.1)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda s, o: s.StepLR(3, 1), "StepLR: got an int; expected an Optimizer; pass the optimiser first"),
        (lambda s, o: s.StepLR(o, 0), "StepLR: got step_size=0; expected an integer of at least 1"),
        (lambda s, o: s.StepLR(o, 2.5), "step_size=2.5"),
        (lambda s, o: s.StepLR(o, 2, gamma=-1), "gamma=-1"),
        (lambda s, o: s.StepLR(o, 2, last_epoch=4), "whose group 0 has no initial_lr"),
        (lambda s, o: s.LambdaLR(o, 0.5), "LambdaLR: got a float as lr_lambda; expected a function"),
        (lambda s, o: s.LambdaLR(o, [abs, abs]), "LambdaLR: got 2 values of lr_lambda; expected 1, as many as groups"),
        (lambda s, o: s.MultiplicativeLR(o, "x"), "MultiplicativeLR: got a str as lr_lambda"),
        (lambda s, o: s.MultiStepLR(o, [3, -1]), "milestones=-1"),
        (lambda s, o: s.MultiStepLR(o, [3], gamma="x"), "gamma='x'"),
        (lambda s, o: s.ConstantLR(o, factor=2), "factor=2; expected a number from 0 to 1"),
        (lambda s, o: s.ConstantLR(o, total_iters=-1), "total_iters=-1"),
        (lambda s, o: s.LinearLR(o, start_factor=0), "start_factor=0; expected a number above 0"),
        (lambda s, o: s.LinearLR(o, end_factor=1.5), "end_factor=1.5"),
        (lambda s, o: s.LinearLR(o, total_iters=0), "total_iters=0"),
        (lambda s, o: s.ExponentialLR(o, gamma=float("nan")), "gamma=nan"),
        (lambda s, o: s.PolynomialLR(o, total_iters=0), "total_iters=0"),
        (lambda s, o: s.PolynomialLR(o, power=-1), "power=-1"),
        (lambda s, o: s.CosineAnnealingLR(o, 0), "T_max=0"),
        (lambda s, o: s.CosineAnnealingLR(o, 10, eta_min=-1), "eta_min=-1"),
        (lambda s, o: s.CosineAnnealingWarmRestarts(o, 0), "T_0=0"),
        (lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 1.5), "T_mult=1.5"),
        (lambda s, o: s.CosineAnnealingWarmRestarts(o, 2).step(-1), r"step: got epoch=-1"),
        (lambda s, o: s.OneCycleLR(o, 1.0), "OneCycleLR: got no length of the run"),
        (lambda s, o: s.OneCycleLR(o, 1.0, epochs=3), "expected total_steps, or epochs and steps_per_epoch"),
        (lambda s, o: s.OneCycleLR(o, 1.0, epochs=0, steps_per_epoch=3), "epochs=0"),
        (lambda s, o: s.OneCycleLR(o, 1.0, total_steps=0), "total_steps=0"),
        (lambda s, o: s.OneCycleLR(o, -1.0, total_steps=9), "max_lr=-1.0"),
        (lambda s, o: s.OneCycleLR(o, 1.0, total_steps=9, pct_start=1.5), "pct_start=1.5"),
        (lambda s, o: s.OneCycleLR(o, 1.0, total_steps=9, anneal_strategy="sin"), "anneal_strategy='sin'"),
        (lambda s, o: s.OneCycleLR(o, 1.0, total_steps=9, max_momentum=1.0), "max_momentum=1.0"),
        (lambda s, o: s.OneCycleLR(3, 1.0, total_steps=9), "OneCycleLR: got an int; expected an Optimizer"),
        (lambda s, o: s.CyclicLR(o, 0.1, 1.0, mode="square"), "mode='square'; expected one of triangular"),
        (lambda s, o: s.CyclicLR(o, 0.1, 1.0, step_size_up=0), "step_size_up=0"),
        (lambda s, o: s.CyclicLR(o, 0.1, 1.0, step_size_down=0), "step_size_down=0"),
        (lambda s, o: s.CyclicLR(o, [0.1, 0.2], 1.0), "2 values of base_lr"),
        (lambda s, o: s.CyclicLR(o, 0.1, -1.0), "max_lr=-1.0"),
        (lambda s, o: s.ReduceLROnPlateau(o, "less"), "mode='less'; expected 'min' or 'max'"),
        (lambda s, o: s.ReduceLROnPlateau(o, threshold_mode="x"), "threshold_mode='x'"),
        (lambda s, o: s.ReduceLROnPlateau(o, factor=1.0), "factor=1.0; expected a number from 0 to below 1"),
        (lambda s, o: s.ReduceLROnPlateau(o, patience=-1), "patience=-1"),
        (lambda s, o: s.ChainedScheduler([]), "ChainedScheduler: got no schedules"),
        (lambda s, o: s.ChainedScheduler([3]), "ChainedScheduler: got an int at place 0"),
        (lambda s, o: s.ChainedScheduler([s.ReduceLROnPlateau(o)]), "got ReduceLROnPlateau, whose step takes a m"),
        (lambda s, o: s.ChainedScheduler([s.StepLR(o, 1), s.StepLR(sgd(), 1)]), "a StepLR of another .* at place 1"),
        (lambda s, o: s.SequentialLR(o, [s.StepLR(sgd(), 1)], []), "a StepLR of another optimiser at place 0"),
        (lambda s, o: s.SequentialLR(o, [s.StepLR(o, 1)], [3]), r"milestones=\[3\] for 1 schedules; expected one less"),
        (lambda s, o: s.SequentialLR(o, [s.StepLR(o, 1)] * 3, [5, 3]), "expected one less, in order"),
        (lambda s, o: s.SequentialLR(o, [s.StepLR(o, 1)] * 2, [0]), "milestones=0"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_named(make: Any, says: str) -> None:
    optimizer = sgd()
    with pytest.raises((ConfigError, StateError), match=says):
        make(lr_scheduler, optimizer)


def test_no_momentum_to_cycle() -> None:
    optimizer = nn.optim.Adagrad([Tensor([0.0], requires_grad=True)], lr=0.1)
    with pytest.raises(ConfigError, match=r"got Adagrad, which has no momentum; .* pass cycle_momentum=False"):
        lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=10)
    assert optimizer.param_groups[0]["lr"] == 0.1
    lr_scheduler.CyclicLR(optimizer, 0.1, 1.0, cycle_momentum=False)


def test_more_steps_than_the_cycle_has() -> None:
    scheduler = lr_scheduler.OneCycleLR(sgd(), 1.0, total_steps=3)
    for _ in range(3):
        scheduler.step()
    with pytest.raises(StateError, match=r"got step 4; expected at most 3 steps"):
        scheduler.step()


def test_groups_that_were_added_since_are_said() -> None:
    optimizer = sgd()
    scheduler = StepLR(optimizer, 1)
    optimizer.add_param_group({"params": [Tensor([0.0], requires_grad=True)]})
    with pytest.raises(StateError, match="StepLR: got 2 parameter groups; expected 1, as when it was made"):
        scheduler.step()


def test_the_base_class_states_no_rates() -> None:
    with pytest.raises(NotImplementedError):
        LRScheduler(sgd())


def test_a_constant_of_0_comes_back() -> None:
    rates = lr_scheduler.preview(lambda o: lr_scheduler.ConstantLR(o, factor=0.0, total_iters=2), 4, lr=0.5)
    assert rates == [0.0, 0.0, 0.5, 0.5]


def test_what_follows_a_plateau_may_be_a_tensor_or_nan() -> None:
    optimizer = sgd()
    scheduler = ReduceLROnPlateau(optimizer, patience=0, factor=0.5)
    scheduler.step(Tensor(1.0))
    scheduler.step(math.nan)
    assert scheduler.get_last_lr() == [0.05]
    optimizer.add_param_group({"params": [Tensor([0.0], requires_grad=True)]})
    with pytest.raises(StateError, match="2 parameter groups"):
        scheduler.step(1.0)
