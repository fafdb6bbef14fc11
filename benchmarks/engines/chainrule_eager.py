"""This project as a user writes it: an `nn` network, a loss, `backward()`, an optimiser's `step()`."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import numpy as np

import nn
from autograd import Tensor

from ..workloads import MLP, Chain, ConvNet, Workload

TITLE = "chainrule eager"
NEEDS = ("numpy",)
TRACED = True

_ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}
_LOSSES = {"mse": nn.MSELoss, "cross_entropy": nn.CrossEntropyLoss}


@singledispatch
def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    raise NotImplementedError(workload)


@build.register
def _(workload: Chain) -> Callable[[], float]:
    x, *parameters = workload.arrays()
    w, b = (Tensor(array, requires_grad=True) for array in parameters)

    def step() -> float:
        h = x
        for i in range(workload.length):
            h = h * w if i % 3 == 0 else h + b if i % 3 == 1 else np.tanh(h)
        loss = h.sum()
        loss.backward()
        w.grad = b.grad = None
        return float(loss.item())

    return step


@build.register
def _(workload: MLP | ConvNet) -> Callable[[], float]:
    x, target = workload.data()
    net, loss_function, optimizer = parts(workload)

    def step() -> float:
        optimizer.zero_grad()
        loss = loss_function(net(x), target)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def parts(workload: MLP | ConvNet) -> tuple[nn.Sequential, nn.Module, nn.optim.Optimizer]:
    """The network with the workload's first weights, its loss and its optimiser."""
    if isinstance(workload, ConvNet):
        net = _conv_net(workload)
        return net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=workload.lr)
    net = _mlp(workload)
    if workload.optimizer == "adam":
        return net, _LOSSES[workload.loss](), nn.optim.Adam(net.parameters(), lr=workload.lr)
    return net, _LOSSES[workload.loss](), nn.optim.SGD(net.parameters(), lr=workload.lr, momentum=workload.momentum)


def _mlp(workload: MLP) -> nn.Sequential:
    layers: list[nn.Module] = []
    for w, b in workload.weights():
        linear = nn.Linear(*w.shape, dtype=np.float32)
        linear.load_state_dict({"weight": w.T.copy(), "bias": b})
        norm = [nn.BatchNorm1d(w.shape[1], dtype=np.float32)] if workload.norm else []
        layers += [linear, *norm, _ACTIVATIONS[workload.activation]()]
    return nn.Sequential(*layers[: -2 if workload.norm else -1])  # nothing after the last layer


def _conv_net(workload: ConvNet) -> nn.Sequential:
    layers: list[nn.Module] = []
    *kernels, (last, bias) = workload.weights()
    for w, b in kernels:
        conv = nn.Conv2d(w.shape[1], w.shape[0], workload.kernel, dtype=np.float32)
        conv.load_state_dict({"weight": w, "bias": b})
        layers += [conv, nn.ReLU(), nn.MaxPool2d(2)]
    linear = nn.Linear(*last.shape, dtype=np.float32)
    linear.load_state_dict({"weight": last.T.copy(), "bias": bias})
    return nn.Sequential(*layers, nn.Flatten(), linear)
