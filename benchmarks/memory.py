"""How much memory training needs at most, beyond what the engine's import took; the first step counts too.

`resident` is the process's resident memory, the same for every engine; what just-in-time compilers leave behind, and
the work space of matrix products, are in it. `arrays` is what NumPy and Python asked for, exactly, for the engines
whose arrays are NumPy's: parameters, gradients, optimiser state, data and all that a step makes.
"""

from __future__ import annotations

from collections.abc import Sequence

from .engines import BASE, Engine
from .report import Section, size, table
from .worker import Worker, WorkerError
from .workloads import find

STEPS = 3
LARGE = ("W3", "W4", "W5")  # the others need less than their process does anyway

Figures = dict[str, int | str | None]


def run(engines: Sequence[Engine], workloads: Sequence[str], *, threads: int) -> Section:
    """Print a line for each large workload and engine."""
    large = [name for name in workloads if name in LARGE]
    data = {name: {engine.name: measure(engine, name, threads) for engine in engines} for name in large}
    lines = []
    for name, row in data.items():
        for engine in engines:
            place = [name, find(name).title] if engine.name == BASE else ["", ""]
            found = row[engine.name]
            if "failed" in found:
                lines.append([*place, engine.title, "-", "", "-", ""])
                continue
            both = [text for kind in ("resident", "arrays") for text in shown(found[kind], row[BASE].get(kind))]
            lines.append([*place, engine.title, *both])
    print(table(["", "training step", "engine", "resident", "ratio", "arrays", "ratio"], lines, left=3))
    return Section(data)


def shown(count: int | str | None, base: int | str | None) -> tuple[str, str]:
    """A number of bytes, and its ratio to the yardstick's."""
    if not isinstance(count, int):
        return "-", ""
    return size(count), f"{count / base:.2f}" if isinstance(base, int) and base > 0 else ""


def measure(engine: Engine, workload: str, threads: int) -> Figures:
    """Bytes at most, in a process for each kind; or why it failed."""
    try:
        with Worker(engine.name, workload, threads=threads) as worker:
            resident = worker.memory(STEPS)
        if not engine.traced:
            return {"resident": resident, "arrays": None}
        with Worker(engine.name, workload, threads=threads) as worker:
            return {"resident": resident, "arrays": worker.traced(STEPS)}
    except WorkerError as error:
        return {"failed": str(error)}
