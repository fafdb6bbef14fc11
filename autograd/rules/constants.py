"""Small constant arrays, made once: what a rule needs at every step is not made at every step.

    np.dot(ones(64, x.dtype), x)        column sums, in a half to a quarter of the time of x.sum(axis=0)
    x * number(2.0, x.dtype)            beside an array, a Python number costs half as much as the operation
    np.maximum(x, nothing(x))           with a single 0 it takes five times as long

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


def nothing(x: Any) -> Any:
    """Zeros to meet x: as many as it has elements, for a large x or one that lies otherwise a row of them, or one."""
    if x.ndim and x.nbytes <= _WHOLE and x.flags.c_contiguous:
        return _zeros(x.shape, x.dtype)
    return _zeros(x.shape[-1:], x.dtype) if x.ndim and x.shape[-1] >= _ROW else number(0, x.dtype)
