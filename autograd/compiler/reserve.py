"""Addresses that stand for memory: reserved and never touched, so that they take none.

Of the results that are computed while a step is recorded, only shapes and places matter to the program: which arrays
look at the same bytes. So what is written down lies here, and the results themselves go when the step lets go of them.

    there = Reserve().stretch(1000, 8)    1000 bytes, the first of them 8 bytes behind a full 64
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np

LINE = 64  # bytes: a cache line, and the widest vector; results keep how they lie with respect to it
_FIRST = 1 << 20  # bytes that are reserved at first; each further piece is as long as all before


class Reserve:
    """Stretches of addresses, one behind the other, none of which overlap."""

    def __init__(self) -> None:
        self._piece: Any = np.empty(0, np.uint8)
        self._used = self._length = 0

    def stretch(self, size: int, beyond: int) -> Any:
        """So many bytes as an array that starts `beyond` bytes behind a multiple of 64."""
        needed = (size // LINE + 2) * LINE
        if self._used + needed > len(self._piece):
            reserved = max(needed, self._length, _FIRST)
            self._piece, self._used = np.frombuffer(mmap.mmap(-1, reserved), np.uint8), 0
            self._length += reserved
        start = self._used + beyond
        self._used += needed
        return self._piece[start : start + size]
