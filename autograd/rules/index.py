"""Reading parts of an array, and its adjoint: adding into parts of an array of zeros.

Repeated indices are read more than once, so their gradients add up: `x[[0, 0, 1]].sum()` has gradient `[2, 1]`.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..op import Op, general, multilinear, sample


def is_basic(index: Any) -> bool:
    """Whether an index is made of slices, integers, None and Ellipsis only, so that no element is read twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, (int, np.integer, slice)) for part in parts)


def kept(index: Any) -> Any:
    """An index that nobody else can write to later: the gradient goes back to where was read, not where it says now."""
    if isinstance(index, (np.ndarray, list)):
        copied = index.copy() if isinstance(index, np.ndarray) else np.array(index)
        return copied if copied.size or isinstance(index, np.ndarray) else copied.astype(np.intp)
    return tuple(map(kept, index)) if type(index) is tuple else index


def _is_mask(part: Any) -> bool:
    if isinstance(part, (np.ndarray, list)):
        return np.asarray(part).dtype == bool
    return isinstance(part, (bool, np.bool_))


def _reads_once(index: Any) -> bool:
    """Whether no element is read twice: a mask has each element at most once, integer arrays may repeat some."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(_is_mask(part) or is_basic(part) for part in parts)


def _axes_of(part: Any) -> int:
    """How many axes of an array a part of an index stands for."""
    if part is None:
        return 0
    return np.ndim(part) if _is_mask(part) else 1


def _places(index: Any, shape: tuple[int, ...]) -> Any:
    """The number, in C order, of every element that an index reads.

    Axes that the index does not reach are numbered afterwards: an index of rows costs no array of the whole's size.
    """
    parts = index if isinstance(index, tuple) else (index,)
    if all(isinstance(part, (int, np.integer, np.ndarray, list)) and not _is_mask(part) for part in parts):
        reached = len(parts)
        first = np.ravel_multi_index(parts, shape[:reached], mode="wrap")  # which counts -1 from the end
    else:  # the numbers of all places, read with the same index
        reached = len(shape) if any(part is Ellipsis for part in parts) else sum(map(_axes_of, parts))
        first = np.arange(prod(shape[:reached])).reshape(shape[:reached])[index]
    width = prod(shape[reached:])
    return first.reshape(-1) if width == 1 else (first.reshape(-1, 1) * width + np.arange(width)).reshape(-1)


def added(g: Any, places: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape`, to which the elements of `g` are added at the places of these numbers.

    On one axis `np.add.at` is five times as fast as on several (NumPy 2.0 to 2.4).
    """
    whole = np.zeros(prod(shape), g.dtype)
    np.add.at(whole, places, g.reshape(-1))
    return whole.reshape(shape)


def _getitem(x: Any, /, index: Any) -> Any:
    if type(index) is np.ndarray and index.dtype.kind in "iu":
        return x.take(index, axis=0)  # the same, in half the time
    return x[index]


_FEW = 512  # elements, for which counting places costs more than it saves


def _scatter_add(g: Any, /, index: Any, shape: tuple[int, ...]) -> Any:
    once = _reads_once(index)
    if not once and g.size > _FEW:
        return added(g, _places(index, shape), shape)
    whole = np.zeros(shape, g.dtype)
    if once:
        whole[index] = g
    else:
        np.add.at(whole, index, g)
    return whole


_ROWS = np.array([0, 0, 1])
_MASK = np.array([[True, False, True], [False, True, False]])

GETITEM: Op = multilinear(
    "getitem",
    _getitem,
    lambda g, y, x, index: SCATTER_ADD(g, index=index, shape=x.shape),
    symbol="[ ]",
    view=True,
    samples=(
        sample((2, 3), index=0),
        sample((2, 3), index=(slice(None), slice(None, None, -2))),
        sample((2, 3), index=(Ellipsis, None, 1)),
        sample((2, 3), index=_ROWS),
        sample((2, 3), index=(_ROWS, np.array([2, 2, 0]))),
        sample((2, 3), index=_MASK),
        sample((2, 3), index=(slice(None), np.array([0, 0, 2]))),
        sample((2, 3), index=(1, 2)),
        sample((2, 3), index=[1, -1, 1]),
        sample((2, 3), index=np.array([[0, -2], [1, 1]])),
        sample((2, 3, 2), index=(np.array([[0], [1]]), slice(1, None), np.array([0, 0, 1]))),
        sample((2, 3, 2), index=_MASK),
        sample((2, 3), index=(np.array([True, False]), np.array([1, 1]))),
        sample((2, 3), index=(_ROWS, None, Ellipsis, slice(None, 2))),
        sample((2, 3), index=np.array(1)),
        sample((2, 3), index=True),
        sample((2, 3), index=(np.array(True), _ROWS)),
        sample((0, 3), index=np.zeros(0, int)),
        sample((), index=()),
    ),
    why="What was read gets its gradient back at the place it was read from; the rest gets zero.",
)
SCATTER_ADD: Op = multilinear(
    "scatter_add",
    _scatter_add,
    lambda g, y, x, index, shape: g[index],
    samples=(
        sample((3,), index=0, shape=(2, 3)),
        sample((3, 3), index=_ROWS, shape=(2, 3)),
        sample((3,), index=_MASK, shape=(2, 3)),
        sample((3, 2, 2), index=(slice(None), np.array([[0, 1], [1, -1]])), shape=(3, 2)),
    ),
    why="The adjoint of reading: what was added to a place gets that place's gradient.",
)


def _one_hot(target: Any, /, classes: int, dtype: Any = None) -> Any:
    codes = np.zeros((target.size, classes), dtype)
    codes[np.arange(target.size), target] = 1
    return codes


ONE_HOT = general(
    "one_hot",
    _one_hot,
    None,
    samples=(sample(np.array([0, 2, 1]), classes=3),),
    why="A class number as a row of zeros with a single one; classes do not move, so nothing flows back.",
)
