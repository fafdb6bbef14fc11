"""scipy.signal with gradients: convolution along chosen axes of arrays of any shape, in HIPS autograd's form.

Every other name is SciPy's own, and refuses a tensor.

>>> import numpy as np
>>> from autograd import grad
>>> grad(lambda b: np.sum(convolve(np.array([1.0, 2.0, 3.0]), b, mode="valid")))(np.ones(2))
array([5., 3.])
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

from ..errors import ShapeError, UnsupportedError, message

__all__ = []
__all__ += scipy.signal.__all__

Axes = Sequence[Sequence[int]]


def __getattr__(name: str) -> Any:
    return getattr(scipy.signal, name)


def __dir__() -> list[str]:
    return __all__


def convolve(A: Any, B: Any, axes: Axes | None = None, dot_axes: Axes = ((), ()), mode: str = "full") -> Any:
    """Convolve two arrays along some axes, multiply and sum along others, and pair up the rest.

    Args:
        A: an array.
        B: another.
        axes: the axes of A and of B to convolve along, pair by pair; all of them if left out.
        dot_axes: the axes of A and of B that are multiplied and summed over, pair by pair.
        mode: "full" has every overlap, "valid" the complete ones, "same" as many as A is long.

    Returns:
        The axes of A that are in neither, then those of B, then those convolved along.

    Raises:
        ShapeError: with "valid", neither array is at least as long as the other along all axes.
        UnsupportedError: another mode.

    Example:
        >>> images, filters = np.ones((5, 3, 8, 8)), np.ones((3, 4, 2, 2))
        >>> convolve(images, filters, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid").shape
        (5, 4, 7, 7)
    """
    if mode not in ("full", "valid", "same"):
        raise UnsupportedError(message("convolve", f"mode={mode!r}", "'full', 'valid' or 'same'", "choose one"))
    along = [
        [axis % x.ndim for axis in part] for x, part in zip((A, B), axes or (range(A.ndim), range(B.ndim)), strict=True)
    ]
    summed = [[axis % x.ndim for axis in part] for x, part in zip((A, B), dot_axes, strict=True)]
    lengths = [[x.shape[axis] for axis in part] for x, part in zip((A, B), along, strict=True)]
    if mode == "valid" and not all(a >= b for a, b in zip(*lengths, strict=True)):
        if not all(a <= b for a, b in zip(*lengths, strict=True)):
            raise ShapeError(
                message("convolve", f"lengths {lengths[0]} and {lengths[1]} with mode='valid'",
                        "one array at least as long as the other along all axes", "use mode='full'")
            )  # fmt: skip
        windows, kernel = A, _windows(B, along[1], lengths[0], mode)  # the shorter one slides over the longer
        return _paired(windows, kernel, along, summed, slides=1)
    return _paired(_windows(A, along[0], lengths[1], mode), B, along, summed, slides=0)


def _windows(x: Any, axes: list[int], sizes: list[int], mode: str) -> Any:
    """What the kernel sees at each place: `sizes` elements along each axis, on new axes at the end."""
    if mode != "valid":
        around = [(0, 0)] * x.ndim
        for axis, size in zip(axes, sizes, strict=True):
            right = size - 1 if mode == "full" else (size - 1) // 2
            around[axis] = (size - 1 if mode == "full" else size - 1 - right, right)
        x = np.pad(x, around)
    return sliding_window_view(x, tuple(sizes), axis=tuple(axes))


def _paired(a: Any, b: Any, along: list[list[int]], summed: list[list[int]], slides: int) -> Any:
    """Multiply the windows of one array with the other one turned round, and sum."""
    letters = iter(string.ascii_letters)
    count = len(along[0])
    moved, within = [next(letters) for _ in range(count)], [next(letters) for _ in range(count)]
    dotted = [next(letters) for _ in summed[0]]
    names, rest = [], []
    for which, x in enumerate((a, b)):
        own = ["?"] * (x.ndim - (count if which == slides else 0))
        for axis, letter in zip(along[which], moved if which == slides else within, strict=True):
            own[axis] = letter
        for axis, letter in zip(summed[which], dotted, strict=True):
            own[axis] = letter
        own = [next(letters) if letter == "?" else letter for letter in own]
        rest.append([letter for letter in own if letter not in (*moved, *within, *dotted)])
        names.append("".join(own) + ("".join(within) if which == slides else ""))
    turned = (np.flip(a, tuple(along[0])), b) if slides else (a, np.flip(b, tuple(along[1])))
    return np.einsum(f"{names[0]},{names[1]}->{''.join(rest[0] + rest[1] + moved)}", *turned)
