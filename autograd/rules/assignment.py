"""Assignment into part of an array, as a function: a new array in which that part has other values."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import Op, general, sample
from ..operands import complex_operand
from .index import is_basic


def _setitem(x: Any, v: Any, /, index: Any) -> Any:
    if np.iscomplexobj(v) and not np.iscomplexobj(x):
        raise complex_operand("t[...] = value")  # NumPy drops the imaginary part, with a warning
    y = x.copy()
    y[index] = v
    return y


def _kept(g: Any, index: Any) -> Any:
    """The cotangent of what was assigned; of elements that were assigned twice, the last assignment counts."""
    if is_basic(index):
        return g[index]
    order = np.zeros(g.shape, np.intp)
    order[index] = 1 + np.arange(order[index].size).reshape(order[index].shape)
    last = order[index] == 1 + np.arange(order[index].size).reshape(order[index].shape)
    return g[index] * last


SETITEM: Op = general(
    "setitem",
    _setitem,
    lambda g, y, x, v, index: SETITEM(g, 0.0, index=index),
    lambda g, y, x, v, index: _kept(g, index),
    jvps=(
        lambda t, y, x, v, index: SETITEM(t, 0.0, index=index),
        lambda t, y, x, v, index: SETITEM(np.zeros(y.shape, y.dtype), t, index=index),
    ),
    broadcasts=True,
    symbol="[ ]=",
    samples=(
        sample((2, 3), (3,), index=0),
        sample((2, 3), (), index=(slice(None), 1)),
        sample((4,), (2,), index=slice(None, None, -2)),
        sample((3, 2), (2, 2), index=np.array([0, 2])),
        sample((3,), (3,), index=np.array([0, 2, 0])),
        sample((2, 3), (3,), index=np.array([[True, False, True], [False, True, False]])),
    ),
    why="What was overwritten gets nothing; what was put in its place gets the gradient of that place.",
)
