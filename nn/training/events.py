"""What a trainer tells of its steps and epochs, and how that is written down compactly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .metrics import Metrics


@dataclass(frozen=True, slots=True)
class StepEvent:
    """What one training step was like.

    `step` and `epoch` count from 1. `loss` is the batch's, before the update; `lr` the learning rate of the first
    parameter group. `grad_norms` has the Euclidean norm of each parameter's gradient, before any clipping, under the
    parameter's name, without those that got no gradient.
    """

    step: int
    epoch: int
    loss: float
    lr: float
    grad_norms: dict[str, float]

    @property
    def finite(self) -> bool:
        """Whether the loss and all gradients are numbers: neither infinite nor NaN."""
        return math.isfinite(self.loss) and all(map(math.isfinite, self.grad_norms.values()))

    @property
    def trouble(self) -> str:
        """What is not a number, in words; empty when all is well.

        Example:
            >>> StepEvent(3, 1, float("nan"), 0.1, {"weight": float("inf")}).trouble
            'step 3: the loss is nan, the gradient of weight is inf'
        """
        if self.finite:
            return ""
        found = [] if math.isfinite(self.loss) else [f"the loss is {self.loss}"]
        found += [f"the gradient of {k} is {norm}" for k, norm in self.grad_norms.items() if not math.isfinite(norm)]
        return f"step {self.step}: {', '.join(found)}"


@dataclass(frozen=True, slots=True)
class EpochEvent:
    """What one epoch was like: its number, the steps so far, and the mean of its batches' losses.

    `lr` is the learning rate of its last step, `validation` how good the network is on the validation data after it,
    None if there are none.
    """

    epoch: int
    step: int
    loss: float
    lr: float
    validation: Metrics | None = None


def packed(history: Sequence[StepEvent]) -> dict[str, Any]:
    """The events as a few arrays, for a file."""
    names = list(dict.fromkeys(name for event in history for name in event.grad_norms))
    return {
        "step": np.array([event.step for event in history], np.int64),
        "epoch": np.array([event.epoch for event in history], np.int64),
        "loss": np.array([event.loss for event in history], np.float64),
        "lr": np.array([event.lr for event in history], np.float64),
        "names": names,
        # a norm is never negative: -1 stands for a parameter without gradient
        "norms": np.array([[event.grad_norms.get(name, -1.0) for name in names] for event in history], np.float64),
    }


def unpacked(saved: Mapping[str, Any]) -> list[StepEvent]:
    """The events that `packed` wrote down."""
    columns = [saved[key].tolist() for key in ("step", "epoch", "loss", "lr", "norms")]
    return [
        StepEvent(step, epoch, loss, lr, {n: norm for n, norm in zip(saved["names"], norms, strict=True) if norm != -1})
        for step, epoch, loss, lr, norms in zip(*columns, strict=True)
    ]


def packed_epochs(epochs: Sequence[EpochEvent]) -> list[list[Any]]:
    """The epochs as lists of numbers, for a file."""
    return [
        [each.epoch, each.step, each.loss, each.lr]
        + ([] if each.validation is None else [each.validation.loss, each.validation.accuracy, each.validation.base])
        for each in epochs
    ]


def unpacked_epochs(saved: Sequence[Sequence[Any]]) -> list[EpochEvent]:
    """The epochs that `packed_epochs` wrote down."""
    made = []
    for epoch, step, loss, lr, *validation in saved:
        made.append(EpochEvent(epoch, step, loss, lr, Metrics(*validation) if validation else None))
    return made
