"""Where ticks go, how they are written, and the frame that they stand at.

linear_ticks(0.0, 2.3, 5)           (0.0, 0.5, 1.0, 1.5, 2.0)
log_ticks(-4.2, 0.3, 5)             whole powers of ten, as exponents
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..screen import cells
from .grid import Grid
from .pen import DIM

Array = NDArray[Any]


def linear_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """At most `most` round numbers from low to high.

    Example:
        >>> linear_ticks(0.0, 2.3, 5), linear_ticks(-1.0, 1.0, 3)
        ((0.0, 0.5, 1.0, 1.5, 2.0), (-1.0, 0.0, 1.0))
    """
    if not high > low or most < 1:
        return (low,)
    magnitude = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (magnitude * factor for factor in (1, 2, 2.5, 5, 10, 20, 25, 50, 100)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return tuple(round(number * step, 12) + 0.0 for number in range(first, last + 1))
    return ()


def log_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """The same on an axis of log10: whole exponents, or more where there are fewer than two of them.

    Example:
        >>> log_ticks(-4.2, 0.3, 5)
        (-4.0, -3.0, -2.0, -1.0, 0.0)
    """
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first < 1:
        return linear_ticks(low, high, most)
    step = max(1, -(-(last - first + 1) // max(most, 1)))
    return tuple(float(exponent) for exponent in range(first, last + 1) if exponent % step == 0)


def written(value: float) -> str:
    """A tick as one reads it.

    Example:
        >>> written(0.5), written(1500.0), written(2e6), written(-0.001), written(3e-7)
        ('0.5', '1500', '2e6', '-0.001', '3e-7')
    """
    text = f"{value:.4g}"
    if "e" in text:
        digits, _, exponent = text.partition("e")
        return f"{digits}e{int(exponent)}"
    return text


def written_log(exponent: float) -> str:
    """A tick of an axis of log10.

    Example:
        >>> written_log(-2.0), written_log(-7.0), written_log(0.5)
        ('0.01', '1e-7', '3.16')
    """
    if exponent == int(exponent) and not -4 < exponent < 5:
        return f"1e{int(exponent)}"
    return f"{10.0**exponent:.3g}"


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high` over so many dots; with `log` the values are exponents of ten."""

    low: float
    high: float
    log: bool = False

    def places(self, values: Any, dots: int) -> Array:
        """Where values lie among `dots`, from 0 on, not rounded; NaN and infinities stay what they are."""
        scaled: Array = (np.asarray(values, np.float64) - self.low) / ((self.high - self.low) or 1.0) * (dots - 1)
        return scaled

    def ticks(self, most: int) -> tuple[tuple[float, str], ...]:
        """Values with their texts."""
        if self.log:
            return tuple((tick, written_log(tick)) for tick in log_ticks(self.low, self.high, most))
        return tuple((tick, written(tick)) for tick in linear_ticks(self.low, self.high, most))


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a grid inside the axes, in cells."""

    row: int
    column: int
    width: int
    height: int


def framed(grid: Grid, x: Axis, y: Axis | None, *, x_label: str = "", top: int = 0) -> Frame:
    """Draw both axes with ticks along the left and the bottom edge; what is left is the frame.

    Without `y` the left edge has no ticks.
    """
    height = max(grid.height - top - 2, 1)
    ticks: list[tuple[int, str]] = []
    if y is not None and height > 2:
        ticks = [(round(float(y.places(tick, height))), text) for tick, text in y.ticks(max(2, height // 3))]
    margin = max((len(text) for _, text in ticks), default=0)
    margin = margin + 1 if margin and margin + 9 <= grid.width else 0
    frame = Frame(top, margin + 1, max(grid.width - margin - 1, 1), height)
    edge, corner, along, notch = "|+-+" if grid.ascii_only else "│└─┤"
    for row in range(height):
        grid.put(top + row, margin, edge, DIM)
    for place, text in ticks if margin else ():
        row = top + height - 1 - place
        grid.text(row, margin - 1 - len(text), text, DIM)
        grid.put(row, margin, notch, DIM)
    grid.put(top + height, margin, corner, DIM)
    for column in range(frame.width):
        grid.put(top + height, frame.column + column, along, DIM)
    _below(grid, x, frame, x_label)
    return frame


def _below(grid: Grid, x: Axis, frame: Frame, label: str) -> None:
    """Ticks and the label under the frame; the label gives way to none, ticks give way to one another."""
    row = frame.row + frame.height
    notch = "+" if grid.ascii_only else "┬"
    label = label if cells(label) + 12 <= frame.width else ""
    taken = grid.width - cells(label) - (cells(label) > len(label))  # no wide letter is put into the last column
    grid.text(row + 1, taken, label, DIM)
    end = 0
    for tick, text in x.ticks(max(2, frame.width // 12)):
        column = frame.column + round(float(x.places(tick, frame.width)))
        start = max(0, min(column - len(text) // 2, grid.width - len(text)))
        if start >= end and start + len(text) < taken + (not label):
            grid.put(row, column, notch, DIM)
            grid.text(row + 1, start, text, DIM)
            end = start + len(text) + 1
