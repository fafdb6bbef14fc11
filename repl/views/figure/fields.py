"""Decision boundaries and loss surfaces, as matplotlib draws them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize
from numpy.typing import NDArray

from ...figures import Boundary, Surface
from ...messages import tr
from .. import palette
from ..labels import clean
from ..palette import Theme
from ..plot.fields import hue_of
from ..scales import NOT_A_NUMBER, SEQUENTIAL, class_colours
from .charts import Area, decades_along, inner

Array = NDArray[Any]
MARKERS = "os^Dp*vPX<"
LEVELS = 14


def draw_boundary(figure: Boundary, canvas: Any, theme: Theme, area: Area) -> None:
    """The ground in the hue of the class, a line where it changes, and the samples, mistakes ringed."""
    axes = canvas.add_axes(inner(area, 0.75, 1.25, 0.45, 0.15, canvas))
    extent = (figure.x[0], figure.x[-1], figure.y[0], figure.y[-1])
    made = class_colours(figure.classes, figure.certainty, theme)
    image = np.stack([made >> 16 & 255, made >> 8 & 255, made & 255], axis=-1).astype(np.uint8)
    axes.imshow(image, origin="lower", extent=extent, aspect="auto", interpolation="bilinear")
    for number in np.unique(figure.classes):
        inside = (figure.classes == number).astype(float)
        if 0 < inside.mean() < 1:
            axes.contour(figure.x, figure.y, inside, [0.5], colors=[theme.ink], linewidths=0.7, alpha=0.6)
    wrong = _seen(figure) != figure.labels
    for number, name in enumerate(figure.names):
        mine = figure.labels == number
        style = {"color": theme.series[number % len(theme.series)], "marker": MARKERS[number % len(MARKERS)]}
        axes.scatter(*figure.points[mine].T, s=20, edgecolors=theme.ground, linewidths=0.6, label=clean(name), **style)
    if wrong.any():
        ring = {"facecolors": "none", "edgecolors": theme.ink, "linewidths": 1.1}
        axes.scatter(*figure.points[wrong].T, s=62, label=tr("mistaken"), **ring)
    axes.set_xlim(extent[:2])
    axes.set_ylim(extent[2:])
    axes.set_xlabel(clean(figure.x_label))
    axes.set_ylabel(clean(figure.y_label))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), handletextpad=0.3)


def _seen(figure: Boundary) -> Array:
    """The class of the ground under each sample."""
    columns = np.abs(figure.x[:, None] - figure.points[:, 0]).argmin(axis=0)
    rows = np.abs(figure.y[:, None] - figure.points[:, 1]).argmin(axis=0)
    seen: Array = figure.classes[rows, columns]
    return seen


def draw_surface(figure: Surface, canvas: Any, theme: Theme, area: Area) -> None:
    """Filled contours from dark to light, the ways with a mark for each step, and a scale."""
    axes = canvas.add_axes(inner(area, 0.75, 1.35, 0.45, 0.35 if figure.paths else 0.15, canvas))
    axes.set_facecolor(NOT_A_NUMBER)
    shades = LinearSegmentedColormap.from_list("loss", SEQUENTIAL)
    finite = figure.loss[np.isfinite(figure.loss)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    high = high if high > low else low + max(abs(low), 1.0) * 1e-3
    norm = LogNorm(low, high) if figure.log else Normalize(low, high)
    levels = np.geomspace(low, high, LEVELS + 1) if figure.log else np.linspace(low, high, LEVELS + 1)
    loss = np.ma.masked_invalid(figure.loss)
    axes.contourf(figure.a, figure.b, loss, levels, cmap=shades, norm=norm, extend="both")
    axes.contour(figure.a, figure.b, loss, levels, colors=["#FFFFFF"], linewidths=0.35, alpha=0.35)
    for number, path in enumerate(figure.paths):
        hue = palette.DARK.series[hue_of(number) % len(palette.DARK.series)]
        outline = [patheffects.withStroke(linewidth=3.6, foreground=palette.DARK.ground)]
        marker = MARKERS[number % len(MARKERS)]
        drawn = {"color": hue, "linewidth": 1.5, "path_effects": outline, "zorder": 3 + number}
        axes.plot(path.a, path.b, **drawn)
        axes.plot(path.a, path.b, ".", color=palette.DARK.ground, markersize=2.5, zorder=3.5 + number)
        axes.plot(path.a[-1], path.b[-1], marker=marker, markersize=8, markeredgecolor=palette.DARK.ground, color=hue,
                  linestyle="none", label=clean(path.name), zorder=9 + number)  # fmt: skip
    _start(figure, axes)
    axes.set_xlim(figure.a[0], figure.a[-1])
    axes.set_ylim(figure.b[0], figure.b[-1])
    axes.set_xlabel(clean(figure.a_label))
    axes.set_ylabel(clean(figure.b_label))
    if figure.paths:
        axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.99), ncols=5, columnspacing=1.4, handletextpad=0.2)
    bar = canvas.add_axes(inner(area, canvas.get_size_inches()[0] - 1.15, 0.95, 0.45, 0.5, canvas))
    canvas.colorbar(ScalarMappable(norm, shades), cax=bar, label=tr("loss"))
    if figure.log:
        decades_along(bar)
    bar.tick_params(which="both", length=2)


def _start(figure: Surface, axes: Any) -> None:
    """S where the ways start, or a ring where the network stands."""
    if figure.paths:
        place, text = (figure.paths[0].a[0], figure.paths[0].b[0]), "S"
    elif figure.centre is not None:
        place, text = figure.centre, ""
    else:
        return
    dark, light = palette.DARK.ground, palette.DARK.ink
    axes.plot(*place, "o", markersize=10 if text else 7, color=dark, markeredgecolor=light, zorder=20)
    axes.annotate(text, place, ha="center", va="center_baseline", color=light, size=8, weight="bold", zorder=21)
