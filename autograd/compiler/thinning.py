"""A recording without the memory that it was made in.

Of the results that were computed while a step was recorded, only shapes and places matter: which arrays look at the
same bytes. So they are moved to addresses that are reserved and never touched, which takes no memory. What they had is
free again before the step is recorded once more, and before the program gets memory of its own.
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np

from .program import MADE, Recording

_APART = 64  # bytes: results keep how they lie with respect to this


def thinned(recording: Recording, held: Any) -> Any:
    """Move all results of a recording; give `held`, a tree of arrays that are held elsewhere, moved alike."""
    places: dict[int, int] = {}  # of a memory, by its id: where in what is reserved
    end = 0
    for memory in recording.places:
        if memory.kind == MADE:
            places[id(memory)] = end + memory.low % _APART
            end += (memory.high - memory.low) // _APART * _APART + 2 * _APART
    reserved = np.frombuffer(mmap.mmap(-1, max(end, 1)), np.uint8)
    move = _Move(recording, reserved, places)
    for call in recording.calls:
        call.args, call.options = move(call.args), move(call.options)
        call.reads, call.writes = move(call.reads), move(call.writes)
    held = move(held)
    start = reserved.__array_interface__["data"][0]
    recording.places.move({key: start + place for key, place in places.items()})
    return held


class _Move:
    """Arrays at their new places; one object stays one object."""

    def __init__(self, recording: Recording, reserved: Any, places: dict[int, int]) -> None:
        self._find, self._reserved, self._places = recording.places.find, reserved, places
        self._done: dict[int, tuple[Any, Any]] = {}

    def __call__(self, x: Any) -> Any:
        """The same, with the arrays in it moved."""
        if isinstance(x, np.ndarray):
            if id(x) not in self._done:
                self._done[id(x)] = x, self._moved(x)
            return self._done[id(x)][1]
        if isinstance(x, (list, tuple)):
            parts = [self(item) for item in x]
            return x._make(parts) if hasattr(x, "_make") else type(x)(parts)
        return {name: self(item) for name, item in x.items()} if type(x) is dict else x

    def _moved(self, array: Any) -> Any:
        memory = self._find(array)
        if memory is None or memory.kind != MADE:
            return array
        start = array.__array_interface__["data"][0] - memory.low + self._places[id(memory)]
        return np.ndarray(array.shape, array.dtype, self._reserved, start, array.strides)
