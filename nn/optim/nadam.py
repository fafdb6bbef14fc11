"""NAdam: Adam whose momentum looks ahead, as Nesterov's does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from autograd import Tensor

from .adam import moments, shares_of
from .flat import Array
from .optimizer import Group, Optimizer, check_betas, check_numbers, decayed


class NAdam(Optimizer):
    """Adam's step with a part of the present gradient in place of a part of the old mean.

    p -= lr * (a * g + b * m) / (sqrt(v') + eps), where m, v and v' are Adam's. With mu(n), the momentum of step n,
    which rises to beta1 by the rule beta1 * (1 - 0.96**(n * momentum_decay) / 2), and M(n), the product of them up
    to step n: a = (1 - mu(n)) / (1 - M(n)) and b = mu(n + 1) / (1 - M(n + 1)).

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0.
        betas: beta1 and beta2, each from 0 to below 1.
        eps: at least 0; it keeps the quotient finite where gradients are 0.
        weight_decay: the strength of an L2 penalty, at least 0.
        momentum_decay: how fast mu rises, at least 0.
        decoupled_weight_decay: shrink p by lr * weight_decay itself, as in `AdamW`.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Dozat 2016, "Incorporating Nesterov momentum into Adam".

    Example:
        >>> w = Tensor([1.0, 1000.0], requires_grad=True)
        >>> optimizer = NAdam([w], lr=0.1)
        >>> for _ in range(2):
        ...     optimizer.zero_grad()
        ...     (w * w).sum().backward()
        ...     optimizer.step()
        ...     print(w.data.round(4).tolist())
        [0.8944, 999.8944]
        [0.82, 999.816]
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        more = {"momentum_decay": momentum_decay, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, {**defaults, **more})

    def check(self, group: Group) -> None:
        """Refuse negative options, and betas that are not in [0, 1)."""
        check_numbers("NAdam", group, lr="0.002", eps="1e-8", weight_decay="0", momentum_decay="0.004")
        check_betas("NAdam", group)

    def slots(self, group: Group) -> tuple[str, ...]:
        """The running means m and v."""
        return ("exp_avg", "exp_avg_sq")

    def begin(self, group: Group) -> dict[str, float]:
        """The product M of no momenta is 1."""
        return {"mu_product": 1.0}

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """The shares of old and new in both means, the rates of g and m, v's bias, eps, decay, shrinking."""
        lr, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
        now, ahead = (beta1 * (1.0 - 0.5 * 0.96 ** (n * group["momentum_decay"])) for n in (step, step + 1))
        memory["mu_product"] *= now
        product = memory["mu_product"]
        rates = lr * (1.0 - now) / (1.0 - product), lr * ahead / (1.0 - product * ahead)
        return *shares_of(group["betas"]), *rates, 1.0 - beta2**step, group["eps"], decay, 1.0 - lr * decay

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        *shares, rate_g, rate_m, bias, eps, decay, shrink = numbers
        m, v = slots
        g = decayed(group, p, g, s, decay, shrink)
        moments(m, v, g, shares, t)
        add(sqrt(divide(v, bias, t), t), eps, t)
        subtract(p, multiply(divide(g, t, s), rate_g, s), p)
        subtract(p, multiply(divide(m, t, s), rate_m, s), p)
