"""Is this function's derivative right? Differences along random directions answer, for whole trees at once.

    check_grads(f)(x, y)                            reverse and forward mode, to second order, of the first argument
    check_grads(f, (0, 1), modes=["rev"])(x, y)     of both

`autograd.gradcheck` does it element by element and says which element is off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from .checking import GradientError
from .errors import UnsupportedError, message
from .misc.flatten import flatten
from .tensor import Tensor
from .tracing import Argnums, positions
from .transforms import jvp, vjp

__all__ = ["check_equivalent", "check_grads", "check_jvp", "check_vjp", "combo_check"]

TOL = 1e-6  # what may differ, absolutely
RTOL = 1e-6  # and relative to the larger of the two
EPS = 1e-6  # the step of the differences
_SEED = 0  # of the random directions


def check_grads(
    fun: Callable[..., Any], argnum: Argnums = 0, *, modes: Sequence[str] = ("fwd", "rev"), order: int = 2
) -> Callable[..., None]:
    """A function that checks `fun` at the arguments that it is called with.

    Args:
        fun: takes trees of arrays and gives one.
        argnum: the argument to differentiate, or several.
        modes: "fwd", "rev" or both.
        order: 2 checks the derivative of the derivative too, and so on.

    Raises:
        GradientError: a derivative and its differences disagree; it is an AssertionError.
        UnsupportedError: another mode.

    Example:
        >>> check_grads(lambda x: x**3)(np.array([1.0, 2.0]))
    """
    for mode in modes:
        if mode not in ("fwd", "rev"):
            raise UnsupportedError(message("check_grads", f"the mode {mode!r}", "'fwd' or 'rev'", "name one of them"))

    def check(*args: Any, **kwargs: Any) -> None:
        places = positions("check_grads", argnum, len(args))

        def of_these(*moving: Any) -> Any:
            inner = list(args)
            for place, x in zip(places, moving, strict=True):
                inner[place] = x
            return fun(*inner, **kwargs)

        _check(of_these, [args[i] for i in places], modes, order)

    return check


def _check(f: Callable[..., Any], xs: Sequence[Any], modes: Sequence[str], order: int) -> None:
    rng = np.random.default_rng(_SEED)
    tangent = _random_like(tuple(xs), rng)
    if "fwd" in modes:
        check_jvp(f, *xs)
        if order > 1:
            _check(lambda *xs: jvp(f, xs, tangent)[1], xs, modes, order - 1)
    if "rev" in modes:
        check_vjp(f, *xs)
        if order > 1:
            cotangent = _random_like(_plain(f(*xs)), rng)
            _check(lambda *xs: vjp(f, *xs)[1](cotangent), xs, modes, order - 1)


def check_vjp(f: Callable[..., Any], *xs: Any) -> None:
    """Hold the pullback of a function at a point against differences along a random direction.

    Raises:
        GradientError: they disagree.
    """
    rng = np.random.default_rng(_SEED)
    tangent = _random_like(xs, rng)
    value, pullback = vjp(f, *xs)
    cotangent = _random_like(value, rng)
    pulled = _dot(tangent, pullback(cotangent))
    _compare("check_vjp", pulled, _dot(cotangent, _difference(f, xs, tangent)))


def check_jvp(f: Callable[..., Any], *xs: Any) -> None:
    """Hold the tangent of a function at a point against differences along a random direction.

    Raises:
        GradientError: they disagree.
    """
    tangent = _random_like(xs, np.random.default_rng(_SEED))
    _compare("check_jvp", jvp(f, xs, tangent)[1], _difference(f, xs, tangent))


def check_equivalent(x: Any, y: Any) -> None:
    """Raise GradientError unless two trees have the same numbers, up to rounding.

    Example:
        >>> check_equivalent({"a": 1.0}, {"a": 1.0 + 1e-9})
    """
    _compare("check_equivalent", x, y)


def combo_check(fun: Callable[..., Any], *check_args: Any, **check_kwargs: Any) -> Callable[..., None]:
    """`check_grads` for every combination of arguments, of which lists are given.

    Example:
        >>> combo_check(lambda x, axis=None: np.sum(x**2, axis=axis), order=1)([np.ones((2, 2))], axis=[0, 1, None])
    """
    check = check_grads(fun, *check_args, **check_kwargs)

    def check_all(*args: Any, **kwargs: Any) -> None:
        for chosen in product(*args):
            for options in product(*kwargs.values()):
                check(*chosen, **dict(zip(kwargs, options, strict=True)))

    return check_all


def _plain(tree: Any) -> Any:
    vector, unflatten = flatten(tree)
    return unflatten(vector.detach().data if isinstance(vector, Tensor) else vector)


def _random_like(tree: Any, rng: np.random.Generator) -> Any:
    vector, unflatten = flatten(_plain(tree))
    return unflatten(rng.normal(size=vector.shape))


def _difference(f: Callable[..., Any], xs: tuple[Any, ...], tangent: Any) -> Any:
    """How the function's value moves along the tangent, by a central difference: a vector's tree."""
    x, unflatten = flatten(xs)
    v = flatten(tangent)[0]
    above, like = flatten(_plain(f(*unflatten(x + EPS / 2 * v))))
    below, _ = flatten(_plain(f(*unflatten(x - EPS / 2 * v))))
    return like((above - below) / EPS)


def _dot(a: Any, b: Any) -> Any:
    return np.dot(flatten(a)[0], flatten(b)[0])


def _compare(where: str, found: Any, expected: Any) -> None:
    a, b = flatten(_plain(found))[0], flatten(_plain(expected))[0]
    if a.shape != b.shape:
        raise GradientError(
            message(where, f"{a.size} numbers", f"{b.size}", "give both trees the same containers and shapes")
        )
    off = np.abs(a - b) > TOL + RTOL * np.maximum(np.abs(a), np.abs(b))
    if off.any() or not np.array_equal(np.isnan(a), np.isnan(b)):
        i = int(np.argmax(off | (np.isnan(a) != np.isnan(b))))
        raise GradientError(
            message(f"{where}, number {i}", f"{a[i]:.8g}", f"{b[i]:.8g}", "check the rules of the ops on the way")
        )
