"""Rows that move elements without changing them: shape, order, copies, joining and splitting, dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import general, multilinear, sample


def _inverse(axes: Any) -> Any:
    return None if axes is None else tuple(int(i) for i in np.argsort([axis % len(axes) for axis in axes]))


RESHAPE = multilinear(
    "reshape",
    lambda x, /, shape: x.reshape(shape),
    lambda g, y, x, shape: g.reshape(x.shape),
    view=True,
    numpy=(np.reshape,),
    samples=(
        sample((2, 3), shape=(3, 2)),
        sample((2, 3), shape=-1),
        sample((1,), shape=()),
        sample((4,), shape=(2, -1)),
    ),
    why="The same elements in another shape: the gradient takes the first shape again.",
)
TRANSPOSE = multilinear(
    "transpose",
    lambda x, /, axes=None: x.transpose(axes),
    lambda g, y, x, axes=None: g.transpose(_inverse(axes)),
    symbol="T",
    view=True,
    numpy=(np.transpose,),
    samples=(sample((2, 3)), sample((2, 3, 4), axes=(1, 2, 0)), sample((3,)), sample((2, 3, 2), axes=(-1, 0, 1))),
    why="Axes change places; the gradient's axes change back.",
)
SWAPAXES = multilinear(
    "swapaxes",
    lambda x, /, axis1, axis2: x.swapaxes(axis1, axis2),
    lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2),
    view=True,
    numpy=(np.swapaxes,),
    samples=(sample((2, 3), axis1=0, axis2=1), sample((2, 3, 4), axis1=-1, axis2=0)),
    why="Two axes change places; doing it again undoes it.",
)
EXPAND_DIMS = multilinear(
    "expand_dims",
    lambda x, /, axis: np.expand_dims(x, axis),
    lambda g, y, x, axis: g.reshape(x.shape),
    view=True,
    numpy=(np.expand_dims,),
    samples=(sample((3,), axis=0), sample((2, 3), axis=(0, -1)), sample((), axis=0)),
    why="An axis of length one is added; the gradient drops it.",
)
BROADCAST_TO = multilinear(
    "broadcast_to",
    lambda x, /, shape: np.broadcast_to(x, shape),
    lambda g, y, x, shape: g,
    broadcasts=True,
    numpy=(np.broadcast_to,),
    samples=(
        sample((3,), shape=(2, 3)),
        sample((2, 1), shape=(2, 3)),
        sample((), shape=(2,)),
        sample((1,), shape=(0,)),
    ),
    why="One element is seen in many places, so their gradients add up.",
)
ASTYPE = multilinear(
    "astype",
    lambda x, /, dtype: x.astype(dtype),
    lambda g, y, x, dtype: g.astype(x.dtype),
    samples=(sample((2, 3), dtype=np.float32), sample((2,), dtype=np.float64)),
    why="The same numbers at another precision; the gradient comes back at the first.",
)


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
    numpy=(np.concatenate,),
    samples=(sample((2, 3), (1, 3)), sample((2, 1), (2, 2), (2, 3), axis=-1), sample((2,), (1, 3), axis=None)),
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
    lambda g, y, x, indices_or_sections, axis=0: np.concatenate(g, axis=axis),
    multiple=True,
    numpy=(np.split,),
    samples=(sample((4, 2), indices_or_sections=2), sample((2, 5), indices_or_sections=(1, 3), axis=1)),
    why="One array cut into parts: their gradients, laid end to end, are the whole's.",
)
# One result of an op that has several. It is a node like any other, so whoever uses the result is none the wiser.
OUTPUT = general(
    "output",
    lambda outputs, /, index: outputs[index],
    why="One result of an operation that gives several; its gradient goes to that result's place.",
)
