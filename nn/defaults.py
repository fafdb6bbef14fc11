"""The dtype in which nn makes parameters and data, and the generator that it draws from.

    nn.set_default_dtype(np.float64)      # float32 until then
    nn.manual_seed(0)                     # layers made from here on get the same weights in every run

Whatever draws random numbers takes `rng=` too, and then leaves the generator here alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import message

from .errors import ConfigError


class _Defaults:
    """What the functions below read and write; one object, so that no function rebinds a global."""

    __slots__ = ("dtype", "rng")

    def __init__(self) -> None:
        self.dtype: np.dtype[Any] = np.dtype(np.float32)
        self.rng: np.random.Generator | None = None


_defaults = _Defaults()


def get_default_dtype() -> np.dtype[Any]:
    """The dtype of new parameters and of data from `nn.data`.

    Example:
        >>> get_default_dtype()
        dtype('float32')
    """
    return _defaults.dtype


def set_default_dtype(dtype: Any) -> None:
    """Make parameters and data in `dtype` from now on; what exists already keeps its own.

    `dtype` is a NumPy float type or its name: float16, float32 or float64.

    Raises ConfigError when it is not.

    Example:
        >>> set_default_dtype("float64")
        >>> get_default_dtype()
        dtype('float64')
        >>> set_default_dtype(np.float32)
    """
    try:
        wanted = np.dtype(dtype)
    except TypeError:
        wanted = None
    if dtype is None or wanted is None or wanted.kind != "f":
        got = repr(dtype) if wanted is None or dtype is None else f"dtype {wanted}"
        raise ConfigError(message("set_default_dtype", got, "a float dtype", "use np.float32 or np.float64"))
    _defaults.dtype = wanted


def manual_seed(seed: Any) -> np.random.Generator:
    """Start nn's default generator again from `seed`, and return it.

    `seed` is an integer of at least 0. Layers, initialisers and dropout draw from this generator
    unless they are given `rng=`. The generator is NumPy's PCG64.

    Raises ConfigError for anything else than such an integer.

    Example:
        >>> manual_seed(0).integers(100, size=3)
        array([85, 63, 51])
        >>> _ = manual_seed(0)
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ConfigError(message("manual_seed", f"{seed!r}", "an integer of at least 0", "pass one, such as 0"))
    _defaults.rng = np.random.default_rng(int(seed))
    return _defaults.rng


def default_generator() -> np.random.Generator:
    """The generator that nn draws from when no `rng` is given.

    It starts from seed 0, so a program that never calls `manual_seed` still gives the same numbers in every run.
    """
    # made on first use: importing numpy.random is a quarter of NumPy's own import time
    return manual_seed(0) if _defaults.rng is None else _defaults.rng
