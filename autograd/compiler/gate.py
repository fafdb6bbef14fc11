"""Questions that are asked at every call, as one expression each: a loop over them would cost as much as the work.

same = gate({"x": x, "y": y}, ["x is not y", "len(x) == 2"])
same()                                      # True or False
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np


def gate(known: Mapping[str, Any], conditions: Sequence[str], given: str = "") -> Callable[..., bool]:
    """A function of the parameters `given` that says whether all the conditions hold; `known` are their constants."""
    constants = "".join(f", {name}={name}" for name in known)
    code = f"lambda {given}{constants}: ({' and '.join(conditions) or 'True'})"
    made: Callable[..., bool] = eval(code.replace("lambda , ", "lambda "), dict(known))
    return made


def kinds(arrays: Sequence[Any]) -> tuple[dict[str, Any], list[str]]:
    """The constants and conditions for `args` to be plain arrays of these shapes and dtypes."""
    known: dict[str, Any] = {"ndarray": np.ndarray}
    conditions = [f"len(args) == {len(arrays)}"]
    for i, array in enumerate(arrays):
        known |= {f"shape{i}": array.shape, f"dtype{i}": array.dtype}
        conditions += [
            f"type(a := args[{i}]) is ndarray",
            f"a.shape == shape{i}",
            f"(a.dtype is dtype{i} or a.dtype == dtype{i})",
        ]
    return known, conditions


def places(strides: Sequence[Any], written: Collection[int]) -> tuple[dict[str, Any], list[str]]:
    """The same for arrays `args` to lie so, and not in memory of which `written` has the ids."""
    known: dict[str, Any] = {"written": written}
    conditions = []
    for i, each in enumerate(strides):
        known[f"strides{i}"] = each
        conditions += [
            f"(a := args[{i}]).strides == strides{i}",
            "id(a) not in written",
            "id(a.base) not in written",
        ]
    return known, conditions
