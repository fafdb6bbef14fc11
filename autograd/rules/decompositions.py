"""Rows of matrix decompositions: eigenvalues, singular values, QR.

    np.linalg.eig(x)      np.linalg.svd(x, full_matrices=False)      np.linalg.qr(x)

Two conventions hold for all of them, and for eigh:
- Signs of eigenvectors and singular vectors are as NumPy chose them; nearby its choice is constant.
- Vectors of equal eigenvalues or singular values are not determined, only the space that they span. The values have
  their gradients all the same; a gradient that comes through such vectors is refused, and so is their second order.

Sources: Giles (2008); Townsend (2016), "Differentiating the singular value decomposition"; Seeger et al. (2017),
arXiv:1710.08717, for QR.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError, UnsupportedError, message
from ..op import derived, general, sample
from .symmetric import INVERSE_GAPS, MIRROR, check_apart, if_apart


def _t(x: Any) -> Any:
    return x.swapaxes(-1, -2)


def _eig(x: Any, /) -> Any:
    found = np.linalg.eig(x)
    if found[0].dtype.kind == "c":
        raise UnsupportedError(
            message("np.linalg.eig", "a matrix with complex eigenvalues", "real ones, since gradients here are real",
                    "use eigh if it is symmetric, or take .data if no gradient is wanted")
        )  # fmt: skip
    return found


def _eig_rule(g: Any, y: Any, x: Any) -> Any:
    w, v = y
    across = g[1] - v * (v * g[1]).sum(axis=-2, keepdims=True)  # vectors keep length 1, so they only turn
    asked = _t(v) @ across
    check_apart(asked, w, "np.linalg.eig")
    back = _t(np.linalg.inv(v))
    return (back * g[0][..., None, :] + back @ (asked * INVERSE_GAPS(w))) @ _t(v)


def _eig_jvp(t: Any, y: Any, x: Any) -> Any:
    w, v = y
    inner = np.linalg.solve(v, t @ v)
    moved = v @ if_apart(inner * INVERSE_GAPS(w), inner, w)
    return np.diagonal(inner, axis1=-2, axis2=-1), moved - v * (v * moved).sum(axis=-2, keepdims=True)


_REAL = np.array([[2.0, 0.5, 0.1], [0.3, 1.0, -0.2], [0.2, 0.4, -1.0]])
EIG = general(
    "eig",
    _eig,
    _eig_rule,
    jvps=(_eig_jvp,),
    multiple=True,
    numpy=(np.linalg.eig,),
    samples=(sample(_REAL), sample(np.array([[[2.0, 0.5], [0.3, 1.0]], [[-1.0, 0.2], [0.4, 0.5]]]))),
    why="As for symmetric matrices, but what the vectors see on the other side is the inverse of all of them.",
)


@derived(np.linalg.eigvals, sample(_REAL), sample(_REAL[:2, :2]))
def eigvals(a: Any) -> Any:
    """The eigenvalues that eig finds: their gradient needs its vectors anyway."""
    return np.linalg.eig(a)[0]


# Singular values


def _over(x: Any, s: Any) -> Any:
    """`x` divided by the singular values, column by column; where a value is 0, its column must be too.

    Raises:
        UnsupportedError: a vector of the value 0 is asked to turn, and could turn anywhere.
    """
    zero = s <= np.finfo(s.dtype).eps * s.sum(axis=-1, keepdims=True)
    if np.any(zero[..., None, :] & (x != 0)):
        raise UnsupportedError(
            message("np.linalg.svd", "a gradient through vectors of the singular value 0", "a matrix of full rank",
                    "use the values alone, or drop the columns or rows that the others make")
        )  # fmt: skip
    return x / np.where(zero, 1, s)[..., None, :]


def _over_forward(x: Any, s: Any) -> Any:
    return np.where(s == 0, np.nan, 1 / np.where(s == 0, 1, s))[..., None, :] * x


def _svd(x: Any, /) -> Any:
    return np.linalg.svd(x, full_matrices=False)


def _svd_rule(g: Any, y: Any, x: Any) -> Any:
    u, s, vh = y
    v, gv = _t(vh), _t(g[2])
    left, right = _t(u) @ g[0], vh @ gv
    for asked in (left, right):
        check_apart(asked, s, "np.linalg.svd")
    turns = INVERSE_GAPS(s * s)
    inner = (left - _t(left)) * turns * s[..., None, :] + s[..., :, None] * turns * (right - _t(right))
    total = (u * g[1][..., None, :] + u @ inner) @ vh
    if u.shape[-2] > u.shape[-1]:  # u can also turn out of the space that it spans
        total = total + _over(g[0] - u @ left, s) @ vh
    if v.shape[-2] > v.shape[-1]:
        total = total + u @ _t(_over(gv - v @ right, s))
    return total


def _svd_jvp(t: Any, y: Any, x: Any) -> Any:
    u, s, vh = y
    v, tv, tu = _t(vh), t @ _t(vh), _t(t) @ u
    inner = _t(u) @ tv
    along, across = inner * s[..., None, :], s[..., :, None] * inner
    turns, asked = INVERSE_GAPS(s * s), abs(inner) + abs(_t(inner))
    du = u @ if_apart((along + _t(along)) * turns, asked, s)
    dv = v @ if_apart((across + _t(across)) * turns, asked, s)
    if u.shape[-2] > u.shape[-1]:
        du = du + _over_forward(tv - u @ inner, s)
    if v.shape[-2] > v.shape[-1]:
        dv = dv + _over_forward(tu - v @ _t(inner), s)
    return du, np.diagonal(inner, axis1=-2, axis2=-1), _t(dv)


_TALL = np.array([[1.0, 0.5], [-0.7, 1.2], [0.3, 2.0]])
_DEEP = np.array([[[1.0, 2.0, 0.5], [0.3, -1.0, 0.4]], [[0.2, 1.5, -0.6], [2.0, 0.1, 0.9]]])
SVD = general(
    "svd",
    _svd,
    _svd_rule,
    jvps=(_svd_jvp,),
    multiple=True,
    samples=(sample(_REAL), sample(_TALL), sample(_TALL.T), sample(_DEEP)),
    why="A singular value moves by what its two vectors see of the change; the vectors turn, near values the most.",
)
SVDVALS = general(
    "svdvals",
    lambda x, /: np.linalg.svdvals(x),
    lambda g, y, x: _singular_back(g * np.sign(y), *np.linalg.svd(x, full_matrices=False)),
    jvps=(lambda t, y, x: np.sign(y) * _svd_jvp(t, np.linalg.svd(x, full_matrices=False), x)[1],),
    numpy=(np.linalg.svdvals,),
    samples=(sample(_REAL), sample(_TALL), sample(_TALL.T), sample(_DEEP), sample(np.array([[3.0]]))),
    why="A singular value moves by what its two vectors see of the change; one at 0 has a kink, and passes nothing.",
)


def _singular_back(g: Any, u: Any, s: Any, vh: Any) -> Any:
    return (u * g[..., None, :]) @ vh


@derived(
    np.linalg.svd,
    sample(_TALL, full_matrices=False), sample(_DEEP, full_matrices=False), sample(_REAL),
    sample(_TALL, compute_uv=False), sample(_DEEP, full_matrices=False, compute_uv=False),
)  # fmt: skip
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Factors u, s, vh, or s alone; of a matrix that is not square, the reduced ones only."""
    if not compute_uv:
        return SVDVALS(a)
    if full_matrices and a.shape[-1] != a.shape[-2]:
        raise UnsupportedError(
            message("np.linalg.svd", f"full_matrices=True for matrices of shape {tuple(a.shape[-2:])}",
                    "vectors that the matrix determines", "pass full_matrices=False: the added vectors are arbitrary")
        )  # fmt: skip
    return SVD(a)


# QR


def _qr_rule(g: Any, y: Any, x: Any) -> Any:
    q, r = y
    m = r @ _t(g[1]) - _t(g[0]) @ q
    return _t(np.linalg.solve(r, _t(g[0] + q @ MIRROR(m))))


def _qr_jvp(t: Any, y: Any, x: Any) -> Any:
    q, r = y
    right = _t(np.linalg.solve(_t(r), _t(t)))  # t @ inv(r)
    low = np.tril(_t(q) @ right, -1)
    dr = (_t(q) @ right - low + _t(low)) @ r
    return right - q @ (_t(q) @ right - low + _t(low)), dr


QR = general(
    "qr",
    lambda x, /: np.linalg.qr(x),
    _qr_rule,
    jvps=(_qr_jvp,),
    multiple=True,
    samples=(sample(_REAL), sample(_TALL), sample(np.stack([_TALL, _TALL[::-1]]))),
    why="The columns of q only turn, so what would stretch them is taken out; the rest is solved back through r.",
)


@derived(
    np.linalg.qr,
    sample(_TALL), sample(_REAL), sample(_TALL.T), sample(_DEEP), sample(_TALL, mode="r"), sample(_DEEP, mode="r"),
)  # fmt: skip
def qr(a: Any, mode: str = "reduced") -> Any:
    """Factors q, r, or r alone; of a matrix that is wider than high, q is that of its square left part."""
    if mode not in ("reduced", "r"):
        raise UnsupportedError(
            message(
                "np.linalg.qr", f"mode={mode!r}", "mode='reduced' or 'r'", "drop the columns that a does not determine"
            )
        )
    if a.ndim < 2:
        raise ShapeError(message("np.linalg.qr", f"shape {tuple(a.shape)}", "a matrix or a stack", "add an axis"))
    high, wide = a.shape[-2:]
    made = QR(a if wide <= high else a[..., :high])
    if wide > high:
        rest = _t(made[0]) @ a[..., high:]
        made = made._make((made[0], np.concatenate([made[1], rest], axis=-1)))
    return made[1] if mode == "r" else made
