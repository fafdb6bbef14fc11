"""A sheet of characters on which boxes and lines are drawn; where lines meet, the character joins them.

canvas = Canvas()
canvas.box(0, 0, 9, 3)
canvas.write(1, 2, "tanh")
canvas.line((2, 4), (4, 4))
canvas.text()
"""

from __future__ import annotations

from .labels import width

_UP, _RIGHT, _DOWN, _LEFT = 1, 2, 4, 8
_JOINTS = " ╵╶╰╷│╭├╴╯─┴╮┤┬┼"  # by the sum of the directions in which lines leave


class Canvas:
    """Characters by row and column, counted from 0. It grows as it is drawn on."""

    def __init__(self) -> None:
        self._lines: dict[tuple[int, int], int] = {}
        self._texts: dict[tuple[int, int], str] = {}
        self._shades: dict[tuple[int, int], str] = {}

    def line(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Draw a straight line between two places (row, column), joined to what is there."""
        (row, column), (last_row, last_column) = sorted((start, end))
        for at in range(row, last_row):
            self._add((at, column), _DOWN)
            self._add((at + 1, column), _UP)
        for at in range(column, last_column):
            self._add((row, at), _RIGHT)
            self._add((row, at + 1), _LEFT)

    def _add(self, place: tuple[int, int], direction: int) -> None:
        self._lines[place] = self._lines.get(place, 0) | direction

    def cross(self, row: int, column: int) -> None:
        """Let a line that goes down pass over one that goes across, if there are both: they are not joined."""
        directions = self._lines.get((row, column), 0)
        if directions & (_UP | _DOWN):
            self._lines[row, column] = directions & (_UP | _DOWN)

    def box(self, left: int, top: int, wide: int, high: int) -> None:
        """Draw a box, `wide` columns by `high` rows, its lines included."""
        right, bottom = left + wide - 1, top + high - 1
        self.line((top, left), (top, right))
        self.line((bottom, left), (bottom, right))
        self.line((top, left), (bottom, left))
        self.line((top, right), (bottom, right))

    def write(self, row: int, column: int, text: str) -> None:
        """Write text over whatever is there."""
        for char in text:
            wide = width(char)
            if wide == 0:  # it belongs to the character before it
                before = max((c for r, c in self._texts if r == row and c < column), default=column)
                self._texts[row, before] = self._texts.get((row, before), "") + char
                continue
            self._texts[row, column] = char
            for covered in range(column + 1, column + wide):
                self._texts[row, covered] = ""
            column += wide

    def paint(self, row: int, column: int, wide: int, shade: str) -> None:
        """Give the characters at a place a colour, `#RRGGBB`."""
        for at in range(column, column + wide):
            self._shades[row, at] = shade

    def text(self, *, ascii_only: bool = False, colour: bool = False) -> str:
        """The sheet, line by line, with no spaces at the ends.

        Example:
            >>> canvas = Canvas()
            >>> canvas.box(0, 0, 5, 3)
            >>> canvas.write(1, 2, "a")
            >>> canvas.line((2, 2), (3, 2))
            >>> print(canvas.text())
            ╭───╮
            │ a │
            ╰─┬─╯
              ╵
        """
        places = [*self._lines, *self._texts]
        high = max((row for row, _ in places), default=-1) + 1
        wide = max((column for _, column in places), default=-1) + 1
        return "\n".join(self._row(row, wide, ascii_only, colour) for row in range(high))

    def _row(self, row: int, wide: int, ascii_only: bool, colour: bool) -> str:
        told, shade = "", ""
        for column in range(wide):
            if colour and self._shades.get((row, column), "") != shade:
                shade = self._shades.get((row, column), "")
                told += _escape(shade)
            told += self._character((row, column), ascii_only)
        return (told + (_escape("") if shade else "")).rstrip()

    def _character(self, place: tuple[int, int], ascii_only: bool) -> str:
        if place in self._texts:
            return self._texts[place]
        directions = self._lines.get(place, 0)
        if not ascii_only:
            return _JOINTS[directions]
        across, along = directions & (_LEFT | _RIGHT), directions & (_UP | _DOWN)
        return "+" if across and along else "-" if across else "|" if along else " "


def _escape(shade: str) -> str:
    if not shade:
        return "\x1b[0m"
    red, green, blue = (int(shade[i : i + 2], 16) for i in (1, 3, 5))
    return f"\x1b[38;2;{red};{green};{blue}m"
