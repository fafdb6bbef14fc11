"""What may stand beside a tensor in an op, and what may carry a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import DTypeError, message

NUMBERS = (int, float, np.ndarray, np.generic)


def constant(x: Any, where: str) -> Any:
    """`x` as NumPy should see it: numbers and arrays as they are, lists as arrays.

    Raises:
        DTypeError: it is neither, nor an array of real numbers.
    """
    if x is None or isinstance(x, NUMBERS):
        return x
    array = np.asarray(x)
    if array.dtype.kind == "c":
        raise complex_operand(where)
    if array.dtype.kind not in "biuf":
        raise DTypeError(
            message(where, f"an operand of type {type(x).__name__}", "numbers or an array of them", "convert it first")
        )
    return array


def complex_operand(where: str) -> DTypeError:
    """The error for a complex operand beside one that carries a gradient."""
    return DTypeError(
        message(
            where,
            "a complex operand",
            "real ones, since gradients here are real",
            "compute real and imaginary part each by itself",
        )
    )


def check_float(dtype: np.dtype[Any], where: str) -> None:
    """Refuse to track what has no small changes.

    Raises:
        DTypeError: `dtype` is not a float dtype.
    """
    if not np.issubdtype(dtype, np.floating):
        raise DTypeError(
            message(
                where,
                f"dtype {dtype} with requires_grad",
                "a float dtype, since a gradient is a small change",
                "write floats, as 1.0, or use astype(float)",
            )
        )
