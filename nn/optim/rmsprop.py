"""RMSProp: each parameter's step is divided by the root of a running mean of its squared gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from autograd import Tensor

from .flat import Array
from .optimizer import Group, Optimizer, check_number, check_numbers, downhill


class RMSprop(Optimizer):
    """p -= lr * g / (sqrt(r) + eps), where r = alpha * r + (1 - alpha) * g*g: AdaGrad that forgets.

    A smaller alpha favours the recent: after a jump of the gradient r has gone 63 % of the way in about
    1 / (1 - alpha) steps. r begins at 0, so that the first step is lr / sqrt(1 - alpha) long.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0.
        alpha: how much of r is kept, from 0 to 1; 0.9, 0.99 and 0.999 are usual.
        eps: at least 0; it keeps the quotient finite where gradients are 0.
        weight_decay: the strength of an L2 penalty, at least 0.
        momentum: at least 0; above 0 the quotient goes into a velocity, b = momentum * b + g / (sqrt(r) + eps).
        centered: divide by the deviation of g, sqrt(r - mean(g)**2), instead of its root mean square.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Sources: Tieleman and Hinton 2012, lecture 6.5 of "Neural Networks for Machine Learning"; `centered` is from
    Graves 2013, arXiv:1308.0850.

    Example:
        >>> w = Tensor([1.0], requires_grad=True)
        >>> optimizer = RMSprop([w], lr=0.1, alpha=0.9)
        >>> for _ in range(3):
        ...     w.grad = [5.0]
        ...     optimizer.step()
        ...     print(round(w.item(), 4))
        0.6838
        0.4544
        0.2623
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**defaults, "centered": centered, "maximize": maximize})

    def check(self, group: Group) -> None:
        """Refuse negative options, and an alpha above 1."""
        check_numbers("RMSprop", group, lr="0.01", eps="1e-8", weight_decay="0", momentum="0.9")
        check_number("RMSprop", "alpha", group["alpha"], "pass alpha=0.99", most=1.0)

    def slots(self, group: Group) -> tuple[str, ...]:
        """The running mean r, the velocity if there is momentum, the mean of g if centred."""
        names = ("square_avg", "momentum_buffer") if group["momentum"] else ("square_avg",)
        return (*names, "grad_avg") if group["centered"] else names

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """Rate, the shares of old and new in r, eps, momentum, decay."""
        alpha = group["alpha"]
        return group["lr"], alpha, 1.0 - alpha, group["eps"], group["momentum"], group["weight_decay"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        lr, alpha, rest, eps, momentum, decay = numbers
        r = slots[0]
        g = downhill(group, p, g, s, decay)
        multiply(multiply(g, g, t), rest, t)
        add(multiply(r, alpha, r), t, r)
        if group["centered"]:
            mean = slots[-1]
            add(multiply(mean, alpha, mean), multiply(g, rest, t), mean)
            sqrt(subtract(r, multiply(mean, mean, t), t), t)
        else:
            sqrt(r, t)
        divide(g, add(t, eps, t), t)
        if group["momentum"]:
            velocity = slots[1]
            add(multiply(velocity, momentum, velocity), t, velocity)
            multiply(velocity, lr, t)
        else:
            multiply(t, lr, t)
        subtract(p, t, p)
