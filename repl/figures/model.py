"""The forms that a figure can have: curves, bars, histograms, a decision boundary, a surface, a table, images.

Each has a `title`, the one sentence that says how to read it (`reading`), and `notes` on what could not be drawn as
the rest was: values that are not finite, classes that were left out. Arrays are read-only.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..graphview import Verdict
from ..messages import said

Array = NDArray[Any]


def sealed(values: Any, dtype: Any = np.float64) -> Array:
    """A read-only copy of numbers, in float64 unless said otherwise.

    Example:
        >>> sealed([1, 2]).flags.writeable
        False
    """
    made = np.array(values, dtype=dtype)
    made.flags.writeable = False
    return made


@dataclass(frozen=True, eq=False, slots=True)
class Series:
    """One curve, (N,) in `x` and `y`; NaN and infinite values are kept, for the views to mark.

    `lower` and `upper`, (N,), are the edges of a band around it. `hue` numbers its colour: curves of one run share it.
    """

    name: str
    x: Array
    y: Array
    style: Literal["line", "faint", "dashed", "points"] = "line"
    hue: int = 0
    lower: Array | None = None
    upper: Array | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Curves:
    """Curves on common axes; `log` is about the axis of y. `levels` are heights at which thin lines go across."""

    title: str
    reading: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    log: bool = False
    notes: tuple[str, ...] = ()
    levels: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One layer's gradient: its rms, and what to think of it beside the loss side."""

    name: str
    kind: str
    value: float
    verdict: Verdict = Verdict.OK


@dataclass(frozen=True, eq=False, slots=True)
class Bars:
    """A number for each layer, from input to output, on a logarithmic axis."""

    title: str
    reading: str
    label: str
    bars: tuple[Bar, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Histogram:
    """How the numbers of one layer are distributed: `counts` (B,) between `Histograms.edges`.

    `size` counts them all; `zeros`, `nans` and `infs` those that are exactly 0, NaN, infinite; `below` and `above`
    those beyond the edges. `mean` and `std` are of the finite ones, NaN where there are none.
    """

    name: str
    kind: str
    counts: Array
    size: int
    mean: float
    std: float
    zeros: int = 0
    nans: int = 0
    infs: int = 0
    below: int = 0
    above: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Histograms:
    """One histogram for each layer, over the same `edges` (B + 1,), which for `log` are those of log10 of the size."""

    title: str
    reading: str
    label: str
    edges: Array
    rows: tuple[Histogram, ...]
    log: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Boundary:
    """Which class a network of two inputs sees where, and the samples.

    `x` (W,) and `y` (H,) are the places of the grid; `classes` and `certainty` are (H, W): the class, and its
    probability from 0 to 1 (NaN where the output is not a number). `points` (N, 2) have the true classes `labels` (N,).
    """

    title: str
    reading: str
    x_label: str
    y_label: str
    x: Array
    y: Array
    classes: Array
    certainty: Array
    points: Array
    labels: Array
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Path:
    """The way of one optimiser over a surface: places `a`, `b` and losses, (steps + 1,) each, from the start on.

    Of a network of millions of parameters not every step is kept.
    """

    name: str
    a: Array
    b: Array
    loss: Array


@dataclass(frozen=True, eq=False, slots=True)
class Surface:
    """The loss over a plane through the parameters: `loss` (B, A) at `b` (B,) and `a` (A,); `log`: shade by its log."""

    title: str
    reading: str
    a_label: str
    b_label: str
    a: Array
    b: Array
    loss: Array
    paths: tuple[Path, ...]
    centre: tuple[float, float] | None = None
    log: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Confusion:
    """How often each true class (a row) was taken for each class (a column): `table` (C, C) of counts."""

    title: str
    reading: str
    table: Array
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Image:
    """A picture in shades, (H, W), with what stands under it; `wrong` if what it says is not the truth."""

    pixels: Array
    caption: str = ""
    wrong: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Images:
    """Pictures side by side on one scale, from `low` to `high`; `signed`: 0 is in the middle of it."""

    title: str
    reading: str
    images: tuple[Image, ...]
    low: float
    high: float
    signed: bool = False
    notes: tuple[str, ...] = ()


T = TypeVar("T")


def told(part: T) -> T:
    """A figure, or a part of it, with all its texts in the reader's language: what a view draws.

    Example:
        >>> told(Image(sealed([[0.0]]), "a caption")).caption
        'a caption'
    """
    if isinstance(part, str):
        return said(part)  # type: ignore[return-value]
    if isinstance(part, tuple):
        return tuple(map(told, part))  # type: ignore[return-value]
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return dataclasses.replace(
            part, **{each.name: told(getattr(part, each.name)) for each in dataclasses.fields(part)}
        )
    return part


Figure = Curves | Bars | Histograms | Boundary | Surface | Confusion | Images
