"""One BLAS thread or as many as there are cores, for products of several sizes: on a quiet machine, and on a busy one.

Then whole training steps on one thread of Python or two, as `divided` says. The machine is made busy by a process for
each core that does nothing but count.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from nn.threads import num_threads

from . import divided
from .measure import interleave, ratio, sampler
from .report import Section, bounds, duration, table

# (m, k) @ (k, n): of W1, W3 and W4, and larger ones
SIZES = ((64, 16, 16), (128, 784, 256), (256, 1024, 1024), (1024, 1024, 1024), (2048, 2048, 2048))
COUNTING = "while True: pass"


def run(*, rounds: int) -> Section:
    """Print a line for each product, and for each network."""
    cores = os.cpu_count() or 1
    products = {f"{m} x {k} x {n}": both(cores, partial(measure, m, k, n, cores, rounds)) for m, k, n in SIZES}
    head = ["one thread", f"{cores} threads, quiet", "one thread, busy", f"{cores} threads, busy"]
    print(table(["product", *head], rows(products)))
    steps: dict[str, Any] = {}
    for workload in divided.CASES:
        found = both(cores, partial(divided.measure, workload, rounds=2 * rounds))
        steps[f"{workload.name}, batch {workload.batch}"] = {**found, "auto": divided.chosen(workload)}
    head = ["one thread of Python", "two, quiet", "one, busy", "two, busy"]
    print(f"\n{table(['a batch divided', *head], rows(steps))}")
    return Section({"products": products, "divided": steps})


def both(cores: int, measured: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What is measured on the machine as it is, and with other work on every core."""
    quiet = measured()
    with busy(cores):
        return {"quiet": quiet, "busy": measured()}


def rows(data: dict[str, Any]) -> list[list[str]]:
    """A line for each: time and ratio, on a quiet machine and on a busy one."""
    return [
        [name, *(cell for at in ("quiet", "busy") for cell in (duration(row[at]["seconds"]), bounds(row[at]["ratio"])))]
        for name, row in data.items()
    ]


def measure(m: int, k: int, n: int, cores: int, rounds: int) -> dict[str, Any]:
    """Seconds with one thread, and how many times as long it takes with all."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(shape).astype(np.float32) for shape in ((m, k), (k, n)))
    product = sampler(partial(np.matmul, a, b))

    def with_threads(count: int) -> Callable[[int], float]:
        def sample(calls: int) -> float:
            with num_threads(count):
                return product(calls)

        return sample

    times = interleave({"one": with_threads(1), "all": with_threads(cores)}, rounds=rounds, seconds=0.01)
    return {"seconds": float(np.median(times["one"])), "ratio": list(ratio(times["all"], times["one"]))}


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """Other work on every core."""
    others = [subprocess.Popen([sys.executable, "-c", COUNTING]) for _ in range(cores)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()
