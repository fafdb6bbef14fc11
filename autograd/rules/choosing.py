"""What a mask chooses: np.where decides anew at each element, which on mixed masks takes twenty times a product's time.

only(x > 0, g)                      np.where(x > 0, g, 0), bit for bit
"""

from __future__ import annotations

from typing import Any

import numpy as np

_BITS = {"e": np.int16, "f": np.int32, "d": np.int64}
_SMALL = 1 << 10  # elements up to which np.where is as fast


def only(mask: Any, g: Any) -> Any:
    """`g` where the mask holds, and 0 elsewhere, whatever `g` is there: a product would make NaN of an infinity.

    np.where guesses at each element which way it goes; here the bits of each meet all ones, or all zeros.
    """
    arrays = isinstance(g, np.ndarray) and isinstance(mask, np.ndarray)
    bits = _BITS.get(g.dtype.char) if arrays and g.dtype.isnative and mask.dtype == bool else None
    if bits is None or g.size <= _SMALL:
        return np.where(mask, g, 0)
    passing = np.negative(mask.view(np.int8)).astype(bits)
    return np.bitwise_and(g.view(bits), passing, passing if passing.shape == g.shape else None).view(g.dtype)
