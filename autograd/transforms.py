"""Functions of functions: give `grad` a function of arrays, get a function that computes its gradient.

    >>> import numpy as np
    >>> grad(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([ 3., 12.])

Arguments and results may be trees: lists, tuples, dicts, named tuples and dataclasses of arrays and numbers. They nest
to any order, and arrays go in and come out. Only when something outside is being differentiated too (an outer `grad`,
a leaf that the function closes over) does a Tensor come out, so that its gradient is not lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from .errors import GraphError, ShapeError, indefinite, message
from .pytree import Structure, matching, unflatten
from .tensor import Tensor
from .tracing import Argnums, Run, outer_or_array, trace


def grad(
    function: Callable[..., Any], argnums: Argnums = 0, *, has_aux: bool = False, argnum: Argnums | None = None
) -> Callable[..., Any]:
    """The gradient of a scalar function with respect to one argument, or a tuple of gradients for several.

    Args:
        function: takes arrays (or Tensors, or trees of them), gives a scalar.
        argnums: which positional argument, or which ones.
        has_aux: the function gives a pair, of which the second part is handed on: `(gradient, aux)`.
        argnum: HIPS's name for `argnums`.

    Raises:
        GraphError: the function gave no scalar.
        DTypeError: an argument to differentiate is not of a float dtype.

    Example:
        >>> grad(grad(lambda x: x**4))(2.0)
        np.float64(48.0)
        >>> grad(lambda p, x: p["w"] * x + p["b"])({"w": 2.0, "b": 1.0}, 3.0)
        {'w': np.float64(3.0), 'b': np.float64(1.0)}
    """
    both = value_and_grad(function, argnums, has_aux=has_aux, argnum=argnum)

    @wraps(function)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def value_and_grad(
    function: Callable[..., Any], argnums: Argnums = 0, *, has_aux: bool = False, argnum: Argnums | None = None
) -> Callable[..., Any]:
    """Like `grad`, but gives the value of the function as well, from the same forward pass.

    With `has_aux` the function gives a pair `(value, aux)`, and so does this one in the place of the value.

    Example:
        >>> value, (da, db) = value_and_grad(lambda a, b: a * b, argnums=(0, 1))(3.0, 4.0)
        >>> float(value), float(da), float(db)
        (12.0, 4.0, 3.0)
    """
    which = argnums if argnum is None else argnum

    @wraps(function)
    def both(*args: Any, **kwargs: Any) -> Any:
        run = trace("grad", function, args, kwargs, which, has_aux=has_aux)
        seed = _unit(run)
        found = gathered(run, run.pull([seed], record=run.outer, free=not run.live), which)
        return ((run.value(), run.extra()) if has_aux else run.value()), found

    return both


def _unit(run: Run) -> Any:
    """The cotangent that a gradient starts from; None where the function gave a plain number.

    Raises:
        GraphError: the function gave no scalar.
    """
    if not run.structure.is_leaf:
        kind = run.structure.kind.__name__ if run.structure.kind is not None else ""
        given = "None" if kind == "NoneType" else indefinite(kind)
        raise GraphError(
            message("grad", f"a function that gives {given}", "a scalar",
                    "return one number, or say has_aux=True for a pair (value, more)")
        )  # fmt: skip
    y = run.outputs[0]
    if (y.size if isinstance(y, Tensor) else np.size(y)) != 1:
        raise GraphError(
            message("grad", f"a function whose value has shape {np.shape(y)}", "a scalar",
                    "reduce it, as by np.sum, or use jacobian or elementwise_grad")
        )  # fmt: skip
    return np.ones(y.shape, y.dtype) if isinstance(y, Tensor) else None


def gathered(run: Run, shares: Sequence[Any], argnums: Argnums) -> Any:
    """What was found for each entry, as a tree like the argument, or a tuple of trees if `argnums` names several."""
    trees = unflatten(run.inputs, shares)
    return trees[0] if isinstance(argnums, int) else trees


def elementwise_grad(
    function: Callable[..., Any], argnums: Argnums = 0, *, argnum: Argnums | None = None
) -> Callable[..., Any]:
    """The gradient of the sum of a function's outputs: its slope, where each output depends on its own input only.

    Example:
        >>> elementwise_grad(np.tanh)(np.array([0.0, 1.0]))
        array([1.        , 0.41997434])
    """
    which = argnums if argnum is None else argnum

    @wraps(function)
    def slopes(*args: Any, **kwargs: Any) -> Any:
        run = trace("elementwise_grad", function, args, kwargs, which)
        seeds = [np.ones(y.shape, y.dtype) if isinstance(y, Tensor) else None for y in run.outputs]
        return gathered(run, run.pull(seeds, record=run.outer, free=not run.live), which)

    return slopes


def vjp(function: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of a function, and its pullback: from a cotangent of the value to those of the arguments.

    Args:
        function: takes trees of arrays and gives one.
        primals: its arguments, each differentiated.
        has_aux: the function gives a pair, of which the second part comes back as it is.

    Returns:
        `(value, pullback)`, with `has_aux` `(value, pullback, aux)`. The pullback takes a tree like the value and gives
        a tuple with a tree for each argument; it can be called as often as one likes.

    Example:
        >>> value, pullback = vjp(lambda a, b: a * b, np.array([1.0, 2.0]), 3.0)
        >>> value
        array([3., 6.])
        >>> pullback(np.array([1.0, 10.0]))
        (array([ 3., 30.]), np.float64(21.0))
    """
    which = tuple(range(len(primals)))
    run = trace("vjp", function, primals, {}, which, has_aux=has_aux, keep=True)
    pull = pullback("vjp", run, which)
    return (run.handed_out(), pull, run.extra()) if has_aux else (run.handed_out(), pull)


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], *, has_aux: bool = False
) -> tuple[Any, ...]:
    """The value of a function, and how it moves as its arguments move along `tangents` (forward mode).

    Args:
        function: takes trees of arrays and gives one.
        primals: its arguments.
        tangents: a tree for each argument, of the same structure and shapes.
        has_aux: the function gives a pair, of which the second part comes back as it is, third.

    Raises:
        ShapeError: a tangent has not the shape of its primal.
        UnsupportedError: an op on the way has no forward rule.

    Example:
        >>> value, moved = jvp(lambda x: x * x, (np.array([1.0, 2.0]),), (np.array([1.0, 0.5]),))
        >>> value, moved
        (array([1., 4.]), array([2., 2.]))
    """
    which = tuple(range(len(primals)))
    run = trace("jvp", function, tuple(primals), {}, which, has_aux=has_aux)
    found = pushforward("jvp", run, which)(tuple(tangents))
    return (run.value(), found, run.extra()) if has_aux else (run.value(), found)


def pullback(where: str, run: Run, argnums: Argnums) -> Callable[[Any], Any]:
    """From a cotangent of a run's result to those of its arguments, one or a tuple as `argnums` says."""

    def pull(cotangent: Any) -> Any:
        seeds, tracked = moved(where, "cotangent", run.structure, cotangent, run.outputs)
        return gathered(run, run.pull(seeds, record=run.outer or tracked), argnums)

    return pull


def pushforward(where: str, run: Run, argnums: Argnums) -> Callable[[Any], Any]:
    """From a tangent of a run's arguments, one or a tuple as `argnums` says, to that of its result."""

    def push(tangent: Any) -> Any:
        tree = (tangent,) if isinstance(argnums, int) else tangent
        starts, tracked = moved(where, "tangent", run.inputs, tree, [entry.data for entry in run.entries])
        return unflatten(run.structure, run.push(starts, record=run.outer or tracked))

    return push


def moved(where: str, what: str, structure: Structure, tree: Any, like: Sequence[Any]) -> tuple[list[Any], bool]:
    """The leaves of a tree of tangents or cotangents, each with the dtype of its partner in `like`; is one tracked?

    Raises:
        ShapeError: the tree or the shape of a leaf does not fit; the message says which.
    """
    leaves = matching(structure, tree, f"{where}, {what}")
    paths = structure.paths(what)
    made, tracked = [], False
    for path, leaf, partner in zip(paths, leaves, like, strict=True):
        x = outer_or_array(leaf)
        shape, dtype = np.shape(partner), partner.dtype if hasattr(partner, "dtype") else np.dtype(float)
        if x.shape != shape:
            raise ShapeError(
                message(
                    where, f"{path} of shape {x.shape}", f"shape {shape}", "give it the shape of what it moves with"
                )
            )
        tracked = tracked or isinstance(x, Tensor)
        made.append(x if x.dtype == dtype else x.astype(dtype))
    return made, tracked
