"""What a Trainer asks of its arguments: each function gives the checked value or raises ConfigError."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.errors import an_instance, indefinite, message

from ..errors import ConfigError
from ..module import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from .callbacks import Callback
from .splitting import LEAST


def check_parts(net: Any, loss: Any, optimizer: Any) -> None:
    """Network, loss and optimiser, in this order."""
    for name, value, fits, expected in (
        ("net", net, isinstance(net, Module), "a Module"),
        ("loss", loss, callable(loss), "a loss, such as nn.CrossEntropyLoss()"),
        ("optimizer", optimizer, isinstance(optimizer, Optimizer), "an Optimizer"),
    ):
        if not fits:
            do = "pass net, loss, optimizer and data in this order"
            raise ConfigError(message("Trainer", f"{name} of type {type(value).__name__}", expected, do))


def check_scheduler(scheduler: Any, optimizer: Optimizer, every: Any) -> str:
    """When the schedule is stepped: after every "epoch" or "step"."""
    if every not in (None, "epoch", "step"):
        got = f"scheduler_every={every!r}"
        raise ConfigError(message("Trainer", got, "'epoch' or 'step'", "leave it out for the schedule's own"))
    if scheduler is None:
        return "epoch"
    if not isinstance(scheduler, LRScheduler):
        got, do = f"scheduler of type {type(scheduler).__name__}", "pass one of nn.optim.lr_scheduler"
        raise ConfigError(message("Trainer", got, "a schedule", do))
    if scheduler.optimizer is not optimizer:
        do = "make it of the optimizer that the trainer gets"
        raise ConfigError(
            message("Trainer", f"{indefinite(scheduler.kind)} of another optimiser", "one of this optimiser", do)
        )
    if isinstance(scheduler, ReduceLROnPlateau) and every == "step":
        do = "leave scheduler_every out"
        raise ConfigError(message("Trainer", "ReduceLROnPlateau after every step", "after every epoch", do))
    return every or scheduler.steps_every


def check_clip(name: str, value: Any) -> float | None:
    """A bound on gradients, or None."""
    if value is None:
        return None
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not value > 0:
        raise ConfigError(message("Trainer", f"{name}={value!r}", "a number above 0", f"pass {name}=1.0"))
    return float(value)


def check_callbacks(callbacks: Any) -> list[Callback]:
    """The callbacks as a list."""
    if not isinstance(callbacks, Sequence):
        got, do = f"callbacks of type {type(callbacks).__name__}", "put them into a list"
        raise ConfigError(message("Trainer", got, "a list of callbacks", do))
    for callback in callbacks:
        if not isinstance(callback, Callback):
            do = "append a plain function to trainer.observers"
            raise ConfigError(message("Trainer", f"{an_instance(callback)} among callbacks", "a Callback", do))
    return list(callbacks)


def check_threads(value: Any, batch_size: int) -> Any:
    """How many threads, or "auto"."""
    if value == "auto":
        return value
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
        do = "pass threads=2, or threads='auto'"
        raise ConfigError(message("Trainer", f"threads={value!r}", "a whole number of at least 1, or 'auto'", do))
    if value > 1 and value * LEAST > batch_size:
        got, most = f"threads={value} for batches of {batch_size}", f"at most {max(batch_size // LEAST, 1)}"
        do = f"make the batches larger: {LEAST} samples for each thread at least"
        raise ConfigError(message("Trainer", got, most, do))
    return int(value)


def whole(where: str, value: Any) -> int:
    """A count of at least 0."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= 0:
        return int(value)
    raise ConfigError(message(where, repr(value), "a whole number of at least 0", "pass one, such as 100"))
