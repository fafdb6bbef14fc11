"""The workloads as a user of PyTorch writes them; `torch_eager` runs them as they are, `torch_compiled` compiled."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import singledispatch
from typing import Any

import torch

from ..workloads import MLP, Chain, ConvNet, Workload

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))

_ACTIVATIONS = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
_LOSSES = {"mse": torch.nn.MSELoss, "cross_entropy": torch.nn.CrossEntropyLoss}

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


@singledispatch
def build(workload: Workload, wrap: Wrap) -> Callable[[], float]:
    """One step of a workload; what computes the loss, and the optimiser's step, go through `wrap`."""
    raise NotImplementedError(workload)


@build.register
def _(workload: Chain, wrap: Wrap) -> Callable[[], float]:
    x, *parameters = map(torch.from_numpy, workload.arrays())
    w, b = (parameter.requires_grad_() for parameter in parameters)

    @wrap
    def forward() -> Any:
        h = x
        for i in range(workload.length):
            h = h * w if i % 3 == 0 else h + b if i % 3 == 1 else torch.tanh(h)
        return h.sum()

    def step() -> float:
        loss = forward()
        loss.backward()
        w.grad = b.grad = None
        return float(loss.item())

    return step


@build.register
def _(workload: MLP | ConvNet, wrap: Wrap) -> Callable[[], float]:
    x, target = map(torch.from_numpy, workload.data())
    net = _conv_net(workload) if isinstance(workload, ConvNet) else _mlp(workload)
    loss_function = torch.nn.CrossEntropyLoss() if isinstance(workload, ConvNet) else _LOSSES[workload.loss]()
    optimizer = _optimizer(workload, net)
    update = wrap(optimizer.step)

    @wrap
    def forward() -> Any:
        return loss_function(net(x), target)

    def step() -> float:
        optimizer.zero_grad()
        loss = forward()
        loss.backward()
        update()
        return float(loss.item())

    return step


def _optimizer(workload: MLP | ConvNet, net: Any) -> Any:
    if isinstance(workload, ConvNet):
        return torch.optim.SGD(net.parameters(), lr=workload.lr)
    if workload.optimizer == "adam":
        return torch.optim.Adam(net.parameters(), lr=workload.lr)
    return torch.optim.SGD(net.parameters(), lr=workload.lr, momentum=workload.momentum)


def _filled(layer: Any, weight: Any, bias: Any) -> Any:
    layer.load_state_dict({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)})
    return layer


def _mlp(workload: MLP) -> Any:
    layers: list[Any] = []
    for w, b in workload.weights():
        norm = [torch.nn.BatchNorm1d(w.shape[1])] if workload.norm else []
        layers += [_filled(torch.nn.Linear(*w.shape), w.T.copy(), b), *norm, _ACTIVATIONS[workload.activation]()]
    return torch.nn.Sequential(*layers[: -2 if workload.norm else -1])


def _conv_net(workload: ConvNet) -> Any:
    layers: list[Any] = []
    *kernels, (last, bias) = workload.weights()
    for w, b in kernels:
        conv = torch.nn.Conv2d(w.shape[1], w.shape[0], workload.kernel)
        layers += [_filled(conv, w, b), torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
    return torch.nn.Sequential(*layers, torch.nn.Flatten(), _filled(torch.nn.Linear(*last.shape), last.T.copy(), bias))
