"""What commands may name, read from `nn.catalog`: the words, their meaning, and how each is written in Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..arguments import Choice, SettingsOf


def section(name: str) -> Mapping[str, Any]:
    """One section of `nn.catalog`, such as LOSSES: its entries by name."""
    from nn import catalog

    found: Mapping[str, Any] = getattr(catalog, name)
    return found


def choice(kind: str, name: str, *, strict: bool = True) -> Choice:
    """The words of a section, for a parameter of a command."""
    return Choice(
        kind,
        names=lambda: {word: entry.summary for word, entry in section(name).items()},
        aliases=lambda: {alias: entry.name for entry in section(name).values() for alias in entry.aliases},
        strict=strict,
    )


def settings(parameter: str, name: str, more: Callable[[Any], Mapping[str, Any]] = lambda _: {}) -> SettingsOf:
    """The settings of the entry that `parameter` names, and `more(entry)` that the command itself adds."""

    def defaults(word: str) -> Mapping[str, Any]:
        entry = section(name).get(word)
        return {} if entry is None else {**entry.defaults, **more(entry)}

    return SettingsOf(parameter, defaults)


def spelled(value: Any) -> str:
    """A value as one writes it in Python, text in double quotes.

    Example:
        >>> print(spelled("mean"), spelled('say "x"'), spelled(0.5))
        "mean" 'say "x"' 0.5
    """
    text = repr(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{text}")'
    return f'"{value}"' if text == f"'{value}'" and '"' not in text else text


def arguments(values: Mapping[str, Any]) -> str:
    """Settings as they stand in a call.

    Example:
        >>> arguments({"lr": 0.01, "betas": (0.9, 0.99)})
        'lr=0.01, betas=(0.9, 0.99)'
    """
    return ", ".join(f"{name}={spelled(value)}" for name, value in values.items())
