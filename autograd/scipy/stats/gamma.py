"""The gamma distribution: `scipy.stats.gamma` with gradients with respect to x, a, loc and scale.

>>> from autograd import grad
>>> grad(logpdf)(2.0, 5.0)
np.float64(1.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats

from ..rows import GAMMAINC, PSI, constant
from .density import like, log_density, spread, standard

LOGPDF = log_density(
    "gamma.logpdf",
    lambda x, a, /: like(scipy.stats.gamma.logpdf(x, a), x, a),
    lambda g, y, x, a: g * ((a - 1) / x - 1),
    lambda g, y, x, a: g * (np.log(x) - PSI(a)),
    domain=(0.5, 3.0),
    why="A power that pushes up against an exponential that pulls down.",
)


def logpdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density with shape `a`.

    Example:
        >>> logpdf(1.0, 1.0)
        np.float64(-1.0)
    """
    return spread(LOGPDF(standard(x, loc, scale), a), scale)


def pdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density with shape `a`."""
    return np.exp(logpdf(x, a, loc, scale))


def cdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of at most x, which is not below the location.

    Raises:
        UnsupportedError: `a` is tracked, for which there is no derivative.

    Example:
        >>> cdf(1.0, 1.0).round(6)
        np.float64(0.632121)
    """
    return GAMMAINC(standard(x, loc, scale), a=constant("gamma.cdf", "a", a))
