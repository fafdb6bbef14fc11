"""Follows a sweep that somebody else makes: how many of its runs are done.

with nn.sweeping.following(lambda row, done, total: print(f"{done} of {total}")):
    found = nn.sweep(train, {"lr": [0.1, 1.0]})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .results import Row

Observer = Callable[[Row | None, int, int], Any]
_observers: ContextVar[tuple[Observer, ...]] = ContextVar("observers", default=())


@contextmanager
def following(observer: Observer) -> Iterator[None]:
    """Call `observer` with each row that a sweep gets meanwhile, how many there are by then, and of how many.

    It is called once before the first run, with None. An exception that it raises ends the sweep.

    Example:
        >>> from nn.sweeping import sweep
        >>> seen = []
        >>> with following(lambda row, done, total: seen.append((done, total))):
        ...     found = sweep(lambda x: x * x, {"x": [2, 3]}, workers=0)
        >>> seen
        [(0, 2), (1, 2), (2, 2)]
    """
    token = _observers.set((*_observers.get(), observer))
    try:
        yield
    finally:
        _observers.reset(token)


def tell(row: Row | None, done: int, total: int) -> None:
    """Say to those who follow how far it is."""
    for observer in _observers.get():
        observer(row, done, total)
