"""Rows that look at the same elements in another shape, order of axes or dtype, and functions made of them.

Nothing is computed here, so going back is going back: the gradient takes the shape and the order that came in.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError, UnsupportedError, message
from ..op import derived, elementwise, general, multilinear, sample


def _inverse(axes: Any) -> Any:
    return None if axes is None else tuple(int(i) for i in np.argsort([axis % len(axes) for axis in axes]))


def _reshape(x: Any, /, shape: Any, order: str = "C") -> Any:
    if order == "C":
        return x.reshape(shape)
    if order != "F":  # 'A' and 'K' read x as it lies in memory, which is nothing that a gradient could follow
        raise UnsupportedError(
            message("reshape", f"order={order!r}", "'C' (rows first) or 'F' (columns first)", "choose one of the two")
        )
    return x.reshape(shape, order="F")


RESHAPE = multilinear(
    "reshape",
    _reshape,
    lambda g, y, x, shape, order="C": g.reshape(x.shape, order=order),
    view=True,
    samples=(
        sample((2, 3), shape=(3, 2)),
        sample((2, 3), shape=-1),
        sample((1,), shape=()),
        sample((4,), shape=(2, -1)),
        sample((2, 3), shape=(3, 2), order="F"),
        sample((0, 2), shape=(2, 0)),
    ),
    why="The same elements in another shape: the gradient takes the first shape again.",
)
TRANSPOSE = multilinear(
    "transpose",
    lambda x, /, axes=None: x.transpose(axes),
    lambda g, y, x, axes=None: g.transpose(_inverse(axes)),
    symbol="T",
    view=True,
    numpy=(np.transpose,),  # and np.permute_dims, which is the same function
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
MOVEAXIS = multilinear(
    "moveaxis",
    lambda x, /, source, destination: np.moveaxis(x, source, destination),
    lambda g, y, x, source, destination: np.moveaxis(g, source=destination, destination=source),
    view=True,
    numpy=(np.moveaxis,),
    samples=(
        sample((2, 3, 4), source=0, destination=-1),
        sample((2, 3, 4), source=(0, 1), destination=(-1, 0)),
        sample((2, 0, 3), source=1, destination=0),
    ),
    why="An axis moves to another place among the axes; the gradient's moves back.",
)
SQUEEZE = multilinear(
    "squeeze",
    lambda x, /, axis=None: x.squeeze(axis),
    lambda g, y, x, axis=None: g.reshape(x.shape),
    view=True,
    numpy=(np.squeeze,),
    samples=(
        sample((1, 3, 1)),
        sample((1, 3, 1), axis=-1),
        sample((1, 3, 1), axis=(0, 2)),
        sample((1, 1)),
        sample(()),
        sample((1, 0)),
    ),
    why="Axes of length one are dropped; the gradient gets them back.",
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
COPY = elementwise(
    "copy",
    lambda x, /, order="K": np.array(x, order=order, copy=True),
    lambda g, y, x, order="K": g,
    numpy=(np.copy,),
    samples=(sample((2, 3)), sample((2, 3), order="F"), sample(()), sample((0,))),
    why="The same numbers in memory of their own: the gradient passes as it is.",
)
# One result of an op that has several. It is a node like any other, so whoever uses the result is none the wiser.
OUTPUT = general(
    "output",
    lambda outputs, /, index: outputs[index],
    why="One result of an operation that gives several; its gradient goes to that result's place.",
)


@derived(np.reshape, sample((2, 3), np.array([3, 2])), sample((2, 3), np.array([3, -1]), order="F"))
def reshape(
    a: Any, /, shape: Any = None, order: str = "C", *, newshape: Any = None, copy: bool | None = None
) -> Any:  # NumPy 2.0 calls the shape `newshape`, and has no `copy`
    """The same elements in another shape; `copy=False` refuses where it can't be a view."""
    wanted = newshape if shape is None else shape
    if isinstance(wanted, np.ndarray):
        wanted = tuple(wanted.tolist())
    y = a.reshape(wanted, order=order)
    if copy:
        return y.copy()
    if copy is False and a.size and not np.may_share_memory(a, y):
        raise ShapeError(
            message("np.reshape", f"copy=False for a new shape {y.shape}", "a shape that needs no copy", "leave it out")
        )
    return y


@derived(np.ravel, sample((2, 3)), sample((2, 3), order="F"), sample(()))
def ravel(a: Any, order: str = "C") -> Any:
    """All elements on one axis."""
    return a.reshape(-1, order=order)


@derived(np.matrix_transpose, sample((2, 3)), sample((2, 3, 4)))
@derived(np.linalg.matrix_transpose, sample((2, 3, 2)))
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged: every matrix of a stack is transposed."""
    if x.ndim < 2:
        raise ShapeError(
            message("np.matrix_transpose", f"shape {x.shape}", "two axes or more", "add one, as by x[:, None]")
        )
    return x.swapaxes(-1, -2)


@derived(np.rollaxis, sample((2, 3, 4), axis=2), sample((2, 3, 4), axis=0, start=-1), sample((2, 3), axis=-1, start=1))
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """An axis moved in front of the one that stands at `start`."""
    numbered = np.empty(tuple(range(a.ndim)))  # each axis is as long as its number, so its shape tells the order
    return a.transpose(np.rollaxis(numbered, axis, start).shape)


@derived(np.atleast_1d, sample(()), sample((2, 3)), sample((), (2,)))
def atleast_1d(*arys: Any) -> Any:
    """At least one axis."""
    return _each(arys, lambda x: x if np.ndim(x) else np.reshape(x, (1,)))


@derived(np.atleast_2d, sample(()), sample((3,)), sample((2, 3)), sample((3,), (1, 2, 1)))
def atleast_2d(*arys: Any) -> Any:
    """At least two axes: a vector becomes a row."""
    return _each(arys, lambda x: x if np.ndim(x) >= 2 else np.reshape(x, (1, -1)))


@derived(np.atleast_3d, sample(()), sample((3,)), sample((2, 3)), sample((2, 1, 3)))
def atleast_3d(*arys: Any) -> Any:
    """At least three axes: a vector becomes (1, N, 1), a matrix (M, N, 1)."""
    return _each(
        arys, lambda x: x if np.ndim(x) >= 3 else np.reshape(x, (*np.shape(x), 1) if np.ndim(x) == 2 else (1, -1, 1))
    )


def _each(arrays: tuple[Any, ...], shaped: Any) -> Any:
    """One result for one array, a tuple for several, as NumPy gives them."""
    found = tuple(shaped(np.asarray(x) if isinstance(x, (int, float, list, tuple)) else x) for x in arrays)
    return found[0] if len(found) == 1 else found


@derived(np.broadcast_arrays, sample((2, 1), (3,)), sample((), (2,)), sample((2, 3)))
def broadcast_arrays(*args: Any) -> tuple[Any, ...]:
    """All arrays stretched to the shape that they have together."""
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(x if np.shape(x) == shape else np.broadcast_to(x, shape) for x in args)
