"""Convolutions and their transposes over one or two spatial axes.

    conv2d               (N, C, H, W) and weight (O, C / groups, kH, kW) to (N, O, H', W')
    conv_transpose2d     (N, C, H, W) and weight (C, O / groups, kH, kW) to (N, O, H', W')

As everywhere in deep learning the kernel is not turned around. The batch axis may be left out.
"""

from __future__ import annotations

from typing import Any

from autograd import ops
from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import array, sizes, whole
from .padding import pad

# Looked up once: the table answers by name, which takes as long as a small op.
_conv, _conv_transpose = ops.conv, ops.conv_transpose

Options = dict[str, Any]
Pads = tuple[tuple[int, int], ...]


def conv1d(
    input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Convolution over one axis: (N, C, L) to (N, O, (L + 2 padding - dilation (k - 1) - 1) // stride + 1).

    `padding` is a number, or "valid" for none, or "same" for as much as keeps the length with stride 1. With `groups`
    the channels are split into that many parts, which do not mix.

    Raises ShapeError when the channels do not fit or the kernel is longer than the input.

    Example:
        >>> import numpy as np
        >>> conv1d(np.array([[[1.0, 2.0, 4.0, 8.0]]]), np.array([[[1.0, -1.0]]]))
        array([[[-1., -2., -4.]]])
    """
    return _convolved("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Convolution over two axes: (N, C, H, W) to (N, O, H', W'); each option is a number, or a pair of them.

    See `conv1d` for the options.

    Example:
        >>> import numpy as np
        >>> conv2d(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)), stride=(1, 2), padding=(0, 1))
        array([[[[ 3., 12.],
                 [ 9., 24.]]]])
    """
    return _convolved("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """The gradient of conv1d as a layer: (N, C, L) to (N, O, (L - 1) stride - 2 padding + dilation (k - 1) + 1).

    `weight` is (C, O / groups, k). `output_padding` lengthens the output at its end: with a stride several lengths
    are convolved to the same one, and this says which it was.

    Raises ShapeError when the channels do not fit, ConfigError for an output_padding not below stride or dilation.

    Example:
        >>> import numpy as np
        >>> conv_transpose1d(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 10.0]]]), stride=2)
        array([[[ 1., 10.,  2., 20.]]])
    """
    options = (stride, padding, output_padding, dilation)
    return _transposed("conv_transpose1d", 1, input, weight, bias, *options, groups)


def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """The gradient of conv2d as a layer: (N, C, H, W) to (N, O, H', W'); see `conv_transpose1d`.

    Example:
        >>> import numpy as np
        >>> conv_transpose2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)))
        array([[[[1., 2., 1.],
                 [2., 4., 2.],
                 [1., 2., 1.]]]])
    """
    options = (stride, padding, output_padding, dilation)
    return _transposed("conv_transpose2d", 2, input, weight, bias, *options, groups)


def spans(kernel: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[int, ...]:
    """How far a kernel reaches along each axis."""
    return tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))


def border(
    where: str, padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]
) -> Pads:
    """`padding`, a number, several or a word, as (before, after) for each axis."""
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding == "same":
        if any(s != 1 for s in stride):
            got, do = f"padding='same' with stride={stride}", "give padding as a number"
            raise ConfigError(message(where, got, "stride 1, or a number", do))
        reach = [span - 1 for span in spans(kernel, dilation)]
        return tuple((r // 2, r - r // 2) for r in reach)
    if isinstance(padding, str):
        raise ConfigError(message(where, f"padding={padding!r}", "a number, 'same' or 'valid'", "choose one of them"))
    return tuple((p, p) for p in sizes(where, "padding", padding, len(kernel), 0))


def options_of(stride: tuple[int, ...], pads: Pads, dilation: tuple[int, ...], groups: int) -> Options:
    """The options of a row, without those that are at their default."""
    found: Options = {}
    if any(s != 1 for s in stride):
        found["stride"] = stride
    if any(map(any, pads)):
        found["padding"] = pads
    if any(d != 1 for d in dilation):
        found["dilation"] = dilation
    if groups != 1:
        found["groups"] = groups
    return found


def check_images(where: str, x: Any, channels: int, axes: int, cure: str = "") -> None:
    """Raise ShapeError unless x is (N, channels, and as many axes as the kernel has), or lacks the N."""
    letters = "L" if axes == 1 else "H, W"
    if x.ndim not in (axes + 1, axes + 2) or x.shape[-axes - 1] != channels:
        do = cure or "reshape the input, channels before the spatial axes"
        if x.ndim == axes + 1 and channels == 1 and x.shape[0] != 1:
            do = "add the axis of channels with x[:, None]"
        raise ShapeError(message(where, f"x of shape {tuple(x.shape)}", f"(N, {channels}, {letters})", do))


def check_fit(where: str, x: Any, pads: Pads, reach: tuple[int, ...]) -> None:
    """Raise ShapeError when a kernel is longer than the input with its border."""
    room = tuple(n + a + b for n, (a, b) in zip(x.shape[-len(reach) :], pads, strict=True))
    if any(n < span for n, span in zip(room, reach, strict=True)):
        got = f"a kernel that reaches over {reach} and an input of {room}" + (
            " with its border" if any(map(any, pads)) else ""
        )
        raise ShapeError(message(where, got, "a kernel that fits in", "use a smaller kernel, or more padding"))


def _check_weight(where: str, weight: Any, axes: int, bias: Any, outputs: int) -> None:
    if weight.ndim != axes + 2:
        expected = f"{axes + 2} axes"
        do = "give (out, in / groups, *kernel), or for a transpose (in, out / groups, *kernel)"
        raise ShapeError(message(where, f"weight of shape {tuple(weight.shape)}", expected, do))
    if bias is not None and tuple(bias.shape) != (outputs,):
        do = "give one number for each output channel"
        raise ShapeError(message(where, f"bias of shape {tuple(bias.shape)}", f"({outputs},)", do))


def _check_groups(where: str, given: Any, channels: int) -> int:
    groups = whole(where, "groups", given)
    if channels % groups:
        got, do = f"groups={groups} for a weight of {channels} channels", "choose a divisor"
        raise ConfigError(message(where, got, "groups that divide it", do))
    return groups


def _convolved(
    where: str, axes: int, input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> Any:
    x, weight = array(input), array(weight)
    bias = None if bias is None else array(bias)
    _check_weight(where, weight, axes, bias, weight.shape[0])
    groups = _check_groups(where, groups, weight.shape[0])
    steps, apart = sizes(where, "stride", stride, axes), sizes(where, "dilation", dilation, axes)
    kernel = tuple(weight.shape[2:])
    pads = border(where, padding, kernel, steps, apart)
    check_images(where, x, weight.shape[1] * groups, axes)
    check_fit(where, x, pads, spans(kernel, apart))
    return convolve(x, weight, bias, options_of(steps, pads, apart, groups))


def convolve(x: Any, weight: Any, bias: Any, options: Options) -> Any:
    """The row itself, on arguments that were checked."""
    if x.ndim < weight.ndim:
        return convolve(x[None], weight, bias, options)[0]
    return _conv(x, weight, **options) if bias is None else _conv(x, weight, bias, **options)


def _transposed(
    where: str, axes: int, input: Any, weight: Any, bias: Any,
    stride: Any, padding: Any, output_padding: Any, dilation: Any, groups: Any,
) -> Any:  # fmt: skip
    x, weight = array(input), array(weight)
    bias = None if bias is None else array(bias)
    groups = _check_groups(where, groups, weight.shape[0])
    _check_weight(where, weight, axes, bias, weight.shape[1] * groups if weight.ndim > 1 else 0)
    steps, apart = sizes(where, "stride", stride, axes), sizes(where, "dilation", dilation, axes)
    pads = sizes(where, "padding", padding, axes, 0)
    more = sizes(where, "output_padding", output_padding, axes, 0)
    check_images(where, x, weight.shape[0], axes)
    return transpose(where, x, weight, bias, steps, pads, more, apart, groups)


def transpose(
    where: str, x: Any, weight: Any, bias: Any, stride: tuple[int, ...], padding: tuple[int, ...],
    more: tuple[int, ...], dilation: tuple[int, ...], groups: int,
) -> Any:  # fmt: skip
    """The row itself, on arguments of which all but the output's size were checked."""
    if x.ndim < weight.ndim:
        return transpose(where, x[None], weight, bias, stride, padding, more, dilation, groups)[0]
    if any(extra >= max(s, d) for extra, s, d in zip(more, stride, dilation, strict=True)):
        got = f"output_padding={more} with stride={stride} and dilation={dilation}"
        raise ConfigError(message(where, got, "less than one of the two on each axis", "make it smaller"))
    reach = spans(tuple(weight.shape[2:]), dilation)
    painted = [(n - 1) * s + r for n, s, r in zip(x.shape[2:], stride, reach, strict=True)]  # before the border is cut
    size = tuple(n - 2 * p + extra for n, p, extra in zip(painted, padding, more, strict=True))
    if min(size) < 1:
        got = f"x of shape {tuple(x.shape)} with padding={padding}, which leaves an output of {size}"
        raise ShapeError(message(where, got, "an output of 1 at least", "use less padding"))
    reached = tuple(min(n, m - p) for n, m, p in zip(size, painted, padding, strict=True))
    pads = tuple((p, m - p - n) for p, m, n in zip(padding, painted, reached, strict=True))
    options = options_of(stride, pads, dilation, groups)
    if reached != size:  # output_padding beyond all that was painted: there is only the bias
        y = _conv_transpose(x, weight, size=reached, **options)
        y = pad(y, [side for n, m in zip(size[::-1], reached[::-1], strict=True) for side in (0, n - m)])
        return y if bias is None else y + bias.reshape(-1, *(1,) * len(size))
    options["size"] = size
    return _conv_transpose(x, weight, **options) if bias is None else _conv_transpose(x, weight, bias, **options)
