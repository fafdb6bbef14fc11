"""Training a network, step by step or many at once, with what happened at each step.

    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters()), data.train, seed=0)
    trainer.run(epochs=20)
    for event in trainer.steps(5): print(event.step, event.loss, event.grad_norms)
    trainer.evaluate(data.test)             # Metrics(loss=..., accuracy=...)

The same network, data and seed give the same run, bit for bit, however it is divided into calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, no_grad
from autograd.errors import message

from .data import DataLoader, Dataset
from .errors import ConfigError
from .module import Module
from .optim import Optimizer
from .utils.clipping import norm

Array = NDArray[Any]

EVALUATION_ROWS = 4096  # samples that `evaluate` puts through the network at once, which bounds its memory


@dataclass(frozen=True, slots=True)
class StepEvent:
    """What one training step was like.

    `step` and `epoch` count from 1. `loss` is the batch's, before the update; `lr` the learning rate of the first
    parameter group. `grad_norms` has the Euclidean norm of each parameter's gradient under the parameter's name,
    without those that got no gradient.
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
        return f"step {self.step}: " + ", ".join(found)


@dataclass(frozen=True, slots=True)
class Metrics:
    """How good a network is on a data set; `accuracy` is the share of samples right, None if targets are numbers."""

    loss: float
    accuracy: float | None


class Trainer:
    """Takes a network, its loss and its optimiser through the data, batch after batch.

    `train` is a Dataset, or a pair of arrays with one row per sample. Batches come in an order that depends on
    `seed` and the epoch alone. `observers` are called with each StepEvent, after the update; so between two steps
    everything is whole, and that is where `stop` takes effect.

    A step that fails (a shape that does not fit, a label out of range) changes no parameter, and is not counted.
    A loss that is not finite is no error: training goes on, and `StepEvent.trouble` says so.

    Raises ConfigError and the errors of DataLoader for arguments that make no sense.

    Example:
        >>> import nn
        >>> data = nn.data.moons(n=200, noise=0.1, seed=0).split(test=0.25, seed=0)
        >>> _ = nn.manual_seed(0)
        >>> net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
        >>> trainer = Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=0.05), data.train)
        >>> events = trainer.run(epochs=20)
        >>> len(events), trainer.steps_per_epoch, trainer.evaluate(data.test).accuracy
        (100, 5, 0.98)
    """

    def __init__(
        self,
        net: Module,
        loss: Callable[[Any, Any], Any],
        optimizer: Optimizer,
        train: Dataset | Sequence[Any],
        *,
        batch_size: int = 32,
        seed: int = 0,
    ) -> None:
        for name, value, fits, expected in (
            ("net", net, isinstance(net, Module), "a Module"),
            ("loss", loss, callable(loss), "a loss, such as nn.CrossEntropyLoss()"),
            ("optimizer", optimizer, isinstance(optimizer, Optimizer), "an Optimizer"),
        ):
            if not fits:
                do = "pass net, loss, optimizer and data in this order"
                raise ConfigError(message("Trainer", f"{name} of type {type(value).__name__}", expected, do))
        self.net, self.loss, self.optimizer = net, loss, optimizer
        self.loader = DataLoader(train, batch_size, seed=seed)
        if len(self.loader.arrays) < 2:
            do = "pass a Dataset or a pair of arrays"
            raise ConfigError(message("Trainer", "train without targets", "inputs and targets", do))
        self.batch: tuple[Array, ...] | None = None
        self.history: list[StepEvent] = []
        self.observers: list[Callable[[StepEvent], Any]] = []
        self.step_count = 0
        self._parameters = list(net.named_parameters())
        self._batches: Iterator[tuple[Array, ...]] | None = None
        self._stopped = False

    @property
    def steps_per_epoch(self) -> int:
        """How many steps see every sample once."""
        return len(self.loader)

    def steps(self, n: int | None = None) -> Iterator[StepEvent]:
        """Make `n` steps, or with None go on until `stop`; each comes as an event once it is done."""
        n = None if n is None else _whole("steps", n)
        self._stopped = False
        made = 0
        while not self._stopped and (n is None or made < n):
            made += 1
            yield self._step()

    def run(self, steps: int | None = None, *, epochs: int | None = None) -> list[StepEvent]:
        """Make that many steps, or as many as that many epochs have; give their events. `stop` ends it earlier.

        Raises ConfigError unless one of the two is given.
        """
        if (steps is None) == (epochs is None):
            got = "neither steps nor epochs" if steps is None else "steps and epochs"
            raise ConfigError(message("Trainer.run", got, "one of them", "write run(100) or run(epochs=10)"))
        wanted = _whole("run", steps) if epochs is None else _whole("run", epochs) * self.steps_per_epoch
        return list(self.steps(wanted))

    def stop(self) -> None:
        """End the current `run` or `steps` after the step that is being made; an observer may call it."""
        self._stopped = True

    def _step(self) -> StepEvent:
        epoch, place = divmod(self.step_count, self.steps_per_epoch)
        if self._batches is None or place == 0:
            self._batches = self.loader.batches(epoch, start=place)
        batches, self._batches = self._batches, None  # a step that fails leaves None, and its batch is served again
        batch = next(batches)
        for array in batch:
            array.flags.writeable = False  # so the tape may keep it as it is, where it copies what could change
        if not self.net.training:
            self.net.train()
        loss = self.loss(self.net(*batch[:-1]), batch[-1])
        self.optimizer.zero_grad()
        loss.backward()
        with np.errstate(over="ignore"):  # a square that overflows is computed again, scaled
            norms = {name: norm(param.grad.data) for name, param in self._parameters if param.grad is not None}
        lr = float(self.optimizer.param_groups[0]["lr"])
        self.optimizer.step()
        self._batches, self.batch = batches, batch
        self.step_count += 1
        event = StepEvent(self.step_count, epoch + 1, float(loss.item()), lr, norms)
        self.history.append(event)
        for observer in tuple(self.observers):
            observer(event)
        return event

    def evaluate(self, data: Dataset | Sequence[Any]) -> Metrics:
        """The loss and the accuracy on `data`, in evaluation mode, recording nothing; modes are put back.

        The loss is the mean over the samples, whatever the loss's reduction; a loss function of your own is
        expected to give the mean over the batch.
        """
        loader = DataLoader(data, EVALUATION_ROWS, shuffle=False)
        modes = [(module, module.training) for module in self.net.modules()]
        total, right, judged = 0.0, 0, False
        self.net.eval()
        try:
            with no_grad():
                for *inputs, target in loader.batches(0):
                    out = self.net(*inputs)
                    total += _summed(self.loss, self.loss(out, target), len(target))
                    hits = _hits(out, target)
                    right, judged = right + (hits or 0), hits is not None
        finally:
            for module, mode in modes:
                module.training = mode
        return Metrics(total / loader.samples, right / loader.samples if judged else None)

    def __repr__(self) -> str:
        name = type(self.net).__name__
        return f"Trainer({name}, {type(self.optimizer).__name__}, {self.loader!r}, {self.step_count:,} steps made)"


def _summed(loss: Any, value: Any, n: int) -> float:
    """The sum over the samples of a batch."""
    array = value.data if isinstance(value, Tensor) else np.asarray(value)
    reduction = getattr(loss, "reduction", "mean")
    return float(array.mean()) * n if reduction != "sum" else float(array)


def _hits(out: Any, target: Array) -> int | None:
    """How many samples the largest output has right; None when targets are no classes."""
    if target.ndim != 1 or target.dtype.kind not in "iu" or out.ndim != 2:
        return None
    array = out.data if isinstance(out, Tensor) else out
    return int((array.argmax(axis=1) == target).sum())


def _whole(where: str, value: Any) -> int:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= 0:
        return int(value)
    raise ConfigError(message(f"Trainer.{where}", repr(value), "a whole number of at least 0", "pass one, such as 100"))
