"""Functions of functions: give `grad` a function of arrays, get a function that computes its gradient.

    >>> import numpy as np
    >>> grad(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([ 3., 12.])

They nest to any order, and arrays go in and come out. Only when something outside is being differentiated too
(an outer `grad`, a leaf that the function closes over) does a Tensor come out, so that its gradient is not lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from . import forward
from .errors import GraphError, ShapeError, message
from .operands import check_float
from .reverse import Place, cotangents
from .rules.elementwise import POSITIVE
from .tape import Leaf, current_scope, enable_grad, walk
from .tensor import Tensor

Argnums = int | Sequence[int]


def grad(function: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The gradient of a scalar function with respect to one argument, or a tuple of gradients for several.

    Args:
        function: takes arrays (or Tensors), gives a scalar.
        argnums: which positional argument, or which ones.

    Raises:
        GraphError: the function gave no scalar.
        DTypeError: an argument to differentiate is not of a float dtype.

    Example:
        >>> grad(grad(lambda x: x**4))(2.0)
        np.float64(48.0)
    """
    both = value_and_grad(function, argnums)

    @wraps(function)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(function: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Like `grad`, but gives the value of the function as well, from the same forward pass.

    Example:
        >>> value, (da, db) = value_and_grad(lambda a, b: a * b, argnums=(0, 1))(3.0, 4.0)
        >>> float(value), float(da), float(db)
        (12.0, 4.0, 3.0)
    """

    @wraps(function)
    def both(*args: Any, **kwargs: Any) -> Any:
        y, entries, outer = _traced(function, args, kwargs, argnums)
        if not isinstance(y, Tensor) or y.node is None:
            gradients = [np.zeros_like(entry.data) for entry in entries]
            return y.data if isinstance(y, Tensor) else y, _like(argnums, gradients)
        if y.size != 1:
            raise GraphError(
                message("grad", f"a function whose value has shape {y.shape}", "a scalar", "reduce it, as by np.sum")
            )
        places: list[Any] = [entry.node for entry in entries]
        seed = np.ones(y.shape, y.dtype)
        found = cotangents(y.node, Tensor(seed) if outer else seed, stop=places, lift=Tensor.linked if outer else None)
        gradients = [_found(found.get(place), entry) for place, entry in zip(places, entries, strict=True)]
        return y if outer else y.data[()], _like(argnums, gradients)

    return both


def jvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of a function, and how it moves as its arguments move along `tangents` (forward mode).

    Raises:
        ShapeError: a tangent has not the shape of its primal.
        UnsupportedError: an op on the way has no forward rule.

    Example:
        >>> value, moved = jvp(lambda x: x * x, (np.array([1.0, 2.0]),), (np.array([1.0, 0.5]),))
        >>> value, moved
        (array([1., 4.]), array([2., 2.]))
    """
    for i, (primal, tangent) in enumerate(zip(primals, tangents, strict=True)):
        if np.shape(primal) != np.shape(tangent):
            raise ShapeError(
                message("jvp", f"a tangent of shape {np.shape(tangent)} for argument {i}", f"shape {np.shape(primal)}",
                        "give the tangent the primal's shape")
            )  # fmt: skip
    y, entries, _ = _traced(function, tuple(primals), {}, tuple(range(len(primals))))
    if not isinstance(y, Tensor) or y.node is None:
        return y, np.zeros_like(y)
    starts = {entry.node: np.asarray(t, entry.dtype) for entry, t in zip(entries, tangents, strict=True)}
    moved = forward.push(y.node, starts, Tensor.linked)  # type: ignore[arg-type]  # each entry has a place
    return y.data, np.zeros_like(y.data) if moved is None else moved


def _traced(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], argnums: Argnums
) -> tuple[Any, list[Tensor], bool]:
    """Call the function on tracked stand-ins; say whether anything outside depends on the result."""
    inner = list(args)
    entries, outer = [], current_scope().recording
    with enable_grad():
        tracked = False
        for i in (argnums,) if isinstance(argnums, int) else argnums:
            inner[i], mine = _entry(args[i])
            entries.append(inner[i])
            tracked = tracked or mine
        y = function(*inner, **kwargs)
    if not isinstance(y, Tensor):
        return y, entries, False
    ours = {entry.node for entry in entries}
    return y, entries, outer and (tracked or _reaches_outside(y.node, ours))


def _entry(x: Any) -> tuple[Tensor, bool]:
    """A tracked stand-in for an argument, and whether the argument itself is being tracked."""
    if isinstance(x, Tensor) and x.node is not None:
        alias: Tensor = Tensor.bind(POSITIVE, (x,), None)
        return alias, True
    array = x.data if isinstance(x, Tensor) else np.asarray(x)
    check_float(array.dtype, "grad")
    return Tensor.linked(array, Leaf(getattr(x, "name", None))), False


def _reaches_outside(root: Place | None, ours: set[Any]) -> bool:
    return any(
        isinstance(place, Leaf) and place not in ours for node in walk(root, stop=ours) for place in node.inputs
    ) or (isinstance(root, Leaf) and root not in ours)


def _found(g: Any, entry: Tensor) -> Any:
    return np.zeros_like(entry.data) if g is None else g


def _like(argnums: Argnums, gradients: list[Any]) -> Any:
    return gradients[0] if isinstance(argnums, int) else tuple(gradients)
