"""The last states of a run, in a ring that forgets the oldest: what `Trainer.rewind` goes back to.

A state is kept before every step while that is cheap. Of a large network fewer are kept, further apart, and the steps
from one of them to the wanted place are made again: the same steps, bit for bit.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

BYTES = 64 << 20  # what all kept states may take together
CHEAP = 1 << 16  # bytes that are copied before every step without being noticed
STEPS = 100  # how far back one can go unless asked otherwise


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The state of a run before a step."""

    step: int
    epochs: int
    optimizer: Any
    buffers: list[Any]
    random: dict[str, Any]
    others: list[Any]  # the states of the schedule and of the callbacks


class Ring:
    """States of a run, `every` so many steps.

    `reach` is how many steps one can always go back, once so many have been made; None for 100 if the states of a
    network of that size can be kept, else 0.
    """

    def __init__(self, reach: int | None, nbytes: int) -> None:
        affordable = BYTES // max(nbytes, 1)
        if reach is None:
            reach = STEPS if affordable >= 2 else 0
        self.reach = reach
        self.every = max(-(-reach // max(affordable - 1, 1)), -(-nbytes // CHEAP), 1)
        count = -(-reach // self.every) + 1 if reach else 0
        self._states: deque[Snapshot] = deque(maxlen=count)

    def wants(self, step: int) -> bool:
        """Whether the state before step number `step`, counted from 0, should be kept."""
        newest = self._states[-1].step if self._states else -self.every
        return self.reach > 0 and step >= newest + self.every

    def add(self, snapshot: Snapshot) -> None:
        """Keep a state, and forget the oldest if the ring is full."""
        self._states.append(snapshot)

    def forget_from(self, step: int) -> None:
        """Forget the states from `step` on: they have not been yet, or something may be changed before it."""
        while self._states and self._states[-1].step >= step:
            self._states.pop()

    def newest_before(self, step: int) -> Snapshot | None:
        """The newest state at or before `step`."""
        return max((each for each in self._states if each.step <= step), key=lambda each: each.step, default=None)

    @property
    def oldest(self) -> int | None:
        """The step that the oldest state was taken before."""
        return self._states[0].step if self._states else None
