"""Planes in half-blocks: the classes that a network sees, and the loss with the ways of optimisers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...figures import Boundary, Surface
from ...messages import tr
from .. import palette
from ..labels import width
from ..scales import SEQUENTIAL, class_colours, colours, unit
from .axes import Axis, Frame, framed, written
from .grid import Grid, scale
from .pen import DIM, NONE, Pen, rgb
from .raster import line

Array = NDArray[Any]
MARKS, TYPED_MARKS = "●■▲◆✚★▼○□△", "ox+*%@v#&$"  # more than hues: ten classes are told apart
_GROUNDS, _TYPED_GROUNDS = " ░▒▓", " .:="
LEVELS = 12
_RAMP, _TYPED_RAMP = " ░▒▓█", " .:-=+*#@"  # low is empty, so that the ways are seen where they should end


def draw_boundary(figure: Boundary, grid: Grid, pen: Pen) -> None:
    """The ground in the hue of the class, paler where the network is unsure, and a mark for each sample."""
    top = int(grid.height >= 6)
    if top:
        entries = [(mark_of(c, pen), pen.hue(c), name) for c, name in enumerate(figure.names)]
        _legend(grid, entries, figure.y_label)
    x, y = Axis(float(figure.x[0]), float(figure.x[-1])), Axis(float(figure.y[0]), float(figure.y[-1]))
    frame = framed(grid, x, y, x_label=figure.x_label, top=top)
    if pen.shades:
        places = _places(figure.classes.shape, 2 * frame.height, frame.width)
        made = class_colours(figure.classes[places], figure.certainty[places], pen.theme)
        grid.pixels(frame.row, frame.column, made)
    else:
        places = _places(figure.classes.shape, frame.height, frame.width)
        grounds = _TYPED_GROUNDS if pen.ascii_only else _GROUNDS
        letters = np.array([ord(each) for each in grounds], np.uint32)[figure.classes[places] % len(grounds)]
        letters = np.where(np.isnan(figure.certainty[places]), ord("x"), letters)
        grid.fill(frame.row, frame.column, letters, DIM)
    columns = frame.column + np.rint(x.places(figure.points[:, 0], frame.width)).astype(int)
    rows = frame.row + frame.height - 1 - np.rint(y.places(figure.points[:, 1], frame.height)).astype(int)
    inks = [rgb(palette.mix(hue, pen.theme.ink, 0.25)) for hue in pen.theme.series]
    for row, column, label in zip(rows.tolist(), columns.tolist(), figure.labels.tolist(), strict=True):
        grid.put(row, column, mark_of(label, pen), inks[label % len(inks)])


def mark_of(number: int, pen: Pen) -> str:
    """The mark of a class or of a way."""
    marks = TYPED_MARKS if pen.ascii_only else MARKS
    return marks[number % len(marks)]


def _places(shape: tuple[int, ...], rows: int, columns: int) -> Any:
    """The places of a field (from low to high) that a picture from the top down shows."""
    down = (np.arange(rows)[::-1] + 0.5) / rows * shape[0]
    across = (np.arange(columns) + 0.5) / columns * shape[1]
    return np.ix_(down.astype(int), across.astype(int))


def _legend(grid: Grid, entries: list[tuple[str, int, str]], y_label: str) -> int:
    """The label of y, and a mark with its name for each entry; where it ends."""
    grid.text(0, 0, y_label, DIM)
    column = width(y_label) + 2 if y_label else 0
    for place, (mark, ink, name) in enumerate(entries):
        more = len(entries) - place
        if column + width(name) + 2 >= grid.width - (4 if more > 1 else 0):
            grid.text(0, column, f"+{more}", DIM)
            return grid.width
        grid.text(0, column, mark, ink)
        grid.text(0, column + 2, name)
        column += width(name) + 4
    return column


def _key(figure: Surface, grid: Grid, pen: Pen, column: int) -> None:
    """The smallest and the largest loss, and the shades between them."""
    finite = figure.loss[np.isfinite(figure.loss)]
    if not finite.size:
        return
    low, high = (written(float(end)) for end in (finite.min(), finite.max()))
    texts = (tr("loss {loss}", loss=low), high + (f" ({tr('log')})" if figure.log else ""))
    letters = "█" * 8 if pen.shades else _TYPED_RAMP if pen.ascii_only else _RAMP
    inks = colours(np.linspace(0, 1, 8), SEQUENTIAL).tolist() if pen.shades else [DIM] * len(letters)
    scale(grid, 0, column + 1, texts, letters, inks)


def draw_surface(figure: Surface, grid: Grid, pen: Pen) -> None:
    """The loss in levels from dark to light, and on it the ways, from S to their mark."""
    top = int(grid.height >= 6)
    if top:
        entries = [(mark_of(n, pen), pen.hue(hue_of(n)), path.name) for n, path in enumerate(figure.paths)]
        _key(figure, grid, pen, _legend(grid, entries, figure.b_label))
    a, b = Axis(float(figure.a[0]), float(figure.a[-1])), Axis(float(figure.b[0]), float(figure.b[-1]))
    frame = framed(grid, a, b, x_label=figure.a_label, top=top)
    shares = unit(figure.loss, log=figure.log)
    if pen.shades:
        levels = np.floor(_resampled(shares, 2 * frame.height, frame.width) * LEVELS) / (LEVELS - 1)
        grid.pixels(frame.row, frame.column, colours(levels.clip(0, 1), SEQUENTIAL))
    else:
        ramp = _TYPED_RAMP if pen.ascii_only else _RAMP
        values = _resampled(shares, frame.height, frame.width)
        steps = np.nan_to_num(np.floor(values * len(ramp))).clip(0, len(ramp) - 1).astype(int)
        letters = np.array([ord(each) for each in ramp], np.uint32)[steps]
        grid.fill(frame.row, frame.column, letters, DIM)
    odd = np.isnan(_resampled(shares, frame.height, frame.width))
    for row, column in np.argwhere(odd).tolist():
        grid.put(frame.row + row, frame.column + column, "x", NONE)
    for number, path in enumerate(figure.paths):
        _way(grid, pen, frame, number, a.places(path.a, frame.width * 2), b.places(path.b, frame.height * 4))
    _start(figure, grid, pen, frame, a, b)


def hue_of(way: int) -> int:
    """The hue of a way: not the blue of the ground."""
    return way + 1


def _resampled(shares: Array, rows: int, columns: int) -> Array:
    """The field at the middle of each cell, from the top down; linear between its places."""

    def along(values: Array, count: int) -> Array:
        at = np.linspace(0, len(values) - 1, count)
        low = np.minimum(at.astype(int), len(values) - 2)
        part = (at - low).reshape(-1, *[1] * (values.ndim - 1))
        made: Array = values[low] * (1 - part) + values[low + 1] * part
        return made

    return along(along(shares, rows)[::-1].T, columns).T


def _way(grid: Grid, pen: Pen, frame: Frame, number: int, columns: Array, rows: Array) -> None:
    """A way in braille on dark cells, so that it is seen on every level; its mark where it ends."""
    mask = line(np.zeros((frame.height * 4, frame.width * 2), bool), columns, frame.height * 4 - 1 - rows)
    touched: Array = np.asarray(mask.reshape(frame.height, 4, frame.width, 2).any(axis=(1, 3)))
    view = np.s_[frame.row : frame.row + frame.height, frame.column : frame.column + frame.width]
    rows_there, columns_there = grid.letters[view].shape  # a frame is at least one cell, even where there is none
    touched = touched[:rows_there, :columns_there]
    blank = touched & ((grid.letters[view] >> 8) != 0x28)
    grid.letters[view][blank] = ord(" ")
    if pen.depth:
        grid.ground[view][touched] = rgb(palette.DARK.ground)
    ink = rgb(palette.DARK.series[hue_of(number) % len(palette.DARK.series)])
    grid.dots(frame.row, frame.column, mask, ink, letter=mark_of(number, pen))
    good = np.flatnonzero(np.isfinite(columns) & np.isfinite(rows))
    if good.size:
        row, column = frame.height * 4 - 1 - rows[good[-1]], columns[good[-1]]
        place = (frame.row + int(row) // 4, frame.column + int(column) // 2)
        grid.put(*place, mark_of(number, pen), ink, rgb(palette.DARK.ground) if pen.depth else None)


def _start(figure: Surface, grid: Grid, pen: Pen, frame: Frame, a: Axis, b: Axis) -> None:
    """S where all ways start; without ways a ring where the network stands."""
    letter, at = "S", None
    if figure.paths:
        at = (float(figure.paths[0].a[0]), float(figure.paths[0].b[0]))
    elif figure.centre is not None:
        letter, at = "O" if pen.ascii_only else "◉", figure.centre
    if at is not None:
        row = frame.row + frame.height - 1 - round(float(b.places(at[1], frame.height)))
        column = frame.column + round(float(a.places(at[0], frame.width)))
        ground = rgb(palette.DARK.ground) if pen.depth else None
        grid.put(row, column, letter, rgb(palette.DARK.ink), ground)
