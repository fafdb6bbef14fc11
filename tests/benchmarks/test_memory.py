"""A compiled step needs at most a fifth more memory than NumPy by hand, its first call included, by exact count."""

from __future__ import annotations

import gc

import pytest

from benchmarks.engines import chainrule_compiled, plain_numpy
from benchmarks.memory import STEPS
from benchmarks.worker import Served
from benchmarks.workloads import find


@pytest.mark.parametrize("name", ["W3", pytest.param("W4", marks=pytest.mark.slow), "W5"])
def test_the_highest_point_of_a_compiled_step(name: str) -> None:
    base, compiled = (Served(each.build, find(name)).traced(STEPS) for each in (plain_numpy, chainrule_compiled))
    assert compiled <= 1.2 * base, f"{compiled / base:.2f}"


def test_nothing_is_left_for_the_collector() -> None:
    """A cycle would keep a recording's arrays until it comes, and the program's own would lie beside them."""
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
