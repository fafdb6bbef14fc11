"""Rows that do several steps as one, for speed. Each states its definition in primitives, which opens it on demand.

The engine uses the fused rule on arrays; derivatives of higher order go through the definition.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..op import composite, elementwise, sample
from .choosing import only
from .constants import at_least_nothing, numbered, ones, shares
from .index import ONE_HOT
from .reduce import LOG_SOFTMAX

_LARGE = 1 << 14  # bytes of weights below which both ways take the same time
_MIXED = 1 << 15  # elements from which on it costs more to meet an array in rows than is won by lying in columns


def better_in_columns(examples: int, weight: Any) -> bool:
    """Whether x @ weight.T is computed faster as (weight @ x.T).T, lying in columns.

    Otherwise BLAS meets the weights across, and first copies all of them into another order: with few examples that is
    half of the time, on AVX-512.
    """
    return bool(weight.nbytes >= _LARGE and examples < 2 * len(weight) and weight.flags.c_contiguous)


def _give_columns(x: Any, weight: Any) -> bool:
    # a compiled step, which does not work on plain arrays, decides by all that its results meet how they are to lie
    small = len(x) * len(weight) <= _MIXED and type(weight) is np.ndarray
    return small and better_in_columns(len(x), weight)


def _linear(x: Any, weight: Any, bias: Any = None, /) -> Any:
    rows = x if x.ndim == 2 else _rows_of(x)
    columns = weight.nbytes >= _LARGE and rows is x and _give_columns(x, weight)
    y = weight.dot(x.T).T if columns else rows.dot(weight.T)  # dot has half a microsecond less to decide than @
    if bias is not None:
        y = y + bias if y.dtype is not bias.dtype and y.dtype != bias.dtype else np.add(y, bias, y)
    return y if rows is x else y.reshape(*x.shape[:-1], len(weight))


def _linear_definition(x: Any, weight: Any, bias: Any = None) -> Any:
    y = x @ weight.T
    return y if bias is None else y + bias


def _rows_of(g: Any) -> Any:
    return g if g.ndim == 2 else g.reshape(prod(g.shape[:-1]), g.shape[-1])  # all leading axes are one batch


def _linear_bias(g: Any, y: Any, x: Any, weight: Any, bias: Any = None) -> Any:
    g = _rows_of(g)
    return ones(g.shape[0], g.dtype) @ g  # a product sums columns two to four times faster than sum(axis=0)


def _linear_joint(g: Any, y: Any, x: Any, weight: Any, bias: Any = None, *, needs: tuple[bool, ...]) -> Any:
    flat = g.ndim == 2
    rows, inputs = (g, x) if flat else (_rows_of(g), _rows_of(x))
    dx = dweight = dbias = None
    if needs[0]:
        if flat and x.flags.fnc:  # it meets what came from x: both are to lie alike
            dx = weight.T.dot(g.T).T
        else:
            dx = rows.dot(weight) if flat else rows.dot(weight).reshape(x.shape)
    if needs[1]:
        dweight = rows.T.dot(inputs)
    if len(needs) == 2:
        return dx, dweight
    if needs[2]:
        dbias = np.dot(ones(rows.shape[0], rows.dtype), rows)
    return dx, dweight, dbias


LINEAR = composite(
    "linear",
    _linear,
    lambda g, y, x, weight, bias=None: g @ weight,
    lambda g, y, x, weight, bias=None: _rows_of(g).T @ _rows_of(x),
    _linear_bias,
    joint=_linear_joint,
    definition=_linear_definition,
    samples=(
        sample((4, 3), (2, 3), (2,)),
        sample((4, 3), (2, 3)),
        sample((3,), (2, 3), (2,)),
        sample((2, 2, 3), (2, 3), (2,)),
        sample((0, 3), (2, 3), (2,)),
    ),
    why="Weights get input times gradient; the input gets the gradient seen through the weights; biases get its sum.",
)


RELU = composite(
    "relu",
    lambda x, /: at_least_nothing(x),
    lambda g, y, x: only(y > 0, g),
    definition=lambda x: np.where(x > 0, x, 0.0),
    samples=(sample((2, 3)), sample(()), sample((0,))),
    why="Where the unit is on the gradient passes whole; where it is off, and at 0, nothing does.",
)


DROPOUT = elementwise(
    "dropout",
    lambda x, mask, /: x * mask,
    lambda g, y, x, mask: g * mask,
    None,
    samples=(
        sample((2, 3), np.array([[2.0, 0.0, 2.0], [0.0, 2.0, 2.0]])),
        sample((2, 3), np.array([[2.0], [0.0]])),
        sample((), np.array(2.0)),
    ),
    why="What was dropped gets nothing; what was kept gets its gradient, scaled up as it was itself.",
)


# What ndarray's method calls in the end, after half a microsecond.
_largest: Any = np.maximum.reduce


def _rows(target: Any) -> tuple[Any, Any]:
    return numbered(len(target)), target


def _softmax_cross_entropy(logits: Any, target: Any, weights: Any = None, /) -> Any:
    classes = logits.shape[-1]
    # few to a row: NumPy goes along columns, here lines of a transposed copy, in a third of the time
    largest = _largest(logits.T.copy(), 0) if classes <= 32 else _largest(logits, -1)  # (N,)
    shifted = logits - largest[:, None]
    e = np.exp(shifted)  # (N, C)
    total = e.dot(ones(classes, e.dtype))  # (N,)
    losses = np.log(total) - shifted[_rows(target)]
    e /= total[:, None]
    if weights is not None:
        return weights @ losses, e
    return (losses.mean() if losses.itemsize < 4 else losses.dot(shares(losses.size, losses.dtype))), e


def _softmax_less_target(g: Any, y: Any, logits: Any, target: Any, weights: Any = None, *, softmax: Any) -> Any:
    share = g / target.size if weights is None else g * weights[:, None]
    return share * (softmax - ONE_HOT(target, classes=logits.shape[-1], dtype=logits.dtype))


def _cross_entropy_steps(logits: Any, target: Any, weights: Any = None) -> Any:
    losses = -LOG_SOFTMAX(logits)[_rows(target)]
    return losses.mean() if weights is None else (weights * losses).sum()


SOFTMAX_CROSS_ENTROPY = composite(
    "softmax_cross_entropy",
    _softmax_cross_entropy,
    _softmax_less_target,
    None,
    None,
    saves="softmax",
    definition=_cross_entropy_steps,
    symbol="cross-entropy",
    samples=(
        sample((4, 3), np.array([0, 2, 1, 2])),
        sample((1, 2), np.array([1])),
        sample((3, 2), np.array([1, 0, 0]), np.array([0.5, 0.0, 2.0])),
    ),
    why="The gradient is what the model said minus what was true: softmax minus one-hot, over the batch.",
)
