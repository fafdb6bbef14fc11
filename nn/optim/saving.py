"""Putting a saved optimiser state back: everything is checked before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.errors import message

from ..errors import ConfigError, StateError
from .flat import Array, Bucket

if TYPE_CHECKING:
    from .optimizer import Optimizer

Homes = list[dict[int, tuple[Bucket, int]]]  # for each group: a parameter's number to where it lies


class _Place(NamedTuple):
    """Where the state of one parameter goes, and the names of what is kept for it as a whole."""

    bucket: Bucket
    i: int
    memory: frozenset[str]


def load(optimizer: Optimizer, kind: str, homes: Homes, saved: Mapping[str, Any]) -> None:
    """Write `saved`, as `Optimizer.state_dict` gives it, into the optimiser and its buckets, all or nothing."""
    problems = _misfit_groups(optimizer, homes, saved)
    entries = {} if problems else {int(number): entry for number, entry in saved["state"].items()}
    places = {} if problems else _places(optimizer, homes, saved["param_groups"])
    problems += [f"state of parameter {number}, which is not there" for number in entries if number not in places]
    for number, place in places.items():
        problems += _misfit_state(number, place, entries.get(number, {}))
    if problems:
        do = "make the optimiser over the same parameters in the same order; nothing has been loaded"
        raise StateError(message(f"{kind}.load_state_dict", ", ".join(problems), "a state of this optimiser", do))
    for group, options in zip(optimizer.param_groups, saved["param_groups"], strict=True):
        group.update({name: value for name, value in options.items() if name != "params"})
    for number, place in places.items():
        _write(place, entries.get(number, {}))


def _places(optimizer: Optimizer, homes: Homes, groups: Any) -> dict[int, _Place]:
    found: dict[int, _Place] = {}
    for numbered, options in zip(homes, groups, strict=True):
        memory = frozenset(optimizer.begin(options)) - frozenset(optimizer.slots(options))
        found |= {number: _Place(bucket, i, memory) for number, (bucket, i) in numbered.items()}
    return found


def _misfit_groups(optimizer: Optimizer, homes: Homes, saved: Any) -> list[str]:
    if not isinstance(saved, Mapping) or not {"state", "param_groups"} <= set(saved):
        return ["something without state and param_groups"]
    groups = saved["param_groups"]
    if len(groups) != len(homes):
        return [f"{len(groups)} groups for {len(homes)}"]
    problems = []
    for i, (options, numbered) in enumerate(zip(groups, homes, strict=True)):
        if len(options["params"]) != len(numbered):
            problems.append(f"group {i} with {len(options['params'])} parameters for {len(numbered)}")
        missing = [name for name in optimizer.defaults if name not in options]
        problems += [f"group {i} without {name}" for name in missing]
        if not missing:
            try:
                optimizer.check(dict(options))
            except ConfigError as error:
                problems.append(f"group {i} with options that are refused ({error})")
    return problems


def _misfit_state(number: int, place: _Place, entry: Mapping[str, Any]) -> list[str]:
    shape, dtype = place.bucket.params[place.i].shape, place.bucket.flat.dtype
    problems = []
    if entry:
        needed = ("step", *sorted(place.memory))
        problems += [f"parameter {number} without its {name}" for name in needed if name not in entry]
    for name, array in _arrays(place, entry).items():
        if array.shape != shape or array.dtype != dtype:
            got = f"{array.shape} {array.dtype}"
            problems.append(f"{name} of parameter {number} as {got} where {shape} {dtype} is needed")
    return problems


def _arrays(place: _Place, entry: Mapping[str, Any]) -> dict[str, Array]:
    return {name: np.asarray(value) for name, value in entry.items() if name != "step" and name not in place.memory}


def _write(place: _Place, entry: Mapping[str, Any]) -> None:
    bucket, arrays = place.bucket, _arrays(place, entry)
    bucket.keep(tuple(arrays))
    memory = {name: float(entry[name]) for name in place.memory} if entry else {}
    bucket.set_step(place.i, int(entry.get("step", 0)), memory)
    for name in bucket.state:
        bucket.of(place.i, name)[...] = arrays.get(name, 0.0)
