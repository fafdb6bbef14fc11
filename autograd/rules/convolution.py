"""Convolution over any number of axes, its transpose, and the gradient of its weights.

All three are faces of one sum over products of an input x, a weight w and an output g: each row is that sum's
gradient with respect to one of the three. So their rules are these rows again.

Shapes are PyTorch's: x (N, C, *sizes), weight (O, C / groups, *kernel), bias (O,), g and y (N, O, *out).
`padding` is a pair (before, after) for each axis, so that "same" may be uneven.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..op import Op, composite, multilinear, sample
from .constants import ones
from .index import SCATTER_ADD
from .padding import PAD
from .shifting import (
    Columns,
    Geometry,
    Pads,
    Sizes,
    add_columns,
    chunks,
    geometry,
    inner,
    laned,
    lanes_under,
    lined,
    pieces,
    spelled_out,
    unlaned,
)


def _rows(weight: Any, groups: int) -> Any:
    """(O, C / groups, *kernel) as a matrix for each group: (groups, O / groups, C / groups * K)."""
    return weight.reshape(groups, weight.shape[0] // groups, -1)


def _conv(
    x: Any,
    weight: Any,
    bias: Any = None,
    /,
    stride: Sizes = (),
    padding: Pads = (),
    dilation: Sizes = (),
    groups: Any = 1,
) -> Any:
    geo = geometry(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    y = np.empty((weight.shape[0], x.shape[0] * geo.lane_size), np.result_type(x, weight))
    return unlaned(_convolved(y, geo, x, weight, bias, padding, groups), weight.shape[0], x.shape[0], geo)


def _conv_into(
    x: Any, weight: Any, bias: Any = None, /, stride: Sizes = (), padding: Pads = (), dilation: Sizes = (),
    groups: Any = 1, *, out: Any,
) -> Any:  # fmt: skip
    """The same into an array that lies as a result of `_conv` does: on whole lanes."""
    geo = geometry(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    lines = lanes_under(out, geo)
    if lines is None:
        out[...] = _conv(x, weight, bias, stride, padding, dilation, groups)
    else:
        _convolved(lines, geo, x, weight, bias, padding, groups)
    return out


def _convolved(y: Any, geo: Geometry, x: Any, weight: Any, bias: Any, padding: Pads, groups: int) -> Any:
    """Fill y, (O, N * lane)."""
    n, channels = x.shape[:2]
    lane, rows = geo.lane_size, _rows(weight, groups)
    columns = Columns(lined(x, padding), geo)
    lines = y.reshape(groups, rows.shape[1], n * lane)
    for first, last in chunks(n, channels, geo, x.itemsize):
        part = lines[:, :, first * lane : last * lane]
        seen = columns.of(first, last).reshape(groups, rows.shape[2], -1)
        for piece in pieces(rows[0].size, part.shape[2]):
            np.matmul(rows, seen[..., piece], out=part[..., piece])
        if bias is not None:
            part += bias.reshape(groups, -1, 1)
    return y


def _conv_transpose(
    g: Any, weight: Any, bias: Any = None, /, size: Sizes = (), stride: Sizes = (), padding: Pads = (),
    dilation: Sizes = (), groups: int = 1,
) -> Any:  # fmt: skip
    n = g.shape[0]
    geo = geometry(size, weight.shape[2:], stride, padding, dilation)
    if weight.shape[0] == groups and all(step == 1 for step in geo.stride):
        border = _turned_border(geo, size, padding)
        if min(map(min, border)) >= 0:
            return _conv(g, _turned(weight), bias, (), border, dilation, groups)
    x = _painted(laned(g, geo), geo, weight, n, groups)
    if bias is not None:
        x += bias.reshape(-1, *(1,) * (x.ndim - 1))
    return x[inner(size, padding)].swapaxes(0, 1)


def _painted(lines: Any, geo: Geometry, weight: Any, n: int, groups: int) -> Any:
    """(C, N, *padded): each element of the lines (O, N * lane) paints the weight onto what its window had seen."""
    lane, rows = geo.lane_size, _rows(weight, groups).swapaxes(1, 2)
    channels = groups * weight.shape[1]
    lines = lines.reshape(groups, rows.shape[2], n * lane)
    x = np.zeros((channels, n, *geo.padded), np.result_type(lines, weight))
    for first, last in chunks(n, channels, geo, lines.itemsize):
        part = lines[:, :, first * lane : last * lane]
        columns = np.empty((*rows.shape[:2], part.shape[2]), x.dtype)
        if rows.shape[2] == 1:
            np.multiply(rows, part, columns)  # matmul is slow where it has nothing to add up
        else:
            for piece in pieces(rows[0].size, part.shape[2]):
                np.matmul(rows, part[..., piece], out=columns[..., piece])
        add_columns(columns.reshape(channels, len(geo.starts), -1), x, geo, first, last)
    return x


def _turned(weight: Any) -> Any:
    """The kernels of one output for each group, turned around: (O, C / groups, *kernel) to (C, 1, *kernel).

    With stride 1 a convolution with them is the transposed one, and faster where there is one channel to go back from,
    as in a depthwise layer: its columns hold that one, and not the many that it goes back to.
    """
    turned = weight.reshape(-1, 1, *weight.shape[2:])[(..., *(slice(None, None, -1),) * (weight.ndim - 2))]
    return np.ascontiguousarray(turned)  # matmul is slow on what lies backwards


def _turned_border(geo: Geometry, size: Sizes, padding: Pads) -> Pads:
    """The padding of that convolution; below 0 where the first one's was wider than its window."""
    reach = geo.starts[-1]
    before = [r - (padding[axis][0] if padding else 0) for axis, r in enumerate(reach)]
    return tuple((b, n - m - b + r) for n, m, b, r in zip(size, geo.out, before, reach, strict=True))


def _conv_weight(
    g: Any, x: Any, /, kernel: Sizes = (), stride: Sizes = (), padding: Pads = (), dilation: Sizes = (), groups: int = 1
) -> Any:
    geo = geometry(x.shape[2:], kernel, stride, padding, dilation)
    return _met(laned(g, geo), geo, x, kernel, padding, groups)


def _met(lines: Any, geo: Geometry, x: Any, kernel: Sizes, padding: Pads, groups: int) -> Any:
    """(O, C / groups, *kernel): for each place of the window, what it saw times the lines (O, N * lane)."""
    n, channels = x.shape[:2]
    lane, outputs = geo.lane_size, len(lines)
    lines = lines.reshape(groups, outputs // groups, n * lane)
    columns = Columns(lined(x, padding), geo)
    turned = np.zeros((groups, channels // groups * prod(kernel), outputs // groups), np.result_type(lines, x))
    for first, last in chunks(n, channels, geo, x.itemsize):
        seen = columns.of(first, last).reshape(groups, turned.shape[1], -1)
        part = lines[:, :, first * lane : last * lane].swapaxes(1, 2)
        for piece in pieces(turned[0].size, part.shape[1]):
            # the other way round, lines times columns, the product takes up to twice as long
            turned += seen[..., piece] @ part[:, piece]
    return np.ascontiguousarray(turned.swapaxes(1, 2)).reshape(outputs, channels // groups, *kernel)


def _conv_steps(
    x: Any, weight: Any, bias: Any = None, stride: Sizes = (), padding: Pads = (), dilation: Sizes = (), groups: int = 1
) -> Any:
    """Pad, look through windows, and meet the weights in one matrix product."""
    n, outputs, axes = x.shape[0], weight.shape[0], weight.ndim - 2
    stride, padding, dilation = spelled_out(axes, stride, padding, dilation)
    kernel = tuple(weight.shape[2:])
    spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    if any(before or after for before, after in padding):
        x = PAD(x, pad_width=((0, 0), (0, 0), *padding))
    windows: Any = sliding_window_view(x, spans, axis=tuple(range(2, 2 + axes)))  # (N, C, *places, *spans)
    if any(s != 1 for s in (*stride, *dilation)):
        windows = windows[(..., *(slice(None, None, s) for s in (*stride, *dilation)))]  # (N, C, *out, *kernel)
    out = tuple(windows.shape[2 : 2 + axes])
    windows = windows.reshape(n, groups, weight.shape[1], *out, *kernel)
    over, within = range(3, 3 + axes), range(3 + axes, 3 + 2 * axes)
    columns = windows.transpose(1, 0, *over, 2, *within).reshape(groups, n * prod(out), prod(weight.shape[1:]))
    y = columns @ weight.reshape(groups, outputs // groups, -1).swapaxes(-1, -2)  # (groups, N * out, O / groups)
    y = y.reshape(groups, n, *out, outputs // groups)
    y = y.transpose(1, 0, 2 + axes, *range(2, 2 + axes)).reshape(n, outputs, *out)
    return y if bias is None else y + bias.reshape(-1, *(1,) * axes)


def _conv_transpose_steps(
    g: Any, weight: Any, bias: Any = None, size: Sizes = (), stride: Sizes = (), padding: Pads = (),
    dilation: Sizes = (), groups: int = 1,
) -> Any:  # fmt: skip
    """Spread the elements a stride apart, pad with all that a window reaches, and convolve with the weight turned."""
    axes, out, kernel = weight.ndim - 2, tuple(g.shape[2:]), tuple(weight.shape[2:])
    stride, padding, dilation = spelled_out(axes, stride, padding, dilation)
    spread = tuple((n - 1) * s + 1 for n, s in zip(out, stride, strict=True))
    if any(s != 1 for s in stride):
        every = (..., *(slice(None, None, s) for s in stride))
        g = SCATTER_ADD(g, index=every, shape=(*g.shape[:2], *spread))
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    before = [r - p for r, (p, _) in zip(reach, padding, strict=True)]
    after = [n - m - b + r for n, m, b, r in zip(size, spread, before, reach, strict=True)]
    if min(*before, *after) < 0:  # padding wider than the window's reach: what it saw of the border is dropped
        g = g[(..., *(slice(max(-b, 0), m - max(-a, 0)) for b, a, m in zip(before, after, spread, strict=True)))]
    border = tuple((max(b, 0), max(a, 0)) for b, a in zip(before, after, strict=True))
    turned = weight[(..., *(slice(None, None, -1),) * axes)]
    turned = turned.reshape(groups, -1, weight.shape[1], *kernel).swapaxes(1, 2)  # (groups, C / groups, O / groups, *)
    turned = turned.reshape(groups * weight.shape[1], -1, *kernel)
    return _conv_steps(g, turned, bias, (1,) * axes, border, dilation, groups)


def _bias(g: Any, y: Any, *operands: Any, **options: Any) -> Any:
    return g.sum(axis=(0, *range(2, g.ndim)))


def _conv_joint(
    g: Any, y: Any, x: Any, weight: Any, bias: Any = None, *, needs: tuple[bool, ...], stride: Sizes = (),
    padding: Pads = (), dilation: Sizes = (), groups: int = 1,
) -> tuple[Any, ...]:  # fmt: skip
    """All at once: the cotangent is brought into lines a single time."""
    size, kernel = tuple(x.shape[2:]), tuple(weight.shape[2:])
    geo = geometry(size, kernel, stride, padding, dilation)
    lines = laned(g, geo)
    dx = dweight = dbias = None
    if needs[0] and weight.shape[0] == groups:  # a depthwise layer, which has a quicker way
        dx = _conv_transpose(g, weight, None, size, stride, padding, dilation, groups)
    elif needs[0]:
        dx = _painted(lines, geo, weight, len(x), groups)[inner(size, padding)].swapaxes(0, 1)
    if needs[1]:
        dweight = _met(lines, geo, x, kernel, padding, groups)
    if len(needs) > 2 and needs[2]:
        dbias = lines.dot(ones(lines.shape[1], lines.dtype))
    return (dx, dweight, dbias)[: len(needs)]


CONV: Op = composite(
    "conv",
    _conv,
    lambda g, y, x, weight, bias=None, **options: CONV_TRANSPOSE(g, weight, size=tuple(x.shape[2:]), **options),
    lambda g, y, x, weight, bias=None, **options: CONV_WEIGHT(g, x, kernel=tuple(weight.shape[2:]), **options),
    _bias,
    into=_conv_into,
    joint=_conv_joint,
    definition=_conv_steps,
    samples=(
        sample((2, 3, 4, 4), (2, 3, 2, 2), (2,)),
        sample((2, 1, 5), (2, 1, 3), padding=((1, 1),)),
        sample((2, 2, 7), (2, 1, 3), (2,), stride=(2,), groups=2),
        sample((1, 4, 5, 6), (2, 2, 2, 3), (2,), stride=(2, 1), padding=((1, 0), (2, 2)), groups=2),
        sample((2, 1, 6, 6), (1, 1, 2, 2), (1,), dilation=(2, 3)),
        sample((2, 2, 3, 3), (3, 2, 1, 1), (3,)),
        sample((1, 1, 3, 3, 3), (1, 1, 2, 2, 2)),
        sample((2, 3, 4, 5), (3, 1, 3, 2), (3,), padding=((1, 1), (0, 1)), groups=3),
        sample((1, 4, 6), (2, 2, 3), dilation=(2,), padding=((1, 3),), groups=2),
        sample((0, 1, 4), (1, 1, 2)),
    ),
    why="Each weight met many windows and adds up input times gradient; each input adds up what its windows weigh.",
)
CONV_TRANSPOSE: Op = composite(
    "conv_transpose",
    _conv_transpose,
    lambda g, y, x, weight, bias=None, size=(), **options: CONV(g, weight, **options),
    lambda g, y, x, weight, bias=None, size=(), **options: CONV_WEIGHT(x, g, kernel=tuple(weight.shape[2:]), **options),
    _bias,
    definition=_conv_transpose_steps,
    samples=(
        sample((2, 2, 3, 3), (2, 3, 2, 2), (3,), size=(4, 4)),
        sample((2, 2, 3), (2, 1, 3), (1,), size=(6,), stride=(2,), padding=((1, 0),)),
        sample((1, 4, 2, 3), (4, 1, 2, 2), size=(5, 4), stride=(3, 1), groups=2),
        sample((1, 2, 3), (2, 1, 2), (1,), size=(2,), padding=((2, 1),), dilation=(2,)),
        sample((1, 1, 6), (1, 1, 2), size=(3,), padding=((2, 2),)),
    ),
    why="A convolution walked backwards: each element paints the weight onto the places that its window had seen.",
)
CONV_WEIGHT: Op = multilinear(
    "conv_weight",
    _conv_weight,
    lambda g, y, a, x, kernel=(), **options: CONV(x, g, **options),
    lambda g, y, a, x, kernel=(), **options: CONV_TRANSPOSE(a, g, size=tuple(x.shape[2:]), **options),
    samples=(
        sample((2, 2, 3, 3), (2, 3, 4, 4), kernel=(2, 2)),
        sample((2, 2, 3), (2, 4, 5), kernel=(3,), stride=(2,), padding=((1, 1),), groups=2),
    ),
    why="The gradient of a convolution's weight: for each place in the window, what it saw times what came back.",
)
