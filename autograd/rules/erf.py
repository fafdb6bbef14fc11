"""The error function, which NumPy does not have: the row, and its value by rational approximations.

erf(x) = 2/sqrt(pi) * (the integral of exp(-t*t) from 0 to x). The normal distribution is 0.5 * (1 + erf(x / sqrt(2))).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..op import elementwise

# W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969):
# erf near 0, erfc from 0.46875 to 4, erfc beyond; highest power first, relative error below 1e-16.
_NEAR = (
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
     8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
_FAR = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242, 1.87295284992346047, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
)  # fmt: skip
_SPLITS = (0.46875, 4.0)
# For float32 one formula does, odd and within four units in the last place: erf(x) = x * p(x*x) / q(x*x) up to 4.
_SINGLE = (
    (-2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05, -7.34990630326855e-04,
     -2.95459980854025e-03, -1.60960333262415e-02),
    (-1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03, -7.37332916720468e-03,
     -1.42647390514189e-02),
)  # fmt: skip
_BLOCK = 1 << 14  # elements that stay in the cache through all the steps of a polynomial


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], z: Any) -> Any:
    """A polynomial in z over another."""
    above, below = (_polynomial(powers, z) for powers in coefficients)
    above /= below
    return above


def _polynomial(coefficients: tuple[float, ...], z: Any) -> Any:
    """By Horner's scheme, in one array."""
    y = np.full_like(z, coefficients[0])
    for c in coefficients[1:]:
        y *= z
        y += c
    return y


def _erf_of_positive(z: Any) -> Any:
    y = np.empty_like(z)
    near, far = z <= _SPLITS[0], z > _SPLITS[1]
    x = z[near]
    y[near] = x * _ratio(_NEAR, x * x)
    middle = ~(near | far)
    x = z[middle]
    y[middle] = 1.0 - np.exp(-x * x) * _ratio(_MIDDLE, x)
    x = z[far]
    inverse = 1.0 / (x * x)
    y[far] = 1.0 - np.exp(-x * x) / x * (1.0 / math.sqrt(math.pi) - inverse * _ratio(_FAR, inverse))
    return y


def _erf(x: Any, /) -> Any:
    single = x.dtype.itemsize < 8
    # erfc(6) is 2e-17, and erfc(4) 2e-8: from there on erf is 1
    flat = np.minimum(np.abs(x), 4.0 if single else 6.0).reshape(-1).astype(np.float32 if single else np.float64)
    y = np.empty_like(flat)
    with np.errstate(under="ignore", invalid="ignore"):  # NaN goes in and comes out
        for start in range(0, flat.size, _BLOCK):
            z = flat[start : start + _BLOCK]
            y[start : start + _BLOCK] = z * _ratio(_SINGLE, z * z) if single else _erf_of_positive(z)
    return np.copysign(y.reshape(np.shape(x)), x).astype(x.dtype, copy=False)


ERF = elementwise(
    "erf",
    _erf,
    lambda g, y, x: g * (2.0 / math.sqrt(math.pi)) * np.exp(-x * x),
    why="The slope is the bell curve: largest at 0, and gone a few units out.",
)
