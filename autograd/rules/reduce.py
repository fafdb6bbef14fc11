"""Rows that take many elements to few: sums, means, products, extremes and the soft maximum.

np.sum(t, axis=0, where=mask)     np.max(t, axis=(0, 1), keepdims=True, initial=0.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError, message
from ..op import Op, Sample, general, multilinear, sample
from .cumulative import OTHERS, check_dtype
from .transcendental import GAP

_AXES = (
    sample((2, 3)),
    sample((2, 3), axis=0),
    sample((2, 3, 2), axis=(0, -1)),
    sample((2, 3), axis=1, keepdims=True),
    sample((3,), axis=-1),
    sample(()),
)
_MASK = np.array([[True, False, True], [False, True, True]])
_OPTIONS = (
    sample((2, 3), axis=0, where=_MASK),
    sample((2, 3), keepdims=True, where=np.array([True, False, True])),
    sample((2, 3), axis=1, dtype=np.float64),
)


_SMALL = 4096  # elements


def expanded(g: Any, axis: Any, keepdims: bool) -> Any:
    """`g` with the reduced axes back as ones, so that it broadcasts against what was reduced."""
    if keepdims or axis is None:  # without an axis g is a scalar, or keeps all its ones
        return g
    return np.expand_dims(g, axis)


def where_counted(g: Any, where: Any) -> Any:
    """`g` where elements were taken in, 0 where a mask left them out."""
    return g if where is True else np.where(where, g, 0)


def stretched(g: Any, x: Any) -> Any:
    """`g` repeated to the shape of `x`; a small array is filled, which takes a fifth of the time of a view."""
    if x.size > _SMALL or not isinstance(g, (np.ndarray, np.generic)):
        return np.broadcast_to(g, x.shape)
    filled = np.empty(x.shape, g.dtype)
    filled[...] = g
    return filled


def part(size: Any, results: Any, shape: Any, axis: Any, keepdims: bool, where: Any, less: float = 0) -> Any:
    """One over how many of the `size` elements went into each of the `results`, less `less`; 1 if that is none."""
    if where is True:
        if not less:
            return results / size if size else 1
        number = size / results - less if results else 0
        return 1 / number if number > 0 else 1
    number = np.broadcast_to(where, shape).sum(axis=axis, keepdims=keepdims) - less
    return 1 / np.where(number > 0, number, 1)


# What ndarray's methods call in the end.
_add_up: Any = np.add.reduce
_multiply_up: Any = np.multiply.reduce


def _sum(
    x: Any,
    /,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = np._NoValue,
    where: Any = True,
) -> Any:
    if dtype is not None:
        check_dtype(x, dtype, "sum")
    return _add_up(x, axis, dtype, None, keepdims, initial, where)


SUM = general(
    "sum",
    _sum,
    lambda g, y, x, axis=None, keepdims=False, where=True, **_: where_counted(
        stretched(expanded(g, axis, keepdims), x), where
    ),
    jvps=(lambda t, y, x, axis=None, keepdims=False, where=True, **_: np.sum(t, axis, keepdims=keepdims, where=where),),
    symbol="Σ",
    numpy=(np.sum,),
    samples=(*_AXES, sample((0,)), sample((0, 2), axis=0), *_OPTIONS, sample((2, 3), axis=0, initial=2.5)),
    why="Every term of a sum gets the sum's gradient.",
)


def _mean(x: Any, /, axis: Any = None, dtype: Any = None, keepdims: bool = False, where: Any = True) -> Any:
    if dtype is not None:
        check_dtype(x, dtype, "mean")
    return x.mean(axis=axis, dtype=dtype, keepdims=keepdims, where=where)


def _mean_rule(
    g: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, where: Any = True
) -> Any:
    share = expanded(g * part(x.size, y.size, x.shape, axis, keepdims, where), axis, keepdims)
    return where_counted(stretched(share, x), where)


MEAN = multilinear(
    "mean",
    _mean,
    _mean_rule,
    numpy=(np.mean,),
    samples=(*_AXES, *_OPTIONS),
    why="Every term of a mean gets the mean's gradient divided by how many there are.",
)


def _prod(
    x: Any, /, axis: Any = None, dtype: Any = None, keepdims: bool = False, initial: Any = 1, where: Any = True
) -> Any:
    check_dtype(x, dtype, "prod")
    return _multiply_up(x, axis, dtype, None, keepdims, initial, where)


def _other_factors(x: Any, axis: Any, initial: Any, where: Any) -> Any:
    others = OTHERS(x if where is True else np.where(where, x, 1), axis=axis)
    return where_counted(others if initial == 1 else initial * others, where)


PROD = general(
    "prod",
    _prod,
    lambda g, y, x, axis=None, keepdims=False, initial=1, where=True, **_: (
        expanded(g, axis, keepdims) * _other_factors(x, axis, initial, where)
    ),
    jvps=(
        lambda t, y, x, axis=None, keepdims=False, initial=1, where=True, **_: (
            t * _other_factors(x, axis, initial, where)
        ).sum(axis=axis, keepdims=keepdims),
    ),
    symbol="Π",
    numpy=(np.prod,),
    samples=(
        *_AXES,
        *_OPTIONS,
        sample(np.array([2.0, 0.0, 3.0])),
        sample(np.array([[0.0, 2.0], [0.0, 1.5]]), axis=0),
        sample((2, 3), axis=1, initial=-2.0),
        sample((2, 0), axis=1),
        sample((0,)),
    ),
    why="Each factor gets the product of all the others: never a division, so zeros are no trouble.",
)


def _extreme(name: str, ufunc: Any) -> Any:
    def forward(
        x: Any, /, axis: Any = None, keepdims: bool = False, initial: Any = np._NoValue, where: Any = True
    ) -> Any:
        if x.size == 0 and initial is np._NoValue and (axis is None or 0 in np.atleast_1d(np.take(x.shape, axis))):
            along = "all" if axis is None else axis
            raise ShapeError(
                message(
                    name, f"shape {x.shape}, empty along axis {along}", "at least one element", "drop the empty part"
                )
            )
        return ufunc.reduce(x, axis, None, None, keepdims, initial, where)

    return forward


def _shares(x: Any, y: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> tuple[Any, Any]:
    """Which elements are the extreme, and how many they are; 1 if none is, since it is NaN or `initial`."""
    hit = x == expanded(y, axis, keepdims)
    hit = hit if where is True else hit & where
    number = hit.sum(axis=axis, keepdims=True)
    if initial is not np._NoValue:
        number = number + (expanded(y, axis, keepdims) == initial)
    return hit, np.maximum(number, 1)


def _extreme_rule(
    g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False, initial: Any = np._NoValue, where: Any = True
) -> Any:
    hit, number = _shares(x, y, axis, keepdims, initial, where)
    return expanded(g, axis, keepdims) / number * hit  # what is divided first has fewer elements


def _extreme_jvp(
    t: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False, initial: Any = np._NoValue, where: Any = True
) -> Any:
    hit, number = _shares(x, y, axis, keepdims, initial, where)
    return (t * hit / number).sum(axis=axis, keepdims=keepdims)


_EXTREMES = (
    *_AXES,
    sample((2, 3), axis=1, initial=0.5),
    sample((2, 3), axis=0, initial=-0.1, where=_MASK),
    sample((0, 2), axis=0, initial=0.0),
)
_LARGEST = "Only the largest element moves the result, so it alone gets the gradient; equal ones share it."
_SMALLEST = "Only the smallest element moves the result, so it alone gets the gradient; equal ones share it."


def _extreme_row(name: str, forward: Any, *numpy: Any, samples: tuple[Sample, ...], why: str) -> Op:
    return general(name, forward, _extreme_rule, jvps=(_extreme_jvp,), numpy=numpy, samples=samples, why=why)


MAX = _extreme_row("max", _extreme("max", np.maximum), np.max, np.amax, samples=_EXTREMES, why=_LARGEST)
MIN = _extreme_row("min", _extreme("min", np.minimum), np.min, np.amin, samples=_EXTREMES, why=_SMALLEST)


def _nan_extreme(function: Any) -> Any:
    def forward(
        x: Any, /, axis: Any = None, keepdims: bool = False, initial: Any = np._NoValue, where: Any = True
    ) -> Any:
        return function(x, axis=axis, keepdims=keepdims, initial=initial, where=where)

    return forward


# A NaN equals nothing, so the same rule passes it by.
NANMAX = _extreme_row("nanmax", _nan_extreme(np.nanmax), np.nanmax, samples=_EXTREMES[:-1], why=_LARGEST)
NANMIN = _extreme_row("nanmin", _nan_extreme(np.nanmin), np.nanmin, samples=_EXTREMES[:-1], why=_SMALLEST)


def _logsumexp(x: Any, /, axis: Any = None, keepdims: bool = False) -> Any:
    top = x.max(axis=axis, keepdims=True, initial=None if x.size else 0)  # of nothing, any number will do
    top = np.where(np.isfinite(top), top, 0.0)  # all -inf, or an inf: the shift would make NaN of it
    with np.errstate(divide="ignore"):  # log(0) is -inf, which is the right answer for all -inf
        y = np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return y if keepdims else y.reshape(x.sum(axis=axis).shape)


LOGSUMEXP = general(
    "logsumexp",
    _logsumexp,
    lambda g, y, x, axis=None, keepdims=False: (
        expanded(g, axis, keepdims) * np.exp(GAP(x, expanded(y, axis, keepdims)))
    ),
    jvps=(
        lambda t, y, x, axis=None, keepdims=False: (t * np.exp(GAP(x, expanded(y, axis, keepdims)))).sum(
            axis=axis, keepdims=keepdims
        ),
    ),
    samples=(*_AXES, sample((0, 2), axis=1)),
    why="A soft maximum: the gradient is shared out as softmax shares probability.",
)


def _log_softmax(x: Any, /, axis: int = -1) -> Any:
    if not x.size:
        return x.copy()
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


LOG_SOFTMAX = general(
    "log_softmax",
    _log_softmax,
    lambda g, y, x, axis=-1: g - np.exp(y) * g.sum(axis=axis, keepdims=True),
    jvps=(lambda t, y, x, axis=-1: t - (np.exp(y) * t).sum(axis=axis, keepdims=True),),
    samples=(sample((2, 3)), sample((2, 3), axis=0), sample((4,)), sample((0, 3))),
    why="Raising one logit takes from all the others, in proportion to their probability.",
)
