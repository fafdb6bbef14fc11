"""How weights begin: each function fills a tensor in place and returns it.

    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.initialize_(net, "xavier_uniform", seed=0)      # every weight of a network, biases to 0

Numbers are drawn in float64 and then rounded, so a seed gives float32 and float64 networks the same weights.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from autograd import Tensor
from autograd.errors import message

from .defaults import default_generator
from .errors import ConfigError, ShapeError
from .module import Module

T = TypeVar("T", bound=Tensor)
M = TypeVar("M", bound=Module)

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


def uniform_(tensor: T, a: float = 0.0, b: float = 1.0, *, rng: np.random.Generator | None = None) -> T:
    """Fill with numbers drawn evenly from a to b."""
    return _write(tensor, _rng(rng).uniform(a, b, tensor.shape))


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
    return _write(tensor, _rng(rng).normal(mean, std, tensor.shape))


def constant_(tensor: T, val: float) -> T:
    """Fill with one number. A layer's units then stay copies of each other: fit for biases, not for weights."""
    return _write(tensor, np.full(tensor.shape, val, float))


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


SCHEMES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "xavier_uniform": xavier_uniform_,
        "xavier_normal": xavier_normal_,
        "kaiming_uniform": kaiming_uniform_,
        "kaiming_normal": kaiming_normal_,
        "normal": normal_,
        "uniform": uniform_,
        "constant": constant_,
        "zeros": zeros_,
        "ones": ones_,
    }
)


def initialize_(
    net: M, scheme: str, *, seed: int | None = None, rng: np.random.Generator | None = None, **options: Any
) -> M:
    """Fill every weight of `net` by one scheme, and its biases with 0; return `net`.

    Weights are the parameters of two dimensions or more, biases those whose name ends in "bias"; any other
    parameter stays. `scheme` is a key of `SCHEMES`, `options` go to its function: `std=0.01`, `nonlinearity="tanh"`.
    Without `seed` and `rng` the numbers come from nn's default generator.

    Raises ConfigError for an unknown scheme or option, or both `seed` and `rng`; then nothing has been filled.

    Example:
        >>> import nn
        >>> net = initialize_(nn.Linear(2, 2), "xavier_uniform", seed=0)
        >>> net.weight.data.round(3), net.bias.data
        (array([[ 0.335, -0.564],
               [-1.124, -1.184]], dtype=float32), array([0., 0.], dtype=float32))
    """
    fill = _scheme(scheme, options)
    if seed is not None and rng is not None:
        raise ConfigError(message("initialize_", "both seed and rng", "one of them", "leave one out"))
    if "rng" in inspect.signature(fill).parameters:
        options["rng"] = np.random.default_rng(seed) if seed is not None else _rng(rng)
    for name, param in net.named_parameters():
        if param.ndim >= 2:
            fill(param, **options)
        elif name.rpartition(".")[2].endswith("bias"):
            zeros_(param)
    return net


def _scheme(scheme: str, options: dict[str, Any]) -> Callable[..., Any]:
    fill = SCHEMES.get(scheme)
    if fill is None:
        from difflib import get_close_matches  # only for a message

        near = get_close_matches(str(scheme), SCHEMES, 1)
        do = f"did you mean {near[0]!r}" if near else "choose one of them"
        raise ConfigError(message("initialize_", f"the scheme {scheme!r}", f"one of {', '.join(SCHEMES)}", do))
    parameters = inspect.signature(fill).parameters
    known = [name for name in parameters if name not in ("tensor", "rng")]
    wrong = [name for name in options if name not in known]
    required = [name for name in known if parameters[name].default is inspect.Parameter.empty and name not in options]
    if required:
        do = f"pass {required[0]}=0.5"
        raise ConfigError(message(f"initialize_({scheme!r})", f"no {required[0]}", "a number for it", do))
    if wrong:
        expected = f"only {', '.join(known)}" if known else "no option"
        raise ConfigError(message(f"initialize_({scheme!r})", f"the option {wrong[0]!r}", expected, "leave it out"))
    return fill


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ConfigError(message("kaiming", f"mode={mode!r}", "'fan_in' or 'fan_out'", "choose one of them"))
    fan = calculate_fans(tensor.shape)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(1, fan))


def _rng(rng: np.random.Generator | None) -> np.random.Generator:
    return default_generator() if rng is None else rng


def _write(tensor: T, values: np.ndarray[Any, Any]) -> T:
    tensor.assign_(values.astype(tensor.dtype))
    return tensor
