"""Quantiles: the median, percentiles, and their variants that pass NaNs by.

    np.median(t, axis=0)     np.quantile(t, [0.25, 0.75])     np.nanpercentile(t, 90, method="nearest")

A quantile is one element in order or a mean of two neighbours, whichever of NumPy's methods is asked for. NumPy
itself says which: the quantile of the ranks is the place of the quantile among the ranks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import derived, general, sample
from .cumulative import joined, parted
from .reduce import expanded


def _weights(x: Any, /, q: Any, axis: Any = None, method: Any = "linear", skip_nan: bool = False) -> Any:
    ranks = parted(joined(x, axis).argsort(axis=-1, kind="stable").argsort(axis=-1), x, axis)
    ranks = ranks.astype(np.promote_types(x.dtype, np.float32))
    missing = np.isnan(x) if skip_nan else np.zeros(x.shape, bool)
    missing &= ~missing.all(axis=axis, keepdims=True)  # where there is nothing but NaN, NumPy warned already
    quantile = np.nanquantile if missing.any() else np.quantile
    places = quantile(np.where(missing, np.nan, ranks), q, axis=axis, method=method, keepdims=True)
    weights = np.maximum(1 - np.abs(ranks - places), 0)
    return np.where(np.isnan(x), 0, weights) if skip_nan else weights


WEIGHTS = general(
    "quantile_weights",
    _weights,
    None,
    samples=(sample((4,), q=0.3), sample((3, 2, 2), q=[0.1, 0.8], axis=(0, -1), skip_nan=True), sample((), q=0.5)),
    why="How much of a quantile each element is: all of it at its place in order, less up to one place off; it jumps.",
)


def _spread(g: Any, q: Any, ndim: int, axis: Any, keepdims: bool) -> Any:
    """A cotangent of quantiles with the reduced axes back as ones, behind the axes of `q`."""
    lead = np.ndim(q)
    if keepdims or not lead:
        return expanded(g, axis, keepdims)
    reduced = range(ndim) if axis is None else np.atleast_1d(axis) % ndim
    return np.expand_dims(g, tuple(lead + int(i) for i in reduced))


def _quantile_rule(
    g: Any, y: Any, x: Any, q: Any, axis: Any = None, method: Any = "linear", keepdims: bool = False,
    skip_nan: bool = False,
) -> Any:  # fmt: skip
    weights = WEIGHTS(x, q=q, axis=axis, method=method, skip_nan=skip_nan)
    shares = _spread(g, q, x.ndim, axis, keepdims) * weights
    return shares.sum(axis=tuple(range(np.ndim(q)))) if np.ndim(q) else shares


def _quantile_jvp(
    t: Any, y: Any, x: Any, q: Any, axis: Any = None, method: Any = "linear", keepdims: bool = False,
    skip_nan: bool = False,
) -> Any:  # fmt: skip
    moved = t * WEIGHTS(x, q=q, axis=axis, method=method, skip_nan=skip_nan)
    reduced = range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim
    return moved.sum(axis=tuple(np.ndim(q) + int(i) for i in reduced), keepdims=keepdims)


def _quantile(x: Any, /, q: Any, axis: Any = None, method: Any = "linear", keepdims: bool = False) -> Any:
    return np.quantile(x, q, axis=axis, method=method, keepdims=keepdims)


def _nanquantile(x: Any, /, q: Any, axis: Any = None, method: Any = "linear", keepdims: bool = False) -> Any:
    y = np.nanquantile(x, np.ravel(q) if np.ndim(q) else q, axis=axis, method=method, keepdims=keepdims)
    return y.reshape(np.shape(q) + y.shape[1:]) if np.ndim(q) > 1 else y  # NumPy's own shape can be wrong there


def _skipping(rule: Any) -> Any:
    """The rule of a quantile as the rule of the quantile that passes NaNs by."""
    return lambda g, y, x, q, axis=None, method="linear", keepdims=False: rule(
        g, y, x, q, axis, method, keepdims, skip_nan=True
    )


def _at_half(rule: Any) -> Any:
    """The rule of a quantile as the rule of the median."""
    return lambda g, y, x, axis=None, keepdims=False: rule(g, y, x, 0.5, axis, keepdims=keepdims)


_MEDIANS = (
    sample((3,)),
    sample((4,)),
    sample((3, 2), axis=0),
    sample((2, 3, 2), axis=(0, -1)),
    sample((2, 3), axis=1, keepdims=True),
    sample(()),
)
_QUANTILES = (
    sample((5,), q=0.3),
    sample((5,), q=[0.0, 0.35, 1.0]),
    sample((4, 2), q=0.6, axis=0),
    sample((3, 2, 2), q=[[0.2, 0.9]], axis=(0, -1), keepdims=True),
    sample((5,), q=0.3, method="hazen"),
    sample((2, 5), q=[0.3, 0.7], axis=1, method="nearest"),
    sample((4,), q=0.4, method="midpoint"),
    sample((4,), q=0.4, method="inverted_cdf"),
    sample((3,), q=0.9, method="weibull"),
)
QUANTILE = general(
    "quantile",
    _quantile,
    _quantile_rule,
    jvps=(_quantile_jvp,),
    numpy=(np.quantile,),
    samples=_QUANTILES,
    why="One or two neighbours in order make a quantile; they get its gradient, the nearer one more of it.",
)
NANQUANTILE = general(
    "nanquantile",
    _nanquantile,
    _skipping(_quantile_rule),
    jvps=(_skipping(_quantile_jvp),),
    numpy=(np.nanquantile,),
    samples=tuple(s for s in _QUANTILES if np.ndim(s.params["q"]) < 2),
    why="A quantile of the elements that are not NaN; its one or two neighbours in order get the gradient.",
)
MEDIAN = general(
    "median",
    lambda x, /, axis=None, keepdims=False: np.median(x, axis=axis, keepdims=keepdims),
    _at_half(_quantile_rule),
    jvps=(_at_half(_quantile_jvp),),
    numpy=(np.median,),
    samples=_MEDIANS,
    why="Only the element in the middle moves the median, or the two in the middle by half each.",
)
NANMEDIAN = general(
    "nanmedian",
    lambda x, /, axis=None, keepdims=False: np.nanmedian(x, axis=axis, keepdims=keepdims),
    _at_half(_skipping(_quantile_rule)),
    jvps=(_at_half(_skipping(_quantile_jvp)),),
    numpy=(np.nanmedian,),
    samples=_MEDIANS,
    why="The median of the elements that are not NaN: the one or two in the middle get the gradient.",
)


def _fraction(q: Any, a: Any) -> Any:
    """`q` hundredths, in the precision of what the quantile is of."""
    return np.true_divide(q, getattr(a, "dtype", np.dtype(float)).type(100))


@derived(np.percentile, sample((5,), q=30.0), sample((2, 5), q=[10, 60], axis=1, keepdims=True, method="hazen"))
def percentile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear", keepdims: bool = False) -> Any:
    """A quantile, counted in hundredths."""
    return np.quantile(a, _fraction(q, a), axis=axis, method=method, keepdims=keepdims)


@derived(np.nanpercentile, sample((5,), q=30.0), sample((2, 5), q=[10, 60], axis=1, keepdims=True))
def nanpercentile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear", keepdims: bool = False) -> Any:
    """A quantile of what is not NaN, counted in hundredths."""
    return np.nanquantile(a, _fraction(q, a), axis=axis, method=method, keepdims=keepdims)
