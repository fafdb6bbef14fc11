"""What a program is made for: the arguments of a call as its inputs, or as a part of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import GraphError, message
from ..tape import Leaf
from ..tensor import Tensor

STATIC = (bool, int, float, complex, str, bytes, type(None))  # what is a part of it by its value


def input_array(leaf: Any) -> Any:
    """An argument's array if it is an input of the program, else None."""
    if isinstance(leaf, np.ndarray):
        return leaf
    if isinstance(leaf, Tensor) and leaf.node is None:
        return leaf._data
    return leaf if isinstance(leaf, np.generic) else None


def key_of(leaf: Any) -> Any:
    """What of an argument a program is made for: an input's shape and dtype, a number's value, else which object.

    Raises:
        GraphError: a tensor that was computed.
    """
    array = input_array(leaf)
    if array is not None:
        return isinstance(leaf, Tensor), array.shape, array.dtype
    if isinstance(leaf, Tensor) and not isinstance(leaf.node, Leaf):
        raise GraphError(
            message("compile", f"an argument that was computed by {leaf.node.op.name!r}",  # type: ignore[union-attr]
                    "arrays, constants and leaves", "compute it inside the step, or pass detach()")
        )  # fmt: skip
    return (type(leaf), leaf) if isinstance(leaf, STATIC) else id(leaf)


def names_of(step: Callable[..., Any], leaves: list[Any], flat: bool) -> list[str]:
    """How a program calls its inputs: by the step's own names, where each argument is one array."""
    code = getattr(step, "__code__", None)
    own = code.co_varnames[hasattr(step, "__self__") : code.co_argcount] if code is not None and flat else ()
    return [own[i] if i < len(own) else f"x{i}" for i in range(len(leaves))]
