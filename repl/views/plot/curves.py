"""Curves in braille: solid, faint and dashed lines, bands, and marks for values that the axis has no place for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...figures import Curves, Series
from ..labels import width
from ..palette import mix
from .axes import Axis, Frame, framed
from .grid import Grid
from .pen import DIM, Pen, rgb
from .raster import line, mark

Array = NDArray[Any]
_LETTERS = "*o+x#%@"  # of ASCII curves, by hue
ROWS_FOR_A_LINE = 7  # of a picture, for each line of its legend


def draw_curves(figure: Curves, grid: Grid, pen: Pen) -> None:
    """Draw curves with axes and a legend into all of the grid."""
    x, y = axes_of(figure)
    top = _legend(figure, grid, pen) if grid.height >= 6 else 0
    frame = framed(grid, x, y, x_label=figure.x_label, top=top)
    shape = (frame.height * 4, frame.width * 2)
    for level in figure.levels:
        if y.low < level < y.high:
            row = float(y.places(level, shape[0]))
            mask = np.zeros(shape, bool)
            mask[shape[0] - 1 - round(row), ::4] = True
            grid.dots(frame.row, frame.column, mask, DIM, letter=".")
    # What is faint lies under what is not.
    for series in sorted(figure.series, key=lambda each: each.style != "faint"):
        _series(series, grid, pen, frame, x, y)
    for series in figure.series:
        _odd(series, grid, pen, frame, x, log=figure.log)
    _tags(figure, grid, pen, frame, x, y)


def axes_of(figure: Curves) -> tuple[Axis, Axis]:
    """Axes that all values fit on which have a place."""
    xs = np.concatenate([series.x for series in figure.series])
    parts = [part for s in figure.series for part in (s.y, s.lower, s.upper) if part is not None]
    ys = raised(np.concatenate(parts), log=figure.log)
    return Axis(*_ends(xs)), Axis(*_ends(ys), log=figure.log)


def raised(y: Array, *, log: bool) -> Array:
    """Values as the axis has them: log10 of those above 0, if it is logarithmic."""
    if not log:
        return y
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y > 0, np.log10(np.where(y > 0, y, 1.0)), -np.inf) + np.where(np.isnan(y), np.nan, 0.0)


def _ends(values: Array) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    room = 0.0 if high > low else max(abs(high), 1e-12) / 2
    return low - room, high + room


def _series(series: Series, grid: Grid, pen: Pen, frame: Frame, x: Axis, y: Axis) -> None:
    shape = (frame.height * 4, frame.width * 2)
    columns = x.places(series.x, shape[1])

    def rows(values: Array) -> Array:
        placed: Array = shape[0] - 1 - y.places(raised(values, log=y.log), shape[0])
        return placed

    letter = _LETTERS[series.hue % len(_LETTERS)]
    ink = colour_of(series, pen)
    if series.lower is not None and series.upper is not None:
        edges = line(np.zeros(shape, bool), columns, rows(series.lower))
        line(edges, columns, rows(series.upper))
        edges[:, ::4] = edges[:, 1::4] = False
        grid.dots(frame.row, frame.column, edges, ink, letter=".")
    mask = np.zeros(shape, bool)
    if series.style in ("points", "faint"):  # single dots: a line from each to the next would hide all else
        mark(mask, *_finite(columns, rows(series.y)))
    else:
        line(mask, columns, rows(series.y))
    if series.style == "dashed":
        mask &= np.arange(shape[1]) % 6 < 4
        mark(mask, *_finite(columns, rows(series.y)) if len(columns) < frame.width // 2 else (columns[:0], columns[:0]))
    grid.dots(frame.row, frame.column, mask, ink, letter="." if series.style == "faint" else letter)


def _finite(x: Array, y: Array) -> tuple[Array, Array]:
    good = np.isfinite(x) & np.isfinite(y)
    return x[good], y[good]


def colour_of(series: Series, pen: Pen) -> int:
    """The ink of a series; faint ones are half-way to the ground."""
    hue = pen.theme.series[series.hue % len(pen.theme.series)]
    return rgb(mix(pen.theme.ground, hue, 0.45) if series.style == "faint" else hue)


def _odd(series: Series, grid: Grid, pen: Pen, frame: Frame, x: Axis, *, log: bool) -> None:
    """Marks at the edge: NaN a cross at the bottom, infinite and beyond a logarithm an arrow."""
    y = raised(series.y, log=log)
    cross, up, down = "x^v" if grid.ascii_only else "✗▲▼"
    columns = np.nan_to_num(x.places(series.x, frame.width))
    for place in np.flatnonzero(~np.isfinite(y)).tolist():
        letter = cross if math.isnan(y[place]) else up if y[place] > 0 else down
        row = frame.row if letter == up else frame.row + frame.height - 1
        grid.put(row, frame.column + round(columns[place]), letter, rgb(pen.theme.series[3]))


def _tagged(figure: Curves) -> dict[int, str]:
    """A number for each hue, where there are several: colour alone tells nothing in print, and to some eyes."""
    hues = sorted({series.hue for series in figure.series})
    return {hue: str(number) for number, hue in enumerate(hues, 1)} if len(hues) > 1 else {}


def _tags(figure: Curves, grid: Grid, pen: Pen, frame: Frame, x: Axis, y: Axis) -> None:
    """The number of each curve where it ends."""
    tags = _tagged(figure)
    taken: set[tuple[int, int]] = set()
    for series in figure.series:
        ys = raised(series.y, log=figure.log)
        good = np.flatnonzero(np.isfinite(ys))
        if series.style == "faint" or not good.size or series.hue not in tags:
            continue
        tag = tags[series.hue]
        column = frame.column + round(float(x.places(series.x[good[-1]], frame.width))) - len(tag) + 1
        row = frame.row + frame.height - 1 - round(float(y.places(ys[good[-1]], frame.height)))
        while any((row, column + place) in taken for place in range(len(tag))) and column > frame.column:
            column -= 2
        for place, letter in enumerate(tag):
            taken.add((row, column + place))
            grid.put(row, column + place, letter, colour_of(series, pen))


def in_legend(figure: Curves) -> list[Series]:
    """The series to name: of several runs not the raw ones, which lie round the smoothed ones in their hue."""
    several = len({series.hue for series in figure.series if series.style == "faint"}) > 1
    return [series for series in figure.series if not (several and series.style == "faint")]


_SAMPLES = {"line": "━━", "faint": "··", "dashed": "╍╍", "points": "··"}
_TYPED = {"line": "{0}{0}", "faint": "..", "dashed": "{0} ", "points": "{0}"}


def _legend(figure: Curves, grid: Grid, pen: Pen) -> int:
    """The label of y, then a sample of each curve with its name, as many as there is room for; the lines it takes."""
    tags = _tagged(figure)
    row = column = start = 0
    if figure.y_label:
        grid.text(0, 0, figure.y_label, DIM)
        column = start = width(figure.y_label) + 3
    entries = in_legend(figure)
    for place, series in enumerate(entries):
        letter = _LETTERS[series.hue % len(_LETTERS)]
        sample = _TYPED[series.style].format(letter) if grid.ascii_only else _SAMPLES[series.style]
        tag = tags.get(series.hue, "") if series.style != "faint" else ""
        text = f"{sample}{tag} {series.name}"
        more = len(entries) - place
        last = row + 1 >= grid.height // ROWS_FOR_A_LINE
        if column + width(text) >= grid.width - (4 if more > 1 and last else 0):
            if last or column == start:
                grid.text(row, column, f"+{more}", DIM)
                break
            row, column = row + 1, start
        grid.text(row, column, sample + tag, colour_of(series, pen))
        grid.text(row, column + width(sample + tag) + 1, series.name)
        column += width(text) + 2
    return row + 1
