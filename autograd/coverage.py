"""How much of NumPy is differentiable: one line a function, read off the table.

    python -m autograd.coverage > docs/coverage.md

The functions are those that NumPy lets an array type take over: its ufuncs, and what dispatches by
`__array_function__`. What creates arrays from nothing, or handles files, does not meet a Tensor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.fft  # NumPy loads it on demand, and what is not loaded is not listed
from numpy.testing import overrides

from .op import by_function, derived_functions
from .protocols import CONSTANT

DIFFERENTIABLE = "differentiable"
DERIVED = "through others"
ZERO = "zero gradient"
CONSTANTS = "constant"
UNSUPPORTED = "not supported"

_MEANINGS = {
    DIFFERENTIABLE: "has a rule of its own",
    DERIVED: "differentiable, being written with functions that have rules",
    ZERO: "flat between its jumps: a gradient of zeros",
    CONSTANTS: "an answer that does not move with the input: a plain array",
    UNSUPPORTED: "refused by name, with what to do instead",
}


def status(function: Any) -> str:
    """What happens when a NumPy function meets a Tensor.

    Example:
        >>> status(np.tanh), status(np.sign), status(np.argmax), status(np.unique)
        ('differentiable', 'zero gradient', 'constant', 'not supported')
    """
    if function in by_function:
        return ZERO if by_function[function][0].zero else DIFFERENTIABLE
    if function in derived_functions:
        return DERIVED
    return CONSTANTS if function in CONSTANT else UNSUPPORTED


def functions() -> dict[str, Any]:
    """Every function of NumPy that an array type can take over, by the name that users write."""
    everything = {*overrides.get_overridable_numpy_array_functions(), *overrides.get_overridable_numpy_ufuncs()}
    named: dict[str, Any] = {}
    for home, prefix in ((np, "np"), (np.linalg, "np.linalg"), (np.fft, "np.fft")):
        for name in sorted(dir(home)):
            function = getattr(home, name) if not name.startswith("_") else None
            if callable(function) and not isinstance(function, type) and function in everything:
                named[f"{prefix}.{name}"] = function
    return named


def statuses() -> dict[str, str]:
    """The status of every such function, by its name."""
    return {name: status(function) for name, function in functions().items()}


def page() -> str:
    """The coverage page, in Markdown."""
    found = statuses()
    lines = [
        "# What of NumPy is differentiable",
        "",
        f"Made by `python -m autograd.coverage` from the table of rules, with NumPy {_minor()}. Do not edit.",
        "",
        "| | functions | |",
        "|---|---|---|",
        *(f"| {kind} | {_count(found, kind)} | {meaning} |" for kind, meaning in _MEANINGS.items()),
        "",
    ]
    for kind in _MEANINGS:
        names = [name for name, here in found.items() if here == kind]
        lines += [f"## {kind.capitalize()}", "", *_wrapped(names), ""]
    lines += [
        "Several names of one function each count. Of the options of a function, those without a rule are refused",
        "by name too: `out=` on plain arrays, `where=` on ufuncs, `dtype=`. Complex arrays are not supported.",
        "",
    ]
    return "\n".join(lines)


def _count(found: dict[str, str], kind: str) -> int:
    return sum(here == kind for here in found.values())


def _wrapped(names: Iterable[str], width: int = 116) -> list[str]:
    lines = [""]
    for name in names:
        word = f"`{name}`"
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{word}"
    return lines


def _minor() -> str:
    return ".".join(np.__version__.split(".")[:2])


if __name__ == "__main__":
    print(page(), end="")
