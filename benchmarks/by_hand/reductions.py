"""Many elements to few."""

from __future__ import annotations

from typing import Any

import numpy as np

from .row import Array, matrix, row


@row("sum", matrix)
def _sum(g: Array, x: Array) -> Any:
    return x.sum(), (np.full_like(x, g),)


@row("sum", matrix, case="axis 0", axis=0)
def _sum_axis(g: Array, x: Array) -> Any:
    return x.sum(axis=0), (np.tile(g, (len(x), 1)),)


@row("mean", matrix)
def _mean(g: Array, x: Array) -> Any:
    return x.mean(), (np.full_like(x, g / x.size),)


@row("max", matrix, axis=1)
def _max(g: Array, x: Array) -> Any:
    best = x.argmax(axis=1)
    gx = np.zeros_like(x)
    gx[np.arange(len(x)), best] = g
    return x.max(axis=1), (gx,)


@row("min", matrix, axis=1)
def _min(g: Array, x: Array) -> Any:
    best = x.argmin(axis=1)
    gx = np.zeros_like(x)
    gx[np.arange(len(x)), best] = g
    return x.min(axis=1), (gx,)


@row("logsumexp", matrix, axis=1)
def _logsumexp(g: Array, x: Array) -> Any:
    top = x.max(axis=1, keepdims=True)
    e = np.exp(x - top)
    total = e.sum(axis=1, keepdims=True)
    return (np.log(total) + top)[:, 0], (g[:, None] * e / total,)


@row("log_softmax", matrix)
def _log_softmax(g: Array, x: Array) -> Any:
    z = x - x.max(axis=1, keepdims=True)
    y = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return y, (g - np.exp(y) * g.sum(axis=1, keepdims=True),)
