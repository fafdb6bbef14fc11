"""W5 for `plain_numpy`: convolution as a product over sliding windows, pooling as a maximum over a reshaped view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..workloads import Array, ConvNet
from ._plain_updates import updates

LossAndGradient = Callable[[Array, Array], tuple[Any, Array]]


class Saved(NamedTuple):
    """What the way back through a block needs of the way there."""

    windows: Array  # (N, C, H, W, k, k): the input, as the kernel sees it
    z: Array  # (N, O, H, W): before ReLU
    blocks: Array  # (N, O, H/2, 2, W/2, 2): after it, as pooling sees it
    pooled: Array  # (N, O, H/2, W/2)


def build(workload: ConvNet, loss_and_gradient: LossAndGradient) -> Callable[[], float]:
    """One step; the loss and its gradient are those of the other networks."""
    x, target = workload.data()
    (w1, b1), (w2, b2), (w, b) = workload.weights()
    update = updates(workload, (w1, b1, w2, b2, w, b))

    def step() -> float:
        h1, saved1 = _forward(x, w1, b1)
        h2, saved2 = _forward(h1, w2, b2)
        features = h2.reshape(len(x), -1)
        loss, g = loss_and_gradient(features @ w + b, target)
        gw, gb = features.T @ g, g.sum(axis=0)
        g2 = _before_pooling((g @ w.T).reshape(h2.shape), saved2)
        g1 = _before_pooling(_of_input(g2, w2), saved1)
        gradients = (*_of_parameters(g1, saved1), *_of_parameters(g2, saved2), gw, gb)
        update(gradients)
        return float(loss)

    return step


def _forward(x: Array, w: Array, b: Array) -> tuple[Array, Saved]:
    windows = sliding_window_view(x, w.shape[2:], axis=(2, 3))
    z = np.tensordot(windows, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2) + b[:, None, None]
    n, c, height, width = z.shape
    even = np.maximum(z, 0)[:, :, : height // 2 * 2, : width // 2 * 2]  # an odd row or column is in no pool
    blocks = even.reshape(n, c, height // 2, 2, width // 2, 2)
    pooled = blocks.max(axis=(3, 5))
    return pooled, Saved(windows, z, blocks, pooled)


def _before_pooling(g: Array, saved: Saved) -> Array:
    """The gradient before pooling and ReLU."""
    n, c, height, width = saved.pooled.shape
    chosen = saved.blocks == saved.pooled[:, :, :, None, :, None]
    gz = np.zeros_like(saved.z)
    gz[:, :, : 2 * height, : 2 * width] = (chosen * g[:, :, :, None, :, None]).reshape(n, c, 2 * height, 2 * width)
    return gz * (saved.z > 0)


def _of_parameters(gz: Array, saved: Saved) -> tuple[Array, Array]:
    return np.tensordot(gz, saved.windows, axes=([0, 2, 3], [0, 2, 3])), gz.sum(axis=(0, 2, 3))


def _of_input(gz: Array, w: Array) -> Array:
    """Each input pixel gathers from all outputs that it went into: a convolution with the kernel turned round."""
    border = w.shape[-1] - 1
    padded = np.pad(gz, ((0, 0), (0, 0), (border, border), (border, border)))
    windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    return np.tensordot(windows, w[:, :, ::-1, ::-1], axes=([1, 4, 5], [0, 2, 3])).transpose(0, 3, 1, 2)
