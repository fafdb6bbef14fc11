"""The multivariate normal distribution: `scipy.stats.multivariate_normal` with gradients in x, mean and cov.

>>> import numpy as np
>>> from autograd import grad
>>> grad(logpdf)(np.array([1.0, 2.0]), np.zeros(2), np.diag([1.0, 4.0]))
array([-1. , -0.5])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import message
from ...tensor import Tensor

_LOG_TWO_PI = float(np.log(2 * np.pi))
_TOLERANCE = 1e6 * float(np.finfo(float).eps)  # below this, relative to the largest, an eigenvalue is zero: SciPy's


def logpdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """The logarithm of the density at x, whose last axis holds the components.

    Args:
        x: of shape (..., D).
        mean: of shape (D,); zero if left out.
        cov: symmetric and positive definite, of shape (D, D); a vector is its diagonal, a number all of that. The
            gradient is that of a matrix whose elements move freely.
        allow_singular: take the pseudo-inverse where the covariance is singular.

    Raises:
        numpy.linalg.LinAlgError: the covariance is not positive definite.

    Example:
        >>> logpdf(np.zeros(2), np.zeros(2), np.eye(2)).round(6)
        np.float64(-1.837877)
    """
    x, cov = (part if hasattr(part, "dtype") else np.asarray(part) for part in (x, cov))
    width = _width(mean, cov)
    cov = _matrix(cov, width)
    points = np.reshape(x, (-1, 1) if width == 1 and x.ndim < 2 else x.shape if x.ndim > 1 else (1, -1))  # (..., D)
    d = points if mean is None else points - np.reshape(mean, (width,))
    support = _support(cov, allow_singular)
    off = None
    if support is not None:  # the density lives in fewer dimensions: look at those only
        off = np.linalg.norm(_plain(d) - _plain(d) @ support @ support.T, axis=-1) > _TOLERANCE
        d, cov = d @ support, support.T @ cov @ support
    solved = np.swapaxes(np.linalg.solve(cov, np.swapaxes(np.reshape(d, (-1, d.shape[-1])), 0, 1)), 0, 1)
    distances = np.sum(np.reshape(d, solved.shape) * solved, axis=-1)
    log_density = -(d.shape[-1] * _LOG_TWO_PI + np.linalg.slogdet(cov)[1] + distances) / 2
    log_density = np.reshape(log_density, d.shape[:-1])
    found: Any = np.squeeze(log_density if off is None else np.where(off, -np.inf, log_density))
    return found if isinstance(found, Tensor) else found[()]


def pdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """The density at x."""
    return np.exp(logpdf(x, mean, cov, allow_singular))


def entropy(mean: Any = None, cov: Any = 1) -> Any:
    """How uncertain it is, in nats; the mean does not matter but for its length.

    Example:
        >>> entropy(np.zeros(2), np.eye(2)).round(6)
        np.float64(2.837877)
    """
    width = _width(mean, cov)
    cov = _matrix(cov if hasattr(cov, "dtype") else np.asarray(cov), width)
    _support(cov, allow_singular=False)
    return (width * (_LOG_TWO_PI + 1) + np.linalg.slogdet(cov)[1]) / 2


def _width(mean: Any, cov: Any) -> int:
    """The number of components, as SciPy finds it: from the mean, else from the covariance."""
    if mean is not None:
        return int(np.size(mean))
    return 1 if np.ndim(cov) < 2 else int(np.shape(cov)[0])


def _matrix(cov: Any, width: int) -> Any:
    if width == 1:
        return np.reshape(cov, (1, 1))
    return cov if cov.ndim == 2 else cov * np.eye(width)


def _support(cov: Any, allow_singular: bool) -> Any:
    """Directions that span where the density lives, as columns; None for all directions.

    Raises:
        numpy.linalg.LinAlgError: the covariance is not positive definite, or not even semidefinite.
    """
    matrix = _plain(cov)
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(matrix)
        least = _TOLERANCE * np.max(np.abs(values))
        if not allow_singular or values[0] < -least:
            raise np.linalg.LinAlgError(
                message(
                    "multivariate_normal",
                    f"a covariance with the eigenvalue {values[0]:.3g}",
                    "a positive definite matrix" if not allow_singular else "no negative eigenvalue",
                    "add a little to its diagonal" if allow_singular else "add to its diagonal, or say allow_singular",
                )
            ) from None
        return vectors[:, values > least]
    return None


def _plain(x: Any) -> Any:
    return x.detach().data if isinstance(x, Tensor) else x
