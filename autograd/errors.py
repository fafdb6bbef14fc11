"""The exceptions that autograd raises, and the one form of message they share.

Every message says where it happened, what was got, what was expected and what to do:

    matmul: got shapes (2, 3) and (4, 5); expected inner sizes that agree; transpose one of them.

Catch `AutogradError` to catch them all; each is also the built-in exception that Python users expect.
"""

from __future__ import annotations

import re


class AutogradError(Exception):
    """The root of every exception that autograd raises on purpose."""


class ShapeError(AutogradError, ValueError):
    """A shape does not fit: an operand, a seed, a cotangent."""


class DTypeError(AutogradError, TypeError):
    """A dtype cannot carry a gradient, or an operand is of a kind that autograd does not know."""


class GraphError(AutogradError, RuntimeError):
    """The record cannot be walked: it was freed, or nothing was recorded."""


class MutationError(AutogradError, RuntimeError):
    """An array that the backward pass needs was changed after it was recorded."""


class AnomalyError(AutogradError, ArithmeticError):
    """A NaN or an infinity arose where `detect_anomaly` was looking."""


class UnsupportedError(AutogradError, TypeError):
    """A NumPy function or an option of it that has no rule here."""


class Message(str):
    """The text of an error that still knows its `parts`: where, got, expected, do."""

    __slots__ = ("parts",)
    parts: tuple[str, str, str, str]


def message(where: str, got: str, expected: str, do: str) -> Message:
    """One sentence in the form that all errors of this project have.

    Who shows errors in another form or language finds the four parts in it: `error.args[0].parts`.

    Example:
        >>> told = message("mean", "an empty axis 0", "at least one element", "drop the axis")
        >>> told
        'mean: got an empty axis 0; expected at least one element; drop the axis.'
        >>> told.parts[1]
        'an empty axis 0'
    """
    told = Message(f"{where}: got {got}; expected {expected}; {do}.")
    told.parts = (where, got, expected, do)
    return told


# Some are said with a vowel though written with a consonant, letter by letter as LSTM; some the other way round.
_LIKE_A_VOWEL = re.compile(r"[AEFHILMNORSX](?=[A-Z0-9]|$)|nd|hour|[aeio]|[AEIO]|[uU](?!ni[^nm]|nit|se|fun|int|tf)")
_LIKE_A_CONSONANT = re.compile(r"(?i:eu|one\b|once)")


def article(noun: str) -> str:
    """`a` or `an`, as the noun is said.

    Example:
        >>> [article(noun) for noun in ("int", "list", "ndarray", "LSTM", "ReLU", "ufunc", "Unflatten", "MSELoss")]
        ['an', 'a', 'an', 'an', 'a', 'a', 'an', 'an']
    """
    return "an" if _LIKE_A_VOWEL.match(noun) and not _LIKE_A_CONSONANT.match(noun) else "a"


def indefinite(noun: str) -> str:
    """The noun with its article.

    Example:
        >>> indefinite("optimiser"), indefinite("layer")
        ('an optimiser', 'a layer')
    """
    return f"{article(noun)} {noun}"


def an_instance(value: object) -> str:
    """What a value is, by its class, as messages say it.

    Example:
        >>> an_instance(3), an_instance([]), an_instance(None)
        ('an int', 'a list', 'None')
    """
    return "None" if value is None else indefinite(type(value).__name__)
