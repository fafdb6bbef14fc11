"""Three first-order optimisers as functions: a gradient and a start go in, the best guess comes out.

    trained = adam(gradient, params, num_iters=1000, callback=report)

`gradient(params, i)` gives the gradient at step `i`, a tree like `params`. `callback(params, i, gradient)` is called
before each update. The optimisers of `nn.optim` do more, and keep their state; these are for small programs.

    >>> adam(lambda x, i: 2 * x, np.array([1.0, -3.0]), num_iters=500, step_size=0.1).round(6) + 0.0
    array([0., 0.])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .flatten import flatten

__all__ = ["adam", "rmsprop", "sgd"]

Gradient = Callable[[Any, int], Any]
Callback = Callable[[Any, int, Any], Any]
Update = Callable[[Any, int], Any]


def _iterate(grad: Gradient, x0: Any, callback: Callback | None, num_iters: int, update: Update) -> Any:
    """Walk from `x0`: `update` takes the gradient as a vector and the step's number, and gives the change."""
    x, unflatten = flatten(x0)
    for i in range(num_iters):
        g = flatten(grad(unflatten(x), i))[0]
        if callback:
            callback(unflatten(x), i, unflatten(g))
        x = x + update(g, i)
    return unflatten(x)


def sgd(
    grad: Gradient,
    x0: Any,
    callback: Callback | None = None,
    num_iters: int = 200,
    step_size: float = 0.1,
    mass: float = 0.9,
) -> Any:
    """Gradient descent with momentum: the velocity is a running mean of the gradients, of weight `mass`.

    Example:
        >>> sgd(lambda x, i: 2 * x, 1.0, num_iters=1, mass=0.0)
        np.float64(0.8)
    """
    velocity: Any = 0.0

    def update(g: Any, i: int) -> Any:
        nonlocal velocity
        velocity = mass * velocity - (1.0 - mass) * g
        return step_size * velocity

    return _iterate(grad, x0, callback, num_iters, update)


def rmsprop(
    grad: Gradient,
    x0: Any,
    callback: Callback | None = None,
    num_iters: int = 100,
    step_size: float = 0.1,
    gamma: float = 0.9,
    eps: float = 10**-8,
) -> Any:
    """Steps divided by a running root mean square of the gradients, which starts at 1 (Tieleman and Hinton, 2012).

    Example:
        >>> rmsprop(lambda x, i: 2 * x, 1.0, num_iters=1).round(4)
        np.float64(0.8246)
    """
    mean_square: Any = 1.0

    def update(g: Any, i: int) -> Any:
        nonlocal mean_square
        mean_square = gamma * mean_square + (1 - gamma) * g**2
        return -step_size * g / (np.sqrt(mean_square) + eps)

    return _iterate(grad, x0, callback, num_iters, update)


def adam(
    grad: Gradient,
    x0: Any,
    callback: Callback | None = None,
    num_iters: int = 100,
    step_size: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 10**-8,
) -> Any:
    """Running means of the gradient and of its square, each corrected for starting at zero.

    Kingma and Ba, "Adam: a method for stochastic optimization", 2014, arXiv:1412.6980.

    Example:
        >>> adam(lambda x, i: 2 * x, 1.0, num_iters=1, step_size=0.1).round(4)
        np.float64(0.9)
    """
    mean: Any = 0.0
    mean_square: Any = 0.0

    def update(g: Any, i: int) -> Any:
        nonlocal mean, mean_square
        mean = (1 - b1) * g + b1 * mean
        mean_square = (1 - b2) * g**2 + b2 * mean_square
        unbiased, unbiased_square = mean / (1 - b1 ** (i + 1)), mean_square / (1 - b2 ** (i + 1))
        return -step_size * unbiased / (np.sqrt(unbiased_square) + eps)

    return _iterate(grad, x0, callback, num_iters, update)
