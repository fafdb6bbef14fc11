"""Rprop: each parameter has a step size of its own, which looks only at the signs of the gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy import clip, copyto, multiply, negative, sign, subtract

from autograd import Tensor
from autograd.errors import message

from ..errors import ConfigError
from .flat import Array
from .optimizer import Group, Optimizer, check_number, check_numbers, check_pair


class Rprop(Optimizer):
    """p -= sign(g) * d, where the step size d grows by etas[1] while g keeps its sign, and shrinks by etas[0] if not.

    Where the sign flips, the step is left out once, and the next sign counts as new. The gradient's size plays no
    part, so it takes gradients over the whole training set: the noise of mini-batches flips signs.

    Args:
        params: tensors or parameter groups.
        lr: the step size that each element begins with, at least 0.
        etas: what d is multiplied by where the sign flips, between 0 and 1, and where it stays, above 1.
        step_sizes: the least and the largest d.
        maximize: go up instead of down.

    Raises:
        ConfigError: an option is out of its range.

    Source: Riedmiller and Braun 1993, "A direct adaptive method for faster backpropagation learning", in the
    variant iRprop- of Igel and Hüsken 2000, which does not go back after a flip.

    Example:
        >>> w = Tensor([1.0], requires_grad=True)
        >>> optimizer = Rprop([w], lr=0.1)
        >>> for g in (5.0, 0.001, -2.0, -2.0):
        ...     w.grad = [g]
        ...     optimizer.step()
        ...     print(round(w.item(), 4))
        0.9
        0.78
        0.78
        0.84
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Mapping[str, Any]],
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes, "maximize": maximize})

    def check(self, group: Group) -> None:
        """Refuse factors that do not shrink and grow, and step sizes out of order."""
        check_numbers("Rprop", group, lr="0.01")
        for name, good in (("etas", (0.5, 1.2)), ("step_sizes", (1e-6, 50.0))):
            for i, value in enumerate(check_pair("Rprop", group, name, good)):
                check_number("Rprop", f"{name}[{i}]", value, f"pass {name}={good}")
        etas, (least, most) = group["etas"], group["step_sizes"]
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            expected = "one between 0 and 1, and one above 1"
            raise ConfigError(message("Rprop", f"etas={etas}", expected, "pass etas=(0.5, 1.2)"))
        if least > most:
            raise ConfigError(message("Rprop", f"step_sizes={(least, most)}", "the least one first", "exchange them"))

    def slots(self, group: Group) -> tuple[str, ...]:
        """The gradient of the step before, and the step size of each element."""
        return ("prev", "step_size")

    def begin(self, group: Group) -> dict[str, float]:
        """Every element begins with the rate as its step size."""
        return {"step_size": group["lr"]}

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """The two factors and the two bounds."""
        return *group["etas"], *group["step_sizes"]

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """One step of a stretch p, in place."""
        shrink, grow, least, most = numbers
        prev, size = slots
        g = negative(g, s) if group["maximize"] else g
        multiply(g, prev, t)
        flipped = t < 0
        multiply(size, grow, size, where=t > 0)
        multiply(size, shrink, size, where=flipped)
        clip(size, least, most, size)
        copyto(prev, g)
        copyto(prev, 0.0, where=flipped)
        subtract(p, multiply(sign(prev, t), size, t), p)
