"""The distribution of an array in a few bars, for a card that has room for a thumb's width of picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 24


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many of the finite elements lie in each of equally wide bins between `low` and `high`."""

    low: float
    high: float
    counts: tuple[int, ...]


def histogram(array: Any, *, bins: int = BINS) -> Histogram | None:
    """The histogram of the finite elements; None for a single number, or where nothing differs.

    Example:
        >>> histogram(np.array([0.0, 0.1, 0.9, 1.0, np.nan]), bins=2)
        Histogram(low=0.0, high=1.0, counts=(2, 2))
    """
    x = np.asarray(array, dtype=np.float64).reshape(-1)
    x = x[np.isfinite(x)]
    if x.size < 2:
        return None
    low, high = float(x.min()), float(x.max())
    width = high - low
    if not 0 < width < np.inf:
        return None
    places = np.minimum(((x - low) / width * bins).astype(np.intp), bins - 1)
    return Histogram(low, high, tuple(np.bincount(places, minlength=bins).tolist()))
