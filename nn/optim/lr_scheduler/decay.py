"""Rates that follow a rule of their own: by a function, in steps, exponentially, along a line or a power."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Any

from autograd.errors import an_instance, message

from ...errors import ConfigError
from ..optimizer import Optimizer, check_number
from .base import LRScheduler, check_share, check_whole, for_each_group

Rule = Callable[[int], float]


def _rules(where: str, rule: Any, optimizer: Optimizer) -> list[Rule]:
    rules = for_each_group(where, "lr_lambda", rule, optimizer)
    for each in rules:
        if not callable(each):
            got, do = f"{an_instance(each)} as lr_lambda", "pass lr_lambda=lambda epoch: 0.95**epoch"
            raise ConfigError(message(where, got, "a function of the epoch", do))
    return rules


class LambdaLR(LRScheduler):
    """The first rate times lr_lambda(epoch).

    Args:
        optimizer: whose rates are set.
        lr_lambda: a function of the epoch, or a list of them, one for each group. `state_dict` leaves them out.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> preview(lambda optimizer: LambdaLR(optimizer, lambda epoch: 1 / (epoch + 1)), 4, lr=0.6)
        [0.6, 0.3, 0.19999999999999998, 0.15]
    """

    _unsaved = ("optimizer", "lr_lambdas")

    def __init__(self, optimizer: Optimizer, lr_lambda: Rule | list[Rule], last_epoch: int = -1) -> None:
        self.lr_lambdas = _rules("LambdaLR", lr_lambda, optimizer)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The first rate times the function."""
        return [lr * rule(self.last_epoch) for lr, rule in zip(self.base_lrs, self.lr_lambdas, strict=True)]


class MultiplicativeLR(LRScheduler):
    """The rate of the epoch before times lr_lambda(epoch).

    Args:
        optimizer: whose rates are set.
        lr_lambda: a function of the epoch, or a list of them, one for each group. `state_dict` leaves them out.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> preview(lambda optimizer: MultiplicativeLR(optimizer, lambda epoch: 0.5 if epoch < 3 else 1), 5, lr=0.8)
        [0.8, 0.4, 0.2, 0.2, 0.2]
    """

    _unsaved = ("optimizer", "lr_lambdas")

    def __init__(self, optimizer: Optimizer, lr_lambda: Rule | list[Rule], last_epoch: int = -1) -> None:
        self.lr_lambdas = _rules("MultiplicativeLR", lr_lambda, optimizer)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The last rate times the function."""
        if self._is_initial:
            return [group["lr"] for group in self.groups]
        return [group["lr"] * rule(self.last_epoch) for group, rule in zip(self.groups, self.lr_lambdas, strict=True)]


class StepLR(LRScheduler):
    """Every `step_size` epochs, the rate times gamma.

    Args:
        optimizer: whose rates are set.
        step_size: how many epochs a rate lasts, at least 1.
        gamma: the factor, at least 0.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> preview(lambda optimizer: StepLR(optimizer, 2, gamma=0.5), 6, lr=0.8)
        [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        check_whole("StepLR", "step_size", step_size, 30)
        check_number("StepLR", "gamma", gamma, "pass gamma=0.1")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The last rate, times gamma when a new stretch begins."""
        turns = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return [group["lr"] * self.gamma if turns else group["lr"] for group in self.groups]

    def closed_form(self) -> list[float]:
        """The first rate times a power of gamma."""
        return [lr * self.gamma ** (self.last_epoch // self.step_size) for lr in self.base_lrs]


class MultiStepLR(LRScheduler):
    """At each of some epochs, the rate times gamma.

    Args:
        optimizer: whose rates are set.
        milestones: the epochs, in any order; one that comes twice counts twice.
        gamma: the factor, at least 0.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> preview(lambda optimizer: MultiStepLR(optimizer, [1, 4], gamma=0.5), 6, lr=0.8)
        [0.8, 0.4, 0.4, 0.4, 0.2, 0.2]
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = sorted(milestones)
        for milestone in self.milestones:
            check_whole("MultiStepLR", "milestones", milestone, 30, least=0)
        check_number("MultiStepLR", "gamma", gamma, "pass gamma=0.1")
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The last rate, times gamma at a milestone."""
        times = self.milestones.count(self.last_epoch)
        return [group["lr"] * self.gamma**times if times else group["lr"] for group in self.groups]

    def closed_form(self) -> list[float]:
        """The first rate times a power of gamma."""
        return [lr * self.gamma ** bisect_right(self.milestones, self.last_epoch) for lr in self.base_lrs]


class ConstantLR(LRScheduler):
    """The first rate times `factor` for `total_iters` epochs, then the first rate.

    Args:
        optimizer: whose rates are set.
        factor: from 0 to 1.
        total_iters: how long.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> preview(lambda optimizer: ConstantLR(optimizer, factor=0.5, total_iters=2), 4, lr=0.8)
        [0.4, 0.4, 0.8, 0.8]
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        check_share("ConstantLR", "factor", factor, 0.5)
        check_whole("ConstantLR", "total_iters", total_iters, 5, least=0)
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The last rate, times the factor at first, and divided by it at the end."""
        if self.last_epoch == 0:
            return [group["lr"] * self.factor for group in self.groups]
        if self.last_epoch != self.total_iters:
            return [group["lr"] for group in self.groups]
        if self.factor == 0:  # nothing is left of the rate that could be scaled back
            return list(self.base_lrs)
        return [group["lr"] * (1.0 / self.factor) for group in self.groups]

    def closed_form(self) -> list[float]:
        """The first rate, times the factor before `total_iters`."""
        return [lr * (self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)) for lr in self.base_lrs]


class LinearLR(LRScheduler):
    """Along a line from the first rate times `start_factor` to the first rate times `end_factor`: a warm-up.

    Args:
        optimizer: whose rates are set.
        start_factor: at epoch 0; above 0, up to 1.
        end_factor: from epoch `total_iters` on; from 0 to 1.
        total_iters: how long it takes, at least 1.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> preview(lambda optimizer: LinearLR(optimizer, start_factor=0.25, total_iters=3), 5, lr=0.8)
        [0.2, 0.4, 0.6000000000000001, 0.8, 0.8]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        check_share("LinearLR", "start_factor", start_factor, 0.1)
        check_share("LinearLR", "end_factor", end_factor, 1.0)
        check_whole("LinearLR", "total_iters", total_iters, 5)
        if start_factor == 0:
            do = "pass a small one, such as start_factor=0.01"
            raise ConfigError(message("LinearLR", "start_factor=0", "a number above 0", do))
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The last rate, in proportion to where the line goes."""
        if self.last_epoch == 0:
            return [group["lr"] * self.start_factor for group in self.groups]
        if self._is_initial or self.last_epoch > self.total_iters:
            return [group["lr"] for group in self.groups]
        rise = self.end_factor - self.start_factor
        growth = 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)
        return [group["lr"] * growth for group in self.groups]

    def closed_form(self) -> list[float]:
        """The first rate times the place on the line."""
        done = min(self.total_iters, self.last_epoch) / self.total_iters
        return [lr * (self.start_factor + (self.end_factor - self.start_factor) * done) for lr in self.base_lrs]


class ExponentialLR(LRScheduler):
    """The rate times gamma at every epoch.

    Args:
        optimizer: whose rates are set.
        gamma: the factor, at least 0.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> preview(lambda optimizer: ExponentialLR(optimizer, gamma=0.5), 4, lr=0.8)
        [0.8, 0.4, 0.2, 0.1]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        check_number("ExponentialLR", "gamma", gamma, "pass gamma=0.95")
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The last rate times gamma."""
        return [group["lr"] if self._is_initial else group["lr"] * self.gamma for group in self.groups]

    def closed_form(self) -> list[float]:
        """The first rate times a power of gamma."""
        return [lr * self.gamma**self.last_epoch for lr in self.base_lrs]


class PolynomialLR(LRScheduler):
    """The first rate times (1 - epoch / total_iters)**power, and 0 from there on.

    Args:
        optimizer: whose rates are set.
        total_iters: when the rate reaches 0, at least 1.
        power: 1 is a line; at least 0.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> preview(lambda optimizer: PolynomialLR(optimizer, total_iters=4, power=2.0), 6, lr=0.8)
        [0.8, 0.45, 0.19999999999999998, 0.049999999999999996, 0.0, 0.0]
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        check_whole("PolynomialLR", "total_iters", total_iters, 100)
        check_number("PolynomialLR", "power", power, "pass power=1.0")
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The last rate, in proportion to where the curve goes."""
        if self._is_initial or self.last_epoch > self.total_iters:
            return [group["lr"] for group in self.groups]
        before = 1.0 - (self.last_epoch - 1) / self.total_iters
        fall = ((1.0 - self.last_epoch / self.total_iters) / before) ** self.power
        return [group["lr"] * fall for group in self.groups]

    def closed_form(self) -> list[float]:
        """The first rate times the place on the curve."""
        left = 1.0 - min(self.total_iters, self.last_epoch) / self.total_iters
        return [lr * left**self.power for lr in self.base_lrs]
