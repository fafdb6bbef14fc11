"""What a terminal can show of colour and letters, and the escape codes for it.

    Pen.of(screen)                  the colours that the terminal has: 24 bits, 256, 16 or none; ASCII where it must be
    Pen()                           none, for str() and files
    Pen(24).codes(0x0E6AB2, NONE)   '38;2;14;106;178'

Colours are numbers, 0xRRGGBB, or one of NONE (the terminal's own), DIM and BOLD.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

from ..palette import DARK, LIGHT, Theme
from ..screen import Screen

NONE, DIM, BOLD = -1, -2, -3
_STEPS = (0, 95, 135, 175, 215, 255)  # of the cube of 256 colours
# xterm's 16; terminals differ, but not in which is nearest to a clear hue
_SIXTEEN = (
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pen:
    """How to draw: `depth` 24 (true colour), 8 (256), 4 (16 colours) or 0; `ascii_only`; and whose colours."""

    depth: int = 0
    ascii_only: bool = False
    theme: Theme = DARK

    @classmethod
    def of(cls, screen: Screen, theme: Theme | None = None) -> Pen:
        """What a screen can show, by its stream and by COLORTERM and TERM; its ground as the screen knows it."""
        ascii_only = screen.encoded("⣿▀█●─→") != "⣿▀█●─→"
        return cls(_depth() if screen.color else 0, ascii_only, theme or (LIGHT if screen.light else DARK))

    @property
    def shades(self) -> bool:
        """Whether there are colours enough to paint with; otherwise letters stand for shades."""
        return self.depth >= 8 and not self.ascii_only

    def codes(self, ink: int, ground: int) -> str:
        """The codes between ESC [ and m for a letter of colour `ink` on `ground`; '' for none."""
        return _codes(self.depth, ink, ground)

    def hue(self, number: int) -> int:
        """The colour of a series."""
        return rgb(self.theme.series[number % len(self.theme.series)])


def rgb(colour: str) -> int:
    """A colour of the palette as a number.

    Example:
        >>> hex(rgb("#0E6AB2"))
        '0xe6ab2'
    """
    return int(colour[1:], 16)


def _depth() -> int:
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return 24
    term = os.environ.get("TERM", "")
    return 24 if "direct" in term else 8 if "256" in term else 4


@lru_cache(maxsize=65536)
def _codes(depth: int, ink: int, ground: int) -> str:
    if not depth:
        return ""
    parts = [{DIM: "2", BOLD: "1"}[ink]] if ink in (DIM, BOLD) else [] if ink == NONE else [_colour(depth, ink, 0)]
    if ground >= 0:
        parts.append(_colour(depth, ground, 10))
    return ";".join(parts)


def _colour(depth: int, colour: int, shift: int) -> str:
    """One colour, as ink or (shift 10) as ground."""
    red, green, blue = colour >> 16, colour >> 8 & 255, colour & 255
    if depth == 24:
        return f"{38 + shift};2;{red};{green};{blue}"
    if depth == 8:
        return f"{38 + shift};5;{_of_256(red, green, blue)}"
    clear = max(red, green, blue) - min(red, green, blue) > 60  # a hue must not become a grey, however near that is
    numbers = [n for n in range(16) if not clear or n % 8 not in (0, 7)]
    number = min(numbers, key=lambda n: _distance(_SIXTEEN[n], colour))
    return str((30 if number < 8 else 82) + number + shift)


def _of_256(red: int, green: int, blue: int) -> int:
    """The nearest of the cube and of the greys.

    Example:
        >>> _of_256(255, 0, 0), _of_256(128, 128, 128)
        (196, 244)
    """
    places = [min(range(6), key=lambda n: abs(_STEPS[n] - value)) for value in (red, green, blue)]
    cube = _STEPS[places[0]] << 16 | _STEPS[places[1]] << 8 | _STEPS[places[2]]
    grey = min(max((red + green + blue - 24 + 15) // 30, 0), 23)
    level = 8 + 10 * grey
    wanted = red << 16 | green << 8 | blue
    if _distance(level << 16 | level << 8 | level, wanted) < _distance(cube, wanted):
        return 232 + grey
    return 16 + 36 * places[0] + 6 * places[1] + places[2]


def _distance(one: int, other: int) -> float:
    """How far two colours are from one another, weighted as eyes do ("redmean")."""
    r0, g0, b0, r1, g1, b1 = one >> 16, one >> 8 & 255, one & 255, other >> 16, other >> 8 & 255, other & 255
    mean = (r0 + r1) / 2
    return (2 + mean / 256) * (r0 - r1) ** 2 + 4 * (g0 - g1) ** 2 + (2 + (255 - mean) / 256) * (b0 - b1) ** 2
