"""Normalisation layers: batch, instance, layer, group and root mean square."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from autograd.errors import message

from .. import functional
from ..defaults import get_default_dtype
from ..errors import ConfigError, ShapeError
from ..functional.checks import check_range, whole
from ..functional.normalization import (
    batch_normalized,
    check_batch,
    check_features,
    check_places,
    features,
    move_statistics,
    normalized_by,
)
from ..module import Module, Parameter


def _filled(shape: Any, value: float, dtype: Any) -> Parameter:
    return Parameter(np.full(shape, value, get_default_dtype() if dtype is None else dtype))


def _reset(weight: Parameter | None, bias: Parameter | None) -> None:
    """Scale 1 and shift 0, where they are."""
    for param, value in ((weight, 1.0), (bias, 0.0)):
        if param is not None:
            param.assign_(np.full(param.shape, value, param.dtype))


_ONE = np.array(1)  # beside an array, a Python number costs more than the sum


class _Channels(Module):
    """What batch and instance normalisation share: a scale and a shift for each channel, and running statistics."""

    shapes: ClassVar[dict[int, str]] = {}  # what x may look like, by its number of axes
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        bias: bool,
        dtype: Any,
    ) -> None:
        super().__init__()
        kind = type(self).__name__
        self.num_features = whole(kind, "num_features", num_features)
        self.eps = check_range(kind, "eps", eps, 0.0)
        self.momentum = None if momentum is None else check_range(kind, "momentum", momentum, 0.0, 1.0)
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = _filled(num_features, 1.0, dtype) if affine else None
        self.bias = _filled(num_features, 0.0, dtype) if affine and bias else None
        tracked = track_running_stats
        dtype = get_default_dtype() if dtype is None else dtype
        self.register_buffer("running_mean", np.zeros(num_features, dtype) if tracked else None)
        self.register_buffer("running_var", np.ones(num_features, dtype) if tracked else None)
        self.register_buffer("num_batches_tracked", np.zeros((), np.int64) if tracked else None)

    def reset_running_stats(self) -> None:
        """Begin the running statistics again, at mean 0 and variance 1."""
        if self.track_running_stats:
            self.running_mean[...] = 0.0
            self.running_var[...] = 1.0
            self.num_batches_tracked[...] = 0

    def reset_parameters(self) -> None:
        """Begin again: statistics, scale 1 and shift 0."""
        self.reset_running_stats()
        _reset(self.weight, self.bias)

    @property
    def _where(self) -> str:
        return f"{type(self).__name__}({self.num_features})"

    def _check_input(self, x: Any) -> None:
        shape = getattr(x, "shape", None)
        if shape is None:
            got, do = f"x of type {type(x).__name__}", "wrap it with np.asarray"
            raise ShapeError(message(self._where, got, "an array or Tensor", do))
        if len(shape) in self.shapes and shape[self._channel_axis(x)] == self.num_features:
            return
        expected = " or ".join(self.shapes.values()).replace("C", str(self.num_features))
        do = "reshape the input, channels after the batch"
        if x.ndim in self.shapes:
            do = f"set num_features={x.shape[self._channel_axis(x)]} or reshape the input"
        raise ShapeError(message(self._where, f"x of shape {tuple(x.shape)}", expected, do))

    def _channel_axis(self, x: Any) -> int:
        return 1

    def _next_momentum(self) -> float:
        """How far the statistics move now: the momentum, or without one what makes them the mean over all batches."""
        return 1.0 / (int(self.num_batches_tracked) + 1) if self.momentum is None else self.momentum

    def extra_repr(self) -> str:
        """The number of channels, and what is not at its default."""
        options = {"eps": 1e-5, "momentum": 0.1, **self._defaults()}
        changed = [f"{name}={getattr(self, name)!r}" for name, plain in options.items() if getattr(self, name) != plain]
        return ", ".join([str(self.num_features), *changed, *["bias=False"] * (self.affine and self.bias is None)])

    def _defaults(self) -> dict[str, bool]:
        return {"affine": True, "track_running_stats": True}


class _BatchNorm(_Channels):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        bias: bool = True,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias, dtype)

    def forward(self, x: Any) -> Any:
        """Take a batch, give the same shape; in training mode the running statistics move."""
        self._check_input(x)
        if not self.training and self.running_mean is not None:
            return normalized_by(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)
        if x.size <= x.shape[1]:
            check_batch(self._where, x)
        y, moments = batch_normalized(x, self.weight, self.bias, self.eps)
        if self.training and self.running_mean is not None:
            move_statistics(x, moments, self.running_mean, self.running_var, self._next_momentum())
            np.add(self.num_batches_tracked, _ONE, self.num_batches_tracked)
        return y


class BatchNorm1d(_BatchNorm):
    """Each feature of a batch (N, C), or channel of (N, C, L), at mean 0 and variance 1, times weight plus bias.

    In training mode by the batch's own statistics, towards which the running ones move by `momentum` of the way (None:
    they become the mean over all batches); in evaluation mode by the running ones. `weight` begins at 1, `bias` at 0.

    Source: Ioffe and Szegedy 2015, arXiv:1502.03167. It goes after a linear layer and before the activation.

    Raises ConfigError for options that make no sense, and when called ShapeError for an x that does not fit, or that
    has one value a channel in training mode.

    Example:
        >>> layer = BatchNorm1d(1, eps=0.0)
        >>> layer(np.array([[1.0], [3.0]], np.float32)).data
        array([[-1.],
               [ 1.]], dtype=float32)
        >>> layer.running_mean, layer.running_var        # a tenth of the way to 2, and to 2
        (array([0.2], dtype=float32), array([1.1], dtype=float32))
    """

    shapes: ClassVar[dict[int, str]] = {2: "(N, C)", 3: "(N, C, L)"}


class BatchNorm2d(_BatchNorm):
    """Each channel of a batch of images (N, C, H, W) brought to mean 0 and variance 1, times weight plus bias.

    Every place counts: the statistics are over N * H * W values. The rest is as for `BatchNorm1d`.

    Example:
        >>> layer = BatchNorm2d(3)
        >>> y = layer(np.arange(48, dtype=np.float32).reshape(4, 3, 2, 2))
        >>> y.shape, abs(float(y.data[:, 0].mean())) < 1e-6
        ((4, 3, 2, 2), True)
    """

    shapes: ClassVar[dict[int, str]] = {4: "(N, C, H, W)"}


class _InstanceNorm(_Channels):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        bias: bool = True,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias, dtype)

    def _channel_axis(self, x: Any) -> int:
        return 1 if x.ndim == max(self.shapes) else 0

    def _defaults(self) -> dict[str, bool]:
        return {"affine": False, "track_running_stats": False}

    def forward(self, x: Any) -> Any:
        """Take a batch, or one example, give the same shape."""
        self._check_input(x)
        if x.ndim < max(self.shapes):
            return self.forward(x[None])[0]
        own = self.training or self.running_mean is None
        if own:
            check_places(self._where, x)
        statistics = (self.running_mean, self.running_var)
        momentum = 0.0 if self.momentum is None else self.momentum
        return functional.instance_norm(x, *statistics, self.weight, self.bias, own, momentum, self.eps)


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each example of (N, C, L) brought to mean 0 and variance 1 along L.

    With `affine` times weight plus bias; with `track_running_stats` by running statistics in evaluation mode.

    Source: Ulyanov et al. 2016, arXiv:1607.08022.

    Example:
        >>> InstanceNorm1d(2, eps=0.0)(np.array([[[1.0, 3.0], [0.0, 10.0]]]))
        array([[[-1.,  1.],
                [-1.,  1.]]])
    """

    shapes: ClassVar[dict[int, str]] = {2: "(C, L)", 3: "(N, C, L)"}


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each image of (N, C, H, W) brought to mean 0 and variance 1; see `InstanceNorm1d`.

    Example:
        >>> InstanceNorm2d(1, eps=0.0)(np.array([[[[1.0, 3.0]]]]))
        array([[[[-1.,  1.]]]])
    """

    shapes: ClassVar[dict[int, str]] = {3: "(C, H, W)", 4: "(N, C, H, W)"}


class LayerNorm(Module):
    """The last axes, of shape `normalized_shape`, brought to mean 0 and variance 1, times weight plus bias.

    Every example by itself, so it is the same in training and evaluation mode and takes a batch of one.

    Source: Ba et al. 2016, arXiv:1607.06450.

    Raises ConfigError for options that make no sense, and when called ShapeError for an x that does not fit.

    Example:
        >>> LayerNorm(2, eps=0.0)(np.array([[1.0, 3.0], [0.0, 10.0]], np.float32)).data
        array([[-1.,  1.],
               [-1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = features("LayerNorm", normalized_shape)
        self.eps = check_range("LayerNorm", "eps", eps, 0.0)
        self.elementwise_affine = elementwise_affine
        self.weight = _filled(self.normalized_shape, 1.0, dtype) if elementwise_affine else None
        self.bias = _filled(self.normalized_shape, 0.0, dtype) if elementwise_affine and bias else None

    def reset_parameters(self) -> None:
        """Begin again, at scale 1 and shift 0."""
        _reset(self.weight, self.bias)

    def forward(self, x: Any) -> Any:
        """Take (..., *normalized_shape), give the same shape."""
        check_features(f"LayerNorm{self.normalized_shape}", x, self.normalized_shape)
        return functional.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The shape, and what is not at its default."""
        shown = [", ".join(map(str, self.normalized_shape))]
        shown += [f"eps={self.eps!r}"] * (self.eps != 1e-5)
        shown += ["elementwise_affine=False"] * (not self.elementwise_affine)
        return ", ".join(shown + ["bias=False"] * (self.elementwise_affine and self.bias is None))


class RMSNorm(Module):
    """The last axes, of shape `normalized_shape`, divided by the root of their mean square, times weight.

    `eps` is added to the mean square; the dtype's machine epsilon if None.

    Source: Zhang and Sennrich 2019, arXiv:1910.07467.

    Example:
        >>> RMSNorm(2)(np.array([[3.0, 4.0]], np.float32)).data.round(4)
        array([[0.8485, 1.1314]], dtype=float32)
    """

    def __init__(
        self, normalized_shape: Any, eps: float | None = None, elementwise_affine: bool = True, *, dtype: Any = None
    ) -> None:
        super().__init__()
        self.normalized_shape = features("RMSNorm", normalized_shape)
        self.eps = None if eps is None else check_range("RMSNorm", "eps", eps, 0.0)
        self.elementwise_affine = elementwise_affine
        self.weight = _filled(self.normalized_shape, 1.0, dtype) if elementwise_affine else None

    def reset_parameters(self) -> None:
        """Begin again, at scale 1."""
        _reset(self.weight, None)

    def forward(self, x: Any) -> Any:
        """Take (..., *normalized_shape), give the same shape."""
        check_features(f"RMSNorm{self.normalized_shape}", x, self.normalized_shape)
        return functional.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The shape, and what is not at its default."""
        shown = [", ".join(map(str, self.normalized_shape))] + [f"eps={self.eps!r}"] * (self.eps is not None)
        return ", ".join(shown + ["elementwise_affine=False"] * (not self.elementwise_affine))


class GroupNorm(Module):
    """The channels of (N, C, ...) in `num_groups` groups, each brought to mean 0 and variance 1 for every example.

    Then times weight plus bias, for each channel.

    Source: Wu and He 2018, arXiv:1803.08494.

    Raises ConfigError when the groups do not divide the channels, and when called ShapeError for an x that does not
    fit.

    Example:
        >>> GroupNorm(2, 4, eps=0.0)(np.array([[1.0, 3.0, 10.0, 20.0]], np.float32)).data
        array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        bias: bool = True,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_groups = whole("GroupNorm", "num_groups", num_groups)
        self.num_channels = whole("GroupNorm", "num_channels", num_channels)
        if num_channels % num_groups:
            got, do = f"num_groups={num_groups} for num_channels={num_channels}", "choose a divisor"
            raise ConfigError(message("GroupNorm", got, "groups that divide the channels", do))
        self.eps, self.affine = check_range("GroupNorm", "eps", eps, 0.0), affine
        self.weight = _filled(num_channels, 1.0, dtype) if affine else None
        self.bias = _filled(num_channels, 0.0, dtype) if affine and bias else None

    def reset_parameters(self) -> None:
        """Begin again, at scale 1 and shift 0."""
        _reset(self.weight, self.bias)

    def forward(self, x: Any) -> Any:
        """Take (N, num_channels, ...), give the same shape."""
        if x.ndim < 2 or x.shape[1] != self.num_channels:
            expected, do = f"(N, {self.num_channels}, ...)", "reshape the input, channels after the batch"
            where = f"GroupNorm({self.num_groups}, {self.num_channels})"
            raise ShapeError(message(where, f"x of shape {tuple(x.shape)}", expected, do))
        return functional.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Groups and channels, and what is not at its default."""
        shown = [f"{self.num_groups}, {self.num_channels}"] + [f"eps={self.eps!r}"] * (self.eps != 1e-5)
        shown += ["affine=False"] * (not self.affine)
        return ", ".join(shown + ["bias=False"] * (self.affine and self.bias is None))
