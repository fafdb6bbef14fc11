"""Rows of linear algebra: the matrix product, inverses, solving, determinants, and what follows from them.

    np.linalg.solve(a, b)       the row SOLVE; its gradient is one more solve, with a transposed
    np.linalg.det(x)            the row DET; singular matrices are fine, their cofactors are finite

Stacks of matrices work wherever NumPy takes them. The formulas are those of Giles (2008), "Collected matrix
derivative results for forward and reverse mode AD".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ShapeError, UnsupportedError, message
from ..op import derived, general, multilinear, sample


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
_MATRIX = np.array([[2.0, 0.3], [-0.4, 1.5]])
_STACK = np.array([[[1.0, 0.2], [0.1, 2.0]], [[-1.5, 0.3], [0.2, 1.0]]])
_THREE = np.array([[2.0, 0.3, -0.5], [-0.4, 1.5, 0.2], [0.7, -0.1, -1.2]])
_SQUARE = (sample(_MATRIX), sample(_STACK), sample(_THREE), sample(np.array([[1.5]])))

INV = general(
    "inv",
    lambda x, /: np.linalg.inv(x),
    lambda g, y, x: -y.swapaxes(-1, -2) @ g @ y.swapaxes(-1, -2),
    jvps=(lambda t, y, x: -y @ t @ y,),
    numpy=(np.linalg.inv,),
    samples=_SQUARE,
    why="The inverse moves against x, seen through the inverse on both sides (from d(x @ inv x) = 0).",
)


def _solved(a: Any, v: Any, b: Any) -> Any:
    """Solve a @ y = v, where v is a vector, or a stack of them, if b is one vector: NumPy looks at b's axes alone."""
    return np.linalg.solve(a, v[..., None])[..., 0] if b.ndim == 1 else np.linalg.solve(a, v)


def _solve_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    back = _solved(a.swapaxes(-1, -2), g, b)
    return -back[..., :, None] * y[..., None, :] if b.ndim == 1 else -back @ y.swapaxes(-1, -2)


def _solve_left_jvp(t: Any, y: Any, a: Any, b: Any) -> Any:
    return -_solved(a, (t @ y[..., None])[..., 0] if b.ndim == 1 else t @ y, b)


SOLVE = general(
    "solve",
    lambda a, b, /: np.linalg.solve(a, b),
    _solve_left,
    lambda g, y, a, b: _solved(a.swapaxes(-1, -2), g, b),
    jvps=(_solve_left_jvp, lambda t, y, a, b: _solved(a, t, b)),
    broadcasts=True,
    numpy=(np.linalg.solve,),
    samples=(
        sample(_THREE, (3, 2)),
        sample(_THREE, (3,)),
        sample(_STACK, (2,)),
        sample(_STACK, (2, 2, 3)),
        sample(_STACK, (2, 1)),
        sample(_MATRIX, (3, 2, 1)),
        sample(_STACK[:, None], (1, 3, 2, 2)),
    ),
    why="Going back means solving with the transposed matrix; the matrix itself gets minus that, times the solution.",
)


def _without(s: Any, count: int) -> Any:
    """Products of the entries of s but one (`count` 1: (..., n)) or but two (`count` 2: (..., n, n), 0 where i = j).

    Nothing is divided, so zeros are harmless.
    """
    same = np.eye(s.shape[-1], dtype=bool)
    if count == 1:
        return np.where(same, 1, s[..., None, :]).prod(axis=-1)
    either = same[:, None, :] | same[None, :, :]
    return np.where(either, 1, s[..., None, None, :]).prod(axis=-1) * ~same


def _turn(u: Any, vh: Any) -> Any:
    return np.linalg.slogdet(u @ vh)[0][..., None, None]  # 1, or -1 where u and vh together mirror


def _cofactors(x: Any, /) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return _turn(u, vh) * (u * _without(s, 1)[..., None, :]) @ vh


def _cofactors_moved(t: Any, y: Any, x: Any) -> Any:
    """The second derivative of a determinant, along t. It is symmetric, so it is a cotangent's way back as well."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    inner = u.swapaxes(-1, -2) @ t @ vh.swapaxes(-1, -2)  # t, seen from where x is diagonal
    pairs = _without(s, 2)
    same = np.eye(s.shape[-1], dtype=bool)
    along = (pairs @ (inner * same).sum(axis=-1)[..., None]) * same
    return _turn(u, vh) * u @ (along - pairs * inner.swapaxes(-1, -2)) @ vh


_SINGULAR = (sample(np.array([[1.0, 2.0], [2.0, 4.0]])), sample(np.zeros((2, 2))))
COFACTORS = general(
    "cofactors",
    _cofactors,
    _cofactors_moved,
    jvps=(_cofactors_moved,),
    samples=_SQUARE,
    why="How the volume grows as one entry does: the volume of what is left without the entry's row and column.",
)
DET = general(
    "det",
    lambda x, /: np.linalg.det(x),
    lambda g, y, x: g[..., None, None] * COFACTORS(x),
    jvps=(lambda t, y, x: (COFACTORS(x) * t).sum(axis=(-2, -1)),),
    numpy=(np.linalg.det,),
    samples=(*_SQUARE, *_SINGULAR),
    why="Each entry moves the volume by its cofactor (Jacobi), which is finite even where the matrix has no inverse.",
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


def _pinv(x: Any, /, rcond: Any = None, rtol: Any = np._NoValue) -> Any:
    return np.linalg.pinv(x, rcond, rtol=rtol)


def _pinv_rule(g: Any, y: Any, x: Any, **cutoff: Any) -> Any:
    yt, gt = y.swapaxes(-1, -2), g.swapaxes(-1, -2)
    beside, below = gt - x @ (y @ gt), gt - (gt @ y) @ x  # gᵀ without its part in x's columns, and in its rows
    return beside @ y @ yt + yt @ y @ below - yt @ g @ yt


def _pinv_jvp(t: Any, y: Any, x: Any, **cutoff: Any) -> Any:
    yt, tt = y.swapaxes(-1, -2), t.swapaxes(-1, -2)
    return y @ yt @ (tt - tt @ x @ y) + (tt - y @ x @ tt) @ yt @ y - y @ t @ y


# Golub and Pereyra (1973). Where the rank changes, the pseudo-inverse jumps, and there is no derivative to give.
PINV = general(
    "pinv",
    _pinv,
    _pinv_rule,
    jvps=(_pinv_jvp,),
    numpy=(np.linalg.pinv,),
    samples=(
        sample((3, 2)),
        sample((2, 3)),
        sample(_MATRIX),
        sample((2, 3, 2), rcond=1e-10),
        sample((3, 2), rtol=1e-12),
    ),
    why="The inverse's rule where x can be undone, and one more term on each side for what x cannot reach.",
)


def _columns(v: Any) -> Any:
    return v[:, None] if v.ndim == 1 else v


def _lstsq(a: Any, b: Any, /, rcond: Any = None) -> Any:
    return np.linalg.lstsq(a, b, rcond)


def _undone(a: Any, rcond: Any) -> Any:
    """The pseudo-inverse that lstsq used: it has another idea than pinv of which directions a has lost."""
    precision = np.finfo(np.result_type(a.dtype, np.float32)).eps  # integers are solved as floats
    return np.linalg.pinv(a, precision * max(a.shape) if rcond is None else rcond)


def _check_rank(a: Any, rank: Any) -> None:
    if rank < min(a.shape):
        raise UnsupportedError(
            message("np.linalg.lstsq", f"a gradient for a matrix of rank {int(rank)} and shape {tuple(a.shape)}",
                    "full rank: elsewhere the solution jumps", "drop the columns or rows that the others make")
        )  # fmt: skip


def _left_over(a: Any, x: Any, b: Any) -> Any:
    return _columns(b) - a @ _columns(x)


def _lstsq_left(g: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    _check_rank(a, y[2])
    x, p = _columns(y[0]), np.linalg.pinv(a)
    back = p.T @ _columns(g[0])  # what b gets from the solution
    rest = _left_over(a, x, b)
    total = rest @ (p @ back).T + p.T @ x @ (_columns(g[0]) - a.T @ back).T - back @ x.T
    if g[1].size:
        total = total - 2 * (rest * g[1]) @ x.T
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return total + (u * g[3]) @ vh


def _lstsq_right(g: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    total = _undone(a, rcond).T @ _columns(g[0])
    if g[1].size:
        total = total + 2 * _left_over(a, y[0], b) * g[1]
    return total.reshape(b.shape)


def _lstsq_left_jvp(t: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    _check_rank(a, y[2])
    x, p = _columns(y[0]), np.linalg.pinv(a)
    rest = _left_over(a, x, b)
    low = p.T @ x
    moved = p @ (p.T @ (t.T @ rest) - t @ x) + t.T @ low - p @ (a @ (t.T @ low))
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    spread = -2 * (rest * (t @ x)).sum(axis=0)
    return moved.reshape(y[0].shape), spread if y[1].size else y[1], 0 * y[2], (u * (t @ vh.T)).sum(axis=0)


def _lstsq_right_jvp(t: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    moved = _undone(a, rcond) @ t
    spread = 2 * (_left_over(a, y[0], b) * _columns(t)).sum(axis=0)
    return moved, spread if y[1].size else y[1], 0 * y[2], 0 * y[3]


_TALL = np.array([[1.0, 0.5], [-0.7, 1.2], [0.3, 2.0]])
# The solution, the residuals and the singular values carry gradients, for an a of full rank; the rank is a number.
LSTSQ = general(
    "lstsq",
    _lstsq,
    _lstsq_left,
    _lstsq_right,
    jvps=(_lstsq_left_jvp, _lstsq_right_jvp),
    multiple=True,
    numpy=(np.linalg.lstsq,),
    samples=(
        sample(_TALL, (3, 2)),
        sample(_TALL, (3,)),
        sample(_TALL.T, (2, 2)),
        sample(_MATRIX, (2,), rcond=1e-12),
    ),
    why="The pseudo-inverse takes the gradient back to b; a gets it by the solution and by what is left over.",
)


@derived(
    np.linalg.tensorsolve,
    sample(np.arange(36.0).reshape(2, 3, 6) % 7 + 5 * np.eye(6).reshape(2, 3, 6), (2, 3)),
    sample(np.arange(16.0).reshape(4, 2, 2) % 5 + 4 * np.eye(4).reshape(4, 2, 2), (4,)),
    sample(np.moveaxis((np.arange(36.0) % 7 + 5 * np.eye(6).reshape(-1)).reshape(6, 3, 2), -1, 0), (6,), axes=(0,)),
)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """`solve`, with several axes in the place of one."""
    if axes is not None:
        a = np.moveaxis(a, axes, range(a.ndim - len(axes), a.ndim))
    unknown = a.shape[b.ndim :]
    return np.linalg.solve(a.reshape(b.size, -1), b.reshape(-1)).reshape(unknown)


@derived(
    np.linalg.tensorinv,
    sample(np.eye(6).reshape(2, 3, 6) + np.arange(36.0).reshape(2, 3, 6) / 50, ind=2),
    sample(np.eye(6).reshape(6, 2, 3) + np.arange(36.0).reshape(6, 2, 3) / 50, ind=1),
)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """`inv`, with several axes in the place of one."""
    if ind <= 0:
        raise ShapeError(message("np.linalg.tensorinv", f"ind={ind}", "a positive number of axes", "count from 1"))
    rows = math.prod(a.shape[:ind])
    return np.linalg.inv(a.reshape(rows, -1)).reshape(a.shape[ind:] + a.shape[:ind])
