"""What a random search draws from: `uniform`, `loguniform`, `integers`, `choice`, or one of SciPy's distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from autograd.errors import message

from ..errors import ConfigError


@runtime_checkable
class Distribution(Protocol):
    """Anything with SciPy's `rvs`, so that `scipy.stats.norm(0, 1)` is one too."""

    def rvs(self, *, random_state: Any) -> Any:
        """Draw a value from a NumPy generator."""
        ...


@dataclass(frozen=True)
class _Interval:
    low: float
    high: float

    def __repr__(self) -> str:
        return f"{type(self).__name__.strip('_').lower()}({self.low!r}, {self.high!r})"


class _Uniform(_Interval):
    def rvs(self, *, random_state: np.random.Generator) -> float:
        return float(random_state.uniform(self.low, self.high))


class _LogUniform(_Interval):
    def rvs(self, *, random_state: np.random.Generator) -> float:
        drawn = math.exp(random_state.uniform(math.log(self.low), math.log(self.high)))
        return min(max(drawn, self.low), self.high)  # the way there and back may round past an end


@dataclass(frozen=True)
class _Integers:
    low: int
    high: int
    log: bool

    def __repr__(self) -> str:
        return f"integers({self.low}, {self.high}{', log=True' if self.log else ''})"

    def rvs(self, *, random_state: np.random.Generator) -> int:
        if not self.log:
            return int(random_state.integers(self.low, self.high, endpoint=True))
        ends = math.log(self.low - 0.5), math.log(self.high + 0.5)
        return min(max(round(math.exp(random_state.uniform(*ends))), self.low), self.high)


@dataclass(frozen=True)
class _Choice:
    values: tuple[Any, ...]

    def __repr__(self) -> str:
        return f"choice({list(self.values)})"

    def rvs(self, *, random_state: np.random.Generator) -> Any:
        return self.values[int(random_state.integers(len(self.values)))]


def uniform(low: float, high: float) -> Distribution:
    """Numbers from `low` to `high`, all as likely.

    Raises ConfigError unless low < high, both finite.

    Example:
        >>> uniform(0.0, 0.5).rvs(random_state=np.random.default_rng(0))
        0.31848084...
    """
    return _Uniform(*_ends("uniform", low, high))


def loguniform(low: float, high: float) -> Distribution:
    """Numbers from `low` to `high` whose logarithms are all as likely: for learning rates and other scales.

    Raises ConfigError unless 0 < low < high, both finite.

    Example:
        >>> loguniform(1e-4, 1.0).rvs(random_state=np.random.default_rng(0))
        0.0353058...
    """
    ends = _ends("loguniform", low, high)
    if ends[0] <= 0:
        raise ConfigError(
            message("loguniform", f"low={low!r}", "a number above 0", "use uniform, or a low such as 1e-4")
        )
    return _LogUniform(*ends)


def integers(low: int, high: int, *, log: bool = False) -> Distribution:
    """Whole numbers from `low` to `high`, both among them; with `log` their logarithms are about as likely.

    Raises ConfigError unless low < high are whole numbers, and low is at least 1 with `log`.

    Example:
        >>> integers(8, 256, log=True).rvs(random_state=np.random.default_rng(0))
        71
    """
    for name, value in (("low", low), ("high", high)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConfigError(message("integers", f"{name}={value!r}", "a whole number", "write integers(8, 256)"))
    _ends("integers", low, high)
    if log and low < 1:
        raise ConfigError(message("integers", f"low={low} with log=True", "at least 1", "leave log out"))
    return _Integers(low, high, log)


def choice(values: Sequence[Any]) -> Distribution:
    """One of `values`, all as likely; in a random search a plain list means the same.

    Raises ConfigError when there are none.

    Example:
        >>> choice(["relu", "tanh"]).rvs(random_state=np.random.default_rng(0))
        'tanh'
    """
    if not values:
        raise ConfigError(message("choice", "no values", "at least one", "write choice(['relu', 'tanh'])"))
    return _Choice(tuple(values))


def _ends(where: str, low: Any, high: Any) -> tuple[float, float]:
    try:
        fits = math.isfinite(low) and math.isfinite(high) and low < high
    except TypeError:
        fits = False
    if not fits:
        raise ConfigError(message(where, f"({low!r}, {high!r})", "finite low < high", f"write {where}(1, 10)"))
    return low, high
