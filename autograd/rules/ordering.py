"""Sorting: elements move to other places, and their gradients move back.

What only says where elements are (argsort, searchsorted, nonzero) has no gradient: it jumps, it does not move.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import general, sample
from .selection import ADD_ALONG_AXIS

_LINES = (sample((2, 4)), sample((3, 2), axis=0), sample((2, 3), axis=None), sample((1,)))


def _kind(kind: Any, stable: bool | None) -> Any:
    return "stable" if stable else kind


def _sort(x: Any, /, axis: int | None = -1, kind: Any = None, stable: bool | None = None) -> Any:
    return np.sort(x, axis=axis, kind=_kind(kind, stable))


def _sort_rule(g: Any, y: Any, x: Any, axis: int | None = -1, kind: Any = None, stable: bool | None = None) -> Any:
    if axis is None:
        return _sort_rule(g, y, x.reshape(-1), -1, kind, stable).reshape(x.shape)
    return ADD_ALONG_AXIS(g, np.argsort(x, axis=axis, kind=_kind(kind, stable)), shape=x.shape, axis=axis)


def _sort_jvp(t: Any, y: Any, x: Any, axis: int | None = -1, kind: Any = None, stable: bool | None = None) -> Any:
    if axis is None:
        return _sort_jvp(t.reshape(-1), y, x.reshape(-1), -1, kind, stable)
    return np.take_along_axis(t, np.argsort(x, axis=axis, kind=_kind(kind, stable)), axis=axis)


SORT = general(
    "sort",
    _sort,
    _sort_rule,
    jvps=(_sort_jvp,),
    numpy=(np.sort,),
    samples=(*_LINES, sample((2, 3), kind="stable"), sample((4,), stable=True), sample((0, 2)), sample((2, 0))),
    why="Elements move to their rank; each gradient goes back to where its element came from.",
)


def _origins(y: Any, x: Any, axis: int) -> Any:
    """The places in x of the elements of y, which are the same in another order: equal ranks meet."""
    ranks = np.argsort(np.argsort(y, axis=axis), axis=axis)
    return np.take_along_axis(np.argsort(x, axis=axis), ranks, axis=axis)


def _partition(x: Any, /, kth: Any, axis: int | None = -1, kind: Any = "introselect") -> Any:
    return np.partition(x, kth, axis=axis, kind=kind)


def _partition_rule(g: Any, y: Any, x: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect") -> Any:
    if axis is None:
        return _partition_rule(g, y, x.reshape(-1), kth).reshape(x.shape)
    return ADD_ALONG_AXIS(g, _origins(y, x, axis), shape=x.shape, axis=axis)


def _partition_jvp(t: Any, y: Any, x: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect") -> Any:
    if axis is None:
        return _partition_jvp(t.reshape(-1), y, x.reshape(-1), kth)
    return np.take_along_axis(t, _origins(y, x, axis), axis=axis)


PARTITION = general(
    "partition",
    _partition,
    _partition_rule,
    jvps=(_partition_jvp,),
    numpy=(np.partition,),
    samples=(
        sample((2, 4), kth=1),
        sample((4, 2), kth=(0, 2), axis=0),
        sample((2, 3), kth=-2, axis=None),
        sample((3,), kth=np.array([1])),
    ),
    why="The k-th smallest comes to its place, smaller ones before it; each gradient goes back with its element.",
)
