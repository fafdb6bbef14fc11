"""The screen as SVG: letters as text, which can be searched and copied; blocks, braille and lines as shapes.

    Path("live.svg").write_text(document(grid, pen, "chainrule live, step 200"))

Shapes look the same with every font; a terminal's font makes its blocks fit, a browser's need not.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator

from ..views.plot import Grid, Pen
from ..views.plot.pen import BOLD, DIM

WIDE, HIGH, FONT = 8.0, 16.0, 13.3  # of a cell, and of its letters; whole pixels, so that blocks meet without a seam
MARGIN = 12.0
FONTS = "DejaVu Sans Mono, Menlo, Consolas, Noto Sans Mono, monospace"
_BRAILLE = 0x2800
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))  # column and row of each bit
_LINES = {"─": "lr", "│": "ud", "┬": "lrd", "┴": "lru", "├": "udr", "┤": "udl", "┼": "lrud", "└": "ur", "━": "lr",
          "╍": "lr"}  # fmt: skip
_LOWER, _LEFT, _SHADES = "▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉", "░▒▓"
_SHAPED = re.compile(f"[{''.join(_LINES)}{_LOWER}{_LEFT}{_SHADES}▀\u2800-\u28ff]")

Box = tuple[float, float, float, float]


def document(grid: Grid, pen: Pen, title: str) -> str:
    """The cells of a screen as one SVG document, with `title` for those who cannot see it."""
    width, height = grid.width * WIDE + 2 * MARGIN, grid.height * HIGH + 2 * MARGIN
    shapes: dict[tuple[str, float], list[Box]] = defaultdict(list)
    texts: list[str] = []
    for row in range(grid.height):
        _grounds(grid, pen, row, shapes)
    for row in range(grid.height):
        letters = "".join(map(chr, grid.letters[row].tolist()))
        for start, text, ink in _runs(letters, grid.ink[row].tolist()):
            colour = _colour(ink, pen)
            if _SHAPED.match(text):
                for place, letter in enumerate(text, start):
                    opacity, boxes = _shape(letter)
                    shapes[colour, opacity] += [_at(row, place, box) for box in boxes]
            else:
                texts.append(_text(row, start, text, colour, bold=ink == BOLD))
    body = "\n".join([*(_path(colour, opacity, boxes) for (colour, opacity), boxes in shapes.items()), *texts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" font-family="{FONTS}" font-size="{FONT:g}">\n<title>{html.escape(title)}'
        f'</title>\n<rect width="100%" height="100%" rx="8" fill="{pen.theme.ground}"/>\n{body}\n</svg>\n'
    )


def _runs(letters: str, inks: list[int]) -> Iterator[tuple[int, str, int]]:
    """Pieces of a row that are drawn alike: all shapes or all text, in one colour. Blanks are left out."""
    start = 0
    for place in range(1, len(letters) + 1):
        alike = place < len(letters) and inks[place] == inks[start] and _kind(letters[place]) == _kind(letters[start])
        if not alike:
            text = letters[start:place]
            if text.strip(" \0"):
                yield start, text, inks[start]
            start = place


def _kind(letter: str) -> str:
    return "shape" if _SHAPED.match(letter) else "text"


def _grounds(grid: Grid, pen: Pen, row: int, shapes: dict[tuple[str, float], list[Box]]) -> None:
    grounds = grid.ground[row].tolist()
    start = 0
    for place in range(1, grid.width + 1):
        if place == grid.width or grounds[place] != grounds[start]:
            if grounds[start] >= 0 and pen.depth:
                shapes[f"#{grounds[start]:06X}", 1.0].append(_at(row, start, (0, 0, place - start, 1)))
            start = place


def _shape(letter: str) -> tuple[float, list[Box]]:
    """Boxes (left, top, width, height) in shares of a cell, and how dense they are."""
    if letter in _SHADES:
        return (0.25, 0.5, 0.75)[_SHADES.index(letter)], [(0, 0, 1, 1)]
    if letter == "▀":
        return 1.0, [(0, 0, 1, 0.5)]
    if letter in _LOWER:
        share = (_LOWER.index(letter) + 1) / 8
        return 1.0, [(0, 1 - share, 1, share)]
    if letter in _LEFT:
        return 1.0, [(0, 0, (_LEFT.index(letter) + 1) / 8, 1)]
    if letter in _LINES:
        return 1.0, list(_strokes(letter))
    bits = ord(letter) - _BRAILLE
    dots = [place for bit, place in enumerate(_DOTS) if bits >> bit & 1]
    return 1.0, [(0.11 + 0.5 * x, 0.05 + 0.25 * y, 0.28, 0.14) for x, y in dots]


def _strokes(letter: str) -> Iterator[Box]:
    """The strokes of a line, thick and broken as its letter has them."""
    thick = 2 if letter in "━╍" else 1
    across, along = thick / WIDE, thick / HIGH
    for way in _LINES[letter]:
        if way in "lr":
            yield (0.5 * (way == "r"), 0.5, 0.5 if letter != "╍" else 0.25, along)
        else:
            yield (0.5, 0.5 * (way == "d"), across, 0.5)


def _at(row: int, column: int, box: Box) -> Box:
    left, top, width, height = box
    return (MARGIN + (column + left) * WIDE, MARGIN + (row + top) * HIGH, width * WIDE, height * HIGH)


def _path(colour: str, opacity: float, boxes: list[Box]) -> str:
    drawn = "".join(f"M{x:.4g} {y:.4g}h{w:.3g}v{h:.3g}h{-w:.3g}z" for x, y, w, h in boxes)
    dense = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path fill="{colour}"{dense} d="{drawn}"/>'


def _text(row: int, column: int, text: str, colour: str, *, bold: bool) -> str:
    """A run of letters, stretched to the cells that it takes; the second half of a wide letter has none of its own."""
    blank = len(text) - len(text.lstrip(" "))
    text = text.rstrip(" ")
    length = (len(text) - blank) * WIDE
    x, y = MARGIN + (column + blank) * WIDE, MARGIN + row * HIGH + 0.76 * HIGH
    weight = ' font-weight="bold"' if bold else ""
    shown = html.escape(text.strip(" ").replace("\0", ""), quote=False)
    place = f'x="{x:.5g}" y="{y:.5g}" textLength="{length:.5g}"'
    return f'<text {place} fill="{colour}"{weight} xml:space="preserve">{shown}</text>'


def _colour(ink: int, pen: Pen) -> str:
    if ink == DIM:
        return pen.theme.muted
    if ink < 0 or not pen.depth:
        return pen.theme.ink
    return f"#{ink:06X}"
