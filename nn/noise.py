"""Whether two sets of losses differ by more than chance explains: `differ(one, other, paired=True)`.

What is paired was measured on the same batches, or from the same seed: what these add to both cancels out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

# quantiles of Student's t for 95 %, two-sided, for 1, 2, ... degrees of freedom; beyond, a series in 1/df will do
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_NORMAL = 1.959964


def student(df: float) -> float:
    """The bound that |t| passes by chance in 5 of 100 cases, with `df` degrees of freedom, 1 or more.

    Source: R. A. Fisher and E. A. Cornish, "The Percentile Points of Distributions Having Known Cumulants", 1960.

    Example:
        >>> [round(student(df), 2) for df in (1, 4, 20, 1000)]
        [12.71, 2.78, 2.09, 1.96]
    """
    if df < len(_STUDENT) + 1 - 1e-9:
        return _STUDENT[max(int(df + 1e-9), 1) - 1]  # between two, the wider
    z = _NORMAL
    return z + (z**3 + z) / (4 * df) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)


def margin(one: Sequence[float], other: Sequence[float], *, paired: bool) -> float:
    """Below this a difference of means may be chance; infinity where there are too few numbers to tell.

    With n pairs of differences d it is `t(n - 1) * std(d) / sqrt(n)`; unpaired `t(df) * sqrt(v1 / n1 + v2 / n2)`, the
    variances v being those of each, and `df` Welch's. Numbers of successive steps hang together a little, so that over
    a curve it is rather too narrow; and it says nothing of another seed. Over seeds it is what it says.

    Source: Student, "The Probable Error of a Mean", 1908; B. L. Welch, "The Generalization of 'Student's' Problem when
    Several Different Population Variances are Involved", 1947.

    Example:
        >>> round(margin([1.0, 2.0, 3.0], [0.9, 1.8, 2.9], paired=True), 3)
        0.143
        >>> round(margin([1.0, 2.0, 3.0], [0.9, 1.8, 2.9], paired=False), 3)
        2.6
        >>> margin([1.0], [2.0], paired=True)
        inf
    """
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if min(len(a), len(b)) < 2 or not (np.isfinite(a).all() and np.isfinite(b).all()):
        return math.inf
    with np.errstate(all="ignore"):  # squares of what diverges overflow: then there is no telling either
        if paired and len(a) == len(b):
            found = student(len(a) - 1) * float(np.std(a - b, ddof=1)) / math.sqrt(len(a))
            return found if math.isfinite(found) else math.inf
        shares = [float(np.var(each, ddof=1)) / len(each) for each in (a, b)]
    if not 0 < (both := sum(shares)) < math.inf:
        return 0.0 if not both else math.inf
    df = 1 / sum((share / both) ** 2 / (len(each) - 1) for share, each in zip(shares, (a, b), strict=True))
    return student(df) * math.sqrt(both)


def differ(one: Sequence[float], other: Sequence[float], *, paired: bool) -> bool:
    """Whether the means differ by more than `margin`.

    Example:
        >>> differ([1.0, 2.0, 3.0], [0.5, 1.4, 2.5], paired=True), differ([1.0, 2.0], [0.9, 2.2], paired=True)
        (True, False)
    """
    return abs(float(np.mean(one)) - float(np.mean(other))) > margin(one, other, paired=paired)
