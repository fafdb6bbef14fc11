"""Reductions that pass NaNs by: what is missing counts for nothing and gets no gradient.

    np.nanmean(t, axis=0)     np.nanstd(t, ddof=1)

`nanmax`, `nanmin` are with the extremes, `nanquantile` with the quantiles, `nancumsum` with the running sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import derived, sample
from .statistics import STD, VAR

_MASK = np.array([[True, False, True], [True, True, True]])
_NANS = (
    sample((2, 3)),
    sample((2, 3), axis=0),
    sample((2, 3), axis=(0, 1), keepdims=True),
    sample((2, 3), where=_MASK),
)


def _known(a: Any, where: Any) -> Any:
    """Where an element counts: it is no NaN, and no mask leaves it out."""
    known = np.logical_not(np.isnan(a))
    return known if where is True else known & where


def _replaced(a: Any, value: int) -> Any:
    return np.where(np.isnan(a), value, a)


@derived(np.nansum, *_NANS, sample((2, 3), axis=1, initial=2.0))
def nansum(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, initial: Any = 0, where: Any = True
) -> Any:
    """The sum of what is not NaN."""
    return np.sum(_replaced(a, 0), axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)


@derived(np.nanprod, *_NANS, sample((2, 3), axis=1, initial=2.0))
def nanprod(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, initial: Any = 1, where: Any = True
) -> Any:
    """The product of what is not NaN."""
    return np.prod(_replaced(a, 1), axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)


@derived(np.nanmean, *_NANS)
def nanmean(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, where: Any = True) -> Any:
    """The mean of what is not NaN."""
    return np.mean(_replaced(a, 0), axis=axis, dtype=dtype, keepdims=keepdims, where=_known(a, where))


@derived(np.nanvar, *_NANS, sample((3, 2), axis=0, ddof=1))
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: bool = False, where: Any = True,
    correction: Any = None,
) -> Any:  # fmt: skip
    """The variance of what is not NaN."""
    known = _known(a, where)
    return VAR(
        _replaced(a, 0), axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, where=known, correction=correction
    )


@derived(np.nanstd, *_NANS, sample((3, 2), axis=0, ddof=1))
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: bool = False, where: Any = True,
    correction: Any = None,
) -> Any:  # fmt: skip
    """The standard deviation of what is not NaN."""
    known = _known(a, where)
    return STD(
        _replaced(a, 0), axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, where=known, correction=correction
    )
