"""Normalisation: batch, layer, group, instance and root mean square.

batch_norm       over the batch and all places, for each channel, axis 1
instance_norm    over all places, for each example and channel
group_norm       over all places and some channels, for each example
layer_norm       over the last axes, for each example
rms_norm         the same without taking off the mean
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autograd import Tensor, ops
from autograd.errors import message
from autograd.rules.constants import number

from ..errors import ConfigError, ShapeError
from .checks import array, plain, whole

# Looked up once: the table answers by name, which takes as long as a small op.
_standardize, _batch_norm, _layer_norm, _rms_norm = ops.standardize, ops.batch_norm, ops.layer_norm, ops.rms_norm


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """(input - mean) / sqrt(variance + eps) * weight + bias, for each channel, axis 1 of (N, C) or (N, C, ...).

    In training the mean and the variance are the batch's, and `running_mean` and `running_var`, arrays (C,), are moved
    towards them in place, by `momentum` of the way, with the unbiased variance. Else, they are the running ones.
    Both may be None in training.

    Source: Ioffe and Szegedy 2015, arXiv:1502.03167.

    Raises ShapeError for a batch that has one value a channel in training, or for statistics of another length.

    Example:
        >>> mean, var = np.zeros(1), np.ones(1)
        >>> batch_norm(np.array([[1.0], [3.0]]), mean, var, training=True, eps=0.0)
        array([[-1.],
               [ 1.]])
        >>> mean, var                              # a tenth of the way to 2, and to 2
        (array([0.2]), array([1.1]))
    """
    x = array(input)
    check_channels("batch_norm", x, (running_mean, running_var, weight, bias))
    if not training:
        _check_running("batch_norm", "training", running_mean, running_var)
        return normalized_by(x, running_mean, running_var, weight, bias, eps)
    check_batch("batch_norm", x)
    y, moments = batch_normalized(x, weight, bias, eps)
    move_statistics(x, moments, running_mean, running_var, momentum)
    return y


def check_channels(where: str, x: Any, values: tuple[Any, ...]) -> None:
    """Raise ShapeError unless x has channels, and each of `values` that is not None has one number for each."""
    if x.ndim < 2:
        do = "give a batch of examples"
        raise ShapeError(message(where, f"x of shape {tuple(x.shape)}", "(N, C) or (N, C, ...)", do))
    for value in values:
        if value is not None and tuple(value.shape) != (x.shape[1],):
            got = f"x of shape {tuple(x.shape)} and a vector of shape {tuple(value.shape)}"
            raise ShapeError(message(where, got, f"({x.shape[1]},)", "give one number for each channel"))


def _check_running(where: str, other: str, *statistics: Any) -> None:
    """Raise ConfigError unless running statistics are there; `other` is the option to do without."""
    if any(each is None for each in statistics):
        do = f"pass running_mean and running_var, or {other}=True"
        raise ConfigError(message(where, "no statistics", "running ones outside training", do))


def check_batch(where: str, x: Any) -> None:
    """Raise ShapeError when there is one value for each channel: it has no variance to be divided by."""
    if x.size <= x.shape[1]:
        got = f"x of shape {tuple(x.shape)} in training mode, {'one value' if x.size else 'no value'} a channel"
        do = "give a larger batch (DataLoader's drop_last=True leaves a last odd sample out), or call eval() first"
        raise ShapeError(message(where, got, "two or more, to have a variance", do))


def batch_normalized(x: Any, weight: Any, bias: Any, eps: float) -> tuple[Any, Any]:
    """The result by the batch's own statistics, and the moments that were found on the way."""
    if weight is None:
        y, moments = _with_saved(_standardize, (x,), axes=(0, *range(2, x.ndim)), eps=eps)
        return (y if bias is None else y + _by_channel(bias, x)), moments
    operands = (x, weight) if bias is None else (x, weight, bias)
    return _with_saved(_batch_norm, operands, eps=eps)


def _with_saved(op: Any, operands: tuple[Any, ...], **options: Any) -> tuple[Any, Any]:
    """What a row gives, and what it saves for its rule."""
    y = op(*operands, **options)
    node: Any = y.node if isinstance(y, Tensor) else None
    if node is not None:
        return y, node.saved
    return y, op.forward(*map(plain, operands), **options)[1]


def move_statistics(x: Any, moments: Any, running_mean: Any, running_var: Any, momentum: float) -> None:
    """Move running statistics towards a batch's, in place; the variance is the unbiased one."""
    count = x.size // x.shape[1]
    _move(running_mean, moments.mean, 1.0 - momentum, momentum)
    _move(running_var, moments.variance, 1.0 - momentum, momentum * count / (count - 1))


def _move(running: Any, found: Any, kept: float, share: float) -> None:
    """Keep a part of a running statistic and add a share of what was found, in place."""
    if isinstance(running, np.ndarray):
        np.multiply(running, number(kept, running.dtype), running)
        np.add(running, found.reshape(-1) * number(share, found.dtype), running)
    elif running is not None:
        running.assign_(running.readonly * kept + found.reshape(-1) * share)


def normalized_by(x: Any, mean: Any, variance: Any, weight: Any, bias: Any, eps: float) -> Any:
    """The result by given statistics: a scale and a shift for each channel."""
    scale: Any = 1.0 / np.sqrt(plain(variance) + eps)
    shift: Any = -plain(mean) * scale
    if weight is not None:
        shift = shift * weight
        scale = scale * weight
    if bias is not None:
        shift = shift + bias
    return x * _by_channel(scale, x) + _by_channel(shift, x)


def _by_channel(values: Any, x: Any) -> Any:
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Each channel of each example, (N, C, ...), brought to mean 0 and variance 1 over its places.

    With `use_input_stats=False` the running statistics are used; otherwise they are moved as `batch_norm` does, towards
    the mean over the batch of what was found.

    Source: Ulyanov et al. 2016, arXiv:1607.08022.

    Raises ShapeError when an example has one value a channel.

    Example:
        >>> instance_norm(np.array([[[1.0, 3.0], [0.0, 10.0]]]), eps=0.0)
        array([[[-1.,  1.],
                [-1.,  1.]]])
    """
    x = array(input)
    check_channels("instance_norm", x, (running_mean, running_var, weight, bias))
    if not use_input_stats:
        _check_running("instance_norm", "use_input_stats", running_mean, running_var)
        return normalized_by(x, running_mean, running_var, weight, bias, eps)
    check_places("instance_norm", x)
    places = prod(x.shape[2:])
    y, moments = _with_saved(_standardize, (x,), axes=tuple(range(2, x.ndim)), eps=eps)
    _move(running_mean, moments.mean.mean(axis=0), 1.0 - momentum, momentum)
    _move(running_var, moments.variance.mean(axis=0), 1.0 - momentum, momentum * places / (places - 1))
    return _affine(y, weight, bias, x)


def check_places(where: str, x: Any) -> None:
    """Raise ShapeError when each channel of an example is one value: it has no variance to be divided by."""
    if prod(x.shape[2:]) <= 1:
        got = f"x of shape {tuple(x.shape)}, one value a channel"
        raise ShapeError(
            message(where, got, "two or more, to have a variance", "use batch norm, or inputs with more places")
        )


def _affine(y: Any, weight: Any, bias: Any, x: Any) -> Any:
    y = y if weight is None else y * _by_channel(weight, x)
    return y if bias is None else y + _by_channel(bias, x)


def group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """The channels, axis 1 of (N, C, ...), in `num_groups` groups, each brought to mean 0 and variance 1 together.

    Source: Wu and He 2018, arXiv:1803.08494.

    Raises ConfigError when the groups do not divide the channels.

    Example:
        >>> group_norm(np.array([[1.0, 3.0, 10.0, 20.0]]), 2, eps=0.0)
        array([[-1.,  1., -1.,  1.]])
    """
    x = array(input)
    check_channels("group_norm", x, (weight, bias))
    groups = whole("group_norm", "num_groups", num_groups)
    if x.shape[1] % groups:
        got, do = f"num_groups={groups} for {x.shape[1]} channels", "choose a divisor"
        raise ConfigError(message("group_norm", got, "groups that divide them", do))
    grouped = x.reshape(x.shape[0], groups, prod(x.shape[1:]) // groups)
    return _affine(_standardize(grouped, eps=eps).reshape(x.shape), weight, bias, x)


def layer_norm(input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """The last axes, of shape `normalized_shape`, brought to mean 0 and variance 1, times weight plus bias.

    `weight` and `bias` have that shape, or are None.

    Source: Ba et al. 2016, arXiv:1607.06450.

    Raises ShapeError when the last axes have another shape.

    Example:
        >>> layer_norm(np.array([[1.0, 3.0], [0.0, 10.0]]), (2,), eps=0.0)
        array([[-1.,  1.],
               [-1.,  1.]])
    """
    x = array(input)
    shape = features("layer_norm", normalized_shape)
    check_features("layer_norm", x, shape, (weight, bias))
    if weight is None:
        y = _standardize(x, axes=tuple(range(-len(shape), 0)), eps=eps)
        return y if bias is None else y + bias
    return _layer_norm(x, weight, eps=eps) if bias is None else _layer_norm(x, weight, bias, eps=eps)


def rms_norm(input: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> Any:
    """The last axes divided by the root of their mean square, times weight.

    `eps`, added to the mean square, is the dtype's machine epsilon if not given.

    Source: Zhang and Sennrich 2019, arXiv:1910.07467.

    Raises ShapeError when the last axes have another shape.

    Example:
        >>> rms_norm(np.array([[3.0, 4.0]]), (2,)).round(4)
        array([[0.8485, 1.1314]])
    """
    x = array(input)
    shape = features("rms_norm", normalized_shape)
    check_features("rms_norm", x, shape, (weight,))
    eps = float(np.finfo(x.dtype).eps) if eps is None else eps
    return _rms_norm(x, np.ones(shape, x.dtype) if weight is None else weight, eps=eps)


def features(where: str, normalized_shape: Any) -> tuple[int, ...]:
    """The shape that is normalised over, given as one number or several."""
    given = normalized_shape if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
    if not given:
        do = "give the size of the last axis"
        raise ConfigError(message(where, "normalized_shape=()", "one axis or more", do))
    return tuple(whole(where, "normalized_shape", n) for n in given)


def check_features(where: str, x: Any, shape: tuple[int, ...], values: tuple[Any, ...] = ()) -> None:
    """Raise ShapeError unless x ends in `shape`, and each of `values` that is not None has it."""
    if tuple(x.shape[-len(shape) :]) != shape or x.ndim < len(shape):
        expected = f"(..., {', '.join(map(str, shape))})"
        do = f"set normalized_shape={tuple(x.shape[-len(shape) :])} or reshape the input"
        raise ShapeError(message(where, f"x of shape {tuple(x.shape)}", expected, do))
    for value in values:
        if value is not None and tuple(value.shape) != shape:
            do = "give one number for each feature"
            raise ShapeError(message(where, f"a parameter of shape {tuple(value.shape)}", f"{shape}", do))
