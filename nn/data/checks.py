"""What every part of `nn.data` asks of its arguments: counts, amounts, fractions, generators, finite numbers.

Each function returns the checked value, or raises an error that names the caller, the argument and a value that works.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..defaults import get_default_dtype
from ..errors import ConfigError, DataError, ShapeError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def shown(value: object) -> str:
    """`value` as a message shows it: arrays by their shape, anything else by its repr, cut at 60 characters."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def counted(n: int, noun: str) -> str:
    """'1 class', '1,797 samples': n of something, as one says it."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun}es" if noun.endswith("s") else f"{n:,} {noun}s"


def whole(where: str, name: str, value: object, *, least: int, do: str) -> int:
    """`value` as an int, if it is an integer of at least `least`; otherwise ConfigError."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ConfigError(message(where, f"{name}={shown(value)}", f"an integer of at least {least}", do))
    return int(value)


def amount(where: str, name: str, value: object, *, do: str) -> float:
    """`value` as a float, if it is a finite number of at least 0; otherwise ConfigError."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:  # type: ignore[arg-type,operator]
        raise ConfigError(message(where, f"{name}={shown(value)}", "a finite number of at least 0", do))
    return float(value)  # type: ignore[arg-type]


def fraction(where: str, share: object, name: str = "test") -> float:
    """`share` as a float, if it is strictly between 0 and 1; otherwise ConfigError, which calls it `name`."""
    number = isinstance(share, (int, float, np.integer, np.floating))
    if not number or not 0 < share < 1:  # type: ignore[operator]
        expected = "a fraction between 0 and 1, both excluded"
        raise ConfigError(message(where, f"{name}={shown(share)}", expected, f"use {name}=0.25 to hold out a quarter"))
    return float(share)  # type: ignore[arg-type]


def generator(where: str, seed: object, rng: np.random.Generator | None = None) -> np.random.Generator:
    """`rng` if one is given, else a new generator from `seed`, which is an integer of at least 0."""
    if rng is None:
        do = "use seed=0, or pass a generator as rng= where the function takes one"
        return np.random.default_rng(whole(where, "seed", seed, least=0, do=do))
    if not isinstance(rng, np.random.Generator):
        raise ConfigError(message(where, f"rng={shown(rng)}", "a NumPy generator", "use np.random.default_rng(0)"))
    return rng


def place(index: tuple[int, ...]) -> str:
    """Where in an array: 'row 3, column 1', as a spreadsheet reader would say it, counted from 0 as NumPy does."""
    if len(index) == 2:
        return f"row {index[0]}, column {index[1]}"
    return f"row {index[0]}" if len(index) == 1 else f"index {index}"


def finite(where: str, given: NDArray[Any], made: NDArray[Any], *, do: str) -> None:
    """Raise DataError at the first number of `made` that is not finite, showing what was `given` there.

    `made` is `given` after a conversion: float32 cannot hold 1e300, and the message should show 1e300, not inf.
    """
    if np.isfinite(made).all():
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(made))[0])
    value = given[index]
    got = f"{value} at {place(index)}"
    if np.isfinite(value):
        got += f", which is too large for {made.dtype}"
    raise DataError(message(where, got, "finite numbers", do))


def numeric(where: str, name: str, values: object) -> NDArray[Any]:
    """`values` as an array of real numbers or booleans; DataError for text, objects, complex numbers."""
    try:
        array = np.asarray(values)
    except ValueError as error:  # a ragged list; NumPy's own text does not say which argument
        do = "give every row the same length"
        raise ShapeError(message(where, f"{name} with rows of different lengths", "one array", do)) from error
    if array.dtype.kind not in "biuf":
        do = f"convert it first, for example with np.array({name}, dtype=float)"
        raise DataError(message(where, f"{name} of dtype {array.dtype}", "real numbers", do))
    return array


def same_length(where: str, lengths: list[int]) -> int:
    """The length that all arrays share, at least 1; ShapeError if they differ, DataError if there is no sample."""
    if len(set(lengths)) > 1:
        got = "arrays of " + " and ".join(f"{n:,}" for n in lengths) + " samples"
        raise ShapeError(message(where, got, "one length for all", "pass arrays whose rows belong together"))
    if lengths[0] == 0:
        raise DataError(message(where, "0 samples", "at least 1", "check how the data was read or filtered"))
    return lengths[0]


def sample_rows(where: str, name: str, values: object) -> NDArray[Any]:
    """`values` as an array of shape (N, F) or (N, ...): one row for each sample."""
    array = numeric(where, name, values)
    if array.ndim < 2:
        do = f"write {name}[:, None] for one feature, or {name}[None, :] for one sample"
        raise ShapeError(message(where, f"{name} of shape {array.shape}", "(N, F), one row per sample", do))
    return array


def float_dtype(array: NDArray[Any]) -> np.dtype[Any]:
    """The dtype in which numbers computed from `array` are given back: its own if it is a float, else nn's default."""
    return array.dtype if array.dtype.kind == "f" else get_default_dtype()
