"""Writes schedules.npz: fifty epochs of PyTorch's learning-rate schedules, `python -m tests.nn.reference.schedules`.

It needs torch 2.13 (`pip install torch==2.13.0` in an environment of its own); the tests need only the file. With
`--check` it writes nothing, and says whether the file still has PyTorch's numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.nn.reference.stored import main

EPOCHS = 50
# Each makes a schedule from the module that has the schedules, PyTorch's or ours, and an optimiser with two groups.
SCHEDULES: dict[str, Callable[[Any, Any], Any]] = {
    "lambda": lambda s, o: s.LambdaLR(o, lambda epoch: 0.95**epoch),
    "lambdas": lambda s, o: s.LambdaLR(o, [lambda epoch: 1 / (1 + epoch), lambda epoch: 1.0 + epoch]),
    "multiplicative": lambda s, o: s.MultiplicativeLR(o, lambda epoch: 0.9 if epoch % 3 else 1.1),
    "step": lambda s, o: s.StepLR(o, 7),
    "step_gamma": lambda s, o: s.StepLR(o, step_size=1, gamma=0.9),
    "multi_step": lambda s, o: s.MultiStepLR(o, [30, 4, 11]),
    "multi_step_twice": lambda s, o: s.MultiStepLR(o, [0, 5, 5, 20], gamma=0.5),
    "constant": lambda s, o: s.ConstantLR(o),
    "constant_options": lambda s, o: s.ConstantLR(o, factor=0.25, total_iters=12),
    "linear": lambda s, o: s.LinearLR(o),
    "linear_down": lambda s, o: s.LinearLR(o, start_factor=1.0, end_factor=0.1, total_iters=30),
    "exponential": lambda s, o: s.ExponentialLR(o, gamma=0.93),
    "polynomial": lambda s, o: s.PolynomialLR(o),
    "polynomial_power": lambda s, o: s.PolynomialLR(o, total_iters=40, power=2.5),
    "cosine": lambda s, o: s.CosineAnnealingLR(o, T_max=20),
    "cosine_once": lambda s, o: s.CosineAnnealingLR(o, T_max=50, eta_min=0.001),
    "cosine_short": lambda s, o: s.CosineAnnealingLR(o, 1, eta_min=0.01),
    "restarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 7),
    "restarts_longer": lambda s, o: s.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.002),
    "one_cycle": lambda s, o: s.OneCycleLR(o, max_lr=0.5, total_steps=50),
    "one_cycle_longer": lambda s, o: s.OneCycleLR(o, max_lr=[0.5, 0.1], epochs=9, steps_per_epoch=7, pct_start=0.5),
    "one_cycle_linear": lambda s, o: s.OneCycleLR(
        o, 0.5, total_steps=50, anneal_strategy="linear", cycle_momentum=False, div_factor=10.0, final_div_factor=100.0
    ),
    "one_cycle_three": lambda s, o: s.OneCycleLR(
        o, 0.5, total_steps=60, three_phase=True, base_momentum=0.5, max_momentum=0.8
    ),
    "cyclic": lambda s, o: s.CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=6),
    "cyclic_uneven": lambda s, o: s.CyclicLR(o, [0.01, 0.02], [0.1, 0.3], step_size_up=3, step_size_down=9),
    "cyclic_halving": lambda s, o: s.CyclicLR(o, 0.01, 0.1, step_size_up=5, mode="triangular2", base_momentum=0.6),
    "cyclic_exp": lambda s, o: s.CyclicLR(o, 0.01, 0.1, step_size_up=5, mode="exp_range", gamma=0.97),
    "cyclic_own": lambda s, o: s.CyclicLR(
        o, 0.01, 0.1, step_size_up=5, scale_fn=lambda x: 1 / (1 + 0.1 * x), scale_mode="iterations",
        cycle_momentum=False,
    ),
    "chained": lambda s, o: s.ChainedScheduler(
        [s.ConstantLR(o, factor=0.1, total_iters=20), s.ExponentialLR(o, gamma=0.9)]
    ),
    "chained_three": lambda s, o: s.ChainedScheduler(
        [s.LinearLR(o, total_iters=8), s.StepLR(o, 9), s.CosineAnnealingLR(o, 25)], optimizer=o
    ),
    "sequential": lambda s, o: s.SequentialLR(
        o, [s.ConstantLR(o, factor=0.1, total_iters=20), s.ExponentialLR(o, gamma=0.9)], milestones=[20]
    ),
    "sequential_four": lambda s, o: s.SequentialLR(
        o,
        [s.LinearLR(o, total_iters=5), s.CosineAnnealingLR(o, 10), s.PolynomialLR(o, 12), s.MultiStepLR(o, [2, 5])],
        milestones=[5, 20, 38],
    ),
    "sequential_restarts": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, total_iters=6), s.CosineAnnealingWarmRestarts(o, 4, T_mult=2)], milestones=[6]
    ),
    "sequential_of_chained": lambda s, o: s.SequentialLR(
        o,
        [s.ChainedScheduler([s.LinearLR(o, total_iters=6), s.StepLR(o, 4, gamma=0.5)]), s.ExponentialLR(o, 0.9)],
        milestones=[12],
    ),
    "sequential_of_sequential": lambda s, o: s.SequentialLR(
        o,
        [s.SequentialLR(o, [s.ConstantLR(o), s.ExponentialLR(o, 0.8)], milestones=[7]), s.StepLR(o, 5)],
        milestones=[15],
    ),
}  # fmt: skip
# Schedules whose next rate follows from the last one: the rate is changed by hand on the way.
DISTURBED = ("multiplicative", "step", "multi_step", "constant_options", "linear_down", "exponential",
             "polynomial_power", "cosine", "restarts", "chained")  # fmt: skip
# Schedules that are made anew, to go on after an epoch, on an optimiser that has its `initial_lr`. PyTorch's CyclicLR
# forgets its base_lr for the first rate after that; ours does not.
CONTINUED = ("lambda", "step", "multi_step", "constant_options", "linear_down", "exponential", "polynomial_power",
             "cosine")  # fmt: skip
PLATEAUS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "short": {"factor": 0.5, "patience": 2},
    "max": {"mode": "max", "factor": 0.5, "patience": 1, "threshold": 0.1},
    "max_abs": {"mode": "max", "factor": 0.5, "patience": 1, "threshold": 0.1, "threshold_mode": "abs"},
    "abs": {"factor": 0.3, "patience": 3, "threshold": 0.05, "threshold_mode": "abs"},
    "cooldown": {"factor": 0.5, "patience": 1, "cooldown": 4},
    "least": {"factor": 0.1, "patience": 0, "min_lr": [0.01, 0.004], "eps": 1e-3},
}


def measures() -> list[float]:
    """A validation loss over the epochs: falling, noisy, with one NaN."""
    rng = np.random.default_rng(3)
    values = [math.exp(-0.08 * epoch) + 0.1 * float(noise) for epoch, noise in enumerate(rng.standard_normal(EPOCHS))]
    values[17] = math.nan
    return values


def row(optimizer: Any) -> list[float]:
    """What a schedule may set: rate and momentum of both groups."""
    return [float(group[name]) for group in optimizer.param_groups for name in ("lr", "momentum")]


def epochs(schedules: Any, optimizer: Any, name: str, *, disturbed: bool = False) -> list[list[float]]:
    """Fifty epochs under a schedule."""
    scheduler = SCHEDULES[name](schedules, optimizer)
    rows = []
    for epoch in range(EPOCHS):
        rows.append(row(optimizer))
        optimizer.step()
        scheduler.step()
        if disturbed and epoch == 15:
            optimizer.param_groups[0]["lr"] *= 0.5
    return rows


def continued(schedules: Any, optimizer: Any, name: str) -> list[list[float]]:
    """Ten epochs under a schedule that goes on after epoch 13."""
    made = SCHEDULES[name]
    for group in optimizer.param_groups:
        group["initial_lr"] = group["lr"]
        group["lr"] *= 0.7
    scheduler = made(_After(schedules, 13), optimizer)
    rows = []
    for _ in range(10):
        rows.append(row(optimizer))
        optimizer.step()
        scheduler.step()
    return rows


class _After:
    """A module of schedules whose classes get `last_epoch`."""

    def __init__(self, schedules: Any, last_epoch: int) -> None:
        self._schedules, self._last_epoch = schedules, last_epoch

    def __getattr__(self, name: str) -> Any:
        made = getattr(self._schedules, name)
        return lambda *args, **options: made(*args, **options, last_epoch=self._last_epoch)


def plateau(schedules: Any, optimizer: Any, name: str) -> list[list[float]]:
    """Fifty epochs under ReduceLROnPlateau."""
    scheduler = schedules.ReduceLROnPlateau(optimizer, **PLATEAUS[name])
    rows = []
    for measure in measures():
        optimizer.step()
        scheduler.step(measure)
        rows.append(row(optimizer))
    return rows


def fractions(schedules: Any, optimizer: Any, mult: int) -> list[list[float]]:
    """Warm restarts that are told the epoch, with its fraction."""
    scheduler = schedules.CosineAnnealingWarmRestarts(optimizer, T_0=3, T_mult=mult)
    rows = []
    for quarter in range(60):
        optimizer.step()
        scheduler.step(quarter / 4)
        rows.append(row(optimizer))
    return rows


def numbers(torch: Any) -> dict[str, Any]:
    """All of it, in float64."""
    torch.set_default_dtype(torch.float64)
    schedules = torch.optim.lr_scheduler

    def optimizer() -> Any:
        groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in (0.2, 0.05)]
        return torch.optim.SGD(groups, momentum=0.5)

    out = {name: epochs(schedules, optimizer(), name) for name in SCHEDULES}
    out |= {f"disturbed/{name}": epochs(schedules, optimizer(), name, disturbed=True) for name in DISTURBED}
    out |= {f"continued/{name}": continued(schedules, optimizer(), name) for name in CONTINUED}
    out |= {f"plateau/{name}": plateau(schedules, optimizer(), name) for name in PLATEAUS}
    out |= {f"fractions/{mult}": fractions(schedules, optimizer(), mult) for mult in (1, 2)}
    return out


if __name__ == "__main__":
    main("schedules", numbers)
