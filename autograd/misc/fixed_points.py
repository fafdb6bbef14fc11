"""Fixed points as functions of their parameters, differentiated without remembering the iteration.

A square root, found by Newton's iteration, and its derivatives:

    >>> import numpy as np
    >>> from autograd import grad
    >>> def sqrt(a):
    ...     return fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: np.abs(x - y), 1e-9)
    >>> round(float(grad(sqrt)(4.0)), 6), round(float(grad(grad(sqrt))(4.0)), 6)
    (0.25, -0.03125)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..extend import defvjp, primitive
from ..transforms import vjp
from .flatten import flatten

Step = Callable[[Any], Callable[[Any], Any]]


def fixed_point(f: Step, a: Any, x0: Any, distance: Callable[[Any, Any], Any], tol: float) -> Any:
    """The x with `f(a)(x) == x`, found by iterating from `x0` until `distance` of two iterates is at most `tol`.

    Args:
        f: from parameters to the function that is iterated, of arrays.
        a: the parameters, a tree of arrays; the result is differentiable with respect to them.
        x0: where to start.
        distance: of two iterates.
        tol: when to stop. The gradient is found by an iteration of its own, to the same tolerance.
    """
    vector, unflatten = flatten(a)
    return _solved(vector, lambda vector: f(unflatten(vector)), x0, distance, tol)


@primitive
def _solved(vector: Any, f: Step, x0: Any, distance: Callable[[Any, Any], Any], tol: float) -> Any:
    step = f(vector)
    last, x = x0, step(x0)
    while distance(x, last) > tol:
        last, x = x, step(x)
    return x


def _pull(ans: Any, vector: Any, f: Step, x0: Any, distance: Callable[[Any, Any], Any], tol: float) -> Any:
    # At the fixed point x = f(a, x), so dx = f_a da + f_x dx. The cotangent of x passes f_x any number of times before
    # it goes to a: u = g + u f_x, which is a fixed point again (Christianson, "Reverse accumulation and attractive
    # fixed points", 1994).
    def backward(parts: Any) -> Callable[[Any], Any]:
        vector, x, g = parts
        pull = vjp(f(vector), x)[1]
        return lambda u: g + pull(u)[0]

    def rule(g: Any) -> Any:
        u = fixed_point(backward, (vector, ans, g), np.zeros(g.shape, g.dtype), distance, tol)
        return vjp(lambda vector: f(vector)(ans), vector)[1](u)[0]

    return rule


defvjp(_solved, _pull, None, argnums=[0, 2])
