"""How a step's cost grows with the width, the depth, the batch and the length of a chain; and a chain taken apart.

A chain of n operations on one number is timed forward, backward and while it is freed: all have to be linear in n.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor

from .engines import BASE, Engine
from .report import Section, duration, table
from .steps import Figures, disagreement, together
from .worker import Worker
from .workloads import FAMILIES

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)
ENGINES = ("plain_numpy", "optimised_numpy", "chainrule_eager", "chainrule_compiled", "torch_eager", "jax_jit")
# Longer chains take a peer a minute or more, and a compiler that writes a line for each op as long.
LONGEST_CHAIN = {"chainrule_compiled": 10_000, "jax_jit": 1_000, "torch_compiled": 0}
LONGEST_PEERS_CHAIN = 100_000
SECONDS = 2.0  # for one engine at one size; one for which that is not enough is timed once, by itself


class Cost(NamedTuple):
    """Seconds for a chain of `length` operations."""

    length: int
    forward: float
    backward: float
    freed: float

    @property
    def whole(self) -> float:
        """All three together."""
        return self.forward + self.backward + self.freed


def chain(length: int) -> Cost:
    """Build a chain, go back over it, and drop it."""
    x = Tensor(1.0, requires_grad=True)
    start = time.perf_counter()
    y = x
    for _ in range(length):
        y = y * 1.0
    made = time.perf_counter()
    y.backward()
    back = time.perf_counter()
    del y
    return Cost(length, made - start, back - made, time.perf_counter() - back)


def run(engines: Sequence[Engine], families: Sequence[str], *, threads: int, rounds: int) -> Section:
    """Print a table for the chain that is taken apart, and one for each family."""
    costs = [taken_apart(length, rounds) for length in LENGTHS]
    lines = [
        [f"{cost.length:,}", *map(duration, cost[1:]), duration(cost.whole / cost.length)] for cost in costs
    ]  # fmt: skip
    print(table(["operations", "forward", "backward", "freed", "an operation"], lines))
    data: dict[str, Any] = {"apart": [cost._asdict() for cost in costs]}
    for family in families:
        chosen = [engine for engine in engines if family == "chain" or engine.name in ENGINES]
        data[family] = grown = {
            size: measure(chosen, family, size, threads=threads, rounds=rounds) for size in FAMILIES[family].sizes
        }
        print(f"\n{FAMILIES[family].title}")
        print(table([family, *(engine.title for engine in chosen)], [row(size, chosen, grown[size]) for size in grown]))
    return Section(data)


def taken_apart(length: int, rounds: int) -> Cost:
    """The median cost of a chain."""
    measured = [chain(length) for _ in range(max(1, min(rounds, 3_000_000 // length)))]
    return Cost(length, *(float(np.median(column)) for column in list(zip(*measured, strict=True))[1:]))


def row(size: int, engines: Sequence[Engine], figures: dict[str, Figures]) -> list[str]:
    """A line of a family's table."""
    cells = [figures.get(engine.name, {}) for engine in engines]
    return [
        f"{size:,}",
        *(duration(cell["seconds"]) if "seconds" in cell else cell.get("failed", "-")[:30] for cell in cells),
    ]


def measure(engines: Sequence[Engine], family: str, size: int, *, threads: int, rounds: int) -> dict[str, Figures]:
    """Seconds of a step by engine, or why it failed; who is not asked for that size is left out."""
    figures: dict[str, Figures] = {}
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for engine in engines:
            if family == "chain" and size > longest_chain(engine):
                continue
            worker = stack.enter_context(Worker(engine.name, f"{family}={size}", threads=threads))
            checked = 1 if family == "chain" else 2  # a chain changes nothing, and is long
            if trouble := disagreement(worker, workers.get(BASE), steps=checked):
                figures[engine.name] = {"failed": trouble}
                continue
            workers[engine.name] = worker
            figures[engine.name] = {"seconds": worker.time(1)}
        quick = {name: each for name, each in workers.items() if figures[name]["seconds"] * rounds < SECONDS}
        times = together(quick, figures, rounds=rounds, seconds=0.005)
    return figures | {name: {"seconds": float(np.median(taken))} for name, taken in times.items()}


def longest_chain(engine: Engine) -> int:
    """The longest chain that an engine is asked for."""
    return LONGEST_CHAIN.get(engine.name, LONGEST_PEERS_CHAIN if engine.peer else max(FAMILIES["chain"].sizes))
