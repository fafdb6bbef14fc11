"""The operators that HIPS autograd has beside JAX's: the same passes, handed over in other forms.

    vjp, value = make_vjp(f)(x)              pull(cotangent)
    value, tangent = make_jvp(f)(x)(v)       push(tangent)
    hvp, gradient = make_hvp(f)(x)           hvp(v)

`argnum` names the argument, or a tuple of several.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from .checkpointing import checkpoint
from .errors import UnsupportedError, message
from .jacobians import hessian, hvp, jacobian
from .tracing import Argnums, trace
from .transforms import elementwise_grad, gathered, grad, pullback, pushforward, value_and_grad

__all__ = [
    "checkpoint",
    "deriv",
    "elementwise_grad",
    "grad",
    "grad_and_aux",
    "grad_named",
    "hessian",
    "hessian_tensor_product",
    "hessian_vector_product",
    "holomorphic_grad",
    "jacobian",
    "make_ggnvp",
    "make_hvp",
    "make_jvp",
    "make_vjp",
    "multigrad_dict",
    "tensor_jacobian_product",
    "value_and_grad",
    "vector_jacobian_product",
]

hessian_vector_product = hessian_tensor_product = hvp


def make_vjp(function: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """At a point, the pullback of a function and its value, in this order.

    Example:
        >>> pull, value = make_vjp(lambda x: x**2)(3.0)
        >>> float(value), float(pull(1.0))
        (9.0, 6.0)
    """

    @wraps(function)
    def at(*args: Any, **kwargs: Any) -> Any:
        run = trace("make_vjp", function, args, kwargs, argnum, keep=True)
        return pullback("make_vjp", run, argnum), run.handed_out()

    return at


def make_jvp(function: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """At a point, the function from a tangent of the argument to the value and its tangent.

    Example:
        >>> make_jvp(lambda x: x**2)(3.0)(1.0)
        (np.float64(9.0), np.float64(6.0))
    """

    @wraps(function)
    def at(*args: Any, **kwargs: Any) -> Any:
        run = trace("make_jvp", function, args, kwargs, argnum, keep=True)
        push = pushforward("make_jvp", run, argnum)
        return lambda tangent: (run.handed_out(), push(tangent))

    return at


def make_hvp(function: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """At a point, the function from a vector to the Hessian's product with it, and the gradient.

    Example:
        >>> times, gradient = make_hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
        >>> gradient, times(np.array([1.0, 1.0]))
        (array([ 3., 12.]), array([ 6., 12.]))
    """
    return make_vjp(grad(function, argnum), argnum)


def _half_square(y: Any) -> Any:
    return 0.5 * np.sum(y**2)


def make_ggnvp(
    f: Callable[..., Any], g: Callable[..., Any] = _half_square, f_argnum: Argnums = 0
) -> Callable[..., Any]:
    """At a point, the function that multiplies a vector by the generalised Gauss-Newton matrix of `g(f(x))`.

    That is the Hessian of `g`, seen through the Jacobian of `f` on both sides (Schraudolph, "Fast curvature
    matrix-vector products for second-order gradient descent", 2002).

    Example:
        >>> make_ggnvp(lambda x: x**2)(np.array([1.0, 3.0]))(np.array([1.0, 1.0]))
        array([ 4., 36.])
    """

    @wraps(f)
    def at(*args: Any, **kwargs: Any) -> Any:
        run = trace("make_ggnvp", f, args, kwargs, f_argnum, keep=True)
        value, curvature = run.handed_out(), hvp(g)
        push, pull = pushforward("make_ggnvp", run, f_argnum), pullback("make_ggnvp", run, f_argnum)
        return lambda vector: pull(curvature(value, push(vector)))

    return at


def tensor_jacobian_product(function: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """The product of a tensor, the last argument, with the Jacobian: `tensor_jacobian_product(f)(x, g)`.

    Example:
        >>> tensor_jacobian_product(lambda x: x**2)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
        array([ 2., 40.])
    """

    @wraps(function)
    def product(*args: Any, **kwargs: Any) -> Any:
        *points, tensor = args
        run = trace("tensor_jacobian_product", function, tuple(points), kwargs, argnum)
        return pullback("tensor_jacobian_product", run, argnum)(tensor)

    return product


vector_jacobian_product = tensor_jacobian_product


def deriv(function: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """The derivative with respect to a scalar argument, in forward mode: one pass however many outputs there are.

    Example:
        >>> deriv(lambda t: t ** np.array([1.0, 2.0, 3.0]))(2.0)
        array([ 1.,  4., 12.])
    """

    @wraps(function)
    def slope(*args: Any, **kwargs: Any) -> Any:
        run = trace("deriv", function, args, kwargs, argnum)
        ones = [np.ones_like(entry.data) for entry in run.entries]
        return pushforward("deriv", run, argnum)(gathered(run, ones, argnum))

    return slope


def grad_and_aux(function: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """The gradient of the first part of a pair, and the second part as it is: `grad` with `has_aux`."""
    return grad(function, argnum, has_aux=True)


def grad_named(function: Callable[..., Any], argname: str) -> Callable[..., Any]:
    """The gradient with respect to the argument of this name, which is passed by position.

    Raises:
        UnsupportedError: the function has no such argument.

    Example:
        >>> grad_named(lambda a, b: a * b, "b")(2.0, 3.0)
        np.float64(2.0)
    """
    names = list(inspect.signature(function).parameters)
    if argname not in names:
        raise UnsupportedError(
            message("grad_named", f"the name {argname!r}", f"one of {', '.join(names)}", "name one of them")
        )
    return grad(function, names.index(argname))


def multigrad_dict(function: Callable[..., Any]) -> Callable[..., Any]:
    """The gradients with respect to all arguments, defaults included, as a dict by name.

    Example:
        >>> multigrad_dict(lambda a, b=4.0: a * b)(3.0)
        {'a': np.float64(4.0), 'b': np.float64(3.0)}
    """
    signature = inspect.signature(function)

    @wraps(function)
    def gradients(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()

        def of_all(arguments: dict[str, Any]) -> Any:
            call = inspect.BoundArguments(signature, arguments)
            return function(*call.args, **call.kwargs)

        return grad(of_all)(dict(bound.arguments))

    return gradients


def holomorphic_grad(function: Callable[..., Any], argnum: Argnums = 0) -> Callable[..., Any]:
    """Not supported: the rules are of real numbers.

    Raises:
        UnsupportedError: always.
    """
    raise UnsupportedError(
        message(
            "holomorphic_grad",
            f"a request for the complex derivative of {getattr(function, '__name__', 'a function')}",
            "real numbers",
            "write the real and the imaginary part as two arguments, and differentiate each",
        )
    )
