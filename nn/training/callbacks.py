"""What can be hung on a trainer: to stop early, to print progress, or a class of one's own.

stopping = nn.EarlyStopping(patience=5)
trainer = nn.Trainer(net, loss, optimizer, data.train, validation=data.validation, callbacks=[stopping, nn.Progress()])
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from autograd.errors import message

from ..errors import ConfigError, StateError
from .events import EpochEvent, StepEvent

if TYPE_CHECKING:
    from ..module import Module
    from .trainer import Trainer


class Callback:
    """What a trainer calls after its steps and epochs; make a subclass with the methods that you need.

    A callback that remembers something from step to step gives it in `state_dict`, so that `rewind` and checkpoints
    take it along: numbers, strings, lists, dicts, and arrays that are not written to afterwards.

    Example:
        >>> class Losses(Callback):
        ...     def __init__(self):
        ...         self.seen = []
        ...     def after_step(self, trainer, event):
        ...         self.seen.append(event.loss)
    """

    def after_step(self, trainer: Trainer, event: StepEvent) -> None:
        """Look at a step that is done; `trainer.stop()` makes it the last."""

    def after_epoch(self, trainer: Trainer, event: EpochEvent) -> None:
        """Look at an epoch that is done; `trainer.stop()` makes it the last."""

    def state_dict(self) -> dict[str, Any]:
        """What it remembers."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Remember what `state_dict` gave."""


class EarlyStopping(Callback):
    """Stop when a measure on the validation data has not got better for `patience` epochs; go back to the best weights.

    Training loss goes on falling while a network learns its training data by heart; validation loss turns up.

    Args:
        patience: how many epochs without getting better are let pass, at least 0.
        threshold: by how much a measure has to beat the best one, at least 0.
        measure: "loss", which falls, or "accuracy", which rises.
        restore_best: give the network the weights and statistics of its best epoch when it stops.

    `best` is the best measure, `best_epoch` when that was, `stopped_epoch` when it stopped, or None.

    Raises:
        ConfigError: options that make no sense.
        StateError: when the first epoch ends, if the trainer has no validation data.

    Source: Prechelt 1998, "Early stopping - but when?".

    Example:
        >>> import nn
        >>> data = nn.data.moons(n=60, noise=0.4, seed=1).split(test=0.2, validation=0.3)
        >>> _ = nn.manual_seed(0)
        >>> net = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 2))
        >>> stopping = EarlyStopping(patience=5)
        >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=0.05), data.train,
        ...                      validation=data.validation, callbacks=[stopping])
        >>> events = trainer.run(epochs=200)
        >>> stopping.best_epoch, stopping.stopped_epoch, len(trainer.epochs)
        (2, 8, 8)
    """

    def __init__(
        self, patience: int = 10, *, threshold: float = 0.0, measure: str = "loss", restore_best: bool = True
    ) -> None:
        _check_count("EarlyStopping", "patience", patience, 10, least=0)
        if not threshold >= 0:
            raise ConfigError(message("EarlyStopping", f"threshold={threshold!r}", "at least 0", "pass threshold=0"))
        if measure not in ("loss", "accuracy"):
            do = "pass measure='loss'"
            raise ConfigError(message("EarlyStopping", f"measure={measure!r}", "'loss' or 'accuracy'", do))
        self.patience, self.threshold, self.measure, self.restore_best = patience, threshold, measure, restore_best
        self.best = math.inf if measure == "loss" else -math.inf
        self.best_epoch: int | None = None
        self.stopped_epoch: int | None = None
        self._weights: dict[str, Any] = {}

    def after_epoch(self, trainer: Trainer, event: EpochEvent) -> None:
        """Compare the epoch with the best one; stop if it is time."""
        value = self._value(event)
        ahead = self.best - value if self.measure == "loss" else value - self.best
        first = math.isnan(self.best) and not math.isnan(value)  # anything is better than no number
        if self.best_epoch is None or first or ahead > self.threshold:
            self.best, self.best_epoch = value, event.epoch
            if self.restore_best:
                self._weights = trainer.net.state_dict()
        elif event.epoch - self.best_epoch > self.patience:
            self.stopped_epoch = event.epoch
            trainer.stop()
            if self.restore_best:
                self.restore(trainer.net)

    def restore(self, net: Module) -> None:
        """Give the network the weights and statistics of its best epoch."""
        if not self._weights:
            do = "train with restore_best=True for an epoch first"
            raise StateError(message("EarlyStopping.restore", "no best weights", "those of an epoch", do))
        net.load_state_dict(self._weights)

    def _value(self, event: EpochEvent) -> float:
        found = event.validation
        value = None if found is None else found.loss if self.measure == "loss" else found.accuracy
        if value is None:
            got = "a trainer without validation data" if found is None else "targets that have no accuracy"
            do = "pass validation=data.validation to the trainer" if found is None else "pass measure='loss'"
            raise StateError(message("EarlyStopping", got, f"a validation {self.measure}", do))
        return value

    def state_dict(self) -> dict[str, Any]:
        """The best measure, its epoch and its weights."""
        return {
            "best": self.best,
            "best_epoch": self.best_epoch,
            "stopped_epoch": self.stopped_epoch,
            "weights": self._weights,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.best, self.best_epoch, self.stopped_epoch = state["best"], state["best_epoch"], state["stopped_epoch"]
        self._weights = dict(state["weights"])


class Progress(Callback):
    """Print a line at the end of every epoch, or of every so many.

    Args:
        every: after how many epochs.
        file: where to print; None for the standard output of the moment.

    Example:
        >>> import nn
        >>> _ = nn.manual_seed(0)
        >>> data, net = nn.data.iris().split(test=0.2, validation=0.2, standardize=True), nn.Linear(4, 3)
        >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), data.train,
        ...                      validation=data.validation, callbacks=[Progress(every=2)])
        >>> events = trainer.run(epochs=4)
        epoch   2  step     6  loss 0.9062  validation 0.8294  accuracy 0.667  lr 0.1
        epoch   4  step    12  loss 0.7395  validation 0.7001  accuracy 0.667  lr 0.1
    """

    def __init__(self, every: int = 1, *, file: TextIO | None = None) -> None:
        _check_count("Progress", "every", every, 1, least=1)
        self.every, self.file = every, file

    def after_epoch(self, trainer: Trainer, event: EpochEvent) -> None:
        """Print the epoch's line."""
        if event.epoch % self.every:
            return
        text = f"epoch {event.epoch:3}  step {event.step:5}  loss {event.loss:.4f}"
        if event.validation is not None:
            text += f"  validation {event.validation.loss:.4f}"
            if event.validation.accuracy is not None:
                text += f"  accuracy {event.validation.accuracy:.3f}"
        print(f"{text}  lr {event.lr:g}", file=self.file or sys.stdout, flush=True)


def _check_count(where: str, name: str, value: Any, good: int, *, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigError(message(where, f"{name}={value!r}", f"an integer of at least {least}", f"pass {name}={good}"))
