"""Other numbers in the place of an array's, and the way back to what was there, bit for bit: no copy has to be kept.

there = DISTURBED.there(x)      in another order, a few percent off, and 0 no longer 0; positive ones stay positive
DISTURBED.back(there)           as x was
SHAKEN                          does the same to numbers that stay where they are, and less of it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_BLOCK = 1 << 14  # elements that are worked on at a time
_ELSE = 0.013  # what a 0 becomes, and what becomes 0
# Of a float of so many bytes: its bits as a whole number, how many of them are the mantissa's, and the exponent's.
_PARTS: dict[int, tuple[Any, int, int]] = {2: (np.uint16, 10, 5), 4: (np.uint32, 23, 8), 8: (np.uint64, 52, 11)}


def blocks(array: Any) -> list[Any] | None:
    """An array in pieces, as views of one axis; None if it lies with gaps."""
    elements = array.ravel(order="K")
    if not np.may_share_memory(elements, array):
        return None
    return [elements[i : i + _BLOCK] for i in range(0, elements.size, _BLOCK)]


@dataclass(frozen=True)
class Disturbance:
    """A change of numbers that can be taken back.

    Elements are moved if `moved` says so, and of each float one bit of the mantissa is turned over, which does it both
    ways: the one at `place`, counted from the highest, so that a number is off by up to 1 in 2**place.
    """

    moved: bool
    place: int

    def there(self, block: Any) -> Any:
        """Other numbers for an array of one axis."""
        changed = np.roll(block, 1) if self.moved else block.copy()
        if _has_bits(changed.dtype):
            self._exchange_zeros(changed)
            self._turn(changed)
        return changed

    def back(self, block: Any) -> Any:
        """What it was that became these."""
        changed = block.copy()
        if _has_bits(changed.dtype):
            self._turn(changed)
            self._exchange_zeros(changed)
        return np.roll(changed, -1) if self.moved else changed

    def _turn(self, floats: Any) -> None:
        kind, mantissa, exponent = _PARTS[floats.itemsize]
        bits, mask = floats.view(kind), kind(((1 << exponent) - 1) << mantissa)
        powers = bits & mask
        ordinary = (powers != 0) & (powers != mask)  # not 0 and its neighbours, not infinite, not NaN: they stay so
        bits ^= ordinary.astype(kind) << kind(mantissa - self.place)

    def _exchange_zeros(self, floats: Any) -> None:
        if self.moved:
            bits = floats.view(_PARTS[floats.itemsize][0])
            other = np.array(_ELSE, floats.dtype).view(bits.dtype)
            zeros, others = bits == 0, bits == other
            bits[zeros] = other
            bits[others] = 0


def _has_bits(dtype: Any) -> bool:
    return dtype.kind == "f" and dtype.itemsize in _PARTS and dtype.isnative


DISTURBED, SHAKEN = Disturbance(moved=True, place=5), Disturbance(moved=False, place=9)
