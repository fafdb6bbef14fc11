"""Padding: an array with a border, of zeros, of copies of itself, or of what its elements say.

Only the border of zeros needs a rule. A border of copies is a reading with repeated places; the others are joined on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from numpy.lib.stride_tricks import sliding_window_view

from ..errors import DTypeError, ShapeError, UnsupportedError, message
from ..op import derived, multilinear, sample
from .joining import CONCATENATE

_OPTIONS = {
    "constant": "constant_values",
    "edge": "",
    "reflect": "reflect_type",
    "symmetric": "reflect_type",
    "wrap": "",
    "linear_ramp": "end_values",
    "mean": "stat_length",
    "median": "stat_length",
    "maximum": "stat_length",
    "minimum": "stat_length",
}
_STATISTICS: dict[str, Any] = {"mean": np.mean, "median": np.median, "maximum": np.max, "minimum": np.min}


def _pairs(given: Any, ndim: int) -> list[tuple[Any, Any]]:
    """(before, after) for every axis, from one value, one pair or a pair for each axis."""
    pairs: list[tuple[Any, Any]] = [tuple(pair) for pair in np.broadcast_to(np.asarray(given), (ndim, 2)).tolist()]
    return pairs


def _widths(pad_width: Any, ndim: int) -> tuple[tuple[int, int], ...]:
    if isinstance(pad_width, dict):  # NumPy 2.2: widths by axis
        sides: list[Any] = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            sides[axis] = width if isinstance(width, tuple) else (width, width)
        pad_width = sides
    pairs = tuple(_pairs(pad_width, ndim))
    if any(not isinstance(width, int) or width < 0 for pair in pairs for width in pair):
        got = f"pad_width {pad_width}"
        raise ShapeError(message("np.pad", got, "whole numbers from 0", "slice to make it smaller"))
    return pairs


PAD = multilinear(
    "pad",
    lambda x, /, pad_width: np.pad(x, pad_width),
    lambda g, y, x, pad_width: g[tuple(slice(b, b + n) for (b, _), n in zip(pad_width, x.shape, strict=True))],
    samples=(
        sample((2, 3), pad_width=((1, 2), (0, 1))),
        sample((3,), pad_width=((0, 0),)),
        sample((0, 2), pad_width=((1, 0), (1, 1))),
    ),
    why="A border of zeros: the gradient of the border goes nowhere, the rest goes back.",
)


@derived(
    np.pad,
    sample((2, 3), pad_width=1),
    sample((2, 3), pad_width=((1, 0), (2, 1)), mode="constant", constant_values=((1.0, 2.0), (3.0, 4.0))),
    sample((2, 3), pad_width=(1, 2), mode="edge"),
    sample((3, 4), pad_width=((2, 1), (0, 6)), mode="reflect"),
    sample((2, 3), pad_width=((3, 1), (0, 5)), mode="symmetric"),
    sample((2, 3), pad_width=((3, 1), (0, 5)), mode="wrap"),
    sample((2, 3), pad_width=((2, 1), (0, 3)), mode="linear_ramp", end_values=((0.0, 1.0), (2.0, -1.0))),
    sample((2, 3), pad_width=((2, 1), (0, 2)), mode="mean"),
    sample((3, 4), pad_width=1, mode="mean", stat_length=((1, 2), (9, 3))),
    sample((3, 4), pad_width=1, mode="maximum", stat_length=2),
    sample((3, 4), pad_width=(2, 0), mode="minimum"),
    sample((3,), pad_width=0, mode="edge"),
)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """The array with a border, made axis by axis: later axes pad the corners that earlier ones made."""
    _check_pad(array, mode, options)
    if not array.ndim:
        return array.copy()
    widths = _widths(pad_width, array.ndim)
    if mode == "constant":
        values = options.get("constant_values", 0)
        y = PAD(array, pad_width=widths)
        return y + np.pad(np.zeros(array.shape, array.dtype), widths, constant_values=values) if np.any(values) else y
    given = _pairs(options.get(_OPTIONS[mode], 0 if mode == "linear_ramp" else None), array.ndim)
    for axis, (width, option) in enumerate(zip(widths, given, strict=True)):
        if any(width):
            array = _padded(array, axis, width, mode, option)
    return array


def _check_pad(array: Any, mode: Any, options: dict[str, Any]) -> None:
    if mode not in _OPTIONS:
        modes = ", ".join(_OPTIONS)
        raise UnsupportedError(message("np.pad", f"mode={mode!r}", f"one of {modes}", "pad by np.concatenate"))
    unknown = sorted(set(options) - {_OPTIONS[mode]})
    if unknown:
        takes = _OPTIONS[mode] or "no option"
        raise UnsupportedError(message("np.pad", f"{unknown[0]}= with mode {mode!r}", takes, "leave it out"))
    reflection = options.get("reflect_type", "even")
    if reflection != "even":
        do = "write 2 * edge - x[::-1] and join"
        raise UnsupportedError(message("np.pad", f"reflect_type={reflection!r}", "'even'", do))
    if mode in ("linear_ramp", "mean", "median") and array.dtype.kind != "f":
        raise DTypeError(message("np.pad", f"dtype {array.dtype} with mode {mode!r}", "floats", "use astype(float)"))


def _padded(x: Any, axis: int, width: tuple[int, int], mode: Any, option: tuple[Any, Any]) -> Any:
    """One axis padded on both sides."""
    length = x.shape[axis]
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        places: Any = np.pad(np.arange(length), width, mode=mode)  # NumPy itself, on the numbers of the places, says
        return np.take(x, places, axis=axis)
    at = (slice(None),) * axis
    if mode == "linear_ramp":
        before = _ramp(x[(*at, slice(0, 1))], option[0], width[0], axis)
        after = np.flip(_ramp(x[(*at, slice(length - 1, length))], option[1], width[1], axis), axis=axis)
        return CONCATENATE(before, x, after, axis=axis)
    counts = [length if count is None else min(count, length) for count in option]
    if min(counts) < 1:
        raise ShapeError(message("np.pad", f"stat_length {option}", "one element or more", "leave it out to take all"))
    ends = (slice(0, counts[0]), slice(length - counts[1], length))
    values = [_STATISTICS[mode](x[(*at, end)], axis=axis, keepdims=True) for end in ends]
    before, after = (
        np.broadcast_to(value, (*x.shape[:axis], n, *x.shape[axis + 1 :]))
        for value, n in zip(values, width, strict=True)
    )
    return CONCATENATE(before, x, after, axis=axis)


def _ramp(edge: Any, end: float, width: int, axis: int) -> Any:
    """In equal steps from `end` up to the edge, without the edge."""
    steps = np.arange(width).astype(edge.dtype) / max(width, 1)
    return end + (edge - end) * steps.reshape((-1,) + (1,) * (edge.ndim - axis - 1))


def _windows(x: Any, /, window_shape: Any, axis: Any = None) -> Any:
    return sliding_window_view(x, window_shape, axis=axis)


def _windows_rule(g: Any, y: Any, x: Any, window_shape: Any, axis: Any = None) -> Any:
    """Every place of the window read a shifted copy of x; the copies' gradients are shifted back and added."""
    axes = normalize_axis_tuple(range(x.ndim) if axis is None else axis, x.ndim, allow_duplicate=True)
    total: Any = None
    for offset in np.ndindex(*g.shape[x.ndim :]):
        shift = [0] * x.ndim
        for a, o in zip(axes, offset, strict=True):
            shift[a] += o
        widths = tuple((s, n - m - s) for s, n, m in zip(shift, x.shape, g.shape, strict=False))
        part = PAD(g[(..., *offset)], pad_width=widths)
        total = part if total is None else total + part
    return total


SLIDING_WINDOW_VIEW = multilinear(
    "sliding_window_view",
    _windows,
    _windows_rule,
    numpy=(sliding_window_view,),
    samples=(
        sample((4,), window_shape=2),
        sample((3, 4), window_shape=(2, 3)),
        sample((3, 4), window_shape=2, axis=-1),
        sample((3, 2, 3), window_shape=(2, 2), axis=(0, 2)),
        sample((5,), window_shape=(2, 2), axis=(0, 0)),
    ),
    why="One element is seen through many windows, so their gradients add up.",
)
