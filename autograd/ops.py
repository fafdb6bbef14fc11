"""The rows by name: `ops.linear(x, w, b)`, `ops.table["tanh"].why`.

An op applied to arrays gives arrays; with a Tensor among its operands it records.

    >>> import numpy as np
    >>> from autograd import ops
    >>> ops.relu(np.array([-1.0, 2.0]))
    array([0., 2.])
"""

from __future__ import annotations

from .op import Op, table
from .rules import families

__all__ = ["families", "table"]


def __getattr__(name: str) -> Op:
    try:
        return table[name]
    except KeyError:
        raise AttributeError(f"autograd.ops has no op {name!r}; see autograd.ops.table for their names") from None


def __dir__() -> list[str]:
    return [*__all__, *table]
