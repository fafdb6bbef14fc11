"""MyGrad, with the layers of `mygrad.nnet`; it has no optimisers, so those are the ones by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import mygrad as mg
import numpy as np
from mygrad.nnet.activations import relu
from mygrad.nnet.layers import batchnorm, conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

from ..workloads import MLP, Chain, ConvNet, Workload
from ._plain_updates import updates

TITLE = "MyGrad"
PEER = "mygrad"
NEEDS = ("mygrad",)
TRACED = True


@singledispatch
def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    raise NotImplementedError(workload)


@build.register
def _(workload: Chain) -> Callable[[], float]:
    x, *parameters = workload.arrays()
    w, b = map(mg.tensor, parameters)

    def step() -> float:
        h = x
        for i in range(workload.length):
            h = h * w if i % 3 == 0 else h + b if i % 3 == 1 else mg.tanh(h)
        loss = h.sum()
        loss.backward()
        w.null_grad()
        b.null_grad()
        return float(loss.item())

    return step


@build.register
def _(workload: MLP | ConvNet) -> Callable[[], float]:
    x, target = workload.data()
    parameters = [mg.tensor(p) for pair in workload.weights() for p in pair]
    if isinstance(workload, MLP) and workload.norm:
        parameters += [mg.tensor(f(n, np.float32)) for n in workload.sizes[1:-1] for f in (np.ones, np.zeros)]
    update = updates(workload, [p.data for p in parameters])
    loss_function = _conv_loss if isinstance(workload, ConvNet) else _mlp_loss(workload)

    def step() -> float:
        loss = loss_function(parameters, x, target)
        loss.backward()
        update([p.grad for p in parameters])
        for p in parameters:
            p.null_grad()
        return float(loss.item())

    return step


def _mlp_loss(workload: MLP) -> Callable[..., Any]:
    depth = len(workload.sizes) - 1
    statistics = [[np.zeros(n, np.float32), np.ones(n, np.float32)] for n in workload.sizes[1:-1]]

    def loss(parameters: Any, x: Any, target: Any) -> Any:
        h, norms = x, parameters[2 * depth :]
        for i in range(depth):
            h = h @ parameters[2 * i] + parameters[2 * i + 1]
            if i < depth - 1:
                if norms:
                    h = batchnorm(h, gamma=norms[2 * i], beta=norms[2 * i + 1], eps=1e-5)
                    _remember(statistics[i], h.creator, len(x))
                h = relu(h) if workload.activation == "relu" else mg.tanh(h)
        return softmax_crossentropy(h, target) if workload.loss == "cross_entropy" else mg.mean((h - target) ** 2)

    return loss


def _remember(statistics: list[Any], norm: Any, n: int) -> None:
    statistics[0] = 0.9 * statistics[0] + 0.1 * norm.mean
    statistics[1] = 0.9 * statistics[1] + 0.1 * norm.var * n / (n - 1)


def _conv_loss(parameters: Any, x: Any, target: Any) -> Any:
    w1, b1, w2, b2, w, b = parameters
    h = x
    for kernel, bias in ((w1, b1), (w2, b2)):
        h = relu(conv_nd(h, kernel, stride=1) + bias.reshape(1, -1, 1, 1))
        even = h.shape[-1] // 2 * 2  # it takes no odd row
        h = max_pool(h[:, :, :even, :even], (2, 2), 2)
    return softmax_crossentropy(h.reshape(len(x), -1) @ w + b, target)
