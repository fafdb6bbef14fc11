"""Whole matrices of derivatives: jacobian, hessian, and the product of a Hessian with a vector, without the matrix.

    >>> import numpy as np
    >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])

One pass gives one row (reverse mode, from an output) or one column (forward mode, from an input), over one record of
the function. So a wide matrix is found by rows and a tall one by columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Literal

import numpy as np

from .errors import UnsupportedError, message
from .pytree import unflatten
from .tensor import Tensor
from .tracing import Argnums, Run, trace
from .transforms import gathered, grad, moved

Mode = Literal["auto", "reverse", "forward"]


def jacobian(
    function: Callable[..., Any], argnums: Argnums = 0, *, mode: Mode = "auto", argnum: Argnums | None = None
) -> Callable[..., Any]:
    """All partial derivatives of a function's outputs: an array of shape `output.shape + argument.shape`.

    For trees of outputs and arguments, the output's tree with, in the place of each leaf, a tree like the argument.

    Args:
        function: takes trees of arrays and gives one.
        argnums: which positional argument, or which ones; for several, a tuple takes the place of each output's leaf.
        mode: "reverse" goes row by row, "forward" column by column, "auto" takes the fewer passes.
        argnum: HIPS's name for `argnums`.

    Raises:
        UnsupportedError: `mode` is none of the three, or "forward" and an op has no forward rule.

    Example:
        >>> jacobian(lambda x: np.array([1.0, 2.0]))(3.0)
        array([0., 0.])
    """
    if mode not in ("auto", "reverse", "forward"):
        raise UnsupportedError(
            message("jacobian", f"mode={mode!r}", "'auto', 'reverse' or 'forward'", "leave it out for the faster one")
        )
    which = argnums if argnum is None else argnum

    @wraps(function)
    def matrix(*args: Any, **kwargs: Any) -> Any:
        run = trace("jacobian", function, args, kwargs, which)
        blocks = _blocks(run, mode)
        return unflatten(run.structure, [gathered(run, row, which) for row in blocks])

    return matrix


def _blocks(run: Run, mode: Mode) -> list[list[Any]]:
    """For each output, for each entry, the matrix of partial derivatives."""
    outputs, entries = sum(np.size(y) for y in run.outputs), sum(entry.data.size for entry in run.entries)
    if mode == "forward":
        return _by_columns(run)
    if mode == "auto" and entries < outputs:
        try:
            return _by_columns(run)
        except UnsupportedError:  # an op has no forward rule; every op has one for the other direction
            pass
    return _by_rows(run)


def _by_rows(run: Run) -> list[list[Any]]:
    blocks = []
    for o, y in enumerate(run.outputs):
        rows = []
        if isinstance(y, Tensor) and y.node is not None:
            for one in _units(y.shape, y.dtype):
                seeds = [one if i == o else None for i in range(len(run.outputs))]
                rows.append(run.pull(seeds, record=run.outer))
        shapes = [(*np.shape(y), *entry.data.shape) for entry in run.entries]
        columns = zip(*rows, strict=True) if rows else [()] * len(shapes)
        blocks.append(
            [_stacked(c, shape, e.data.dtype) for c, shape, e in zip(columns, shapes, run.entries, strict=True)]
        )
    return blocks


def _by_columns(run: Run) -> list[list[Any]]:
    blocks: list[list[Any]] = [[] for _ in run.outputs]
    for e, entry in enumerate(run.entries):
        columns = []
        for one in _units(entry.data.shape, entry.data.dtype):
            tangents = [one if i == e else None for i in range(len(run.entries))]
            columns.append(run.push(tangents, record=run.outer))
        for o, y in enumerate(run.outputs):
            shape = (*entry.data.shape, *np.shape(y))
            block = _stacked([column[o] for column in columns], shape, entry.data.dtype)
            lead = entry.data.ndim
            order = (*range(lead, len(shape)), *range(lead))
            blocks[o].append(block.transpose(order))
    return blocks


def _units(shape: tuple[int, ...], dtype: Any) -> Iterator[Any]:
    """The arrays of this shape that hold a single one."""
    for place in np.ndindex(shape):
        one = np.zeros(shape, dtype)
        one[place] = 1
        yield one


def _stacked(parts: Sequence[Any], shape: tuple[int, ...], dtype: Any) -> Any:
    """The parts on a new first axis, which then takes the shape it was counted from; zeros if there are none."""
    if not len(parts):
        return np.zeros(shape, dtype)
    whole = np.stack(parts).reshape(shape)
    return whole if whole.dtype == dtype else whole.astype(dtype)


def hessian(function: Callable[..., Any], argnums: Argnums = 0, *, argnum: Argnums | None = None) -> Callable[..., Any]:
    """All second derivatives: for a scalar function of an array, of shape `argument.shape + argument.shape`.

    It is the jacobian of the jacobian, for functions of any shape and trees as there.

    Example:
        >>> hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
        array([[ 6.,  0.],
               [ 0., 12.]])
    """
    which = argnums if argnum is None else argnum
    return jacobian(jacobian(function, which), which)


def hvp(function: Callable[..., Any], argnums: Argnums = 0, *, argnum: Argnums | None = None) -> Callable[..., Any]:
    """The Hessian of a scalar function times a vector, at the cost of a few gradients: `hvp(f)(x, v)`.

    The last positional argument is the vector: a tree like the argument, or for several `argnums` a tuple of them.
    It is the gradient's derivative along v (forward over reverse); where an op has no forward rule, the pullback of
    the gradient, which is the same because a Hessian is symmetric (Pearlmutter, "Fast exact multiplication by the
    Hessian", 1994).

    Raises:
        ShapeError: the vector has another shape than the argument.

    Example:
        >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
        array([  6., 120.])
    """
    which = argnums if argnum is None else argnum

    @wraps(function)
    def product(*args: Any, **kwargs: Any) -> Any:
        *points, vector = args
        run = trace("hvp", grad(function, which), tuple(points), kwargs, which)
        tree = (vector,) if isinstance(which, int) else tuple(vector)
        starts, tracked = moved("hvp", "vector", run.inputs, tree, [entry.data for entry in run.entries])
        record = run.outer or tracked
        try:
            found = run.push(starts, record=record)
        except UnsupportedError:
            found = run.pull(starts, record=record)
        return gathered(run, found, which)

    return product
