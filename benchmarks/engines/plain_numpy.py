"""(a) What one writes by hand: forward, the chain rule on paper, update; no buffer is reused, no step is fused."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import numpy as np

from ..workloads import MLP, Array, Chain, Workload

TITLE = "NumPy by hand"
NEEDS = ("numpy",)


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
    layers = workload.weights()
    velocity = [[np.zeros_like(w), np.zeros_like(b)] for w, b in layers]
    loss_and_gradient = _cross_entropy if workload.loss == "cross_entropy" else _mean_squared_error

    def step() -> float:
        inputs, h = [], x
        for w, b in layers[:-1]:
            inputs.append(h)
            z = h @ w + b
            h = np.maximum(z, 0) if workload.activation == "relu" else np.tanh(z)
        inputs.append(h)
        w, b = layers[-1]
        loss, g = loss_and_gradient(h @ w + b, target)

        gradients: list[list[Array]] = []
        for i in reversed(range(len(layers))):
            gradients.insert(0, [inputs[i].T @ g, g.sum(axis=0)])
            if i > 0:
                g, h = g @ layers[i][0].T, inputs[i]
                g = g * (h > 0) if workload.activation == "relu" else g * (1 - h * h)

        for i, gradient in enumerate(gradients):
            if workload.momentum:
                velocity[i] = [workload.momentum * v + g for v, g in zip(velocity[i], gradient, strict=True)]
            for p, update in zip(layers[i], velocity[i] if workload.momentum else gradient, strict=True):
                p -= workload.lr * update
        return float(loss)

    return step


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
