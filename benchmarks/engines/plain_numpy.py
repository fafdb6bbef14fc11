"""(a) What one writes by hand: forward, the chain rule on paper, update; no buffer is reused, no step is fused."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import numpy as np

from ..workloads import MLP, Array, Chain, ConvNet, Workload
from . import _plain_conv
from ._plain_updates import updates

TITLE = "NumPy by hand"
NEEDS = ("numpy",)
TRACED = True


@singledispatch
def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    raise NotImplementedError(workload)


@build.register
def _(workload: Chain) -> Callable[[], float]:
    x, w, b = workload.arrays()

    def step() -> float:
        h, saved = x, []
        for i in range(workload.length):
            if i % 3 == 0:
                saved.append(h)
                h = h * w
            elif i % 3 == 1:
                h = h + b
            else:
                h = np.tanh(h)
                saved.append(h)
        loss = h.sum()

        g, gw, gb = np.ones_like(h), np.zeros_like(w), np.zeros_like(b)
        for i in reversed(range(workload.length)):
            if i % 3 == 0:
                gw += g * saved.pop()
                g = g * w
            elif i % 3 == 1:
                gb += g
            else:
                y = saved.pop()
                g = g * (1 - y * y)
        return float(loss)

    return step


@build.register
def _(workload: MLP) -> Callable[[], float]:
    x, target = workload.data()
    layers = [list(pair) for pair in workload.weights()]
    if workload.norm:  # a scale and a shift, but for the last layer
        layers = [[w, b, np.ones_like(b), np.zeros_like(b)] for w, b in layers[:-1]] + layers[-1:]
    statistics = [[np.zeros_like(layer[1]), np.ones_like(layer[1])] for layer in layers]
    update = updates(workload, [p for layer in layers for p in layer])
    loss_and_gradient = _cross_entropy if workload.loss == "cross_entropy" else _mean_squared_error

    def step() -> float:
        inputs, normal, h = [], [], x
        for i, (w, b, *norm) in enumerate(layers[:-1]):
            inputs.append(h)
            z = h @ w + b
            if norm:
                z, saved = _normalise(z, norm[0], norm[1], statistics[i])
                normal.append(saved)
            h = np.maximum(z, 0) if workload.activation == "relu" else np.tanh(z)
        inputs.append(h)
        w, b, *_ = layers[-1]
        loss, g = loss_and_gradient(h @ w + b, target)

        gradients: list[list[Array]] = []
        for i in reversed(range(len(layers))):
            extra: list[Array] = []
            if i < len(layers) - 1:
                g, h = g @ layers[i + 1][0].T, inputs[i + 1]
                g = g * (h > 0) if workload.activation == "relu" else g * (1 - h * h)
                if workload.norm:
                    g, *extra = _normalise_back(g, layers[i][2], *normal[i])
            gradients.insert(0, [inputs[i].T @ g, g.sum(axis=0), *extra])
        update([g for layer in gradients for g in layer])
        return float(loss)

    return step


@build.register
def _(workload: ConvNet) -> Callable[[], float]:
    return _plain_conv.build(workload, _cross_entropy)


def _normalise(z: Array, scale: Array, shift: Array, statistics: list[Array]) -> tuple[Array, tuple[Array, Array]]:
    n = len(z)
    mean = z.mean(axis=0)
    centred = z - mean
    variance = (centred * centred).mean(axis=0)
    rate = 1 / np.sqrt(variance + 1e-5)
    statistics[0] = 0.9 * statistics[0] + 0.1 * mean
    statistics[1] = 0.9 * statistics[1] + 0.1 * variance * n / (n - 1)
    normal = centred * rate
    return normal * scale + shift, (normal, rate)


def _normalise_back(g: Array, scale: Array, normal: Array, rate: Array) -> tuple[Array, Array, Array]:
    n, scaled = len(g), g * scale
    dz = rate / n * (n * scaled - scaled.sum(axis=0) - normal * (scaled * normal).sum(axis=0))
    return dz, (g * normal).sum(axis=0), g.sum(axis=0)


def _cross_entropy(logits: Array, target: Array) -> tuple[Any, Array]:
    rows = np.arange(len(target))
    z = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[rows, target]).mean()
    p[rows, target] -= 1
    return loss, p / len(target)


def _mean_squared_error(prediction: Array, target: Array) -> tuple[Any, Array]:
    error = prediction - target
    return (error * error).mean(), 2 * error / error.size
