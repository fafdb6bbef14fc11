"""This project as a user writes it: an `nn` network, a loss, `backward()`, an optimiser's `step()`."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import numpy as np

import nn
from autograd import Tensor

from ..workloads import MLP, Chain, Workload

TITLE = "chainrule eager"
NEEDS = ("numpy",)

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
def _(workload: MLP) -> Callable[[], float]:
    x, target = workload.data()
    net = network(workload)
    loss_function = _LOSSES[workload.loss]()
    optimizer: nn.optim.Optimizer = nn.optim.Adam(net.parameters(), lr=workload.lr)
    if workload.optimizer == "sgd":
        optimizer = nn.optim.SGD(net.parameters(), lr=workload.lr, momentum=workload.momentum)

    def step() -> float:
        optimizer.zero_grad()
        loss = loss_function(net(x), target)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def network(workload: MLP) -> nn.Sequential:
    """The network with the workload's first weights."""
    layers: list[nn.Module] = []
    for w, b in workload.weights():
        linear = nn.Linear(*w.shape, dtype=np.float32)
        linear.load_state_dict({"weight": w.T.copy(), "bias": b})
        norm = [nn.BatchNorm1d(w.shape[1], dtype=np.float32)] if workload.norm else []
        layers += [linear, *norm, _ACTIVATIONS[workload.activation]()]
    return nn.Sequential(*layers[: -2 if workload.norm else -1])  # nothing after the last layer
