"""Rows of linear algebra: the matrix product, the inverse, the logarithm of a determinant."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import general, multilinear, sample


def _matmul_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        return g[..., None] * b  # each row of a met the one vector b
    if a.ndim == 1:
        return (g[..., None, :] @ b.swapaxes(-1, -2))[..., 0, :]
    return g @ b.swapaxes(-1, -2)


def _matmul_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    if a.ndim == 1:
        return g * a if b.ndim == 1 else a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return (a.swapaxes(-1, -2) @ g[..., None])[..., 0]
    return a.swapaxes(-1, -2) @ g


MATMUL = multilinear(
    "matmul",
    np.matmul,
    _matmul_left,
    _matmul_right,
    symbol="@",
    broadcasts=True,
    numpy=(np.matmul,),
    samples=(
        sample((2, 3), (3, 4)),
        sample((3,), (3,)),
        sample((3,), (3, 2)),
        sample((2, 3), (3,)),
        sample((2, 2, 3), (3, 2)),
        sample((2, 1, 2, 3), (3, 3, 2)),
        sample((3,), (2, 3, 2)),
        sample((2, 2, 3), (3,)),
        sample((0, 3), (3, 2)),
    ),
    why="Rows met columns going forward; going back, the gradient meets the other factor, transposed.",
)
_SQUARE = (
    sample(np.array([[2.0, 0.3], [-0.4, 1.5]])),
    sample(np.array([[[1.0, 0.2], [0.1, 2.0]], [[-1.5, 0.3], [0.2, 1.0]]])),
)
INV = general(
    "inv",
    lambda x, /: np.linalg.inv(x),
    lambda g, y, x: -y.swapaxes(-1, -2) @ g @ y.swapaxes(-1, -2),
    jvps=(lambda t, y, x: -y @ t @ y,),
    symbol="inv",
    numpy=(np.linalg.inv,),
    samples=_SQUARE,
    why="The inverse moves against x, seen through the inverse on both sides (from d(x @ inv x) = 0).",
)
SLOGDET = general(
    "slogdet",
    lambda x, /: np.linalg.slogdet(x),
    lambda g, y, x: g[1][..., None, None] * np.linalg.inv(x).swapaxes(-1, -2),
    jvps=(lambda t, y, x: (0 * y[0], (np.linalg.inv(x).swapaxes(-1, -2) * t).sum(axis=(-2, -1))),),
    multiple=True,
    numpy=(np.linalg.slogdet,),
    samples=_SQUARE,
    why="The log of a volume grows as the inverse transposed says (Jacobi's formula); its sign does not move.",
)
