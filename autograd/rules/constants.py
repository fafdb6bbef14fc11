"""Small constant arrays, made once: what a rule needs at every step is not made at every step.

    np.dot(ones(64, x.dtype), x)        column sums, in a half to a quarter of the time of x.sum(axis=0)
    np.maximum(x, number(0, x.dtype))   beside an array, a Python number costs half as much as the operation

They are read-only, since many share them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np


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
