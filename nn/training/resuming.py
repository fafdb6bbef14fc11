"""The state of a run: what it is made of, keeping it in memory, and giving it to a file and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.errors import message

from ..data import DataLoader
from ..defaults import default_generator
from ..errors import NNError, StateError
from ..module import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler
from ..threads import against_two, in_weights
from . import randomness
from .callbacks import Callback
from .changes import Watch
from .events import EpochEvent, StepEvent, packed, packed_epochs, unpacked, unpacked_epochs
from .path import Path
from .settings import check_threads, whole
from .snapshots import Ring, Snapshot
from .splitting import Split
from .work import largest_product

Array = NDArray[Any]
SideState = tuple[list[Array], dict[str, Any]]  # what a forward pass changes: buffers, and random state

_PARTS = ("step", "loader", "net", "optimizer", "scheduler", "random", "callbacks", "history", "epochs")


class Run:
    """What a Trainer is at a moment: network, optimiser, schedule, place in the data, random state, history."""

    _ring: Ring
    _watch: Watch
    _outside: list[Array] | None  # a copy of the parameters that the optimiser does not hold

    def __init__(
        self,
        net: Module,
        optimizer: Optimizer,
        loader: DataLoader,
        scheduler: LRScheduler | None,
        callbacks: list[Callback],
        keep: int | None,
        compile: bool | None,
        threads: Any,
    ) -> None:
        self.net, self.optimizer, self.loader = net, optimizer, loader
        self.scheduler, self.callbacks = scheduler, callbacks
        self.batch: tuple[Array, ...] | None = None
        self.history: list[StepEvent] = []
        self.epochs: list[EpochEvent] = []
        self.step_count = 0
        self._parameters = list(net.named_parameters())
        # where the buffers are: looking for them before every step would take as long as a small layer
        self._places = [(module, name) for module in net.modules() for name in vars(module).get("_buffers", ())]
        self._sources = {path: source for path, source in randomness.generators(net).items() if path}
        self._batches: Iterator[tuple[Array, ...]] | None = None
        self.last_error: BaseException | None = None
        self._keep = None if keep is None else whole("Trainer(keep=...)", keep)
        self._multiplications = in_weights([param for _, param in self._parameters], loader.batch_size)
        self._threads = check_threads(threads, loader.batch_size)
        self._path = Path(compile, self._split())
        self._begin_record()

    @property
    def compiled(self) -> bool | None:
        """Whether the steps are compiled; None before the first one. `why_eager` says why not."""
        return self._path.compiled(self.step_count)

    @property
    def why_eager(self) -> str:
        """Why the steps are not compiled; empty if they are, or none was made."""
        return "" if self.compiled or self.compiled is None else self._path.why

    @property
    def threads(self) -> int:
        """How many threads the batches are divided over; `why_one_thread` says why not over more.

        Whether a network lets its batches be divided is seen at the first step.

        Example:
            >>> import nn
            >>> net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
            >>> optimizer = nn.optim.Adam(net.parameters())
            >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, nn.data.moons(seed=0), threads=2)
            >>> events = trainer.run(1)
            >>> trainer.threads, trainer.why_one_thread
            (1, "BatchNorm1d '1' takes its statistics from the whole batch")
        """
        return 1 if self._path.split.why else self._path.split.count

    @property
    def threads_asked(self) -> int | str:
        """What was asked for as `threads`: a number, or "auto"; `threads` is what came of it.

        Example:
            >>> import nn
            >>> net, data = nn.Linear(2, 2), nn.data.moons(seed=0)
            >>> optimizer = nn.optim.Adam(net.parameters())
            >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, data, threads="auto")
            >>> trainer.threads_asked, trainer.threads
            ('auto', 1)
        """
        asked: int | str = self._threads
        return asked

    @property
    def why_one_thread(self) -> str:
        """Why the batches are not divided; empty if they are."""
        return self._path.split.why

    @property
    def steps_per_epoch(self) -> int:
        """How many steps see every sample once."""
        return len(self.loader)

    def __repr__(self) -> str:
        name = type(self.net).__name__
        way = {None: "", True: ", compiled", False: ", eager"}[self.compiled]
        way += f", {self.threads} threads" if self.threads > 1 else ""
        return f"Trainer({name}, {self.optimizer.kind}, {self.loader!r}, {self.step_count:,} steps made{way})"

    def _split(self) -> Split:
        """How batches are divided, as was asked; with "auto", in two parts where those are quicker."""
        if self._threads != "auto":
            return Split(self._threads, "threads=1" if self._threads == 1 else "")
        side = self._side_state()  # to see how much work a step has may take a forward pass
        why = against_two(*largest_product(self.net, self.loader))
        self._restore_side(side)
        return Split(1 if why else 2, why)

    # -- in memory

    def _begin_record(self) -> None:
        """Forget all kept states: the record that one can travel in begins here."""
        vars(self).update(self._new_record())

    def _new_record(self) -> dict[str, Any]:
        """What a record is made of, with nothing in it."""
        return {"_ring": Ring(self._keep, self.optimizer.nbytes), "_watch": Watch(self), "_outside": None}

    def _side_state(self) -> SideState:
        return [_array(buffer).copy() for buffer in self._buffers()], randomness.states(self._generators())

    def _buffers(self) -> list[Any]:
        found = [vars(module).get(name) for module, name in self._places]
        return [buffer for buffer in found if buffer is not None]

    def _restore_side(self, side: SideState) -> None:
        for buffer, before in zip(self._buffers(), side[0], strict=True):
            if isinstance(buffer, Tensor):
                buffer.assign_(before)
            else:
                buffer[...] = before
        randomness.restore(self._generators(), side[1])

    def _generators(self) -> dict[str, np.random.Generator]:
        return {"": default_generator(), **self._sources}

    def _snapshot(self, side: SideState, *, by_hand: bool = False) -> Snapshot:
        return Snapshot(
            self.step_count,
            len(self.epochs),
            self.optimizer.snapshot(),
            *side,
            None if self.scheduler is None else self.scheduler.state_dict(),
            [(callback, callback.state_dict()) for callback in self.callbacks],
            self._watch.settings(),
            self._frozen(),
            by_hand,
        )

    def _frozen(self) -> list[Array]:
        """The parameters that the optimiser does not hold: they stay as they are, so the states share a copy."""
        if self._outside is None:
            self._outside = [param._data.copy() for param in self._watch.outside]
        return self._outside

    def _restore(self, snapshot: Snapshot) -> None:
        self.step_count = snapshot.step
        self._watch.apply(dict(enumerate(snapshot.settings)))
        self.optimizer.restore(snapshot.optimizer)
        for param, before in zip(self._watch.outside, snapshot.frozen, strict=True):
            param.assign_(before)
        self._outside = snapshot.frozen
        self._restore_side((snapshot.buffers, snapshot.random))
        if self.scheduler is not None:
            self.scheduler.load_state_dict(snapshot.scheduler)
        for callback, state in snapshot.callbacks:
            callback.load_state_dict(state)
        self._batches = None

    def _batch_before(self, step: int) -> tuple[Array, ...] | None:
        """The batch of step number `step`, counted from 1; None if there was none."""
        if step == 0:
            return None
        epoch, place = divmod(step - 1, self.steps_per_epoch)
        return next(self.loader.batches(epoch, start=place))

    # -- in a file

    def state_dict(self) -> dict[str, Any]:
        """A copy of all that a later run needs to go on exactly, for `nn.save`.

        The network with what is frozen and which modules are in evaluation mode, the optimiser, the schedule, the place
        in the data, the random state, what callbacks remember, and the history: a run that goes on from it equals the
        unbroken one bit for bit.
        """
        return {
            "step": self.step_count,
            "loader": self._loader_settings(),
            "net": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": None if self.scheduler is None else self.scheduler.state_dict(),
            "random": randomness.states(self._generators()),
            "callbacks": [callback.state_dict() for callback in self.callbacks],
            "history": packed(self.history),
            "epochs": packed_epochs(self.epochs),
            "compiled": self.compiled,
            "threads": self._path.split.count,
            "frozen": [name for name, param in self._parameters if not param.requires_grad],
            "evaluating": [name for name, module in self.net.named_modules() if not module.training],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` gave, with the same network, data, options and callbacks.

        Raises:
            StateError: something does not fit; then nothing is loaded.
        """
        self._refuse_others(state_dict)
        before = self._snapshot(self._side_state())
        buffers_too = self.net.state_dict()
        try:
            self._load(state_dict)
        except Exception as error:
            self.net.load_state_dict(buffers_too)
            self._restore(before)
            if isinstance(error, NNError):
                raise
            got, do = f"a state that is damaged ({type(error).__name__}: {error})", "load another; nothing was loaded"
            raise StateError(message("Trainer.load_state_dict", got, "what state_dict gave", do)) from error

    def _load(self, saved: Mapping[str, Any]) -> None:
        history, epochs, step = unpacked(saved["history"]), unpacked_epochs(saved["epochs"]), int(saved["step"])
        self.net.load_state_dict(saved["net"])
        self.optimizer.load_state_dict(saved["optimizer"])
        if self.scheduler is not None:
            self.scheduler.load_state_dict(saved["scheduler"])
        for callback, state in zip(self.callbacks, saved["callbacks"], strict=True):
            callback.load_state_dict(state)
        randomness.restore(self._generators(), saved["random"])
        self.step_count, self.history, self.epochs = step, history, epochs
        self._switch(saved.get("frozen"), saved.get("evaluating"))
        if saved.get("compiled") is not None:
            self._path.take(saved["compiled"])
        if self._threads == "auto":
            count = saved.get("threads", 1)
            self._path.split = Split(count, "the run had one thread before" if count == 1 else "")
        self._batches, self.batch = None, None
        self._begin_record()

    def _switch(self, frozen: Collection[str] | None, evaluating: Collection[str] | None) -> None:
        """Freeze parameters and set modes by name; None, as older states have it, leaves them as they are."""
        if frozen is not None:
            for name, param in self._parameters:
                param.requires_grad_(name not in frozen)
        if evaluating is not None:
            for name, module in self.net.named_modules():
                module.training = name not in evaluating

    def _refuse_others(self, saved: Any) -> None:
        problems = []
        if not isinstance(saved, Mapping) or not set(_PARTS) <= set(saved):
            missing = set(_PARTS) - set(saved if isinstance(saved, Mapping) else ())
            problems.append(f"a state without {', '.join(sorted(missing))}")
        else:
            present = self._loader_settings()
            wrong = [name for name in present if saved["loader"].get(name) != present[name]]
            problems += [f"{name}={saved['loader'].get(name)} where the trainer has {present[name]}" for name in wrong]
            if (saved["scheduler"] is None) != (self.scheduler is None):
                problems.append("no schedule" if saved["scheduler"] is None else "a schedule, which the trainer lacks")
            asked, was = self._path.asked, saved.get("compiled")
            if None not in (asked, was) and asked != was:
                problems.append(f"a run with compile={was} where the trainer has compile={asked}")
            count = saved.get("threads", 1)
            if self._threads not in ("auto", count):
                problems.append(f"a run with threads={count} where the trainer has threads={self._threads}")
            if len(saved["callbacks"]) != len(self.callbacks):
                problems.append(f"{len(saved['callbacks'])} callbacks for {len(self.callbacks)}")
        if problems:
            do = "make the trainer as the one that was saved; nothing has been loaded"
            raise StateError(message("Trainer.load_state_dict", ", ".join(problems), "a state of this trainer", do))

    def _loader_settings(self) -> dict[str, Any]:
        names = ("batch_size", "seed", "shuffle", "drop_last", "samples")
        return {name: getattr(self.loader, name) for name in names}


def _array(value: Any) -> Array:
    return value.readonly if isinstance(value, Tensor) else np.asarray(value)
