"""Dropout as modules: at work in training mode, the identity in evaluation mode."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functional
from ..functional.checks import check_range
from ..module import Module


class _Dropout(Module):
    """`inplace`, taken for PyTorch's sake, changes nothing: the result is a new array either way."""

    def __init__(self, p: float = 0.5, inplace: bool = False, *, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        self.p = check_range(type(self).__name__, "p", p, 0.0, 1.0)
        self.rng = rng

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p:g}"


class Dropout(_Dropout):
    """In training mode each element 0 with probability `p`, else divided by 1 - p; see `functional.dropout`.

    It draws from `rng`, or from nn's default generator: the same seed drops the same elements.

    Raises ConfigError for a `p` that is no probability.

    Example:
        >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
        >>> layer(np.ones(8)), layer.eval()(np.ones(2))
        (array([2., 2., 2., 0., 0., 0., 0., 0.]), array([1., 1.]))
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.dropout(x, self.p, self.training, rng=self.rng)


class Dropout2d(_Dropout):
    """In training mode whole channels of (N, C, H, W) 0 with probability `p`; see `functional.dropout2d`.

    Example:
        >>> layer = Dropout2d(0.5, rng=np.random.default_rng(0))
        >>> layer(np.ones((1, 4, 1, 2)))[0, :, 0]
        array([[2., 2.],
               [2., 2.],
               [2., 2.],
               [0., 0.]])
    """

    def forward(self, x: Any) -> Any:
        """Take (N, C, H, W) or (C, H, W), give the same shape."""
        return functional.dropout2d(x, self.p, self.training, rng=self.rng)
