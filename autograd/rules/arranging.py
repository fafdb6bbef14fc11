"""Functions that put elements into another order or repeat them: flip, roll, rot90, tile, repeat, grids."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..errors import ShapeError, message
from ..op import derived, multilinear, sample

FLIP = multilinear(
    "flip",
    lambda x, /, axis=None: np.flip(x, axis),
    lambda g, y, x, axis=None: np.flip(g, axis=axis),
    view=True,
    numpy=(np.flip,),
    samples=(sample((2, 3), axis=-1), sample((2, 3)), sample((2, 3, 2), axis=(0, 2)), sample(()), sample((0, 2))),
    why="The order is turned round; doing it again undoes it.",
)


def _back(shift: Any) -> Any:
    return tuple(-s for s in shift) if isinstance(shift, (tuple, list)) else -shift


ROLL = multilinear(
    "roll",
    lambda x, /, shift, axis=None: np.roll(x, shift, axis),
    lambda g, y, x, shift, axis=None: np.roll(g, shift=_back(shift), axis=axis),
    numpy=(np.roll,),
    samples=(
        sample((2, 3), shift=1, axis=0),
        sample((2, 3), shift=-2),
        sample((2, 3), shift=(1, -4), axis=(0, -1)),
        sample((2, 3), shift=1, axis=(0, 1)),
        sample((4,), shift=np.array([1, 2]), axis=0),
        sample((0,), shift=1),
    ),
    why="What leaves at one end comes in at the other; the gradient rolls back.",
)


@derived(np.fliplr, sample((2, 3)), sample((2, 3, 2)))
def fliplr(m: Any) -> Any:
    """The columns in reverse order."""
    return np.flip(m, axis=1)


@derived(np.flipud, sample((2, 3)), sample((3,)))
def flipud(m: Any) -> Any:
    """The rows in reverse order."""
    return np.flip(m, axis=0)


@derived(
    np.rot90,
    sample((2, 3)),
    sample((2, 3), k=2),
    sample((2, 3), k=-1),
    sample((2, 3), k=4),
    sample((2, 3, 2), k=1, axes=(2, -2)),
)
def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned by k quarters, from the first of the axes towards the second."""
    first, second = (normalize_axis_index(axis, m.ndim) for axis in axes)
    if first == second:
        raise ShapeError(message("np.rot90", f"axes {tuple(axes)}", "two different axes", "name two"))
    turned = k % 4
    if turned >= 2:  # half a turn reverses both axes, which is what remains of every other quarter too
        m = np.flip(m, axis=(first, second))
    return np.flip(m.swapaxes(first, second), axis=first) if turned % 2 else m[...]


@derived(
    np.tile,
    sample((2, 3), reps=2),
    sample((2, 3), reps=(2, 1)),
    sample((2,), reps=(2, 1, 3)),
    sample((2, 1, 2), reps=(3,)),
    sample((), reps=2),
    sample((2,), reps=0),
    sample((2,), reps=()),
)
def tile(A: Any, reps: Any) -> Any:
    """Copies laid side by side, so many along each axis; their gradients add up."""
    counts = tuple(np.asarray(reps).reshape(-1).tolist())
    axes = max(A.ndim, len(counts))
    lengths = (1,) * (axes - A.ndim) + A.shape
    counts = (1,) * (axes - len(counts)) + counts
    if set(counts) <= {1}:
        return A.copy().reshape(lengths)
    apart = A.reshape(tuple(n for length in lengths for n in (1, length)))  # (1, n, 1, m): an axis for each count
    wide = np.broadcast_to(apart, tuple(n for pair in zip(counts, lengths, strict=True) for n in pair))
    return wide.reshape(tuple(count * length for count, length in zip(counts, lengths, strict=True)))


@derived(
    np.repeat,
    sample((2, 3), repeats=2),
    sample((2, 3), repeats=3, axis=-1),
    sample((2, 3), repeats=[2, 0], axis=0),
    sample((3,), repeats=np.array([0, 1, 2])),
    sample((3,), repeats=[2]),
    sample((), repeats=3),
    sample((2, 3), repeats=0, axis=0),
    sample((2,), repeats=1),
)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element, or each slice along an axis, so many times in a row; their gradients add up."""
    if axis is None:
        a, axis = a.reshape(-1), 0
    axis = normalize_axis_index(axis, a.ndim)
    lead, length, rest = a.shape[:axis], a.shape[axis], a.shape[axis + 1 :]
    counts = np.asarray(repeats)
    if counts.size != 1 or counts == 1:
        return np.take(a, np.repeat(np.arange(length), counts), axis=axis)
    count = counts.astype(np.intp, casting="safe").item()
    wide = np.broadcast_to(np.expand_dims(a, axis + 1), (*lead, length, count, *rest))
    return wide.reshape((*lead, length * count, *rest))


@derived(np.resize, sample((2, 3), new_shape=(2, 4)), sample((2, 3), new_shape=3), sample((0,), new_shape=(2,)))
def resize(a: Any, new_shape: Any) -> Any:
    """The elements one after the other, begun again as often as the new shape needs; zeros if there are none."""
    shape = tuple(new_shape) if np.ndim(new_shape) else (int(new_shape),)
    if any(length < 0 for length in shape):
        raise ShapeError(message("np.resize", f"new_shape {shape}", "lengths from 0", "use np.reshape for a -1"))
    if not a.size:
        return np.broadcast_to(a.sum(), shape).copy()
    return np.take(a.reshape(-1), np.arange(prod(shape)) % a.size).reshape(shape)


@derived(
    np.meshgrid,
    sample((2,), (3,)),
    sample((2,), (3,), (2,), indexing="ij"),
    sample((2,), (3,), (1,), sparse=True),
    sample((3,)),
    sample((), (2,), copy=False),
)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Coordinates along axes as arrays over the whole grid."""
    if indexing not in ("xy", "ij"):
        raise ShapeError(message("np.meshgrid", f"indexing={indexing!r}", "'xy' or 'ij'", "choose 'ij' for rows first"))
    places = list(range(len(xi)))
    if indexing == "xy" and len(xi) > 1:
        places[:2] = 1, 0  # x runs along the columns
    open_grid = [_along(x, place, len(xi)) for x, place in zip(xi, places, strict=True)]
    grids = tuple(open_grid) if sparse else np.broadcast_arrays(*open_grid)
    return tuple(grid.copy() for grid in grids) if copy else grids


@derived(np.ix_, sample((2,), (3,)), sample((3,)))
def ix_(*args: Any) -> tuple[Any, ...]:
    """Vectors along axes of their own: an open grid."""
    for x in args:
        if np.ndim(x) != 1:
            raise ShapeError(message("np.ix_", f"shape {np.shape(x)}", "vectors", "ravel it first"))
    plain = [np.ix_(x)[0] if isinstance(x, (list, np.ndarray)) else x for x in args]
    return tuple(_along(x, place, len(args)) for place, x in enumerate(plain))


def _along(x: Any, place: int, axes: int) -> Any:
    """A vector along one of several axes, of length one along the others."""
    return np.reshape(x, (1,) * place + (-1,) + (1,) * (axes - place - 1))
