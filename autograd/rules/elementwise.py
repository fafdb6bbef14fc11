"""Element-wise rows: each output element depends on the elements at its own place.

`g` is the cotangent of the output `y`. A rule may give a cotangent of the output's shape: the engine sums it back
over the axes along which NumPy stretched that operand.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import elementwise, flat, sample

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
ABS = elementwise(
    "abs",
    np.absolute,
    lambda g, y, x: g * np.sign(x),
    symbol="|.|",
    numpy=(np.absolute, np.fabs),
    why="The gradient keeps its sign where x is positive and turns it where x is negative; at 0 it is 0.",
)
SIGN = flat("sign", np.sign, why="Flat on both sides of 0, so nothing flows back.")
EXP = elementwise("exp", np.exp, lambda g, y, x: g * y, why="The exponential is its own slope.")
LOG = elementwise(
    "log",
    np.log,
    lambda g, y, x: g / x,
    domain=(0.5, 2.0),
    why="The smaller x is, the more a small change of it matters.",
)
SQRT = elementwise(
    "sqrt",
    np.sqrt,
    lambda g, y, x: g / (2 * y),
    domain=(0.5, 2.0),
    why="The slope of a root falls as the root grows; at 0 it is infinite.",
)
TANH = elementwise(
    "tanh",
    np.tanh,
    lambda g, y, x: g * (1 - y * y),
    why="The slope is 1 at 0 and dies where the output nears -1 or 1: a saturated unit passes nothing on.",
)


def _sigmoid(x: Any, /) -> Any:
    e = np.exp(-np.abs(x))  # at most 1, so that neither end overflows
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


SIGMOID = elementwise(
    "sigmoid",
    _sigmoid,
    lambda g, y, x: g * y * (1 - y),
    symbol="σ",
    why="The slope is at most 1/4, and nearly 0 when the unit is sure of itself: deep stacks of sigmoids vanish.",
)
MAXIMUM = elementwise(
    "maximum",
    np.maximum,
    lambda g, y, a, b: np.where(a == b, g / 2, np.where(a > b, g, 0)),
    lambda g, y, a, b: np.where(a == b, g / 2, np.where(b > a, g, 0)),
    symbol="max",
    why="Only the larger operand gets the gradient; at a tie each gets half.",
)
MINIMUM = elementwise(
    "minimum",
    np.minimum,
    lambda g, y, a, b: np.where(a == b, g / 2, np.where(a < b, g, 0)),
    lambda g, y, a, b: np.where(a == b, g / 2, np.where(b < a, g, 0)),
    symbol="min",
    why="Only the smaller operand gets the gradient; at a tie each gets half.",
)
WHERE = elementwise(
    "where",
    lambda mask, a, b, /: np.where(mask, a, b),
    None,
    lambda g, y, mask, a, b: np.where(mask, g, 0),
    lambda g, y, mask, a, b: np.where(mask, 0, g),
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
    return (x >= (-np.inf if low is None else low)) & (x <= (np.inf if high is None else high))


CLIP = elementwise(
    "clip",
    _clip,
    lambda g, y, x, a_min=None, a_max=None: g * _inside(x, a_min, a_max),
    numpy=(np.clip,),
    samples=(
        sample((2, 3), a_min=-1.0, a_max=1.0),
        sample((4,), a_min=0.1, a_max=None),
        sample((), a_min=None, a_max=0.3),
    ),
    why="Inside the bounds the gradient passes; outside the output does not move, so nothing does.",
)
