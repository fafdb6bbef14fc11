"""The settings to try: all of a grid, or as many as are asked for, drawn from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from autograd.errors import an_instance, message

from ..errors import ConfigError
from .distributions import Distribution, choice

Settings = dict[str, Any]
Space = Mapping[str, Any]

RESERVED = ("number", "seed", "seconds", "error")  # columns of the results


def settings_of(space: Space | Sequence[Space], runs: int | None, seed: int) -> list[Settings]:
    """What to try, in order, each once.

    Without `runs` all of the grids, the last name changing fastest. With `runs` as many drawn at random: the first of
    20 are those of 10. From grids without distributions nothing is drawn twice, and no more than there are.

    Raises:
        ConfigError: a space that is empty or holds what no file can, or distributions without `runs`.
    """
    spaces = [space] if isinstance(space, Mapping) else list(space)
    for each in spaces or [{}]:
        _check(each)
    drawn_from = any(isinstance(values, Distribution) for each in spaces for values in each.values())
    if runs is None:
        if drawn_from:
            do = "pass runs=20, or lists of values"
            raise ConfigError(message("nn.sweep", "a distribution without runs", "how many runs to draw", do))
        return [settings for each in spaces for settings in _grid(each)]
    if not drawn_from:
        grid = [settings for each in spaces for settings in _grid(each)]
        order = np.random.default_rng(seed).permutation(len(grid))
        return [grid[i] for i in order[:runs]]
    return [_drawn(spaces, np.random.default_rng([seed, number])) for number in range(runs)]


def plain(where: str, value: Any) -> Any:
    """`value` as JSON keeps it: NumPy's numbers become Python's, tuples lists.

    Raises ConfigError for anything that JSON has no word for.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(where, each) for each in value]
    do = "use its name, and look it up in the function that is run"
    raise ConfigError(message("nn.sweep", f"{where} of type {type(value).__name__}", "a number, a word or a list", do))


def key(settings: Settings, seed: int) -> str:
    """What tells runs apart, in a file too."""
    return json.dumps([settings, seed], sort_keys=True)


def _check(space: Any) -> None:
    do = 'write {"lr": [0.1, 0.01]}'
    if not isinstance(space, Mapping) or not space:
        got = "no settings" if isinstance(space, Mapping) else an_instance(space)
        raise ConfigError(message("nn.sweep", got, "names with the values to try", do))
    for name, values in space.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise ConfigError(message("nn.sweep", f"the name {name!r}", "a name that an argument can have", do))
        if name in RESERVED:
            do = "pass repeats=3" if name == "seed" else "choose another name"
            raise ConfigError(message("nn.sweep", f"a setting {name!r}", "a name that no column has", do))
        if isinstance(values, Distribution):
            continue
        if isinstance(values, (str, Mapping)) or not hasattr(values, "__len__") or len(values) == 0:
            got = f"{name}={values!r}"
            raise ConfigError(message("nn.sweep", got, "a list of values or a distribution", f'write "{name}": [...]'))
        for value in values:
            plain(f"a value of {name}", value)


def _grid(space: Space) -> Iterator[Settings]:
    values = [[plain(name, value) for value in each] for name, each in space.items()]
    for combination in product(*values):
        yield dict(zip(space, combination, strict=True))


def _drawn(spaces: Sequence[Space], rng: np.random.Generator) -> Settings:
    space = spaces[int(rng.integers(len(spaces)))] if len(spaces) > 1 else spaces[0]
    return {
        name: plain(name, (values if isinstance(values, Distribution) else choice(list(values))).rvs(random_state=rng))
        for name, values in space.items()
    }
