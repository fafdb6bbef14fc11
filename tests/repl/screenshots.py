"""Draws the screen of a terminal as a picture: `image(screen).save("screen.png")` for a screen of pyte's.

Letters, colours, bold and reverse are as the terminal would have them, in the font that comes with matplotlib. What
plots are made of, braille and blocks, is drawn here as terminals do it: without gaps, and whatever the font has.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pyte
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

SIZE = 15  # of the letters, in pixels
MARGIN = 12
OTHER_SCREEN = 1049  # the mode of a terminal in which programs have the whole screen to themselves
GROUND, INK = "#12171D", "#E6EBF0"
# The names that pyte gives to the sixteen colours; others it gives as six digits.
COLOURS = {
    "black": "#1F2933", "red": "#FF6B6B", "green": "#3CCFB4", "brown": "#F5B740", "blue": "#5FB4F0",
    "magenta": "#D98CE0", "cyan": "#4FD0D8", "white": "#E6EBF0", "brightblack": "#93A0AE", "brightred": "#FF8FA3",
    "brightgreen": "#7DE8D2", "brightbrown": "#FFD479", "brightblue": "#9CCBEB", "brightmagenta": "#EBB5F0",
    "brightcyan": "#8FE6EC", "brightwhite": "#FFFFFF",
}  # fmt: skip
# Column and row of the dots of braille, from the lowest bit of the letter's number.
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
FAINT = 0.62  # how much of a faint letter's ink is left; pyte drops the attribute, so `faint` notes it


class Screen(pyte.Screen):
    """pyte's screen, with two things more: faint letters, and the other screen, which the dashboard has to itself."""

    def __init__(self, columns: int, lines: int) -> None:
        self._dim = False
        self._kept: tuple[Any, Any] | None = None
        super().__init__(columns, lines)

    def set_mode(self, *modes: int, **more: Any) -> None:
        """Mode 1049 puts the screen aside, to be shown again when it is reset."""
        if OTHER_SCREEN in modes and more.get("private") and self._kept is None:
            self._kept = copy.deepcopy(self.buffer), copy.copy(self.cursor)
            self.erase_in_display(2)
        super().set_mode(*modes, **more)

    def reset_mode(self, *modes: int, **more: Any) -> None:
        """Back from the other screen."""
        super().reset_mode(*modes, **more)
        if OTHER_SCREEN in modes and more.get("private") and self._kept is not None:
            (self.buffer, self.cursor), self._kept = self._kept, None
            self.dirty.update(range(self.lines))

    def select_graphic_rendition(self, *attributes: int, **more: bool) -> None:
        """Faint is SGR 2, until 0 or 22; it is kept in pyte's attribute `blink`, which the shell never uses."""
        codes = attributes or (0,)
        extended = {38, 48} & set(codes)
        if not extended:
            if 0 in codes or 22 in codes:
                self._dim = False
            if 2 in codes:
                self._dim = True
        super().select_graphic_rendition(*attributes, **more)
        self.cursor.attrs = self.cursor.attrs._replace(blink=self._dim)


def image(screen: pyte.Screen) -> Image.Image:
    """The screen in colour, on a dark ground."""
    plain, bold = (_font(weight) for weight in ("normal", "bold"))
    width, height = round(plain.getlength("M")), sum(plain.getmetrics())  # no leading: boxes and bars close
    picture = Image.new("RGB", (screen.columns * width + 2 * MARGIN, screen.lines * height + 2 * MARGIN), GROUND)
    draw = ImageDraw.Draw(picture)
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            x, y = MARGIN + column * width, MARGIN + row * height
            ink, ground = _hex(cell.fg, INK), _hex(cell.bg, GROUND)
            if cell.reverse:
                ink, ground = ground, ink
            if cell.blink:
                ink = _mixed(ink, ground, FAINT)
            if ground != GROUND:
                draw.rectangle((x, y, x + width - 1, y + height - 1), fill=ground)
            if parts := _parts(cell.data, width, height):
                for left, top, right, bottom in parts:
                    draw.rectangle((x + left, y + top, x + right - 1, y + bottom - 1), fill=ink)
            elif cell.data.strip():
                draw.text((x, y), cell.data, fill=ink, font=bold if cell.bold else plain)
            if cell.underscore:
                draw.line((x, y + height - 2, x + width - 1, y + height - 2), fill=ink)
    return picture.quantize(128)  # a screen has few colours; the rest are the edges of its letters


def _parts(letter: str, width: int, height: int) -> list[tuple[int, int, int, int]]:
    """The rectangles (left, top, right, bottom) that braille and blocks consist of; none for a letter."""
    code = ord(letter[0]) if letter else 0
    if 0x2800 < code <= 0x28FF:
        across, down, dot = width / 2, height / 4, max(width // 4, 1)
        spots = [((column + 0.5) * across, (row + 0.5) * down) for bit, (column, row) in enumerate(_DOTS)
                 if (code - 0x2800) >> bit & 1]  # fmt: skip
        return [(round(x - dot / 2), round(y - dot / 2), round(x + dot / 2), round(y + dot / 2)) for x, y in spots]
    if 0x2581 <= code <= 0x2588:
        return [(0, round(height * (0x2588 - code) / 8), width, height)]
    if 0x2589 <= code <= 0x258F:
        return [(0, 0, round(width * (0x2590 - code) / 8), height)]
    return [(0, 0, width, round(height / 2))] if code == 0x2580 else []


def save(screen: pyte.Screen, path: Path) -> None:
    """Write the screen as a PNG file."""
    image(screen).save(path, optimize=True)


def _font(weight: str) -> ImageFont.FreeTypeFont:
    found = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans Mono", weight=weight))
    return ImageFont.truetype(found, SIZE)


def _hex(colour: str, default: str) -> str:
    if colour == "default":
        return default
    return COLOURS.get(colour) or f"#{colour}"


def _mixed(ink: str, ground: str, share: float) -> str:
    parts = [(int(ink[place : place + 2], 16), int(ground[place : place + 2], 16)) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02X}" for a, b in parts)
