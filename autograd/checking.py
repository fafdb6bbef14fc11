"""Is this gradient right? Central differences answer, element by element.

gradcheck(lambda x, w: np.sum(np.tanh(x @ w)), x, w)            first order
gradcheck(f, x, order=2)                                        the gradient's own gradient too
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import AutogradError, message
from .tensor import Tensor
from .transforms import value_and_grad


class GradientError(AutogradError, AssertionError):
    """A gradient and its central differences disagree."""


def gradcheck(
    function: Callable[..., Any],
    *arrays: Any,
    order: int = 1,
    eps: float = 1e-6,
    rtol: float = 1e-5,
    atol: float = 1e-6,
    seed: int = 0,
) -> bool:
    """Compare the gradients of a function with central differences, in float64.

    A function that gives an array is checked through its product with a fixed random array.

    Args:
        function: takes arrays or Tensors, gives one array or Tensor.
        arrays: where to check; of float dtype, each is differentiated.
        order: 2 checks the gradient of the gradient as well, and so on.
        eps: the step of the differences.
        rtol: what may differ, relative to the difference.
        atol: what may differ, absolutely.
        seed: for the random arrays.

    Raises:
        GradientError: an element is off; the message says which, by how much, and at which order.

    Example:
        >>> gradcheck(lambda x: x * x * x, np.array([1.0, -2.0]), order=2)
        True
    """
    rng = np.random.default_rng(seed)
    points = [np.array(array, np.float64) for array in arrays]
    scalar = _projected(function, points, rng)
    for level in range(1, order + 1):
        gradients = value_and_grad(scalar, tuple(range(len(points))))(*points)[1]
        for which, gradient in enumerate(gradients):
            where = f"gradcheck, order {level}, argument {which}"
            _compare(where, np.asarray(gradient), _differences(scalar, points, points[which], eps), rtol, atol)
        if level < order:
            scalar = _gradient_of(scalar, points, rng)
    return True


def _projected(function: Callable[..., Any], points: list[Any], rng: np.random.Generator) -> Callable[..., Any]:
    value = function(*points)
    weights = rng.normal(size=np.shape(_plain(value)))

    def scalar(*xs: Any) -> Any:
        return (function(*xs) * weights).sum()

    return scalar


def _gradient_of(scalar: Callable[..., Any], points: list[Any], rng: np.random.Generator) -> Callable[..., Any]:
    """The scalar whose gradient is the next order: the gradient's product with fixed random arrays."""
    weights = [rng.normal(size=point.shape) for point in points]
    argnums = tuple(range(len(points)))

    def next_scalar(*xs: Any) -> Any:
        gradients = value_and_grad(scalar, argnums)(*xs)[1]
        return sum((g * w).sum() for g, w in zip(gradients, weights, strict=True))

    return next_scalar


def _plain(x: Any) -> Any:
    return x.data if isinstance(x, Tensor) else x


def _differences(scalar: Callable[..., Any], points: list[Any], point: Any, eps: float) -> Any:
    """Central differences of a scalar function along each element of `point`, one of `points`."""
    found = np.zeros_like(point)
    for place in np.ndindex(point.shape):
        kept = point[place]
        point[place] = kept + eps
        above = float(_plain(scalar(*points)))
        point[place] = kept - eps
        below = float(_plain(scalar(*points)))
        point[place] = kept
        found[place] = (above - below) / (2 * eps)
    return found


def _compare(where: str, gradient: Any, expected: Any, rtol: float, atol: float) -> None:
    if gradient.shape != expected.shape:
        raise GradientError(
            message(
                where, f"a gradient of shape {gradient.shape}", f"shape {expected.shape}", "check the rule's shapes"
            )
        )
    off = np.abs(gradient - expected) - (atol + rtol * np.abs(expected))
    if off.size and not (off <= 0).all():
        worst = np.unravel_index(np.argmax(np.where(np.isnan(off), np.inf, off)), off.shape)
        place = tuple(int(i) for i in worst)
        raise GradientError(
            message(
                f"{where}, element {place}",
                f"gradient {gradient[worst]:.8g}",
                f"{expected[worst]:.8g} by central differences",
                "check the rules of the ops on the way",
            )
        )
