"""One run of a sweep, wherever it is run: the seed is set, one BLAS thread, and an error is an answer too."""

from __future__ import annotations

import inspect
import math
import time
import traceback
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from autograd.errors import message

from ..defaults import manual_seed
from ..errors import DataError
from ..threads import limited
from .results import Number, Row
from .space import RESERVED, Settings

VALUE = "value"  # the metric of a function that gives a number


class Stopped:
    """Whether Ctrl-C has reached this process: what is still in its queue is not begun then."""

    now = False


def run(function: Callable[..., Any], number: int, settings: Settings, seed: int) -> Row | None:
    """Call the function with the settings, and with the seed if it takes one; None if it was interrupted."""
    if Stopped.now:
        return None
    start = time.perf_counter()
    try:
        manual_seed(seed)
        given = {**settings, "seed": seed} if takes_seed(function) else settings
        with limited(1):
            metrics = metrics_of(function(**given), taken=(*settings, *RESERVED))
    except KeyboardInterrupt:
        Stopped.now = True
        return None
    except Exception as error:  # noqa: BLE001  # whatever it is, it belongs to this run alone
        told = f"{type(error).__name__}: {error}".rstrip(": ")
        trace = "".join(traceback.format_exception(error))
        return Row(number, settings, seed, error=told, traceback=trace, seconds=time.perf_counter() - start)
    return Row(number, settings, seed, metrics, seconds=time.perf_counter() - start)


def takes_seed(function: Callable[..., Any]) -> bool:
    """Whether the function has an argument `seed`, or takes any name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.name == "seed" or p.kind is p.VAR_KEYWORD for p in parameters)


def metrics_of(given: Any, *, taken: Collection[str] = ()) -> dict[str, Number]:
    """What a run gave, as numbers with names that are not taken yet.

    Raises DataError when it gave anything else.
    """
    named = given if isinstance(given, Mapping) else {VALUE: given}
    found: dict[str, Number] = {}
    for name, value in named.items():
        number = value.item() if hasattr(value, "item") and getattr(value, "size", 1) == 1 else value
        if not isinstance(number, (int, float, np.number)):
            got = f"{name}={value!r}"[:80]
            do = 'return {"loss": 0.5, "accuracy": 0.9}'
            raise DataError(message("nn.sweep", got, "a number, or numbers by name, from each run", do))
        if name in taken:
            got = f"a metric {name!r}"
            raise DataError(message("nn.sweep", got, "a name that no setting or column has", "give it another name"))
        found[str(name)] = number if isinstance(number, int) else _float(number)
    return found


def _float(number: Any) -> float:
    value = float(number)
    return math.nan if math.isnan(value) else value
