"""Delta-bar-delta: each parameter has a rate of its own, which grows while its gradient keeps its sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import add, clip, multiply, subtract

from autograd import Tensor
from autograd.errors import message

from ..errors import ConfigError
from .flat import Array
from .optimizer import Group, Optimizer, check_number, check_numbers, check_pair, downhill


class DeltaBarDelta(Optimizer):
    """p -= lr * gain * g, where the gain of each element is 1 at first, and follows the signs of its gradient.

    Where g has the sign of its running mean, bar, up to the step before, gain += kappa; where it has the other,
    gain *= 1 - phi. Then bar = theta * bar + (1 - theta) * g. So a rate grows slowly, and shrinks at once when it is
    too large. With theta=0 bar is the gradient of the step before: the rule that compares the signs of two steps.

    Args:
        params: tensors or parameter groups.
        lr: the learning rate, at least 0. Jacobs adds to rates instead of gains: his kappa is lr * kappa.
        kappa: what is added to the gain where signs agree, at least 0.
        phi: the share of the gain that is lost where they do not, from 0 to below 1.
        theta: how much of bar is kept, from 0 to below 1.
        gains: the least and the largest gain.
        weight_decay: the strength of an L2 penalty, at least 0.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Jacobs 1988, "Increased rates of convergence through learning rate adaptation", Neural Networks 1; as
    gains, with bounds, in Hinton's lecture 6.4 of "Neural Networks for Machine Learning", 2012.

    Example:
        >>> w = Tensor([0.0], requires_grad=True)
        >>> optimizer = DeltaBarDelta([w], lr=1.0, kappa=0.5, phi=0.5, theta=0.0)
        >>> for g in (1.0, 1.0, 1.0, -1.0, -1.0):
        ...     before = w.item()
        ...     w.grad = [g]
        ...     optimizer.step()
        ...     print(before - w.item())
        1.0
        1.5
        2.0
        -1.0
        -1.5
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-2,
        kappa: float = 0.05,
        phi: float = 0.05,
        theta: float = 0.7,
        gains: tuple[float, float] = (0.01, 100.0),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "kappa": kappa, "phi": phi, "theta": theta, "gains": gains}
        super().__init__(params, {**defaults, "weight_decay": weight_decay, "maximize": maximize})

    def check(self, group: Group) -> None:
        """Refuse negative options, shares of 1 and more, and bounds that leave out the gain of 1."""
        check_numbers("DeltaBarDelta", group, lr="0.01", kappa="0.05", weight_decay="0")
        for name, good in (("phi", "0.05"), ("theta", "0.7")):
            check_number("DeltaBarDelta", name, group[name], f"pass {name}={good}", below=1.0)
        for i, bound in enumerate(check_pair("DeltaBarDelta", group, "gains", (0.01, 100.0))):
            check_number("DeltaBarDelta", f"gains[{i}]", bound, "pass gains=(0.01, 100.0)")
        least, most = group["gains"]
        if not least <= 1.0 <= most:
            got, do = f"gains={(least, most)}", "pass gains=(0.01, 100.0)"
            raise ConfigError(message("DeltaBarDelta", got, "bounds below and above 1, where gains begin", do))

    def slots(self, group: Group) -> tuple[str, ...]:
        """The gain of each element, and the running mean of its gradient."""
        return ("gain", "bar")

    def begin(self, group: Group) -> dict[str, float]:
        """Gains begin at 1."""
        return {"gain": 1.0}

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """Rate, what is added, what is left, the shares of old and new in bar, the bounds, decay."""
        theta = group["theta"]
        changes = group["kappa"], 1.0 - group["phi"], theta, 1.0 - theta
        return group["lr"], *changes, *group["gains"], group["weight_decay"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        lr, kappa, left, theta, rest, least, most, decay = numbers
        gain, bar = slots
        g = downhill(group, p, g, s, decay)
        multiply(g, bar, t)
        add(gain, kappa, gain, where=t > 0)
        multiply(gain, left, gain, where=t < 0)
        clip(gain, least, most, gain)
        add(multiply(bar, theta, bar), multiply(g, rest, t), bar)
        subtract(p, multiply(multiply(g, gain, t), lr, t), p)
