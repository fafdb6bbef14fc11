"""The exceptions that nn raises: catch `NNError` to catch them all, or `ValueError` as Python users expect.

Every message has the form of `autograd.errors.message`: where it happened, what was got, what was expected, what to do.
"""

from __future__ import annotations


class NNError(Exception):
    """The root of every exception that nn raises on purpose."""


class ShapeError(NNError, ValueError):
    """An array or a tensor has a shape that a layer, a loss or an initialiser cannot take."""


class DataError(NNError, ValueError):
    """The values or the dtype of data are wrong: a label out of range, float targets where classes are meant."""


class ConfigError(NNError, ValueError):
    """An argument has a value that makes no sense: a negative learning rate, an unknown scheme."""


class StateError(NNError, ValueError):
    """An object is not in a state to do this, or a saved state does not fit it."""
