"""scipy.special with gradients: SciPy's names, of which those that statistics needs take tensors.

    >>> from autograd import grad
    >>> round(float(grad(gammaln)(3.0)), 6)
    0.922784

A function of which no rule is known here is SciPy's own, and refuses a tensor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from .. import pytree
from ..errors import UnsupportedError, message
from ..op import Recorder, as_operand
from ..rules.reduce import LOGSUMEXP
from . import rows

__all__ = []
__all__ += scipy.special.__all__


def __getattr__(name: str) -> Any:
    return getattr(scipy.special, name)


def __dir__() -> list[str]:
    return __all__


def with_tensors(*args: Any) -> bool:
    """Whether a tensor is among the arguments, or in their lists."""
    return any(isinstance(x, Recorder) for x in pytree.flatten(args)[0])


def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of psi.

    Example:
        >>> polygamma(1, 1.0).round(6)
        np.float64(1.644934)
    """
    n, x = rows.constant("polygamma", "n", n), as_operand(x)
    return rows.POLYGAMMA(x, n=n) if with_tensors(x) else scipy.special.polygamma(n, x)


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension d, for each a above (d - 1) / 2.

    Example:
        >>> multigammaln(2.0, 2).round(6)
        np.float64(0.451583)
    """
    if not with_tensors(a):
        return scipy.special.multigammaln(a, d)
    terms = [scipy.special.gammaln(a - j / 2) for j in range(d)]
    return sum(terms[1:], terms[0]) + d * (d - 1) / 4 * np.log(np.pi)


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """The logarithm of the sum of exponentials, each weighted by b if it is given, safe from overflow.

    Raises:
        UnsupportedError: `return_sign` with a tensor.

    Example:
        >>> logsumexp([1000.0, 1000.0]).round(6)
        np.float64(1000.693147)
    """
    if not with_tensors(a, b):
        return scipy.special.logsumexp(a, axis=axis, b=b, keepdims=keepdims, return_sign=return_sign)
    if return_sign:
        raise UnsupportedError(
            message("logsumexp", "return_sign=True with a Tensor", "return_sign=False", "keep the sum positive")
        )
    if b is None:
        return LOGSUMEXP(a, axis=axis, keepdims=keepdims)
    # The largest exponent that counts is taken out. It does not change the value, so nothing flows through it.
    exponents, weights = (np.asarray(getattr(x, "data", x)) for x in (a, b))
    top = np.max(np.where(weights == 0, -np.inf, exponents), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    y = np.log(np.sum(b * np.exp(a - top), axis=axis, keepdims=True)) + top
    return y if keepdims else np.squeeze(y, axis=axis)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of softmax, over all axes or over some.

    Example:
        >>> log_softmax([0.0, 0.0]).round(6)
        array([-0.693147, -0.693147])
    """
    return x - LOGSUMEXP(x, axis=axis, keepdims=True) if with_tensors(x) else scipy.special.log_softmax(x, axis=axis)


def softmax(x: Any, axis: Any = None) -> Any:
    """Exponentials divided by their sum, over all axes or over some.

    Example:
        >>> softmax([0.0, 0.0])
        array([0.5, 0.5])
    """
    return np.exp(log_softmax(x, axis)) if with_tensors(x) else scipy.special.softmax(x, axis=axis)


# SciPy's ufuncs answer to tensors themselves, now that their rows are in the table.
erf: Callable[..., Any] = scipy.special.erf
gammaln: Callable[..., Any] = scipy.special.gammaln
