"""Expressions that are looked at after every training step: `watch net[0].weight.grad.std()`."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType
from typing import Any

LONGEST = 40  # characters of a value that is no number


def compiled(expression: str) -> CodeType:
    """The expression, ready to be evaluated. Raises SyntaxError if it is none."""
    return compile(expression, "<watch>", "eval", dont_inherit=True)


def values(watches: Mapping[str, CodeType], namespace: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each expression with its present value, in short; an error is a value too, and stops nothing.

    Example:
        >>> values({"x / 3": compiled("x / 3"), "y": compiled("y")}, {"x": 1})
        (('x / 3', '0.3333'), ('y', "NameError: name 'y' is not defined"))
    """
    return tuple((expression, _value(code, namespace)) for expression, code in watches.items())


def working(watches: Mapping[str, CodeType], namespace: dict[str, Any]) -> tuple[str, ...]:
    """The expressions that have a value now.

    Example:
        >>> working({"x / 3": compiled("x / 3"), "y": compiled("y")}, {"x": 1})
        ('x / 3',)
    """
    return tuple(expression for expression, code in watches.items() if _works(code, namespace))


def _works(code: CodeType, namespace: dict[str, Any]) -> bool:
    try:
        eval(code, namespace)
    except Exception:  # noqa: BLE001  # of whatever kind
        return False
    return True


def _value(code: CodeType, namespace: dict[str, Any]) -> str:
    try:
        return brief(eval(code, namespace))
    except Exception as error:  # noqa: BLE001  # whatever the expression does, training goes on
        return clipped(f"{type(error).__name__}: {error}")


def brief(value: Any) -> str:
    """A value in a few letters: four digits of a number, size and shape of an array.

    Example:
        >>> brief(0.123456), brief(True), brief("text")
        ('0.1235', 'True', "'text'")
    """
    if isinstance(value, (bool, str)) or value is None:
        return clipped(repr(value))
    array = getattr(value, "readonly", value)
    shape, size = getattr(array, "shape", None), getattr(array, "size", 1)
    if size == 1 and not isinstance(value, (list, tuple, dict)):
        try:
            return f"{float(array.item() if hasattr(array, 'item') else value):.4g}"
        except (TypeError, ValueError):
            return clipped(repr(value))
    if shape is not None and getattr(getattr(array, "dtype", None), "kind", "") in "fiub" and size:
        rms = float((array.astype(float) ** 2).mean() ** 0.5)
        return f"rms {rms:.4g} of {shape}"
    return clipped(repr(value))


def clipped(text: str) -> str:
    """One line of at most 40 letters."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
