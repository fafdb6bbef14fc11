"""Products of vectors, matrices and arrays: most are the matrix product, or `*`, in other words.

np.dot(a, b)   np.tensordot(a, b, axes=2)   np.kron(a, b)       written with products that have rules
np.vecdot   np.matvec   np.vecmat                               rows: they are ufuncs, and work on stacks
np.cross   np.convolve                                          rows: each is its own adjoint, but for a turn
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..errors import ShapeError, UnsupportedError, message
from ..op import derived, multilinear, sample


def _arrays(*xs: Any) -> tuple[Any, ...]:
    """Lists and numbers as arrays; whatever has axes stays as it is."""
    return tuple(x if hasattr(x, "ndim") else np.asarray(x) for x in xs)


def _last(x: Any, axis: int) -> Any:
    """`x` with that axis as the last one."""
    return x if axis in (-1, x.ndim - 1) else np.moveaxis(x, axis, -1)


VECDOT = multilinear(
    "vecdot",
    np.vecdot,
    lambda g, y, a, b: g[..., None] * b,
    lambda g, y, a, b: g[..., None] * a,
    broadcasts=True,
    numpy=(np.vecdot,),
    samples=(sample((2, 3), (2, 3)), sample((3,), (2, 3)), sample((3,), (3,)), sample((2, 1, 3), (4, 3))),
    why="Each vector gets the other one, scaled by the gradient of their product.",
)
if hasattr(np, "matvec"):  # NumPy 2.2 has them
    MATVEC = multilinear(
        "matvec",
        np.matvec,
        lambda g, y, a, x: g[..., :, None] * x[..., None, :],
        lambda g, y, a, x: np.matvec(a.swapaxes(-1, -2), g),
        broadcasts=True,
        numpy=(np.matvec,),
        samples=(sample((2, 3), (3,)), sample((2, 3), (4, 3)), sample((4, 2, 3), (3,)), sample((4, 2, 3), (5, 1, 3))),
        why="The vector gets the gradient through the matrix transposed; the matrix gets gradient times vector.",
    )
    VECMAT = multilinear(
        "vecmat",
        np.vecmat,
        lambda g, y, x, a: np.matvec(a, g),
        lambda g, y, x, a: x[..., :, None] * g[..., None, :],
        broadcasts=True,
        numpy=(np.vecmat,),
        samples=(sample((2,), (2, 3)), sample((4, 2), (2, 3)), sample((2,), (4, 2, 3)), sample((5, 1, 2), (4, 2, 3))),
        why="The vector gets the gradient through the matrix; the matrix gets vector times gradient.",
    )


@derived(np.linalg.matmul, sample((2, 3), (3, 4)), sample((2, 2, 3), (3,)))
def matmul(x1: Any, x2: Any, /) -> Any:
    """The matrix product."""
    return x1 @ x2


@derived(np.linalg.vecdot, sample((2, 3), (2, 3)), sample((2, 3), (4, 2, 1), axis=-2), sample((3, 2), (3, 2), axis=0))
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Products of the vectors that lie along an axis."""
    x1, x2 = _arrays(x1, x2)
    return VECDOT(_last(x1, axis), _last(x2, axis))


@derived(
    np.tensordot,
    sample((2, 3, 4), (3, 4, 2)), sample((2, 3), (3, 2), axes=1), sample((2,), (3,), axes=0),
    sample((2, 3, 4), (4, 2, 5), axes=((0, -1), (1, 0))), sample((2, 3), (4, 2), axes=(0, 1)),
    sample((2, 0), (0, 3), axes=1), sample((2, 3), (2, 3), axes=2),
)  # fmt: skip
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The matrix product of what is left of two arrays when the axes to sum over are drawn together."""
    a, b = _arrays(a, b)
    if isinstance(axes, (int, np.integer)):
        axes = (range(a.ndim - int(axes), a.ndim), range(int(axes)))
    over_a, over_b = normalize_axis_tuple(axes[0], a.ndim), normalize_axis_tuple(axes[1], b.ndim)
    summed = [a.shape[i] for i in over_a]
    if summed != [b.shape[i] for i in over_b]:
        raise ShapeError(
            message("np.tensordot", f"axes {over_a} of shape {tuple(a.shape)} and {over_b} of {tuple(b.shape)}",
                    "axes of equal lengths", "pair each axis with one of its length")
        )  # fmt: skip
    left = [i for i in range(a.ndim) if i not in over_a]
    right = [i for i in range(b.ndim) if i not in over_b]
    count = math.prod(summed)
    rows, columns = [a.shape[i] for i in left], [b.shape[i] for i in right]
    flat_a = a.transpose((*left, *over_a)).reshape((math.prod(rows), count))
    flat_b = b.transpose((*over_b, *right)).reshape((count, math.prod(columns)))
    return (flat_a @ flat_b).reshape((*rows, *columns))


@derived(np.linalg.tensordot, sample((2, 3), (2, 3)), sample((2, 3), (3, 2), axes=1))
def linalg_tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """`tensordot`, under its other name."""
    return tensordot(x1, x2, axes)


@derived(
    np.dot,
    sample((), (2, 3)), sample((2,), ()), sample((3,), (3,)), sample((2, 3), (3,)), sample((3,), (3, 2)),
    sample((2, 3), (3, 4)), sample((2, 2, 3), (3,)), sample((2, 2, 3), (3, 2)), sample((2, 3), (4, 3, 2)),
    sample((3,), (2, 3, 2)), sample((2, 1, 3), (2, 3, 2)),
)  # fmt: skip
def dot(a: Any, b: Any) -> Any:
    """Scaling by a number; else the sum over the last axis of `a` and the one before the last of `b`."""
    a, b = _arrays(a, b)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    return tensordot(a, b, (-1, -2)) if a.ndim > 1 and b.ndim > 2 else a @ b


@derived(np.inner, sample((), (2, 3)), sample((3,), (3,)), sample((2, 3), (3,)), sample((2, 3), (2, 4, 3)))
def inner(a: Any, b: Any, /) -> Any:
    """Scaling by a number; else the sum over the last axes of both."""
    a, b = _arrays(a, b)
    return tensordot(a, b, (-1, -1)) if a.ndim and b.ndim else a * b


@derived(np.vdot, sample((3,), (3,)), sample((2, 3), (3, 2)), sample((), ()))
def vdot(a: Any, b: Any, /) -> Any:
    """The product of two arrays as vectors of all their elements."""
    a, b = _arrays(a, b)
    return a.reshape(-1) @ b.reshape(-1)


@derived(np.outer, sample((2,), (3,)), sample((2, 2), (3,)), sample((), (2,)))
def outer(a: Any, b: Any) -> Any:
    """Each element of one with each of the other."""
    a, b = _arrays(a, b)
    return a.reshape((-1, 1)) * b.reshape((1, -1))


@derived(np.linalg.outer, sample((2,), (3,)))
def linalg_outer(x1: Any, x2: Any, /) -> Any:
    """`outer`, of vectors only."""
    x1, x2 = _arrays(x1, x2)
    if (x1.ndim, x2.ndim) != (1, 1):
        raise ShapeError(message("np.linalg.outer", f"{x1.ndim} and {x2.ndim} axes", "two vectors", "use np.outer"))
    return outer(x1, x2)


@derived(
    np.kron,
    sample((2, 3), (2, 2)),
    sample((2,), (3,)),
    sample((2,), (2, 3)),
    sample((2, 1, 2), (2, 2)),
    sample((), (2,)),
)
def kron(a: Any, b: Any) -> Any:
    """`a` with each of its elements replaced by the element times `b`."""
    a, b = _arrays(a, b)
    count = max(a.ndim, b.ndim)
    rows = (1,) * (count - a.ndim) + tuple(a.shape)
    columns = (1,) * (count - b.ndim) + tuple(b.shape)
    coarse = a.reshape([n for pair in zip(rows, (1,) * count, strict=True) for n in pair])
    fine = b.reshape([n for pair in zip((1,) * count, columns, strict=True) for n in pair])
    return (coarse * fine).reshape([m * n for m, n in zip(rows, columns, strict=True)])


CROSS = multilinear(
    "cross",
    lambda a, b, /: np.cross(a, b),
    lambda g, y, a, b: np.cross(b, g),
    lambda g, y, a, b: np.cross(g, a),
    symbol="×",
    broadcasts=True,
    samples=(sample((3,), (3,)), sample((2, 3), (2, 3)), sample((2, 1, 3), (4, 3)), sample((0, 3), (3,))),
    why="The product turns in a circle: a gets b × g and b gets g × a, as y is a × b.",
)


@derived(
    np.cross,
    sample((3,), (3,)), sample((2, 3), (3,)), sample((3, 2), (3, 2), axis=0), sample((3, 2), (2, 3), axisa=0),
    sample((2, 3), (3, 2), axisb=0, axisc=0), sample((2, 1, 3), (4, 3), axisc=1),
)  # fmt: skip
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vector that stands on two vectors; of two vectors in the plane, its length with a sign."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = (_last(x, i) for x, i in zip(_arrays(a, b), (axisa, axisb), strict=True))
    lengths = (a.shape[-1], b.shape[-1])
    if not set(lengths) <= {2, 3}:
        raise ShapeError(message("np.cross", f"vectors of lengths {lengths}", "lengths 2 or 3", "check the axes"))
    a, b = (x if x.shape[-1] == 3 else _raised(x) for x in (a, b))
    made = CROSS(a, b)
    if lengths == (2, 2):
        return made[..., 2]
    return made if axisc in (-1, made.ndim - 1) else np.moveaxis(made, -1, axisc)


def _raised(x: Any) -> Any:
    """Vectors of a plane as vectors of space."""
    return np.concatenate([x, np.zeros((*x.shape[:-1], 1), x.dtype)], axis=-1)


@derived(np.linalg.cross, sample((2, 3), (2, 3)), sample((3, 2), (3, 2), axis=0))
def linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """`cross`, of vectors in space only."""
    x1, x2 = _arrays(x1, x2)
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ShapeError(
            message(
                "np.linalg.cross",
                f"lengths {x1.shape[axis]} and {x2.shape[axis]}",
                "vectors of length 3",
                "check the axis",
            )
        )
    return cross(x1, x2, axis=axis)


def _trimmed(full: Any, a: Any, v: Any, mode: str, left: int) -> Any:
    """The part of a full convolution that `mode` asks for; `left` is what "same" leaves out at the start."""
    short, long = sorted((a.shape[0], v.shape[0]))
    if mode == "valid":
        return full[short - 1 : long]
    return full[left : left + long] if mode == "same" else full


CONVOLVE = multilinear(
    "convolve",
    lambda a, v, /: np.convolve(a, v),
    lambda g, y, a, v: np.correlate(g, v),
    lambda g, y, a, v: np.correlate(g, a),
    symbol="∗",
    samples=(sample((4,), (3,)), sample((2,), (3,)), sample((1,), (1,))),
    why="Each output gathered neighbours under a sliding kernel; going back, the kernel slides the other way round.",
)
_PAIRS = (((5,), (3,)), ((4,), (2,)), ((2,), (4,)), ((3,), (6,)), ((3,), (3,)))
_MODES = ("full", "same", "valid")


@derived(np.convolve, *(sample(*pair, mode=mode) for pair in _PAIRS for mode in _MODES))
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """A kernel slid along a sequence, back to front."""
    a, v = (x.reshape(-1) if x.ndim == 0 else x for x in _arrays(a, v))
    _check_mode("np.convolve", mode)
    return _trimmed(CONVOLVE(a, v), a, v, mode, (min(a.shape[0], v.shape[0]) - 1) // 2)


@derived(np.correlate, *(sample(*pair, mode=mode) for pair in _PAIRS for mode in _MODES))
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """A kernel slid along a sequence, front to back."""
    a, v = (x.reshape(-1) if x.ndim == 0 else x for x in _arrays(a, v))
    _check_mode("np.correlate", mode)
    left = (v.shape[0] - 1) // 2 if v.shape[0] <= a.shape[0] else a.shape[0] // 2
    return _trimmed(CONVOLVE(a, v[::-1]), a, v, mode, left)


def _check_mode(where: str, mode: str) -> None:
    if mode not in _MODES:
        raise UnsupportedError(message(where, f"mode={mode!r}", "'full', 'same' or 'valid'", "choose one of them"))


@derived(
    np.trace,
    sample((3, 3)), sample((2, 4)), sample((2, 3, 4), offset=1), sample((2, 3, 4), offset=-1, axis1=2, axis2=0),
)  # fmt: skip
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum along a diagonal."""
    return np.diagonal(a, offset, axis1, axis2).sum(axis=-1)


@derived(np.linalg.trace, sample((2, 3, 3)), sample((2, 3), offset=1))
def linalg_trace(x: Any, /, *, offset: int = 0) -> Any:
    """The sum along a diagonal of each matrix."""
    return np.diagonal(x, offset, -2, -1).sum(axis=-1)


@derived(np.linalg.diagonal, sample((2, 3, 3)), sample((2, 3), offset=-1))
def linalg_diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """A diagonal of each matrix."""
    return np.diagonal(x, offset, -2, -1)


_SQUARE = np.array([[2.0, 0.3], [-0.4, 1.5]])


@derived(
    np.linalg.matrix_power,
    sample((2, 2), n=0), *(sample(_SQUARE, n=n) for n in (1, 2, 3, 7, -1, -2)), sample((2, 3, 3), n=3),
)  # fmt: skip
def matrix_power(a: Any, n: int) -> Any:
    """Repeated products, by squaring; negative powers of the inverse."""
    if n == 0:
        square = np.ones(a.shape[-2:], bool)
        return np.where(square, np.eye(a.shape[-1], dtype=a.dtype), a)  # takes nothing from a, so 0 flows back
    power = np.linalg.inv(a) if n < 0 else a
    result = None
    for digit in reversed(f"{abs(n):b}"):
        if digit == "1":
            result = power if result is None else result @ power
        power = power @ power
    return result


def _cheapest(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to cut each run i..j of a chain of matrices, so that it costs least (Cormen et al., section 15.2)."""
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    cut: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            prices = {k: cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)}
            cut[i, j] = min(prices, key=lambda k: prices[k])
            cost[i, j] = prices[cut[i, j]]
    return cut


@derived(
    np.linalg.multi_dot,
    sample([(2, 3), (3, 4)]), sample([(2, 3), (3, 1), (1, 4)]), sample([(3,), (3, 2), (2, 4), (4,)]),
    sample([(2, 5), (5, 1), (1, 3), (3,)]),
)  # fmt: skip
def multi_dot(arrays: Sequence[Any]) -> Any:
    """Products of several matrices, in the order that costs least; the first and last may be vectors."""
    arrays = _arrays(*arrays)
    if len(arrays) < 2:
        raise ShapeError(
            message("np.linalg.multi_dot", f"{len(arrays)} arrays", "at least two", "use the array itself")
        )
    first = arrays[0].shape if arrays[0].ndim == 2 else (1, *arrays[0].shape)
    cut = _cheapest([*first, *(x.shape[1] if x.ndim == 2 else 1 for x in arrays[1:])])

    def product(i: int, j: int) -> Any:
        return arrays[i] if i == j else product(i, cut[i, j]) @ product(cut[i, j] + 1, j)

    return product(0, len(arrays) - 1)
