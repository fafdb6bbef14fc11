"""The Dirichlet distribution: `scipy.stats.dirichlet` with gradients with respect to x and alpha.

>>> import numpy as np
>>> from autograd import grad
>>> grad(logpdf)(np.array([0.25, 0.75]), np.array([2.0, 1.0]))
array([4., 0.])
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special


def logpdf(x: Any, alpha: Any) -> Any:
    """The logarithm of the density at x, of shape (K,), or (K, N) for N points; alpha has shape (K,).

    The density lives where the elements of x add up to 1. Unlike SciPy's this is the formula on all sides of that
    plane, so that it can be moved in all K directions; that they add up is not checked.

    Example:
        >>> logpdf([0.5, 0.5], [1.0, 1.0])
        np.float64(0.0)
    """
    x, alpha = (part if hasattr(part, "dtype") else np.asarray(part) for part in (x, alpha))
    log_norm = np.sum(scipy.special.gammaln(alpha)) - scipy.special.gammaln(np.sum(alpha))
    return np.sum(scipy.special.xlogy(alpha - 1, x.T), axis=-1) - log_norm


def pdf(x: Any, alpha: Any) -> Any:
    """The density at x."""
    return np.exp(logpdf(x, alpha))
