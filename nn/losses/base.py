"""What the losses share."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from autograd import Tensor
from autograd.errors import message

from ..errors import ConfigError
from ..functional.checks import check_base, check_reduction
from ..module import Module

Options = tuple[tuple[str, Any], ...]


class Loss(Module):
    """A loss: made once with its options, then called with what the network said and what was true.

    `reduction` is "mean", "sum" or "none".
    """

    options: ClassVar[Options] = ()  # further attributes that repr shows, with their defaults

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self._check_reduction(reduction)
        self.reduction = reduction

    def _check_reduction(self, reduction: str) -> None:
        check_reduction(type(self).__name__, reduction)

    def extra_repr(self) -> str:
        """The options that are not at their defaults."""
        shown = [(name, getattr(self, name), default) for name, default in (("reduction", "mean"), *self.options)]
        return ", ".join(f"{name}={value!r}" for name, value, default in shown if value != default)


class LogLoss(Loss):
    """A loss made of logarithms: in nats, or with `base` 2 in bits."""

    options: ClassVar[Options] = (("base", None),)

    def __init__(self, reduction: str = "mean", *, base: float | None = None) -> None:
        super().__init__(reduction)
        check_base(type(self).__name__, base)
        self.base = base


def weights(where: str, name: str, value: Any) -> Any:
    """Weights as an array for a buffer, or None.

    Raises ConfigError for what is no number, such as a reduction in the place of the weights.
    """
    if value is None or isinstance(value, Tensor):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        do = f"write reduction={value!r}" if isinstance(value, str) else "pass an array, or None"
        raise ConfigError(message(where, f"{name}={value!r}", "numbers, or None", do))
    return array
