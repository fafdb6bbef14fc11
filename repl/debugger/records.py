"""The backward pass as far as it has been watched: every step is kept, so that one can go back without a difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.reverse import Step, steps
from autograd.tape import Node

from .places import Place


@dataclass(frozen=True, slots=True)
class Arrival:
    """A contribution on its way: `share` is added to the gradient of `place`, the operand number `operand`.

    `before` is None if it is the first that arrives there; `count` says the how many-th it is.
    """

    operand: int
    place: Place
    share: Any
    before: Any
    after: Any
    count: int


@dataclass(frozen=True, slots=True)
class Record:
    """A node with its complete gradient, and what it adds to whom."""

    node: Node
    gradient: Any
    arrivals: tuple[Arrival, ...]


class Records:
    """The steps of a pass in the engine's order; they are made when they are asked for, and kept.

    `.grad` is left alone, and the tape is kept, whatever happens here.
    """

    def __init__(self, tensor: Any, gradient: Any = None) -> None:
        self._passing: Iterator[Step] = steps(tensor, gradient)
        self._failure: Exception | None = None
        self._made: list[Record] = []
        self._sums: dict[Place, tuple[Any, int]] = {}

    def __len__(self) -> int:
        return len(self._made)

    def __getitem__(self, at: int) -> Record:
        while len(self._made) <= at:
            self._made.append(self._recorded(self._step()))
        return self._made[at]

    def _step(self) -> Step:
        """The engine's next step; an error that ended the pass comes again whenever one tries to go on."""
        if self._failure is not None:
            raise self._failure
        try:
            with np.errstate(all="ignore"):  # what overflows is in the numbers that are shown
                return next(self._passing)
        except Exception as failure:
            self._failure = failure
            raise

    def _recorded(self, step: Step) -> Record:
        arrivals = []
        for i, share in step.contributions:
            place = step.node.inputs[i]
            assert place is not None
            before, count = self._sums.get(place, (None, 0))
            after = share if before is None else before + share
            self._sums[place] = after, count + 1
            arrivals.append(Arrival(i, place, share, before, after, count + 1))
        return Record(step.node, step.cotangent, tuple(arrivals))

    def upto(self, at: int) -> list[Record]:
        """The steps up to number `at`, itself included."""
        _ = self[at]
        return self._made[: at + 1]

    def sum_at(self, place: Place, at: int) -> tuple[Any, int]:
        """The gradient of a place after step number `at`, and of how many contributions; (None, 0) before any."""
        for record in reversed(self.upto(at)):
            for arrival in reversed(record.arrivals):
                if arrival.place is place:
                    return arrival.after, arrival.count
        return None, 0
