"""What a mask chooses: np.where decides anew at each element, which on mixed masks takes twenty times a product's time.

only(x > 0, g)                      np.where(x > 0, g, 0), bit for bit
"""

from __future__ import annotations

from typing import Any

import numpy as np

_BITS = {np.dtype(size).str: np.dtype(bits) for size, bits in (("f2", "i2"), ("f4", "i4"), ("f8", "i8"))}
_BYTE = np.dtype(np.int8)
_SMALL = 1 << 10  # elements up to which np.where is as fast


def only(mask: Any, g: Any) -> Any:
    """`g` where the mask holds, and 0 elsewhere, whatever `g` is there: a product would make NaN of an infinity.

    np.where guesses at each element which way it goes; here the bits of each meet all ones, or all zeros.
    """
    if not (isinstance(g, np.ndarray) and isinstance(mask, np.ndarray)) or g.size <= _SMALL:
        return np.where(mask, g, 0)
    bits = _BITS.get(g.dtype.str) if mask.dtype.char == "?" else None
    if bits is None:
        return np.where(mask, g, 0)
    passing = np.negative(mask.view(_BYTE)).astype(bits)
    return np.bitwise_and(g.view(bits), passing, passing if passing.shape == g.shape else None).view(g.dtype)
