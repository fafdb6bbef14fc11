"""Draws figures with the letters of a terminal: braille curves, half-block fields, bars; ASCII where it must be.

    lines = draw(figure, Pen.of(screen), width=80, height=24)       24 strings of 80 columns, for a panel
    text = page(figure, Pen(), width=80)                            as high as it needs, with the sentence under it

It takes a few milliseconds and no terminal. What does not fit is left out and counted, never run over the edge.
"""

from __future__ import annotations

from ...figures import Bars, Boundary, Confusion, Curves, Figure, Histograms, Images, Surface, told
from ..labels import clip
from ..screen import broken
from .bars import draw_bars, draw_histograms
from .curves import draw_curves
from .fields import draw_boundary, draw_surface
from .grid import Grid, shown
from .images import draw_images, rows_of_images
from .pen import BOLD, DIM, Pen
from .tables import draw_confusion

__all__ = ["Grid", "Pen", "draw", "page", "sheet"]
LEAST = 20
FEWEST = 8  # lines of a drawing, however low the terminal is
HEIGHT = 16  # of the drawing itself, where nobody says how much room there is


def draw(figure: Figure, pen: Pen, width: int, height: int, *, title: bool = True, reading: bool = True) -> list[str]:
    """The figure in exactly `height` lines of exactly `width` columns.

    Args:
        figure: what to draw.
        pen: colours and letters.
        width: columns.
        height: lines.
        title: whether the first line is the title.
        reading: whether the notes and the sentence on how to read it stand below, if there is room for them.
    """
    return sheet(figure, pen, width, height, title=title, reading=reading).lines(pen)


def sheet(figure: Figure, pen: Pen, width: int, height: int, *, title: bool = True, reading: bool = True) -> Grid:
    """The same as cells, to be laid on a larger sheet."""
    figure = told(figure)
    grid = Grid(width, height, ascii_only=pen.ascii_only)
    top = int(title and height > 3)
    foot = _foot(figure, pen, width) if reading else []
    if len(foot) > (height - top) // 2:
        foot = []
    if top:
        grid.text(0, 0, clip(shown(figure.title, ascii_only=pen.ascii_only), max(width - 1, 0), dots=""), BOLD)
    body = Grid(width, height - top - len(foot), ascii_only=pen.ascii_only)
    if body.width and body.height:
        _body(figure, body, pen)
    grid.paste(top, 0, body)
    for row, line in enumerate(foot, height - len(foot)):
        grid.text(row, 0, line, DIM)
    return grid


def page(figure: Figure, pen: Pen, width: int, height: int | None = None, *, most: int | None = None) -> str:
    """The figure as text, no line wider than `width` (at least 20): title, drawing, notes and sentence.

    Args:
        figure: what to draw.
        pen: colours and letters.
        width: columns.
        height: lines of the drawing itself; as many as it needs if left out.
        most: lines in all, which the drawing gives way to as far as it can.
    """
    width, figure = max(width, LEAST), told(figure)
    head = [_painted(line, BOLD, pen) for line in _wrapped(figure.title, pen, width)]
    foot = [_painted(line, DIM, pen) for line in _foot(figure, pen, width)]
    rows = height or _natural(figure, width)
    if most is not None and not height:
        rows = min(rows, max(most - len(head) - len(foot), FEWEST))
    body = Grid(width, rows, ascii_only=pen.ascii_only)
    _body(figure, body, pen)
    drawn = [line.rstrip() for line in body.lines(pen)]
    while not height and len(drawn) > 1 and not drawn[-1]:
        drawn.pop()  # rows of a histogram are of one height: what is left over is no use
    return "\n".join([*head, *drawn, *foot])


def _painted(line: str, style: int, pen: Pen) -> str:
    codes = pen.codes(style, -1)
    return f"\x1b[{codes}m{line}\x1b[0m" if codes else line


def _foot(figure: Figure, pen: Pen, width: int) -> list[str]:
    return [line for text in (*figure.notes, figure.reading) for line in _wrapped(text, pen, width)]


def _wrapped(text: str, pen: Pen, width: int) -> list[str]:
    lines = broken(shown(text, ascii_only=pen.ascii_only), max(width - 1, 8))
    return [clip(line, width, dots="") for line in lines]


def _natural(figure: Figure, width: int) -> int:
    """The lines that the drawing takes when there is room."""
    if isinstance(figure, Bars):
        return min(len(figure.bars) + 1, 40)
    if isinstance(figure, Histograms):
        each = 3 if len(figure.rows) <= 6 else 2 if len(figure.rows) <= 20 else 1
        return min(max(len(figure.rows) * each, 4), 40) + 2
    if isinstance(figure, Confusion):
        return len(figure.names) + 1
    if isinstance(figure, Images):
        return rows_of_images(figure, width)
    return HEIGHT + (4 if isinstance(figure, (Boundary, Surface)) else 0)


def _body(figure: Figure, grid: Grid, pen: Pen) -> None:
    match figure:
        case Curves():
            draw_curves(figure, grid, pen)
        case Bars():
            draw_bars(figure, grid, pen)
        case Histograms():
            draw_histograms(figure, grid, pen)
        case Boundary():
            draw_boundary(figure, grid, pen)
        case Surface():
            draw_surface(figure, grid, pen)
        case Confusion():
            draw_confusion(figure, grid, pen)
        case Images():
            draw_images(figure, grid, pen)
