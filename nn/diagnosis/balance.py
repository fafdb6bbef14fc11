"""What the size of a gradient says beside that at the loss side: one judgement for `diagnose`, plots and pictures.

Balance().judge(1e-9, 1e-2)                     'vanishing'
Balance.of(trainer.history).judge(size, reference)      stricter for a run whose loss stands still
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

Word = Literal["ok", "vanishing", "exploding", "zero", "not finite"]

VANISHING, EXPLODING = 1e-4, 1e3  # of the gradient at the loss side
STARVED = 1e-3  # the same, where the loss stands still: no rate moves the first layers and spares the last
FLAT = 1e-8  # Adam's eps, and below what float32 can add to a weight of size 1: no usual rate makes a step of it
LEAST_STEPS = 30  # steps after which one can say how the loss goes
FEW = 10  # steps at either end of a run, over which its loss is a mean


class Step(Protocol):
    """A step of a run, as `trainer.history` has them."""

    @property
    def loss(self) -> float: ...  # noqa: D102


def stands_still(losses: Sequence[float]) -> bool:
    """Whether the loss of a run is after many steps next to what it was at first.

    Example:
        >>> stands_still([1.1] * 30), stands_still([1.1] * 20 + [0.5] * 10), stands_still([1.1] * 5)
        (True, False, False)
    """
    return len(losses) >= LEAST_STEPS and _mean(losses[-FEW:]) > 0.95 * _mean(losses[:FEW])


def _mean(losses: Sequence[float]) -> float:
    return float(np.mean(losses))


@dataclass(frozen=True, slots=True)
class Balance:
    """Which sizes of a gradient fit each other: shares of the gradient at the loss side, and the least size of any.

    `flat` is 0 for a run that has learned: near a minimum all gradients may be as small as they like.

    Example:
        >>> balance = Balance()
        >>> balance.judge(1e-9, 1e-2), balance.judge(1e-9, 1e-8), balance.judge(0.0, 1.0), balance.judge(2e3, 1.0)
        ('vanishing', 'ok', 'zero', 'exploding')
    """

    vanishing: float = VANISHING
    exploding: float = EXPLODING
    flat: float = FLAT

    @classmethod
    def of(cls, history: Sequence[Step]) -> Balance:
        """That of a run, by its steps so far: of a long one only the ends are looked at."""
        if not history:
            return cls()
        few = history if len(history) < 2 * LEAST_STEPS else (*history[:LEAST_STEPS], *history[-FEW:])
        losses = [step.loss for step in few]
        learned = _mean(losses[-FEW:]) < 0.5 * losses[0]
        return cls(vanishing=STARVED if stands_still(losses) else VANISHING, flat=0.0 if learned else FLAT)

    def judge(self, size: float, reference: float) -> Word:
        """What to say of a gradient of that rms, `reference` being the rms at the loss side: none, if that is 0."""
        if not math.isfinite(size):
            return "not finite"
        if size == 0:
            return "zero"
        if not 0 < reference < math.inf:
            return "ok"
        if size < self.vanishing * reference:
            return "vanishing"
        return "exploding" if size > self.exploding * reference else "ok"

    def is_flat(self, sizes: Iterable[float]) -> bool:
        """Whether not one of the gradients is large enough for a step, though the run has not learned.

        Example:
            >>> Balance().is_flat([1e-12, 3e-10]), Balance().is_flat([1e-12, 1e-3]), Balance(flat=0.0).is_flat([0.0])
            (True, False, False)
        """
        return max(sizes, default=math.inf) < self.flat
