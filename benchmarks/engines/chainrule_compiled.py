"""This project with the whole step compiled: the same step as `chainrule_eager`, through `autograd.compile`."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import numpy as np

import autograd
from autograd import Tensor

from ..workloads import MLP, Chain, ConvNet, Workload
from .chainrule_eager import parts

TITLE = "chainrule compiled"
NEEDS = ("numpy",)
TRACED = True


@singledispatch
def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    raise NotImplementedError(workload)


@build.register
def _(workload: Chain) -> Callable[[], float]:
    x, *parameters = workload.arrays()
    w, b = (Tensor(array, requires_grad=True) for array in parameters)

    @autograd.compile
    def step(x: Any) -> Any:
        h = x
        for i in range(workload.length):
            h = h * w if i % 3 == 0 else h + b if i % 3 == 1 else np.tanh(h)
        w.grad = b.grad = None
        loss = h.sum()
        loss.backward()
        return loss

    return lambda: float(step(x).item())


@build.register
def _(workload: MLP | ConvNet) -> Callable[[], float]:
    x, target = workload.data()
    net, loss_function, optimizer = parts(workload)

    @autograd.compile
    def step(x: Any, target: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_function(net(x), target)
        loss.backward()
        optimizer.step()
        return loss

    return lambda: float(step(x, target).item())
