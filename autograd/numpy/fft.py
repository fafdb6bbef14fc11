"""`numpy.fft` under the name that programs written for HIPS autograd import it by.

    import autograd.numpy.fft

Every name is NumPy's own.
"""

from __future__ import annotations

from typing import Any

import numpy

__all__ = []
__all__ += numpy.fft.__all__


def __getattr__(name: str) -> Any:
    found = globals()[name] = getattr(numpy.fft, name)
    return found


def __dir__() -> list[str]:
    return __all__
