"""A compiled step needs at most a fifth more memory than NumPy by hand, its first call included, by exact count."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from benchmarks.engines import chainrule_compiled, plain_numpy
from benchmarks.workloads import find


def highest(engine, workload):
    """The most bytes that Python and NumPy hold at once, from putting the engine together to its third step."""
    gc.collect()
    tracemalloc.start()
    try:
        step = engine.build(workload)
        losses = [step() for _ in range(3)]
        return tracemalloc.get_traced_memory()[1], losses
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["W3", pytest.param("W4", marks=pytest.mark.slow), "W5"])
def test_the_highest_point_of_a_compiled_step(name):
    workload = find(name)
    base, expected = highest(plain_numpy, workload)
    most, losses = highest(chainrule_compiled, workload)
    assert losses == pytest.approx(expected, rel=1e-4)
    assert most <= 1.2 * base, f"{most / base:.2f}"


def test_nothing_is_left_for_the_collector():
    """Cycles would keep a recording's arrays for a while: with them the next step's memory comes on top."""
    gc.collect()
    gc.disable()
    try:
        step = chainrule_compiled.build(find("W5"))
        step()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        assert not [x for x in gc.garbage if type(x).__module__.startswith("autograd")]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
