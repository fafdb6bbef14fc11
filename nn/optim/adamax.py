"""Adamax: Adam with the largest gradient of the recent past in place of a root mean square."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import absolute, add, divide, maximum, multiply, subtract

from autograd import Tensor

from .flat import Array
from .optimizer import Group, Optimizer, check_betas, check_numbers, downhill


class Adamax(Optimizer):
    """p -= lr * m' / u, where m' is Adam's and u = max(beta2 * u, abs(g) + eps).

    u needs no correction of a bias, and a rare large gradient shortens the steps after it, never lengthens one.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0.
        betas: beta1 and beta2, each from 0 to below 1.
        eps: at least 0; it keeps the quotient finite where gradients are 0.
        weight_decay: the strength of an L2 penalty, at least 0.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Kingma and Ba 2014, arXiv:1412.6980, section 7.1.

    Example:
        >>> w = Tensor([1.0], requires_grad=True)
        >>> optimizer = Adamax([w], lr=0.1)
        >>> for g in (1.0, 10.0, 1.0):
        ...     before = w.item()
        ...     w.grad = [g]
        ...     optimizer.step()
        ...     print(round(before - w.item(), 4))
        0.1
        0.0574
        0.0399
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, defaults)

    def check(self, group: Group) -> None:
        """Refuse negative options, and betas that are not in [0, 1)."""
        check_numbers("Adamax", group, lr="0.002", eps="1e-8", weight_decay="0")
        check_betas("Adamax", group)

    def slots(self, group: Group) -> tuple[str, ...]:
        """The running mean m and the largest gradient u."""
        return ("exp_avg", "exp_inf")

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """The shares of old and new in m, beta2, the rate with m's bias in it, eps, decay."""
        beta1, beta2 = group["betas"]
        rate = group["lr"] / (1.0 - beta1**step)
        return beta1, 1.0 - beta1, beta2, rate, group["eps"], group["weight_decay"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        beta1, rest1, beta2, rate, eps, decay = numbers
        m, u = slots
        g = downhill(group, p, g, s, decay)
        add(multiply(m, beta1, m), multiply(g, rest1, t), m)
        maximum(multiply(u, beta2, u), add(absolute(g, t), eps, t), out=u)
        subtract(p, multiply(divide(m, u, t), rate, t), p)
