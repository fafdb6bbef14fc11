"""A rectangle of cells to draw into: each has a letter, the colour of its ink and the colour behind it.

    grid = Grid(40, 10)
    grid.text(0, 2, "loss", BOLD)
    grid.dots(1, 8, mask, ink)          a mask of 4 x 2 dots per cell, as braille
    grid.lines(Pen())                   ten strings, each 40 columns wide

What lies outside is left out, so that nothing needs to ask how much room there is.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..labels import clean, plain, width
from .pen import NONE, Pen

Array = NDArray[Any]
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_BRAILLE, _UPPER_HALF, _SPACE = 0x2800, ord("▀"), ord(" ")


class Grid:
    """`width` x `height` cells, all blank at first."""

    def __init__(self, width: int, height: int, *, ascii_only: bool = False) -> None:
        self.width, self.height, self.ascii_only = max(width, 0), max(height, 0), ascii_only
        shape = (self.height, self.width)
        self.letters = np.full(shape, _SPACE, np.uint32)
        self.ink = np.full(shape, NONE, np.int32)
        self.ground = np.full(shape, NONE, np.int32)

    def text(self, row: int, column: int, text: str, ink: int = NONE, ground: int | None = None) -> None:
        """Write from a cell on; wide letters take two cells, and what does not fit is cut off."""
        if not 0 <= row < self.height:
            return
        for letter in shown(text, ascii_only=self.ascii_only):
            wide = unicodedata.east_asian_width(letter) in "WF"
            if unicodedata.combining(letter):
                continue
            if column + wide >= self.width:
                return
            if column >= 0:
                self.put(row, column, letter, ink, ground)
                if wide:
                    self.put(row, column + 1, "\0", ink, ground)  # the second half: nothing is written for it
            column += 1 + wide

    def put(self, row: int, column: int, letter: str, ink: int = NONE, ground: int | None = None) -> None:
        """One letter in one cell; without `ground` that stays as it was."""
        if 0 <= row < self.height and 0 <= column < self.width:
            line = self.letters[row]
            if not line[column] and letter != "\0":
                line[column - 1] = _SPACE  # half of a wide letter goes, so all of it does
            if column + 1 < self.width and not line[column + 1]:
                line[column + 1] = _SPACE
            self.letters[row, column], self.ink[row, column] = ord(letter), ink
            if ground is not None:
                self.ground[row, column] = ground

    def dots(self, row: int, column: int, mask: Array, ink: int, *, letter: str = "*") -> None:
        """A mask (4 * rows, 2 * columns) as braille, over what is there already; in ASCII as `letter`."""
        rows, columns = mask.shape[0] // 4, mask.shape[1] // 2
        blocks = mask.reshape(rows, 4, columns, 2)
        bits = np.einsum("iajb,ab->ij", blocks.astype(np.uint32), _BITS.astype(np.uint32))
        where = bits > 0
        view = np.s_[row : row + rows, column : column + columns]
        letters = self.letters[view]
        where, bits = where[: letters.shape[0], : letters.shape[1]], bits[: letters.shape[0], : letters.shape[1]]
        if self.ascii_only:
            letters[where] = ord(letter)
        else:
            braille = letters >> 8 == _BRAILLE >> 8
            letters[where] = np.where(braille[where], letters[where] | bits[where], _BRAILLE + bits[where])
        self.ink[view][where] = ink

    def pixels(self, row: int, column: int, colours: Array) -> None:
        """An image (2 * rows, columns) of colours, two pixels a cell."""
        rows = len(colours) // 2
        view = np.s_[row : row + rows, column : column + colours.shape[1]]
        shape = self.letters[view].shape
        self.letters[view] = _UPPER_HALF
        self.ink[view] = colours[0 : 2 * rows : 2][: shape[0], : shape[1]]
        self.ground[view] = colours[1 : 2 * rows : 2][: shape[0], : shape[1]]

    def fill(self, row: int, column: int, letters: Array, inks: Array | int = NONE) -> None:
        """Letters (rows, columns) given by their numbers."""
        view = np.s_[row : row + letters.shape[0], column : column + letters.shape[1]]
        shape = self.letters[view].shape
        self.letters[view] = letters[: shape[0], : shape[1]]
        self.ink[view] = inks if isinstance(inks, int) else inks[: shape[0], : shape[1]]

    def paste(self, row: int, column: int, other: Grid) -> None:
        """Lay another grid on this one."""
        view = np.s_[row : row + other.height, column : column + other.width]
        for name in ("letters", "ink", "ground"):
            mine = getattr(self, name)[view]
            mine[...] = getattr(other, name)[: mine.shape[0], : mine.shape[1]]

    def lines(self, pen: Pen) -> list[str]:
        """The rows as strings, all of the same width."""
        if not pen.depth:
            return ["".join(map(chr, row)).replace("\0", "") for row in self.letters.tolist()]
        changes = (np.diff(self.ink, axis=1) != 0) | (np.diff(self.ground, axis=1) != 0)
        return [self._styled(pen, row, np.flatnonzero(changes[row]) + 1) for row in range(self.height)]

    def _styled(self, pen: Pen, row: int, cuts: Array) -> str:
        """One row with its codes, one run of a colour at a time."""
        text = "".join(map(chr, self.letters[row].tolist()))
        starts = [0, *cuts.tolist()]
        inks, grounds = self.ink[row].take(starts).tolist(), self.ground[row].take(starts).tolist()
        parts = []
        for start, end, ink, ground in zip(starts, [*starts[1:], self.width], inks, grounds, strict=True):
            codes = pen.codes(ink, ground)
            run = text[start:end].replace("\0", "")
            parts.append(f"\x1b[{codes}m{run}\x1b[0m" if codes else run)
        return "".join(parts)


def scale(grid: Grid, row: int, column: int, texts: tuple[str, str], letters: str, inks: list[int]) -> int:
    """A key to shades: the smallest number, the shades from it on, the largest number; the cells that it takes."""
    low, high = texts
    start, whole = width(low) + 1, width(low) + len(letters) + width(high) + 2
    if column + whole >= grid.width:
        return 0
    grid.text(row, column, low)
    for place, (letter, ink) in enumerate(zip(letters, inks, strict=True)):
        grid.put(row, column + start + place, letter, ink)
    grid.text(row, column + start + len(letters) + 1, high)
    return whole


def shown(text: str, *, ascii_only: bool) -> str:
    """Text that prints as it stands: without controls, and in ASCII where that is asked for."""
    return plain(clean(text)) if ascii_only else clean(text)
