"""AdaGrad: each parameter's step shrinks with all the gradients that it has had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from autograd import Tensor

from .flat import Array
from .optimizer import Group, Optimizer, check_numbers, downhill


class Adagrad(Optimizer):
    """p -= lr * g / (sqrt(r) + eps), where r += g*g: the sum of all squares so far.

    Parameters that seldom have a gradient keep long steps. For a gradient that stays the same, step number n is
    lr / sqrt(n) long, whatever the gradient's size.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0.
        lr_decay: at least 0; at step n the rate is lr / (1 + (n - 1) * lr_decay).
        weight_decay: the strength of an L2 penalty, at least 0.
        initial_accumulator_value: what r begins at, at least 0.
        eps: at least 0; it keeps the quotient finite where gradients are 0.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 12.

    Example:
        >>> w = Tensor([1.0], requires_grad=True)
        >>> optimizer = Adagrad([w], lr=0.1)
        >>> for _ in range(4):
        ...     w.grad = [5.0]
        ...     optimizer.step()
        ...     print(round(w.item(), 4))
        0.9
        0.8293
        0.7716
        0.7216
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, {**defaults, "initial_accumulator_value": initial_accumulator_value})

    def check(self, group: Group) -> None:
        """Refuse negative options."""
        check_numbers("Adagrad", group, lr="0.01", lr_decay="0", weight_decay="0", eps="1e-10")
        check_numbers("Adagrad", group, initial_accumulator_value="0")

    def slots(self, group: Group) -> tuple[str, ...]:
        """The sum r."""
        return ("sum",)

    def begin(self, group: Group) -> dict[str, float]:
        """The sum begins at the value asked for."""
        return {"sum": group["initial_accumulator_value"]}

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """Rate, eps, decay."""
        return group["lr"] / (1.0 + (step - 1) * group["lr_decay"]), group["eps"], group["weight_decay"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        rate, eps, decay = numbers
        (r,) = slots
        g = downhill(group, p, g, s, decay)
        add(r, multiply(g, g, t), r)
        divide(g, add(sqrt(r, t), eps, t), t)
        subtract(p, multiply(t, rate, t), p)
