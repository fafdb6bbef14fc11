"""Whole training steps: every engine on every workload, beside NumPy by hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from .engines import BASE, Engine
from .measure import interleave, ratio
from .report import Section, bounds, duration, table
from .worker import Worker, WorkerError
from .workloads import Workload, find

CHECKED_STEPS = 5
TOLERANCE = 1e-4  # float32, sums in another order, five updates
DIFFERS = "its losses are not those of NumPy by hand"

Figures = dict[str, Any]  # seconds and ratio of an engine, or why it failed


def run(engines: Sequence[Engine], workloads: Sequence[str], *, threads: int, rounds: int, seconds: float) -> Section:
    """Print a line for each workload and engine, as each workload is done."""
    lines: list[list[str]] = []
    data = {}
    for name in workloads:
        workload = find(name)
        data[name] = figures = measure(workload, engines, threads=threads, rounds=rounds, seconds=seconds)
        lines += [line(workload, engine, figures[engine.name]) for engine in engines]
    print(table(["", "training step", "engine", "time", "ratio [95 %]"], lines, left=3))
    return Section(data, agreed=all(each.get("failed") != DIFFERS for row in data.values() for each in row.values()))


def line(workload: Workload, engine: Engine, figures: Figures) -> list[str]:
    """A row of the table."""
    first = engine.name == BASE
    place = [workload.name, workload.title] if first else ["", ""]
    if "failed" in figures:
        return [*place, engine.title, "-", "LOSSES DIFFER" if figures["failed"] == DIFFERS else figures["failed"][:70]]
    return [*place, engine.title, duration(figures["seconds"]), "1" if first else bounds(figures["ratio"])]


def measure(
    workload: Workload, engines: Sequence[Engine], *, threads: int = 1, rounds: int, seconds: float
) -> dict[str, Figures]:
    """Every engine's figures on one workload; one that fails or computes something else is not timed."""
    figures: dict[str, Figures] = {}
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for engine in engines:
            worker = stack.enter_context(Worker(engine.name, workload.name, threads=threads))
            if trouble := disagreement(worker, workers.get(BASE)):
                figures[engine.name] = {"failed": trouble}
            else:
                workers[engine.name] = worker
        times = together(workers, figures, rounds=rounds, seconds=seconds)
    for name, taken in times.items():
        compared = ratio(taken, times[BASE]) if BASE in times else (float("nan"),) * 3
        figures[name] = {"seconds": float(np.median(taken)), "ratio": list(compared)}
    return figures


def disagreement(worker: Worker, base: Worker | None, *, steps: int = CHECKED_STEPS) -> str:
    """Take the first few steps; say what is wrong with them, or nothing. The yardstick remembers its losses."""
    try:
        worker.first = worker.losses(steps)
    except WorkerError as error:
        return str(error)
    if base is None or np.allclose(worker.first, base.first, rtol=TOLERANCE, atol=0):
        return ""
    return DIFFERS


def together(
    workers: dict[str, Worker], figures: dict[str, Figures], *, rounds: int, seconds: float
) -> dict[str, list[float]]:
    """Interleaved times; whoever fails on the way gets the reason among its figures, and the others begin again."""
    while workers:
        try:
            return interleave({name: each.time for name, each in workers.items()}, rounds=rounds, seconds=seconds)
        except WorkerError as error:
            failed = error.engine
            figures[failed] = {"failed": str(error)}
            workers = {name: each for name, each in workers.items() if name != failed}
    return {}
