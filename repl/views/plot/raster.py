"""Lines to dots: which dots of a mask a curve passes through."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_DENSE = 4  # points for each column of dots from which on a column is drawn from its smallest to its largest


def line(mask: Array, x: Array, y: Array) -> Array:
    """Set the dots of the line through points (x, y), in dots from the left and from the top; gaps where not finite.

    Example:
        >>> line(np.zeros((3, 3), bool), np.array([0.0, 2.0]), np.array([0.0, 2.0])).astype(int).tolist()
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    """
    height, width = mask.shape
    good = np.isfinite(x) & np.isfinite(y)
    if len(x) > _DENSE * width and good.all():
        x, y = _thinned(x, y)
        good = np.ones(len(x), bool)
    # Beyond the edge by less than a mask: such lines leave the frame at the right slope.
    x, y = np.clip(x, -width, 2 * width), np.clip(y, -height, 2 * height)
    if good.any():
        mark(mask, x[good], y[good])
    joined = np.flatnonzero(good[:-1] & good[1:])
    if not joined.size:
        return mask
    dx, dy = x[joined + 1] - x[joined], y[joined + 1] - y[joined]
    counts = np.ceil(np.maximum(np.abs(dx), np.abs(dy))).astype(int) + 1
    which = np.repeat(np.arange(len(joined)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    share = (np.arange(len(which)) - first) / np.maximum(counts - 1, 1)[which]
    mark(mask, x[joined][which] + share * dx[which], y[joined][which] + share * dy[which])
    return mask


def mark(mask: Array, x: Array, y: Array) -> None:
    """Set the dots nearest to points that lie inside."""
    columns, rows = np.rint(x).astype(int), np.rint(y).astype(int)
    inside = (columns >= 0) & (columns < mask.shape[1]) & (rows >= 0) & (rows < mask.shape[0])
    mask[rows[inside], columns[inside]] = True


def _thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """Of the points in each column the smallest and the largest: the same picture from fewer points."""
    columns = np.rint(x).astype(int)
    starts = np.flatnonzero(np.r_[True, np.diff(columns) != 0])
    low, high = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    return np.repeat(columns[starts], 2).astype(float), np.column_stack((low, high)).reshape(-1)
