"""The Trainer: a network, its loss and its optimiser, taken through the data step by step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import message

from ..data import DataLoader
from ..errors import ConfigError, ShapeError
from ..module import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from ..threads import suited
from ..utils.clipping import clip_grad_value_, clip_grads_with_norm_, norm
from . import evaluation
from .callbacks import Callback
from .evaluation import Data
from .events import EpochEvent, StepEvent
from .interrupts import Uninterrupted
from .metrics import ConfusionMatrix, Metrics, confusion_matrix, predicted
from .settings import check_callbacks, check_clip, check_parts, check_scheduler, whole
from .travel import Travel

Array = NDArray[Any]


class Trainer(Travel):
    """Takes a network, its loss and its optimiser through the data, batch after batch.

    Batches come in an order that depends on `seed` and the epoch alone. Between two steps everything is whole: that is
    where `stop` and Ctrl-C take effect. A step that fails (a shape that does not fit, a label out of range) changes
    nothing, and is not counted. A loss that is not finite is no error: training goes on, and `StepEvent.trouble` says
    so. The matrix products of a step have one thread, unless they are very large, or `nn.set_num_threads` was called.

    Args:
        net: the network.
        loss: called with what the network gives and the targets; gives a scalar.
        optimizer: over the network's parameters.
        train: a Dataset, a TensorDataset, a pair of arrays with one row per sample, or a DataLoader, which then brings
            its own batch size and seed.
        batch_size: samples in a batch.
        seed: for the order of the batches.
        validation: data to evaluate on at the end of every epoch, of the kinds of `train`.
        scheduler: a schedule of the learning rate. It is stepped after every epoch, OneCycleLR and CyclicLR after every
            step, ReduceLROnPlateau with the validation loss (with mode="max" the accuracy; without validation data the
            training loss).
        scheduler_every: "epoch" or "step", to have it otherwise.
        clip_norm: the largest norm of all gradients together, see `nn.utils.clip_grad_norm_`.
        clip_value: the largest absolute value of a gradient's element.
        callbacks: see `Callback`, `EarlyStopping`, `Progress`.
        keep: over how many steps back the states lie close together, for `rewind`; older ones are further apart. None
            for 100, or for 0, which is to keep none at all, if the network is very large.
        compile: make the steps by `autograd.compile`: None where that is possible, True or an error, False never. The
            results agree to rounding, and the same way is the same bits; see `compiled` and `why_eager`.
        threads: divide each batch into so many parts, whose forward and backward passes run at once, each in a thread
            of Python with one BLAS thread; one update follows. That pays for large networks, and "auto" divides in two
            where it does: by the size of the largest product. The results agree to rounding, and the same number is
            the same bits. A network that mixes samples, as batch norm does, is trained in one piece: see `threads`
            and `why_one_thread`.

    `observers` are functions that are called with each StepEvent, after the update. `history` has the events of all
    steps, `epochs` those of all epochs, `batch` is the last batch, `last_error` what the last step raised if it failed.
    A parameter's `.grad` after a compiled step is memory that the next step writes to: copy what you keep.

    Raises:
        ConfigError: arguments that make no sense, and the errors of DataLoader.

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
        train: Data | DataLoader,
        *,
        batch_size: int = 32,
        seed: int = 0,
        validation: Data | None = None,
        scheduler: LRScheduler | None = None,
        scheduler_every: str | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        callbacks: Sequence[Callback] = (),
        keep: int | None = None,
        compile: bool | None = None,
        threads: int | str = 1,
    ) -> None:
        check_parts(net, loss, optimizer)
        self.loss, self.validation = loss, validation
        loader = train if isinstance(train, DataLoader) else DataLoader(train, batch_size, seed=seed)
        if len(loader.arrays) < 2:
            do = "pass a Dataset or a pair of arrays"
            raise ConfigError(message("Trainer", "train without targets", "inputs and targets", do))
        self._schedule_every = check_scheduler(scheduler, optimizer, scheduler_every)
        self.clip_norm, self.clip_value = check_clip("clip_norm", clip_norm), check_clip("clip_value", clip_value)
        super().__init__(net, optimizer, loader, scheduler, check_callbacks(callbacks), keep, compile, threads)
        self.observers: list[Callable[[StepEvent], Any]] = []
        self._stopped = False

    def steps(self, n: int | None = None) -> Iterator[StepEvent]:
        """Make `n` steps, or with None go on until `stop`; each comes as an event once it is done."""
        n = None if n is None else whole("Trainer.steps", n)
        self._stopped = False
        made = 0
        while not self._stopped and (n is None or made < n):
            made += 1
            with Uninterrupted():
                try:
                    event = self._step()
                finally:
                    self._left = self._left or self._place()
            yield event

    def run(self, steps: int | None = None, *, epochs: int | None = None) -> list[StepEvent]:
        """Make that many steps, or as many as that many epochs have; give their events. `stop` ends it earlier.

        Ctrl-C raises KeyboardInterrupt after the step that is being made; `run` can be called again to go on.

        Raises:
            ConfigError: neither or both of the two are given.
        """
        if (steps is None) == (epochs is None):
            got = "neither steps nor epochs" if steps is None else "steps and epochs"
            raise ConfigError(message("Trainer.run", got, "one of them", "write run(100) or run(epochs=10)"))
        n = whole("Trainer.run", steps) if epochs is None else whole("Trainer.run", epochs) * self.steps_per_epoch
        events: list[StepEvent] = []
        self._stopped = False
        with Uninterrupted() as interrupts, self._suited():
            try:
                while not self._stopped and len(events) < n and not interrupts.pressed:
                    events.append(self._step())
            finally:  # an observer that failed may have changed something: then it is compared with before that
                self._left = self._left or self._place()
        return events

    def stop(self) -> None:
        """End the current `run` or `steps` after the step that is being made; an observer may call it."""
        self._stopped = True

    def _step(self) -> StepEvent:
        self._settle([])
        self._notice()
        event = self._update()
        again = self._passed(event)
        self._left = None
        if self.observers or self.callbacks:
            self._left = self._place()
            for observer in tuple(self.observers):
                observer(event)
            for callback in self.callbacks:
                callback.after_step(self, event)
            self._look(after=False)
        self._settle([])
        if again:
            self._as_left()
        return event

    def _update(self, *, again: bool = False) -> StepEvent:
        """One step of the optimiser, and nothing else; `again` in the way in which it was made before."""
        epoch, place = divmod(self.step_count, self.steps_per_epoch)
        before = self._side_state()
        if self._ring.wants(self.step_count):
            self._ring.add(self._snapshot(before))
        if self._batches is None or place == 0:
            self._batches = self.loader.batches(epoch, start=place)
        batches, self._batches = self._batches, None  # a step that fails leaves None, and its batch is served again
        batch = next(batches)
        for array in batch:
            array.flags.writeable = False  # so the tape may keep it as it is, where it copies what could change
        if not self.net.training:
            self.net.train()
        eagerly = self._is_watched(again=again)
        clips = self.clip_norm is not None or self.clip_value is not None
        try:
            with self._suited():
                loss = self._path.step(
                    (self.net, self.loss, self.optimizer, self._watch.outside), not clips, batch,
                    number=self.step_count, eagerly=eagerly, undo=lambda: self._restore_side(before),
                )  # fmt: skip
        except BaseException as error:
            self._restore_side(before)
            self.last_error = error
            raise
        self.last_error = None
        with np.errstate(over="ignore"):  # a square that overflows is computed again, scaled
            norms = {name: norm(param.grad._data) for name, param in self._parameters if param.grad is not None}
        lr = float(self.optimizer.param_groups[0]["lr"])
        if clips:
            self._clip(norms)
            self.optimizer.step()
        self._batches, self.batch = batches, batch
        self.step_count += 1
        event = StepEvent(self.step_count, epoch + 1, float(loss.item()), lr, norms)
        self.history.append(event)
        if self.scheduler is not None and self._schedule_every == "step":
            self.scheduler.step()
        return event

    def _suited(self) -> suited:
        """The threads of BLAS that suit a step: one for each part of a batch that has one."""
        return suited(self._multiplications if self.threads == 1 else 0)

    def close(self) -> None:
        """End the threads among which batches are divided; the next step begins them again.

        They end by themselves when the trainer is no longer used.
        """
        self._path.split.close()

    def _clip(self, norms: Mapping[str, float]) -> None:
        if self.clip_norm is not None:
            total = norm(np.array(list(norms.values())))
            clip_grads_with_norm_([param for _, param in self._parameters], self.clip_norm, total)
        if self.clip_value is not None:
            clip_grad_value_([param for _, param in self._parameters], self.clip_value)

    def _end_epoch(self, recorded: EpochEvent | None = None) -> None:
        """What comes after the last step of an epoch; what was `recorded` of it is not measured again."""
        found = None
        if recorded is None and self.validation is not None:
            found = self.evaluate(self.validation)
        number = len(self.epochs) + 1
        losses = [event.loss for event in self.history[-self.steps_per_epoch :] if event.epoch == number]
        lr = self.history[-1].lr if self.history else float(self.optimizer.param_groups[0]["lr"])
        mean = float(np.mean(losses)) if losses else float("nan")
        event = recorded or EpochEvent(number, self.step_count, mean, lr, found)
        if self.scheduler is not None and self._schedule_every == "epoch":
            if isinstance(self.scheduler, ReduceLROnPlateau):
                self.scheduler.step(_measure(self.scheduler, event))
            else:
                self.scheduler.step()
        self.epochs.append(event)
        if recorded is None:
            self._passed_epoch(event)
            self._left = self._place() if self.callbacks else None
        for callback in self.callbacks:
            if recorded is None or callback.state_dict():
                callback.after_epoch(self, event)
        if recorded is None:
            self._look(after=True)

    def twin(self) -> Trainer:
        """An independent copy of the run, at the same place: network, optimiser, schedule, random state of layers.

        Data are shared; observers and callbacks are not taken along. What is done to one does not show in the other.
        """
        shared = (self.loader.arrays, self.validation)
        memo: dict[int, Any] = {id(each): each for each in shared}
        memo[id(self.history)] = list(self.history)
        memo[id(self.epochs)] = list(self.epochs)
        memo[id(self.observers)], memo[id(self.callbacks)] = [], []
        made = object.__new__(type(self))
        memo[id(self)] = made
        path = copy.copy(self._path)
        path._made = None  # programs work on this run's parameters
        own = {**vars(self), "_path": path, "_batches": None, "batch": None, "last_error": None, **self._new_record()}
        vars(made).update(copy.deepcopy(own, memo))
        return made

    def evaluate(self, data: Data) -> Metrics:
        """The loss and the accuracy on `data`, in evaluation mode, recording nothing; modes are put back.

        The loss is the mean over the samples, whatever the loss's reduction; a loss function of your own is
        expected to give the mean over the batch.
        """
        return evaluation.evaluate(self.net, self.loss, data)

    def predict(self, x: Any) -> Array:
        """What the network gives for x (N, ...), in evaluation mode, as an array."""
        return evaluation.outputs(self.net, x)

    def confusion(self, data: Data) -> ConfusionMatrix:
        """Which classes of `data` the network takes for which.

        Raises:
            ShapeError: outputs and targets are not those of a classifier.
        """
        arrays = DataLoader(data, shuffle=False).arrays
        out, target = self.predict(arrays[0]), arrays[-1]
        threshold = evaluation.threshold_of(self.loss)
        if threshold is not None:
            return confusion_matrix(predicted(out, threshold=threshold), target.reshape(-1).astype(int), classes=2)
        if out.ndim != 2 or target.ndim != 1 or target.dtype.kind not in "iu":
            got = f"outputs {out.shape} and targets {target.shape} of {target.dtype}"
            raise ShapeError(message("Trainer.confusion", got, "(N, C) and classes (N,)", "use it with a classifier"))
        return confusion_matrix(out, target, classes=out.shape[1], names=getattr(data, "class_names", ()))


def _measure(scheduler: ReduceLROnPlateau, event: EpochEvent) -> float:
    if event.validation is None:
        return event.loss
    if scheduler.mode == "max" and event.validation.accuracy is not None:
        return event.validation.accuracy
    return event.validation.loss
