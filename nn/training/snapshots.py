"""States of a run in memory: what `Trainer.rewind` and `Trainer.goto` start from.

The last states lie in a ring, a few steps apart; of a large network fewer are kept, further apart. What falls out of
the ring goes to the keyframes, which get sparser with age: the replay that leads to a step is at most a small share of
the way back to it, and the memory is bounded however long the run is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

BYTES = 64 << 20  # what the states in the ring may take together
OLDER_BYTES = 32 << 20  # and what the keyframes may
CHEAP = 1 << 16  # bytes of a state for each step that it stands for: copying them is not noticed
EVERY = 4  # steps between two states at least: to make three again is quicker than to copy all in each
STEPS = 100  # how far back the ring goes unless asked otherwise
KEYFRAMES = 64  # at most so many: spaced geometrically, a million steps are a replay of a sixth of their age
STRIDE = 12  # steps between two keyframes at least, when they are new


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The state of a run before a step.

    `by_hand` says that it is not what the step before left: a replay has to begin here.
    """

    step: int
    epochs: int
    optimizer: Any
    buffers: list[Any]
    random: dict[str, Any]
    scheduler: Any
    callbacks: list[tuple[Any, Any]]  # each with its state
    settings: Any
    frozen: list[Any]  # the parameters that the optimiser does not hold
    by_hand: bool = False


class Keyframes:
    """A bounded number of states, ever further apart the older they are; the first stays as long as possible."""

    def __init__(self, nbytes: int) -> None:
        self._most = max(1, min(KEYFRAMES, OLDER_BYTES // max(nbytes, 1)))
        self.states: list[Snapshot] = []
        self.shortened = False  # whether the first states are gone

    def add(self, snapshot: Snapshot) -> None:
        """Keep a state that is newer than all others, unless it is close to the newest; forget another for it."""
        newest = self.states[-1].step if self.states else -STRIDE
        if not snapshot.by_hand and snapshot.step < newest + STRIDE:
            return
        self.states.append(snapshot)
        if len(self.states) > self._most:
            place = self._dispensable()
            self.shortened |= place == 0
            del self.states[place]

    def _dispensable(self) -> int:
        """The state without which the longest replay, compared with its age, is shortest.

        What was made by hand can't be replayed: when nothing else is left, the record begins later.
        """
        steps = [each.step for each in self.states]
        last = len(steps) - 1
        inner = [i for i in range(1, last) if not self.states[i].by_hand]
        if inner:
            now = steps[last] + STRIDE
            return min(inner, key=lambda i: (steps[i + 1] - steps[i - 1]) / (now - steps[i - 1]))
        return last if self._most == 1 and not self.states[last].by_hand else 0


class Ring:
    """States of a run, `every` so many steps.

    `reach` is how many steps one can always go back without a keyframe, once so many have been made; None for 100 if
    the states of a network of that size can be kept, else 0. With 0 nothing is kept at all.
    """

    def __init__(self, reach: int | None, nbytes: int) -> None:
        affordable = BYTES // max(nbytes, 1)
        if reach is None:
            reach = STEPS if affordable >= 2 else 0
        self.reach = reach
        self.every = max(-(-reach // max(affordable - 1, 1)), -(-nbytes // CHEAP), min(EVERY, reach), 1)
        self._count = -(-reach // self.every) + 1 if reach else 0
        self._states: deque[Snapshot] = deque()
        self._older = Keyframes(nbytes)

    def wants(self, step: int) -> bool:
        """Whether the state before step number `step`, counted from 0, should be kept."""
        newest = self.newest
        return self.reach > 0 and (newest is None or step >= newest + self.every)

    def add(self, snapshot: Snapshot) -> None:
        """Keep a state that is newer than all others; the oldest becomes a keyframe if the ring is full."""
        if self.reach == 0:
            return
        self._states.append(snapshot)
        while len(self._states) > self._count:
            self._older.add(self._states.popleft())

    def forget_from(self, step: int) -> None:
        """Forget the states from `step` on: what was done after them is given up."""
        for states in (self._states, self._older.states):
            while states and states[-1].step >= step:
                states.pop()

    def newest_before(self, step: int) -> Snapshot | None:
        """The newest state at or before `step`."""
        return next((each for each in reversed(self._all()) if each.step <= step), None)

    def oldest_after(self, step: int) -> int | None:
        """The step of the oldest state after `step`."""
        return next((each.step for each in self._all() if each.step > step), None)

    @property
    def shortened(self) -> bool:
        """Whether the first states are gone, because too many were made by hand."""
        return self._older.shortened

    @property
    def newest(self) -> int | None:
        """The step that the newest state was taken before."""
        states = self._states or self._older.states
        return states[-1].step if states else None

    @property
    def oldest(self) -> int | None:
        """The step that the oldest state was taken before."""
        states = self._older.states or self._states
        return states[0].step if states else None

    def _all(self) -> list[Snapshot]:
        return [*self._older.states, *self._states]
