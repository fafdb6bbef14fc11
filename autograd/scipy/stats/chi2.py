"""The chi-squared distribution: `scipy.stats.chi2` with gradients with respect to x, df, loc and scale.

>>> from autograd import grad
>>> grad(logpdf)(2.0, 4.0)
np.float64(0.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats

from ..rows import GAMMAINC, PSI, constant
from .density import like, log_density, spread, standard

LOGPDF = log_density(
    "chi2.logpdf",
    lambda x, df, /: like(scipy.stats.chi2.logpdf(x, df), x, df),
    lambda g, y, x, df: g * ((df / 2 - 1) / x - 0.5),
    lambda g, y, x, df: g * (np.log(x / 2) - PSI(df / 2)) / 2,
    domain=(0.5, 3.0),
    why="A gamma density of shape df / 2 and scale 2.",
)


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density with `df` degrees of freedom.

    Example:
        >>> logpdf(2.0, 2.0).round(6)
        np.float64(-1.693147)
    """
    return spread(LOGPDF(standard(x, loc, scale), df), scale)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density with `df` degrees of freedom."""
    return np.exp(logpdf(x, df, loc, scale))


def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of at most x, which is not below the location.

    Raises:
        UnsupportedError: `df` is tracked, for which there is no derivative.

    Example:
        >>> cdf(2.0, 2.0).round(6)
        np.float64(0.632121)
    """
    return GAMMAINC(standard(x, loc, scale) / 2, a=np.asarray(constant("chi2.cdf", "df", df)) / 2)
