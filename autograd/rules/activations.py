"""Rows of the activation functions, one node each; `nn` has them as functions and as modules.

Where a function has a kink, the slope there is PyTorch's, and the rule says it: `x > 0` or `x >= 0`.
A choice between two branches is written as a product with a mask, or by `only`: `np.where` takes ten times as long on
mixed signs.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..op import composite, elementwise, general, sample
from .choosing import only
from .erf import ERF
from .transcendental import SIGMOID, TANH

_UNARY = (sample((2, 3)), sample(()), sample((0,)))

PRELU = elementwise(
    "prelu",
    lambda x, slope, /: np.maximum(x, 0) + slope * np.minimum(x, 0),
    lambda g, y, x, slope: g * (x > 0) + slope * g * (x <= 0),
    lambda g, y, x, slope: g * np.minimum(x, 0),
    why="Above 0 the gradient passes whole, below it is scaled by a slope that learns from how far below x is.",
)
LEAKY_RELU = elementwise(
    "leaky_relu",
    lambda x, /, slope=0.01: np.maximum(x, 0) + slope * np.minimum(x, 0),
    lambda g, y, x, slope=0.01: g * (x > 0) + slope * g * (x <= 0),
    samples=(*_UNARY, sample((2, 3), slope=0.2), sample((4,), slope=1.5)),
    why="Above 0 the gradient passes whole, below it leaks through: the unit cannot die.",
)


def _exponential_unit(name: str, why: str, alpha: float = 1.0, scale: float = 1.0, **fields: Any) -> Any:
    """A row scale * (x above 0, alpha * (exp(rate * x) - 1) below), with the alpha and the rate of a call."""

    def forward(x: Any, /, alpha: float = alpha, rate: float = 1.0) -> Any:
        y = np.maximum(x, 0) + alpha * np.expm1(rate * np.minimum(x, 0))
        return y if scale == 1.0 else scale * y

    def rule(g: Any, y: Any, x: Any, alpha: float = alpha, rate: float = 1.0) -> Any:
        above = g if scale == 1.0 else scale * g
        below = g if rate == 1.0 else rate * g
        return above * (x > 0) + below * (y + scale * alpha) * (x <= 0)  # below 0 the slope follows from y

    return elementwise(name, forward, rule, why=why, **fields)


ELU = _exponential_unit(
    "elu",
    "Above 0 the gradient passes whole; below, it fades as the output nears -alpha, without a jump at 0.",
    samples=(*_UNARY, sample((2, 3), alpha=0.5)),
)
CELU = _exponential_unit(
    "celu",
    "ELU with its exponent stretched by alpha, so that the slope at 0 is 1 for any alpha.",
    samples=(*_UNARY, sample((2, 3), alpha=0.5, rate=2.0)),
)
SELU = _exponential_unit(
    "selu",
    "ELU with an alpha and a scale that keep mean 0 and variance 1 from layer to layer.",
    alpha=1.6732632423543772,
    scale=1.0507009873554805,
)


class Normal(NamedTuple):
    """Of the standard normal distribution at x: the chance `phi` of less, and the density."""

    phi: Any
    density: Any


def _gelu(x: Any, /) -> Any:
    phi = 0.5 * (1.0 + ERF.forward(x * math.sqrt(0.5)))
    near = np.clip(x, -40.0, 40.0)  # beyond, the density is 0 and squares may overflow
    return x * phi, Normal(phi, np.exp(-0.5 * near * near) * (1.0 / math.sqrt(2.0 * math.pi)))


GELU = composite(
    "gelu",
    _gelu,
    lambda g, y, x, normal: g * (normal.phi + x * normal.density),
    saves="normal",
    definition=lambda x: x * 0.5 * (1.0 + ERF(x * math.sqrt(0.5))),
    samples=_UNARY,
    why="x times the chance that a standard normal number is below it: the gradient is that chance, plus x's density.",
)
_SLOPE, _CUBE = math.sqrt(2.0 / math.pi), 0.044715


class Bend(NamedTuple):
    """The tanh inside GELU_TANH, and how fast it rises with x."""

    t: Any
    rise: Any


def _gelu_tanh(x: Any, /) -> Any:
    near = np.clip(x, -40.0, 40.0)  # beyond, tanh is flat and cubes may overflow
    square = near * near
    t = np.tanh(_SLOPE * near * (1.0 + _CUBE * square))
    return 0.5 * x * (1.0 + t), Bend(t, (1.0 - t * t) * (_SLOPE * (1.0 + 3.0 * _CUBE * square)))


GELU_TANH = composite(
    "gelu_tanh",
    _gelu_tanh,
    lambda g, y, x, bend: g * 0.5 * (1.0 + bend.t + x * bend.rise),
    saves="bend",
    definition=lambda x: 0.5 * x * (1.0 + np.tanh(_SLOPE * (x + _CUBE * x * x * x))),
    samples=_UNARY,
    why="GELU with a tanh in place of the normal distribution: cheaper, and never more than 0.0005 off.",
)


def _silu(x: Any, /) -> Any:
    s = SIGMOID.forward(x)
    return x * s, s


SILU = composite(
    "silu",
    _silu,
    lambda g, y, x, s: g * (s + y * (1 - s)),
    saves="s",
    definition=lambda x: x * SIGMOID(x),
    samples=_UNARY,
    why="x gated by its own sigmoid s: the gradient passes as far as the gate is open, and moves the gate.",
)


def _softplus(x: Any, /, beta: float = 1.0, threshold: float = 20.0) -> Any:
    scaled = x if beta == 1.0 else beta * x
    y = np.maximum(scaled, 0) + np.log1p(np.exp(-np.abs(scaled)))  # log(1 + exp(x)) that does not overflow
    y = y if beta == 1.0 else y / beta
    return np.where(scaled > threshold, x, y) if threshold < 36.0 else y  # beyond 36 the two are the same number


SOFTPLUS = elementwise(
    "softplus",
    _softplus,
    lambda g, y, x, beta=1.0, threshold=20.0: g * np.where(beta * x > threshold, 1.0, SIGMOID(beta * x)),
    samples=(*_UNARY, sample((2, 3), beta=3.0, threshold=2.0), sample((4,), beta=0.5)),
    why="A ReLU with its corner rounded: its slope is the sigmoid.",
)
LOG_SIGMOID = elementwise(
    "log_sigmoid",
    lambda x, /: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))),
    lambda g, y, x: g * SIGMOID(-x),
    why="The gradient is how far the sigmoid is from 1: it does not vanish where the unit is wrong.",
)


def _mish(x: Any, /) -> Any:
    t = np.tanh(SOFTPLUS.forward(x, threshold=np.inf))
    return x * t, t


MISH = composite(
    "mish",
    _mish,
    lambda g, y, x, t: g * (t + x * (1 - t * t) * SIGMOID(x)),
    saves="t",
    definition=lambda x: x * TANH(SOFTPLUS(x, threshold=np.inf)),
    samples=_UNARY,
    why="x gated by the tanh of its softplus: like SiLU, the gate opens and the gradient with it.",
)
SOFTSIGN = elementwise(
    "softsign",
    lambda x, /: x / (1 + np.abs(x)),
    lambda g, y, x: g / (1 + np.abs(x)) / (1 + np.abs(x)),
    why="Like tanh between -1 and 1, but it saturates so slowly that the gradient fades as 1/x² and not as exp(-2x).",
)
HARDTANH = elementwise(
    "hardtanh",
    lambda x, /, low=-1.0, high=1.0: np.clip(x, low, high),
    lambda g, y, x, low=-1.0, high=1.0: only((x > low) & (x < high), g),
    samples=(*_UNARY, sample((2, 3), low=0.0, high=1.5)),
    why="Between the bounds the gradient passes; at a bound and beyond, nothing does.",
)
HARDSIGMOID = elementwise(
    "hardsigmoid",
    lambda x, /: np.clip(x + 3, 0, 6) / 6,
    lambda g, y, x: only((x > -3) & (x < 3), g / 6),
    domain=(-5.0, 5.0),
    why="A straight line for a sigmoid: slope 1/6 between -3 and 3, and none beyond.",
)
HARDSWISH = elementwise(
    "hardswish",
    lambda x, /: x * np.clip(x + 3, 0, 6) / 6,
    lambda g, y, x: g * (x >= 3) + g * (x / 3 + 0.5) * ((x > -3) & (x < 3)),
    domain=(-5.0, 5.0),
    why="SiLU made of straight pieces: above 3 the gradient passes whole, below -3 nothing does.",
)
HARDSHRINK = elementwise(
    "hardshrink",
    lambda x, /, lambd=0.5: x * (np.abs(x) > lambd),
    lambda g, y, x, lambd=0.5: only(np.abs(x) > lambd, g),
    samples=(*_UNARY, sample((2, 3), lambd=1.0)),
    why="Small inputs are cut to 0 and get nothing back; the others pass as they are.",
)
SOFTSHRINK = elementwise(
    "softshrink",
    lambda x, /, lambd=0.5: x - np.clip(x, -lambd, lambd),
    lambda g, y, x, lambd=0.5: only(np.abs(x) > lambd, g),
    samples=(*_UNARY, sample((2, 3), lambd=1.0)),
    why="Everything is pulled towards 0 by lambd: small inputs arrive there and get nothing back.",
)
TANHSHRINK = elementwise(
    "tanhshrink",
    lambda x, /: x - np.tanh(x),
    lambda g, y, x: g * np.tanh(x) ** 2,
    why="What tanh takes away: flat at 0, slope 1 far out.",
)
THRESHOLD = elementwise(
    "threshold",
    lambda x, /, threshold, value: np.where(x > threshold, x, x.dtype.type(value)),
    lambda g, y, x, threshold, value: only(x > threshold, g),
    samples=(sample((2, 3), threshold=0.1, value=20.0), sample((), threshold=-1.0, value=0.0)),
    why="Above the threshold the gradient passes; below, the output is one number and nothing does.",
)


def _softmax(x: Any, /, axis: int = -1) -> Any:
    if x.shape[axis] == 0:
        return x.copy()
    e = np.exp(x - x.max(axis=axis, keepdims=True))  # the largest becomes exp(0), so nothing overflows
    e /= e.sum(axis=axis, keepdims=True)
    return e


SOFTMAX = general(
    "softmax",
    _softmax,
    lambda g, y, x, axis=-1: y * (g - (g * y).sum(axis=axis, keepdims=True)),
    jvps=(lambda t, y, x, axis=-1: y * (t - (t * y).sum(axis=axis, keepdims=True)),),
    samples=(sample((2, 3)), sample((2, 3), axis=0), sample((4,)), sample((2, 0)), sample((2, 3, 2), axis=1)),
    why="The shares sum to one, so each gets its gradient less the average gradient, weighted by its share.",
)
