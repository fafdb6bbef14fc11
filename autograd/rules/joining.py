"""Joining arrays into one, and cutting one into parts: concatenate, stack, split, unstack, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..errors import ShapeError, message
from ..op import derived, multilinear, sample


def _concatenate(*xs: Any, axis: Any = 0) -> Any:
    return np.concatenate(xs, axis=axis)


def _concatenate_rule(g: Any, y: Any, *xs: Any, which: int, axis: Any = 0) -> Any:
    if axis is None:
        start = sum(x.size for x in xs[:which])
        return g[start : start + xs[which].size].reshape(xs[which].shape)
    start = sum(x.shape[axis] for x in xs[:which])
    part = slice(start, start + xs[which].shape[axis])
    return g[(slice(None),) * (axis % g.ndim) + (part,)]


CONCATENATE = multilinear(
    "concatenate",
    _concatenate,
    _concatenate_rule,
    variadic=True,
    numpy=(np.concatenate,),  # and np.concat, which is the same function
    samples=(
        sample((2, 3), (1, 3)),
        sample((2, 1), (2, 2), (2, 3), axis=-1),
        sample((2,), (1, 3), axis=None),
        sample((0, 2), (1, 2)),
    ),
    why="Parts laid end to end: each gets back its own stretch of the gradient.",
)
STACK = multilinear(
    "stack",
    lambda *xs, axis=0: np.stack(xs, axis=axis),
    lambda g, y, *xs, which, axis=0: g[(slice(None),) * (axis % g.ndim) + (which,)],
    variadic=True,
    numpy=(np.stack,),
    samples=(sample((2, 3), (2, 3)), sample((2,), (2,), (2,), axis=-1), sample((), ())),
    why="Parts laid side by side on a new axis: each gets back its own slice of the gradient.",
)
SPLIT = multilinear(
    "split",
    lambda x, /, indices_or_sections, axis=0: tuple(np.split(x, indices_or_sections, axis=axis)),
    lambda g, y, x, indices_or_sections, axis=0: CONCATENATE(*g, axis=axis),
    multiple=True,
    samples=(
        sample((4, 2), indices_or_sections=2),
        sample((2, 5), indices_or_sections=(1, 3), axis=1),
        sample((3,), indices_or_sections=(0, 2, 3), axis=-1),
    ),
    why="One array cut into parts: their gradients, laid end to end, are the whole's.",
)
UNSTACK = multilinear(
    "unstack",
    lambda x, /, axis=0: tuple(np.moveaxis(x, axis, 0)),
    lambda g, y, x, axis=0: np.stack(g, axis=axis),
    multiple=True,
    numpy=(np.unstack,) if hasattr(np, "unstack") else (),  # NumPy 2.1
    samples=(sample((2, 3)), sample((2, 3, 2), axis=-2), sample((2,))),
    why="One array taken apart along an axis: the parts' gradients, stacked, are the whole's.",
)


def _at_least(where: str, x: Any, axes: int) -> None:
    if x.ndim < axes:
        raise ShapeError(
            message(f"np.{where}", f"shape {x.shape}", f"{axes} axes or more", "reshape it, or use np.split with axis=")
        )


def _plain(places: Any) -> Any:
    """Places along an axis as NumPy takes them: a tensor of them would send NumPy's own call back here."""
    return places if isinstance(places, (slice, list, tuple)) else np.asarray(places)


@derived(np.split, sample((4, 2), indices_or_sections=2), sample((2, 5), indices_or_sections=[3, 1], axis=-1))
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Equal parts, or parts that end at the given places."""
    indices_or_sections = _plain(indices_or_sections)
    options = {"axis": axis} if axis else {}
    parts = list(SPLIT(ary, indices_or_sections=indices_or_sections, **options))
    if sum(part.shape[axis] for part in parts) == ary.shape[axis]:
        return parts
    numbers = np.split(np.arange(ary.shape[axis]), indices_or_sections)  # places that go back: the parts overlap
    return [np.take(ary, places, axis=axis) for places in numbers]


@derived(
    np.array_split,
    sample((5, 2), indices_or_sections=3),
    sample((2, 3), indices_or_sections=2, axis=1),
    sample((3,), indices_or_sections=[1]),
    sample((2,), indices_or_sections=3),
)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Parts that are equal as far as the length allows."""
    parts = np.array_split(np.arange(ary.shape[axis]), _plain(indices_or_sections))
    return split(ary, np.cumsum([part.size for part in parts])[:-1], axis)


@derived(np.hsplit, sample((2, 4), indices_or_sections=2), sample((4,), indices_or_sections=[1]))
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts along the second axis, or along the first of a vector."""
    _at_least("hsplit", ary, 1)
    return split(ary, indices_or_sections, min(ary.ndim - 1, 1))


@derived(np.vsplit, sample((4, 2), indices_or_sections=2))
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts along the first axis."""
    _at_least("vsplit", ary, 2)
    return split(ary, indices_or_sections, 0)


@derived(np.dsplit, sample((1, 2, 4), indices_or_sections=[3]))
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts along the third axis."""
    _at_least("dsplit", ary, 3)
    return split(ary, indices_or_sections, 2)


@derived(np.hstack, sample([(2, 3), (2, 1)]), sample([(2,), (3,)]), sample([(), ()]))
def hstack(tup: Sequence[Any]) -> Any:
    """Side by side: along the second axis, or the first of vectors."""
    parts = [np.atleast_1d(part) for part in tup]
    return CONCATENATE(*parts, axis=0 if parts[0].ndim == 1 else 1)


@derived(np.vstack, sample([(2, 3), (3,)]), sample([(2,), (2,)]), sample([(), ()]))
def vstack(tup: Sequence[Any]) -> Any:
    """On top of each other: along the first axis, vectors as rows."""
    return CONCATENATE(*map(np.atleast_2d, tup), axis=0)


@derived(np.dstack, sample([(2, 3), (2, 3)]), sample([(2,), (2,)]), sample([(1, 2, 2), (1, 2, 1)]))
def dstack(tup: Sequence[Any]) -> Any:
    """Behind each other: along the third axis."""
    return CONCATENATE(*map(np.atleast_3d, tup), axis=2)


@derived(np.column_stack, sample([(3,), (3, 2), (3,)]), sample([(), ()]))
def column_stack(tup: Sequence[Any]) -> Any:
    """Side by side, vectors as columns."""
    return CONCATENATE(*(np.atleast_2d(x).T if np.ndim(x) < 2 else x for x in tup), axis=1)


def _nesting(arrays: Any) -> tuple[int, int]:
    """How deep the lists go, and the most axes that an array in them has; every branch is equally deep."""
    if not isinstance(arrays, list):
        return 0, np.ndim(arrays)
    found = [_nesting(part) for part in arrays]
    depths = {depth for depth, _ in found}
    if len(depths) != 1:
        raise ShapeError(
            message("np.block", f"lists {sorted(depths)} deep side by side" if found else "an empty list",
                    "lists that are equally deep, down to the arrays", "put brackets around the rows that lack them")
        )  # fmt: skip
    return depths.pop() + 1, max(ndim for _, ndim in found)


def _laid_out(part: Any, axis: int, ndim: int) -> Any:
    if isinstance(part, list):
        return CONCATENATE(*(_laid_out(inner, axis + 1, ndim) for inner in part), axis=axis)
    return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))


@derived(np.block, sample([(2, 3), (2, 1)]), sample([(), (2,)]), sample((2, 2)))
def block(arrays: Any) -> Any:
    """A matrix of blocks: the innermost lists are joined along the last axis, the next along the one before."""
    depth, ndim = _nesting(arrays)
    ndim = max(depth, ndim)
    return _laid_out(arrays, ndim - depth, ndim) if depth else np.copy(arrays)


@derived(np.append, sample((2,), (1, 2)), sample((2, 2), (1, 2), axis=0), sample((), ()))
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """Values at the end of an axis, or of all elements in a row."""
    if axis is None:
        arr, values, axis = np.ravel(arr), np.ravel(values), 0
    return CONCATENATE(arr, values, axis=axis)


@derived(
    np.insert,
    sample((4,), np.array(1), ()),
    sample((2, 3), np.array([0, 2, 2]), (3,), axis=1),
    sample((2, 3), np.array(-1), (2,), axis=1),
    sample((2, 3), np.array([1]), (2, 3), axis=0),
    sample((2, 2), np.array([1, 3]), ()),
)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """Values put in before the given places of an axis; NumPy itself, on the numbers of the places, says where."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    axis = normalize_axis_index(axis, arr.ndim)
    obj, length = _plain(obj), arr.shape[axis]
    count = np.insert(np.arange(length), obj, -1).size - length
    values = np.reshape(values, (1,) * (arr.ndim - np.ndim(values)) + np.shape(values))
    values = values if values.dtype == arr.dtype else values.astype(arr.dtype)
    if isinstance(obj, np.ndarray) and obj.ndim == 0:
        values = np.moveaxis(values, 0, axis)  # as in a[:, 0] = values, where values has no such axis
    if count == 1:
        count = values.shape[axis]  # all of them, at the one place
    new = np.broadcast_to(values, (*arr.shape[:axis], count, *arr.shape[axis + 1 :]))
    places = np.insert(np.arange(length), obj, np.arange(length, length + count))
    return np.take(CONCATENATE(arr, new, axis=axis), places, axis=axis)


@derived(
    np.delete,
    sample((4,), np.array(1)),
    sample((2, 3), np.array([0, 2]), axis=1),
    sample((2, 2), np.array([True, False, False, True])),
)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """The rest, once the given places of an axis are gone."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    axis = normalize_axis_index(axis, arr.ndim)
    return np.take(arr, np.delete(np.arange(arr.shape[axis]), _plain(obj)), axis=axis)
