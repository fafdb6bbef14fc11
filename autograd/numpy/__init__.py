"""NumPy under the name that programs written for HIPS autograd import it by.

    import autograd.numpy as np
    from autograd import grad

Every name is NumPy's own, as tensors answer to plain NumPy. The few functions that NumPy gives a tensor no chance to
answer to, the constructors of arrays, work here on tensors as well: `np.array([t, 2 * t])`.
"""

from __future__ import annotations

from typing import Any

import numpy

from . import fft, linalg, random
from .constructors import array, asanyarray, asarray, ascontiguousarray, asfortranarray, full, isscalar, linspace

__all__ = [
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "asfortranarray",
    "fft",
    "full",
    "isscalar",
    "linalg",
    "linspace",
    "random",
]
__all__ += [name for name in numpy.__all__ if name not in __all__]


def __getattr__(name: str) -> Any:
    found = globals()[name] = getattr(numpy, name)  # looked up once: from now on it is an attribute like any other
    return found


def __dir__() -> list[str]:
    return __all__
