"""scipy.integrate with gradients: solutions of ordinary differential equations, by the adjoint method.

Every other name is SciPy's own, and refuses a tensor.

>>> import numpy as np
>>> from autograd import grad
>>> final = lambda rate: odeint(lambda y, t, rate: rate * y, np.ones(1), np.array([0.0, 1.0]), (rate,))[-1, 0]
>>> round(float(grad(final)(0.5)), 4)
1.6487
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.integrate

from ..extend import defvjp_argnums, primitive
from ..misc.flatten import flatten
from ..transforms import vjp

__all__ = []
__all__ += scipy.integrate.__all__

Dynamics = Callable[..., Any]


def __getattr__(name: str) -> Any:
    return getattr(scipy.integrate, name)


def __dir__() -> list[str]:
    return __all__


def odeint(func: Dynamics, y0: Any, t: Any, args: tuple[Any, ...] = (), **options: Any) -> Any:
    """The solution of `dy/dt = func(y, t, *args)` at the times `t`, starting from `y0` at the first.

    Args:
        func: gives the rate of change, an array like y. It is differentiated, so it is written in NumPy.
        y0: a vector.
        t: a vector of times in order.
        args: trees of float arrays; gradients flow to them, to y0 and to t. What `func` closes over may not be tracked.
        options: SciPy's, such as `rtol` and `atol`. The gradient is solved for with the same.

    Returns:
        An array of shape (times, y). Its gradient comes from another equation, solved backwards in time, and is as
        exact as that (Pontryagin; Chen et al., "Neural ordinary differential equations", 2018, arXiv:1806.07366).
    """
    vector, unflatten = flatten(tuple(args))

    def of_vector(y: Any, t: Any, vector: Any) -> Any:
        return func(y, t, *unflatten(vector))

    return _solved(y0, t, vector, of_vector, options)


@primitive
def _solved(y0: Any, t: Any, vector: Any, func: Dynamics, options: dict[str, Any]) -> Any:
    return scipy.integrate.odeint(func, y0, t, args=(vector,), **options)


def _adjoint(wanted: Sequence[int], ans: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
    _, t, vector, func, options = args
    size = ans.shape[1]

    def backward(state: Any, s: Any, vector: Any) -> Any:
        """How the value, its cotangent and that of the parameters change as time runs backwards: s is -t."""
        y, a = state[:size], state[size : 2 * size]
        rate, pull = vjp(lambda y, vector: func(y, -s, vector), y, vector)
        return np.concatenate([-rate, *pull(a)])

    def rule(g: Any) -> list[Any]:
        a, of_vector = g[-1], np.zeros(vector.size)
        for i in range(len(t) - 1, 0, -1):
            state = np.concatenate([ans[i], a, of_vector])
            state = odeint(backward, state, np.stack([-t[i], -t[i - 1]]), (vector,), **options)[1]
            a, of_vector = state[size : 2 * size] + g[i - 1], state[2 * size :]
        # A later time moves its own value by the rate there; a later start, as if all others came that much sooner.
        rates = [func(y, s, vector) for y, s in zip(ans, t, strict=True)]
        of_times = [
            np.dot(g[0] - a, rates[0]),
            *(np.dot(one, rate) for one, rate in zip(g[1:], rates[1:], strict=True)),
        ]
        found = (a, np.stack(of_times), of_vector)
        return [found[i] for i in wanted]

    return rule


defvjp_argnums(_solved, _adjoint)
