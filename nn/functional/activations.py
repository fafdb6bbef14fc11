"""Activations as functions: each takes an array or a Tensor of any shape, and gives one of that shape.

`inplace`, which some take for PyTorch's sake, changes nothing: the result is a new array either way.
At a kink the slope is PyTorch's: 0 for relu at 0, for hardtanh at its bounds, and so on; `autograd.explain` says each.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import ops
from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import array, check_axis, check_range

# Looked up once: the table answers by name, which takes as long as a small op.
_relu, _tanh, _sigmoid, _silu, _mish = ops.relu, ops.tanh, ops.sigmoid, ops.silu, ops.mish
_leaky_relu, _prelu, _elu, _selu, _celu = ops.leaky_relu, ops.prelu, ops.elu, ops.selu, ops.celu
_gelu, _gelu_tanh, _softplus, _softsign = ops.gelu, ops.gelu_tanh, ops.softplus, ops.softsign
_hardtanh, _hardswish, _hardsigmoid = ops.hardtanh, ops.hardswish, ops.hardsigmoid
_hardshrink, _softshrink, _tanhshrink = ops.hardshrink, ops.softshrink, ops.tanhshrink
_log_sigmoid, _threshold = ops.log_sigmoid, ops.threshold
_softmax, _log_softmax, _logsumexp = ops.softmax, ops.log_softmax, ops.logsumexp


def relu(input: Any, inplace: bool = False) -> Any:
    """max(input, 0), element by element.

    Example:
        >>> relu(np.array([-1.0, 2.0]))
        array([0., 2.])
    """
    return _relu(array(input))


def tanh(input: Any) -> Any:
    """The hyperbolic tangent, element by element.

    Example:
        >>> tanh(np.array([0.0, 1.0])).round(4)
        array([0.    , 0.7616])
    """
    return _tanh(array(input))


def sigmoid(input: Any) -> Any:
    """1 / (1 + exp(-input)), element by element; it does not overflow.

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0])).round(4)
        array([0. , 0.5])
    """
    return _sigmoid(array(input))


def relu6(input: Any, inplace: bool = False) -> Any:
    """min(max(input, 0), 6): a ReLU that stops growing (Krizhevsky 2010, "Convolutional deep belief networks").

    Example:
        >>> relu6(np.array([-1.0, 3.0, 9.0]))
        array([0., 3., 6.])
    """
    return _hardtanh(array(input), low=0.0, high=6.0)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """The input where it is positive, `negative_slope` times it elsewhere (Maas et al. 2013).

    Example:
        >>> leaky_relu(np.array([-1.0, 2.0]))
        array([-0.01,  2.  ])
    """
    return _leaky_relu(array(input), slope=negative_slope)


def prelu(input: Any, weight: Any) -> Any:
    """Leaky ReLU whose slope below 0 is learned: `weight` has one element, or one for each channel, axis 1.

    Source: He et al. 2015, arXiv:1502.01852.

    Raises ShapeError for another number of elements.

    Example:
        >>> prelu(np.array([[-1.0, -2.0]]), np.array([0.5, 0.25]))
        array([[-0.5, -0.5]])
    """
    input, weight = array(input), array(weight)
    channels = input.shape[1] if input.ndim > 1 else 1
    if weight.shape not in ((1,), (channels,), ()):
        expected, do = f"(1,) or ({channels},)", f"give one slope, or {channels}"
        raise ShapeError(message("prelu", f"weight {weight.shape} for input {tuple(input.shape)}", expected, do))
    if weight.size > 1:
        weight = weight.reshape(-1, *(1,) * (input.ndim - 2))
    return _prelu(input, weight.reshape(()) if input.ndim == 0 else weight)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """The input where it is positive, alpha * (exp(input) - 1) elsewhere (Clevert et al. 2015, arXiv:1511.07289).

    Example:
        >>> elu(np.array([-1.0, 2.0])).round(4)
        array([-0.6321,  2.    ])
    """
    return _elu(array(input), alpha=alpha)


def selu(input: Any, inplace: bool = False) -> Any:
    """ELU with an alpha of 1.6733 and a scale of 1.0507, which keep mean 0 and variance 1 through layers.

    Source: Klambauer et al. 2017, arXiv:1706.02515.

    Example:
        >>> selu(np.array([-1.0, 2.0])).round(4)
        array([-1.1113,  2.1014])
    """
    return _selu(array(input))


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """The input where it is positive, alpha * (exp(input / alpha) - 1) elsewhere (Barron 2017, arXiv:1704.07483).

    Raises ConfigError for an alpha of 0.

    Example:
        >>> celu(np.array([-1.0, 2.0]), alpha=2.0).round(4)
        array([-0.7869,  2.    ])
    """
    if alpha == 0:
        raise ConfigError(message("celu", "alpha=0", "any other number", "use relu, which is its limit"))
    return _celu(array(input), alpha=alpha, rate=1.0 / alpha)


def gelu(input: Any, approximate: str = "none") -> Any:
    """The input times P(Z < input) for a standard normal Z (Hendrycks and Gimpel 2016, arXiv:1606.08415).

    `approximate` "tanh" takes a tanh for the normal distribution.

    Raises ConfigError for another word.

    Example:
        >>> gelu(np.array([-1.0, 2.0])).round(4), gelu(np.array([-1.0, 2.0]), approximate="tanh").round(4)
        (array([-0.1587,  1.9545]), array([-0.1588,  1.9546]))
    """
    if approximate == "none":
        return _gelu(array(input))
    if approximate == "tanh":
        return _gelu_tanh(array(input))
    raise ConfigError(message("gelu", f"approximate={approximate!r}", "'none' or 'tanh'", "choose one of them"))


def silu(input: Any, inplace: bool = False) -> Any:
    """The input times its sigmoid, also called swish (Elfwing et al. 2017, arXiv:1702.03118).

    Example:
        >>> silu(np.array([-1.0, 2.0])).round(4)
        array([-0.2689,  1.7616])
    """
    return _silu(array(input))


def mish(input: Any, inplace: bool = False) -> Any:
    """The input times tanh(softplus(input)) (Misra 2019, arXiv:1908.08681).

    Example:
        >>> mish(np.array([-1.0, 2.0])).round(4)
        array([-0.3034,  1.944 ])
    """
    return _mish(array(input))


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """log(1 + exp(beta * input)) / beta, a ReLU without a corner; the input itself where beta * input > threshold.

    Example:
        >>> softplus(np.array([-1.0, 0.0, 100.0])).round(4)
        array([  0.3133,   0.6931, 100.    ])
    """
    return _softplus(array(input), beta=beta, threshold=threshold)


def softsign(input: Any) -> Any:
    """The input over 1 + |input|: like tanh, but slow to saturate.

    Example:
        >>> softsign(np.array([-1.0, 3.0]))
        array([-0.5 ,  0.75])
    """
    return _softsign(array(input))


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """The input held between two bounds.

    Raises ConfigError unless `min_val` is below `max_val`.

    Example:
        >>> hardtanh(np.array([-2.0, 0.5, 2.0]))
        array([-1. ,  0.5,  1. ])
    """
    if not min_val < max_val:
        got = f"min_val={min_val!r} and max_val={max_val!r}"
        raise ConfigError(message("hardtanh", got, "min_val below max_val", "exchange them"))
    return _hardtanh(array(input), low=min_val, high=max_val)


def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """min(max(input + 3, 0), 6) / 6: a sigmoid of straight lines.

    Example:
        >>> hardsigmoid(np.array([-4.0, 0.0, 1.5]))
        array([0.  , 0.5 , 0.75])
    """
    return _hardsigmoid(array(input))


def hardswish(input: Any, inplace: bool = False) -> Any:
    """The input times its hardsigmoid (Howard et al. 2019, arXiv:1905.02244).

    Example:
        >>> hardswish(np.array([-4.0, 1.0, 5.0])).round(4)
        array([-0.    ,  0.6667,  5.    ])
    """
    return _hardswish(array(input))


def hardshrink(input: Any, lambd: float = 0.5) -> Any:
    """The input where it is further than `lambd` from 0, else 0.

    Example:
        >>> hardshrink(np.array([-1.0, 0.3, 0.7]))
        array([-1. ,  0. ,  0.7])
    """
    return _hardshrink(array(input), lambd=lambd)


def softshrink(input: Any, lambd: float = 0.5) -> Any:
    """The input moved towards 0 by `lambd`, at most to 0.

    Raises ConfigError for a negative `lambd`.

    Example:
        >>> softshrink(np.array([-1.0, 0.25, 0.75]))
        array([-0.5 ,  0.  ,  0.25])
    """
    return _softshrink(array(input), lambd=check_range("softshrink", "lambd", lambd, 0.0))


def tanhshrink(input: Any) -> Any:
    """Input - tanh(input).

    Example:
        >>> tanhshrink(np.array([0.0, 2.0])).round(4)
        array([0.    , 1.036])
    """
    return _tanhshrink(array(input))


def logsigmoid(input: Any) -> Any:
    """log(sigmoid(input)), which does not overflow.

    Example:
        >>> logsigmoid(np.array([-1000.0, 0.0])).round(4).tolist()
        [-1000.0, -0.6931]
    """
    return _log_sigmoid(array(input))


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """The input where it is above `threshold`, else `value`.

    Example:
        >>> threshold(np.array([0.5, 2.0]), 1.0, -7.0)
        array([-7.,  2.])
    """
    return _threshold(array(input), threshold=threshold, value=value)


def glu(input: Any, dim: int = -1) -> Any:
    """The first half of axis `dim`, gated by the sigmoid of the second (Dauphin et al. 2016, arXiv:1612.08083).

    Raises ShapeError when that axis cannot be halved.

    Example:
        >>> glu(np.array([[1.0, 2.0, 0.0, 100.0]]))
        array([[0.5, 2. ]])
    """
    input = array(input)
    axis = check_axis("glu", dim, input.ndim)
    if input.ndim == 0 or input.shape[axis] % 2:
        got = f"shape {tuple(input.shape)} with dim={dim}"
        raise ShapeError(message("glu", got, "an even number along it", "give the layer before an even width"))
    half, before = input.shape[axis] // 2, (slice(None),) * axis
    return input[(*before, slice(None, half))] * _sigmoid(input[(*before, slice(half, None))])


def softmax(input: Any, dim: int = -1, *, temperature: float = 1.0) -> Any:
    """exp(input / temperature) over its sum along axis `dim`: positive, and sums to 1.

    A high temperature evens the shares out, a low one gives nearly all to the largest.

    Raises ConfigError for a temperature that is not above 0, ShapeError for an axis that is not there.

    Example:
        >>> logits = np.array([1.0, 2.0, 4.0])
        >>> softmax(logits).round(4), softmax(logits, temperature=0.5).round(4)
        (array([0.042 , 0.1142, 0.8438]), array([0.0024, 0.0179, 0.9796]))
        >>> softmax(np.array([1e4, -1e4]))
        array([1., 0.])
    """
    input = array(input)
    check_axis("softmax", dim, input.ndim)
    return _softmax(_cooled("softmax", input, temperature), axis=dim)


def log_softmax(input: Any, dim: int = -1, *, temperature: float = 1.0) -> Any:
    """The logarithm of softmax along axis `dim`, stable for logits of any size.

    Example:
        >>> log_softmax(np.array([0.0, 1e4])).tolist()
        [-10000.0, 0.0]
    """
    input = array(input)
    check_axis("log_softmax", dim, input.ndim)
    return _log_softmax(_cooled("log_softmax", input, temperature), axis=dim)


def _cooled(where: str, input: Any, temperature: float) -> Any:
    if temperature == 1.0:
        return input
    if not 0 < temperature < np.inf:
        got, do = f"temperature={temperature!r}", "use 1 for plain softmax, and argmax for the limit at 0"
        raise ConfigError(message(where, got, "a number above 0", do))
    return input * (1.0 / float(temperature))


def softmin(input: Any, dim: int = -1) -> Any:
    """The softmax of the negated input: the smallest gets the largest share.

    Example:
        >>> softmin(np.array([1.0, 2.0])).round(4)
        array([0.7311, 0.2689])
    """
    return softmax(-array(input), dim)


def logsumexp(input: Any, dim: Any, keepdim: bool = False) -> Any:
    """log(sum(exp(input))) along one axis or several, without overflow.

    Example:
        >>> float(logsumexp(np.array([1e4, 1e4]), 0).round(4))
        10000.6931
    """
    return _logsumexp(array(input), axis=dim, keepdims=keepdim)
