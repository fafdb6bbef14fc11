"""Reverse-mode automatic differentiation over NumPy.

>>> import numpy as np
>>> from autograd import grad
>>> grad(lambda x: np.sum(np.tanh(x) ** 2))(np.array([0.0, 1.0])).round(4)
array([0.    , 0.6397])
"""

from . import errors, ops
from .allocation import keep_freed_memory
from .anomaly import detect_anomaly
from .checking import gradcheck
from .checkpointing import checkpoint
from .compiler import compile  # noqa: A004
from .custom import finite_difference
from .differential_operators import (
    deriv,
    grad_and_aux,
    grad_named,
    hessian_tensor_product,
    hessian_vector_product,
    holomorphic_grad,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
    vector_jacobian_product,
)
from .extend import primitive
from .hooks import on_step
from .jacobians import hessian, hvp, jacobian
from .memory import memory_report
from .sources import record_sources
from .symbols import explain
from .tape import enable_grad, no_grad, scope, set_grad_enabled
from .tensor import Tensor
from .transforms import elementwise_grad, grad, jvp, value_and_grad, vjp

__chainrule__ = True  # tells ours from another package of the same name
keep_freed_memory()

__all__ = [
    "Tensor",
    "checkpoint",
    "compile",
    "deriv",
    "detect_anomaly",
    "elementwise_grad",
    "enable_grad",
    "errors",
    "explain",
    "finite_difference",
    "grad",
    "grad_and_aux",
    "grad_named",
    "gradcheck",
    "hessian",
    "hessian_tensor_product",
    "hessian_vector_product",
    "holomorphic_grad",
    "hvp",
    "jacobian",
    "jvp",
    "make_ggnvp",
    "make_hvp",
    "make_jvp",
    "make_vjp",
    "memory_report",
    "multigrad_dict",
    "no_grad",
    "on_step",
    "ops",
    "primitive",
    "record_sources",
    "scope",
    "set_grad_enabled",
    "tensor_jacobian_product",
    "value_and_grad",
    "vector_jacobian_product",
    "vjp",
]
