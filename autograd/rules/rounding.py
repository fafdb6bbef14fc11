"""Rounding, and what rounding leaves over: floor and trunc, remainders, fraction and exponent.

What is rounded is flat between its jumps, so nothing flows back; what is left over moves as the number itself does.
"""

from __future__ import annotations

import numpy as np

from ..op import elementwise, flat, general, sample

SIGN = flat("sign", np.sign, why="Flat on both sides of 0, so nothing flows back.")
FLOOR = flat("floor", np.floor, why="Flat between whole numbers, so nothing flows back.")
CEIL = flat("ceil", np.ceil, why="Flat between whole numbers, so nothing flows back.")
TRUNC = flat("trunc", np.trunc, numpy=(np.trunc, np.fix), why="Flat between whole numbers, so nothing flows back.")
RINT = flat("rint", np.rint, why="Flat between the halves, so nothing flows back.")
ROUND = elementwise(
    "round",
    lambda x, /, decimals=0: x.round(decimals),
    lambda g, y, x, decimals=0: np.zeros(x.shape, x.dtype),
    zero=True,
    numpy=(np.round, np.around),
    samples=(sample((2, 3)), sample((2, 3), decimals=1), sample(()), sample((0,))),
    why="Flat between its jumps, so nothing flows back.",
)
SPACING = flat(
    "spacing",
    np.spacing,
    domain=(1.1, 1.9),
    why="How far the next number is: the same for all numbers up to the next power of 2, so nothing flows back.",
)
HEAVISIDE = elementwise(
    "heaviside",
    np.heaviside,
    lambda g, y, a, b: np.zeros(a.shape, a.dtype),
    lambda g, y, a, b: np.where(a == 0, g, 0),
    why="A step: flat on both sides of 0; the value at 0 is the second operand, which moves the result only there.",
)
FLOOR_DIVIDE = elementwise(
    "floor_divide",
    np.floor_divide,
    lambda g, y, a, b: np.zeros(a.shape, a.dtype),
    lambda g, y, a, b: np.zeros(b.shape, b.dtype),
    symbol="//",
    zero=True,
    domain=(0.5, 2.0),
    why="How often b goes into a is a whole number, flat between its jumps, so nothing flows back.",
)
REMAINDER = elementwise(
    "remainder",
    np.remainder,
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g * (a // b),
    symbol="%",
    domain=(0.5, 2.0),
    why="What is left of a moves as a does; a larger b takes away as much more as it fits into a.",
)
FMOD = elementwise(
    "fmod",
    np.fmod,
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g * np.rint((a - y) / b),  # trunc(a / b) can be one off, as for 1 and 0.1
    domain=(0.5, 2.0),
    why="As the remainder, with the sign of a: the gradient of b is minus how often it was taken away.",
)
DIVMOD = general(
    "divmod",
    lambda a, b, /: np.divmod(a, b),
    lambda g, y, a, b: g[1],
    lambda g, y, a, b: -g[1] * y[0],
    jvps=(
        lambda t, y, a, b: (np.zeros_like(y[0]), np.broadcast_to(t, y[1].shape)),
        lambda t, y, a, b: (np.zeros_like(y[0]), -t * y[0]),
    ),
    multiple=True,
    broadcasts=True,
    numpy=(np.divmod,),
    domain=(0.5, 2.0),
    samples=(sample((2, 3), (2, 3)), sample((2, 1), (3,)), sample((), (2,)), sample((0, 2), (2,))),
    why="The quotient is flat; the remainder moves with a, and against b as often as b was taken away.",
)
MODF = general(
    "modf",
    lambda x, /: np.modf(x),
    lambda g, y, x: g[0],
    jvps=(lambda t, y, x: (t, np.zeros_like(t)),),
    multiple=True,
    numpy=(np.modf,),
    samples=(sample((2, 3)), sample(()), sample((0,))),
    why="The part behind the point moves as x does; the whole part is flat.",
)
FREXP = general(
    "frexp",
    lambda x, /: np.frexp(x),
    lambda g, y, x: np.ldexp(g[0], -y[1]),
    jvps=(lambda t, y, x: (np.ldexp(t, -y[1]), np.zeros_like(t)),),
    multiple=True,
    numpy=(np.frexp,),
    samples=(sample((2, 3)), sample(()), sample((0,))),
    why="The mantissa moves as x does, scaled as it was; the exponent is flat.",
)
LDEXP = general(
    "ldexp",
    lambda a, b, /: np.ldexp(a, b),
    lambda g, y, a, b: np.ldexp(g, b),
    None,
    jvps=(lambda t, y, a, b: np.ldexp(t, b), None),
    broadcasts=True,
    numpy=(np.ldexp,),
    samples=(sample((2, 3), np.array([1, 0, -2])), sample((3,), np.array([[4], [1]])), sample((), np.array(3))),
    why="A scaling by a power of 2, and the gradient is scaled by the same; exponents are whole and do not move.",
)
