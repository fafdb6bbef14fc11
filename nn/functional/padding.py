"""Borders around the last axes, and windows cut out of them: pad, unfold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import array, sizes

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(input: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    """The input with a border: `pad` is (left, right) for the last axis, then (top, bottom) for the one before, ...

    `mode` "constant" pads with `value`, 0 if not given, and cuts off where a width is negative. "reflect" mirrors
    without repeating the edge, "replicate" repeats the edge, "circular" goes on at the other end.

    Raises ConfigError for another mode, for widths that do not come in pairs, or that are negative where they may
    not be; ShapeError for more pairs than axes, or widths that the mode cannot fill.

    Example:
        >>> pad(np.array([[1.0, 2.0, 3.0]]), (1, 2))
        array([[0., 1., 2., 3., 0., 0.]])
        >>> pad(np.array([[1.0, 2.0, 3.0]]), (2, 1), mode="reflect")
        array([[3., 2., 1., 2., 3., 2.]])
    """
    input = array(input)
    widths = _pairs(input, pad)
    if mode == "constant":
        if any(side < 0 for pair in widths for side in pair):
            cut = tuple(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(widths, input.shape, strict=True))
            input, widths = input[cut], [(max(a, 0), max(b, 0)) for a, b in widths]
        if not any(map(any, widths)):
            return input
        return np.pad(input, widths, constant_values=0 if value is None else value)
    if mode not in MODES:
        expected = "'constant', 'reflect', 'replicate' or 'circular'"
        raise ConfigError(message("pad", f"mode={mode!r}", expected, "choose one of them"))
    for (a, b), n in zip(widths, input.shape, strict=True):
        widest = n - 1 if mode == "reflect" else n if mode == "circular" else max(a, b) * (n > 0)
        if min(a, b) < 0 or max(a, b) > widest:
            got = f"widths {(a, b)} for an axis of {n} with mode {mode!r}"
            raise ShapeError(message("pad", got, f"0 to {widest}", "make the border narrower"))
    return np.pad(input, widths, mode=MODES[mode])  # type: ignore[call-overload]  # the mode is one of three


def _pairs(input: Any, given: Any) -> list[tuple[int, int]]:
    """(before, after) for every axis, the first axis first."""
    flat = list(given) if isinstance(given, (tuple, list)) else [given]
    if len(flat) % 2 or not all(isinstance(side, (int, np.integer)) for side in flat):
        do = "give (left, right), or (left, right, top, bottom)"
        raise ConfigError(message("pad", f"pad={given!r}", "pairs of whole numbers", do))
    pairs = [(int(a), int(b)) for a, b in zip(flat[::2], flat[1::2], strict=True)]
    if len(pairs) > input.ndim:
        got = f"{len(pairs)} pairs for an input of shape {tuple(input.shape)}"
        raise ShapeError(message("pad", got, f"{input.ndim} at most", "give fewer widths"))
    return [(0, 0)] * (input.ndim - len(pairs)) + pairs[::-1]


def unfold(input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """Every window of (N, C, H, W) as a column: (N, C * kernel height * kernel width, number of windows).

    A convolution is the weights, one row for each output, times this.

    Raises ShapeError for another number of axes, or a kernel that does not fit in.

    Example:
        >>> unfold(np.arange(9.0).reshape(1, 1, 3, 3), 2)[0]
        array([[0., 1., 3., 4.],
               [1., 2., 4., 5.],
               [3., 4., 6., 7.],
               [4., 5., 7., 8.]])
    """
    input = array(input)
    kernel, dilated = sizes("unfold", "kernel_size", kernel_size, 2), sizes("unfold", "dilation", dilation, 2)
    steps, border = sizes("unfold", "stride", stride, 2), sizes("unfold", "padding", padding, 2, 0)
    if input.ndim not in (3, 4):
        do = "give a batch of images with channels"
        raise ShapeError(message("unfold", f"input of shape {tuple(input.shape)}", "(N, C, H, W)", do))
    x = input if input.ndim == 4 else input[None]
    x = pad(x, (border[1], border[1], border[0], border[0]))
    spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilated, strict=True))
    if any(span > n for span, n in zip(spans, x.shape[2:], strict=True)):
        got = f"a window of {spans} for images of {tuple(x.shape[2:])} with their border"
        raise ShapeError(message("unfold", got, "a window that fits in", "use a smaller kernel, or more padding"))
    windows: Any = sliding_window_view(x, spans, axis=(2, 3))  # (N, C, *places, *spans)
    windows = windows[:, :, :: steps[0], :: steps[1], :: dilated[0], :: dilated[1]]
    n, c, h, w = windows.shape[:4]
    y = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kernel[0] * kernel[1], h * w)
    return y if input.ndim == 4 else y[0]
