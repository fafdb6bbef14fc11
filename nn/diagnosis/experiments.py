"""The counterfactual: the same run with one thing changed, beside the run as it is.

    nn.diagnosis.race(trainer, nn.diagnosis.rate_times(0.1))
    nn.diagnosis.race(trainer, lambda twin: nn.init.initialize_(twin.net, "kaiming_normal", seed=0))

A change is a function of a trainer, which is a copy: the run itself stays where it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import message

from .. import init
from ..data import DataLoader, Standardize
from ..defaults import default_generator
from ..errors import ConfigError
from ..layers import ReLU, Sigmoid, Tanh
from ..module import Module
from ..noise import margin
from ..training import Trainer
from ..training.audience import watched
from ..training.evaluation import Data

Change = Callable[[Trainer], Any]
TRAINING = "training loss"
MOST = 1000  # steps of each copy, as long as it is not decided


@dataclass(frozen=True, slots=True)
class Race:
    """How the two ended: the loss as it is, and changed; `measure` says which loss.

    `losses` and `losses_changed` are the training losses of every step. A training loss is the mean over the last tenth
    of them, `averaged` steps, for the loss of one batch hangs on the batch.

    Example:
        >>> Race(1.0986, 0.03, 100, "training loss")
        100 steps: training loss 1.099 as it is, 0.03 changed: confirmed
        >>> Race(1.0, 0.85, 20, "training loss", (1.2, 0.8) * 10, (0.7, 1.0) * 10)
        20 steps: training loss 1 +- 0.28 as it is, 0.85 +- 0.21 changed: within the noise
    """

    as_it_is: float
    changed: float
    steps: int
    measure: str
    losses: tuple[float, ...] = ()
    losses_changed: tuple[float, ...] = ()

    @property
    def averaged(self) -> int:
        """How many steps at the end of each curve the losses are the mean of; 0 where they were measured otherwise."""
        return last_part(self.steps) if self.losses and self.measure == TRAINING else 0

    @property
    def spreads(self) -> tuple[float, float]:
        """The deviation of the loss from step to step over that part, as it is and changed; 0 where there is none."""
        as_it_is, changed = (_spread(losses[-self.averaged :]) for losses in (self.losses, self.losses_changed))
        return (as_it_is, changed) if self.averaged > 1 else (0.0, 0.0)

    @property
    def noise(self) -> float:
        """Below this a difference may be chance: `nn.noise.margin` of that part, step by step.

        Both see the same batches, so that what a batch adds to both is no noise. A loss that is no number is none.
        """
        if self.averaged < 2 or len(self.losses) != len(self.losses_changed):
            return 0.0
        found = margin(self.losses[-self.averaged :], self.losses_changed[-self.averaged :], paired=True)
        return found if math.isfinite(found) else 0.0

    @property
    def clear(self) -> bool:
        """Whether the two differ by more than the noise."""
        return not abs(self.as_it_is - self.changed) <= self.noise

    @property
    def gaining(self) -> bool:
        """Whether the changed run is still catching up or getting ahead: the second half of the steps says so.

        What a cure from the first weights on does shows late: it begins behind, and vanishing gradients need hundreds
        of steps before the loss moves. The gain has to be larger than the noise.
        """
        if self.averaged < 2 or len(self.losses) != len(self.losses_changed):
            return False
        with np.errstate(all="ignore"):
            lead = np.subtract(self.losses, self.losses_changed)
            middle = lead[len(lead) // 2 - self.averaged : len(lead) // 2]
            return bool(np.mean(lead[-self.averaged :]) - np.mean(middle) > self.noise)

    @property
    def decided(self) -> bool:
        """Whether more steps would hardly tell more: it is confirmed, or clear and the change gains nothing."""
        return self.confirmed or (self.clear and not self.gaining)

    @property
    def confirmed(self) -> bool:
        """Whether the change made the loss at least a tenth smaller, and not by chance; or a number at all."""
        if not math.isfinite(self.as_it_is):
            return math.isfinite(self.changed)
        return self.clear and self.changed < 0.9 * self.as_it_is

    def __repr__(self) -> str:
        open_ = "within the noise" if not self.clear else f"not decided within {self.steps} steps"
        verdict = "confirmed" if self.confirmed else "not confirmed" if self.decided else open_
        ends = [
            f"{loss:.4g}" + (f" +- {spread:.2g}" if spread else "")
            for loss, spread in zip((self.as_it_is, self.changed), self.spreads, strict=True)
        ]
        return f"{self.steps} steps: {self.measure} {ends[0]} as it is, {ends[1]} changed: {verdict}"


def last_part(steps: int) -> int:
    """How many steps at the end of a curve stand for where it ends: a tenth."""
    return max(1, steps // 10)


def _spread(losses: Sequence[float]) -> float:
    with np.errstate(all="ignore"):
        spread = float(np.std(losses, ddof=1)) if len(losses) > 1 else 0.0
    return spread if math.isfinite(spread) else 0.0


def race(
    trainer: Trainer,
    change: Change,
    *,
    steps: int = 100,
    most: int = MOST,
    validation: bool = False,
    test: Data | None = None,
) -> Race:
    """Train two copies of a run, one of them changed, and see which ends lower: the experiment of a finding.

    Both get the same batches and random numbers. What neither confirms nor contradicts goes on, twice as far each time,
    up to `most` steps: see `Race.decided`.

    Args:
        trainer: the run; it stays where it is.
        change: what is done to one copy before it starts.
        steps: how far both go.
        most: how far they go where the training loss has decided nothing; `steps` or less to stop there.
        validation: compare the losses on the validation data instead of those of the last tenth of the steps.
        test: compare the losses on these data.

    Raises:
        ConfigError: `validation` for a trainer that has none.

    Example:
        >>> import nn
        >>> data, net = nn.data.moons(seed=0), nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
        >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=1e-5), data)
        >>> race(trainer, rate_times(1e5)).confirmed, trainer.step_count
        (True, 0)
    """
    if validation and trainer.validation is None:
        do = "pass validation=data.validation to it, or leave it out here"
        raise ConfigError(message("race", "a trainer without validation data", "one that has some", do))
    random = default_generator().bit_generator.state
    copies = [_Copy(trainer, made) for made in (lambda _: None, change)]
    measure = "test loss" if test is not None else "validation loss" if validation else TRAINING
    try:
        while True:
            for each in copies:
                each.run(steps)
            ends = [each.end(test, validation=validation) for each in copies]
            found = Race(ends[0], ends[1], steps, measure, *[tuple(each.losses) for each in copies])
            if measure != TRAINING or found.decided or steps >= most or len(found.losses) < steps:
                return found
            steps = min(2 * steps, most)
    finally:
        default_generator().bit_generator.state = random


class _Copy:
    """One of the two: a copy of the run, and of the random numbers that it draws."""

    def __init__(self, trainer: Trainer, change: Change) -> None:
        self._random = default_generator().bit_generator.state
        self._twin, self.losses = trainer.twin(), list[float]()
        with self._own(), np.errstate(all="ignore"):
            change(self._twin)
        watched(self._twin)

    @contextmanager
    def _own(self) -> Iterator[None]:
        """Draw this copy's numbers."""
        before = default_generator().bit_generator.state
        default_generator().bit_generator.state = self._random
        try:
            yield
        finally:
            self._random = default_generator().bit_generator.state
            default_generator().bit_generator.state = before

    def run(self, steps: int) -> None:
        """Go on up to that many steps."""
        with self._own(), np.errstate(all="ignore"):
            self.losses += [event.loss for event in self._twin.run(steps - len(self.losses))]

    def end(self, test: Data | None, *, validation: bool) -> float:
        """The loss where it is: on held-out data, or the mean of the last tenth of the steps."""
        held_out = test if test is not None else self._twin.validation if validation else None
        with np.errstate(all="ignore"):
            if held_out is not None:
                return self._twin.evaluate(held_out).loss
            return float(np.mean(self.losses[-last_part(len(self.losses)) :]))


def rate_times(factor: float) -> Change:
    """A change: every learning rate times `factor`, also that which a schedule began with."""

    def change(twin: Trainer) -> None:
        for group in twin.optimizer.param_groups:
            for name in ("lr", "initial_lr", "max_lr", "min_lr"):
                if name in group:
                    group[name] *= factor
        if twin.scheduler is not None:
            twin.scheduler.base_lrs = [lr * factor for lr in twin.scheduler.base_lrs]

    return change


def reinitialised(scheme: str, *, seed: int = 0, rate: float = 1.0) -> Change:
    """A change: all weights drawn again by a scheme, biases 0; and the learning rate times `rate`."""

    def change(twin: Trainer) -> None:
        init.initialize_(twin.net, scheme, seed=seed)
        rate_times(rate)(twin)

    return change


def standardised() -> Change:
    """A change: every feature of the training data to mean 0 and deviation 1; validation data by the same numbers."""

    def change(twin: Trainer) -> None:
        x, *rest = twin.loader.arrays
        scale = Standardize().fit(x.reshape(len(x), -1))
        twin.loader.arrays = (_scaled(scale, x), *rest)
        if twin.validation is not None:
            held_out, *others = DataLoader(twin.validation, shuffle=False).arrays
            twin.validation = (_scaled(scale, held_out), *others)

    return change


def _scaled(scale: Standardize, x: NDArray[Any]) -> NDArray[Any]:
    scaled: NDArray[Any] = scale.transform(x.reshape(len(x), -1)).reshape(x.shape)
    return scaled


def replaced(path: str, module: Module) -> Change:
    """A change: the module at a dotted path replaced by another, such as nn.Identity()."""

    def change(twin: Trainer) -> None:
        *above, name = path.split(".")
        parent = dict(twin.net.named_modules())[".".join(above)]
        setattr(parent, name, module)

    return change


def with_activation(kind: type[Module], *, seed: int = 0) -> Change:
    """A change: every Sigmoid, Tanh and ReLU but the last module replaced by another kind, the weights drawn again."""

    def change(twin: Trainer) -> None:
        inner = list(twin.net.named_modules())
        for path, module in inner:
            if isinstance(module, (Sigmoid, Tanh, ReLU)) and path and path != inner[-1][0]:
                replaced(path, kind())(twin)
        init.initialize_(twin.net, "kaiming_normal" if kind is ReLU else "xavier_uniform", seed=seed)

    return change


def in_training_mode() -> Change:
    """A change: every module in training mode."""

    def change(twin: Trainer) -> None:
        twin.net.train()

    return change


def weight_decay(strength: float) -> Change:
    """A change: an L2 penalty of that strength on all weights."""

    def change(twin: Trainer) -> None:
        for group in twin.optimizer.param_groups:
            group["weight_decay"] = strength

    return change
