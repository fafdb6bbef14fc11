"""The pictures of docs/performance.md; the same figures give the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .engines import BASE, OURS
from .workloads import FAMILIES, find

INK, MUTED, LINE = "#1F2933", "#6B7785", "#DDE3EA"
# Ours in full colour, NumPy in ink, peers muted but each to be told apart, by a mark too.
STYLES = {
    "plain_numpy": (INK, "|"),
    "optimised_numpy": (INK, "D"),
    "chainrule_eager": ("#D1490B", "o"),
    "chainrule_compiled": ("#0F6CB4", "o"),
    "torch_eager": ("#8E5AA8", "s"),
    "torch_compiled": ("#B98CCB", "s"),
    "jax_jit": ("#00786B", "^"),
    "hips_autograd": ("#6B7785", "v"),
    "mygrad_eager": ("#8A7A3C", "P"),
    "dezero_eager": ("#A0616A", "X"),
}


def draw(recorded: dict[str, Any], folder: Path) -> None:
    """Draw what has been recorded; needs matplotlib."""
    import matplotlib as mpl

    mpl.use("Agg")
    style: dict[Any, Any] = {"svg.hashsalt": "performance", "font.size": 9, "axes.edgecolor": MUTED, "text.color": INK}
    style |= {"axes.spines.top": False, "axes.spines.right": False, "axes.labelcolor": INK}
    with mpl.rc_context(style):
        for name, picture in (("steps", _steps), ("growth", _growth)):
            if name in recorded:
                figure = picture(recorded[name])
                figure.savefig(folder / f"performance_{name}.svg", bbox_inches="tight", metadata={"Date": None})


def _steps(section: dict[str, Any]) -> Any:
    """A row of marks for each workload, by how long a step takes in units of NumPy by hand."""
    from matplotlib import pyplot as plt

    figures = section["figures"]
    figure, axes = plt.subplots(figsize=(8.6, 0.95 * len(figures) + 0.9))
    names = list(figures)[::-1]
    lanes = [
        engine for engine in section["engines"] if any(engine in row for row in figures.values()) and engine != BASE
    ]
    for height, name in enumerate(names):
        if height % 2 == 0:
            axes.axhspan(height - 0.5, height + 0.5, color="#F4F6F8", zorder=0)
        for lane, engine in enumerate(lanes):
            found = figures[name].get(engine, {})
            if "ratio" not in found:
                continue
            colour, mark = STYLES.get(engine, (MUTED, "."))
            median, low, high = found["ratio"]
            mine, at = engine in OURS, height + 0.42 - 0.84 * lane / max(len(lanes) - 1, 1)
            axes.plot([low, high], [at] * 2, color=colour, lw=1.5, alpha=0.6)
            axes.plot(median, at, mark, color=colour, ms=8 if mine else 6, zorder=3 if mine else 2)
    axes.axvline(1, color=INK, lw=1)
    axes.set_xscale("log")
    axes.set_ylim(-0.5, len(names) - 0.5)
    low, high = axes.get_xlim()
    ticks = [tick for tick in (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50, 100) if low <= tick <= high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(range(len(names)), [f"{name}  {find(name).title}" for name in names])
    axes.set_xlabel("time of a training step, in units of NumPy by hand (left is faster)")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    _legend(figure, section, lanes)
    return figure


def _growth(section: dict[str, Any]) -> Any:
    """A panel for each family: seconds of a step over the size, both logarithmic."""
    from matplotlib import pyplot as plt

    families = [name for name in FAMILIES if name in section["figures"]]
    figure, grid = plt.subplots(1, len(families), figsize=(3.1 * len(families), 3.2), squeeze=False)
    drawn: list[str] = []
    for axes, family in zip(grid[0], families, strict=True):
        for engine in section["engines"]:
            grown = {int(n): row.get(engine, {}) for n, row in section["figures"][family].items()}
            points = [(n, found["seconds"]) for n, found in grown.items() if "seconds" in found]
            if not points:
                continue
            colour, mark = STYLES.get(engine, (MUTED, "."))
            line = f"{mark}:" if engine == BASE else f"{mark}-"
            axes.loglog(*zip(*points, strict=True), line, color=colour, ms=4, lw=2 if engine in OURS else 1)
            drawn.append(engine)
        axes.set_xlabel("\n".join(FAMILIES[family].title.rsplit(", ", 1)))
        axes.grid(visible=True, which="major", color=LINE)
    grid[0][0].set_ylabel("seconds for a step")
    figure.tight_layout()
    _legend(figure, section, [engine for engine in section["engines"] if engine in drawn])
    return figure


def _legend(figure: Any, section: dict[str, Any], engines: list[str]) -> None:
    """Below all panels, in rows."""
    from matplotlib.lines import Line2D

    marks = []
    for engine in engines:
        colour, mark = STYLES.get(engine, (MUTED, "."))
        label = section["engines"][engine]["title"]
        marks.append(Line2D([], [], color=colour, marker=mark, ls="", ms=6, label=label))
    figure.legend(handles=marks, ncols=5, loc="upper center", bbox_to_anchor=(0.5, 0.02), frameon=False)
