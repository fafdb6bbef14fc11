"""How the distribution of what a layer receives moves while the layers before it learn.

    input_drift(trainer, "2", steps=200)        tried on a copy of the run, which itself stays where it is
    watch = InputDrift(trainer, "2")            or recorded while the run goes on
    trainer.run(200)
    watch.figure()

After Ioffe, Szegedy 2015, "Batch Normalization", figure 1 (arXiv:1502.03167): the 15th, 50th and 85th percentile.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import no_grad
from autograd.errors import an_instance

from ..errors import StateError, UsageError, message, unknown
from ..messages import marked
from .model import Curves, Series, sealed
from .subject import Subject, passed, subject, untouched

Array = NDArray[Any]
PERCENTILES = (15, 50, 85)
SAMPLES = 256


class InputDrift:
    """Percentiles of a layer's input, on the same samples after every few steps of a run.

    Args:
        trainer: the run; watched until `stop`.
        layer: its path, such as "2"; without it the last layer with a weight of two axes.
        every: steps between two looks.
        samples: how many samples of the training data are looked at.

    Raises:
        UsageError: arguments of other kinds, or no such layer.
    """

    def __init__(self, trainer: Any, layer: str | None = None, *, every: int = 1, samples: int = SAMPLES) -> None:
        where = "input_drift"
        if not isinstance(trainer, nn.Trainer):
            got = an_instance(trainer)
            raise UsageError(message(where, got, "a Trainer", "write plots.input_drift(trainer)"))
        if every < 1:
            raise UsageError(message(where, f"every={every}", "1 or more", "leave it out"))
        self._trainer, self._every = trainer, every
        self._found = subject(where, trainer, samples=samples)
        self.layer = _layer(where, self._found, layer)
        self._looks: dict[int, Array] = {trainer.step_count: self._look()}
        trainer.observers.append(self._after)

    def stop(self) -> None:
        """Watch no longer; what was seen stays."""
        if self._after in self._trainer.observers:
            self._trainer.observers.remove(self._after)

    def figure(self) -> Curves:
        """What was seen so far. Raises StateError when that is only the state at the beginning."""
        if len(self._looks) < 2:
            do = "train first: trainer.run(100)"
            raise StateError(message("input_drift", "a run without a step since", "one or more", do))
        steps = sorted(self._looks)
        low, middle, high = (sealed(column) for column in np.array([self._looks[step] for step in steps]).T)
        return Curves(
            marked("Input of layer {layer} over training", layer=self.layer),
            marked(
                "The line is the median of what the layer receives, the band reaches from its 15th to its 85th "
                "percentile: a band that wanders or widens makes the layer chase its input, one that stays level lets "
                "it learn."
            ),
            marked("step"),
            marked("input of the layer"),
            (Series(marked("median"), sealed(steps), middle, "line", 0, low, high),),
        )

    def _after(self, event: Any) -> None:
        # after a rewind steps come again: what was seen beyond them was another future
        for step in [step for step in self._looks if step >= event.step]:
            del self._looks[step]
        if event.step % self._every == 0:
            self._looks[event.step] = self._look()

    def _look(self) -> Array:
        with untouched(self._found.net), np.errstate(all="ignore"), no_grad():
            _, layers = passed(self._found)
        values = next(layer.inputs for layer in layers if layer.path == self.layer).astype(np.float64)
        finite = values[np.isfinite(values)]
        return np.percentile(finite, PERCENTILES) if finite.size else np.full(3, np.nan)


def input_drift(trainer: Any, layer: str | None = None, *, steps: int = 200, samples: int = SAMPLES) -> Curves:
    """Percentiles of a layer's input over the next steps, made on a copy of the run.

    Args:
        trainer: the run; it stays where it is.
        layer: its path, such as "2"; without it the last layer with a weight of two axes.
        steps: how far to look ahead.
        samples: how many samples of the training data are looked at.

    Raises:
        UsageError: arguments of other kinds, or no such layer.
    """
    if steps < 1:
        raise UsageError(message("input_drift", f"steps={steps}", "1 or more", "leave it out"))
    if not isinstance(trainer, nn.Trainer):
        InputDrift(trainer, layer)  # says what is wrong
    with untouched():
        twin = trainer.twin()
        watch = InputDrift(twin, layer, every=max(1, steps // 200), samples=samples)
        twin.run(steps)
    return watch.figure()


def _layer(where: str, found: Subject, wanted: str | None) -> str:
    """The path of the layer that is meant."""
    with untouched(found.net), np.errstate(all="ignore"), no_grad():
        _, layers = passed(found)
    paths = [layer.path for layer in layers]
    if wanted is not None:
        if str(wanted) not in paths:
            raise UsageError(unknown(where, "layer", str(wanted), paths))
        return str(wanted)
    weighted = [layer for layer in layers if any(p.ndim >= 2 for p in layer.module.parameters(recurse=False))]
    if not weighted:
        raise UsageError(message(where, "a network without a layer that has weights", "one", "name the layer"))
    return weighted[-1].path
