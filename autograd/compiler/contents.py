"""What the arrays around a step hold: put back after a recording, also where it fails halfway.

Parameters and an optimiser's state are most of what a step needs, so they are not copied beforehand:

- Numbers are disturbed in a way that can be taken back.
- An array that is written to is copied just before. Arrays write down what is done with them; so that they can't be
  written to in another way, they are `locked`.
- What an optimiser's step writes is taken back block by block. So it must not be read later in the step.

Where that won't do, `copied` asks for copies of everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from .disturbance import Disturbance, blocks


class Stale(BaseException):
    """A step reads what was taken back, because an optimiser's step comes before: it is recorded with copies."""


def locked_out(error: Exception) -> bool:
    """Whether an error may come from an array that is locked."""
    return isinstance(error, ValueError) and "read-only" in str(error)


def unlocked(array: Any, owner: Any) -> Any:
    """The same array, not locked; one that is made to be only looked at, as by `sliding_window_view`, stays so."""
    if array.flags.writeable or not owner.flags.writeable:
        return array
    view = array.view()
    with suppress(ValueError):
        view.flags.writeable = True
    return view


class Contents:
    """What arrays hold. Those in `apart` can be written to in a way that isn't seen: of them there are copies."""

    def __init__(self, owners: Iterable[Any], apart: Iterable[Any], *, copied: bool) -> None:
        self._owners = {id(owner): owner for owner in owners if owner.flags.writeable and owner.size}
        alone = {id(owner) for owner in apart}
        self._in_blocks = {key: blocks(owner) for key, owner in self._owners.items()}
        self._copies = [
            (owner, owner.copy())
            for key, owner in self._owners.items()
            if copied or key in alone or self._in_blocks[key] is None
        ]
        self._lean = not copied
        self._kept: dict[int, tuple[Any, Any]] = {}  # what was written to, as it was, by the id of its owner
        self._undo: dict[Any, tuple[Any, Any]] = {}  # what an optimiser's step has written to, by its place
        self._disturbance: Disturbance | None = None
        self._disturbed: list[list[Any]] = []  # blocks, and what they held until all of it is changed
        self.stale: set[int] = set()  # the ids of owners of which a later value was taken back

    def locked(self, array: Any) -> Any:
        """The same array, which NumPy refuses to write to."""
        if self._lean:
            array = array.view()
            array.flags.writeable = False
        return array

    def disturb(self, disturbance: Disturbance) -> None:
        """Put other numbers in the place of what is there."""
        self._disturbance = disturbance
        for key, owner in self._owners.items():
            pieces = self._in_blocks[key]
            if pieces is None:
                moved = owner.copy()
                for block in blocks(moved) or ():
                    block[...] = disturbance.there(block)
                owner[...] = moved
                continue
            for block in pieces:
                entry = [block, block.copy()]  # whatever interrupts from here on finds what was there
                self._disturbed.append(entry)
                block[...] = disturbance.there(block)
                entry[1] = None

    def before_write(self, owner: Any, array: Any, *, update: bool) -> None:
        """Keep what an array holds, of that owner, which is about to be written to."""
        if not self._lean:
            return
        if update:
            place = array.__array_interface__["data"][0], array.shape, array.strides
            if place not in self._undo:
                self._undo[place] = array, array.copy()
            self.stale.add(id(owner))
        elif id(owner) not in self._kept:
            self._kept[id(owner)] = owner, owner.copy()

    def take_back(self) -> None:
        """Put back what an optimiser's step has written since the last time."""
        while self._undo:
            _, (array, before) = self._undo.popitem()  # the latest first, since they may overlap
            array[...] = before

    def restore(self) -> None:
        """Put everything back."""
        self.take_back()
        for owner, before in self._kept.values():
            owner[...] = before
        for block, before in reversed(self._disturbed):
            assert self._disturbance is not None
            block[...] = self._disturbance.back(block) if before is None else before
        for owner, before in self._copies:
            owner[...] = before
