"""What all schedules share: counting, writing the rates into the optimiser's groups, and state that can be saved.

A schedule is one subclass with `get_lr`: the rates at epoch `last_epoch`, often from those of the epoch before, so that
several schedules can act on one optimiser.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd import Tensor
from autograd.errors import an_instance, message

from ...errors import ConfigError, StateError
from ..optimizer import Group, Optimizer, check_number
from ..sgd import SGD


class LRScheduler:
    """The base of the schedules; make one of its subclasses.

    Making a schedule notes each group's rate as its `initial_lr` and sets the rate of epoch 0. `last_epoch` is the
    number of the epoch to go on after, with -1 to begin; to go on later, make the schedule as at first and load
    its state and the optimiser's.

    Raises:
        ConfigError: not an optimiser, or an option out of its range.
        StateError: `last_epoch` was given for an optimiser that has had no schedule, or groups were added since.
    """

    _unsaved: tuple[str, ...] = ("optimizer",)
    steps_every: str = "epoch"  # when a Trainer calls `step`: after every "epoch", or after every "step"

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = checked_optimizer(self.kind, optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                got = f"last_epoch={last_epoch} with an optimiser whose group {i} has no initial_lr"
                do = "leave last_epoch out, or load the optimiser's state first"
                raise StateError(message(self.kind, got, "an optimiser that a schedule has acted on", do))
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._is_initial = False
        self.begin()

    @property
    def kind(self) -> str:
        """The name of the class, as messages give it."""
        return type(self).__name__

    @property
    def groups(self) -> list[Group]:
        """The optimiser's groups. Raises StateError when there are more or fewer than at first."""
        groups = self.optimizer.param_groups
        if len(groups) != len(self.base_lrs):
            got, expected = f"{len(groups)} parameter groups", f"{len(self.base_lrs)}, as when it was made"
            raise StateError(message(self.kind, got, expected, "add the groups first, then make the schedule"))
        return groups

    def get_lr(self) -> list[float]:
        """The rates of epoch `last_epoch`, one for each group; `step` writes them into the groups."""
        raise NotImplementedError

    def closed_form(self) -> list[float]:
        """The rates of epoch `last_epoch` from the first rates alone, where the schedule has such a form."""
        return self.get_lr()

    def get_last_lr(self) -> list[float]:
        """The rates that the last `step` has set, one for each group."""
        return self._last_lr

    def step(self) -> None:
        """Go on to the next epoch: call it after the optimiser's steps."""
        self._step_count += 1
        self.last_epoch += 1
        self.write(self.get_lr())

    def begin(self) -> None:
        """Set the rates of the first epoch."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def restart(self) -> None:
        """Be at epoch 0, whatever the rates are now."""
        self.last_epoch = 0
        self.write(self.closed_form())

    def unwind(self) -> None:
        """Take back the epoch that it has begun with."""
        self.last_epoch -= 1

    def write(self, rates: Sequence[float]) -> None:
        """Set the rates of the groups."""
        for group, lr in zip(self.groups, rates, strict=True):
            group["lr"] = lr
        self._last_lr = list(rates)

    def state_dict(self) -> dict[str, Any]:
        """A copy of all that a later run needs to go on exactly; functions are not in it."""
        return {name: copy.deepcopy(value) for name, value in vars(self).items() if name not in self._unsaved}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` gave. The rates themselves come with the optimiser's state.

        Raises StateError for a state of another kind of schedule; then nothing is loaded.
        """
        self._refuse_other(state_dict)
        vars(self).update({name: copy.deepcopy(state_dict[name]) for name in self.state_dict()})

    def _refuse_other(self, saved: Any) -> None:
        wanted = set(self.state_dict())
        names = set(saved) if isinstance(saved, Mapping) else set()
        if names != wanted:
            wrong = [f"no {name}" for name in sorted(wanted - names)] + sorted(map(str, names - wanted))
            got = f"a state with {', '.join(wrong)}" if names else an_instance(saved)
            do = "make the schedule as the one that was saved; nothing has been loaded"
            raise StateError(message(f"{self.kind}.load_state_dict", got, f"a state of {self.kind}", do))

    def __repr__(self) -> str:
        names = [name for name in inspect.signature(type(self)).parameters if name not in ("optimizer", "last_epoch")]
        options = ", ".join(f"{name}={vars(self)[name]!r}" for name in names if name in vars(self))
        return f"{self.kind}({options})  epoch {self.last_epoch}, lr {', '.join(f'{lr:g}' for lr in self._last_lr)}"


def checked_optimizer(where: str, optimizer: Any) -> Optimizer:
    """`optimizer`, if it is one; otherwise ConfigError."""
    if isinstance(optimizer, Optimizer):
        return optimizer
    do = "pass the optimiser first, then the options"
    raise ConfigError(message(where, an_instance(optimizer), "an Optimizer", do))


def check_whole(where: str, name: str, value: Any, good: int, *, least: int = 1) -> None:
    """Raise ConfigError unless `value` is an integer of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigError(message(where, f"{name}={value!r}", f"an integer of at least {least}", f"pass {name}={good}"))


def check_share(where: str, name: str, value: Any, good: float) -> None:
    """Raise ConfigError unless `value` is a number from 0 to 1."""
    check_number(where, name, value, f"pass {name}={good}", most=1.0)


def for_each_group(where: str, name: str, value: Any, optimizer: Optimizer) -> list[Any]:
    """`value` for every group: one for all, or a list with one for each."""
    count = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * count
    if len(value) != count:
        got, do = f"{len(value)} values of {name}", "give one for each group, or one for all"
        raise ConfigError(message(where, got, f"{count}, as many as groups", do))
    return list(value)


def preview(make: Callable[[Optimizer], LRScheduler], steps: int, *, lr: float = 0.1) -> list[float]:
    """The rates of the first `steps` epochs of a schedule, on an optimiser that exists for this only.

    Args:
        make: takes an optimiser and gives the schedule.
        steps: how many rates to give.
        lr: the optimiser's rate.

    Example:
        >>> from nn.optim.lr_scheduler import StepLR
        >>> preview(lambda optimizer: StepLR(optimizer, step_size=2, gamma=0.5), 6, lr=0.8)
        [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    """
    optimizer = SGD([Tensor(0.0, requires_grad=True)], lr, momentum=0.9)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step()
    return rates
