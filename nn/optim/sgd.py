"""Stochastic gradient descent: against the gradient, with momentum if wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, multiply, subtract

from autograd import Tensor
from autograd.errors import message

from ..errors import ConfigError
from .flat import Array
from .optimizer import Group, Optimizer, check_numbers, downhill


class SGD(Optimizer):
    """p -= lr * v, where v = momentum * v + (1 - dampening) * g, and g = gradient + weight_decay * p.

    At the first step v = g. With momentum 0 the step is p -= lr * g, and no v is kept. `nesterov` looks ahead:
    p -= lr * (g + momentum * v). These are PyTorch's forms: the momentum of 0.9 lets steps grow tenfold.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0.
        momentum: from 0, which remembers nothing; 0.5, 0.9 and 0.99 are usual.
        dampening: what is taken from the gradient's share in v.
        weight_decay: the strength of an L2 penalty, at least 0.
        nesterov: needs a momentum above 0 and dampening 0.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Sources: Polyak 1964 for momentum; Sutskever et al. 2013, "On the importance of initialization and momentum in
    deep learning", for the form of Nesterov's step.

    Example:
        >>> w = Tensor([1.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.1, momentum=0.9)
        >>> for _ in range(3):
        ...     optimizer.zero_grad()
        ...     (w * w).sum().backward()
        ...     optimizer.step()
        ...     print(round(w.item(), 4))
        0.8
        0.46
        0.062
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
        super().__init__(params, {**defaults, "nesterov": nesterov, "maximize": maximize})

    def check(self, group: Group) -> None:
        """Refuse negative options, and nesterov without momentum."""
        check_numbers("SGD", group, lr="0.01", momentum="0.9", weight_decay="0")
        if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
            got = f"nesterov=True with momentum={group['momentum']} and dampening={group['dampening']}"
            raise ConfigError(message("SGD", got, "momentum above 0 and dampening=0", "pass momentum=0.9"))

    def slots(self, group: Group) -> tuple[str, ...]:
        """The velocity v, if there is momentum."""
        return ("momentum_buffer",) if group["momentum"] else ()

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """Rate, momentum, the gradient's share in v, decay."""
        share = 1.0 - group["dampening"] if step > 1 else 1.0
        return group["lr"], group["momentum"], share, group["weight_decay"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        lr, momentum, share, decay = numbers
        g = downhill(group, p, g, s, decay)
        if slots:
            (v,) = slots
            multiply(v, momentum, v)
            add(v, multiply(g, share, t) if group["dampening"] else g, v)
            g = add(g, multiply(v, momentum, t), t) if group["nesterov"] else v
        subtract(p, multiply(g, lr, t), p)
