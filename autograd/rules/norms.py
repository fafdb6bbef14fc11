"""Norms: the row NORM of the Euclidean length, the row P_NORM of any other power, and the rest written with others.

At 0, and wherever else a norm has a kink, the gradient is 0 rather than NaN, as that of abs at 0 is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..errors import UnsupportedError, message
from ..op import derived, general, sample
from .reduce import expanded


def _norm(x: Any, /, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is None:
        return np.linalg.norm(x, axis=None, keepdims=keepdims)
    return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims)


def _norm_rule(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return expanded(g / np.where(y == 0, 1, y), axis, keepdims) * x


def _norm_jvp(t: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return (x * t).sum(axis=axis, keepdims=keepdims) / np.where(y == 0, 1, y)


NORM = general(
    "norm",
    _norm,
    _norm_rule,
    jvps=(_norm_jvp,),
    symbol="‖x‖",
    samples=(
        sample((2, 3)),
        sample((3,)),
        sample((2, 3), axis=1),
        sample((2, 3), axis=0, keepdims=True),
        sample((2, 3, 2), axis=(0, 2)),
        sample((2, 2, 3), axis=(0, 1, 2), keepdims=True),
        sample(()),
    ),
    why="A vector gets longer along its own direction only, at rate 1; at 0 it has no direction, and gets 0.",
)


def _p_norm(x: Any, /, ord: float, axis: Any = None, keepdims: bool = False) -> Any:
    return np.linalg.vector_norm(x, ord=ord, axis=axis, keepdims=keepdims)


def _p_slope(y: Any, x: Any, ord: float, axis: Any, keepdims: bool) -> Any:
    """How fast |x|_p grows with each entry: its share of the length, to the power p - 1."""
    length = expanded(np.where(y == 0, 1, y), axis, keepdims)
    return np.sign(x) * (np.where(x == 0, 1, np.abs(x)) / length) ** (ord - 1)


def _p_norm_rule(g: Any, y: Any, x: Any, ord: float, axis: Any = None, keepdims: bool = False) -> Any:
    return expanded(np.where(y == 0, 0, g), axis, keepdims) * _p_slope(y, x, ord, axis, keepdims)


def _p_norm_jvp(t: Any, y: Any, x: Any, ord: float, axis: Any = None, keepdims: bool = False) -> Any:
    moved = (t * _p_slope(y, x, ord, axis, keepdims)).sum(axis=axis, keepdims=keepdims)
    return np.where(y == 0, 0, moved)


P_NORM = general(
    "p_norm",
    _p_norm,
    _p_norm_rule,
    jvps=(_p_norm_jvp,),
    samples=(
        sample((2, 3), ord=3),
        sample((2, 3), ord=2.5, axis=0),
        sample((2, 3), ord=0.5, axis=-1, keepdims=True),
        sample((3,), ord=-1.5),
        sample((2, 3, 2), ord=4, axis=(0, 2)),
    ),
    why="Each entry counts by its share of the length, to the power p - 1: the larger p, the more the largest decide.",
)


def _vector(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    if isinstance(ord, str):
        raise _unknown(ord, "of vectors")
    if ord is None or ord == 2:
        return NORM(x, axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.abs(np.sign(x)).sum(axis=axis, keepdims=keepdims)  # how many are not 0: flat between its jumps
    if ord == 1:
        return np.abs(x).sum(axis=axis, keepdims=keepdims)
    if abs(ord) == np.inf:
        size = np.abs(x)
        return size.max(axis=axis, keepdims=keepdims) if ord > 0 else size.min(axis=axis, keepdims=keepdims)
    return P_NORM(x, ord=ord, axis=axis, keepdims=keepdims)


def _matrix(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    row, column = axes
    if ord in (None, "fro", "f"):
        return NORM(x, axis=axes, keepdims=keepdims)
    if ord in (2, -2, "nuc"):
        s = np.linalg.svdvals(np.moveaxis(x, axes, (-2, -1)))
        made = s.sum(axis=-1) if ord == "nuc" else s.max(axis=-1) if ord > 0 else s.min(axis=-1)
    elif ord in (1, -1, np.inf, -np.inf):
        summed, left = (row, column) if abs(ord) == 1 else (column, row)
        sums = np.abs(x).sum(axis=summed, keepdims=True)
        made = sums.max(axis=left, keepdims=True) if ord > 0 else sums.min(axis=left, keepdims=True)
    else:
        raise _unknown(ord, "of matrices")
    shape = [1 if i in axes else n for i, n in enumerate(x.shape)]
    return made.reshape(shape if keepdims else [n for i, n in enumerate(shape) if i not in axes])


def _unknown(ord: Any, of: str) -> UnsupportedError:
    return UnsupportedError(
        message(
            "np.linalg.norm", f"ord={ord!r}", f"an order {of} that NumPy knows", "see np.linalg.norm for the orders"
        )
    )


_RECTANGLE = np.array([[1.0, -2.0, 0.5], [0.3, 1.4, -0.9]])
_SHELF = np.stack([_RECTANGLE, np.array([[0.2, 0.7, -1.1], [2.0, -0.4, 0.6]])])


@derived(
    np.linalg.norm,
    sample((2, 3)), sample((3,)), sample((2, 2, 3), keepdims=True), sample((3,), ord=2, keepdims=True),
    *(sample((4,), ord=ord) for ord in (0, 1, 2, 3, np.inf, -np.inf, -2)),
    *(sample((2, 3), ord=ord, axis=1) for ord in (0, 1, 2, 2.5, np.inf, -np.inf)),
    sample((2, 3), ord=np.inf, axis=(0,), keepdims=True), sample((2, 3), axis=-1), sample((2, 3), ord=1, axis=0),
    *(sample(_RECTANGLE, ord=ord) for ord in (None, "fro", "f", "nuc", 1, -1, 2, -2, np.inf, -np.inf)),
    *(sample(_SHELF, ord=ord, axis=(1, 2)) for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)),
    *(sample(_SHELF, ord=ord, axis=(2, 0), keepdims=True) for ord in ("fro", "nuc", 1, -2, np.inf)),
)  # fmt: skip
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Lengths of vectors, sizes of matrices: `ord` says of which kind."""
    if axis is None and ord is None:
        return NORM(x, keepdims=keepdims)
    axes = normalize_axis_tuple(range(x.ndim) if axis is None else axis, x.ndim)
    if len(axes) == 1:
        return _vector(x, ord, axes[0], keepdims)
    if len(axes) == 2:
        return _matrix(x, ord, axes, keepdims)
    raise UnsupportedError(
        message("np.linalg.norm", f"ord={ord!r} over {len(axes)} axes", "one axis or two", "name them by axis=")
    )


@derived(
    np.linalg.vector_norm,
    sample((2, 3)), sample((2, 3), ord=1), sample((2, 3), ord=np.inf, keepdims=True), sample((2, 3), axis=0, ord=3),
    sample((2, 3, 2), axis=(0, 2), ord=-np.inf), sample((2, 3, 2), axis=(0, 2)), sample((3,), ord=0),
)  # fmt: skip
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Lengths of vectors, which may lie along several axes."""
    return _vector(x, ord, axis, keepdims)


@derived(np.linalg.matrix_norm, sample(_RECTANGLE), sample(_SHELF, ord="nuc", keepdims=True), sample(_SHELF, ord=-1))
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Sizes of the matrices in the last two axes."""
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


_SQUARE = np.array([[2.0, 0.3], [-0.4, 1.5]])


@derived(
    np.linalg.cond,
    sample(_RECTANGLE), sample(_SHELF), sample(_RECTANGLE, p=-2),
    *(sample(_SQUARE, p=p) for p in (None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc")),
    sample(np.stack([_SQUARE, 2 * _SQUARE.T]), p=1),
)  # fmt: skip
def cond(x: Any, p: Any = None) -> Any:
    """How much larger an error can get on the way through a matrix."""
    if p is None or p in (2, -2):
        s = np.linalg.svdvals(x)
        top, bottom = (s[..., -1], s[..., 0]) if p == -2 else (s[..., 0], s[..., -1])
        with np.errstate(divide="ignore", invalid="ignore"):  # singular: infinite, as NumPy has it, without a word
            return np.where(s[..., 0] == 0, np.inf, top / bottom)
    return np.linalg.norm(x, p, (-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, (-2, -1))
