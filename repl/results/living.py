"""What comes out of the dashboard when it is left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lived:
    """What was done at the dashboard, and where the run stands.

    Attributes:
        code: the doings in order, as Python.
        steps: how many were made, those that were gone back over included.
        seconds: how long it was open.
        step: where the run stands.
        epoch: the epoch of that step.
        loss: its loss; None before the first step.
        rate: the learning rate of the optimiser's first group.
        trouble: what is not a number there, in words.
        pictures: the files that the screen was saved in.
    """

    code: tuple[str, ...]
    steps: int
    seconds: float
    step: int
    epoch: int
    loss: float | None
    rate: float
    trouble: str = ""
    pictures: tuple[str, ...] = ()
