"""How much a non-linearity takes from a signal, and how many numbers meet in a unit."""

from __future__ import annotations

import math

from autograd.errors import message

from ..errors import ConfigError, ShapeError

_GAINS = {
    **dict.fromkeys(["linear", "conv1d", "conv2d", "conv3d"], 1.0),
    **dict.fromkeys(["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"], 1.0),
    "sigmoid": 1.0,
    "tanh": 5.0 / 3.0,
    "relu": math.sqrt(2.0),
    "selu": 0.75,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that makes up for what a non-linearity takes from the size of a signal.

    `param` is the negative slope of leaky_relu, 0.01 if not given. The values are PyTorch's.

    Raises ConfigError for a name that is not known.

    Example:
        >>> round(calculate_gain("relu"), 4), round(calculate_gain("leaky_relu", 0.2), 4)
        (1.4142, 1.3868)
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ConfigError(message("calculate_gain", f"param={param!r}", "a number", "pass the negative slope"))
        return math.sqrt(2.0 / (1.0 + slope**2))
    if nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ConfigError(
            message("calculate_gain", repr(nonlinearity), f"one of {known}", "choose the nearest of them")
        )
    return _GAINS[nonlinearity]


def calculate_fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs one output sees, and how many outputs one input reaches: (fan_in, fan_out).

    `shape` is (out, in) or, for a convolution, (out, in, *kernel).

    Raises ShapeError for fewer than 2 dimensions.

    Example:
        >>> calculate_fans((16, 8, 3, 3))
        (72, 144)
    """
    if len(shape) < 2:
        raise ShapeError(
            message("init", f"a tensor of shape {shape}", "two dimensions or more", "use normal_ or zeros_ for vectors")
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field
