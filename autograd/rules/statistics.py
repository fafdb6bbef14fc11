"""Statistics: variance and standard deviation, weighted means, covariance and correlation.

np.var(t, axis=0, ddof=1)     np.average(t, weights=w)     np.cov(t)     np.corrcoef(t, u)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError, UnsupportedError, message
from ..op import as_operand, derived, general, sample
from .cumulative import check_dtype
from .reduce import expanded, part, where_counted

_MASK = np.array([[True, False, True], [True, True, True]])
_SPREADS = (
    sample((2, 3)),
    sample((2, 3), axis=0),
    sample((3, 2, 2), axis=(0, -1), ddof=1),
    sample((2, 3), axis=1, keepdims=True, ddof=1),
    sample((4,), axis=-1, correction=1),
    sample((2, 3), axis=1, where=_MASK),
    sample((2, 3), dtype=np.float64),
)


def _ddof(ddof: Any, correction: Any, name: str) -> Any:
    if correction is None:
        return ddof
    if ddof:
        raise UnsupportedError(message(name, "ddof and correction", "one of the two", "leave one out"))
    return correction


def _var(
    x: Any, /, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    where: Any = True, correction: Any = None,
) -> Any:  # fmt: skip
    check_dtype(x, dtype, "var")
    return x.var(axis=axis, dtype=dtype, ddof=_ddof(ddof, correction, "var"), keepdims=keepdims, where=where)


def _std(
    x: Any, /, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    where: Any = True, correction: Any = None,
) -> Any:  # fmt: skip
    check_dtype(x, dtype, "std")
    return x.std(axis=axis, dtype=dtype, ddof=_ddof(ddof, correction, "std"), keepdims=keepdims, where=where)


def _deviation(x: Any, axis: Any, where: Any) -> Any:
    """Each element less the mean; 0 where it was left out."""
    if where is True:
        return x - x.mean(axis=axis, keepdims=True)
    return where_counted(x - np.mean(x, axis=axis, keepdims=True, where=where), where)


def _per_freedom(x: Any, y: Any, axis: Any, ddof: Any, keepdims: bool, where: Any, correction: Any) -> Any:
    """What a sum of squares is multiplied by."""
    less = ddof if correction is None else correction
    return part(x.size, y.size, x.shape, axis, keepdims, where, less)


def _var_rule(
    g: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    where: Any = True, correction: Any = None,
) -> Any:  # fmt: skip
    share = g * _per_freedom(x, y, axis, ddof, keepdims, where, correction)
    return 2 * _deviation(x, axis, where) * expanded(share, axis, keepdims)


def _var_jvp(
    t: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    where: Any = True, correction: Any = None,
) -> Any:  # fmt: skip
    moved = (2 * _deviation(x, axis, where) * t).sum(axis=axis, keepdims=keepdims)
    return moved * _per_freedom(x, y, axis, ddof, keepdims, where, correction)


VAR = general(
    "var",
    _var,
    _var_rule,
    jvps=(_var_jvp,),
    numpy=(np.var,),
    samples=(*_SPREADS, sample(())),
    why="The farther an element is from the mean, the more it pulls; the mean's own movement cancels out.",
)


def _std_rule(
    g: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    where: Any = True, correction: Any = None,
) -> Any:  # fmt: skip
    share = g / _nonzero(y) * _per_freedom(x, y, axis, ddof, keepdims, where, correction)
    return _deviation(x, axis, where) * expanded(share, axis, keepdims)


def _nonzero(y: Any) -> Any:
    return np.where(y == 0, 1, y)  # where all elements are equal each deviation is 0, and so is the gradient


STD = general(
    "std",
    _std,
    _std_rule,
    jvps=(lambda t, y, x, **options: _var_jvp(t, y, x, **options) / (2 * _nonzero(y)),),
    numpy=(np.std,),
    samples=_SPREADS,
    why="The root of the variance: each element pulls by its distance from the mean in standard deviations.",
)


@derived(np.ptp, sample((2, 3)), sample((2, 3), axis=1), sample((2, 3, 2), axis=(0, 2), keepdims=True))
def ptp(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """From the smallest to the largest."""
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


def _fitted_weights(w: Any, a: Any, axis: Any) -> Any:
    """Weights of one axis or some, with ones for the other axes."""
    if w.shape == a.shape:
        return w
    axes = () if axis is None else tuple(i % a.ndim for i in np.atleast_1d(axis).tolist())
    if w.shape != tuple(a.shape[i] for i in axes):
        raise ShapeError(
            message("np.average", f"weights of shape {w.shape} for shape {a.shape}, axis={axis}",
                    "weights of the same shape, or as long as the axis", "say axis=, or reshape the weights")
        )  # fmt: skip
    turned = w.transpose([int(i) for i in np.argsort(axes)])
    return turned.reshape(tuple(n if i in axes else 1 for i, n in enumerate(a.shape)))


@derived(
    np.average,
    sample((2, 3)),
    sample((2, 3), axis=0, keepdims=True),
    sample((2, 3), axis=1, weights=np.array([1.0, 2.0, 0.5])),
    sample((2, 3), weights=np.array([[1.0, 2.0, 0.5], [0.1, 0.2, 0.3]])),
    sample((3, 2, 2), axis=(2, 0), weights=np.array([[1.0, 2.0, 0.5], [0.1, 0.2, 0.3]])),
)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """The mean, or what the elements times their weights are over the sum of the weights."""
    a = as_operand(a)
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keepdims)
        total = mean * 0 + a.size / mean.size
    else:
        w = _fitted_weights(as_operand(weights), a, axis)
        total = np.sum(w, axis=axis, keepdims=keepdims)
        if (total == 0).any():
            raise ZeroDivisionError(
                message("np.average", "weights that add up to 0", "another sum", "check the weights")
            )
        mean = np.sum(a * w, axis=axis, keepdims=keepdims) / total
    return (mean, np.broadcast_to(total, mean.shape)) if returned else mean


def _samples_by_column(m: Any, rowvar: bool) -> Any:
    """A variable a row and a sample a column, in double precision as NumPy has it."""
    m = as_operand(m)
    if m.ndim > 2:
        raise ShapeError(message("np.cov", f"shape {m.shape}", "at most 2 axes", "reshape it"))
    rows = m.reshape(1, -1) if m.ndim < 2 else m if rowvar else m.T
    return rows.astype(np.result_type(m.dtype, np.float64))


def _frequencies(fweights: Any, aweights: Any) -> Any:
    if fweights is None or aweights is None:
        return aweights if fweights is None else fweights
    return fweights * aweights


@derived(
    np.cov,
    sample((2, 4)),
    sample((4,)),
    sample((4,), (4,)),
    sample((4, 2), rowvar=False, bias=True),
    sample((2, 4), (1, 4), ddof=0),
    sample((2, 4), fweights=np.array([1, 2, 1, 3])),
    sample((2, 4), fweights=np.array([1, 2, 1, 3]), aweights=np.array([0.5, 1.0, 2.0, 0.1])),
)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, fweights: Any = None,
    aweights: Any = None,
) -> Any:  # fmt: skip
    """The covariance of each two variables: a row is a variable, a column a sample of all."""
    x = _samples_by_column(m, rowvar)
    x = x if y is None else np.concatenate([x, _samples_by_column(y, rowvar)])
    less = ddof if ddof is not None else int(not bias)
    w = _frequencies(fweights, aweights)
    total = x.shape[1] if w is None else np.sum(w)
    gone = less * np.sum(w * aweights) / total if aweights is not None else less
    mean = np.mean(x, axis=1, keepdims=True) if w is None else np.sum(x * w, axis=1, keepdims=True) / total
    moved = x - mean
    c = moved @ (moved if w is None else moved * w).T / (total - gone)
    return c if len(c) > 1 else c.reshape(())


@derived(np.corrcoef, sample((2, 4)), sample((4,), (4,)), sample((4, 3), rowvar=False))
def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """The correlation of each two variables: their covariance in units of their standard deviations."""
    c = cov(x, y, rowvar)
    if c.ndim == 0:
        return c / c
    places = np.arange(len(c))
    deviation = np.sqrt(c[places, places])
    return np.clip(c / deviation[:, None] / deviation, -1, 1)
