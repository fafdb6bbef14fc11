"""A batch in two halves, on two threads of Python with one BLAS thread each, beside the whole batch on one.

Each thread has a network of its own; the gradients are averaged, one network is updated, and its weights are copied to
the other. The result is that of the whole batch, to rounding, where nothing depends on the batch as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from nn.threads import num_threads

from .engines.chainrule_eager import build, parts
from .measure import interleave, ratio, sampler
from .workloads import MLP, WORKLOADS, ConvNet

NAMES = ("W3", "W4", "W5")


def measure(name: str, *, rounds: int, seconds: float = 0.02) -> dict[str, Any]:
    """Seconds of a step on one thread, and how many times as long it takes on two."""
    with ThreadPoolExecutor(1) as other, num_threads(1):
        contenders = {"one": sampler(build(network(name))), "two": sampler(halves(name, other))}
        times = interleave(contenders, rounds=rounds, seconds=seconds)
    return {"seconds": float(np.median(times["one"])), "ratio": list(ratio(times["two"], times["one"]))}


def network(name: str) -> MLP | ConvNet:
    """The workload of that name, which is one with a batch."""
    workload = WORKLOADS[name]
    assert isinstance(workload, MLP | ConvNet)
    return workload


def halves(name: str, other: ThreadPoolExecutor) -> Callable[[], float]:
    """The same step, half of it on another thread."""
    workload = network(name)
    (x, target), half = workload.data(), workload.batch // 2
    nets = [parts(workload) for _ in range(2)]
    batches = [(x[:half], target[:half]), (x[half:], target[half:])]
    pairs = list(zip(*(net.parameters() for net, _, _ in nets), strict=True))

    def gradients(i: int) -> float:
        net, loss_function, optimizer = nets[i]
        optimizer.zero_grad()
        loss = loss_function(net(batches[i][0]), batches[i][1])
        loss.backward()
        return float(loss.item())

    def step() -> float:
        there = other.submit(gradients, 1)
        losses = gradients(0), there.result()
        for p, q in pairs:
            g = p.grad.data
            g += q.grad.data
            g *= np.float32(0.5)
        nets[0][2].step()
        for p, q in pairs:
            q.data[...] = p.data
        return sum(losses) / 2

    return step
