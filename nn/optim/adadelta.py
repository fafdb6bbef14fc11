"""Adadelta: steps in the unit of the parameter, from running means of squared gradients and of squared steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from autograd import Tensor

from .flat import Array
from .optimizer import Group, Optimizer, check_number, check_numbers, downhill


class Adadelta(Optimizer):
    """p -= lr * d, where d = g * sqrt(u + eps) / sqrt(r + eps), and r and u are running means of g*g and of d*d.

    The root of u has the unit of p, that of r the unit of g: the step has the unit of p, and needs no rate.

    Args:
        params: tensors or parameter groups.
        lr: what the step is multiplied by, at least 0; 1 is the paper's.
        rho: how much of both means is kept, from 0 to 1.
        eps: at least 0; it also sets how long the first steps are.
        weight_decay: the strength of an L2 penalty, at least 0.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Zeiler 2012, arXiv:1212.5701.

    Example:
        >>> w = Tensor([1.0], requires_grad=True)
        >>> optimizer = Adadelta([w])
        >>> for _ in range(3):
        ...     w.grad = [5.0]
        ...     optimizer.step()
        ...     print(round(w.item(), 6))
        0.996838
        0.993593
        0.990292
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, defaults)

    def check(self, group: Group) -> None:
        """Refuse negative options, and a rho above 1."""
        check_numbers("Adadelta", group, lr="1", eps="1e-6", weight_decay="0")
        check_number("Adadelta", "rho", group["rho"], "pass rho=0.9", most=1.0)

    def slots(self, group: Group) -> tuple[str, ...]:
        """The running means r and u."""
        return ("square_avg", "acc_delta")

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """Rate, the shares of old and new in both means, eps, decay."""
        return group["lr"], group["rho"], 1.0 - group["rho"], group["eps"], group["weight_decay"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        lr, rho, rest, eps, decay = numbers
        r, u = slots
        g = downhill(group, p, g, s, decay)
        multiply(multiply(g, g, t), rest, t)
        add(multiply(r, rho, r), t, r)
        divide(g, sqrt(add(r, eps, t), t), s)
        multiply(s, sqrt(add(u, eps, t), t), s)  # d
        multiply(multiply(s, s, t), rest, t)
        add(multiply(u, rho, u), t, u)
        subtract(p, multiply(s, lr, s), p)
