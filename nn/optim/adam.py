"""Adam and AdamW: a step size for each parameter, from running means of its gradient and of the gradient's square."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, divide, maximum, multiply, sqrt, subtract

from autograd import Tensor

from .flat import Array
from .optimizer import Group, Optimizer, check_betas, check_numbers, decayed


def moments(m: Array, v: Array, g: Array, shares: Any, t: Array) -> None:
    """Move the running means m of g and v of g*g, in place; `shares` are those of old and new in each."""
    beta1, rest1, beta2, rest2 = shares
    add(multiply(m, beta1, m), multiply(g, rest1, t), m)
    multiply(multiply(g, g, t), rest2, t)
    add(multiply(v, beta2, v), t, v)


def shares_of(betas: Any) -> tuple[float, float, float, float]:
    """What `moments` needs: the shares of old and new in both means."""
    beta1, beta2 = betas
    return beta1, 1.0 - beta1, beta2, 1.0 - beta2


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
        amsgrad: divide by the largest v so far, so that no step grows again (Reddi et al. 2018, arXiv:1904.09237).
        maximize: go up instead of down.
        decoupled_weight_decay: shrink p by lr * weight_decay itself, past m and v: see `AdamW`.

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
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        switches = {"maximize": maximize, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, {**defaults, **switches})

    def check(self, group: Group) -> None:
        """Refuse negative options, and betas that are not in [0, 1)."""
        check_numbers(self.kind, group, lr="0.001", eps="1e-8", weight_decay="0")
        check_betas(self.kind, group)

    def slots(self, group: Group) -> tuple[str, ...]:
        """The running means m and v, and the largest v so far."""
        return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """The shares of old and new in both means, the rate and eps with the bias in them, decay, shrinking."""
        beta1, beta2 = group["betas"]
        lr, decay = group["lr"], group["weight_decay"]
        bias1, bias2 = 1.0 - beta1**step, math.sqrt(1.0 - beta2**step)
        # lr (m / bias1) / (sqrt(v) / bias2 + eps), with bias2 multiplied out: one pass over the arrays less
        return *shares_of(group["betas"]), lr * bias2 / bias1, group["eps"] * bias2, decay, 1.0 - lr * decay

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        *shares, rate, eps, decay, shrink = numbers
        m, v, *largest = slots
        g = decayed(group, p, g, s, decay, shrink)
        moments(m, v, g, shares, t)
        if largest:
            v = maximum(largest[0], v, out=largest[0])
        divide(m, add(sqrt(v, t), eps, t), t)
        subtract(p, multiply(t, rate, t), p)


class AdamW(Adam):
    """Adam whose weight decay is apart from the gradient: p -= lr * weight_decay * p, then Adam's step.

    In Adam, the penalty is divided by sqrt(v) like the gradient, so weights with large gradients decay less; here
    all decay alike.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0.
        betas: beta1 and beta2, each from 0 to below 1.
        eps: at least 0; it keeps the quotient finite where gradients are 0.
        weight_decay: at least 0; a weight without gradient shrinks by the factor 1 - lr * weight_decay at each step.
        amsgrad: divide by the largest v so far.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Loshchilov and Hutter 2017, arXiv:1711.05101.

    Example:
        >>> w = Tensor([1.0, 1000.0], requires_grad=True)
        >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.data.round(4).tolist()
        [0.85, 949.9]
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True)
