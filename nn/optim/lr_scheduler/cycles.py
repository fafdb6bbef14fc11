"""Rates that go up and down within a run, momentum the other way; to be stepped after every batch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd.errors import message

from ...errors import ConfigError, StateError
from ..optimizer import Group, Optimizer, check_number
from .base import LRScheduler, check_share, check_whole, checked_optimizer, for_each_group


def _momentum(where: str, optimizer: Optimizer) -> str:
    """The option that is cycled against the rate: momentum, or the first of the betas."""
    for name in ("betas", "momentum"):
        if name in optimizer.defaults:
            return name
    got, do = f"{optimizer.kind}, which has no momentum", "pass cycle_momentum=False"
    raise ConfigError(message(where, got, "an optimiser with momentum or betas", do))


def _set_momentum(group: Group, option: str, value: float) -> None:
    group[option] = (value, *group["betas"][1:]) if option == "betas" else value


def _take_over_momentum(where: str, optimizer: Optimizer, base: Any, most: Any, begins: bool) -> str:
    option = _momentum(where, optimizer)
    bases, mosts = (
        for_each_group(where, name, value, optimizer)
        for name, value in (("base_momentum", base), ("max_momentum", most))
    )
    for low, high in zip(bases, mosts, strict=True):
        check_number(where, "base_momentum", low, "pass base_momentum=0.85", below=1.0)
        check_number(where, "max_momentum", high, "pass max_momentum=0.95", below=1.0)
    for group, low, high in zip(optimizer.param_groups, bases, mosts, strict=True):
        if begins:
            _set_momentum(group, option, high)
            group["base_momentum"], group["max_momentum"] = low, high
    return option


class OneCycleLR(LRScheduler):
    """From max_lr / div_factor up to max_lr and down to nearly nothing, in one run; momentum down and up.

    The large rate in the middle is more than one could begin with, and it keeps the run away from narrow minima.

    Args:
        optimizer: whose rates are set.
        max_lr: the largest rate, or one for each group.
        total_steps: how many steps the run has; or give `epochs` and `steps_per_epoch`.
        epochs: how often the data are gone through.
        steps_per_epoch: how many steps that takes each time.
        pct_start: the share of the run in which the rate rises, from 0 to 1.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: whether momentum, or the first of the betas, moves against the rate.
        base_momentum: the momentum where the rate is largest.
        max_momentum: the momentum at the ends.
        div_factor: max_lr over the rate at the start.
        final_div_factor: the rate at the start over that at the end.
        three_phase: come back to the first rate as slowly as up, then fall to the last one.
        last_epoch: the step to go on after; -1 begins.

    Raises:
        ConfigError: options that make no sense.
        StateError: more steps than the run has.

    Source: Smith and Topin 2017, "Super-convergence", arXiv:1708.07120.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> rates = preview(lambda optimizer: OneCycleLR(optimizer, max_lr=1.0, total_steps=10), 10)
        >>> [round(lr, 3) for lr in rates]
        [0.04, 0.52, 1.0, 0.95, 0.812, 0.611, 0.389, 0.188, 0.05, 0.0]
    """

    steps_every = "step"

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        checked_optimizer("OneCycleLR", optimizer)
        self.total_steps = _total(total_steps, epochs, steps_per_epoch)
        check_share("OneCycleLR", "pct_start", pct_start, 0.3)
        if anneal_strategy not in ("cos", "linear"):
            got, do = f"anneal_strategy={anneal_strategy!r}", "pass anneal_strategy='cos'"
            raise ConfigError(message("OneCycleLR", got, "'cos' or 'linear'", do))
        most = for_each_group("OneCycleLR", "max_lr", max_lr, optimizer)
        for lr in most:
            check_number("OneCycleLR", "max_lr", lr, "pass max_lr=0.1")
        begins = last_epoch == -1
        self._momentum = ""
        if cycle_momentum:
            self._momentum = _take_over_momentum("OneCycleLR", optimizer, base_momentum, max_momentum, begins)
        self.pct_start, self.anneal_strategy, self.three_phase = pct_start, anneal_strategy, three_phase
        self.max_lr, self.cycle_momentum, self.max_momentum = max_lr, cycle_momentum, max_momentum
        self.base_momentum, self.div_factor, self.final_div_factor = base_momentum, div_factor, final_div_factor
        for group, lr in zip(optimizer.param_groups, most, strict=True):
            if begins:
                group["initial_lr"], group["max_lr"] = lr / div_factor, lr
                group["min_lr"] = group["initial_lr"] / final_div_factor
        super().__init__(optimizer, last_epoch)

    def _phases(self) -> list[tuple[float, str, str, str, str]]:
        """Each phase: its last step, then rate and momentum where it begins and where it ends, by name."""
        rise, last = self.pct_start * self.total_steps - 1, self.total_steps - 1
        up = (rise, "initial_lr", "max_lr", "max_momentum", "base_momentum")
        if not self.three_phase:
            return [up, (last, "max_lr", "min_lr", "base_momentum", "max_momentum")]
        down = (2 * self.pct_start * self.total_steps - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum")
        return [up, down, (last, "initial_lr", "min_lr", "max_momentum", "max_momentum")]

    def get_lr(self) -> list[float]:
        """The place in the present phase; it moves the momentum too."""
        if self.last_epoch > self.total_steps:
            got, do = f"step {self.last_epoch}", "ask for a longer run, or stop"
            raise StateError(message("OneCycleLR.step", got, f"at most {self.total_steps} steps", do))
        phases, start = self._phases(), 0.0
        while len(phases) > 1 and self.last_epoch > phases[0][0]:
            start = phases.pop(0)[0]
        end, lr_from, lr_to, momentum_from, momentum_to = phases[0]
        done = (self.last_epoch - start) / (end - start)
        for group in self.groups:
            if self._momentum:
                _set_momentum(group, self._momentum, self._between(group[momentum_from], group[momentum_to], done))
        return [self._between(group[lr_from], group[lr_to], done) for group in self.groups]

    def _between(self, start: float, end: float, done: float) -> float:
        if self.anneal_strategy == "linear":
            return (end - start) * done + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * done) + 1)


def _total(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    if total_steps is not None:
        check_whole("OneCycleLR", "total_steps", total_steps, 1000)
        return int(total_steps)
    if epochs is None or steps_per_epoch is None:
        got, do = "no length of the run", "pass total_steps=epochs * trainer.steps_per_epoch"
        raise ConfigError(message("OneCycleLR", got, "total_steps, or epochs and steps_per_epoch", do))
    check_whole("OneCycleLR", "epochs", epochs, 10)
    check_whole("OneCycleLR", "steps_per_epoch", steps_per_epoch, 100)
    return int(epochs * steps_per_epoch)


class CyclicLR(LRScheduler):
    """From base_lr up to max_lr and back along straight lines, again and again; momentum the other way.

    Args:
        optimizer: whose rates are set.
        base_lr: the least rate, or one for each group.
        max_lr: the largest rate, or one for each group.
        step_size_up: how many steps up, at least 1.
        step_size_down: how many steps down; None for as many as up.
        mode: "triangular"; "triangular2", whose height halves with every cycle; or "exp_range", whose height is
            gamma**step.
        gamma: see `mode`.
        scale_fn: a function for the height in place of `mode`. `state_dict` leaves it out.
        scale_mode: what `scale_fn` gets: the "cycle", from 1, or the "iterations", from 0.
        cycle_momentum: whether momentum, or the first of the betas, moves against the rate.
        base_momentum: the momentum where the rate is largest.
        max_momentum: the momentum where the rate is least.
        last_epoch: the step to go on after; -1 begins.

    Source: Smith 2015, "Cyclical learning rates for training neural networks", arXiv:1506.01186.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> rates = preview(lambda optimizer: CyclicLR(optimizer, 0.1, 0.5, step_size_up=2, mode="triangular2"), 8)
        >>> [round(lr, 3) for lr in rates]
        [0.1, 0.3, 0.5, 0.3, 0.1, 0.2, 0.3, 0.2]
    """

    _unsaved = ("optimizer", "scale_fn")
    steps_every = "step"

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        checked_optimizer("CyclicLR", optimizer)
        modes = {"triangular": "cycle", "triangular2": "cycle", "exp_range": "iterations"}
        if scale_fn is None and mode not in modes:
            got, do = f"mode={mode!r}", "pass mode='triangular', or a scale_fn"
            raise ConfigError(message("CyclicLR", got, f"one of {', '.join(modes)}", do))
        check_whole("CyclicLR", "step_size_up", step_size_up, 2000)
        down = step_size_up if step_size_down is None else step_size_down
        check_whole("CyclicLR", "step_size_down", down, 2000)
        rates = {name: for_each_group("CyclicLR", name, lr, optimizer) for name, lr in
                 (("base_lr", base_lr), ("max_lr", max_lr))}  # fmt: skip
        for name, values in rates.items():
            for lr in values:
                check_number("CyclicLR", name, lr, f"pass {name}=0.1")
        begins = last_epoch == -1
        self._momentum = ""
        if cycle_momentum:
            self._momentum = _take_over_momentum("CyclicLR", optimizer, base_momentum, max_momentum, begins)
        if begins:
            for group, lr in zip(optimizer.param_groups, rates["base_lr"], strict=True):
                group["lr"] = lr
        self.total_size, self.step_ratio = step_size_up + down, step_size_up / (step_size_up + down)
        self.base_lr, self.max_lr, self.cycle_momentum = base_lr, max_lr, cycle_momentum
        self.step_size_up, self.step_size_down = step_size_up, step_size_down
        self.base_momentum, self.max_momentum = base_momentum, max_momentum
        self.mode, self.gamma, self.scale_fn = mode, gamma, scale_fn
        self.scale_mode = modes[mode] if scale_fn is None else scale_mode
        self.max_lrs = rates["max_lr"]
        self._from_lrs = rates["base_lr"]
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The place on the present line; it moves the momentum too."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        rises = x <= self.step_ratio
        height = x / self.step_ratio if rises else (x - 1) / (self.step_ratio - 1)
        height *= self._scale(cycle if self.scale_mode == "cycle" else self.last_epoch)
        for group in self.groups:
            if self._momentum:
                low, high = group["base_momentum"], group["max_momentum"]
                _set_momentum(group, self._momentum, high - (high - low) * height)
        return [low + (high - low) * height for low, high in zip(self._from_lrs, self.max_lrs, strict=True)]

    def _scale(self, x: float) -> float:
        if self.scale_fn is not None:
            return self.scale_fn(x)
        if self.mode == "triangular2":
            return float(0.5 ** (x - 1))
        return float(self.gamma**x) if self.mode == "exp_range" else 1.0
