"""A rate that falls when training has come to a halt."""

from __future__ import annotations

import math
from typing import Any

from autograd.errors import message

from ...errors import ConfigError
from ..optimizer import Optimizer, check_number
from .base import LRScheduler, check_whole, checked_optimizer, for_each_group


class ReduceLROnPlateau(LRScheduler):
    """The rate times `factor` once a measure has not got better for more than `patience` epochs.

    `step` takes the measure: a validation loss, say, or with mode="max" an accuracy. NaN counts as no better.

    Args:
        optimizer: whose rates are set.
        mode: "min" or "max": which way is better.
        factor: from 0 to below 1.
        patience: how many epochs without getting better are let pass.
        threshold: by how much a measure has to beat the best one.
        threshold_mode: "rel", a share of the best, or "abs".
        cooldown: how many epochs after a fall are not counted.
        min_lr: the least rate, or one for each group.
        eps: a fall by less than this is not made.

    Example:
        >>> import nn
        >>> optimizer = nn.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
        >>> scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
        >>> for loss in (1.0, 0.5, 0.5, 0.6, 0.4, 0.4):
        ...     scheduler.step(loss)
        ...     print(loss, optimizer.param_groups[0]["lr"])
        1.0 0.1
        0.5 0.1
        0.5 0.1
        0.6 0.05
        0.4 0.05
        0.4 0.05
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        where = "ReduceLROnPlateau"
        for name, value, allowed in (
            ("mode", mode, ("min", "max")),
            ("threshold_mode", threshold_mode, ("rel", "abs")),
        ):
            if value not in allowed:
                got, do = f"{name}={value!r}", f"pass {name}={allowed[0]!r}"
                raise ConfigError(message(where, got, f"{allowed[0]!r} or {allowed[1]!r}", do))
        check_number(where, "factor", factor, "pass factor=0.1", below=1.0)
        check_number(where, "threshold", threshold, "pass threshold=1e-4")
        check_number(where, "eps", eps, "pass eps=1e-8")
        check_whole(where, "patience", patience, 10, least=0)
        check_whole(where, "cooldown", cooldown, 0, least=0)
        self.optimizer = checked_optimizer(where, optimizer)
        self.min_lrs = for_each_group(where, "min_lr", min_lr, optimizer)
        self.mode, self.factor, self.patience, self.min_lr = mode, factor, patience, min_lr
        self.threshold, self.threshold_mode, self.cooldown, self.eps = threshold, threshold_mode, cooldown, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0
        self.base_lrs = [group["lr"] for group in optimizer.param_groups]
        self._last_lr = list(self.base_lrs)

    def step(self, metrics: Any) -> None:  # type: ignore[override]  # PyTorch's signature
        """Take the measure of an epoch, a number or a tensor of one element; let the rate fall if it is time."""
        current = float(metrics)
        self.last_epoch += 1
        if self._is_better(current):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        rates = [group["lr"] for group in self.groups]
        if self.num_bad_epochs > self.patience:
            lower = [max(lr * self.factor, least) for lr, least in zip(rates, self.min_lrs, strict=True)]
            rates = [new if old - new > self.eps else old for old, new in zip(rates, lower, strict=True)]
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self.write(rates)

    def _is_better(self, current: float) -> bool:
        sign = 1.0 if self.mode == "min" else -1.0
        margin = self.threshold if self.threshold_mode == "abs" else None
        if margin is not None:
            return sign * current < sign * self.best - margin
        return sign * current < sign * (self.best * (1.0 - sign * self.threshold))
