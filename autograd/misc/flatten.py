"""A tree of arrays as one vector, and back: for optimisers that know nothing but vectors.

Both ways are differentiable:

    >>> vector, unflatten = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> vector
    array([3., 1., 2.])
    >>> unflatten(10 * vector)
    {'w': [np.float64(10.0), np.float64(20.0)], 'b': np.float64(30.0)}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import pytree
from ..tensor import Tensor


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All numbers of a tree in one vector, a dict's in the order of its sorted keys, and the way back.

    Both ways are differentiable. The vector has the dtype that can hold every leaf's.
    """
    leaves, structure = pytree.flatten(value)
    arrays = [x if isinstance(x, Tensor) else np.asarray(x, _float_like(x)) for x in leaves]
    shapes, dtypes = [x.shape for x in arrays], [x.dtype for x in arrays]
    starts = np.cumsum([0, *(x.size for x in arrays)])

    def unflatten(vector: Any) -> Any:
        parts = [
            _as(vector[start] if shape == () else vector[start:end].reshape(shape), dtype)
            for start, end, shape, dtype in zip(starts, starts[1:], shapes, dtypes, strict=False)
        ]
        return pytree.unflatten(structure, parts)

    vector = np.concatenate([x.reshape(-1) for x in arrays]) if arrays else np.zeros(0)
    return vector, unflatten


def _float_like(x: Any) -> Any:
    dtype = np.result_type(x)
    return dtype if dtype.kind == "f" else np.float64


def _as(x: Any, dtype: Any) -> Any:
    return x if x.dtype == dtype else x.astype(dtype)


def flatten_func(func: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """A function of a tree as a function of a vector, whose result is a vector too.

    Args:
        func: its first argument is a tree like `example`, the others stay as they are.
        example: shows the structure.

    Returns:
        The function of vectors, the way from vectors to trees, and `example` as a vector.

    Example:
        >>> double, unflatten, x = flatten_func(lambda p, by: {"w": p["w"] * by}, {"w": np.array([1.0, 2.0])})
        >>> double(x, 2.0)
        array([2., 4.])
    """
    vector, unflatten = flatten(example)

    def of_vectors(x: Any, *args: Any, **kwargs: Any) -> Any:
        return flatten(func(unflatten(x), *args, **kwargs))[0]

    return of_vectors, unflatten, vector
