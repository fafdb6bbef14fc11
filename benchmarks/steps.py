"""Whole training steps: every engine on every workload, beside NumPy by hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import numpy as np

from .engines import BASE, Engine
from .measure import interleave, ratio
from .report import bounds, duration, table
from .worker import Worker
from .workloads import WORKLOADS, Workload

CHECKED_STEPS = 5
TOLERANCE = 1e-4  # float32, sums in another order, five updates


def run(engines: Sequence[Engine], workloads: Sequence[str], *, rounds: int, seconds: float) -> bool:
    """Print a line for each workload and engine; return whether all losses agreed."""
    lines, agreed = [], True
    for name in workloads:
        measured, wrong = measure(WORKLOADS[name], engines, rounds=rounds, seconds=seconds)
        lines += measured
        agreed &= not wrong
    print(table(["", "training step", "engine", "time", "ratio [95 %]"], lines, left=3))
    return agreed


def measure(
    workload: Workload, engines: Sequence[Engine], *, rounds: int, seconds: float
) -> tuple[list[list[str]], list[str]]:
    """The table's lines for one workload, and the engines whose losses are wrong."""
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(engine.name, workload.name)) for engine in engines]
        wrong = disagreeing(workers)
        times = interleave({worker.engine: worker.time for worker in workers}, rounds=rounds, seconds=seconds)
    lines = []
    for engine in engines:
        first = engine.name == BASE
        compared = "1" if first else bounds(ratio(times[engine.name], times[BASE]))
        lines.append(
            [
                workload.name if first else "",
                workload.title if first else "",
                engine.title,
                duration(float(np.median(times[engine.name]))),
                "LOSSES DIFFER" if engine.name in wrong else compared,
            ]
        )
    return lines, wrong


def disagreeing(workers: Sequence[Worker]) -> list[str]:
    """Take the same few first steps everywhere; name the engines whose losses are not the yardstick's."""
    losses = {worker.engine: worker.losses(CHECKED_STEPS) for worker in workers}
    return [name for name, got in losses.items() if not np.allclose(got, losses[BASE], rtol=TOLERANCE, atol=0)]
