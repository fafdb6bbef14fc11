"""`numpy.linalg` under the name that programs written for HIPS autograd import it by.

    import autograd.numpy.linalg

Every name is NumPy's own.
"""

from __future__ import annotations

from typing import Any

import numpy

__all__ = []
__all__ += numpy.linalg.__all__


def __getattr__(name: str) -> Any:
    found = globals()[name] = getattr(numpy.linalg, name)
    return found


def __dir__() -> list[str]:
    return __all__
