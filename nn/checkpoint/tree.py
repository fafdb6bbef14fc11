"""A nested state as JSON beside its arrays, and back: dicts, lists, tuples, numbers, strings, None, arrays.

    {"betas": (0.9, 0.999), "m": array}
    {"dict": [["betas", {"tuple": [0.9, 0.999]}], ["m", {"array": "m.npy"}]]}

Dicts are lists of pairs, since JSON would make their keys strings; an array stands as the name of its member.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.errors import an_instance, message

from ..errors import ConfigError

FORMAT = "chainrule 1"
_KEYS = (str, int, float, bool, type(None))


def described(where: str, state: Any, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """The description of a state; its arrays are added to `arrays` under the names of their members.

    Raises ConfigError for what no file can hold, naming its place.
    """
    try:
        return {"format": FORMAT, "state": _described(where, state, "", arrays)}
    except RecursionError as error:
        got, do = "a state that holds itself, or is nested without end", "leave out what refers back"
        raise ConfigError(message(where, got, "one that ends", do)) from error


def _described(where: str, value: Any, place: str, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(value, Tensor):
        value = value.readonly
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise _refused(where, "an array of objects", place)
        member = _member(place, arrays)
        arrays[member] = value
        return {"array": member}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, _KEYS):
                raise _refused(where, f"a key of type {type(key).__name__}", place)
        return {"dict": [[key, _described(where, each, f"{place}/{key}", arrays)] for key, each in value.items()]}
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_described(where, each, f"{place}/{i}", arrays) for i, each in enumerate(value)]}
    raise _refused(where, an_instance(value), place)


def _refused(where: str, got: str, place: str) -> ConfigError:
    expected = "dicts, lists, arrays, numbers, strings and None"
    return ConfigError(message(where, f"{got} at {place.lstrip('/') or 'the top'}", expected, "leave it out"))


def _member(place: str, arrays: dict[str, NDArray[Any]]) -> str:
    """A name for an array that tells where it belongs, and that no other has."""
    plain = re.sub(r"[^\w./-]", "_", place.strip("/"), flags=re.ASCII).replace("..", "__").strip("/") or "array"
    name, count = f"{plain}.npy", 1
    while name in arrays:
        count += 1
        name = f"{plain}-{count}.npy"
    return name


def rebuilt(where: str, description: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """The state that `described` described. Raises ValueError and the like for a description that is none."""
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise ValueError(f"tree.json is no description of a state in the format {FORMAT!r}")
    used: set[str] = set()
    state = _rebuilt(description["state"], arrays, used)
    if left := sorted(set(arrays) - used):
        raise ValueError(f"{where}: {left[0]} is in no state")
    return state


def _rebuilt(node: Any, arrays: Mapping[str, NDArray[Any]], used: set[str]) -> Any:
    if node is None or isinstance(node, (bool, int, float, str)):
        return node
    ((kind, content),) = node.items()
    if kind == "array":
        used.add(content)
        return arrays[content]
    if kind == "float":
        return float(content)
    if kind == "dict":
        return {key: _rebuilt(each, arrays, used) for key, each in content}
    made = [_rebuilt(each, arrays, used) for each in content]
    if kind not in ("list", "tuple"):
        raise ValueError(f"tree.json has a {kind!r}")
    return tuple(made) if kind == "tuple" else made
