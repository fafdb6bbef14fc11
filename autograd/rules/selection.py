"""Choosing elements, by place or by condition: take, take_along_axis, choose, select, compress, extract, piecewise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..errors import DTypeError, ShapeError, message
from ..op import Op, derived, multilinear, sample
from .index import SCATTER_ADD, added

_RANKS = np.array([[2, 0, 0], [1, 1, 2]])


def _add_along_axis(g: Any, indices: Any, /, shape: tuple[int, ...], axis: Any = -1) -> Any:
    numbers = np.arange(np.prod(shape, dtype=np.intp)).reshape(shape)
    return added(g, np.take_along_axis(numbers, indices, axis=axis).reshape(-1), shape)


TAKE_ALONG_AXIS: Op = multilinear(
    "take_along_axis",
    lambda x, indices, /, axis=-1: np.take_along_axis(x, indices, axis=axis),
    lambda g, y, x, indices, axis=-1: ADD_ALONG_AXIS(g, indices, shape=x.shape, axis=axis),
    None,
    numpy=(np.take_along_axis,),
    samples=(
        sample((2, 3), _RANKS, axis=1),
        sample((2, 3), np.array([[0, -1, 1]]), axis=0),
        sample((2, 3), np.array([5, 0, 0]), axis=None),
        sample((3,), np.array([0, 0, 2, 1]), axis=-1),
        sample((1, 3), _RANKS, axis=1),
    ),
    why="Each line along the axis is read at places of its own; the gradients go back there and add up.",
)
ADD_ALONG_AXIS: Op = multilinear(
    "add_along_axis",
    _add_along_axis,
    lambda g, y, x, indices, shape, axis=-1: TAKE_ALONG_AXIS(g, indices, axis=axis),
    None,
    samples=(
        sample((2, 3), _RANKS, shape=(2, 3), axis=1),
        sample((3,), np.array([5, 0, 0]), shape=(2, 3), axis=None),
    ),
    why="The adjoint of reading along an axis: what was added to a place gets that place's gradient.",
)


def _placed(indices: Any, count: int, mode: str, where: str) -> Any:
    """Places as integers; those outside 0 to `count` - 1 wrapped or clipped, or left for NumPy to refuse."""
    places = np.asarray(indices).astype(np.intp, casting="safe")
    if mode == "wrap":
        return places % count
    if mode == "clip":
        return np.clip(places, 0, count - 1)
    if mode != "raise":
        raise ShapeError(message(where, f"mode={mode!r}", "'raise', 'wrap' or 'clip'", "choose one of the three"))
    return places


@derived(
    np.take,
    sample((2, 3), indices=[0, 2, 2]),
    sample((2, 3), indices=[[0, -1], [1, 1]], axis=0),
    sample((2, 3), np.array([0, 0, 2]), axis=-1),
    sample((2, 3), indices=1, axis=1),
    sample((2, 3), indices=[-4, 7], axis=1, mode="wrap"),
    sample((2, 3), indices=[-4, 7], axis=1, mode="clip"),
    sample((2, 3), indices=np.zeros((2, 0), int), axis=0),
    sample((), indices=[0, 0]),
)
def take(a: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
    """The elements, or the slices along an axis, at the given places."""
    if axis is None:
        a, axis = np.reshape(a, -1), 0
    axis = normalize_axis_index(axis, a.ndim)
    places = _placed(indices, a.shape[axis], mode, "np.take")
    return a[(*(slice(None),) * axis, places)] if axis else a[places]


@derived(
    np.choose,
    sample(np.array([0, 2, 1]), [(3,), (3,), (3,)]),
    sample(np.array([[0], [1]]), [(3,), ()]),
    sample(np.array([-1, 4, 1]), [(3,), (1,), ()], mode="wrap"),
    sample(np.array([-1, 4, 1]), [(3,), (1,), ()], mode="clip"),
    sample(np.array(1), [(2,), (2, 2)]),
)
def choose(a: Any, choices: Sequence[Any], *, mode: str = "raise") -> Any:
    """From several arrays, each element from the one whose number stands at its place."""
    which, last = _placed(a, len(choices), mode, "np.choose"), len(choices) - 1
    if ((which < 0) | (which > last)).any():
        got = f"numbers from {which.min()} to {which.max()}"
        raise ShapeError(message("np.choose", got, f"0 to {last}", "use mode='wrap' or 'clip'"))
    shape = np.broadcast_shapes(which.shape, *map(np.shape, choices))
    stacked = np.stack([np.broadcast_to(choice, shape) for choice in choices])
    return np.take_along_axis(stacked, np.broadcast_to(which, shape)[None], axis=0)[0]


@derived(
    np.select,
    sample([np.array([True, False, False]), np.array([True, True, False])], [(3,), (2, 3)]),
    sample([np.array([True, False]), np.array([False, False])], [(2,), ()], (2,)),
    sample([np.array([[True], [False]])], [(3,)], default=2.5),
)
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Each element from the choice of the first condition that holds there."""
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ShapeError(
            message("np.select", f"{len(condlist)} conditions and {len(choicelist)} choices",
                    "one choice for each condition, and at least one", "complete the lists")
        )  # fmt: skip
    conditions = list(map(np.asarray, condlist))
    for condition in conditions:
        if condition.dtype != bool:
            got = f"a condition of dtype {condition.dtype}"
            raise DTypeError(message("np.select", got, "bool", "compare, as x > 0"))
    dtype = np.result_type(*choicelist, default)
    y = default
    for condition, choice in zip(reversed(conditions), reversed(choicelist), strict=True):
        y = np.where(condition, choice, y)
    return y if y.dtype == dtype else y.astype(dtype)


@derived(
    np.compress,
    sample(np.array([True, False, True]), (2, 3), axis=1),
    sample(np.array([False, True]), (3, 2), axis=0),
    sample(np.array([0, 1, 0, 2]), (2, 3)),
)
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """The slices along an axis, or the elements, for which a vector of conditions holds."""
    if np.ndim(condition) != 1:
        got = f"a condition of shape {np.shape(condition)}"
        raise ShapeError(message("np.compress", got, "a vector", "use np.extract or a[mask]"))
    return np.take(a, np.flatnonzero(condition), axis=axis)


@derived(np.extract, sample(np.array([[True, False], [True, True]]), (2, 2)), sample(np.array([0, 1]), (3,)))
def extract(condition: Any, arr: Any) -> Any:
    """The elements at whose place a condition holds, one after the other."""
    return np.take(np.ravel(arr), np.flatnonzero(condition))


@derived(
    np.bincount,
    sample(np.array([0, 2, 2]), (3,)),
    sample(np.array([1, 0]), (2,), minlength=4),
)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """The weights of each bin added up; without weights a count, which is constant."""
    places = np.array(x)
    if weights is None:
        return np.bincount(places, minlength=minlength)
    length = np.bincount(places, minlength=minlength).size  # which also refuses places that are no whole numbers
    if np.shape(weights) != places.shape:
        raise ShapeError(
            message("np.bincount", f"weights of shape {np.shape(weights)} for {places.size} places", "one for each",
                    "ravel or broadcast them")
        )  # fmt: skip
    wide = weights if weights.dtype == np.float64 else weights.astype(np.float64)  # NumPy adds up in float64
    return SCATTER_ADD(wide, index=places, shape=(length,))


_POSITIVE = np.array([True, False, True, False])


@derived(
    np.piecewise,
    sample((4,), condlist=[_POSITIVE, ~_POSITIVE], funclist=[lambda x: x * x, lambda x: 3.0 * x]),
    sample((4,), condlist=[_POSITIVE], funclist=[lambda x: x * x * x, 2.0]),
    sample((4,), condlist=_POSITIVE, funclist=[lambda x: x * x]),
    sample((2, 2), condlist=[_POSITIVE.reshape(2, 2)], funclist=[1.5, lambda x: x * x]),
    sample((), condlist=[True], funclist=[lambda x: x * x]),
)
def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """A function defined by parts: each part sees the elements for which its condition holds, and no others."""
    single = np.isscalar(condlist) or (x.ndim and np.ndim(condlist[0]) == 0)
    conditions = list(np.array([condlist] if single else condlist, bool))
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    if len(funclist) != len(conditions):
        raise ShapeError(
            message("np.piecewise", f"{len(conditions)} conditions and {len(funclist)} functions",
                    "a function for each, and perhaps one for the rest", "complete the lists")
        )  # fmt: skip
    y: Any = np.zeros(x.shape, x.dtype)
    for condition, function in zip(conditions, funclist, strict=True):
        part = function
        if callable(function):
            part = SCATTER_ADD(function(x[condition], *args, **kw), index=condition, shape=x.shape)
        y = np.where(condition, part, y)
    return y if y.dtype == x.dtype else y.astype(x.dtype)
