"""Batches that nn.Trainer divides over two threads of Python, beside one thread: on a quiet machine, and on a busy one.

Each thread has half of a batch and one thread of BLAS. A step is what a user's is: with the norms of all gradients, the
record for `rewind` left out.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import nn
from nn.threads import num_threads

from .engines.chainrule_eager import parts
from .measure import interleave, ratio, sampler
from .workloads import MLP, WORKLOADS, ConvNet


def classifier(width: int, batch: int) -> MLP:
    """An MLP like W4, of another width and with other batches."""
    sizes = (784, width, width, 10)
    return MLP(f"{width} units", sizes, "relu", batch=batch, loss="cross_entropy", lr=0.001, optimizer="adam")


def network(name: str) -> MLP | ConvNet:
    """The workload of that name, which is one with a batch."""
    workload = WORKLOADS[name]
    assert isinstance(workload, MLP | ConvNet)
    return workload


CASES = (
    network("W3"),
    *(classifier(512, batch) for batch in (128, 256, 512)),
    classifier(1024, 128),
    network("W4"),
    classifier(1024, 512),
    network("W5"),
    ConvNet("conv 32 and 64", side=28, channels=(32, 64), kernel=3, classes=10, batch=128, lr=0.05),
)


def trainer(workload: MLP | ConvNet, threads: Any) -> nn.Trainer:
    """A run whose batches are all the same one."""
    net, loss, optimizer = parts(workload)
    loader = nn.data.DataLoader(workload.data(), workload.batch, shuffle=False)
    return nn.Trainer(net, loss, optimizer, loader, threads=threads, keep=0)


def measure(workload: MLP | ConvNet, *, rounds: int, seconds: float = 0.05) -> dict[str, Any]:
    """Seconds of a step on one thread, and how many times as long it takes on two."""
    with num_threads(1):
        runs = {"one": trainer(workload, 1), "two": trainer(workload, 2)}
        steps = {name: sampler(partial(run.run, 1)) for name, run in runs.items()}
        times = interleave(steps, rounds=rounds, seconds=seconds)
        assert runs["two"].threads == 2, runs["two"].why_one_thread
        runs["two"].close()
    return {"seconds": float(np.median(times["one"])), "ratio": list(ratio(times["two"], times["one"]))}


def chosen(workload: MLP | ConvNet) -> bool:
    """Whether threads="auto" divides it, given two cores."""
    run = trainer(workload, "auto")
    run.close()
    return bool(run.threads == 2)
