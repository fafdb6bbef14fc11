"""Element-wise arithmetic: each output element depends on the elements at its own place.

`g` is the cotangent of the output `y`. A rule may give a cotangent of the output's shape: the engine sums it back
over the axes along which NumPy stretched that operand.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import Recorder, derived, elementwise, flat, general, sample
from .choosing import only
from .index import kept

ADD = elementwise(
    "add",
    np.add,
    lambda g, y, a, b: g,
    lambda g, y, a, b: g,
    symbol="+",
    why="A sum hands its gradient to both terms unchanged.",
)
SUBTRACT = elementwise(
    "subtract",
    np.subtract,
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g,
    symbol="-",
    why="A difference hands its gradient to the first term unchanged and to the second with its sign turned.",
)
MULTIPLY = elementwise(
    "multiply",
    np.multiply,
    lambda g, y, a, b: g * b,
    lambda g, y, a, b: g * a,
    symbol="*",
    why="Each factor gets the gradient scaled by the other factor.",
)
DIVIDE = elementwise(
    "divide",
    np.divide,
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,
    symbol="/",
    domain=(0.5, 2.0),
    why="The numerator's gradient shrinks by the denominator; the denominator pulls the other way, by the quotient.",
)
POSITIVE = elementwise(
    "positive", np.positive, lambda g, y, x: g, symbol="+", why="A copy: the gradient passes as it is."
)
NEGATIVE = elementwise("negative", np.negative, lambda g, y, x: -g, symbol="-", why="A sign turns the gradient's sign.")


def _power_base(g: Any, y: Any, a: Any, b: Any) -> Any:
    if isinstance(b, (int, float)):  # a plain number keeps the dtype, and needs no mask
        return g * b * a ** (b - 1) if b else g * 0
    zero = b == 0  # x**0 is constant, at x = 0 too, where x**(0 - 1) would be infinite
    return g * b * a ** np.where(zero, 1, b - 1)


def _power_exponent(g: Any, y: Any, a: Any, b: Any) -> Any:
    return g * y * np.log(np.where(a > 0, a, 1))  # 0**b stays 0 as b moves


POWER = elementwise(
    "power",
    np.power,
    _power_base,
    _power_exponent,
    symbol="**",
    domain=(0.5, 2.0),
    why="The base gets the exponent times the next lower power; the exponent gets the value times the base's log.",
)
FLOAT_POWER = elementwise(
    "float_power",
    np.float_power,
    lambda g, y, a, b: _power_base(g, y, a, b).astype(a.dtype),
    lambda g, y, a, b: _power_exponent(g, y, a, b).astype(b.dtype),
    domain=(0.5, 2.0),
    why="The power in double precision, whatever the operands are; the gradients come back at theirs.",
)
ABS = elementwise(
    "abs",
    np.absolute,
    lambda g, y, x: g * np.sign(x),
    symbol="|.|",
    numpy=(np.absolute, np.fabs),
    why="The gradient keeps its sign where x is positive and turns it where x is negative; at 0 it is 0.",
)
SQUARE = elementwise(
    "square", np.square, lambda g, y, x: 2 * g * x, why="Twice x: the two factors of x * x each give x."
)
RECIPROCAL = elementwise(
    "reciprocal",
    np.reciprocal,
    lambda g, y, x: -g * y * y,
    domain=(0.5, 2.0),
    why="As x grows its reciprocal falls, by the reciprocal's square.",
)
COPYSIGN = elementwise(
    "copysign",
    np.copysign,
    lambda g, y, a, b: g * np.sign(a) * np.sign(y),
    lambda g, y, a, b: np.zeros(b.shape, b.dtype),
    why="The size of the first passes, turned if its sign was; the sign that was given jumps, so nothing flows to it.",
)
NEXTAFTER = elementwise(
    "nextafter",
    np.nextafter,
    lambda g, y, a, b: g,
    lambda g, y, a, b: np.zeros(b.shape, b.dtype),
    why="A neighbour of the first operand, which moves with it; of the second only the side counts.",
)
MAXIMUM = elementwise(
    "maximum",
    np.maximum,
    lambda g, y, a, b: only(a > b, g) + only(a == b, g / 2),
    lambda g, y, a, b: only(b > a, g) + only(a == b, g / 2),
    symbol="max",
    why="Only the larger operand gets the gradient; at a tie each gets half.",
)
MINIMUM = elementwise(
    "minimum",
    np.minimum,
    lambda g, y, a, b: only(a < b, g) + only(a == b, g / 2),
    lambda g, y, a, b: only(b < a, g) + only(a == b, g / 2),
    symbol="min",
    why="Only the smaller operand gets the gradient; at a tie each gets half.",
)
FMAX = elementwise(
    "fmax",
    np.fmax,
    lambda g, y, a, b: only((a == y) & (a != b), g) + only(a == b, g / 2),
    lambda g, y, a, b: only((b == y) & (a != b), g) + only(a == b, g / 2),
    why="As maximum, but a NaN never wins: the other operand is then the result and gets the gradient.",
)
FMIN = elementwise(
    "fmin",
    np.fmin,
    lambda g, y, a, b: only((a == y) & (a != b), g) + only(a == b, g / 2),
    lambda g, y, a, b: only((b == y) & (a != b), g) + only(a == b, g / 2),
    why="As minimum, but a NaN never wins: the other operand is then the result and gets the gradient.",
)
WHERE = elementwise(
    "where",
    lambda mask, a, b, /: np.where(mask, a, b),
    None,
    lambda g, y, mask, a, b: only(mask, g),
    lambda g, y, mask, a, b: only(np.logical_not(mask), g),
    numpy=(np.where,),
    samples=(
        sample(np.array([[True, False, True]]), (2, 3), (3,)),
        sample(np.array([[True], [False]]), (2, 1), (3,)),
        sample(np.array(True), (), (2,)),
    ),
    why="Each element's gradient goes to the operand that it was taken from.",
)


def _clip(x: Any, /, a_min: Any = None, a_max: Any = None) -> Any:
    return np.clip(x, a_min, a_max)


def _inside(x: Any, low: Any, high: Any) -> Any:
    """Where clipping changes nothing."""
    return (x >= (-np.inf if low is None else low)) & (x <= (np.inf if high is None else high))


CLIP = general(
    "clip",
    _clip,
    lambda g, y, x, a_min=None, a_max=None: only(_inside(x, a_min, a_max), g),
    jvps=(lambda t, y, x, a_min=None, a_max=None: only(_inside(x, a_min, a_max), t),),
    samples=(
        sample((2, 3), a_min=-1.0, a_max=1.0),
        sample((4,), a_min=0.1, a_max=None),
        sample((), a_min=None, a_max=0.3),
        sample((2, 3), a_min=np.array([-1.0, 0.0, 0.5]), a_max=1),
    ),
    why="Inside the bounds the gradient passes; outside the output does not move, so nothing does.",
)


@derived(
    np.clip,
    sample((2, 3), a_min=-1.0, a_max=1.0),
    sample((2, 3), (3,), (2, 1)),
    sample((), a_min=None, a_max=0.3),
    domain=(-1.0, 1.0),
)
def clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Each element held between two bounds, which may be tensors too: what was held gives its gradient to its bound."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if not isinstance(low, Recorder) and not isinstance(high, Recorder):
        return CLIP(a, a_min=kept(low), a_max=kept(high))
    a = a if low is None else np.maximum(a, low)
    return a if high is None else np.minimum(a, high)


def _nan_to_num(x: Any, /, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


NAN_TO_NUM = elementwise(
    "nan_to_num",
    _nan_to_num,
    lambda g, y, x, **_: only(np.isfinite(x), g),
    numpy=(np.nan_to_num,),
    samples=(sample((2, 3)), sample((), nan=1.0), sample((3,), posinf=9.0, neginf=-9.0)),
    why="Finite elements pass their gradient; what was replaced by a fixed number gets none.",
)
REAL = elementwise(
    "real",
    lambda x, /: x.real,
    lambda g, y, x: g,
    numpy=(np.real, np.real_if_close),
    why="The real part of a real number is the number.",
)
CONJUGATE = elementwise(
    "conjugate", np.conjugate, lambda g, y, x: g, why="A real number is its own conjugate: the gradient passes."
)
IMAG = flat(
    "imag", lambda x, /: x.imag, numpy=(np.imag,), why="The imaginary part of a real number is 0, however it moves."
)
ANGLE = elementwise(
    "angle",
    lambda x, /, deg=False: np.angle(x, deg),
    lambda g, y, x, deg=False: np.zeros(x.shape, x.dtype),
    zero=True,
    numpy=(np.angle,),
    samples=(sample((2, 3)), sample((), deg=True), sample((0,))),
    why="A real number points right or left: flat on both sides of 0, so nothing flows back.",
)
