"""The Poisson distribution: `scipy.stats.poisson` with gradients with respect to mu. Counts are constants.

>>> from autograd import grad
>>> grad(logpmf, 1)(4, 2.0)
np.float64(1.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats

from ...op import general, sample
from ..rows import GAMMAINCC, constant

_COUNTS = np.array([0, 1, 4])

LOGPMF = general(
    "poisson.logpmf",
    lambda mu, /, k: scipy.stats.poisson.logpmf(k, mu),
    lambda g, y, mu, k: g * (k / mu - 1),
    jvps=(lambda t, y, mu, k: t * (k / mu - 1),),
    domain=(0.5, 3.0),
    samples=(sample((2, 3), k=_COUNTS), sample((), k=2), sample((), k=_COUNTS)),
    why="The mean is drawn to the count: up while it is below, down while it is above.",
)


def logpmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The logarithm of the probability of k, when mu are expected.

    Raises:
        UnsupportedError: `k` or `loc` is tracked, for which there is no derivative.

    Example:
        >>> logpmf(0, 3.0)
        np.float64(-3.0)
    """
    count = _counted("poisson.logpmf", k, loc)
    return LOGPMF(mu if hasattr(mu, "dtype") else np.asarray(mu), k=count)


def pmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The probability of k, when mu are expected."""
    return np.exp(logpmf(k, mu, loc))


def cdf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The probability of at most k, which is not below the location, when mu are expected.

    Example:
        >>> cdf(0, 1.0).round(6)
        np.float64(0.367879)
    """
    count = np.floor(_counted("poisson.cdf", k, loc))
    return GAMMAINCC(mu if hasattr(mu, "dtype") else np.asarray(mu), a=count + 1)


def _counted(where: str, k: Any, loc: Any) -> Any:
    return np.asarray(constant(where, "k", k)) - np.asarray(constant(where, "loc", loc))
