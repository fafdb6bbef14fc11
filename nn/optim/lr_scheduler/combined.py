"""Schedules together: at the same time, or one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from autograd.errors import an_instance, indefinite, message

from ...errors import ConfigError, StateError
from ..optimizer import Optimizer
from .base import LRScheduler, check_whole
from .plateau import ReduceLROnPlateau


def _checked(where: str, schedulers: Any, optimizer: Any) -> list[LRScheduler]:
    found = list(schedulers)
    if not found:
        raise ConfigError(message(where, "no schedules", "at least one", "put them into a list"))
    for i, scheduler in enumerate(found):
        problem = ""
        if not isinstance(scheduler, LRScheduler):
            problem = an_instance(scheduler)
        elif isinstance(scheduler, ReduceLROnPlateau):
            problem = "ReduceLROnPlateau, whose step takes a measure,"
        elif scheduler.optimizer is not (optimizer or found[0].optimizer):
            problem = f"{indefinite(scheduler.kind)} of another optimiser"
        if problem:
            expected = "schedules of one optimiser that are stepped without a measure"
            raise ConfigError(message(where, f"{problem} at place {i}", expected, "leave it out"))
    return found


class _Combined(LRScheduler):
    """A schedule made of others, whose states it saves with its own."""

    _unsaved = ("optimizer", "_schedulers")
    _schedulers: list[LRScheduler]

    @property
    def steps_every(self) -> str:  # type: ignore[override]  # a plain attribute of the others
        """When a Trainer calls `step`: after every "step" if one of its schedules asks for that."""
        return max(scheduler.steps_every for scheduler in self._schedulers)  # "step" comes after "epoch"

    @property
    def schedulers(self) -> list[LRScheduler]:
        """The schedules that it is made of."""
        return list(self._schedulers)

    def unwind(self) -> None:
        """Take back the epoch that each schedule has begun with."""
        for scheduler in self._schedulers:
            scheduler.unwind()

    def state_dict(self) -> dict[str, Any]:
        """A copy of its own state and of its schedules'."""
        return {**super().state_dict(), "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` gave; all or nothing.

        Raises StateError for a state of another kind of schedule.
        """
        before = self.state_dict()
        self._refuse_other(state_dict)
        if len(state_dict["_schedulers"]) != len(self._schedulers):
            got, expected = f"a state of {len(state_dict['_schedulers'])} schedules", str(len(self._schedulers))
            raise StateError(message(f"{self.kind}.load_state_dict", got, expected, "make it of the same schedules"))
        try:
            self._load(state_dict["_schedulers"])
        except StateError:
            self._load(before["_schedulers"])
            raise
        vars(self).update({name: state_dict[name] for name in super().state_dict()})

    def _load(self, states: Sequence[Mapping[str, Any]]) -> None:
        for scheduler, saved in zip(self._schedulers, states, strict=True):
            scheduler.load_state_dict(saved)

    def __repr__(self) -> str:
        inside = "\n".join(f"  {scheduler!r}" for scheduler in self._schedulers)
        return f"{self.kind} of\n{inside}"


class ChainedScheduler(_Combined):
    """Several schedules at the same time: each changes what the one before has left.

    Args:
        schedulers: schedules of one optimiser.
        optimizer: that optimiser; it need not be given.

    Example:
        >>> import nn
        >>> from nn.optim.lr_scheduler import ConstantLR, ExponentialLR
        >>> optimizer = nn.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> warm = ConstantLR(optimizer, factor=0.1, total_iters=2)
        >>> scheduler = ChainedScheduler([warm, ExponentialLR(optimizer, gamma=0.5)])
        >>> for _ in range(4):
        ...     print(optimizer.param_groups[0]["lr"])
        ...     scheduler.step()
        0.1
        0.05
        0.25
        0.125
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        self._schedulers = _checked("ChainedScheduler", schedulers, optimizer)
        self.optimizer = self._schedulers[0].optimizer
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def step(self) -> None:
        """Step every schedule, in order."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]


class SequentialLR(_Combined):
    """Several schedules one after the other; each begins at its own epoch 0 when its turn comes.

    Args:
        optimizer: whose rates are set.
        schedulers: schedules of that optimiser.
        milestones: the epochs at which the next one takes over, one less than there are schedules.
        last_epoch: the epoch to go on after; -1 begins.

    Example:
        >>> import nn
        >>> from nn.optim.lr_scheduler import ExponentialLR, LinearLR
        >>> optimizer = nn.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> warm = LinearLR(optimizer, start_factor=0.5, total_iters=2)
        >>> scheduler = SequentialLR(optimizer, [warm, ExponentialLR(optimizer, gamma=0.5)], milestones=[3])
        >>> for _ in range(6):
        ...     print(optimizer.param_groups[0]["lr"])
        ...     scheduler.step()
        0.5
        0.75
        1.0
        1.0
        0.5
        0.25
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int], last_epoch: int = -1
    ) -> None:
        self._schedulers = _checked("SequentialLR", schedulers, optimizer)
        self._milestones = list(milestones)
        for milestone in self._milestones:
            check_whole("SequentialLR", "milestones", milestone, 10)
        if len(self._milestones) != len(self._schedulers) - 1 or self._milestones != sorted(self._milestones):
            got = f"milestones={self._milestones} for {len(self._schedulers)} schedules"
            raise ConfigError(message("SequentialLR", got, "one less, in order", "say when each next one takes over"))
        self.optimizer = optimizer
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:  # the schedules have each set the rate of their epoch 0
            group["lr"] = group["initial_lr"]
        self.unwind()
        self._schedulers[0].begin()
        self._last_lr = self._schedulers[0].get_last_lr()

    @property
    def milestones(self) -> list[int]:
        """The epochs at which the next schedule takes over."""
        return list(self._milestones)

    def step(self) -> None:
        """Step the schedule whose turn it is."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            scheduler.restart()
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()
