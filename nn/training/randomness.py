"""The random state of a run: nn's default generator, and generators that modules hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.errors import message

from ..defaults import default_generator
from ..errors import StateError
from ..module import Module
from ..state import join


def generators(net: Module) -> dict[str, np.random.Generator]:
    """The generators that `net` draws from, by the path of the attribute; "" is nn's default generator."""
    found = {"": default_generator()}
    for path, module in net.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, np.random.Generator):
                found[join(path, name)] = value
    return found


def states(sources: Mapping[str, np.random.Generator]) -> dict[str, Any]:
    """The state of each generator: a dict of numbers."""
    return {path: source.bit_generator.state for path, source in sources.items()}


def same(one: Any, other: Any) -> bool:
    """Whether two random states are the same; those of some generators have arrays in them."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other) if isinstance(one, (int, str)) else bool(np.array_equal(one, other))


def restore(sources: Mapping[str, np.random.Generator], saved: Mapping[str, Any]) -> None:
    """Put generators into states that `states` gave.

    Raises StateError when they are not the same generators; then none is changed.
    """
    kinds = {path: type(source.bit_generator).__name__ for path, source in sources.items()}
    wanted = {path: state["bit_generator"] for path, state in saved.items()}
    if kinds != wanted:
        wrong = [f"{path or 'the default generator'} ({kind})" for path, kind in sorted(kinds.items() ^ wanted.items())]
        got = f"random state of {', '.join(wrong)}"
        do = "give the layers the generators that they had"
        raise StateError(message("load_state_dict", got, "that of this network", do))
    for path, source in sources.items():
        source.bit_generator.state = saved[path]
