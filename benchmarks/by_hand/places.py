"""Shape, order and place: elements move and do not change."""

from __future__ import annotations

from typing import Any

import numpy as np

from .row import Array, column, matrix, places, row, vector


@row("reshape", matrix, shape=-1)
def _reshape(g: Array, x: Array) -> Any:
    return x.reshape(-1), (g.reshape(x.shape),)


@row("transpose", matrix)
def _transpose(g: Array, x: Array) -> Any:
    return x.T, (g.T,)


@row("swapaxes", matrix, axis1=0, axis2=1)
def _swapaxes(g: Array, x: Array) -> Any:
    return x.swapaxes(0, 1), (g.swapaxes(0, 1),)


@row("expand_dims", matrix, axis=0)
def _expand_dims(g: Array, x: Array) -> Any:
    return x[None], (g[0],)


@row("broadcast_to", vector, shape=lambda n: (n, n))
def _broadcast_to(g: Array, x: Array) -> Any:
    return np.broadcast_to(x, (len(x), len(x))), (g.sum(axis=0),)


@row("astype", matrix, dtype=np.dtype(np.float64))
def _astype(g: Array, x: Array) -> Any:
    return x.astype(np.float64), (g.astype(np.float32),)


@row("concatenate", matrix, matrix)
def _concatenate(g: Array, a: Array, b: Array) -> Any:
    return np.concatenate((a, b)), (g[: len(a)], g[len(a) :])


@row("stack", matrix, matrix)
def _stack(g: Array, a: Array, b: Array) -> Any:
    return np.stack((a, b)), (g[0], g[1])


@row("split", matrix, output=0, indices_or_sections=2)
def _split(g: Array, x: Array) -> Any:
    y, _ = np.split(x, 2)
    gx = np.zeros_like(x)
    gx[: len(g)] = g
    return y, (gx,)


@row("getitem", matrix, case="slice", index=slice(None, None, 2))
def _getitem_slice(g: Array, x: Array) -> Any:
    gx = np.zeros_like(x)
    gx[::2] = g
    return x[::2], (gx,)


@row("getitem", matrix, case="integer array", index=lambda n: np.arange(n) // 2)
def _getitem_rows(g: Array, x: Array) -> Any:
    rows = np.arange(len(x)) // 2
    gx = np.zeros_like(x)
    np.add.at(gx, rows, g)
    return x[rows], (gx,)


@row("setitem", matrix, vector, index=0)
def _setitem(g: Array, x: Array, value: Array) -> Any:
    y, gx = x.copy(), g.copy()
    y[0], gx[0] = value, 0
    return y, (gx, g[0])


@row("scatter_add", matrix, index=lambda n: np.arange(n) // 2, shape=lambda n: (n, n))
def _scatter_add(g: Array, x: Array) -> Any:
    rows = np.arange(len(x)) // 2
    y = np.zeros_like(x)
    np.add.at(y, rows, x)
    return y, (g[rows],)


@row("copy", matrix)
def _copy(g: Array, x: Array) -> Any:
    return x.copy(), (g,)


@row("flip", matrix, axis=0)
def _flip(g: Array, x: Array) -> Any:
    return x[::-1], (g[::-1],)


@row("moveaxis", matrix, source=0, destination=1)
def _moveaxis(g: Array, x: Array) -> Any:
    return np.moveaxis(x, 0, 1), (np.moveaxis(g, 1, 0),)


@row("pad", matrix, pad_width=((1, 1), (1, 1)))
def _pad(g: Array, x: Array) -> Any:
    return np.pad(x, 1), (g[1:-1, 1:-1],)


@row("roll", matrix, shift=1, axis=0)
def _roll(g: Array, x: Array) -> Any:
    return np.roll(x, 1, axis=0), (np.roll(g, -1, axis=0),)


@row("sliding_window_view", vector, window_shape=3)
def _sliding_window_view(g: Array, x: Array) -> Any:
    gx = np.zeros_like(x)
    for i in range(3):
        gx[i : len(x) - 2 + i] += g[:, i]
    return np.lib.stride_tricks.sliding_window_view(x, 3), (gx,)


@row("sort", matrix, axis=1)
def _sort(g: Array, x: Array) -> Any:
    order = x.argsort(axis=1)
    gx = np.empty_like(x)
    np.put_along_axis(gx, order, g, axis=1)
    return np.take_along_axis(x, order, axis=1), (gx,)


@row("squeeze", column, axis=1)
def _squeeze(g: Array, x: Array) -> Any:
    return x[:, 0], (g[:, None],)


@row("unstack", matrix, output=0)
def _unstack(g: Array, x: Array) -> Any:
    gx = np.zeros_like(x)
    gx[0] = g
    return x[0], (gx,)


@row("take_along_axis", matrix, places, axis=1)
def _take_along_axis(g: Array, x: Array, indices: Array) -> Any:
    gx = np.zeros_like(x)
    np.add.at(gx, (np.arange(len(x))[:, None], indices), g)
    return np.take_along_axis(x, indices, axis=1), (gx,)


@row("add_along_axis", matrix, places, shape=lambda n: (n, n), axis=1)
def _add_along_axis(g: Array, x: Array, indices: Array) -> Any:
    y = np.zeros_like(x)
    np.add.at(y, (np.arange(len(x))[:, None], indices), x)
    return y, (np.take_along_axis(g, indices, axis=1),)
