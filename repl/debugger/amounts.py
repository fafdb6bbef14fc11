"""Arrays to numbers: what a stop prints of a value, a gradient or a contribution, with one element chosen."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graphview.stats import describe
from ..messages import marked, tr
from ..results import Amount

Index = tuple[int, ...]


def amount(array: Any, at: Index | None = None) -> Amount:
    """The statistics of an array, and its element `at` if it has one there.

    Example:
        >>> amount(np.array([3.0, -4.0]), (1,)).element
        -4.0
    """
    x = np.asarray(array)
    stats = describe(x)
    value = _plain(x.reshape(())) if x.size == 1 else None
    fits = at is not None and value is None and fitting(at, x.shape)
    return Amount(
        shape=x.shape,
        value=value,
        rms=stats.rms,
        low=stats.low,
        high=stats.high,
        zeros=float(stats.zeros),
        strange=stats.nans + stats.infs,
        at=written(at) if fits and at is not None else "",
        element=_plain(x[at]) if fits else None,
        whole=x.dtype.kind in "iu",
    )


def _plain(x: Any) -> float:
    return float(x) if x.dtype.kind in "fiub" else float(abs(x))


def fitting(at: Index, shape: tuple[int, ...]) -> bool:
    """Whether an array of that shape has an element there."""
    return len(at) == len(shape) and all(-size <= i < size for i, size in zip(at, shape, strict=True))


def written(at: Index | None) -> str:
    """An index as one writes it.

    Example:
        >>> written((0, 3)), written(())
        ('[0, 3]', '')
    """
    return f"[{', '.join(map(str, at))}]" if at else ""


def stretched(at: Index, shape: tuple[int, ...]) -> Index:
    """The element of an operand of that shape from which NumPy's broadcasting made the output's element `at`.

    Example:
        >>> stretched((2, 3), (4,)), stretched((2, 3), (5, 1)), stretched((2, 3), ())
        ((3,), (2, 0), ())
    """
    last = at[len(at) - len(shape) :]
    return tuple(0 if size == 1 else i for i, size in zip(last, shape, strict=True))


def summed(raw: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """What undoes broadcasting from `shape` to `raw`, in words; '' if there was none.

    Example:
        >>> summed((32, 16), (16,)), summed((2, 3), (2, 1)), summed((2,), (2,))
        ('(32, 16) → (16,), summed over axis 0', '(2, 3) → (2, 1), summed over axis 1', '')
    """
    if raw == shape:
        return ""
    lead = len(raw) - len(shape)
    axes = [i for i in range(len(raw)) if i < lead or (shape[i - lead] == 1 and raw[i] != 1)]
    if not axes:
        return ""
    one, many = marked("{raw} → {shape}, summed over axis {axes}"), marked("{raw} → {shape}, summed over axes {axes}")
    return tr(one if len(axes) == 1 else many, raw=raw, shape=shape or "()", axes=", ".join(map(str, axes)))
