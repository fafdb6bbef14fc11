"""The rows by name: `ops.linear(x, w, b)`, `ops.table["tanh"].why`.

An op applied to arrays gives arrays; with a Tensor among its operands it records.

    >>> import numpy as np
    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
"""

from __future__ import annotations

from .op import Op, table
from .rules.composite import LINEAR as linear
from .rules.composite import RELU as relu
from .rules.composite import SOFTMAX_CROSS_ENTROPY as softmax_cross_entropy
from .rules.elementwise import SIGMOID as sigmoid
from .rules.reduce import LOG_SOFTMAX as log_softmax
from .rules.reduce import LOGSUMEXP as logsumexp

__all__ = ["linear", "log_softmax", "logsumexp", "relu", "sigmoid", "softmax_cross_entropy", "table"]


def __getattr__(name: str) -> Op:
    try:
        return table[name]
    except KeyError:
        raise AttributeError(f"autograd.ops has no op {name!r}; see autograd.ops.table for their names") from None
