"""Colour and width for a gradient's size, the same in every picture: blue is small, green healthy, red large.

    theme = palette.named("light")
    palette.colour(0.0163, theme)      the colour of log10(0.0163), between the stops of the ramp
    palette.penwidth(0.0163)           the width of its arrow
    palette.readable(colour, theme)    the same hue, dark (or light) enough to be read as text
    palette.ink_on(colour, theme)      black or white: the ink that can be read on a chip of that colour

Colour is never alone: width, a mark and the number say the same. Two gradients that are two decades apart differ by
at least 9 (CIE76) for protan, deutan and tritan eyes too; `tests/repl/test_palette.py` simulates them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograd.errors import message

Ramp = tuple[tuple[float, str], ...]

READABLE = 4.5  # the contrast that WCAG 2.1 asks of text, and that small bold numbers need


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one ground, as `#RRGGBB`.

    `ramp` maps log10 of a gradient to colour; `series` are hues for things side by side (runs, classes, optimisers),
    any two of which every sight tells apart.
    """

    name: str
    ground: str
    ink: str
    muted: str
    line: str
    card: str
    input_card: str
    loss_card: str
    cluster: str
    cluster_line: str
    ramp: Ramp
    series: tuple[str, ...]


LIGHT = Theme(
    name="light",
    ground="#FFFFFF",
    ink="#1F2933",
    muted="#6B7785",
    line="#C3CCD5",
    card="#EEF3F8",
    input_card="#FFFFFF",
    loss_card="#FFF4E0",
    cluster="#F7F9FB",
    cluster_line="#DDE3EA",
    ramp=(
        (-9.0, "#9CCBEB"),
        (-7.0, "#56A5DC"),
        (-5.0, "#0E6AB2"),
        (-3.0, "#007568"),
        (-1.0, "#94A22E"),  # lighter than its neighbours: protan eyes see it and 10 in one hue
        (0.0, "#C87802"),
        (1.5, "#C94202"),
        (3.0, "#9B0F2E"),
    ),
    series=("#0E6AB2", "#C87802", "#0A8F7A", "#D81B60", "#7A2FE0", "#8C2D0C", "#E055D8"),
)
DARK = Theme(
    name="dark",
    ground="#12171D",
    ink="#E6EBF0",
    muted="#93A0AE",
    line="#4A5663",
    card="#222C37",
    input_card="#1B222B",
    loss_card="#3A2C12",
    cluster="#171D25",
    cluster_line="#2B3541",
    ramp=(
        (-9.0, "#2F5D86"),
        (-7.0, "#3F86C4"),
        (-5.0, "#5DB0EC"),
        (-3.0, "#45D2B6"),
        (-1.0, "#C5D44E"),
        (0.0, "#F4B63F"),
        (1.5, "#F4763B"),
        (3.0, "#FF4D6D"),
    ),
    series=("#5DB0EC", "#F4B63F", "#5FF0DA", "#E8507A", "#8A6BFF", "#9A8A2A", "#C566A8"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def named(name: str) -> Theme:
    """The theme of that name: "light" or "dark".

    Raises:
        ValueError: there is no such theme.

    Example:
        >>> named("dark").ground
        '#12171D'
    """
    if name not in THEMES:
        known = " or ".join(f'"{each}"' for each in THEMES)
        raise ValueError(message("theme", repr(name), known, "choose one of them"))
    return THEMES[name]


def colour(gradient: float, theme: Theme) -> str:
    """The colour of a gradient of that size: linear in RGB between the stops, over log10, flat beyond them.

    A gradient of exactly 0 and one that is not finite have no place on the ramp: they get the colour of a line and of
    the ramp's end, and the picture marks them.

    Example:
        >>> colour(1e-7, LIGHT), colour(1e-6, LIGHT), colour(1e9, LIGHT)
        ('#56A5DC', '#3288C7', '#9B0F2E')
    """
    size = abs(gradient)
    if size == 0:
        return theme.line
    if not math.isfinite(size):
        return theme.ramp[-1][1]
    place = math.log10(size)
    (low, first), (high, last) = theme.ramp[0], theme.ramp[-1]
    if place <= low or place >= high:
        return first if place <= low else last
    after = next(i for i, (stop, _) in enumerate(theme.ramp) if place < stop)
    (x0, c0), (x1, c1) = theme.ramp[after - 1], theme.ramp[after]
    return mix(c0, c1, (place - x0) / (x1 - x0))


def penwidth(gradient: float) -> float:
    """The width of an arrow in points: 1 up to 1e-8, then 0.6 for each decade, at most 6.5.

    Example:
        >>> [round(penwidth(g), 2) for g in (0.0, 1e-8, 1e-3, 1.0, 1e9)]
        [1.0, 1.0, 4.0, 5.8, 6.5]
    """
    size = abs(gradient)
    if size == 0:
        return 1.0
    if not math.isfinite(size):
        return 6.5
    return min(6.5, max(1.0, 1.0 + 0.6 * (math.log10(size) + 8.0)))


def mix(one: str, other: str, share: float) -> str:
    """The colour `share` of the way from `one` to `other`, linear in RGB."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.1).

    Example:
        >>> round(contrast("#000000", "#FFFFFF"), 1)
        21.0
    """
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def readable(colour: str, theme: Theme, ground: str | None = None) -> str:
    """The colour moved towards the ink just as far as it takes to be read on the ground.

    Example:
        >>> readable("#9CCBEB", LIGHT), readable("#9B0F2E", LIGHT)
        ('#5E7A8F', '#9B0F2E')
    """
    behind = ground or theme.ground
    shades = (mix(colour, theme.ink, step / 20) for step in range(20))
    return next((shade for shade in shades if contrast(shade, behind) >= READABLE), theme.ink)


def ink_on(colour: str) -> str:
    """White or the darkest ink, whichever can be read on that colour.

    Example:
        >>> ink_on("#007568"), ink_on("#94A22E")
        ('#FFFFFF', '#12171D')
    """
    # White looks clearer on a saturated chip than its contrast says: it wins from 4.2 up.
    return "#FFFFFF" if contrast("#FFFFFF", colour) >= 4.2 else DARK.ground


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
