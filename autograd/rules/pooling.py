"""Pooling: a window slides over the spatial axes, and of what it sees one number is kept, the largest or the average.

Shapes are PyTorch's: x (N, C, *sizes), y (N, C, *out). `padding` is a pair (before, after) for each axis; the border
is below everything for a maximum, and 0 for an average. Windows may overlap, or leave elements out.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..op import Op, composite, general, multilinear, sample
from .shifting import Geometry, Pads, Sizes, geometry, inner


def _bordered(x: Any, padding: Pads, value: float) -> Any:
    if not padding:
        return x
    whole = _like(x, tuple(n + sum(pair) for n, pair in zip(x.shape[2:], padding, strict=True)), x.dtype)
    if value:
        whole[...] = value
    whole[inner(x.shape[2:], padding)] = x
    return whole


def _like(lead: Any, sizes: Sizes, dtype: Any) -> Any:
    """Zeros (N, C, *sizes) that lie in memory as `lead` does, channels first or images first."""
    n, c = lead.shape[:2]
    if lead.strides[0] < lead.strides[1]:
        return np.zeros((c, n, *sizes), dtype).swapaxes(0, 1)
    return np.zeros((n, c, *sizes), dtype)


def _geometry(sizes: Any, kernel: Sizes, stride: Sizes, padding: Pads, dilation: Sizes) -> Geometry:
    return geometry(tuple(sizes), kernel, stride or kernel, padding, dilation)


def _windows(x: Any, geo: Geometry) -> list[Any]:
    """For each place in the window, what all the windows see there: views of shape (N, C, *out)."""
    return [x[(..., *geo.window(k))] for k in range(len(geo.starts))]


def _apart(geo: Geometry) -> bool:
    """Whether no element is seen through two windows."""
    return all(stride > last for stride, last in zip(geo.stride, geo.starts[-1], strict=True))


def _parted(geo: Geometry) -> bool:
    """Whether each element is seen through just one window."""
    return _apart(geo) and prod(geo.out) * len(geo.starts) == prod(geo.padded)


def _max_pool(
    x: Any, /, kernel: Sizes = (), stride: Sizes = (), padding: Pads = (), dilation: Sizes = ()
) -> tuple[Any, Any]:
    """The largest element of each window, and the number of its place in the window; the first, if several are."""
    seen = _windows(_bordered(x, padding, -np.inf), _geometry(x.shape[2:], kernel, stride, padding, dilation))
    y = seen[0].copy(order="K")
    counter = np.uint8 if len(seen) <= 256 else np.uint32
    winners = np.zeros_like(y, dtype=counter)
    for k, apart in enumerate(seen[1:], 1):
        candidate = apart.copy(order="K")  # it is looked at twice, and lies with gaps
        larger = (candidate > y).astype(counter)
        larger *= counter(k)
        np.maximum(winners, larger, out=winners)  # places are met in order, so the last that was larger has won
        np.maximum(y, candidate, out=y)
    return y, winners


def _winners(x: Any, /, kernel: Sizes = (), stride: Sizes = (), padding: Pads = (), dilation: Sizes = ()) -> Any:
    return _max_pool(x, kernel, stride, padding, dilation)[1]


def _read_winners(
    x: Any, winners: Any, /, kernel: Sizes = (), stride: Sizes = (), padding: Pads = (), dilation: Sizes = ()
) -> Any:
    seen = _windows(_bordered(x, padding, 0.0), _geometry(x.shape[2:], kernel, stride, padding, dilation))
    y = np.zeros_like(seen[0])
    for k, candidate in enumerate(seen):
        y += candidate * (winners == k)
    return y


def _add_winners(
    g: Any, winners: Any, /, size: Sizes = (), kernel: Sizes = (), stride: Sizes = (), padding: Pads = (),
    dilation: Sizes = (),
) -> Any:  # fmt: skip
    geo = _geometry(size, kernel, stride, padding, dilation)
    return _put_winners(g, winners, geo, _like(winners, geo.padded, g.dtype))[inner(size, padding)]


def _add_winners_into(
    g: Any, winners: Any, /, size: Sizes = (), kernel: Sizes = (), stride: Sizes = (), padding: Pads = (),
    dilation: Sizes = (), *, out: Any,
) -> Any:  # fmt: skip
    """The same into a given array."""
    geo = _geometry(size, kernel, stride, padding, dilation)
    if geo.padded != size:
        out[...] = _add_winners(g, winners, size, kernel, stride, padding, dilation)
        return out
    if not _parted(geo):  # some are seen by none, or by several
        out[...] = 0
    return _put_winners(g, winners, geo, out)


def _put_winners(g: Any, winners: Any, geo: Geometry, whole: Any) -> Any:
    """Give each window's gradient to its winner in `whole`, which holds zeros wherever it is not written to."""
    if (g.strides[0] < g.strides[1]) != (winners.strides[0] < winners.strides[1]):
        g, away = np.empty_like(winners, g.dtype), g  # products of arrays that lie differently take three times as long
        g[...] = away
    apart = _apart(geo)
    for k, part in enumerate(_windows(whole, geo)):
        if apart:
            np.multiply(g, winners == k, out=part)
        else:
            part += g * (winners == k)
    return whole


_MAX_CASES: tuple[tuple[Sizes, dict[str, Any]], ...] = (
    ((2, 2, 4, 4), {"kernel": (2, 2)}),
    ((1, 2, 5), {"kernel": (3,), "stride": (2,), "padding": ((1, 1),)}),
    ((1, 1, 4, 5), {"kernel": (3, 2), "stride": (1, 1)}),
    ((1, 1, 5, 5), {"kernel": (2, 2), "stride": (1, 2), "padding": ((0, 1), (1, 0)), "dilation": (2, 2)}),
    ((0, 1, 4), {"kernel": (2,)}),
)


def _example(shape: Sizes, options: dict[str, Any]) -> tuple[Any, Any]:
    """An input and its winners: places that windows do have their largest element at."""
    x = np.sin(1.7 * np.arange(np.prod(shape))).reshape(shape)
    return x, _winners(x, **options)


WINNERS: Op = general(
    "pool_winners",
    _winners,
    None,
    samples=tuple(sample(shape, **options) for shape, options in _MAX_CASES),
    why="Which place in each window holds the largest element: it jumps from one to another, so nothing flows back.",
)
MAX_POOL: Op = composite(
    "max_pool",
    _max_pool,
    lambda g, y, x, winners, **options: ADD_WINNERS(g, winners, size=tuple(x.shape[2:]), **options),
    saves="winners",
    definition=lambda x, **options: READ_WINNERS(x, WINNERS(x, **options), **options),
    samples=tuple(sample(shape, **options) for shape, options in _MAX_CASES),
    why="Only the largest element of each window moves the output, so it alone gets the gradient; the first at a tie.",
)
READ_WINNERS: Op = multilinear(
    "read_winners",
    _read_winners,
    lambda g, y, x, winners, **options: ADD_WINNERS(g, winners, size=tuple(x.shape[2:]), **options),
    None,
    samples=tuple(sample(shape, _example(shape, options)[1], **options) for shape, options in _MAX_CASES),
    why="Each window's output was read at one place: its gradient goes back there.",
)
ADD_WINNERS: Op = multilinear(
    "add_winners",
    _add_winners,
    lambda g, y, x, winners, size=(), **options: READ_WINNERS(g, winners, **options),
    None,
    into=_add_winners_into,
    samples=tuple(
        sample(winners.shape, winners, size=shape[2:], **options)
        for shape, options in _MAX_CASES
        for _, winners in [_example(shape, options)]
    ),
    why="The adjoint of reading at one place of each window: what was added there gets that place's gradient.",
)


_FEW = 36  # places in a window up to which they are gone through one by one


def _large_tiles(geo: Geometry) -> bool:
    """Whether windows have many places and part everything among them, as that of a global average does."""
    return len(geo.starts) > _FEW and _parted(geo)


def _tiled(x: Any, geo: Geometry) -> Any:
    """A view with two axes for each spatial one: the windows, and the places in them."""
    return x.reshape(*x.shape[:2], *(size for pair in zip(geo.out, geo.stride, strict=True) for size in pair))


def _sum_of_tiles(x: Any, geo: Geometry) -> Any:
    y = _tiled(x, geo)
    if prod(geo.out) == 1:
        return np.add.reduce(y, axis=tuple(range(3, y.ndim, 2)))
    for axis in range(3, x.ndim + 1):  # one after the other: the longest runs of memory are added first
        y = np.add.reduce(y, axis=axis)
    return y


def _avg_pool(x: Any, /, kernel: Sizes = (), stride: Sizes = (), padding: Pads = (), divisor: Any = None) -> Any:
    geo = _geometry(x.shape[2:], kernel, stride, padding, ())
    x = _bordered(x, padding, 0.0)
    if _large_tiles(geo):
        y = _sum_of_tiles(x, geo)
    else:
        first, *others = _windows(x, geo)
        y = first.copy(order="K")
        for seen in others:
            y += seen
    return np.divide(y, len(geo.starts) if divisor is None else divisor, out=y, casting="same_kind")


def _spread_average(
    g: Any, /, size: Sizes = (), kernel: Sizes = (), stride: Sizes = (), padding: Pads = (), divisor: Any = None
) -> Any:
    geo = _geometry(size, kernel, stride, padding, ())
    share = np.divide(g, len(geo.starts) if divisor is None else divisor).astype(g.dtype, copy=False)
    whole = _like(g, geo.padded, g.dtype)
    if _large_tiles(geo):
        _tiled(whole, geo)[...] = share.reshape(*g.shape[:2], *(m for n in geo.out for m in (n, 1)))
    else:
        apart = _apart(geo)
        for part in _windows(whole, geo):
            if apart:
                part[...] = share
            else:
                part += share
    return whole[inner(size, padding)]


_EDGES = np.array([2.0, 3.0, 3.0, 2.0])  # how many elements of a line of four a window of three sees
AVG_POOL: Op = multilinear(
    "avg_pool",
    _avg_pool,
    lambda g, y, x, **options: SPREAD_AVERAGE(g, size=tuple(x.shape[2:]), **options),
    samples=(
        sample((2, 2, 4, 4), kernel=(2, 2)),
        sample((1, 2, 8, 10), kernel=(8, 5)),
        sample((1, 2, 40), kernel=(40,)),
        sample((2, 1, 4), kernel=(3,), stride=(1,), padding=((1, 1),), divisor=_EDGES),
        sample((1, 1, 5, 6), kernel=(2, 3), stride=(2, 1), padding=((1, 0), (0, 1)), divisor=5),
    ),
    why="Every element of a window moves the average alike, so each gets an equal part of the window's gradient.",
)
SPREAD_AVERAGE: Op = multilinear(
    "spread_average",
    _spread_average,
    lambda g, y, x, size=(), **options: AVG_POOL(g, **options),
    samples=(
        sample((2, 1, 2, 2), size=(4, 4), kernel=(2, 2)),
        sample((1, 2, 1, 2), size=(8, 10), kernel=(8, 5)),
        sample((2, 1, 4), size=(4,), kernel=(3,), stride=(1,), padding=((1, 1),), divisor=_EDGES),
    ),
    why="The adjoint of averaging: each window's share was given to all that it sees, so each passes its share back.",
)
