"""RAdam: Adam that waits with its division until the running mean of squares can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from autograd import Tensor

from .adam import moments, shares_of
from .flat import Array
from .optimizer import Group, Optimizer, check_betas, check_numbers, decayed


class RAdam(Optimizer):
    """Adam with a factor that starts its steps small, and momentum alone for the first few.

    v is a mean over few gradients at first, so that its root varies wildly. With rho(n) = rho - 2 * n * beta2**n /
    (1 - beta2**n), the number of gradients that it stands for at step n, and rho = 2 / (1 - beta2) - 1: up to
    rho(n) = 5 the step is lr * m', afterwards lr * r * m' / (sqrt(v') + eps) with the paper's factor r, which
    rises to 1. With beta2 = 0.999 the first 5 steps are of the first kind.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0.
        betas: beta1 and beta2, each from 0 to below 1.
        eps: at least 0; it keeps the quotient finite where gradients are 0.
        weight_decay: the strength of an L2 penalty, at least 0.
        decoupled_weight_decay: shrink p by lr * weight_decay itself, as in `AdamW`.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Liu et al. 2019, arXiv:1908.03265.

    Example:
        >>> w = Tensor([1.0], requires_grad=True)
        >>> optimizer = RAdam([w], lr=0.1)
        >>> for _ in range(7):
        ...     before = w.item()
        ...     w.grad = [3.0]
        ...     optimizer.step()
        ...     print(round(before - w.item(), 4))
        0.3
        0.3
        0.3
        0.3
        0.3
        0.0026
        0.0033
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, {**defaults, "decoupled_weight_decay": decoupled_weight_decay})

    def check(self, group: Group) -> None:
        """Refuse negative options, and betas that are not in [0, 1)."""
        check_numbers("RAdam", group, lr="0.001", eps="1e-8", weight_decay="0")
        check_betas("RAdam", group)

    def slots(self, group: Group) -> tuple[str, ...]:
        """The running means m and v."""
        return ("exp_avg", "exp_avg_sq")

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """The shares of old and new in both means, the two rates of which one is 0, eps, decay, shrinking."""
        lr, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
        bias1, bias2 = 1.0 - beta1**step, 1.0 - beta2**step
        limit = 2.0 / (1.0 - beta2) - 1.0
        rho = limit - 2.0 * step * beta2**step / bias2
        plain, divided = lr / bias1, 0.0
        if rho > 5.0:
            r = math.sqrt((rho - 4.0) * (rho - 2.0) * limit / ((limit - 4.0) * (limit - 2.0) * rho))
            plain, divided = 0.0, lr / bias1 * math.sqrt(bias2) * r
        return *shares_of(group["betas"]), plain, divided, group["eps"], decay, 1.0 - lr * decay

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        *shares, plain, divided, eps, decay, shrink = numbers
        m, v = slots
        g = decayed(group, p, g, s, decay, shrink)
        moments(m, v, g, shares, t)
        if divided:
            divide(m, add(sqrt(v, t), eps, t), t)
            subtract(p, multiply(t, divided, t), p)
        else:
            subtract(p, multiply(m, plain, t), p)
