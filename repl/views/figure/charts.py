"""Curves, bars and histograms by layer, as matplotlib draws them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from ...figures import Bars, Curves, Histograms, Series
from ...graphview import Verdict
from ...messages import marked, tr
from .. import palette
from ..labels import clean, number, shorten, superscript, width
from ..palette import Theme
from ..plot.bars import scale_of
from ..plot.curves import in_legend

Area = tuple[float, float, float, float]
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
_ODD = "#D81B60"
_WORDS = {
    Verdict.VANISHING: marked("▼ vanishing"),
    Verdict.EXPLODING: marked("▲ exploding"),
    Verdict.ZERO: marked("○ exactly 0"),
    Verdict.NAN: marked("✕ not a number"),
}


def inner(area: Area, left: float, right: float, bottom: float, top: float, canvas: Any) -> tuple[float, ...]:
    """The rectangle (left, bottom, width, height) inside an area with margins in inches."""
    wide, high = canvas.get_size_inches()
    x0, y0, x1, y1 = area[0] + left / wide, area[1] + bottom / high, area[2] - right / wide, area[3] - top / high
    return x0, y0, x1 - x0, y1 - y0


def draw_curves(figure: Curves, canvas: Any, theme: Theme, area: Area) -> None:
    """Curves on one pair of axes; each hue has a dash of its own too."""
    named = in_legend(figure)
    columns = max(1, min(4, 92 // (max([width(series.name) for series in named]) + 8)))  # as letters allow
    axes = canvas.add_axes(inner(area, 0.75, 0.3, 0.45, 0.1 + 0.2 * -(-len(named) // columns), canvas))
    axes.grid(visible=True)
    if figure.log:
        axes.set_yscale("log", nonpositive="mask")
    for level in figure.levels:
        axes.axhline(level, color=theme.line, linewidth=0.8)
    for series in figure.series:
        _series(series, axes, theme, series.name if series in named else "")
    axes.set_xlabel(figure.x_label)
    axes.set_ylabel(figure.y_label)
    axes.margins(x=0.01)
    if len(figure.series) > 1 or figure.series[0].name:
        axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.985), ncols=columns, columnspacing=1.4, handlelength=2.2)
    for series in figure.series:
        _odd(series, axes, log=figure.log)
    if figure.log:
        decades_along(axes)
    if all(float(x).is_integer() for series in figure.series for x in series.x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def decades_along(axes: Any) -> None:
    """Ticks at powers of ten, and between them where they are few."""
    low, high = axes.get_ylim()
    few = math.log10(high / low) < 2.5
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _series(series: Series, axes: Any, theme: Theme, label: str) -> None:
    hue = theme.series[series.hue % len(theme.series)]
    dash = _DASHES[series.hue % len(_DASHES)]
    good = np.isfinite(series.y)
    y = np.where(good, series.y, np.nan)
    if series.lower is not None and series.upper is not None:
        band = tr("15th to 85th percentile")
        axes.fill_between(series.x, series.lower, series.upper, color=hue, alpha=0.22, linewidth=0, label=band)
    name = clean(label) or "_"
    match series.style:
        case "faint":
            colour = palette.mix(theme.ground, hue, 0.4)
            axes.plot(series.x, y, color=colour, linewidth=0.8, label=name, zorder=1.5)
        case "points":
            axes.plot(series.x, y, "o", color=hue, markersize=3, label=name)
        case "dashed":
            marker = "o" if len(series.x) <= 60 else ""
            axes.plot(
                series.x,
                y,
                color=hue,
                linewidth=1.6,
                dashes=(4, 1.5),
                marker=marker,
                markersize=3.5,
                label=name,
                zorder=3,
            )
        case _:
            alone = good & ~np.r_[False, good[:-1]] & ~np.r_[good[1:], False]
            axes.plot(series.x, y, linestyle=dash, color=hue, linewidth=1.9, label=name, zorder=2.5)
            axes.plot(series.x[alone], y[alone], "o", color=hue, markersize=4)


def _odd(series: Series, axes: Any, *, log: bool) -> None:
    """Marks at the edge where the axis has no place: NaN below, infinite above."""
    y = series.y
    low = (y <= 0) if log else np.isneginf(y)
    edge = axes.get_xaxis_transform()
    for where, marker, height in ((np.isnan(y), "x", 0.02), (np.isposinf(y), "^", 0.98), (low, "v", 0.02)):
        if where.any():
            heights = np.full(int(where.sum()), height)
            axes.plot(
                series.x[where], heights, marker, color=_ODD, transform=edge, markersize=7, clip_on=False, zorder=5
            )


def draw_bars(figure: Bars, canvas: Any, theme: Theme, area: Area) -> None:
    """A bar for each layer in the colour of its gradient, with number and verdict."""
    axes = canvas.add_axes(inner(area, 1.95, 0.4, 0.45, 0.1, canvas))
    values = [bar.value for bar in figure.bars]
    sizes = [math.log10(value) for value in values if 0 < value < math.inf] or [0.0]
    low, high = min(*sizes, max(sizes) - 2) - 0.4, max(sizes)
    span = high - low
    for row, bar in enumerate(figure.bars):
        drawn = math.log10(bar.value) if 0 < bar.value < math.inf else low
        axes.barh(row, drawn - low, left=low, height=0.68, color=palette.colour(bar.value, theme))
        said = f"{number(bar.value)}   {tr(_WORDS[bar.verdict])}" if bar.verdict in _WORDS else number(bar.value)
        axes.text(drawn + 0.012 * span, row, said, va="center", size=8.5)
    axes.set_xlim(low, high + 0.28 * span)
    axes.set_ylim(len(figure.bars) - 0.4, -0.6)
    labels = [shorten(clean(f"{bar.name} {bar.kind}".strip() or "net"), 26) for bar in figure.bars]
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", length=0, labelcolor=theme.ink)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(_decade))
    axes.grid(visible=True, axis="x")
    axes.set_xlabel(figure.label)


def _decade(exponent: float, _: int | None = None) -> str:
    return f"10{superscript(round(exponent))}"


def draw_histograms(figure: Histograms, canvas: Any, theme: Theme, area: Area) -> None:
    """One histogram a layer, one above the other, with mean and deviation and what is 0 or no number."""
    axes = canvas.add_axes(inner(area, 1.95, 1.65, 0.45, 0.12, canvas))
    edges, hue = figure.edges, theme.series[0]
    for row, each in enumerate(figure.rows):
        base = len(figure.rows) - 1 - row
        heights = np.minimum(each.counts / scale_of(each, edges), 1.0) * 0.86
        axes.stairs(base + heights, edges, baseline=base, fill=True, color=hue, alpha=0.85, linewidth=0)
        axes.axhline(base, color=theme.line, linewidth=0.7)
        name = shorten(clean(f"{each.name} {each.kind}".strip() or "net"), 26)
        axes.text(-0.02, base + 0.1, name, ha="right", size=8.5, transform=axes.get_yaxis_transform())
        said = f"{number(each.mean)} ± {number(each.std)}"
        axes.text(1.02, base + 0.1, said, size=8, color=theme.muted, transform=axes.get_yaxis_transform())
        odd = [tr("{share} zero", share=f"{each.zeros / each.size:.0%}")] if each.zeros >= 0.005 * each.size else []
        counts = (("{count} NaN", each.nans), (marked("{count} infinite"), each.infs))
        odd += [f"✕ {tr(what, count=count)}" for what, count in counts if count]
        axes.text(1.02, base + 0.48, ", ".join(odd), size=8, color=theme.muted, transform=axes.get_yaxis_transform())
    axes.set_ylim(0, max(len(figure.rows), 1))
    axes.set_xlim(edges[0], edges[-1])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    if figure.log:
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(_decade))
    axes.set_xlabel(tr("|gradient|") if figure.log else figure.label)
