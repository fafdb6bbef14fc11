"""A confusion matrix: the counts, shaded by their share of the row, with the share that was found beside each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...figures import Confusion
from ...messages import tr
from ..labels import shorten, width
from ..palette import ink_on, mix
from .grid import Grid, shown
from .pen import BOLD, DIM, NONE, Pen, rgb

Array = NDArray[Any]


def draw_confusion(figure: Confusion, grid: Grid, pen: Pen) -> None:
    """Draw the table into all of the grid: names as far as there is room, then numbers, then tenths of the row."""
    table = figure.table
    totals = table.sum(axis=1, keepdims=True)
    shares = table / np.maximum(totals, 1)
    names = [shown(name, ascii_only=grid.ascii_only) for name in figure.names]
    digits = max(len(str(int(table.max(initial=0)))), 1)
    name_width = min(max([width(name) for name in names] + [4]), max(grid.width // 4, 4))
    cell = digits + 2
    room = grid.width - name_width - 1
    recall = room >= cell * len(names) + 9
    if cell * len(names) > room:
        cell = 1 + digits if (1 + digits) * len(names) <= room else 1
    wide = min(max([width(name) for name in names] + [0]) + 2, (room - 9 * recall) // max(len(names), 1), 12)
    cell = max(cell, wide) if cell > 1 else cell
    shown_columns = min(len(names), max(room // cell, 0))
    corner = tr("true / said")
    grid.text(0, 0, corner if name_width >= width(corner) else tr("true"), DIM)
    for column in range(shown_columns):
        name = shorten(names[column], max(cell - 1, 1))
        grid.text(0, name_width + 1 + (column + 1) * cell - width(name), name, DIM)
    for row in range(min(len(names), grid.height - 1)):
        grid.text(row + 1, 0, shorten(names[row], name_width))
        for column in range(shown_columns):
            _cell(grid, pen, row, column, int(table[row, column]), float(shares[row, column]), name_width + 1, cell)
        if recall:
            text = f"{shares[row, row]:.0%}" if totals[row, 0] else "-"
            grid.text(row + 1, name_width + 1 + shown_columns * cell + 8 - len(text), text, DIM)
    if recall:
        head = tr("found")
        grid.text(0, name_width + 1 + shown_columns * cell + 8 - width(head), head, DIM)


def _cell(grid: Grid, pen: Pen, row: int, column: int, count: int, share: float, start: int, cell: int) -> None:
    """One count: on a ground as full as its share, blue on the diagonal and orange off it."""
    text = str(count) if count else "." if grid.ascii_only else "·"
    if cell == 1:  # no room for numbers: tenths of the row
        text = str(min(int(share * 10), 9)) if count else text
    ink, ground = (BOLD if row == column else NONE) if count else DIM, None
    if pen.shades and count:
        hue = pen.theme.series[0 if row == column else 1]
        colour = mix(pen.theme.card, hue, 0.25 + 0.75 * share**0.5)
        ink, ground = rgb(ink_on(colour)), rgb(colour)
    elif count and row != column and pen.depth:
        ink = pen.hue(1)
    grid.text(row + 1, start + column * cell, (" " * cell + text)[-cell:], ink, ground)
