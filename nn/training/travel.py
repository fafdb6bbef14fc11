"""Going back and forth in a run: `rewind` and `goto`, by kept states and by making the steps from there again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import message

from ..errors import StateError
from . import randomness
from .changes import Edit, Place, equal
from .events import EpochEvent, StepEvent
from .path import watched
from .resuming import Run
from .settings import whole
from .snapshots import Snapshot

# what a visit to another step changes besides the state, and puts back
_HERE = ("history", "epochs", "batch", "_ahead", "_epochs_ahead", "_moved", "_left")


class Travel(Run):
    """A run with a record of what it was: the steps that were made, and what was changed by hand between them."""

    _begun: str  # why there are no older states
    _ahead: list[StepEvent]  # the steps that one came back from
    _epochs_ahead: list[EpochEvent]
    # what was done by hand after so many steps, before the end of the epoch and after it: settings, and random state
    _edits: dict[tuple[int, bool], tuple[Edit, dict[str, Any] | None]]
    _left: Place | None  # how things were when someone else could get at them
    _watched: set[int]  # the steps that were made eagerly as someone followed the gradients
    _moved: bool  # since then, which is not on record yet
    _members_changed: bool

    def _new_record(self) -> dict[str, Any]:
        return super()._new_record() | {
            "_begun": "that is where its record begins",
            "_ahead": [],
            "_epochs_ahead": [],
            "_edits": {},
            "_left": None,
            "_watched": set(),
            "_moved": False,
            "_members_changed": False,
        }

    # -- what a user calls

    @property
    def steps_made(self) -> int:
        """How many steps there are to go to: those up to here, and those that one came back from."""
        return self.step_count + len(self._ahead)

    def rewind(self, n: int = 1) -> None:
        """Be as it was `n` steps ago: `goto(step_count - n)`.

        Raises:
            ConfigError: an `n` below 0.
            StateError: as `goto`; then nothing is changed.

        Example:
            >>> import nn
            >>> net, data = nn.Linear(2, 2), nn.data.moons(seed=0)
            >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), data)
            >>> events = trainer.run(10)
            >>> trainer.rewind(3)
            >>> trainer.step_count, trainer.run(3) == events[7:]
            (7, True)
        """
        n = whole("Trainer.rewind", n)
        if n > self.step_count:
            oldest = self._ring.oldest
            most = 0 if oldest is None else self.step_count - oldest
            do = "start again from the beginning, or from a checkpoint"
            raise StateError(message("Trainer.rewind", f"{n:,} steps", f"at most {most:,}", do))
        self._travel("Trainer.rewind", self.step_count - n)

    def goto(self, step: int) -> None:
        """Be as it was after `step` steps, at any distance, back and, after going back, forth again.

        Parameters, optimiser, schedule, running statistics, batch order, random state, history and what callbacks
        remember are as they were, bit for bit. The steps from there are the same again, unless something is changed;
        then what came after is given up once the next step is made. As long as nothing is, what was changed by hand the
        first time is changed again at its place, whether steps are made or gone to. (A change that no step follows is
        lost when one goes on to later steps.) Observers hear nothing of the journey; gradients are those of the step
        before, or forgotten.

        States are kept ever sparser with age, and the steps from the one before `step` are made again, so going far
        costs at most a small share of the training up to there. What was changed by hand between two steps (a
        learning rate, a frozen layer, a dropout rate, weights, the random state) is part of the record. What the
        trainer cannot see, such as data changed in place, is found out when the steps are made again.

        Raises:
            ConfigError: `step` is below 0, or no whole number.
            StateError: that step has not been made, is from before the record (which begins with the trainer, or
                where a checkpoint was loaded or parameters were added), or the steps to it cannot be made again.
                Then nothing is changed.

        Example:
            >>> import nn
            >>> _ = nn.manual_seed(0)
            >>> net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
            >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters()), nn.data.moons(seed=0))
            >>> events = trainer.run(1000)
            >>> trainer.goto(17)
            >>> trainer.step_count, trainer.history == events[:17]
            (17, True)
            >>> trainer.goto(1000)
            >>> trainer.history == events
            True
        """
        self._travel("Trainer.goto", whole("Trainer.goto", step))

    @contextmanager
    def visiting(self, step: int) -> Iterator[None]:
        """Be as it was after `step` steps within a `with`, and afterwards as it is now: no step, no edit is lost.

        Raises:
            ConfigError, StateError: as `goto`.

        Example:
            >>> import nn
            >>> net, data = nn.Linear(2, 2), nn.data.moons(seed=0)
            >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), data)
            >>> events = trainer.run(10)
            >>> with trainer.visiting(3): trainer.step_count
            3
            >>> trainer.step_count
            10
        """
        present, here = self._snapshot(self._side_state()), {name: getattr(self, name) for name in _HERE}
        gradients = [None if p.grad is None else np.array(p.grad.readonly) for _, p in self._parameters]
        try:
            self.goto(step)
            yield
        finally:
            if self.step_count != present.step:
                self._restore(present)
                vars(self).update(here)
                for (_, param), gradient in zip(self._parameters, gradients, strict=True):
                    if param.requires_grad:
                        param.grad = None if gradient is None else Tensor(gradient)

    # -- noticing what is done by hand

    def _place(self) -> Place | None:
        """How things are, to be compared with later: taken before anyone else can get at them."""
        return Place(self._watch) if self._ring.reach else None

    def _look(self, *, after: bool) -> None:
        """See what was changed since `_left`, before the end of an epoch or `after` it, and put it on record."""
        before, self._left = self._left, None
        if before is None or self._ring.oldest is None:
            return
        now = Place(self._watch)
        self._members_changed |= now.members != before.members
        if self._members_changed:
            return
        self._moved |= now.moved_since(before)
        edit, random = now.edit_since(before), now.random if now.drew_since(before) else None
        if edit or random is not None:
            known, random_known = self._edits.get((self.step_count, after), ({}, None))
            made = known | edit, random_known if random is None else random
            if not equal(made, (known, random_known)):  # an observer may do it each time that one passes here
                self._give_up(self.step_count + after)
                self._edits[self.step_count, after] = made

    def _notice(self) -> None:
        """Put on record what was changed by hand between two steps; what one came back from is given up then."""
        self._look(after=True)
        if self._members_changed:
            self._begin_record()
            self._begun = "there the optimiser was given other parameters"
        elif self._moved:
            self._give_up(self.step_count)
            self._outside = None
            self._ring.add(self._snapshot(self._side_state(), by_hand=True))
        self._moved = False

    def _give_up(self, step: int) -> None:
        """Forget what came after that many steps, and the state there, as another one takes its place."""
        self._ring.forget_from(step)
        self._edits = {place: edit for place, edit in self._edits.items() if place[0] < step}
        self._watched = {number for number in self._watched if number < step}
        self._path.try_again(step)
        self._ahead, self._epochs_ahead = [], []

    def _passed(self, event: StepEvent) -> bool:
        """See whether a step that was just made is the one on record, if one came back from it."""
        if self._ahead and _same(event, self._ahead[0]):
            del self._ahead[0]
            return True
        if self._ahead:
            self._give_up(self.step_count)
        return False

    def _as_left(self) -> None:
        """Do what was done by hand after this step the first time, as `goto` does."""
        known = self._ring.newest_before(self.step_count)
        if known is not None and known.by_hand and known.step == self.step_count:
            self._restore(known)
        self._edit(after=True)

    def _passed_epoch(self, event: EpochEvent) -> None:
        if self._epochs_ahead and self._epochs_ahead[0].epoch == event.epoch:
            del self._epochs_ahead[0]

    # -- travelling

    def _travel(self, where: str, target: int) -> None:
        if target == self.step_count:
            return
        self._refuse_unmade(where, target)
        if not self._ahead:  # at the end of the record: how things are here is not on it yet
            self._notice()
            if self._ring.newest != self.step_count:
                self._ring.add(self._snapshot(self._side_state()))
        start = self._ring.newest_before(target)
        if start is None:
            raise self._too_far(where, target)
        present, history, epochs, batch = self._snapshot(self._side_state()), self.history, self.epochs, self.batch
        events, all_epochs = [*history, *self._ahead], [*epochs, *self._epochs_ahead]
        try:
            self._replay(where, start, target, events, all_epochs)
        except BaseException:
            self._restore(present)
            self.history, self.epochs, self.batch = history, epochs, batch
            raise
        self._ahead = events[_after(events, target) :]
        self._epochs_ahead = all_epochs[len(self.epochs) :]
        if start.step == target:
            self.batch = self._batch_before(target)
        self._moved, self._left = False, self._place()

    def _replay(
        self, where: str, start: Snapshot, target: int, events: list[StepEvent], epochs: list[EpochEvent]
    ) -> None:
        self._restore(start)
        first, last = _after(events, start.step), _after(events, target)
        self.history, self.epochs = events[:first], epochs[: start.epochs]
        recorded = {event.step: event for event in events[first:last]}
        self._edit(after=True)
        while self.step_count < target:
            self._again(where, recorded.get(self.step_count + 1), epochs)
            self._edit(after=True)

    def _edit(self, *, after: bool) -> None:
        """Do what was done by hand here."""
        if (self.step_count, after) in self._edits:
            edit, random = self._edits[self.step_count, after]
            self._watch.apply(edit)
            if random is not None:
                randomness.restore(self._generators(), random)

    def _again(self, where: str, event: StepEvent | None, epochs: list[EpochEvent]) -> None:
        """Make a step that was made before, and see that it is the same."""
        self._settle(epochs)
        made = self._update(again=True)
        if event is not None and not _same(made, event):
            raise self._not_the_same(where, made, event)
        for callback in self.callbacks:
            if callback.state_dict():
                callback.after_step(self, made)  # type: ignore[arg-type]  # which is a Trainer
        self._edit(after=False)
        if len(epochs) > len(self.epochs):
            self._settle(epochs)

    def _is_watched(self, *, again: bool) -> bool:
        """Whether the next step has to be made eagerly, as someone follows the gradients, or did the first time."""
        if not again and self._path.followed(self.net):
            self._watched.add(self.step_count)
        elif not again:
            self._watched.discard(self.step_count)
        return self.step_count in self._watched

    def _settle(self, recorded: list[EpochEvent]) -> None:
        """End the epoch that has all its steps, if that was not done; it may have failed the first time."""
        number = len(self.epochs)
        if number < self.step_count // self.steps_per_epoch:
            self._end_epoch(recorded[number] if number < len(recorded) else None)

    # -- what a Trainer does

    def _update(self, *, again: bool = False) -> StepEvent:
        raise NotImplementedError

    def _end_epoch(self, recorded: EpochEvent | None = None) -> None:
        raise NotImplementedError

    # -- refusing

    def _refuse_unmade(self, where: str, target: int) -> None:
        made = self.steps_made
        if target > made:
            do = f"make {'it' if target == made + 1 else 'them'} by run({target - made:,}) from step {made:,}"
            raise StateError(message(where, f"step {target:,}", f"0 to {made:,}, the steps that were made", do))

    def _too_far(self, where: str, target: int) -> StateError:
        oldest, made = self._ring.oldest, self.steps_made
        back = where.endswith("rewind")
        got = f"{self.step_count - target:,} steps" if back else f"step {target:,}"
        if self._ring.reach == 0 or oldest is None:
            do = "make the trainer without keep=0"
            if self._keep is None:
                do = "make the trainer with keep=1, or more: states of so large a network are not kept unless asked for"
            expected = "at most 0" if back else f"step {self.step_count:,}, as no states are kept"
            return StateError(message(where, got, expected, do))
        expected = f"at most {self.step_count - oldest:,}" if back else f"{oldest:,} to {made:,}"
        why = self._begun if not self._ring.shortened else "older ones were edited by hand too often to be kept"
        do = f"go to step {oldest:,} at the earliest ({why}), or start again"
        return StateError(message(where, got, expected, do))

    def _not_the_same(self, where: str, made: StepEvent, event: StepEvent) -> StateError:
        got = f"a loss of {made.loss:.6g} where step {event.step} had {event.loss:.6g}"
        if made.loss == event.loss:
            got = f"other gradients than step {event.step} had"
        later = self._ring.oldest_after(event.step - 1)
        on = "" if later is None else f", or to {later:,}"
        do = f"go to step {event.step - 1:,} at the latest{on}, or load a checkpoint"
        expected = "the same step again: something was changed by hand, unseen"
        if watched() and event.step - 1 not in self._watched:
            expected, do = "the same step again, compiled", "remove the hooks and observers that were not there then"
        return StateError(message(where, got, expected, do))


def _after(events: list[StepEvent], step: int) -> int:
    """Where in a history the events after a step begin."""
    return bisect_right(events, step, key=lambda event: event.step)


def _same(one: StepEvent, other: StepEvent) -> bool:
    return one == other or repr(one) == repr(other)  # NaN is not equal to itself
