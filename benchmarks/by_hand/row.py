"""How a row is written by hand.

`@row(op, operands..., params...)` enters one case: `operands` are makers of arrays from a size n, a parameter may
be a function of n. The function gets the output's cotangent and the operands; it gives the output and the gradients
of the operands that can have one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Maker = Callable[[int, np.random.Generator], Array]
Hand = Callable[..., tuple[Any, tuple[Any, ...]]]


@dataclass(frozen=True)
class Row:
    """One op on operands of one kind, by hand."""

    op: str
    case: str  # what is special about the operands, or ""
    makers: tuple[Maker, ...]
    params: dict[str, Any]
    output: int | None  # which output, of an op that has several
    hand: Hand

    def operands(self, n: int) -> tuple[Array, ...]:
        """The same operands every time."""
        rng = np.random.default_rng(n)
        return tuple(make(n, rng) for make in self.makers)

    def options(self, n: int) -> dict[str, Any]:
        """The op's parameters at that size."""
        return {name: value(n) if callable(value) else value for name, value in self.params.items()}


ROWS: list[Row] = []


def row(op: str, *makers: Maker, case: str = "", output: int | None = None, **params: Any) -> Callable[[Hand], Hand]:
    """Enter the function that follows as a row."""

    def enter(hand: Hand) -> Hand:
        ROWS.append(Row(op, case, makers, params, output, hand))
        return hand

    return enter


def matrix(n: int, rng: np.random.Generator) -> Array:
    """(n, n) floats around 0."""
    return rng.standard_normal((n, n), np.float32)


def positive(n: int, rng: np.random.Generator) -> Array:
    """(n, n) floats in 0.5 to 2."""
    return rng.uniform(0.5, 2.0, (n, n)).astype(np.float32)


def regular(n: int, rng: np.random.Generator) -> Array:
    """(n, n) floats, far from singular."""
    x = matrix(n, rng)
    np.fill_diagonal(x, x.diagonal() + 2 * n**0.5)
    return x


def vector(n: int, rng: np.random.Generator) -> Array:
    """(n,) floats around 0."""
    return rng.standard_normal(n, np.float32)


def mask(n: int, rng: np.random.Generator) -> Array:
    """(n, n) booleans."""
    return rng.random((n, n)) < 0.5


def labels(n: int, rng: np.random.Generator) -> Array:
    """(n,) classes of n."""
    return rng.integers(0, n, n)


def places(n: int, rng: np.random.Generator) -> Array:
    """(n, n) column numbers, with repetitions."""
    return rng.integers(0, n, (n, n))


def column(n: int, rng: np.random.Generator) -> Array:
    """(n, 1) floats around 0."""
    return rng.standard_normal((n, 1), np.float32)
