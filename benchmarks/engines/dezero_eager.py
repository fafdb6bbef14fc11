"""DeZero, the framework of Saito's book "Deep Learning from Scratch 3"."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import dezero
import dezero.functions as F
import numpy as np
from dezero import optimizers
from dezero.functions_conv import conv2d, pooling

from ..workloads import MLP, Chain, ConvNet, Workload

TITLE = "DeZero"
PEER = "dezero"
NEEDS = ("dezero",)
TRACED = True


@singledispatch
def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    raise NotImplementedError(workload)


@build.register
def _(workload: Chain) -> Callable[[], float]:
    x, w, b = map(dezero.Variable, workload.arrays())

    def step() -> float:
        h = x
        for i in range(workload.length):
            h = h * w if i % 3 == 0 else h + b if i % 3 == 1 else F.tanh(h)
        loss = F.sum(h)
        loss.backward()
        for leaf in (x, w, b):
            leaf.cleargrad()
        return float(loss.data)

    return step


@build.register
def _(workload: MLP | ConvNet) -> Callable[[], float]:
    x, target = workload.data()
    if target.dtype.kind == "i":
        target = target.astype(np.int8)  # its gradient takes their dtype, and int64 would make everything float64
    net = _conv_net(workload) if isinstance(workload, ConvNet) else _mlp(workload)
    squared = isinstance(workload, MLP) and workload.loss == "mse"
    loss_function = F.mean_squared_error if squared else F.softmax_cross_entropy
    optimizer = _optimizer(workload).setup(net)

    def step() -> float:
        loss = loss_function(net(x), target)
        net.cleargrads()
        loss.backward()
        optimizer.update()
        return float(loss.data)

    return step


def _optimizer(workload: MLP | ConvNet) -> Any:
    if isinstance(workload, ConvNet) or (workload.optimizer == "sgd" and not workload.momentum):
        return optimizers.SGD(lr=workload.lr)
    if workload.optimizer == "adam":
        # it adds eps before the bias correction, the others after it: this is the same at the first step
        return optimizers.Adam(alpha=workload.lr, eps=1e-8 * (1 - 0.999) ** 0.5)
    return optimizers.MomentumSGD(lr=workload.lr, momentum=workload.momentum)


class _Net(dezero.Layer):  # type: ignore[misc]  # DeZero has no types
    """Parameters in a list, and a function of them and the input."""

    def __init__(self, arrays: list[Any], function: Callable[..., Any]) -> None:
        super().__init__()
        self.function, self.list = function, [dezero.Parameter(array) for array in arrays]
        for i, parameter in enumerate(self.list):
            setattr(self, f"p{i}", parameter)

    def forward(self, x: Any) -> Any:
        return self.function(self.list, x)


def _mlp(workload: MLP) -> _Net:
    arrays = [p for pair in workload.weights() for p in pair]
    depth = len(arrays) // 2
    if workload.norm:
        arrays += [f(n, np.float32) for n in workload.sizes[1:-1] for f in (np.ones, np.zeros)]
    statistics = [(np.zeros(n, np.float32), np.ones(n, np.float32)) for n in workload.sizes[1:-1]]
    activation = F.relu if workload.activation == "relu" else F.tanh

    def function(parameters: list[Any], x: Any) -> Any:
        h, norms = x, parameters[2 * depth :]
        for i in range(depth):
            h = F.linear(h, parameters[2 * i], parameters[2 * i + 1])
            if i < depth - 1:
                if norms:
                    h = F.batch_nrom(h, norms[2 * i], norms[2 * i + 1], *statistics[i], eps=1e-5)
                h = activation(h)
        return h

    return _Net(arrays, function)


def _conv_net(workload: ConvNet) -> _Net:
    def function(parameters: list[Any], x: Any) -> Any:
        w1, b1, w2, b2, w, b = parameters
        h = x
        for kernel, bias in ((w1, b1), (w2, b2)):
            h = pooling(F.relu(conv2d(h, kernel, bias)), 2, 2)
        return F.linear(F.reshape(h, (len(x), -1)), w, b)

    return _Net([p for pair in workload.weights() for p in pair], function)
