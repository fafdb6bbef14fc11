"""Differences, slopes, areas and curves through points: functions that look at neighbours.

    np.diff   np.ediff1d   np.gradient   np.trapezoid   np.interp   np.polyval   np.polyfit

All are slices, sums and products, so none has a rule of its own; positions carry gradients as values do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from ..errors import ShapeError, message
from ..op import derived, sample


def _part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    """`x[start:stop]` along an axis."""
    return x[(slice(None),) * axis + (slice(start, stop),)]


def _arrays(*xs: Any) -> tuple[Any, ...]:
    return tuple(x if hasattr(x, "ndim") else np.asarray(x) for x in xs)


@derived(
    np.diff,
    sample((4,)), sample((2, 4)), sample((4, 2), axis=0), sample((5,), n=2), sample((2, 4), n=0), sample((3,), n=3),
    sample((2, 3), prepend=0.5), sample((3, 2), axis=0, append=np.array([[1.0, 2.0]]), prepend=np.array([[3.0, 4.0]])),
)  # fmt: skip
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue) -> Any:
    """Each element minus the one before, `n` times over."""
    (a,) = _arrays(a)
    if n < 0 or a.ndim == 0:
        raise ShapeError(message("np.diff", f"n={n} of {a.ndim} axes", "n of 0 or more, and an axis", "check them"))
    if n == 0:
        return a
    axis = normalize_axis_index(axis, a.ndim)
    parts = [x for x in (_end(prepend, a, axis), a, _end(append, a, axis)) if x is not None]
    a = np.concatenate(parts, axis=axis) if len(parts) > 1 else a
    for _ in range(n):
        a = _part(a, axis, 1, None) - _part(a, axis, None, -1)
    return a


def _end(x: Any, a: Any, axis: int) -> Any:
    """What to put at an end of `a`; a number is one slice of it."""
    if x is np._NoValue:
        return None
    (x,) = _arrays(x)
    return x if x.ndim else np.broadcast_to(x, (*a.shape[:axis], 1, *a.shape[axis + 1 :]))


@derived(
    np.ediff1d, sample((4,)), sample((2, 3)), sample((3,), to_end=1.5), sample((3,), to_begin=np.array([1.0, 2.0]))
)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Each element minus the one before, of all elements in a row."""
    x = _arrays(ary)[0].reshape(-1)
    ends = [None if end is None else _arrays(end)[0].reshape(-1).astype(x.dtype) for end in (to_begin, to_end)]
    parts = [part for part in (ends[0], x[1:] - x[:-1], ends[1]) if part is not None]
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


@derived(
    np.trapezoid,
    sample((4,)), sample((2, 4), dx=0.5), sample((4, 2), axis=0), sample((4,), np.array([0.0, 0.5, 2.0, 2.5])),
    sample((2, 3), np.array([0.0, 1.0, 3.0])), sample((3, 2), np.array([0.0, 1.0, 3.0]), axis=0),
    sample((2, 3), np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 2.5]])),
)  # fmt: skip
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under straight lines from point to point."""
    (y,) = _arrays(y)
    axis = normalize_axis_index(axis, y.ndim)
    width = dx if x is None else _widths(_arrays(x)[0], y.ndim, axis)
    return (width * (_part(y, axis, 1, None) + _part(y, axis, None, -1)) / 2).sum(axis=axis)


def _widths(x: Any, ndim: int, axis: int) -> Any:
    if x.ndim != 1:
        return _part(x, axis, 1, None) - _part(x, axis, None, -1)
    return (x[1:] - x[:-1]).reshape([-1 if i == axis else 1 for i in range(ndim)])


_GRID = np.array([0.0, 0.5, 2.0, 2.5, 4.0])


@derived(
    np.gradient,
    sample((5,)), sample((2,)), sample((3, 4)), sample((3, 4), axis=0), sample((3, 4), axis=(1,)),
    sample((5,), edge_order=2), sample((5,), np.array(0.5)), sample((3, 5), np.array(2.0)),
    sample((3, 5), np.array(2.0), np.array(0.5)), sample((5,), _GRID), sample((5,), _GRID, edge_order=2),
    sample((3, 5), np.array(0.5), _GRID), sample((5, 3), _GRID, axis=0), sample((3, 5), _GRID, axis=-1, edge_order=2),
    sample((3, 4, 5), axis=(2, 0)),
)  # fmt: skip
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes of what is sampled on a grid: from the two neighbours inside, from one side at the edges."""
    (f,) = _arrays(f)
    axes = normalize_axis_tuple(range(f.ndim) if axis is None else axis, f.ndim)
    spacings = _arrays(*varargs) or (np.asarray(1.0, f.dtype),)
    if len(spacings) == 1 and spacings[0].ndim == 0:
        spacings = spacings * len(axes)
    if len(spacings) != len(axes) or edge_order not in (1, 2):
        raise ShapeError(
            message("np.gradient", f"{len(spacings)} spacings for {len(axes)} axes, edge_order={edge_order}",
                    "a spacing for each axis, and edge_order 1 or 2", "check the arguments")
        )  # fmt: skip
    for i, spacing in zip(axes, spacings, strict=True):
        if f.shape[i] < edge_order + 1 or (spacing.ndim and spacing.shape != (f.shape[i],)):
            raise ShapeError(
                message("np.gradient", f"{f.shape[i]} samples on axis {i}, spacings of shape {tuple(spacing.shape)}",
                        f"at least {edge_order + 1} samples, and one number or a place for each", "check the arguments")
            )  # fmt: skip
    dtype = f.dtype if f.dtype.kind == "f" else np.dtype(float)
    made = tuple(_slope(f, i, h, edge_order).astype(dtype) for i, h in zip(axes, spacings, strict=True))
    return made[0] if len(made) == 1 else made


def _slope(f: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    steps = _widths(spacing, f.ndim, axis) if spacing.ndim else None
    if steps is None:
        inside = (_part(f, axis, 2, None) - _part(f, axis, None, -2)) / (2 * spacing)
    else:
        inside = _three_points(f, axis, _part(steps, axis, None, -1), _part(steps, axis, 1, None))
    edges = [_edge(f, axis, spacing if steps is None else steps, edge_order, end) for end in (0, -1)]
    return np.concatenate([edges[0], inside, edges[1]], axis=axis)


def _three_points(f: Any, axis: int, before: Any, after: Any) -> Any:
    """The slope in the middle of three points, by the parabola through them."""
    both = before + after
    a, b, c = -after / (before * both), (after - before) / (before * after), before / (after * both)
    return a * _part(f, axis, None, -2) + b * _part(f, axis, 1, -1) + c * _part(f, axis, 2, None)


def _edge(f: Any, axis: int, steps: Any, edge_order: int, end: int) -> Any:
    """The slope at the first point (`end` 0) or the last (-1), from the next one, or the next two."""
    count = f.shape[axis]
    order = (0, 1, 2) if end == 0 else (count - 1, count - 2, count - 3)
    sign = 1 if end == 0 else -1
    f0, f1 = (_part(f, axis, i, i + 1) for i in order[:2])
    near = steps if steps.ndim == 0 else _part(steps, axis, *((0, 1) if end == 0 else (count - 2, count - 1)))
    if edge_order == 1:
        return sign * (f1 - f0) / near
    f2 = _part(f, axis, order[2], order[2] + 1)
    far = steps if steps.ndim == 0 else _part(steps, axis, *((1, 2) if end == 0 else (count - 3, count - 2)))
    both = near + far
    a, b, c = -(near + both) / (near * both), both / (near * far), -near / (far * both)
    return sign * (a * f0 + b * f1 + c * f2)


_KNOTS, _HEIGHTS = np.array([0.0, 1.0, 2.5, 4.0]), np.array([1.0, -1.0, 0.5, 2.0])


@derived(
    np.interp,
    sample(np.array([0.3, 1.7, 3.9, -1.0, 5.0]), _KNOTS, _HEIGHTS), sample(np.array(2.0), _KNOTS, _HEIGHTS),
    sample(np.array([[0.3], [5.0], [-2.0]]), _KNOTS, _HEIGHTS, left=-3.0, right=7.0),
    sample(np.array([0.3, 4.9, -1.3]), _KNOTS, _HEIGHTS, period=4.5),
    sample(np.array([0.3, 4.9, -1.3]), _KNOTS[::-1].copy(), _HEIGHTS, period=-4.5),
    sample(np.array([0.3]), np.array([1.0]), np.array([2.0])),
)  # fmt: skip
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: float | None = None) -> Any:
    """Straight lines from point to point; at a point, the slope is that of the line to its right."""
    x, xp, fp = (part.astype(float) for part in _arrays(x, xp, fp))
    if xp.ndim != 1 or xp.shape != fp.shape or not xp.size:
        raise ShapeError(
            message("np.interp", f"points of shapes {tuple(xp.shape)}, {tuple(fp.shape)}", "two vectors of one length",
                    "give each point its height")
        )  # fmt: skip
    if period is not None:
        x, xp, fp = _unrolled(x, xp, fp, abs(period))
        left = right = None
    below, above = x < xp[0], x > xp[-1]
    if xp.size == 1:
        y = fp[np.zeros(x.shape, int)]
    else:
        x = np.where(below | above, xp[0], x)  # infinite ones too: they take their height from the end, not the slope
        i = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, xp.size - 2)
        slope = (fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i])
        y = slope * (x - xp[i]) + fp[i]
    y = np.where(below, fp[0] if left is None else left, y)
    return np.where(above, fp[-1] if right is None else right, y)


def _unrolled(x: Any, xp: Any, fp: Any, period: float) -> tuple[Any, Any, Any]:
    """One turn of what repeats, with a point added on either side."""
    x, xp = np.mod(x, period), np.mod(xp, period)
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return x, xp, np.concatenate([fp[-1:], fp, fp[:1]])


@derived(np.polyval, sample((3,), (2, 2)), sample((1,), (2,)), sample((4,), ()))
def polyval(p: Any, x: Any) -> Any:
    """A polynomial by its coefficients, the highest first (Horner's scheme)."""
    p, x = _arrays(p, x)
    y = 0 * x
    for i in range(p.shape[0]):
        y = y * x + p[i]
    return y


@derived(
    np.polyfit,
    sample(np.array([-1.0, 0.5, 1.0, 2.0, 3.5]), (5,), deg=2), sample(np.array([-1.0, 0.5, 1.0, 2.0]), (4, 2), deg=1),
    sample(np.array([-1.0, 0.5, 1.0, 2.0, 3.5]), (5,), deg=2, w=np.array([1.0, 2.0, 0.5, 1.0, 3.0])),
)  # fmt: skip
def polyfit(x: Any, y: Any, deg: int, rcond: Any = None, w: Any = None) -> Any:
    """The coefficients, the highest first, of the polynomial that is nearest to points in the least squares sense."""
    x, y = _arrays(x, y)
    x = x + 0.0  # integers as floats
    powers = np.vander(x, deg + 1)
    if w is not None:
        (w,) = _arrays(w)
        powers, y = powers * w[:, None], y * (w if y.ndim == 1 else w[:, None])
    scale = np.sqrt((powers * powers).sum(axis=0))
    cutoff = x.size * np.finfo(x.dtype).eps if rcond is None else rcond
    found = np.linalg.lstsq(powers / scale, y, cutoff)[0]
    return found / (scale if found.ndim == 1 else scale[:, None])
