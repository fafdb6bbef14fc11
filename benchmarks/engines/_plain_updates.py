"""Optimisers as one writes them by hand: a loop over the arrays, each line its formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..workloads import MLP, Array, ConvNet

Update = Callable[[Sequence[Array]], None]


def updates(workload: MLP | ConvNet, parameters: Sequence[Array]) -> Update:
    """A function that takes the gradients and changes the parameters in place, by the workload's optimiser."""
    if isinstance(workload, MLP) and workload.optimizer == "adam":
        return _adam(parameters, workload.lr)
    return _sgd(parameters, workload.lr, workload.momentum if isinstance(workload, MLP) else 0.0)


def _sgd(parameters: Sequence[Array], lr: float, momentum: float) -> Update:
    velocity = [np.zeros_like(p) for p in parameters]

    def update(gradients: Sequence[Array]) -> None:
        for i, (p, g) in enumerate(zip(parameters, gradients, strict=True)):
            if momentum:
                g = velocity[i] = momentum * velocity[i] + g
            p -= lr * g

    return update


def _adam(parameters: Sequence[Array], lr: float) -> Update:
    first, second = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    step = 0

    def update(gradients: Sequence[Array]) -> None:
        nonlocal step
        step += 1
        for i, (p, g) in enumerate(zip(parameters, gradients, strict=True)):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g * g
            p -= lr * (first[i] / (1 - 0.9**step)) / (np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8)

    return update
