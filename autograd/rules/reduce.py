"""Rows that take many elements to few: sums, means, extremes and the soft maximum."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError, message
from ..op import general, multilinear, sample

_AXES = (
    sample((2, 3)),
    sample((2, 3), axis=0),
    sample((2, 3, 2), axis=(0, -1)),
    sample((2, 3), axis=1, keepdims=True),
    sample((3,), axis=-1),
    sample(()),
)


def expanded(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """`g` with the reduced axes back as ones, so that it broadcasts against `x`."""
    if keepdims or axis is None:  # without an axis g is a scalar, or keeps all its ones
        return g
    return np.expand_dims(g, axis)


def _sum(x: Any, /, axis: Any = None, keepdims: bool = False) -> Any:
    return x.sum(axis=axis, keepdims=keepdims)


def _mean(x: Any, /, axis: Any = None, keepdims: bool = False) -> Any:
    return x.mean(axis=axis, keepdims=keepdims)


def _count(x: Any, y: Any) -> Any:
    """How many elements of x each element of y was made of; 1 if there are none at all."""
    return x.size / y.size if x.size and y.size else 1


SUM = multilinear(
    "sum",
    _sum,
    lambda g, y, x, axis=None, keepdims=False: np.broadcast_to(expanded(g, x, axis, keepdims), x.shape),
    symbol="Σ",
    numpy=(np.sum,),
    samples=(*_AXES, sample((0,)), sample((0, 2), axis=0)),
    why="Every term of a sum gets the sum's gradient.",
)
MEAN = multilinear(
    "mean",
    _mean,
    lambda g, y, x, axis=None, keepdims=False: np.broadcast_to(expanded(g / _count(x, y), x, axis, keepdims), x.shape),
    numpy=(np.mean,),
    samples=_AXES,
    why="Every term of a mean gets the mean's gradient divided by how many there are.",
)


def _extreme(name: str) -> Any:
    def forward(x: Any, /, axis: Any = None, keepdims: bool = False) -> Any:
        if x.size == 0 and (axis is None or 0 in np.atleast_1d(np.take(x.shape, axis))):
            where = "all" if axis is None else axis
            raise ShapeError(
                message(
                    name, f"shape {x.shape}, empty along axis {where}", "at least one element", "drop the empty part"
                )
            )
        return getattr(x, name)(axis=axis, keepdims=keepdims)

    return forward


def _extreme_rule(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    hit = x == expanded(y, x, axis, keepdims)
    return expanded(g, x, axis, keepdims) * hit / hit.sum(axis=axis, keepdims=True)


def _extreme_jvp(t: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    hit = x == expanded(y, x, axis, keepdims)
    return (t * hit).sum(axis=axis, keepdims=keepdims) / hit.sum(axis=axis, keepdims=keepdims)


MAX = general(
    "max",
    _extreme("max"),
    _extreme_rule,
    jvps=(_extreme_jvp,),
    numpy=(np.max, np.amax),
    samples=_AXES,
    why="Only the largest element moves the result, so it alone gets the gradient; equal ones share it.",
)
MIN = general(
    "min",
    _extreme("min"),
    _extreme_rule,
    jvps=(_extreme_jvp,),
    numpy=(np.min, np.amin),
    samples=_AXES,
    why="Only the smallest element moves the result, so it alone gets the gradient; equal ones share it.",
)


def _logsumexp(x: Any, /, axis: Any = None, keepdims: bool = False) -> Any:
    top = x.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)  # all -inf, or an inf: the shift would make NaN of it
    with np.errstate(divide="ignore"):  # log(0) is -inf, which is the right answer for all -inf
        y = np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return y if keepdims else y.reshape(x.sum(axis=axis).shape)


LOGSUMEXP = general(
    "logsumexp",
    _logsumexp,
    lambda g, y, x, axis=None, keepdims=False: (
        expanded(g, x, axis, keepdims) * np.exp(x - expanded(y, x, axis, keepdims))
    ),
    jvps=(
        lambda t, y, x, axis=None, keepdims=False: (t * np.exp(x - expanded(y, x, axis, keepdims))).sum(
            axis=axis, keepdims=keepdims
        ),
    ),
    samples=_AXES,
    why="A soft maximum: the gradient is shared out as softmax shares probability.",
)


def _log_softmax(x: Any, /, axis: int = -1) -> Any:
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


LOG_SOFTMAX = general(
    "log_softmax",
    _log_softmax,
    lambda g, y, x, axis=-1: g - np.exp(y) * g.sum(axis=axis, keepdims=True),
    jvps=(lambda t, y, x, axis=-1: t - (np.exp(y) * t).sum(axis=axis, keepdims=True),),
    samples=(sample((2, 3)), sample((2, 3), axis=0), sample((4,))),
    why="Raising one logit takes from all the others, in proportion to their probability.",
)
