"""How windows that slide over an array become one matrix product: the arithmetic under convolution.

An image batch lies here as (channels, images, *sizes), so that a channel is one long line and every image follows the
one before it. What a window sees at its place k is then the whole line, moved by a number of elements that belongs to
k: a window's columns are K long copies, with no loop over images or rows. Places where a window would hang over an
edge are computed too, and left out of the result: at 3x3 on 28x28 that is a seventh of the work, and cheaper than
short copies. With a stride most places would be left out, so there each copy takes the places that count only.

The columns are made for a few images at a time, so that they are still in the cache when the product reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

Sizes = tuple[int, ...]
Pads = tuple[tuple[int, int], ...]

COLUMNS = 1 << 20  # bytes of columns made at a time: they and the result stay in the second-level cache
SMALL = 1_000_000  # multiplications up to which OpenBLAS leaves matrices where they are (AVX-512), instead of packing
FEWEST = 1500  # columns below which the calls that this takes would cost more than it saves


class Geometry(NamedTuple):
    """Where windows lie on an input of some size.

    `padded` and `out` are sizes along each axis, `starts` the places in a window as offsets, `shifts` the same as
    numbers of elements along a line; `line` says whether whole lines are moved. `lane` are the sizes on which places
    are computed, all of the padded input or those that count, and `lane_size` is how many that makes.
    """

    padded: Sizes
    out: Sizes
    stride: Sizes
    starts: tuple[Sizes, ...]
    shifts: Sizes
    line: bool
    lane: Sizes
    lane_size: int

    def window(self, k: int) -> tuple[slice, ...]:
        """What place k of every window that counts sees, as an index of the spatial axes."""
        return tuple(
            slice(start, start + s * (n - 1) + 1, s)
            for start, s, n in zip(self.starts[k], self.stride, self.out, strict=True)
        )


def spelled_out(axes: int, stride: Sizes, padding: Pads, dilation: Sizes) -> tuple[Sizes, Pads, Sizes]:
    """Options as they are for each axis; an empty one stands for the default."""
    return stride or (1,) * axes, padding or ((0, 0),) * axes, dilation or (1,) * axes


@lru_cache(maxsize=1024)
def geometry(sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Pads, dilation: Sizes) -> Geometry:
    """Lay windows of `kernel` places, `dilation` apart, on an input of `sizes` with a border."""
    stride, padding, dilation = spelled_out(len(sizes), stride, padding, dilation)
    padded = tuple(n + before + after for n, (before, after) in zip(sizes, padding, strict=True))
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    out = tuple(max((n - span) // s + 1, 0) for n, span, s in zip(padded, spans, stride, strict=True))
    starts = tuple(product(*(range(0, span, d) for span, d in zip(spans, dilation, strict=True))))
    steps = [prod(padded[axis + 1 :]) for axis in range(len(padded))]
    shifts = tuple(sum(o * step for o, step in zip(start, steps, strict=True)) for start in starts)
    line = all(s == 1 for s in stride) and 2 * prod(out) > prod(padded)
    lane = padded if line else out
    return Geometry(padded, out, stride, starts, shifts, line, lane, prod(lane))


def lined(x: Any, padding: Pads) -> Any:
    """(N, C, *sizes) as (C, N, *padded) in one block of memory; no copy if it lies like that already."""
    x = x.swapaxes(0, 1)
    if not any(before or after for before, after in padding):
        return np.ascontiguousarray(x)
    sizes = tuple(n + before + after for n, (before, after) in zip(x.shape[2:], padding, strict=True))
    whole = np.zeros((*x.shape[:2], *sizes), x.dtype)
    whole[inner(x.shape[2:], padding)] = x
    return whole


def inner(sizes: Sizes, padding: Pads) -> tuple[Any, ...]:
    """The index of what lies inside the border."""
    if not padding:
        return (...,)
    return (..., *(slice(before, before + n) for n, (before, _) in zip(sizes, padding, strict=True)))


def laned(g: Any, geo: Geometry) -> Any:
    """(N, O, *out) as (O, N * lane): a line for each channel, zero where no window counts."""
    n, channels = g.shape[:2]
    if geo.lane == geo.out:
        return np.ascontiguousarray(g.swapaxes(0, 1)).reshape(channels, n * geo.lane_size)
    whole: Any = np.zeros((channels, n, *geo.lane), g.dtype)
    whole[(..., *(slice(size) for size in geo.out))] = g.swapaxes(0, 1)
    return whole.reshape(channels, n * geo.lane_size)


def unlaned(y: Any, channels: int, n: int, geo: Geometry) -> Any:
    """The lines of the channels as (N, O, *out): a view that leaves out the places that do not count."""
    return y.reshape(channels, n, *geo.lane)[(..., *(slice(size) for size in geo.out))].swapaxes(0, 1)


def lanes_under(y: Any, geo: Geometry) -> Any:
    """The way back from `unlaned`: the lines (O, N * lane) of which y, (N, O, *out), shows the places that count.

    None when y does not lie as it does after `unlaned`.
    """
    n, channels, item = y.shape[0], y.shape[1], y.itemsize
    places = [item * prod(geo.lane[axis + 1 :]) for axis in range(len(geo.lane))]
    if y.strides != (geo.lane_size * item, n * geo.lane_size * item, *places):
        return None
    return as_strided(y, (channels, n * geo.lane_size), (n * geo.lane_size * item, item))


def chunks(n: int, channels: int, geo: Geometry, itemsize: int) -> Iterator[tuple[int, int]]:
    """The images in groups (first, past the last) whose columns fit into `COLUMNS` bytes."""
    image = channels * len(geo.starts) * geo.lane_size * itemsize
    step = max(1, COLUMNS // max(image, 1))
    return ((a, min(a + step, n)) for a in range(0, n, step))


class Columns:
    """The columns of a lined input, for one group of images after another, in one buffer."""

    def __init__(self, lined_x: Any, geo: Geometry) -> None:
        self.x, self.geo = lined_x, geo
        self.buffer: Any = None

    def of(self, first: int, last: int) -> Any:
        """(C, K, images * lane): for each channel and place of the window, what it sees."""
        x, geo = self.x, self.geo
        channels, places, lane = x.shape[0], len(geo.starts), geo.lane_size
        n = (last - first) * lane
        if places == 1 and geo.line:
            return x.reshape(channels, 1, -1)[..., first * lane : last * lane]
        if self.buffer is None:  # the first group is the largest; zeros, as the ends of moved lines stay unwritten
            self.buffer = np.zeros(channels * places * n, x.dtype)
        columns = self.buffer[: channels * places * n].reshape(channels, places, n)
        if geo.line:
            line = x.reshape(channels, -1)
            for k, shift in enumerate(geo.shifts):
                start = first * lane + shift
                count = min(n, line.shape[1] - start)
                columns[:, k, :count] = line[:, start : start + count]
        else:
            seen = columns.reshape(channels, places, last - first, *geo.out)
            for k in range(places):
                seen[:, k] = x[(slice(None), slice(first, last), *geo.window(k))]
        return columns


def pieces(weights: int, columns: int) -> Iterator[slice]:
    """Columns in groups whose product with so many weights is a small one, which is up to six times as fast."""
    most = SMALL // max(weights, 1)
    step = columns if most < FEWEST or columns <= most else most // 16 * 16
    return (slice(first, min(first + step, columns)) for first in range(0, columns, max(step, 1)))


def add_columns(columns: Any, whole: Any, geo: Geometry, first: int, last: int) -> None:
    """The way back: add columns (C, K, images * lane) into (C, N, *padded) where they were seen."""
    channels, lane = whole.shape[0], geo.lane_size
    if geo.line:
        line = whole.reshape(channels, -1)[:, first * lane : last * lane]
        for k, shift in enumerate(geo.shifts):  # what would go past the end was seen by no window that counts
            line[:, shift:] += columns[:, k, : line.shape[1] - shift]
    else:
        seen = columns.reshape(channels, -1, last - first, *geo.out)
        for k in range(len(geo.starts)):
            whole[(slice(None), slice(first, last), *geo.window(k))] += seen[:, k]
