"""Rows of symmetric matrices, Cholesky's factor and eigenvalues; and how easily vectors turn into each other.

    np.linalg.cholesky(x)      np.linalg.eigh(x)      np.linalg.eigvalsh(x)

NumPy reads one triangle of a symmetric matrix. So does the gradient: what NumPy does not read gets 0, and an entry
that it reads for two places gets the gradient of both. For a matrix that is itself computed symmetrically it makes no
difference to what lies before it whether a gradient is shared out like this or evenly.

Sources: Giles (2008), "Collected matrix derivative results for forward and reverse mode AD"; Murray (2016),
arXiv:1602.07527, for Cholesky.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnsupportedError, message
from ..op import Op, general, multilinear, sample


def _t(x: Any) -> Any:
    return x.swapaxes(-1, -2)


def _inverse_gaps(w: Any, /) -> Any:
    gap = w[..., None, :] - w[..., :, None]
    equal = gap == 0
    return np.where(equal, 0, 1 / np.where(equal, 1, gap))


def _inverse_gaps_rule(g: Any, y: Any, w: Any) -> Any:
    h = g * y * y
    return h.sum(axis=-1) - h.sum(axis=-2)


def _inverse_gaps_jvp(t: Any, y: Any, w: Any) -> Any:
    return y * y * (t[..., :, None] - t[..., None, :])


INVERSE_GAPS = general(
    "inverse_gaps",
    _inverse_gaps,
    _inverse_gaps_rule,
    jvps=(_inverse_gaps_jvp,),
    samples=(sample(np.array([1.0, 2.5, -0.5])), sample(np.array([[1.0, 3.0], [0.5, -0.5]]))),
    why="Two vectors turn into each other the more easily, the nearer their eigenvalues are; equal ones count as 0.",
)


def _equal(w: Any) -> Any:
    """Which pairs of values are equal, as far as rounding lets one tell."""
    rounding = np.finfo(w.dtype).eps * np.abs(w).sum(axis=-1)[..., None, None]
    return (np.abs(w[..., None, :] - w[..., :, None]) <= rounding) & ~np.eye(w.shape[-1], dtype=bool)


def check_apart(asked: Any, w: Any, where: str) -> None:
    """Refuse a gradient that depends on how NumPy chose among the vectors of equal values.

    Args:
        asked: how much each vector is asked to take of each other one.
        w: the values of the vectors.
        where: the function to name.

    Raises:
        UnsupportedError: vectors of equal values are asked to turn.
    """
    if np.any(_equal(w) & (asked != 0)):
        raise UnsupportedError(
            message(where, "a gradient through vectors of equal values", "values that differ, where vectors are used",
                    "use the values alone, or make x differ a little from the matrix that has them")
        )  # fmt: skip


def if_apart(turns: Any, asked: Any, w: Any) -> Any:
    """`turns`, or NaN where vectors of equal values would have to turn: a tangent cannot know whether they are used."""
    return np.where(_equal(w) & (asked != 0), np.nan, turns)


# Symmetric matrices, of which NumPy reads one triangle


def _mirror(x: Any, /, lower: bool = True) -> Any:
    return np.tril(x) + _t(np.tril(x, -1)) if lower else np.triu(x) + _t(np.triu(x, 1))


def _fold(x: Any, /, lower: bool = True) -> Any:
    return np.tril(x) + np.tril(_t(x), -1) if lower else np.triu(x) + np.triu(_t(x), 1)


def _lower_half(x: Any, /) -> Any:
    return np.tril(x) - x * np.eye(x.shape[-1], dtype=x.dtype) / 2


_TRIANGLES = (sample((3, 3)), sample((2, 2, 2)), sample((3, 3), lower=False))
MIRROR = multilinear(
    "mirror",
    _mirror,
    lambda g, y, x, lower=True: FOLD(g, **_unless_lower(lower)),
    samples=_TRIANGLES,
    why="The symmetric matrix that NumPy sees when it reads one triangle: each entry stands at two places.",
)
FOLD: Op = multilinear(
    "fold",
    _fold,
    lambda g, y, x, lower=True: MIRROR(g, **_unless_lower(lower)),
    samples=_TRIANGLES,
    why="What came to the two places of an entry, added up at the one that NumPy reads.",
)
LOWER_HALF: Op = multilinear(
    "lower_half",
    _lower_half,
    lambda g, y, x: LOWER_HALF(g),
    symbol="Φ",
    samples=(sample((3, 3)), sample((2, 2, 2))),
    why="The lower triangle with half of the diagonal: the part of a symmetric change that makes the other by turning.",
)


def _unless_lower(lower: bool) -> dict[str, bool]:
    return {} if lower else {"lower": False}  # what is usual is not spelt out when explain prints a rule


def _cholesky(x: Any, /, upper: bool = False) -> Any:
    return np.linalg.cholesky(x, upper=upper)


def _cholesky_rule(g: Any, y: Any, x: Any, upper: bool = False) -> Any:
    g, y = (_t(g), _t(y)) if upper else (g, y)
    back = np.linalg.inv(y)
    return FOLD(_t(back) @ LOWER_HALF(_t(y) @ g) @ back, **_unless_lower(not upper))


def _cholesky_jvp(t: Any, y: Any, x: Any, upper: bool = False) -> Any:
    y = _t(y) if upper else y
    back = np.linalg.inv(y)
    moved = y @ LOWER_HALF(back @ MIRROR(t, lower=not upper) @ _t(back))
    return _t(moved) if upper else moved


_SYMMETRIC = np.array([[2.0, 0.4, -0.3], [0.4, 1.5, 0.2], [-0.3, 0.2, 1.1]])
_STACK = np.array([[[2.0, 0.5], [0.5, 1.0]], [[1.5, -0.2], [-0.2, 3.0]]])
CHOLESKY = general(
    "cholesky",
    _cholesky,
    _cholesky_rule,
    jvps=(_cholesky_jvp,),
    numpy=(np.linalg.cholesky,),
    samples=(sample(_SYMMETRIC), sample(_STACK), sample(_SYMMETRIC, upper=True), sample(np.array([[2.0]]))),
    why="The factor is a square root of x, so its gradient comes back halved, between the inverse factors.",
)


def _side(UPLO: Any) -> dict[str, bool]:
    return _unless_lower(UPLO in "Ll")


def _eigh(x: Any, /, UPLO: Any = "L") -> Any:
    return np.linalg.eigh(x, UPLO)


def _eigh_rule(g: Any, y: Any, x: Any, UPLO: Any = "L") -> Any:
    w, v = y
    asked = _t(v) @ g[1]
    check_apart(asked, w, "np.linalg.eigh")
    return FOLD((v * g[0][..., None, :] + v @ (asked * INVERSE_GAPS(w))) @ _t(v), **_side(UPLO))


def _eigh_jvp(t: Any, y: Any, x: Any, UPLO: Any = "L") -> Any:
    w, v = y
    inner = _t(v) @ MIRROR(t, **_side(UPLO)) @ v
    return np.diagonal(inner, axis1=-2, axis2=-1), v @ if_apart(inner * INVERSE_GAPS(w), inner, w)


EIGH = general(
    "eigh",
    _eigh,
    _eigh_rule,
    jvps=(_eigh_jvp,),
    multiple=True,
    numpy=(np.linalg.eigh,),
    samples=(
        sample(_SYMMETRIC),
        sample(_STACK),
        sample(_SYMMETRIC, UPLO="U"),
        sample(np.array([[1.0, 9.0], [0.3, 2.0]])),  # not symmetric: NumPy never looks at the 9
    ),
    why="An eigenvalue moves by what its vector sees of the change; vectors turn into each other, near values most.",
)
EIGVALSH = general(
    "eigvalsh",
    lambda x, /, UPLO="L": np.linalg.eigvalsh(x, UPLO),
    lambda g, y, x, UPLO="L": _values_back(g, np.linalg.eigh(x, UPLO)[1], UPLO),
    jvps=(lambda t, y, x, UPLO="L": _eigh_jvp(t, np.linalg.eigh(x, UPLO), x, UPLO)[0],),
    numpy=(np.linalg.eigvalsh,),
    samples=(sample(_SYMMETRIC), sample(_STACK), sample(_SYMMETRIC, UPLO="U")),
    why="An eigenvalue moves by what its vector sees of the change on both sides: v' dx v.",
)


def _values_back(g: Any, v: Any, UPLO: Any) -> Any:
    return FOLD((v * g[..., None, :]) @ _t(v), **_side(UPLO))
