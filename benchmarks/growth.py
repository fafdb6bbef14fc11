"""How cost grows with the length of a graph: a chain of n operations on one number, forward, backward and freed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autograd import Tensor

from .report import duration, table

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)


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


def run(*, rounds: int, plot: str | None = None) -> bool:
    """Print the median cost of each length; draw it into a file, if one is named."""
    costs = []
    for length in LENGTHS:
        measured = [chain(length) for _ in range(max(1, min(rounds, 3_000_000 // length)))]
        costs.append(Cost(length, *(float(np.median(column)) for column in list(zip(*measured, strict=True))[1:])))
    lines = [
        [f"{cost.length:,}", *map(duration, cost[1:]), duration(cost.whole / cost.length)] for cost in costs
    ]  # fmt: skip
    print(table(["operations", "forward", "backward", "freed", "an operation"], lines))
    if plot:
        draw(costs, Path(plot))
    return True


def draw(costs: list[Cost], path: Path) -> None:
    """The same as a picture on logarithmic axes, beside a straight line of slope one."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    lengths = [cost.length for cost in costs]
    figure, axes = plt.subplots(figsize=(6, 4))
    for name, colour in (("forward", "#0F6CB4"), ("backward", "#C77700"), ("freed", "#6B7785")):
        axes.loglog(lengths, [getattr(cost, name) for cost in costs], "o-", color=colour, label=name)
    axes.loglog(lengths, [costs[0].backward * n / lengths[0] for n in lengths], ":", color="#1F2933", label="linear")
    axes.set(
        xlabel="operations in the chain",
        ylabel="seconds",
        title="Going back is linear in the length of the graph",
    )
    axes.grid(visible=True, which="major", color="#DDE3EA")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    print(f"Wrote {path}")
