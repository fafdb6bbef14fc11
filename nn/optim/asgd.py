"""ASGD: gradient descent with a rate that falls, and an average of the parameters on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, multiply, subtract

from autograd import Tensor

from .flat import Array
from .optimizer import Group, Optimizer, check_numbers, downhill


class ASGD(Optimizer):
    """p = (1 - lambd * eta) * p - eta * g, with eta = lr / (1 + lambd * lr * n)**alpha after step n.

    Beside p it keeps `ax`, the average of p over the steps after step t0, which is less noisy than p itself; until
    then ax is p. Training goes on from p; ax is in `state_dict`, for whoever wants it at the end.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate at the start, at least 0.
        lambd: how much p decays, and how fast the rate falls, at least 0.
        alpha: the power with which the rate falls, at least 0.
        t0: the step at which averaging begins, at least 0.
        weight_decay: the strength of an L2 penalty, at least 0.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging", SIAM J. Control Optim.
    30(4), in the form of Bottou's sgd, 2010.

    Example:
        >>> w = Tensor([1.0], requires_grad=True)
        >>> optimizer = ASGD([w], lr=0.1, t0=1)
        >>> for g in (1.0, -1.0, 1.0, -1.0):
        ...     w.grad = [g]
        ...     optimizer.step()
        ...     print(round(w.item(), 4), optimizer.state_dict()["state"][0]["ax"].round(4).tolist())
        0.9 [0.9]
        1.0 [1.0]
        0.9 [0.9]
        1.0 [0.95]
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0}
        super().__init__(params, {**defaults, "weight_decay": weight_decay, "maximize": maximize})

    def check(self, group: Group) -> None:
        """Refuse negative options."""
        check_numbers("ASGD", group, lr="0.01", lambd="1e-4", alpha="0.75", t0="1e6", weight_decay="0")

    def slots(self, group: Group) -> tuple[str, ...]:
        """The average of p."""
        return ("ax",)

    def begin(self, group: Group) -> dict[str, float]:
        """The rate eta, and mu, the share of p in its average."""
        return {"eta": group["lr"], "mu": 1.0}

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """The rate that the step before left, what stays of p, the share of p in the average, decay."""
        lr, lambd = group["lr"], group["lambd"]
        eta, mu = memory["eta"], memory["mu"]
        memory["eta"] = lr / (1.0 + lambd * lr * step) ** group["alpha"]
        memory["mu"] = 1.0 / max(1.0, step - group["t0"])
        return eta, 1.0 - lambd * eta, mu, group["weight_decay"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        eta, stays, mu, decay = numbers
        (ax,) = slots
        g = downhill(group, p, g, s, decay)
        multiply(p, stays, p)
        subtract(p, multiply(g, eta, t), p)
        if mu == 1.0:
            ax[...] = p
        else:
            add(ax, multiply(subtract(p, ax, t), mu, t), ax)
