"""Pictures side by side in half-blocks, two pixels a cell; in letters where there are too few colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...figures import Image, Images
from ...messages import tr
from ..labels import clip, width
from ..scales import GREY, SIGNED, colours
from .axes import written
from .grid import Grid, scale, shown
from .pen import DIM, Pen, rgb

Array = NDArray[Any]
_GAP = 2
_SHADES, _TYPED_SHADES = " ░▒▓█", " .:-=+*#%@"
_SIGNS, _TYPED_SIGNS = "━─ ░█", "=- +#"  # strokes take away, blocks add
LARGEST = 3  # cells a pixel is wide at most


def draw_images(figure: Images, grid: Grid, pen: Pen) -> None:
    """Draw as many pictures as fit, as large as fits, with their captions; what is left out is counted."""
    top = int(grid.height > 3)
    if top:
        _key(figure, grid, pen)
    size, columns, tile_width, tile_height = _layout(figure, grid.width, grid.height - top)
    rows = max((grid.height - top) // (tile_height + 1), 1)
    fits = min(len(figure.images), rows * columns)
    for place, image in enumerate(figure.images[:fits]):
        row, column = divmod(place, columns)
        line, left = top + row * (tile_height + 1), column * (tile_width + _GAP)
        _picture(figure, image, grid, pen, line, left, size, (tile_width, tile_height))
        caption = clip(shown(image.caption, ascii_only=grid.ascii_only), tile_width + 1, dots="")
        ink = rgb(pen.theme.series[3]) if image.wrong else DIM
        grid.text(line + tile_height, left + max((tile_width - width(caption)) // 2, 0), caption, ink)
    if fits < len(figure.images):
        text = tr("+{count} more", count=len(figure.images) - fits)
        grid.text(grid.height - 1, max(grid.width - width(text) - 1, 0), text, DIM)


def rows_of_images(figure: Images, columns: int) -> int:
    """The lines that all pictures take at a width, 40 at most."""
    _, across, _, tile_height = _layout(figure, columns, 40)
    return min(-(-len(figure.images) // across) * (tile_height + 1), 40) + 1


def _layout(figure: Images, columns: int, lines: int) -> tuple[float, int, int, int]:
    """Cells a pixel is wide, pictures in a row, and the cells that a picture takes."""
    height, width = figure.images[0].pixels.shape
    caption = max(_caption_width(image) for image in figure.images)
    for size in range(LARGEST, 0, -1):
        tile_width, tile_height = max(width * size, caption), -(-height * size // 2)
        across = max((columns + _GAP) // (tile_width + _GAP), 1)
        down = -(-len(figure.images) // across)
        if tile_width <= columns and down * (tile_height + 1) <= lines:
            return size, across, tile_width, tile_height
    shrink = min(1.0, columns / width, 2 * max(lines - 1, 1) / height)
    tile_width = max(int(width * shrink), min(caption, columns), 1)
    tile_height = max(-(-int(height * shrink) // 2), 1)
    return shrink, max((columns + _GAP) // (tile_width + _GAP), 1), tile_width, tile_height


def _key(figure: Images, grid: Grid, pen: Pen) -> None:
    """Which shade is which number."""
    letters = "█" * 8 if pen.shades else _ramp(figure, pen)
    stops = SIGNED if figure.signed else GREY
    inks = colours(np.linspace(0, 1, 8), stops).tolist() if pen.shades else [DIM] * len(letters)
    scale(grid, 0, 0, (written(figure.low), written(figure.high)), letters, inks)


def _ramp(figure: Images, pen: Pen) -> str:
    if figure.signed:
        return _TYPED_SIGNS if pen.ascii_only else _SIGNS
    return _TYPED_SHADES if pen.ascii_only else _SHADES


def _caption_width(image: Image) -> int:
    return min(width(image.caption), 8)


def _picture(
    figure: Images, image: Image, grid: Grid, pen: Pen, top: int, left: int, size: float, tile: tuple[int, int]
) -> None:
    """One picture: as pixels, or in letters."""
    high, wide = image.pixels.shape
    columns = max(int(wide * size), 1)
    left += (tile[0] - columns) // 2
    across = (np.arange(columns) + 0.5) / columns * wide
    down = (np.arange(2 * tile[1]) + 0.5) / max(high * size, 1) * high
    values = image.pixels[np.ix_(np.minimum(down, high - 1).astype(int), across.astype(int))]
    shares = (values - figure.low) / ((figure.high - figure.low) or 1.0)
    if pen.shades:
        made = colours(np.where(np.isfinite(shares), shares, np.nan), SIGNED if figure.signed else GREY)
        if 2 * tile[1] > high * size:  # an odd number of pixel rows: the last half of the cells stays empty
            made[int(np.ceil(high * size)) :] = rgb(pen.theme.ground)
        grid.pixels(top, left, made)
        return
    pair = shares.reshape(tile[1], 2, columns).mean(axis=1)
    ramp = _ramp(figure, pen)
    steps = np.nan_to_num(np.rint(pair * (len(ramp) - 1))).clip(0, len(ramp) - 1).astype(int)
    letters = np.array([ord(each) for each in ramp], np.uint32)[steps]
    grid.fill(top, left, np.where(np.isfinite(pair), letters, ord("x" if pen.ascii_only else "✗")))
