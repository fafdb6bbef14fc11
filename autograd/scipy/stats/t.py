"""Student's t distribution: `scipy.stats.t` with gradients with respect to x, df, loc and scale.

>>> from autograd import grad
>>> grad(logpdf)(1.0, 3.0)
np.float64(-1.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats

from ..rows import PSI, STDTR, constant
from .density import like, log_density, spread, standard

LOGPDF = log_density(
    "t.logpdf",
    lambda x, df, /: like(scipy.stats.t.logpdf(x, df), x, df),
    lambda g, y, x, df: -g * (df + 1) * x / (df + x * x),
    lambda g, y, x, df: (
        g
        / 2
        * (PSI((df + 1) / 2) - PSI(df / 2) - 1 / df - np.log1p(x * x / df) + (df + 1) * x * x / (df * (df + x * x)))
    ),
    domain=(0.5, 3.0),
    why="Near 0 the pull grows with x as the normal's does; far out it fades: tails are forgiving.",
)


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density with `df` degrees of freedom.

    Example:
        >>> logpdf(0.0, 1.0).round(6)
        np.float64(-1.14473)
    """
    return spread(LOGPDF(standard(x, loc, scale), df), scale)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density with `df` degrees of freedom."""
    return np.exp(logpdf(x, df, loc, scale))


def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of at most x.

    Raises:
        UnsupportedError: `df` is tracked, for which there is no derivative.

    Example:
        >>> cdf(0.0, 3.0)
        np.float64(0.5)
    """
    return STDTR(standard(x, loc, scale), df=constant("t.cdf", "df", df))


def logcdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the probability of at most x; `df` may not be tracked."""
    return np.log(cdf(x, df, loc, scale))
