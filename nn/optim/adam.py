"""Adam: a step size for each parameter, from running means of its gradient and of the gradient's square."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from autograd import Tensor
from autograd.errors import message

from ..errors import ConfigError
from .flat import Array
from .optimizer import Group, Optimizer, check_number


class Adam(Optimizer):
    """p -= lr * m' / (sqrt(v') + eps), where m and v are running means of g and g*g, and m', v' free of their bias.

    m = beta1 * m + (1 - beta1) * g, m' = m / (1 - beta1**step); v with g*g and beta2 alike. So a step is about lr
    long whatever the gradient's size.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0.
        betas: beta1 and beta2, each from 0 to below 1.
        eps: at least 0; it keeps the quotient finite where gradients are 0.
        weight_decay: the strength of an L2 penalty, at least 0: weight_decay * p is added to g.

    Raises:
        ConfigError: an option is out of its range.

    Source: Kingma and Ba 2014, arXiv:1412.6980, in the form at the end of its section 2.

    Example:
        >>> w = Tensor([1.0, 1000.0], requires_grad=True)
        >>> optimizer = Adam([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.data.round(4).tolist()
        [0.9, 999.9]
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    def check(self, group: Group) -> None:
        """Refuse negative options, and betas that are not in [0, 1)."""
        for name, good in (("lr", "0.001"), ("eps", "1e-8"), ("weight_decay", "0")):
            check_number("Adam", name, group[name], f"pass {name}={good}")
        betas = group["betas"]
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise ConfigError(message("Adam", f"betas={betas!r}", "a pair of numbers", "pass betas=(0.9, 0.999)"))
        for i, beta in enumerate(betas):
            check_number("Adam", f"betas[{i}]", beta, "pass betas=(0.9, 0.999)", below=1.0)

    def slots(self, group: Group) -> tuple[str, ...]:
        """The running means m and v."""
        return ("exp_avg", "exp_avg_sq")

    def numbers(self, group: Group, step: int) -> tuple[float, ...]:
        """The shares of old and new in both means, the rate and eps with the bias correction in them, decay."""
        beta1, beta2 = group["betas"]
        bias1, bias2 = 1.0 - beta1**step, math.sqrt(1.0 - beta2**step)
        # lr (m / bias1) / (sqrt(v) / bias2 + eps), with bias2 multiplied out: one pass over the arrays less
        rate, eps = group["lr"] * bias2 / bias1, group["eps"] * bias2
        return beta1, 1.0 - beta1, beta2, 1.0 - beta2, rate, eps, group["weight_decay"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        beta1, rest1, beta2, rest2, rate, eps, decay = numbers
        m, v = slots
        if group["weight_decay"]:
            g = add(g, multiply(p, decay, s), s)
        add(multiply(m, beta1, m), multiply(g, rest1, t), m)
        multiply(multiply(g, g, t), rest2, t)
        add(multiply(v, beta2, v), t, v)
        divide(m, add(sqrt(v, t), eps, t), t)
        subtract(p, multiply(t, rate, t), p)
