"""Confusion matrices and pictures side by side, as matplotlib draws them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ...figures import Confusion, Images
from ...messages import tr
from ..labels import clean, shorten
from ..palette import Theme, ink_on, mix
from ..scales import GREY, NOT_A_NUMBER, SIGNED
from .charts import Area, inner


def draw_confusion(figure: Confusion, canvas: Any, theme: Theme, area: Area) -> None:
    """Counts on a ground as full as their share of the row, blue on the diagonal and orange off it."""
    names = [shorten(clean(name), 14) for name in figure.names]
    count = len(names)
    axes = canvas.add_axes(inner(area, 1.3, 0.9, 0.1, 0.55, canvas))
    totals = figure.table.sum(axis=1)
    small = 9 if count <= 12 else max(4.0, 110 / count)
    for row in range(count):
        for column in range(count):
            times = int(figure.table[row, column])
            share = times / max(totals[row], 1)
            hue = theme.series[0 if row == column else 1]
            colour = mix(theme.card, hue, 0.25 + 0.75 * share**0.5) if times else theme.cluster
            axes.fill([column, column + 1, column + 1, column], [row, row, row + 1, row + 1], color=colour)
            ink, weight = (ink_on(colour), "bold" if row == column else "normal") if times else (theme.line, "normal")
            axes.text(column + 0.5, row + 0.5, f"{times:,}", ha="center", va="center", size=small, color=ink,
                      weight=weight)  # fmt: skip
        found = f"{figure.table[row, row] / totals[row]:.0%}" if totals[row] else "–"
        axes.text(count + 0.12, row + 0.5, found, va="center", size=8.5, color=theme.muted)
    for line in range(count + 1):
        axes.axhline(line, color=theme.ground, linewidth=1.5)
        axes.axvline(line, color=theme.ground, linewidth=1.5)
    axes.text(count + 0.12, -0.25, tr("found"), size=8.5, color=theme.muted)
    axes.set_xlim(0, count)
    axes.set_ylim(count, 0)
    axes.set_xticks(np.arange(count) + 0.5, names, rotation=0 if max(map(len, names)) * count < 80 else 45)
    axes.set_yticks(np.arange(count) + 0.5, names)
    axes.tick_params(length=0, labelcolor=theme.ink, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.set_ylabel(tr("true class"))
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(tr("what the network said"))
    for spine in axes.spines.values():
        spine.set_visible(False)


def draw_images(figure: Images, canvas: Any, theme: Theme, area: Area) -> None:
    """Pictures in rows on one scale, with captions, and the scale."""
    height, width = figure.images[0].pixels.shape
    across = min(len(figure.images), 8 if width <= 2 * height else 2)
    down = -(-len(figure.images) // across)
    left, bottom, wide, high = inner(area, 0.3, 0.3, 0.42, 0.05, canvas)
    stops = SIGNED if figure.signed else GREY
    shades = LinearSegmentedColormap.from_list("shades", stops).with_extremes(bad=NOT_A_NUMBER)

    inches = canvas.get_size_inches()[1]
    caption = 0.26 / inches
    for place, image in enumerate(figure.images):
        row, column = divmod(place, across)
        spot = (left + wide * column / across, bottom + high * (down - 1 - row) / down + caption,
                wide / across * 0.94, high / down - caption)  # fmt: skip
        axes = canvas.add_axes(spot)
        shown = np.ma.masked_invalid(image.pixels)
        drawn = axes.imshow(shown, cmap=shades, vmin=figure.low, vmax=figure.high, interpolation="nearest")
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set(visible=image.wrong, color="#D81B60", linewidth=2)
        ink, weight = ("#D81B60", "bold") if image.wrong else (theme.ink, "normal")
        axes.set_xlabel(clean(image.caption), size=9, color=ink, weight=weight, labelpad=3)
    bar = canvas.add_axes((0.5 - 0.17, area[1] + 0.24 / inches, 0.34, 0.09 / inches))
    canvas.colorbar(drawn, cax=bar, orientation="horizontal")
    bar.tick_params(length=2, labelsize=8, pad=1)
    bar.spines[:].set_visible(False)
