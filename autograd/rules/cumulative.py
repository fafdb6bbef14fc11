"""Running sums and products along an axis, and what their gradients need.

No rule divides by an element, so zeros are as good as any other number.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import DTypeError, ShapeError, message
from ..op import derived, general, multilinear, sample

_AXES = (sample((4,)), sample((2, 3)), sample((2, 3), axis=0), sample((2, 3, 2), axis=-2), sample(()), sample((0, 2)))
_WITH_ZEROS = (
    sample(np.array([2.0, 0.0, 3.0, -1.0])),
    sample(np.array([[0.0, 2.0], [3.0, 0.0], [0.5, 0.0]]), axis=0),
)


def check_dtype(x: Any, dtype: Any, name: str) -> None:
    """Refuse to add floats up as integers: the sum would move in jumps.

    Raises:
        DTypeError: `dtype` is not a float dtype and x has one.
    """
    if dtype is not None and x.dtype.kind == "f" and np.dtype(dtype).kind != "f":
        raise DTypeError(message(name, f"dtype={np.dtype(dtype)}", "a float dtype", "leave it out, or use .data"))


def _line(x: Any, axis: Any) -> Any:
    """The axis that is run along as the last; without one, all elements in one line."""
    if axis is None:
        return x if x.ndim == 1 else x.reshape(-1)
    return x if axis in (-1, x.ndim - 1) else x.swapaxes(axis, -1)


def _back(line: Any, x: Any, axis: Any) -> Any:
    """What was made along a line, in the shape of `x`."""
    if axis is None:
        return line if x.ndim == 1 else line.reshape(x.shape)
    return _line(line, axis)


def _reversed(x: Any) -> Any:
    return x[..., ::-1]


def _shift(x: Any, /, fill: float = 0, reverse: bool = False) -> Any:
    end = np.full_like(x[..., :1], fill)
    return np.concatenate([x[..., 1:], end] if reverse else [end, x[..., :-1]], axis=-1)


SHIFT: Any = general(
    "shift",
    _shift,
    lambda g, y, x, fill=0, reverse=False: SHIFT(g, reverse=not reverse),
    jvps=(lambda t, y, x, fill=0, reverse=False: SHIFT(t, reverse=reverse),),
    samples=(sample((3,)), sample((2, 3), fill=1, reverse=True), sample((1,)), sample((2, 0))),
    why="Each element moves one place on, the last falls off, and a fixed number moves in; the gradient moves back.",
)


def _cumsum(x: Any, /, axis: Any = None, dtype: Any = None) -> Any:
    check_dtype(x, dtype, "cumsum")
    return x.cumsum(axis=axis, dtype=dtype)


CUMSUM = multilinear(
    "cumsum",
    _cumsum,
    lambda g, y, x, axis=None, dtype=None: _back(_reversed(np.cumsum(_reversed(_line(g, axis)), axis=-1)), x, axis),
    numpy=(np.cumsum,),
    samples=(*_AXES, sample((3,), dtype=np.float64)),
    why="An element is part of every sum from its place on, so it gets all their gradients, summed from the end.",
)


def _recurrence(a: Any, m: Any, /, reverse: bool = False) -> Any:
    if reverse:
        return _reversed(_recurrence(_reversed(a), _reversed(m)))
    y = a.copy()
    reach = np.concatenate([np.zeros_like(a[..., :1]), m], axis=-1)  # what arrives here of the element `step` before
    step = 1
    while step < a.shape[-1]:
        y[..., step:] += reach[..., step:] * y[..., :-step]
        reach[..., step:] = reach[..., step:] * reach[..., :-step]
        step *= 2
    return y


def _next_to(y: Any, reverse: bool) -> Any:
    """The element that each element carries on, of those that carry one on."""
    return y[..., 1:] if reverse else y[..., :-1]


def _recurrence_factors(g: Any, y: Any, a: Any, m: Any, reverse: bool = False) -> Any:
    return _next_to(RECURRENCE(g, m, reverse=not reverse), not reverse) * _next_to(y, reverse)


def _recurrence_factors_jvp(t: Any, y: Any, a: Any, m: Any, reverse: bool = False) -> Any:
    none = np.zeros_like(a[..., :1])
    moved = t * _next_to(y, reverse)
    return RECURRENCE(np.concatenate([moved, none] if reverse else [none, moved], axis=-1), m, reverse=reverse)


# y[k] = a[k] + m[k - 1] * y[k - 1], by doubling: after step s each element has taken in the 2 s before it.
RECURRENCE: Any = general(
    "recurrence",
    _recurrence,
    lambda g, y, a, m, reverse=False: RECURRENCE(g, m, reverse=not reverse),
    _recurrence_factors,
    jvps=(lambda t, y, a, m, reverse=False: RECURRENCE(t, m, reverse=reverse), _recurrence_factors_jvp),
    samples=(sample((4,), (3,)), sample((2, 5), (2, 4), reverse=True), sample((1,), (0,)), sample((0, 2), (0, 1))),
    why="Each element carries on a part of the one before it; the gradient is carried on the same way, from the end.",
)


def _cumprod(x: Any, /, axis: Any = None, dtype: Any = None) -> Any:
    check_dtype(x, dtype, "cumprod")
    return x.cumprod(axis=axis, dtype=dtype)


def _cumprod_rule(g: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None) -> Any:
    after = RECURRENCE(_line(g, axis), _line(x, axis)[..., 1:], reverse=True)
    return _back(SHIFT(_line(y, axis), fill=1) * after, x, axis)


def _cumprod_jvp(t: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None) -> Any:
    moved = RECURRENCE(SHIFT(_line(y, axis), fill=1) * _line(t, axis), _line(x, axis)[..., 1:])
    return moved if axis is None else _line(moved, axis)


CUMPROD = general(
    "cumprod",
    _cumprod,
    _cumprod_rule,
    jvps=(_cumprod_jvp,),
    numpy=(np.cumprod,),
    samples=(*_AXES, *_WITH_ZEROS, sample((3,), dtype=np.float64)),
    why="An element is scaled by the product before it, and reaches every later product through the factors between.",
)


def joined(x: Any, axis: Any) -> Any:
    """The axes that are reduced as one axis, the last."""
    if axis is None:
        return _line(x, None)
    order, kept = _order(x, axis)
    moved = x.transpose(order)
    return moved.reshape((*moved.shape[:kept], math.prod(moved.shape[kept:])))


def parted(line: Any, x: Any, axis: Any) -> Any:
    """What was joined, in the shape of `x` again."""
    if axis is None:
        return _back(line, x, None)
    order, _ = _order(x, axis)
    inverse = tuple(order.index(i) for i in range(x.ndim))
    return line.reshape(tuple(x.shape[i] for i in order)).transpose(inverse)


def _order(x: Any, axis: Any) -> tuple[tuple[int, ...], int]:
    """The axes that are kept, then those that go, and how many are kept."""
    gone = tuple(i % x.ndim for i in (axis if isinstance(axis, tuple) else (axis,)))
    kept = tuple(i for i in range(x.ndim) if i not in gone)
    return (*kept, *gone), len(kept)


def _sides(line: Any) -> tuple[Any, Any]:
    """For each place, the product of all before it and of all after it."""
    before = SHIFT(np.cumprod(line, axis=-1), fill=1)
    after = SHIFT(_reversed(np.cumprod(_reversed(line), axis=-1)), fill=1, reverse=True)
    return before, after


def _others(x: Any, /, axis: Any = None) -> Any:
    before, after = _sides(joined(x, axis))
    return parted(before * after, x, axis)


def _others_rule(g: Any, y: Any, x: Any, axis: Any = None) -> Any:
    line, g = joined(x, axis), joined(g, axis)
    before, after = _sides(line)
    # the products of all but two: those whose second gap is further left, and those whose second gap is further right
    left = RECURRENCE(SHIFT(g * before), line[..., :-1])
    right = RECURRENCE(SHIFT(g * after, reverse=True), line[..., 1:], reverse=True)
    return parted(left * after + before * right, x, axis)


OTHERS = general(
    "others",
    _others,
    _others_rule,
    jvps=(lambda t, y, x, axis=None: _others_rule(t, y, x, axis),),  # all but i and j is all but j and i
    samples=(*_AXES, *_WITH_ZEROS, sample((2, 3, 2), axis=(0, -1)), sample((2, 0), axis=1)),
    why="For each element the product of all the others: each of those gets the product of all but the two.",
)


@derived(np.nancumsum, sample((2, 3)), sample((2, 3), axis=0))
def nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running sums in which a NaN counts as 0."""
    return np.cumsum(np.where(np.isnan(a), 0, a), axis=axis, dtype=dtype)


@derived(np.nancumprod, sample((2, 3)), sample((2, 3), axis=0))
def nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running products in which a NaN counts as 1."""
    return np.cumprod(np.where(np.isnan(a), 1, a), axis=axis, dtype=dtype)


def _led(made: Any, start: int, axis: int, lead: bool) -> Any:
    """A running sum or product, with where it started from in front of it if `lead`."""
    if not lead:
        return made
    first = made[(slice(None),) * (axis % made.ndim) + (slice(1),)]
    return np.concatenate([np.full_like(first, start), made], axis=axis)


if hasattr(np, "cumulative_sum"):  # NumPy 2.1

    @derived(np.cumulative_sum, sample((3,)), sample((2, 3), axis=-2, include_initial=True))
    def cumulative_sum(x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
        """Running sums along an axis, which only a vector may leave out."""
        axis = _only_axis(x, axis, "np.cumulative_sum")
        return _led(np.cumsum(x, axis=axis, dtype=dtype), 0, axis, include_initial)

    @derived(np.cumulative_prod, sample((3,)), sample((2, 3), axis=-2, include_initial=True))
    def cumulative_prod(x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
        """Running products along an axis, which only a vector may leave out."""
        axis = _only_axis(x, axis, "np.cumulative_prod")
        return _led(np.cumprod(x, axis=axis, dtype=dtype), 1, axis, include_initial)


def _only_axis(x: Any, axis: Any, where: str) -> int:
    if axis is None and x.ndim != 1:
        raise ShapeError(message(where, f"shape {x.shape} and no axis", "an axis, or a vector", "say axis="))
    return 0 if axis is None else int(axis)
