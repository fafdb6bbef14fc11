"""Losses that do several steps as one: fewer passes over the data, and no overflow where the steps would have one.

They are per element, so that weights and means are the caller's; only the mean squared error is whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import composite, elementwise, sample
from .transcendental import SIGMOID

_LOWEST = -100.0  # where a logarithm is held, as in PyTorch: a sure mistake costs 100 and not infinity
_SMALLEST = 1e-12  # what p * (1 - p) is held above, as in PyTorch


def _squared_error(x: Any, target: Any, /, mean: bool = True) -> tuple[Any, Any]:
    error = x - target
    flat = error.reshape(-1)
    total = flat.dot(flat)
    return (total / max(flat.size, 1) if mean else total), error  # NumPy scalars: a Python number keeps the dtype


def _error_times(g: Any, error: Any, mean: bool) -> Any:
    return 2 * g / error.size * error if mean else 2 * g * error


SQUARED_ERROR = composite(
    "squared_error",
    _squared_error,
    lambda g, y, x, target, *, error, mean=True: _error_times(g, error, mean),
    lambda g, y, x, target, *, error, mean=True: -_error_times(g, error, mean),
    saves="error",
    definition=lambda x, target, mean=True: ((x - target) ** 2).mean() if mean else ((x - target) ** 2).sum(),
    samples=(sample((4, 3), (4, 3)), sample((4,), (4,), mean=False), sample((), ())),
    why="The gradient is the error itself, twice: a large mistake is corrected in proportion.",
)


def _bce(p: Any, target: Any, /) -> Any:
    with np.errstate(divide="ignore"):  # log(0) is held like any other logarithm
        return -(target * np.maximum(np.log(p), _LOWEST) + (1 - target) * np.maximum(np.log1p(-p), _LOWEST))


BCE = elementwise(
    "bce",
    _bce,
    lambda g, y, p, target: g * (p - target) / np.maximum(p * (1 - p), _SMALLEST),
    lambda g, y, p, target: g * (np.maximum(np.log1p(-p), _LOWEST) - np.maximum(np.log(p), _LOWEST)),
    domain=(0.1, 0.9),
    why="The gradient is how far the probability is off, over its variance: a sure mistake gets a very large one.",
)
BCE_WITH_LOGITS = elementwise(
    "bce_with_logits",
    lambda x, target, /: np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x))),
    lambda g, y, x, target: g * (SIGMOID(x) - target),
    lambda g, y, x, target: -g * x,
    why="What the model said minus what was true: the sigmoid's slope cancels, so a sure mistake is felt in full.",
)
HUBER = elementwise(
    "huber",
    lambda x, /, delta=1.0: np.clip(x, -delta, delta) * (x - np.clip(x, -delta, delta) / 2),
    lambda g, y, x, delta=1.0: g * np.clip(x, -delta, delta),
    samples=(sample((2, 3)), sample(()), sample((2, 3), delta=0.5)),
    why="Up to delta the gradient is the error, beyond it stays at delta: no wild example can pull harder than that.",
)
