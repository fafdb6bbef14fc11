"""Convolutions over one or two spatial axes, and their transposes."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from autograd.errors import message

from .. import init
from ..defaults import get_default_dtype
from ..errors import ConfigError, ShapeError
from ..functional import pad
from ..functional.checks import sizes, whole
from ..functional.convolution import border, check_fit, check_images, convolve, options_of, spans, transpose
from ..functional.padding import MODES
from ..module import Module, Parameter


class _Convolution(Module):
    """What convolutions and their transposes share: sizes, parameters and how they begin."""

    axes: ClassVar[int] = 1

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
        groups: int, bias: bool, padding_mode: str, transposed: bool, rng: Any, dtype: Any,
    ) -> None:  # fmt: skip
        super().__init__()
        kind, axes = type(self).__name__, self.axes
        self.in_channels = whole(kind, "in_channels", in_channels)
        self.out_channels = whole(kind, "out_channels", out_channels)
        self.kernel_size = sizes(kind, "kernel_size", kernel_size, axes)
        self.stride, self.dilation = sizes(kind, "stride", stride, axes), sizes(kind, "dilation", dilation, axes)
        self._pads = border(kind, padding, self.kernel_size, self.stride, self.dilation)
        self.padding = padding if isinstance(padding, str) else tuple(before for before, _ in self._pads)
        self.groups = whole(kind, "groups", groups)
        for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % self.groups:
                got, do = f"groups={groups} for {name}={channels}", "choose a divisor of both"
                raise ConfigError(message(kind, got, "groups that divide the channels", do))
        if padding_mode not in ("zeros", *MODES):
            expected = ", ".join(map(repr, ("zeros", *MODES)))
            raise ConfigError(message(kind, f"padding_mode={padding_mode!r}", f"one of {expected}", "choose one"))
        self.padding_mode = padding_mode
        dtype = get_default_dtype() if dtype is None else dtype
        first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.weight = Parameter(np.empty((first, second // groups, *self.kernel_size), dtype))
        self.bias = Parameter(np.empty(out_channels, dtype)) if bias else None
        self.reset_parameters(rng=rng)

    def reset_parameters(self, *, rng: np.random.Generator | None = None) -> None:
        """Draw the weights and then the bias again, evenly from -1/sqrt(fan_in) to 1/sqrt(fan_in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5.0), rng=rng)
        if self.bias is not None:
            bound = 1.0 / math.sqrt(init.calculate_fans(self.weight.shape)[0])
            init.uniform_(self.bias, -bound, bound, rng=rng)

    @property
    def _where(self) -> str:
        return f"{type(self).__name__}({self.in_channels} -> {self.out_channels})"

    def _check_input(self, x: Any) -> None:
        if not hasattr(x, "shape"):
            got, do = f"x of type {type(x).__name__}", "wrap it with np.asarray"
            raise ShapeError(message(self._where, got, "an array or Tensor", do))
        cure = ""
        if x.ndim == self.axes + 2:
            cure = f"set in_channels={x.shape[1]} or reshape the input"
        check_images(self._where, x, self.in_channels, self.axes, cure)

    def extra_repr(self) -> str:
        """The channels and the kernel, and what is not at its default."""
        plain: dict[str, Any] = {
            "stride": (1,) * self.axes, "padding": (0,) * self.axes, "output_padding": (0,) * self.axes,
            "dilation": (1,) * self.axes, "groups": 1, "padding_mode": "zeros",
        }  # fmt: skip
        parts = [f"{self.in_channels} -> {self.out_channels}", f"kernel {'x'.join(map(str, self.kernel_size))}"]
        for name, default in plain.items():
            value = getattr(self, name, default)
            if value != default:
                same = isinstance(value, tuple) and len(set(value)) == 1
                parts.append(f"{name}={value[0] if same else value!r}")
        return ", ".join(parts if self.bias is not None else [*parts, "bias=False"])


class _Conv(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        shape = (in_channels, out_channels, kernel_size, stride, padding, dilation)
        super().__init__(*shape, groups, bias, padding_mode, False, rng, dtype)
        pads = self._pads if padding_mode == "zeros" else ((0, 0),) * self.axes
        self._options = options_of(self.stride, pads, self.dilation, self.groups)
        self._reach = spans(self.kernel_size, self.dilation)

    def forward(self, x: Any) -> Any:
        """Take (N, in_channels, ...), give (N, out_channels, ...); the N may be left out."""
        self._check_input(x)
        check_fit(self._where, x, self._pads, self._reach)
        if self.padding_mode != "zeros":
            x = pad(x, [side for pair in reversed(self._pads) for side in pair], mode=self.padding_mode)
        return convolve(x, self.weight, self.bias, self._options)


class Conv1d(_Conv):
    """Convolution over one axis: each output channel looks for a pattern of `kernel_size` places, everywhere alike.

    x has shape (N, in_channels, L) and y (N, out_channels, L'), L' = (L + 2 padding - dilation (kernel_size - 1) - 1)
    // stride + 1. `weight` is (out_channels, in_channels / groups, kernel_size), `bias` (out_channels,) or None.
    `padding` is a number, "valid" or "same"; `padding_mode` "zeros", "reflect", "replicate" or "circular".

    Raises ConfigError for options that make no sense, and when called ShapeError for an x that does not fit.

    Example:
        >>> layer = Conv1d(3, 8, 5, padding=2, rng=np.random.default_rng(0))
        >>> layer(np.ones((2, 3, 10), np.float32)).shape
        (2, 8, 10)
        >>> layer
        Conv1d(3 -> 8, kernel 5, padding=2)  weight (8, 3, 5), bias (8,)  128
        128 parameters, all trainable, float32
    """


class Conv2d(_Conv):
    """Convolution over two axes, as of images: (N, in_channels, H, W) to (N, out_channels, H', W').

    `kernel_size`, `stride`, `padding` and `dilation` are numbers, or pairs for height and width. `weight` is
    (out_channels, in_channels / groups, height, width). The rest is as for `Conv1d`.

    Source: LeCun et al. 1989, "Backpropagation applied to handwritten zip code recognition".

    Example:
        >>> layer = Conv2d(1, 8, 3, rng=np.random.default_rng(0))
        >>> layer(np.ones((2, 1, 28, 28), np.float32)).shape
        (2, 8, 26, 26)
        >>> layer
        Conv2d(1 -> 8, kernel 3x3)  weight (8, 1, 3, 3), bias (8,)  80
        80 parameters, all trainable, float32
    """

    axes = 2


class _ConvTranspose(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        kind = type(self).__name__
        if padding_mode != "zeros":
            got, do = f"padding_mode={padding_mode!r}", "leave it out"
            raise ConfigError(message(kind, got, "'zeros', as a transpose has no border to fill", do))
        if isinstance(padding, str):
            raise ConfigError(message(kind, f"padding={padding!r}", "a number", "give it as a number"))
        self.output_padding = sizes(kind, "output_padding", output_padding, self.axes, 0)
        shape = (in_channels, out_channels, kernel_size, stride, padding, dilation)
        super().__init__(*shape, groups, bias, padding_mode, True, rng, dtype)

    def forward(self, x: Any, output_size: Any = None) -> Any:
        """Take (N, in_channels, ...), give (N, out_channels, ...); `output_size` are the last axes' sizes, if given."""
        self._check_input(x)
        more = self.output_padding if output_size is None else self._wanted(x, output_size)
        padding = tuple(before for before, _ in self._pads)
        sizing = (self.stride, padding, more, self.dilation, self.groups)
        return transpose(self._where, x, self.weight, self.bias, *sizing)

    def _wanted(self, x: Any, output_size: Any) -> tuple[int, ...]:
        """The output_padding that gives a size."""
        given = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size,) * self.axes
        reach = spans(self.kernel_size, self.dilation)
        least = [
            (n - 1) * s - (before + after) + r
            for n, s, (before, after), r in zip(x.shape[-self.axes :], self.stride, self._pads, reach, strict=True)
        ]
        more = tuple(n - m for n, m in zip(given[-self.axes :], least, strict=True))
        if any(not 0 <= extra < s for extra, s in zip(more, self.stride, strict=True)):
            most = tuple(m + s - 1 for m, s in zip(least, self.stride, strict=True))
            got = f"output_size={output_size!r}"
            raise ShapeError(message(self._where, got, f"{tuple(least)} to {most}", "choose one between them"))
        return more


class ConvTranspose1d(_ConvTranspose):
    """A convolution walked backwards over one axis, with a stride a way to make inputs longer.

    x has shape (N, in_channels, L) and y (N, out_channels, L'), L' = (L - 1) stride - 2 padding + dilation
    (kernel_size - 1) + output_padding + 1. `weight` is (in_channels, out_channels / groups, kernel_size).

    Raises ConfigError for options that make no sense, and when called ShapeError for an x that does not fit.

    Example:
        >>> layer = ConvTranspose1d(3, 2, 4, stride=2, padding=1, rng=np.random.default_rng(0))
        >>> layer(np.ones((5, 3, 10), np.float32)).shape
        (5, 2, 20)
    """


class ConvTranspose2d(_ConvTranspose):
    """A convolution walked backwards over two axes: (N, in_channels, H, W) to (N, out_channels, H', W').

    The options are numbers, or pairs for height and width; see `ConvTranspose1d`.

    Source: Zeiler et al. 2010, "Deconvolutional networks".

    Example:
        >>> layer = ConvTranspose2d(3, 2, 2, stride=2, rng=np.random.default_rng(0))
        >>> layer(np.ones((5, 3, 4, 4), np.float32)).shape
        (5, 2, 8, 8)
    """

    axes = 2
