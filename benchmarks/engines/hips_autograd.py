"""HIPS autograd, whose import name is ours too: this file runs in an environment in which this tree can't be found."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import autograd
import autograd.numpy as np
from autograd.scipy.signal import convolve

from ..workloads import MLP, Array, Chain, ConvNet, Workload
from ._plain_updates import updates

TITLE = "HIPS autograd"
PEER = "hips"
NEEDS = ("autograd", "scipy")
TRACED = True

if getattr(autograd, "__chainrule__", False):
    raise ImportError(f"hips_autograd: got chainrule's autograd from {autograd.__file__}; expected that of HIPS")


@singledispatch
def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    raise NotImplementedError(workload)


@build.register
def _(workload: Chain) -> Callable[[], float]:
    x, *parameters = workload.arrays()

    def loss(parameters: Any) -> Any:
        w, b = parameters
        h = x
        for i in range(workload.length):
            h = h * w if i % 3 == 0 else h + b if i % 3 == 1 else np.tanh(h)
        return np.sum(h)

    gradients = autograd.value_and_grad(loss)
    return lambda: float(gradients(parameters)[0])


@build.register
def _(workload: MLP | ConvNet) -> Callable[[], float]:
    x, target = workload.data()
    parameters = [p for pair in workload.weights() for p in pair]
    loss = _conv_loss(x, target) if isinstance(workload, ConvNet) else _mlp_loss(workload, x, target)
    if isinstance(workload, MLP) and workload.norm:
        parameters += [f(n, np.float32) for n in workload.sizes[1:-1] for f in (np.ones, np.zeros)]
    gradients, update = autograd.value_and_grad(loss), updates(workload, parameters)

    def step() -> float:
        value, given = gradients(parameters)
        update(given)
        return float(value)

    return step


def _cross_entropy(logits: Any, target: Array) -> Any:
    z = logits - np.max(logits, axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(len(target)), target])


def _mlp_loss(workload: MLP, x: Array, target: Array) -> Callable[[Any], Any]:
    depth = len(workload.sizes) - 1
    statistics = [[np.zeros(n, np.float32), np.ones(n, np.float32)] for n in workload.sizes[1:-1]]

    def loss(parameters: Any) -> Any:
        h, norms = x, parameters[2 * depth :]
        for i in range(depth):
            h = np.dot(h, parameters[2 * i]) + parameters[2 * i + 1]
            if i < depth - 1:
                if norms:
                    h = _normalise(h, norms[2 * i], norms[2 * i + 1], statistics[i])
                h = np.maximum(h, 0) if workload.activation == "relu" else np.tanh(h)
        return _cross_entropy(h, target) if workload.loss == "cross_entropy" else np.mean((h - target) ** 2)

    return loss


def _normalise(z: Any, scale: Any, shift: Any, statistics: list[Array]) -> Any:
    n, mean = len(z), np.mean(z, axis=0)
    centred = z - mean
    variance = np.mean(centred * centred, axis=0)
    statistics[0] = 0.9 * statistics[0] + 0.1 * mean._value
    statistics[1] = 0.9 * statistics[1] + 0.1 * variance._value * n / (n - 1)
    return centred / np.sqrt(variance + 1e-5) * scale + shift


def _conv_loss(x: Array, target: Array) -> Callable[[Any], Any]:
    def loss(parameters: Any) -> Any:
        w1, b1, w2, b2, w, b = parameters
        h = _block(_block(x, w1, b1), w2, b2)
        return _cross_entropy(np.dot(np.reshape(h, (len(x), -1)), w) + b, target)

    return loss


def _block(x: Any, w: Any, b: Any) -> Any:
    # a true convolution turns the kernel round, which in neural networks is not done
    z = convolve(x, w[:, :, ::-1, ::-1], axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid")
    h = np.maximum(z + b[:, None, None], 0)
    n, c, height, width = h.shape
    even = h[:, :, : height // 2 * 2, : width // 2 * 2]
    return np.max(np.max(np.reshape(even, (n, c, height // 2, 2, width // 2, 2)), axis=5), axis=3)
