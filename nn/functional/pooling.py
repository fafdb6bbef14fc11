"""Pooling over one or two spatial axes: of what a window sees, the largest or the average.

Shapes are (N, C, L) or (N, C, H, W); the batch axis may be left out. `stride` is the kernel's size if not given.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autograd import ops
from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import array, plain, sizes, whole
from .convolution import Options, spans

# Looked up once: the table answers by name, which takes as long as a small op.
_max_pool, _avg_pool, _pool_winners = ops.max_pool, ops.avg_pool, ops.pool_winners


def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest of each window along the last axis; see `max_pool2d`.

    Example:
        >>> max_pool1d(np.array([[[1.0, 3.0, 2.0, 5.0, 4.0]]]), 2)
        array([[[3., 5.]]])
    """
    return largest("max_pool1d", 1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest of each window over the last two axes. The gradient goes to it alone, at ties to the first.

    The border counts less than anything; it may be half the kernel at most. `ceil_mode` keeps the last window where
    it sees only a part. With `return_indices` a pair: the values, and the place of each among an image's H * W.

    Raises ShapeError for another number of axes, ConfigError for options that make no sense.

    Example:
        >>> max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)
        array([[[[ 5.,  7.],
                 [13., 15.]]]])
    """
    return largest("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """The average of each window along the last axis; see `avg_pool2d`.

    Example:
        >>> avg_pool1d(np.array([[[1.0, 3.0, 2.0, 6.0]]]), 2)
        array([[[2., 4.]]])
    """
    return average("avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The average of each window over the last two axes.

    The border's zeros count, unless `count_include_pad` is False. `divisor_override` divides by that instead.

    Example:
        >>> avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)
        array([[[[ 2.5,  4.5],
                 [10.5, 12.5]]]])
    """
    options = (ceil_mode, count_include_pad, divisor_override)
    return average("avg_pool2d", 2, input, kernel_size, stride, padding, *options)


def adaptive_avg_pool1d(input: Any, output_size: Any) -> Any:
    """The averages of `output_size` windows that cover the last axis evenly, whatever its length.

    Example:
        >>> adaptive_avg_pool1d(np.arange(6.0).reshape(1, 1, 6), 2)
        array([[[1., 4.]]])
    """
    return adaptive("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """The averages of windows that cover the last two axes evenly; `output_size` is (H', W'), None to keep one.

    Window i goes from floor(i * H / H') to ceil((i + 1) * H / H'): neighbours overlap where it does not divide.

    Example:
        >>> adaptive_avg_pool2d(np.arange(12.0).reshape(1, 1, 3, 4), (1, 2))
        array([[[[4.5, 6.5]]]])
    """
    return adaptive("adaptive_avg_pool2d", 2, input, output_size)


def check_pooled(where: str, x: Any, axes: int) -> None:
    """Raise ShapeError unless x is (N, C, and as many axes as are pooled), or lacks the N."""
    if x.ndim not in (axes + 1, axes + 2):
        expected = "(N, C, L)" if axes == 1 else "(N, C, H, W)"
        do = "reshape the input, channels before the spatial axes"
        raise ShapeError(message(where, f"x of shape {tuple(x.shape)}", expected, do))


def _batched(x: Any, axes: int) -> tuple[Any, bool]:
    single = x.ndim == axes + 1
    return (x[None] if single else x), single


def window(
    where: str, axes: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any = 1
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Kernel, stride, padding and dilation, each as a number for each axis, checked."""
    kernel = sizes(where, "kernel_size", kernel_size, axes)
    step = kernel if stride is None else sizes(where, "stride", stride, axes)
    border, apart = sizes(where, "padding", padding, axes, 0), sizes(where, "dilation", dilation, axes)
    if any(2 * p > k for p, k in zip(border, kernel, strict=True)):
        got = f"padding={padding!r} with kernel_size={kernel_size!r}"
        raise ConfigError(message(where, got, "at most half the kernel", "use less padding"))
    return kernel, step, border, apart


def _laid(
    where: str, lengths: Any, reach: tuple[int, ...], step: tuple[int, ...], border: tuple[int, ...], ceil: bool
) -> tuple[tuple[int, int], ...]:
    """The border (before, after) of each axis; with `ceil` long enough at its end for the last window."""
    pads = []
    for n, span, s, p in zip(lengths, reach, step, border, strict=True):
        room = n + 2 * p - span
        if room < 0 and not (ceil and room > -s):
            got = f"a window that reaches over {reach} and an input of {tuple(lengths)}"
            raise ShapeError(message(where, got, "a window that fits in", "use a smaller kernel, or more padding"))
        count = (-(-room // s) if ceil else room // s) + 1
        if ceil and (count - 1) * s >= n + p:
            count -= 1  # it would begin beyond the input
        pads.append((p, max((count - 1) * s + span - n - p, p if not ceil else 0)))
    return tuple(pads)


def _options(kernel: tuple[int, ...], step: tuple[int, ...], pads: Any, apart: tuple[int, ...]) -> Options:
    found: Options = {"kernel": kernel}
    if step != kernel:
        found["stride"] = step
    if any(map(any, pads)):
        found["padding"] = pads
    if any(d != 1 for d in apart):
        found["dilation"] = apart
    return found


def largest(
    where: str, axes: int, input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
    ceil_mode: bool, return_indices: bool,
) -> Any:  # fmt: skip
    """The largest of each window, over one spatial axis or two."""
    x = array(input)
    check_pooled(where, x, axes)
    kernel, step, border, apart = window(where, axes, kernel_size, stride, padding, dilation)
    x, single = _batched(x, axes)
    pads = _laid(where, x.shape[2:], spans(kernel, apart), step, border, ceil_mode)
    options = _options(kernel, step, pads, apart)
    y = _max_pool(x, **options)
    if not return_indices:
        return y[0] if single else y
    indices = _places(plain(x), kernel, step, pads, apart, options)
    return (y[0], indices[0]) if single else (y, indices)


def _places(
    x: Any, kernel: tuple[int, ...], step: tuple[int, ...], pads: Any, apart: tuple[int, ...], options: Options
) -> Any:
    """Where each window's largest element is, counted through the spatial axes."""
    within = np.unravel_index(_pool_winners(x, **options), kernel)
    place: Any = 0
    for axis, (offset, s, (before, _), d) in enumerate(zip(within, step, pads, apart, strict=True)):
        count = offset.shape[2 + axis]
        start = (np.arange(count) * s - before).reshape(-1, *(1,) * (len(kernel) - 1 - axis))
        place = place * x.shape[2 + axis] + start + offset * d
    return place


def average(
    where: str, axes: int, input: Any, kernel_size: Any, stride: Any, padding: Any,
    ceil_mode: bool, count_include_pad: bool, divisor_override: int | None,
) -> Any:  # fmt: skip
    """The average of each window, over one spatial axis or two."""
    x = array(input)
    check_pooled(where, x, axes)
    kernel, step, border, _ = window(where, axes, kernel_size, stride, padding)
    x, single = _batched(x, axes)
    pads = _laid(where, x.shape[2:], kernel, step, border, ceil_mode)
    options = _options(kernel, step, pads, (1,) * axes)
    if divisor_override is not None:
        options["divisor"] = whole(where, "divisor_override", divisor_override)
    elif any(map(any, pads)):
        counts = [
            _seen(n, k, s, p, pair, count_include_pad)
            for n, k, s, p, pair in zip(x.shape[2:], kernel, step, border, pads, strict=True)
        ]
        divisor = counts[0] if axes == 1 else counts[0][:, None] * counts[1]
        if (divisor != prod(kernel)).any():
            options["divisor"] = divisor.astype(x.dtype if x.dtype.kind == "f" else float)
    y = _avg_pool(x, **options)
    return y[0] if single else y


def _seen(n: int, kernel: int, step: int, padding: int, pads: tuple[int, int], border_counts: bool) -> Any:
    """How many elements each window along an axis averages: those of the input, or of it with its border."""
    count = (n + sum(pads) - kernel) // step + 1
    start = np.arange(count) * step - padding
    if border_counts:
        return np.minimum(start + kernel, n + padding) - start
    return np.minimum(start + kernel, n) - np.maximum(start, 0)


def adaptive(where: str, axes: int, input: Any, output_size: Any) -> Any:
    """The averages of windows that cover one spatial axis or two evenly."""
    x = array(input)
    check_pooled(where, x, axes)
    given = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * axes
    if len(given) != axes:
        do = "give one number for each axis"
        raise ConfigError(message(where, f"output_size={output_size!r}", f"a number, or {axes} of them", do))
    lengths = x.shape[-axes:]
    wanted = tuple(n if m is None else whole(where, "output_size", m) for m, n in zip(given, lengths, strict=True))
    if all(n % m == 0 for n, m in zip(lengths, wanted, strict=True)):
        kernel = tuple(n // m for n, m in zip(lengths, wanted, strict=True))
        return average(where, axes, x, kernel, None, 0, False, True, None)
    averages = [_averages(n, m, x.dtype) for n, m in zip(lengths, wanted, strict=True)]
    x = x @ averages[-1].T
    return x if axes == 1 else averages[0] @ x


def _averages(n: int, m: int, dtype: Any) -> Any:
    """The matrix (m, n) that takes the averages of m windows which cover n elements."""
    rows = np.arange(m)
    start, stop = rows * n // m, -(-(rows + 1) * n // m)
    places = np.arange(n)
    inside = (places >= start[:, None]) & (places < stop[:, None])
    return (inside / (stop - start)[:, None]).astype(dtype if dtype.kind == "f" else float)
