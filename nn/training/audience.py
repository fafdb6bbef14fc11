"""Watches runs that somebody else makes: the copies that a race or a comparison trains.

with nn.training.watching(lambda event: print(event.loss)):
    nn.compare(trainer, {"lr": [0.1, 1.0]})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .events import StepEvent

if TYPE_CHECKING:
    from .trainer import Trainer

Observer = Callable[[StepEvent], Any]
_observers: ContextVar[tuple[Observer, ...]] = ContextVar("observers", default=())


@contextmanager
def watching(observer: Observer) -> Iterator[None]:
    """Call `observer` with every step of the copies that `nn.compare` and `nn.diagnosis.race` train meanwhile.

    It runs between two steps; an exception that it raises ends the comparison.

    Example:
        >>> import nn
        >>> data, net, losses = nn.data.moons(seed=0), nn.Linear(2, 2), []
        >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), data)
        >>> with watching(lambda event: losses.append(event.loss)):
        ...     found = nn.compare(trainer, {"lr": [0.1, 1.0]}, steps=3)
        >>> len(losses), trainer.step_count
        (6, 0)
    """
    token = _observers.set((*_observers.get(), observer))
    try:
        yield
    finally:
        _observers.reset(token)


def watched(trainer: Trainer) -> Trainer:
    """The trainer, with those who watch as its observers."""
    trainer.observers.extend(_observers.get())
    return trainer
