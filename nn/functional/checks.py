"""What the functions ask of their arguments, and how they say no."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import message

from ..errors import ConfigError, ShapeError

REDUCTIONS = ("mean", "sum", "none")


def array(x: Any) -> Any:
    """`x` itself if it is an array or a tensor, else an array of it."""
    return x if isinstance(x, (Tensor, np.ndarray)) else np.asarray(x)


def as_input(target: Any, input: Any) -> Any:
    """The target in the dtype of the input: float64 data do not make a float32 network compute in float64."""
    if isinstance(target, Tensor):
        return target
    target = array(target)
    if target.dtype is input.dtype or input.dtype.kind != "f":
        return target
    return target.astype(input.dtype, copy=False)


def plain(x: Any) -> Any:
    """The array of what no gradient is wanted for: labels, masks, weights of classes."""
    return x.readonly if isinstance(x, Tensor) else array(x)


def check_reduction(where: str, reduction: str) -> None:
    """Raise ConfigError unless `reduction` is "mean", "sum" or "none"."""
    if reduction not in REDUCTIONS:
        raise ConfigError(message(where, f"reduction={reduction!r}", "'mean', 'sum' or 'none'", "choose one of them"))


def reduced(where: str, losses: Any, reduction: str) -> Any:
    """The losses' mean, their sum, or the losses themselves."""
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    check_reduction(where, reduction)
    return losses


def in_base(where: str, loss: Any, base: float | None) -> Any:
    """A loss in nats, as logarithms of another base would have given it: base 2 gives bits."""
    if base is None:
        return loss
    check_base(where, base)
    return loss / math.log(base)


def check_base(where: str, base: float | None) -> None:
    """Raise ConfigError unless `base` is one that logarithms have."""
    number = isinstance(base, (int, float, np.number)) and not isinstance(base, bool)
    if base is not None and not (number and base > 1 and math.isfinite(base)):
        raise ConfigError(message(where, f"base={base!r}", "a number above 1", "use 2 for bits, or None for nats"))


def check_equal(where: str, input: Any, target: Any) -> None:
    """Raise ShapeError unless both have one shape: (n, 1) against (n,) would broadcast to n x n pairs."""
    if input.shape != target.shape:
        raise unequal(where, tuple(input.shape), tuple(target.shape))


def unequal(where: str, input: tuple[int, ...], target: tuple[int, ...]) -> ShapeError:
    """The error for two shapes that should be one, with the cure for a missing or an extra axis of 1."""
    if target == input[:-1] and input[-1:] == (1,):
        do = "use target[:, None]"
    elif input == target[:-1] and target[-1:] == (1,):
        do = "use target[:, 0]"
    else:
        do = f"reshape the target to {input}"
    return ShapeError(message(where, f"input {input} and target {target}", "equal shapes", do))


def check_spreads(where: str, what: str, values: Any, shape: tuple[int, ...], do: str) -> None:
    """Raise ShapeError unless `values`, called `what`, broadcast to just that shape."""
    try:
        fits = np.broadcast_shapes(values.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        got, expected = f"{what} of shape {tuple(values.shape)}", f"one that broadcasts to {tuple(shape)}"
        raise ShapeError(message(where, got, expected, do))


def check_range(where: str, name: str, value: Any, low: float, high: float = math.inf) -> float:
    """`value` if it is a number from `low` to `high`, else ConfigError."""
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        expected = f"a number of at least {low:g}" if high == math.inf else f"a number from {low:g} to {high:g}"
        raise ConfigError(message(where, f"{name}={value!r}", expected, "change it"))
    return float(value)


def check_axis(where: str, dim: Any, ndim: int) -> int:
    """`dim` as an axis from 0, else ShapeError."""
    if isinstance(dim, bool) or not isinstance(dim, (int, np.integer)) or not -max(ndim, 1) <= dim < max(ndim, 1):
        expected = f"an axis from {-ndim} to {ndim - 1}" if ndim else "an axis of an array that has some"
        raise ShapeError(message(where, f"dim={dim!r} for an input of {ndim} axes", expected, "choose one of its axes"))
    return int(dim) % max(ndim, 1)


def whole(where: str, name: str, value: Any, lowest: int = 1) -> int:
    """`value` as an int if it is a whole number of at least `lowest`, else ConfigError."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < lowest:
        expected, do = f"an integer of at least {lowest}", f"pass one, such as {name}={max(lowest, 1)}"
        raise ConfigError(message(where, f"{name}={value!r}", expected, do))
    return int(value)


def sizes(where: str, name: str, value: Any, axes: int, lowest: int = 1) -> tuple[int, ...]:
    """One whole number for each of `axes` spatial axes, from one for all or a sequence of them."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) == 1:
            value = list(value) * axes
        if len(value) == axes:
            return tuple(whole(where, name, n, lowest) for n in value)
        expected = f"an integer, or {axes} of them" if axes > 1 else "an integer"
        raise ConfigError(message(where, f"{name}={value!r}", expected, "give one number for each axis"))
    return (whole(where, name, value, lowest),) * axes
