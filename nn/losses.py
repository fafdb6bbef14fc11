"""Losses as modules: made once with their options, then called with what the network said and what was true."""

from __future__ import annotations

from typing import Any

from . import functional
from .module import Module


class Loss(Module):
    """What the losses share: `reduction`, which is "mean", "sum" or "none"."""

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        functional.check_reduction(type(self).__name__, reduction)
        self.reduction = reduction

    def extra_repr(self) -> str:
        """The reduction, when it is not the mean."""
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """The squared error (input - target)**2, for input and target of one shape; see `functional.mse_loss`.

    Example:
        >>> import numpy as np
        >>> float(MSELoss()(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
        2.0
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Take two of the same shape; give a scalar, or with "none" that shape."""
        return functional.mse_loss(input, target, reduction=self.reduction)


class CrossEntropyLoss(Loss):
    """The negative log-likelihood, in nats, of the true classes; see `functional.cross_entropy`.

    It takes logits (N, C), and integer classes (N,) or probabilities (N, C). Softmax is part of it.

    Example:
        >>> import numpy as np
        >>> logits = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
        >>> round(float(CrossEntropyLoss()(logits, np.array([0, 2]))), 4)
        1.2395
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Take logits and targets; give a scalar, or with "none" one loss per sample."""
        return functional.cross_entropy(input, target, reduction=self.reduction)
