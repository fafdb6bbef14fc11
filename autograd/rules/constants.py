"""Small constant arrays, made once: what a rule needs at every step is not made at every step.

    np.dot(ones(64, x.dtype), x)        column sums, in a half to a quarter of the time of x.sum(axis=0)
    x * number(2.0, x.dtype)            beside an array, a Python number costs half as much as the operation
    at_least_nothing(x)                 np.maximum(x, 0) in a fifth of the time

They are read-only, since many share them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

_WHOLE = 1 << 18  # bytes up to which zeros are made for all elements: beyond, they would push x out of the cache
_ROW = 64  # elements from which on a row is as good


def _fixed(array: Any) -> Any:
    array.flags.writeable = False
    return array


@lru_cache(maxsize=256)
def ones(count: int, dtype: Any) -> Any:
    """A row of ones."""
    return _fixed(np.ones(count, dtype))


@lru_cache(maxsize=256)
def number(value: float, dtype: Any) -> Any:
    """A number as a 0-d array."""
    return _fixed(np.array(value, dtype))


@lru_cache(maxsize=256)
def numbered(count: int) -> Any:
    """The numbers from 0 up to `count`."""
    return _fixed(np.arange(count))


@lru_cache(maxsize=256)
def shares(count: int, dtype: Any) -> Any:
    """A row of equal shares that sum to 1: its product with another is that one's mean."""
    return _fixed(np.full(count, 1.0 / count, dtype))


@lru_cache(maxsize=16)
def _zeros(shape: tuple[int, ...], dtype: Any) -> Any:
    return _fixed(np.zeros(shape, dtype))


def at_least_nothing(x: Any) -> Any:
    """The larger of each element and 0, by an array of zeros: a single one takes five times as long.

    A large array is gone through in long rows, so that the zeros stay in the cache.
    """
    if not x.ndim:
        return np.maximum(x, number(0, x.dtype))
    if x.flags.fnc:
        return at_least_nothing(x.T).T
    whole = x.nbytes <= _WHOLE
    if x.flags.c_contiguous and (whole or x.shape[-1] >= _ROW):
        return np.maximum(x, _zeros(x.shape if whole else x.shape[-1:], x.dtype))
    y = x.copy(order="K")
    rows = _in_rows(y)
    np.maximum(rows, _zeros(rows.shape[1:], x.dtype), out=rows)
    return y


def _in_rows(y: Any) -> Any:
    """A dense array, however its axes lie, as rows of not too many elements; a view."""
    length = y.size
    for _, n in sorted(zip(y.strides, y.shape, strict=True), reverse=True):
        if length * y.itemsize <= _WHOLE or length // max(n, 1) < _ROW:
            break
        length //= n
    return y.ravel(order="K").reshape(-1, max(length, 1))
