"""Matrices and parts of them: diagonals, triangles, and the matrix of powers.

The diagonal of an (m, n) matrix is every (n + 1)-th element of its rows laid end to end, so that reading and writing
it are a slice, and nothing here needs a rule of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..errors import ShapeError, message
from ..op import derived, sample
from .index import SCATTER_ADD


def _diagonal_slice(rows: int, columns: int, offset: int) -> slice:
    """Where a diagonal lies in the elements of a matrix, row after row."""
    start = offset if offset >= 0 else -offset * columns
    length = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    return slice(start, start + length * (columns + 1), columns + 1)


@derived(
    np.diagonal,
    sample((3, 3)),
    sample((2, 4), offset=1),
    sample((4, 2), offset=-1),
    sample((2, 3, 2), axis1=-1, axis2=0),
    sample((2, 3, 2), offset=1, axis1=1, axis2=2),
    sample((2, 2), offset=5),
    sample((2, 2), offset=-2),
    sample((0, 3)),
)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal of a matrix, or of each in a stack, as the last axis."""
    if a.ndim < 2:
        raise ShapeError(message("np.diagonal", f"shape {a.shape}", "a matrix", "use np.diag to build one"))
    first, second = (normalize_axis_index(axis, a.ndim) for axis in (axis1, axis2))
    if first == second:
        raise ShapeError(message("np.diagonal", f"axes {axis1} and {axis2}", "two different axes", "name two"))
    stack = np.moveaxis(a, (first, second), (-2, -1))
    *lead, rows, columns = stack.shape
    return stack.reshape((*lead, rows * columns))[..., _diagonal_slice(rows, columns, offset)]


@derived(
    np.diag,
    sample((3,)),
    sample((2,), k=1),
    sample((2,), k=-2),
    sample((0,)),
    sample((2, 3), k=1),
    sample((3, 3)),
)
def diag(v: Any, k: int = 0) -> Any:
    """A matrix with a vector on its diagonal, or the diagonal of a matrix."""
    if v.ndim != 1:
        if v.ndim != 2:
            raise ShapeError(message("np.diag", f"shape {v.shape}", "a vector or a matrix", "use np.diagonal"))
        return diagonal(v, k)
    n = v.size + abs(k)
    return SCATTER_ADD(v, index=_diagonal_slice(n, n, k), shape=(n * n,)).reshape((n, n))


@derived(np.diagflat, sample((2, 2)), sample((2,), k=-1), sample(()))
def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with all elements on its diagonal."""
    return diag(np.ravel(v), k)


@derived(np.tril, sample((3, 3)), sample((2, 3), k=1), sample((2, 3, 2), k=-1), sample((3,)))
def tril(m: Any, k: int = 0) -> Any:
    """The lower triangle, up to the k-th diagonal; zeros above."""
    return np.where(_lower(m, k), m, np.zeros(1, m.dtype))


@derived(np.triu, sample((3, 3)), sample((2, 3), k=1), sample((2, 3, 2), k=-1), sample((3,)))
def triu(m: Any, k: int = 0) -> Any:
    """The upper triangle, from the k-th diagonal; zeros below."""
    return np.where(_lower(m, k - 1), np.zeros(1, m.dtype), m)


def _lower(m: Any, k: int) -> Any:
    rows, columns = m.shape[-2:] if m.ndim > 1 else 2 * m.shape  # of a vector NumPy makes a square
    return np.tri(rows, columns, k, np.bool_)


@derived(np.vander, sample((3,)), sample((3,), N=2), sample((2,), N=4, increasing=True), sample((2,), N=1))
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of each element in a row, the highest first unless `increasing`."""
    if x.ndim != 1:
        raise ShapeError(message("np.vander", f"shape {x.shape}", "a vector", "ravel it first"))
    exponents = np.arange(x.size if N is None else N)
    return x[:, None] ** (exponents if increasing else exponents[::-1])
