"""Element-wise rows for the functions of analysis: exponentials, logarithms, roots, angles.

    explain("arctan")     prints   dL/dx = g / (1 + x * x)

Where a slope is infinite (sqrt, cbrt and log at 0, arcsin at 1) so is the gradient, as the formula says.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import multiply, subtract

from ..op import elementwise, sample

# Python floats, since NumPy's would make float64 of a float32 gradient.
_LN2, _LN10, _PI = math.log(2), math.log(10), math.pi
_POSITIVE = (0.5, 2.0)

EXP = elementwise("exp", np.exp, lambda g, y, x: g * y, why="The exponential is its own slope.")
EXP2 = elementwise(
    "exp2", np.exp2, lambda g, y, x: g * y * _LN2, why="The slope is the value itself, times ln 2 = 0.693147."
)
EXPM1 = elementwise(
    "expm1", np.expm1, lambda g, y, x: g * np.exp(x), why="Taking away 1 does not change the exponential's slope."
)
LOG = elementwise(
    "log",
    np.log,
    lambda g, y, x: g / x,
    domain=_POSITIVE,
    why="The smaller x is, the more a small change of it matters.",
)
LOG2 = elementwise(
    "log2",
    np.log2,
    lambda g, y, x: g / (x * _LN2),
    domain=_POSITIVE,
    why="The natural logarithm's slope, counted in units of ln 2 = 0.693147.",
)
LOG10 = elementwise(
    "log10",
    np.log10,
    lambda g, y, x: g / (x * _LN10),
    domain=_POSITIVE,
    why="The natural logarithm's slope, counted in units of ln 10 = 2.30259.",
)
LOG1P = elementwise(
    "log1p",
    np.log1p,
    lambda g, y, x: g / (1 + x),
    domain=(-0.5, 2.0),
    why="The logarithm's slope at 1 + x, without the digits that adding 1 to a small x would cost.",
)
SQRT = elementwise(
    "sqrt",
    np.sqrt,
    lambda g, y, x: g / (2 * y),
    domain=_POSITIVE,
    why="The slope of a root falls as the root grows; at 0 it is infinite.",
)
CBRT = elementwise(
    "cbrt",
    np.cbrt,
    lambda g, y, x: g / (3 * y * y),
    domain=_POSITIVE,
    why="The slope of a cube root falls with the root's square; at 0 it is infinite.",
)


def _gap(a: Any, b: Any, /) -> Any:
    with np.errstate(invalid="ignore"):
        gap = np.subtract(a, b)
    if np.isfinite(b).all():
        return gap
    return np.where(a == b, np.where(np.isneginf(a), a, 0), gap)  # else NaN, the difference of equal infinities


GAP = elementwise(
    "gap",
    _gap,
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g,
    why="A difference of logarithms: inf - inf is 0, and -inf - -inf is -inf, since nothing is no part of nothing.",
)
LOGADDEXP = elementwise(
    "logaddexp",
    np.logaddexp,
    lambda g, y, a, b: g * np.exp(GAP(a, y)),
    lambda g, y, a, b: g * np.exp(GAP(b, y)),
    why="A soft maximum of two: the gradient is shared out by how much each contributes to the sum of exponentials.",
)
LOGADDEXP2 = elementwise(
    "logaddexp2",
    np.logaddexp2,
    lambda g, y, a, b: g * np.exp2(GAP(a, y)),
    lambda g, y, a, b: g * np.exp2(GAP(b, y)),
    why="A soft maximum of two: the gradient is shared out by how much each contributes to the sum of powers of 2.",
)

# Circular functions and their inverses.

SIN = elementwise("sin", np.sin, lambda g, y, x: g * np.cos(x), why="The slope of a sine is the cosine.")
COS = elementwise("cos", np.cos, lambda g, y, x: -g * np.sin(x), why="The slope of a cosine is minus the sine.")
TAN = elementwise(
    "tan",
    np.tan,
    lambda g, y, x: g * (1 + y * y),
    domain=(-1.2, 1.2),
    why="The slope is 1 at 0 and grows with the square of the tangent.",
)
ARCSIN = elementwise(
    "arcsin",
    np.arcsin,
    lambda g, y, x: g / np.sqrt((1 - x) * (1 + x)),
    domain=(-0.9, 0.9),
    why="One over the cosine of the angle: flattest at 0, infinitely steep at -1 and 1.",
)
ARCCOS = elementwise(
    "arccos",
    np.arccos,
    lambda g, y, x: -g / np.sqrt((1 - x) * (1 + x)),
    domain=(-0.9, 0.9),
    why="What the arcsine gains the arccosine loses: the two add up to a right angle.",
)


def _arctan_rule(g: Any, y: Any, x: Any) -> Any:
    with np.errstate(over="ignore"):  # far out x * x is inf, and the slope 0, as it should be
        return g / (1 + x * x)


ARCTAN = elementwise(
    "arctan", np.arctan, _arctan_rule, why="The slope is 1 at 0 and dies with the square of x: the angle saturates."
)


def _over_square(h: Any, a: Any, b: Any) -> Any:
    """`h` over a * a + b * b, which is never computed: it could overflow, or be 0 at the origin where h is 0 too."""
    r = np.hypot(a, b)
    r = np.where(r == 0, 1, r)
    return h / r / r


HYPOT = elementwise(
    "hypot",
    np.hypot,
    lambda g, y, a, b: g * a / np.where(y == 0, 1, y),
    lambda g, y, a, b: g * b / np.where(y == 0, 1, y),
    why="Each side gets the gradient by the cosine of its angle to the diagonal; at the origin nothing flows.",
)
ARCTAN2 = elementwise(
    "arctan2",
    np.arctan2,
    lambda g, y, a, b: _over_square(g * b, a, b),
    lambda g, y, a, b: _over_square(-g * a, a, b),
    domain=_POSITIVE,
    why="The angle turns as a point moves across its radius, and the less the farther out the point is.",
)
DEG2RAD = elementwise(
    "deg2rad",
    np.deg2rad,
    lambda g, y, x: np.deg2rad(g),
    numpy=(np.deg2rad, np.radians),
    why="A change of unit: the gradient changes by the same factor.",
)
RAD2DEG = elementwise(
    "rad2deg",
    np.rad2deg,
    lambda g, y, x: np.rad2deg(g),
    numpy=(np.rad2deg, np.degrees),
    why="A change of unit: the gradient changes by the same factor.",
)


def _unwrap(x: Any, /, discont: Any = None, axis: int = -1, *, period: float = 2 * _PI) -> Any:
    return np.unwrap(x, discont, axis, period=period)


UNWRAP = elementwise(
    "unwrap",
    _unwrap,
    lambda g, y, x, **_: g,
    numpy=(np.unwrap,),
    samples=(sample(np.array([0.5, 3.0, -3.0, 9.0])), sample((2, 3), axis=0), sample((3,), period=1.5)),
    why="Whole turns are added, which do not move: the gradient passes as it is.",
)

# Hyperbolic functions and their inverses.

SINH = elementwise("sinh", np.sinh, lambda g, y, x: g * np.cosh(x), why="The slope of sinh is cosh, at least 1.")
COSH = elementwise("cosh", np.cosh, lambda g, y, x: g * np.sinh(x), why="The slope of cosh is sinh, 0 at the bottom.")


def _tanh_kernel(g: Any, y: Any, x: Any) -> Any:
    t = multiply(y, y)
    multiply(g, t, t)
    return subtract(g, t, t)  # g - g y y: no constant, which would cost as much as a product


TANH = elementwise(
    "tanh",
    np.tanh,
    lambda g, y, x: g * (1 - y * y),
    kernel=_tanh_kernel,
    why="The slope is 1 at 0 and dies where the output nears -1 or 1: a saturated unit passes nothing on.",
)
ARCSINH = elementwise(
    "arcsinh",
    np.arcsinh,
    lambda g, y, x: g / np.hypot(x, 1),
    why="The slope is 1 at 0 and falls as 1 / |x| far out, where arcsinh is a logarithm.",
)
ARCCOSH = elementwise(
    "arccosh",
    np.arccosh,
    lambda g, y, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1)),
    domain=(1.2, 3.0),
    why="Infinitely steep at 1, where cosh has its bottom; far out the slope falls as 1 / x.",
)
ARCTANH = elementwise(
    "arctanh",
    np.arctanh,
    lambda g, y, x: g / ((1 - x) * (1 + x)),
    domain=(-0.8, 0.8),
    why="The slope is 1 at 0 and grows without bound towards -1 and 1, where tanh is flat.",
)


def _sigmoid(x: Any, /) -> Any:
    e = np.exp(-np.abs(x))  # at most 1, so that neither end overflows
    above = np.greater_equal(x, 0).astype(e.dtype)
    return np.maximum(above, e) / (1.0 + e)  # 1 or e; np.where takes ten times as long on mixed signs


SIGMOID = elementwise(
    "sigmoid",
    _sigmoid,
    lambda g, y, x: g * y * (1 - y),
    symbol="σ",
    why="The slope is at most 1/4, and nearly 0 when the unit is sure of itself: deep stacks of sigmoids vanish.",
)

# Waves that die out, and a bell that grows.


def _sinc_rule(g: Any, y: Any, x: Any) -> Any:
    near = np.abs(x) < 0.1  # there the difference of cosine and sinc is lost in rounding, and five terms are exact
    t = _PI * np.where(near, x, 0)
    series: Any = 1
    for divisor in (88, 54, 28, 10):
        series = 1 - t * t / divisor * series
    return g * np.where(near, -_PI / 3 * t * series, (np.cos(_PI * x) - y) / np.where(near, 1, x))


SINC = elementwise(
    "sinc",
    lambda x, /: np.sinc(x),
    _sinc_rule,
    numpy=(np.sinc,),
    samples=(sample((2, 3)), sample(()), sample((0,)), sample(np.array([0.0, 0.004, -0.02, 1.0]))),
    why="By how much the cosine of pi x is above sin(pi x) / (pi x), over x; flat at 0, where the wave has its top.",
)


def _bessel(x: Any, /, order: int = 1) -> Any:
    nodes = 40 + int(5 * math.sqrt(np.abs(x).max(initial=0)))  # the error falls faster than any power of their number
    angles = _PI * (np.arange(nodes) + 0.5) / nodes
    waves = (np.sinh if order % 2 else np.cosh)(x[..., None] * np.cos(angles))
    return (waves @ np.cos(order * angles) / nodes).astype(x.dtype)


# Modified Bessel functions of whole order: the mean over half a turn of exp(x cos t) cos(order t), at midpoints.
BESSEL: Any = elementwise(
    "bessel_i",
    _bessel,
    lambda g, y, x, order=1: g * (BESSEL(x, order=abs(order - 1)) + BESSEL(x, order=order + 1)) / 2,
    samples=(sample((2, 3)), sample((), order=0), sample((0,), order=2)),
    why="The slope of each order is the mean of the orders on both sides of it.",
)
I0 = elementwise(
    "i0",
    lambda x, /: np.i0(x),
    lambda g, y, x: g * BESSEL(x, order=1),
    numpy=(np.i0,),
    why="Even, with its bottom at 0; its slope is the Bessel function of order one, which is odd.",
)
