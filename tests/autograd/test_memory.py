"""The memory report counts each array once, and growth is what it should be."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

from autograd import Tensor, memory_report, ops, scope
from autograd.tape import Node


def test_each_array_counts_once():
    x = Tensor(np.ones((10, 10)), requires_grad=True)
    with scope("layer"):
        y = np.tanh(x)
    z = (y.reshape(100) * y.reshape(100)).sum()
    report = memory_report(z)
    assert report.leaves == 800
    by_op = {node.op: node for node in report.nodes}
    assert (by_op["tanh"].bytes, by_op["reshape"].bytes, by_op["multiply"].bytes) == (800, 0, 800)
    assert (by_op["tanh"].path, by_op["tanh"].shape) == ("layer", (10, 10))
    assert report.total == 1600
    assert "800  tanh" in str(report)
    assert "1,600  in all" in str(report)


def test_saved_arrays_and_several_outputs_count():
    logits = Tensor(np.zeros((8, 4)), requires_grad=True)
    loss = ops.softmax_cross_entropy(logits, np.zeros(8, int))
    assert memory_report(loss).total >= 8 * 4 * 8
    a, b = np.split(logits * 1.0, 2)
    assert [node.op for node in memory_report(a + b).nodes] == ["multiply", "split", "output", "output", "add"]


def test_what_was_freed_keeps_nothing():
    x = Tensor(np.ones(100), requires_grad=True)
    y = (x * x).sum()
    y.backward()
    assert memory_report(y).total == 0


def test_long_graphs_are_cut_in_print():
    x = Tensor(1.0, requires_grad=True)
    for _ in range(50):
        x = x * 2.0
    assert "and 30 nodes that keep less" in str(memory_report(x))


@pytest.mark.slow
def test_ten_thousand_steps_do_not_grow():
    rng = np.random.default_rng(0)
    data, w = rng.normal(size=(16, 8)), Tensor(rng.normal(size=(8, 4)), requires_grad=True)

    def step():
        w.grad = None
        loss = (np.tanh(data @ w) ** 2).mean()
        loss.backward()
        w.assign_(w.detach() - 0.01 * w.grad)

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    for _ in range(200):
        step()
    gc.collect()
    gc.disable()
    try:
        nodes = sum(isinstance(x, Node) for x in gc.get_objects())
        start = resident()
        for _ in range(10_000):
            step()
        assert resident() - start < 5_000_000
        assert sum(isinstance(x, Node) for x in gc.get_objects()) <= nodes
    finally:
        gc.enable()
