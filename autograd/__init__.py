"""Reverse-mode automatic differentiation over NumPy.

from autograd import Tensor, grad
import numpy as np

grad(lambda x: np.sum(np.tanh(x) ** 2))(np.array([0.5, 1.0]))
"""

from . import errors, ops
from .checking import gradcheck
from .symbols import explain
from .tape import enable_grad, no_grad, scope, set_grad_enabled
from .tensor import Tensor
from .transforms import grad, jvp, value_and_grad

__chainrule__ = True  # tells ours from another package of the same name

__all__ = [
    "Tensor",
    "enable_grad",
    "errors",
    "explain",
    "grad",
    "gradcheck",
    "jvp",
    "no_grad",
    "ops",
    "scope",
    "set_grad_enabled",
    "value_and_grad",
]
