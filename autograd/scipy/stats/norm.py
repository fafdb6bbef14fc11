"""The normal distribution: `scipy.stats.norm` with gradients with respect to x, loc and scale.

>>> from autograd import grad
>>> grad(logpdf)(2.0, 1.0, 0.5)
np.float64(-4.0)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..rows import LOG_NDTR, NDTR
from .density import log_density, spread, standard

_LOG_NORM = math.log(math.sqrt(2 * math.pi))
LOGPDF = log_density(
    "norm.logpdf",
    lambda x, /: -x * x / 2 - _LOG_NORM,
    lambda g, y, x: -g * x,
    why="A parabola upside down: the further out, the steeper.",
)


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density.

    Example:
        >>> logpdf(0.0).round(6)
        np.float64(-0.918939)
    """
    return spread(LOGPDF(standard(x, loc, scale)), scale)


def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, loc, scale))


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of at most x.

    Example:
        >>> cdf(1.0, 1.0, 3.0)
        np.float64(0.5)
    """
    return NDTR(standard(x, loc, scale))


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of more than x."""
    return NDTR(-standard(x, loc, scale))


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the probability of at most x, exact far out too."""
    return LOG_NDTR(standard(x, loc, scale))


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the probability of more than x, exact far out too."""
    return LOG_NDTR(-standard(x, loc, scale))
