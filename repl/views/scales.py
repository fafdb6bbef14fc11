"""Colours for fields of numbers: from dark to light as they grow, so that they read in grey and for every sight.

    colours(np.linspace(0, 1, 5), SEQUENTIAL)       0xRRGGBB for shares from 0 to 1; NaN becomes NOT_A_NUMBER

`SIGNED` has dark blue below the middle and light orange above it: lightness tells the sign too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .palette import Theme, mix

Array = NDArray[Any]

SEQUENTIAL = ("#0B1B33", "#123F73", "#1E6FA8", "#4FA3C4", "#A5D2DC", "#F1F6F7")
GREY = ("#0A0C0F", "#F4F6F8")
SIGNED = ("#062E6B", "#2C6CB3", "#808890", "#E8A04A", "#FFE3B0")
NOT_A_NUMBER = "#D81B60"
NOTHING, SURE = 0.14, 0.62  # how much of a class's hue the ground has, from no certainty to all of it


def colours(shares: Any, stops: tuple[str, ...]) -> Array:
    """The colours of shares from 0 to 1, evenly between the stops; what lies beyond them has the colour of the end.

    Example:
        >>> [hex(c) for c in colours([0.0, 0.5, 1.0, np.nan], ("#000000", "#FFFFFF"))]
        ['0x0', '0x808080', '0xffffff', '0xd81b60']
    """
    given = np.asarray(shares, np.float64)
    at = np.linspace(0.0, 1.0, len(stops))
    channels = [[int(stop[i : i + 2], 16) for stop in stops] for i in (1, 3, 5)]
    safe = np.nan_to_num(given, nan=0.0, posinf=1.0, neginf=0.0)
    red, green, blue = (np.rint(np.interp(safe, at, channel)).astype(np.int32) for channel in channels)
    made = red << 16 | green << 8 | blue
    return np.where(np.isnan(given), int(NOT_A_NUMBER[1:], 16), made).astype(np.int32)


def class_colours(classes: Array, certainty: Array, theme: Theme) -> Array:
    """The ground of a decision boundary: the hue of the class, paler where the network is unsure."""
    count = len(theme.series)
    steps = 24
    table = np.array(
        [
            [
                int(mix(theme.ground, hue, NOTHING + (SURE - NOTHING) * step / steps)[1:], 16)
                for step in range(steps + 1)
            ]
            for hue in theme.series
        ],
        np.int32,
    )
    level = np.nan_to_num(np.rint((certainty - 0.5) * 2 * steps)).clip(0, steps).astype(int)
    made = table[classes % count, level]
    return np.where(np.isnan(certainty), int(NOT_A_NUMBER[1:], 16), made).astype(np.int32)


def unit(values: Array, *, log: bool = False, low: float | None = None, high: float | None = None) -> Array:
    """Values as shares of the way from the smallest to the largest that is finite (or from `low` to `high`).

    NaN stays NaN and infinity becomes NaN too: neither has a place on the scale.

    Example:
        >>> unit(np.array([1.0, 10.0, 100.0, np.inf]), log=True).tolist()
        [0.0, 0.5, 1.0, nan]
    """
    with np.errstate(all="ignore"):
        raised = np.log10(values) if log else np.asarray(values, np.float64)
    finite = raised[np.isfinite(raised)]
    first = low if low is not None else finite.min() if finite.size else 0.0
    last = high if high is not None else finite.max() if finite.size else 1.0
    shares = (raised - first) / ((last - first) or 1.0)
    return np.where(np.isfinite(raised), shares, np.nan)
