"""Activations as modules, for `nn.Sequential`; `nn.functional` has the same as functions."""

from __future__ import annotations

from typing import Any

from autograd import ops

from ..module import Module

# Looked up once: the table answers by name, which takes as long as a small op.
_relu, _tanh, _sigmoid = ops.relu, ops.tanh, ops.sigmoid


class ReLU(Module):
    """max(x, 0), element by element. The slope is 1 above 0, and 0 below and at 0.

    Example:
        >>> import numpy as np
        >>> ReLU()(np.array([-1.0, 0.0, 2.0]))
        array([0., 0., 2.])
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return _relu(x)


class Tanh(Module):
    """The hyperbolic tangent, element by element: between -1 and 1, with slope 1 at 0.

    Example:
        >>> import numpy as np
        >>> Tanh()(np.array([0.0, 1.0])).round(4)
        array([0.    , 0.7616])
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return _tanh(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x)), element by element: between 0 and 1, with slope 1/4 at 0. It does not overflow.

    Example:
        >>> import numpy as np
        >>> Sigmoid()(np.array([-1000.0, 0.0, 1.0])).round(4)
        array([0.    , 0.5   , 0.7311])
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return _sigmoid(x)
