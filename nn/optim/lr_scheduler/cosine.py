"""Rates that fall along a cosine: slowly at first, fast in the middle, slowly at the end; once, or again and again."""

from __future__ import annotations

import math

from autograd.errors import message

from ...errors import ConfigError
from ..optimizer import Optimizer, check_number
from .base import LRScheduler, check_whole


class CosineAnnealingLR(LRScheduler):
    """From the first rate down to `eta_min` in T_max epochs, along half a cosine; and up again if it goes on.

    Args:
        optimizer: whose rates are set.
        T_max: how many epochs the way down takes, at least 1.
        eta_min: the least rate, at least 0.
        last_epoch: the epoch to go on after; -1 begins.

    Source: Loshchilov and Hutter 2016, "SGDR", arXiv:1608.03983, without its restarts.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> rates = preview(lambda optimizer: CosineAnnealingLR(optimizer, T_max=4), 6, lr=0.8)
        >>> [round(lr, 4) for lr in rates]
        [0.8, 0.6828, 0.4, 0.1172, 0.0, 0.1172]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        check_whole("CosineAnnealingLR", "T_max", T_max, 100)
        check_number("CosineAnnealingLR", "eta_min", eta_min, "pass eta_min=0")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The last rate, in proportion to where the cosine goes; from the first rate where that would divide by 0."""
        if self._is_initial:
            return [group["lr"] for group in self.groups]
        if self._step_count == 1 and self.last_epoch > 0:
            return self.closed_form()
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            pairs = zip(self.base_lrs, self.groups, strict=True)
            return [group["lr"] + (lr - self.eta_min) * rise for lr, group in pairs]
        now, before = (1 + math.cos(math.pi * n / self.T_max) for n in (self.last_epoch, self.last_epoch - 1))
        return [now / before * (group["lr"] - self.eta_min) + self.eta_min for group in self.groups]

    def closed_form(self) -> list[float]:
        """The place on the cosine between the first rate and `eta_min`."""
        height = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return [self.eta_min + (lr - self.eta_min) * height for lr in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine down, then back up to the first rate at once, and down again over T_mult times as many epochs.

    Args:
        optimizer: whose rates are set.
        T_0: how many epochs the first way down takes, at least 1.
        T_mult: how much longer each way down is than the one before, an integer of at least 1.
        eta_min: the least rate, at least 0.
        last_epoch: the epoch to go on after; -1 begins.

    Source: Loshchilov and Hutter 2016, "SGDR: stochastic gradient descent with warm restarts", arXiv:1608.03983.

    Example:
        >>> from nn.optim.lr_scheduler import preview
        >>> rates = preview(lambda optimizer: CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2), 7, lr=0.8)
        >>> [round(lr, 4) for lr in rates]
        [0.8, 0.4, 0.8, 0.6828, 0.4, 0.1172, 0.8]
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        check_whole("CosineAnnealingWarmRestarts", "T_0", T_0, 10)
        check_whole("CosineAnnealingWarmRestarts", "T_mult", T_mult, 2)
        check_number("CosineAnnealingWarmRestarts", "eta_min", eta_min, "pass eta_min=0")
        self.T_0, self.T_i, self.T_mult, self.eta_min = T_0, T_0, T_mult, eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The place on the present cosine between the first rate and `eta_min`."""
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (lr - self.eta_min) * height for lr in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next epoch, or to `epoch`, which may be a fraction: `step(epoch + batch / batches)`."""
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = 0 if epoch is None else epoch
            if epoch < 0:
                got = f"epoch={epoch}"
                raise ConfigError(message(f"{self.kind}.step", got, "a number of at least 0", "count epochs from 0"))
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        self.write(self.get_lr())

    def _go_to(self, epoch: float) -> None:
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n
