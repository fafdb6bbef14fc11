"""Registers the experiments behind docs/concepts.md: one for each row, which asserts its number and tells its figure.

@experiment(2, lesson=3)
def a_large_mistake_has_a_small_gradient_under_mse() -> str:
    ...
    assert far < near
    return f"gradient {far:.4f} at 0.98, {near:.4f} at 0.82"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

import nn


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment: the row it belongs to, the lesson that shows it, whether it takes more than a few seconds."""

    row: int
    lesson: int
    run: Callable[[], str]
    slow: bool

    @property
    def name(self) -> str:
        """The function, which is named for what it shows."""
        return self.run.__name__


EXPERIMENTS: dict[int, Experiment] = {}


def experiment(row: int, *, lesson: int, slow: bool = False) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Make the function below the experiment of that row; it gives its figure as one line."""

    def register(run: Callable[[], str]) -> Callable[[], str]:
        assert row not in EXPERIMENTS, f"row {row} has two experiments: {EXPERIMENTS[row].name} and {run.__name__}"
        EXPERIMENTS[row] = Experiment(row, lesson, run, slow)
        return run

    return register


@contextmanager
def double() -> Iterator[None]:
    """Let nn work in float64 meanwhile: for numbers that hold to 1e-12."""
    before = nn.get_default_dtype()
    nn.set_default_dtype(np.float64)
    try:
        yield
    finally:
        nn.set_default_dtype(before)
