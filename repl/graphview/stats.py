"""Arrays to numbers: what a card prints of a value or of a gradient, and what to think of the latter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.diagnosis import Balance

from .model import Stats, Verdict

NO_RUN = Balance()  # for a graph of which nothing more is known


def describe(array: Any) -> Stats:
    """The statistics of an array, in float64. An empty one has rms 0.

    Example:
        >>> describe(np.array([3.0, -4.0, 0.0, 0.0])).rms
        2.5
        >>> describe(np.array([1.0, np.inf])).high
        1.0
    """
    x = np.asarray(array)
    if x.size == 1 and x.dtype.kind in "fiub":
        return _describe_one(float(x.reshape(())))
    if x.size == 0:
        return Stats(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0)
    x = np.abs(x) if x.dtype.kind == "c" else x.astype(np.float64, copy=False)
    low, high = float(x.min()), float(x.max())
    zeros = 1.0 - np.count_nonzero(x) / x.size
    if not (math.isfinite(low) and math.isfinite(high)):
        return _describe_broken(x, zeros)
    top = max(-low, high)
    # Squares leave float64's range long before the numbers do: an exploded gradient is still a number.
    scaled = x / top if top > 0 and not 1e-140 < top < 1e140 else x
    scale = top if scaled is not x else 1.0
    rms = scale * math.sqrt(float(np.square(scaled).mean()))
    return Stats(x.size, rms, scale * float(scaled.mean()), low, high, zeros, 0, 0)


def _describe_broken(x: Any, zeros: float) -> Stats:
    """The statistics of an array of which some element is not finite."""
    nans, infs = int(np.isnan(x).sum()), int(np.isinf(x).sum())
    finite = x[np.isfinite(x)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (math.nan, math.nan)
    return Stats(x.size, math.nan if nans else math.inf, math.nan, low, high, zeros, nans, infs)


def _describe_one(x: float) -> Stats:
    nan, inf = math.isnan(x), math.isinf(x)
    bound = math.nan if nan or inf else x
    return Stats(1, abs(x), x, bound, bound, float(x == 0), int(nan), int(inf))


def judge(gradient: Stats | None, reference: float, balance: Balance = NO_RUN) -> Verdict:
    """What to say of a gradient, beside the one on the loss side: a healthy net near its minimum has small ones.

    Example:
        >>> judge(describe(1e-9), reference=1e-2).value, judge(describe(1e-9), reference=1e-8).value
        ('vanishing', 'ok')
    """
    if gradient is None or gradient.size == 0:
        return Verdict.OK
    return Verdict(balance.judge(gradient.rms, reference))


def largest(array: Any) -> tuple[int, ...]:
    """Where the largest element stands, by absolute value, what is no number first; () where there is none.

    Example:
        >>> largest(np.array([[1.0, -4.0], [2.0, 3.0]])), largest(np.array([1.0, np.nan])), largest(np.array(2.0))
        ((0, 1), (1,), ())
    """
    x = np.asarray(array)
    if x.size <= 1:
        return (0,) * x.ndim if x.size else ()
    sizes = np.abs(x)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.where(np.isnan(sizes), np.inf, sizes))), x.shape))


def cancelled(total: Stats, parts: Stats | None, array: Any) -> bool:
    """Whether a gradient that is a sum of `parts` is nothing but rounding: they cancel, as before a batch norm.

    The bound is that of a sum in the dtype of `array`: eps times the number of terms times their size.

    Example:
        >>> g = np.array([0.1, 0.2, -0.3])
        >>> cancelled(describe(g.sum()), describe(g), g), cancelled(describe(1e-9), describe(g * 1e-9), g)
        (True, False)
    """
    if parts is None or not total.size or not 0 < total.rms < math.inf or array.dtype.kind != "f":
        return False
    terms = parts.size / total.size
    return terms > 1 and total.rms <= 4 * float(np.finfo(array.dtype).eps) * terms * parts.rms


def pool(parts: Sequence[Stats]) -> Stats:
    """The statistics of several arrays taken as one.

    Example:
        >>> round(pool([describe(np.array([3.0, 3.0])), describe(np.array([3.0, 5.0]))]).rms, 4)
        3.6056
    """
    filled = [part for part in parts if part.size]
    if len(filled) < 2:
        return filled[0] if filled else parts[0]
    size = sum(part.size for part in filled)
    shares = [part.size / size for part in filled]
    return Stats(
        size=size,
        rms=math.hypot(*(part.rms * math.sqrt(share) for part, share in zip(filled, shares, strict=True))),
        mean=sum(part.mean * share for part, share in zip(filled, shares, strict=True)),
        low=min(part.low for part in filled),
        high=max(part.high for part in filled),
        zeros=sum(part.zeros * share for part, share in zip(filled, shares, strict=True)),
        nans=sum(part.nans for part in filled),
        infs=sum(part.infs for part in filled),
    )
