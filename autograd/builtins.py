"""Python's own names as programs written for HIPS autograd import them: tensors count as what they stand for.

    from autograd.builtins import isinstance, type, dict, list, tuple

Containers are Python's own here, as tensors go into them like anything else.

    >>> import numpy as np
    >>> from autograd import Tensor
    >>> isinstance(Tensor([1.0]), np.ndarray), isinstance(Tensor(1.0), float), isinstance(Tensor(1.0), Tensor)
    (True, True, True)
"""

from __future__ import annotations

import builtins
from typing import Any

from .tensor import Tensor

__all__ = ["dict", "isinstance", "list", "tuple", "type"]

dict, list, tuple = builtins.dict, builtins.list, builtins.tuple


def isinstance(instance: Any, class_or_tuple: Any) -> bool:
    """Python's `isinstance`, which for a tensor is true of its array's type as well."""
    return builtins.isinstance(instance, class_or_tuple) or builtins.isinstance(_value(instance), class_or_tuple)


def type(instance: Any) -> Any:
    """Python's `type`; of a tensor the type of its array, of one without axes NumPy's scalar type.

    Example:
        >>> type(Tensor([1.0]))
        <class 'numpy.ndarray'>
        >>> type(Tensor(1.0))
        <class 'numpy.float64'>
    """
    return builtins.type(_value(instance))


def _value(x: Any) -> Any:
    return x.detach().data[()] if builtins.isinstance(x, Tensor) else x
