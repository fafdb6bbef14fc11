"""Layers that look at the same numbers in another shape, put a border around them, or do nothing."""

from __future__ import annotations

import math
from typing import Any

from autograd.errors import message

from .. import functional
from ..errors import ConfigError, ShapeError
from ..module import Module


class Identity(Module):
    """What goes in comes out: a place holder. Any arguments are taken and left alone.

    Example:
        >>> Identity(54, unused=True)(3)
        3
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        """Take anything, give it back."""
        return x


class Flatten(Module):
    """The axes from `start_dim` to `end_dim` as one: by default everything but the batch, (N, C, H, W) to (N, CHW).

    Raises ShapeError when called on an x without those axes.

    Example:
        >>> import numpy as np
        >>> Flatten()(np.zeros((2, 3, 4, 5))).shape, Flatten(0, 1)(np.zeros((2, 3, 4))).shape
        ((2, 60), (6, 4))
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Any) -> Any:
        """Take (N, ...), give (N, all the rest)."""
        ndim = x.ndim
        start, end = (dim + ndim if dim < 0 else dim for dim in (self.start_dim, self.end_dim))
        if not 0 <= start <= end < ndim:
            got = f"x of shape {tuple(x.shape)} with start_dim={self.start_dim} and end_dim={self.end_dim}"
            raise ShapeError(message("Flatten", got, "an x that has those axes", "give a batch, or other axes"))
        size = 1
        for n in x.shape[start : end + 1]:
            size *= n
        return x.reshape(*x.shape[:start], size, *x.shape[end + 1 :])

    def extra_repr(self) -> str:
        """The axes, when they are not the usual."""
        usual = (self.start_dim, self.end_dim) == (1, -1)
        return "" if usual else f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """The axis `dim` as several, of the sizes `unflattened_size`: (N, 64) to (N, 1, 8, 8). One size may be -1.

    Raises ConfigError for sizes that no axis can have, ShapeError when called on an x whose axis does not have as many
    elements.

    Example:
        >>> import numpy as np
        >>> Unflatten(1, (1, 8, 8))(np.zeros((5, 64))).shape, Unflatten(-1, (2, -1))(np.zeros((5, 6))).shape
        ((5, 1, 8, 8), (5, 2, 3))
    """

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]) -> None:
        super().__init__()
        sizes = tuple(unflattened_size)
        if not sizes or any(size < 1 and size != -1 for size in sizes) or sizes.count(-1) > 1:
            got = f"unflattened_size={unflattened_size!r}"
            raise ConfigError(message("Unflatten", got, "sizes of 1 or more, one of them -1 at most", "pass (1, 8, 8)"))
        self.dim, self.unflattened_size = dim, sizes

    def forward(self, x: Any) -> Any:
        """Take (N, F), give (N, ...)."""
        dim = self.dim + x.ndim if self.dim < 0 else self.dim
        known = math.prod(size for size in self.unflattened_size if size != -1)
        length = x.shape[dim] if 0 <= dim < x.ndim else 0
        if not length or (length % known if -1 in self.unflattened_size else length != known):
            got = f"x of shape {tuple(x.shape)} with dim={self.dim}"
            expected = f"an axis of {known}" + (" times a whole number" if -1 in self.unflattened_size else "")
            raise ShapeError(message("Unflatten", got, expected, f"give x that, or sizes for {length or 'its axes'}"))
        sizes = tuple(length // known if size == -1 else size for size in self.unflattened_size)
        return x.reshape(*x.shape[:dim], *sizes, *x.shape[dim + 1 :])

    def extra_repr(self) -> str:
        """The axis and the sizes."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class _Pad(Module):
    axes = 1

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__()
        given = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,) * (2 * self.axes)
        if len(given) != 2 * self.axes or not all(isinstance(side, int) for side in given):
            do = "give (left, right)" if self.axes == 1 else "give (left, right, top, bottom)"
            got, expected = f"padding={padding!r}", f"a whole number, or {2 * self.axes} of them"
            raise ConfigError(message(type(self).__name__, got, expected, do))
        self.padding, self.value = given, value

    def forward(self, x: Any) -> Any:
        """Take (..., last axes), give them with the border."""
        return functional.pad(x, self.padding, value=self.value)

    def extra_repr(self) -> str:
        """The widths, and the value that is not 0."""
        same = len(set(self.padding)) == 1
        return str(self.padding[0] if same else self.padding) + (f", value={self.value!r}" if self.value else "")


class ZeroPad2d(_Pad):
    """A border of zeros around the last two axes: `padding` is a number, or (left, right, top, bottom).

    Example:
        >>> import numpy as np
        >>> ZeroPad2d((1, 0, 0, 1))(np.ones((1, 1, 2, 2)))
        array([[[[0., 1., 1.],
                 [0., 1., 1.],
                 [0., 0., 0.]]]])
    """

    axes = 2

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)


class ConstantPad1d(_Pad):
    """A border of `value` at both ends of the last axis: `padding` is a number, or (left, right).

    Example:
        >>> import numpy as np
        >>> ConstantPad1d((2, 1), 7.0)(np.ones((1, 2)))
        array([[7., 7., 1., 1., 7.]])
    """

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding, value)


class ConstantPad2d(_Pad):
    """A border of `value` around the last two axes: `padding` is a number, or (left, right, top, bottom).

    Example:
        >>> import numpy as np
        >>> ConstantPad2d((1, 0, 0, 0), 7.0)(np.ones((1, 2)))
        array([[7., 1., 1.]])
    """

    axes = 2

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding, value)
