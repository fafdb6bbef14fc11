"""A bar for each layer, and a histogram for each layer over one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...figures import Bar, Bars, Histogram, Histograms
from ...graphview import Verdict
from ...messages import marked, tr
from .. import palette
from ..labels import MARKS, clip, number, shorten, width
from .axes import Axis, framed
from .grid import Grid, shown
from .pen import DIM, NONE, Pen, rgb

Array = NDArray[Any]
Row = TypeVar("Row", Bar, Histogram)
_TYPED_MARKS = {"▼": "v", "▲": "^", "○": "o", "✕": "x"}
_WORDS = {Verdict.VANISHING: marked("vanishing"), Verdict.EXPLODING: marked("exploding"), Verdict.ZERO: marked("zero"),
          Verdict.NAN: "NaN"}  # fmt: skip
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_RISING = " ▁▂▃▄▅▆▇█"
_TYPED_RISING = " ..::||##"
_CROWDED = 0.2  # the share of exact zeros from which on their bin does not set the scale


def draw_bars(figure: Bars, grid: Grid, pen: Pen) -> None:
    """One line a layer: name, value, bar on a log scale, mark; layers that do not fit are counted in the middle."""
    rows = _fitting(figure.bars, grid.height - 1)
    values = [number(bar.value, plain=True) if isinstance(bar, Bar) else "" for bar in rows]
    value_width = max([len(text) for text in values] + [0])
    names, name_width = _names(rows, grid, max(grid.width - value_width - 12, 4))
    verdict_width = 12 if any(bar.verdict != Verdict.OK for bar in figure.bars) else 0
    room = grid.width - name_width - value_width - 4 - (verdict_width if grid.width >= 60 else 2)
    low, high = _decades([bar.value for bar in figure.bars])
    grid.text(0, 0, tr("layer"), DIM)
    grid.text(0, name_width + 1, clip(" " * (value_width - width(figure.label)) + figure.label, room, dots=""), DIM)
    for line, (bar, name, value) in enumerate(zip(rows, names, values, strict=True), 1):
        grid.text(line, 0, shorten(name, name_width), NONE if isinstance(bar, Bar) else DIM)
        if not isinstance(bar, Bar):
            continue
        ink = rgb(palette.colour(bar.value, pen.theme))
        grid.text(line, name_width + 1 + value_width - len(value), value, ink)
        length = _bar(grid, line, name_width + value_width + 3, _share(bar.value, low, high), room, ink)
        mark = MARKS.get(bar.verdict, "")
        if mark:
            word = f" {tr(_WORDS[bar.verdict])}" if grid.width >= 60 else ""
            text = (_TYPED_MARKS[mark] if grid.ascii_only else mark) + word
            grid.text(line, name_width + value_width + 4 + length, text, rgb(pen.theme.series[3]))


def _names(rows: Sequence[Bar | Histogram | str], grid: Grid, most: int) -> tuple[list[str], int]:
    """What stands before each row and how wide it is: with what the layer is, if there is room for that."""
    for with_kind in (True, False):
        texts = [row if isinstance(row, str) else f"{row.name} {row.kind}" if with_kind else row.name for row in rows]
        names = [shown(text.strip() or "net", ascii_only=grid.ascii_only) for text in texts]
        wide = max([width(name) for name in names] + [0])
        if wide <= most:
            break
    return names, min(wide, most)


def _fitting(rows: tuple[Row, ...], room: int) -> list[Row | str]:
    """The rows, with those in the middle left out and counted if there are too many."""
    if len(rows) <= room:
        return list(rows)
    head, tail = max(room // 2, 0), max(room - room // 2 - 1, 0)
    fitting: list[Row | str] = []
    fitting.extend(rows[:head])
    fitting.append(tr("{count} more", count=len(rows) - head - tail))
    fitting.extend(rows[len(rows) - tail :])
    return fitting[: max(room, 0)]


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """The ends of the log scale: two decades at least, so that layers that are alike have bars that are alike."""
    sizes = [math.log10(value) for value in values if 0 < value < math.inf]
    low, high = (min(sizes), max(sizes)) if sizes else (0.0, 0.0)
    return min(low, high - 2.0) - 0.3, high


def _share(value: float, low: float, high: float) -> float:
    if not 0 < value < math.inf:
        return 0.0
    return (math.log10(value) - low) / (high - low)


def _bar(grid: Grid, row: int, column: int, share: float, room: int, ink: int) -> int:
    """A bar in eighths of a cell; the cells that it takes."""
    if room < 1:
        return 0
    if grid.ascii_only:
        length = round(share * room)
        grid.text(row, column, "#" * length, ink)
        return length
    full, part = divmod(round(share * room * 8), 8)
    text = "█" * full + (_EIGHTHS[part] if part else "")
    grid.text(row, column, text, ink)
    return len(text)


def draw_histograms(figure: Histograms, grid: Grid, pen: Pen) -> None:
    """One histogram a layer, one above the other over one axis, with what it cannot show beside it in numbers."""
    room = max(grid.height - 2, 1)
    rows = _fitting(figure.rows, room)
    each = max(1, min(room // max(len(rows), 1), 6))
    facts = [_facts(row, ascii_only=grid.ascii_only) if isinstance(row, Histogram) else "" for row in rows]
    fact_width = max([width(text) for text in facts] + [0])
    fact_width = fact_width + 1 if fact_width and grid.width >= 56 + fact_width // 2 else 0
    names, name_width = _names(rows, grid, max((grid.width - fact_width) // 3, 4))
    inner = Grid(grid.width - name_width - fact_width, each * len(rows) + 2, ascii_only=grid.ascii_only)
    frame = framed(inner, Axis(float(figure.edges[0]), float(figure.edges[-1]), figure.log), None)
    for place, row in enumerate(rows):
        if isinstance(row, Histogram):
            ink = pen.hue(0)
            inner.fill(place * each, 1, _columns(row, frame.width, each, figure.edges, grid.ascii_only), ink)
            for line in range(each):
                inner.put(place * each + line, 0, "|" if grid.ascii_only else "│", DIM)
    grid.paste(0, name_width, inner)
    for place, (row, name, fact) in enumerate(zip(rows, names, facts, strict=True)):
        line = place * each + each - 1
        grid.text(line, 0, shorten(name, name_width), NONE if isinstance(row, Histogram) else DIM)
        grid.text(line, grid.width - fact_width + 1, fact if fact_width else "", DIM)
        odd = isinstance(row, Histogram) and (row.nans or row.infs)
        if odd:
            grid.put(line, name_width + 1, "x" if grid.ascii_only else "✗", rgb(pen.theme.series[3]))


def _facts(row: Histogram, *, ascii_only: bool) -> str:
    """Mean and deviation, and how much is exactly 0 or no number."""
    parts = [f"{number(row.mean, plain=True)} {'+-' if ascii_only else '±'} {number(row.std, plain=True)}"]
    if row.zeros >= 0.005 * row.size:
        parts.append(tr("{share} zero", share=f"{row.zeros / row.size:.0%}"))
    parts += [f"{count} {what}" for count, what in ((row.nans, "NaN"), (row.infs, "inf")) if count]
    return ", ".join(parts)


def scale_of(row: Histogram, edges: Array) -> float:
    """The count that a full bar stands for. A heap of exact zeros would press all else flat: its bin may be cut off."""
    counts = row.counts
    if row.zeros > _CROWDED * row.size and edges[0] <= 0 <= edges[-1]:
        heap = min(int(np.searchsorted(edges, 0.0, side="right")) - 1, len(counts) - 1)
        counts = np.delete(counts, heap)
    return float(max(counts.max(initial=0), row.counts.max(initial=0) * 0.05, 1))


def _columns(row: Histogram, columns: int, each: int, edges: Array, ascii_only: bool) -> Array:
    """The letters of one histogram, (each, columns)."""
    # A column stands for the bins under it, the largest of them: no spike may fall between two columns.
    bins = len(row.counts)
    starts = np.arange(columns) * bins // columns
    tallest = np.maximum.reduceat(row.counts, starts) if columns <= bins else row.counts[starts]
    heights = np.ceil(np.minimum(tallest / scale_of(row, edges), 1.0) * each * 8).astype(int)
    base = (each - 1 - np.arange(each))[:, None] * 8
    levels = np.clip(heights - base, 0, 8)
    letters = np.array([ord(letter) for letter in (_TYPED_RISING if ascii_only else _RISING)], np.uint32)
    found: Array = letters[levels]
    return found
