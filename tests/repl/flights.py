"""Runs at the dashboard without a screen, for the tests of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import nn
from repl.dashboard.pilot import Pilot, Wishes

PATIENCE = 30.0  # seconds, which only bound a test that fails
ALL = Wishes(("loss", "boundary", "flow", "activations"))


def run_of(data: Any, *layers: Any, lr: float = 0.05, **settings: Any) -> Any:
    """A run of a network of those layers."""
    nn.manual_seed(0)
    net = nn.Sequential(*layers)
    optimizer = nn.optim.Adam(net.parameters(), lr=lr)
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, data.train, batch_size=16, seed=0, **settings)


def moons() -> Any:
    """A small data set of two features."""
    return nn.data.moons(n=80, noise=0.1, seed=0).split(test=0.25, seed=0)


def small(data: Any) -> Any:
    """The run that most tests are about; always the same."""
    nn.manual_seed(0)
    return run_of(data, nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))


def waited(ready: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.002)


def flown(trainer: Any, data: Any, *orders: tuple[Any, ...], wishes: Wishes = ALL, **how: Any) -> Pilot:
    """A pilot that waited for orders, carried them out, was looked at, and has ended."""
    pilot = Pilot(trainer, data, paused=True, **how)
    pilot.start()
    for order in (*orders, ("look", wishes)):
        pilot.order(*order)
    pilot.end()
    return pilot
