"""The beta distribution: `scipy.stats.beta` with gradients with respect to x, a, b, loc and scale.

>>> from autograd import grad
>>> grad(logpdf)(0.5, 3.0, 1.0)
np.float64(4.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats

from ...op import sample
from ..rows import BETAINC, PSI, constant
from .density import like, log_density, spread, standard

_INSIDE = np.array([[0.3, 0.6], [0.9, 0.2]])

LOGPDF = log_density(
    "beta.logpdf",
    lambda x, a, b, /: like(scipy.stats.beta.logpdf(x, a, b), x, a, b),
    lambda g, y, x, a, b: g * ((a - 1) / x - (b - 1) / (1 - x)),
    lambda g, y, x, a, b: g * (np.log(x) - PSI(a) + PSI(a + b)),
    lambda g, y, x, a, b: g * (np.log1p(-x) - PSI(b) + PSI(a + b)),
    domain=(0.5, 3.0),
    samples=(sample(_INSIDE, (2, 2), (2,)), sample(_INSIDE[0], (), (2, 1))),
    why="Each shape draws the density to its own end.",
)


def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density with shapes `a` and `b`.

    Example:
        >>> logpdf(0.5, 1.0, 1.0)
        np.float64(0.0)
    """
    return spread(LOGPDF(standard(x, loc, scale), a, b), scale)


def pdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density with shapes `a` and `b`."""
    return np.exp(logpdf(x, a, b, loc, scale))


def cdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of at most x, which lies within the support.

    Raises:
        UnsupportedError: `a` or `b` is tracked, for which there is no derivative.

    Example:
        >>> cdf(0.5, 2.0, 2.0)
        np.float64(0.5)
    """
    a, b = constant("beta.cdf", "a", a), constant("beta.cdf", "b", b)
    return BETAINC(standard(x, loc, scale), a=a, b=b)
