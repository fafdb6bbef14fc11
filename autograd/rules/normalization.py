"""Normalisation: an array brought to mean 0 and variance 1, over the batch or over the features of each example.

    standardize     (x - mean) / sqrt(variance + eps) over some axes
    batch_norm      the same over all axes but the channels, axis 1; then scaled and shifted for each channel
    layer_norm      the same over the last axes; then scaled and shifted for each feature
    rms_norm        x / sqrt(mean of squares + eps) over the last axes; then scaled for each feature

Mean and variance move with x. So each rule takes from the gradient what they account for: its mean, and its part
along the normalised values. The rules say so one by one; `joint` is the same for arrays, with what they share
computed once.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np

from ..op import composite, sample
from .constants import number, ones

Axes = tuple[int, ...]


class Moments(NamedTuple):
    """What a forward pass leaves for the rules, and for whoever keeps running statistics.

    `normal` has mean 0 and variance 1, `rate` is 1 / sqrt(variance + eps). All but `normal` keep the axes that they
    were taken over as ones.
    """

    normal: Any
    rate: Any
    mean: Any
    variance: Any


def _sum(x: Any, axes: Axes) -> Any:
    """The sum that keeps its axes; over the first or the last ones a product with ones, which takes half the time."""
    k = len(axes)
    if x.itemsize >= 4 and x.size:
        if x.ndim == 2 and axes == (0,):
            return np.dot(ones(x.shape[0], x.dtype), x)[None]
        kept = tuple(1 if axis in axes else n for axis, n in enumerate(x.shape))
        if axes == tuple(range(k)):
            count = prod(x.shape[:k])
            return np.dot(ones(count, x.dtype), x.reshape(count, -1)).reshape(kept)
        if axes == tuple(range(x.ndim - k, x.ndim)):
            count = prod(x.shape[-k:])
            return x.reshape(-1, count).dot(ones(count, x.dtype)).reshape(kept)
    return np.add.reduce(x, axis=axes, keepdims=True)


def _count(x: Any, axes: Axes) -> Any:
    """How many elements go into each sum over the axes, as a number in the dtype of x."""
    size = x.shape[axes[0]] if len(axes) == 1 else prod([x.shape[axis] for axis in axes])
    return number(max(size, 1), x.dtype)


class Centred(NamedTuple):
    """The same for rules that scale by channel: `deviation` is x less its mean, `normal` but for the rate."""

    deviation: Any
    rate: Any
    mean: Any
    variance: Any


def _centre(x: Any, axes: Axes, eps: float) -> Centred:
    count = _count(x, axes)
    mean = _sum(x, axes) / count
    deviation = x - mean
    variance = _sum(deviation * deviation, axes) / count
    rate = np.sqrt(variance + number(eps, variance.dtype))
    np.reciprocal(rate, rate)
    return Centred(deviation, rate, mean, variance)


def _moments(x: Any, axes: Axes, eps: float) -> Moments:
    normal, rate, mean, variance = _centre(x, axes, eps)
    normal *= rate
    return Moments(normal, rate, mean, variance)


def _centred(x: Any, axes: Axes, eps: float) -> Any:
    """The normalised values in steps."""
    deviation = x - x.mean(axis=axes, keepdims=True)
    return deviation / np.sqrt((deviation * deviation).mean(axis=axes, keepdims=True) + eps)


def _less_its_means(g: Any, normal: Any, axes: Axes) -> Any:
    """What is left of a cotangent of the normalised values: nothing along the constant, nothing along themselves."""
    return g - g.mean(axis=axes, keepdims=True) - normal * (g * normal).mean(axis=axes, keepdims=True)


def _less_its_sums(g: Any, normal: Any, axes: Axes, total: Any, along: Any) -> Any:
    """The same on arrays, given the sums of g and of g * normal."""
    count = _count(g, axes)
    rest = normal * (along / count)
    np.subtract(g, rest, rest)
    rest -= total / count
    return rest


def _affine(normal: Any, weight: Any, bias: Any) -> Any:
    y = normal * weight
    if bias is not None:
        y = np.add(y, bias, y) if y.dtype is bias.dtype else y + bias
    return y


def _standardize(x: Any, /, axes: Axes = (-1,), eps: float = 1e-5) -> tuple[Any, Moments]:
    moments = _moments(x, tuple(axis % x.ndim for axis in axes), eps)
    return moments.normal, moments


STANDARDIZE = composite(
    "standardize",
    _standardize,
    lambda g, y, x, moments, axes=(-1,), eps=1e-5: moments.rate * _less_its_means(g, y, axes),
    saves="moments",
    definition=lambda x, axes=(-1,), eps=1e-5: _centred(x, axes, eps),
    samples=(
        sample((2, 3)),
        sample((4, 3), axes=(0,)),
        sample((2, 3, 2), axes=(-2, -1), eps=0.1),
        sample((2, 3, 2), axes=(0, 2)),
    ),
    why="A shift or a stretch of x changes nothing, so the gradient keeps no part along either.",
)


def _over_batch(x: Any) -> Axes:
    return (0, *range(2, x.ndim))


def _by_channel(values: Any, x: Any) -> Any:
    """A value for each channel, in the shape in which it meets x."""
    return values if x.ndim == 2 else values.reshape(-1, *(1,) * (x.ndim - 2))


def _batch_norm(x: Any, weight: Any, bias: Any = None, /, eps: float = 1e-5) -> tuple[Any, Centred]:
    found = _centre(x, _over_batch(x), eps)
    scale = _by_channel(weight, x) * found.rate  # both at once: one pass over the batch less
    return _affine(found.deviation, scale, None if bias is None else _by_channel(bias, x)), found


def _batch_norm_steps(x: Any, weight: Any, bias: Any = None, eps: float = 1e-5) -> Any:
    y = _centred(x, _over_batch(x), eps) * _by_channel(weight, x)
    return y if bias is None else y + _by_channel(bias, x)


def _batch_norm_input(g: Any, y: Any, x: Any, weight: Any, bias: Any = None, *, found: Any, eps: float = 1e-5) -> Any:
    normal = found.deviation * found.rate
    return _by_channel(weight, x) * found.rate * _less_its_means(g, normal, _over_batch(x))


def _batch_norm_joint(
    g: Any, y: Any, x: Any, weight: Any, bias: Any = None, *, needs: tuple[bool, ...], found: Any, eps: float = 1e-5
) -> tuple[Any, ...]:
    axes = _over_batch(x)
    total, along = _sum(g, axes), _sum(g * found.deviation, axes) * found.rate
    dx = None
    if needs[0]:
        dx = _less_its_sums(g, found.deviation, axes, total, along * found.rate)
        dx *= _by_channel(weight, x) * found.rate
    return (dx, along.reshape(-1), total.reshape(-1))[: len(needs)]


BATCH_NORM = composite(
    "batch_norm",
    _batch_norm,
    _batch_norm_input,
    lambda g, y, x, weight, bias=None, *, found, eps=1e-5: (g * found.deviation * found.rate).sum(axis=_over_batch(x)),
    lambda g, y, x, weight, bias=None, *, found, eps=1e-5: g.sum(axis=_over_batch(x)),
    joint=_batch_norm_joint,
    saves="found",
    definition=_batch_norm_steps,
    samples=(
        sample((4, 3), (3,), (3,)),
        sample((3, 2), (2,), eps=0.1),
        sample((2, 3, 4), (3,), (3,)),
        sample((2, 2, 3, 2), (2,), (2,)),
    ),
    why="A shift or a stretch of a whole channel changes nothing, so the batch's gradient keeps no part along either.",
)


def _features(x: Any, weight: Any) -> Axes:
    return tuple(range(x.ndim - weight.ndim, x.ndim))


def _examples(x: Any, weight: Any) -> Axes:
    return tuple(range(x.ndim - weight.ndim))


def _layer_norm(x: Any, weight: Any, bias: Any = None, /, eps: float = 1e-5) -> tuple[Any, Moments]:
    moments = _moments(x, _features(x, weight), eps)
    return _affine(moments.normal, weight, bias), moments


def _layer_norm_steps(x: Any, weight: Any, bias: Any = None, eps: float = 1e-5) -> Any:
    y = _centred(x, _features(x, weight), eps) * weight
    return y if bias is None else y + bias


def _layer_norm_input(g: Any, y: Any, x: Any, weight: Any, bias: Any = None, *, moments: Any, eps: float = 1e-5) -> Any:
    return moments.rate * _less_its_means(g * weight, moments.normal, _features(x, weight))


def _layer_norm_joint(
    g: Any, y: Any, x: Any, weight: Any, bias: Any = None, *, needs: tuple[bool, ...], moments: Any, eps: float = 1e-5
) -> tuple[Any, ...]:
    axes, examples, normal = _features(x, weight), _examples(x, weight), moments.normal
    dx = None
    if needs[0]:
        scaled = g * weight
        dx = _less_its_sums(scaled, normal, axes, _sum(scaled, axes), _sum(scaled * normal, axes))
        dx *= moments.rate
    dweight = _sum(g * normal, examples).reshape(weight.shape) if needs[1] else None
    dbias = _sum(g, examples).reshape(weight.shape) if len(needs) > 2 and needs[2] else None
    return (dx, dweight, dbias)[: len(needs)]


LAYER_NORM = composite(
    "layer_norm",
    _layer_norm,
    _layer_norm_input,
    lambda g, y, x, weight, bias=None, *, moments, eps=1e-5: (g * moments.normal).sum(axis=_examples(x, weight)),
    lambda g, y, x, weight, bias=None, *, moments, eps=1e-5: g.sum(axis=_examples(x, weight)),
    joint=_layer_norm_joint,
    saves="moments",
    definition=_layer_norm_steps,
    samples=(
        sample((4, 3), (3,), (3,)),
        sample((2, 2, 3), (3,), eps=0.1),
        sample((2, 2, 3), (2, 3), (2, 3)),
        sample((3,), (3,), (3,)),
    ),
    why="A shift or a stretch of one example's features changes nothing, so its gradient keeps no part along either.",
)


class Scale(NamedTuple):
    """What the root mean square leaves: x divided by it, and what it was divided by, inverted."""

    normal: Any
    rate: Any


def _rms_norm(x: Any, weight: Any, /, eps: float = 1e-6) -> tuple[Any, Scale]:
    axes = _features(x, weight)
    rate = 1.0 / np.sqrt(_sum(x * x, axes) / _count(x, axes) + eps)
    normal = x * rate
    return normal * weight, Scale(normal, rate)


def _rms_norm_input(g: Any, y: Any, x: Any, weight: Any, *, scale: Any, eps: float = 1e-6) -> Any:
    along = (g * weight * scale.normal).mean(axis=_features(x, weight), keepdims=True)
    return scale.rate * (g * weight - scale.normal * along)


RMS_NORM = composite(
    "rms_norm",
    _rms_norm,
    _rms_norm_input,
    lambda g, y, x, weight, *, scale, eps=1e-6: (g * scale.normal).sum(axis=_examples(x, weight)),
    saves="scale",
    definition=lambda x, weight, eps=1e-6: (
        x / np.sqrt((x * x).mean(axis=_features(x, weight), keepdims=True) + eps) * weight
    ),
    samples=(sample((4, 3), (3,)), sample((2, 2, 3), (2, 3), eps=0.1), sample((3,), (3,))),
    why="A stretch of one example's features changes nothing, so its gradient keeps no part along them.",
)
