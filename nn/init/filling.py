"""Initialisers that draw every number by itself: each fills a tensor in place and returns it.

Numbers are drawn in float64 and then rounded, so a seed gives float32 and float64 networks the same weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from autograd import Tensor
from autograd.errors import message

from ..defaults import default_generator
from ..errors import ConfigError
from .fans import calculate_fans, calculate_gain

T = TypeVar("T", bound=Tensor)

BLOCK = 1 << 15  # numbers drawn at a time


def uniform_(tensor: T, a: float = 0.0, b: float = 1.0, *, rng: np.random.Generator | None = None) -> T:
    """Fill with numbers drawn evenly from a to b."""
    rng = generator(rng)
    return _fill(tensor, lambda count: rng.uniform(a, b, count))


def normal_(tensor: T, mean: float = 0.0, std: float = 1.0, *, rng: np.random.Generator | None = None) -> T:
    """Fill with normal numbers of that mean and standard deviation.

    Example:
        >>> import nn
        >>> weight = normal_(nn.Parameter(np.zeros((2, 2))), std=0.01, rng=np.random.default_rng(0))
        >>> weight.data.round(4)
        array([[ 0.0013, -0.0013],
               [ 0.0064,  0.001 ]])
    """
    if not std >= 0:
        raise ConfigError(message("normal_", f"std={std!r}", "at least 0", "pass a standard deviation, such as 0.01"))
    rng = generator(rng)
    return _fill(tensor, lambda count: rng.normal(mean, std, count))


def trunc_normal_(
    tensor: T,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    *,
    rng: np.random.Generator | None = None,
) -> T:
    """Fill with normal numbers of that mean and deviation, of which those outside a to b are drawn again.

    `a` and `b` are numbers, not multiples of the deviation.

    Raises ConfigError unless `a` is below `b` and the deviation above 0.

    Example:
        >>> import nn
        >>> weight = trunc_normal_(nn.Parameter(np.zeros((300, 300))), std=2.0, rng=np.random.default_rng(0))
        >>> round(float(np.abs(weight.data).max()), 2), round(float(weight.data.std()), 2)
        (2.0, 1.08)
    """
    if not a < b:
        raise ConfigError(message("trunc_normal_", f"a={a!r} and b={b!r}", "a below b", "exchange them"))
    if not std > 0:
        raise ConfigError(
            message("trunc_normal_", f"std={std!r}", "above 0", "pass a standard deviation, such as 0.01")
        )
    values = _truncated(generator(rng), (a - mean) / std, (b - mean) / std, tensor.size)
    return write(tensor, np.clip(mean + std * values, a, b).reshape(tensor.shape))


def _truncated(rng: np.random.Generator, low: float, high: float, count: int) -> np.ndarray[Any, Any]:
    """Standard normal numbers between two bounds, by drawing until enough fall inside."""
    near = min(max(0.0, low), high)  # the likeliest place between the bounds
    inside = 0.5 * (math.erf(high / math.sqrt(2.0)) - math.erf(low / math.sqrt(2.0)))
    # eight deviations beyond the likeliest place there is nothing left to draw
    low, high = max(low, near - 8.0), min(high, near + 8.0)
    found = np.empty(0)
    while found.size < count:
        missing = count - found.size
        if inside > 0.25:  # a normal draw falls inside often enough
            drawn = rng.standard_normal(int(1.1 * missing / inside) + 16)
            drawn = drawn[(drawn >= low) & (drawn <= high)]
        else:  # an even draw between the bounds, kept with a chance that falls off like the density
            drawn = rng.uniform(low, high, 2 * missing + 16)
            drawn = drawn[rng.random(drawn.size) < np.exp(0.5 * (near * near - drawn * drawn))]
        found = np.concatenate([found, drawn])
    return found[:count]


def constant_(tensor: T, val: float) -> T:
    """Fill with one number. A layer's units then stay copies of each other: fit for biases, not for weights."""
    return write(tensor, np.full(tensor.shape, val, float))


def zeros_(tensor: T) -> T:
    """Fill with 0."""
    return constant_(tensor, 0.0)


def ones_(tensor: T) -> T:
    """Fill with 1."""
    return constant_(tensor, 1.0)


def xavier_uniform_(tensor: T, gain: float = 1.0, *, rng: np.random.Generator | None = None) -> T:
    """Fill evenly from -b to b, b = gain * sqrt(6 / (fan_in + fan_out)).

    Keeps the variance of signals and of gradients both near 1 through tanh layers
    (Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks").
    """
    fan_in, fan_out = calculate_fans(tensor.shape)
    bound = gain * math.sqrt(6.0 / max(1, fan_in + fan_out))
    return uniform_(tensor, -bound, bound, rng=rng)


def xavier_normal_(tensor: T, gain: float = 1.0, *, rng: np.random.Generator | None = None) -> T:
    """Fill with normal numbers of standard deviation gain * sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010)."""
    fan_in, fan_out = calculate_fans(tensor.shape)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / max(1, fan_in + fan_out)), rng=rng)


def kaiming_uniform_(
    tensor: T,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    rng: np.random.Generator | None = None,
) -> T:
    """Fill evenly from -b to b, b = gain * sqrt(3 / fan).

    `mode` "fan_in" keeps the variance of the signal, "fan_out" that of the gradient; `a` is the slope of leaky_relu
    (He et al. 2015, arXiv:1502.01852).
    """
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, rng=rng)


def kaiming_normal_(
    tensor: T,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    rng: np.random.Generator | None = None,
) -> T:
    """Fill with normal numbers of standard deviation gain / sqrt(fan); arguments as in `kaiming_uniform_`.

    Example:
        >>> import nn
        >>> weight = kaiming_normal_(nn.Parameter(np.zeros((500, 200))), rng=np.random.default_rng(0))
        >>> round(float(weight.data.std()), 4), (2 / 200) ** 0.5
        (0.1, 0.1)
    """
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), rng=rng)


def lecun_uniform_(tensor: T, *, rng: np.random.Generator | None = None) -> T:
    """Fill evenly from -b to b, b = sqrt(3 / fan_in): variance 1 / fan_in, which keeps a linear unit's size.

    Source: LeCun et al. 1998, "Efficient backprop".
    """
    bound = math.sqrt(3.0 / max(1, calculate_fans(tensor.shape)[0]))
    return uniform_(tensor, -bound, bound, rng=rng)


def lecun_normal_(tensor: T, *, rng: np.random.Generator | None = None) -> T:
    """Fill with normal numbers of variance 1 / fan_in (LeCun et al. 1998); SELU networks begin so.

    Example:
        >>> import nn
        >>> weight = lecun_normal_(nn.Parameter(np.zeros((500, 100))), rng=np.random.default_rng(0))
        >>> round(float(weight.data.std()), 3)
        0.1
    """
    return normal_(tensor, 0.0, 1.0 / math.sqrt(max(1, calculate_fans(tensor.shape)[0])), rng=rng)


def alexnet_(tensor: T, std: float = 0.01, *, rng: np.random.Generator | None = None) -> T:
    """Fill with normal numbers of deviation 0.01, whatever the widths (Krizhevsky et al. 2012, AlexNet).

    In deep networks signals then shrink from layer to layer: see `kaiming_normal_` for what cured it.
    """
    return normal_(tensor, 0.0, std, rng=rng)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ConfigError(message("kaiming", f"mode={mode!r}", "'fan_in' or 'fan_out'", "choose one of them"))
    fan = calculate_fans(tensor.shape)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(1, fan))


def generator(rng: np.random.Generator | None) -> np.random.Generator:
    """`rng`, or nn's own if there is none."""
    return default_generator() if rng is None else rng


def _fill(tensor: T, draw: Callable[[int], np.ndarray[Any, Any]]) -> T:
    """Put drawn numbers into a tensor, rounded to its dtype, a block at a time: all at once would take double."""
    values = np.empty(tensor.size, tensor.dtype)
    for first in range(0, len(values), BLOCK):
        block = values[first : first + BLOCK]
        block[...] = draw(len(block))
    tensor.assign_(values.reshape(tensor.shape))
    return tensor


def write(tensor: T, values: np.ndarray[Any, Any]) -> T:
    """Put values into a tensor, rounded to its dtype."""
    tensor.assign_(values.astype(tensor.dtype))
    return tensor
