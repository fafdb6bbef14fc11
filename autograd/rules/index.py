"""Reading parts of an array, and its adjoint: adding into parts of an array of zeros.

Repeated indices are read more than once, so their gradients add up: `x[[0, 0, 1]].sum()` has gradient `[2, 1]`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import Op, general, multilinear, sample


def is_basic(index: Any) -> bool:
    """Whether an index is made of slices, integers, None and Ellipsis only, so that no element is read twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, (int, np.integer, slice)) for part in parts)


def _scatter_add(g: Any, /, index: Any, shape: tuple[int, ...]) -> Any:
    whole = np.zeros(shape, g.dtype)
    if is_basic(index):
        whole[index] = g
    else:
        np.add.at(whole, index, g)
    return whole


_ROWS = np.array([0, 0, 1])
_MASK = np.array([[True, False, True], [False, True, False]])

GETITEM: Op = multilinear(
    "getitem",
    lambda x, /, index: x[index],
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
