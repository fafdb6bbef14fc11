"""Fully connected layers: of one input, and of the products of two."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import ops
from autograd.errors import message

from .. import functional, init
from ..defaults import get_default_dtype
from ..errors import ShapeError
from ..functional.checks import whole
from ..module import Module, Parameter

_linear = ops.linear


class Linear(Module):
    """y = x @ weight.T + bias.

    x has shape (..., in_features) and y (..., out_features); `weight` is (out_features, in_features), `bias`
    (out_features,) or None. Both begin evenly from -1/sqrt(in_features) to 1/sqrt(in_features), as in PyTorch.

    Raises ConfigError for sizes below 1, and when called ShapeError for an x that does not fit.

    Example:
        >>> layer = Linear(2, 3, rng=np.random.default_rng(0))
        >>> layer(np.ones((4, 2), np.float32)).shape
        (4, 3)
        >>> layer
        Linear(2 -> 3)  weight (3, 2), bias (3,)  9
        9 parameters, all trainable, float32
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_features = whole("Linear", "in_features", in_features)
        self.out_features = whole("Linear", "out_features", out_features)
        dtype = get_default_dtype() if dtype is None else dtype
        self.weight = Parameter(np.empty((out_features, in_features), dtype))
        self.bias = Parameter(np.empty(out_features, dtype)) if bias else None
        self.reset_parameters(rng=rng)

    def reset_parameters(self, *, rng: np.random.Generator | None = None) -> None:
        """Draw the weights and then the bias again."""
        # kaiming_uniform with this slope is U(-1/sqrt(fan_in), 1/sqrt(fan_in)): PyTorch's default, kept for its numbers
        init.kaiming_uniform_(self.weight, a=math.sqrt(5.0), rng=rng)
        if self.bias is not None:
            bound = 1.0 / math.sqrt(self.in_features)
            init.uniform_(self.bias, -bound, bound, rng=rng)

    def forward(self, x: Any) -> Any:
        """Take (..., in_features), give (..., out_features)."""
        try:
            fits = x.shape[-1] == self.in_features
        except (AttributeError, IndexError):
            fits = False
        if not fits:
            raise self._misfit(x)
        return _linear(x, self.weight, self.bias)

    def _misfit(self, x: Any) -> ShapeError:
        where = f"Linear({self.in_features} -> {self.out_features})"
        if not hasattr(x, "shape"):
            return ShapeError(
                message(where, f"x of type {type(x).__name__}", "an array or Tensor", "wrap it with np.asarray")
            )
        expected = f"(N, {self.in_features})"
        if not x.shape:
            return ShapeError(message(where, "x of shape ()", expected, "pass a batch, with one row per example"))
        do = f"set in_features={x.shape[-1]} or reshape the input"
        return ShapeError(message(where, f"x of shape {tuple(x.shape)}", expected, do))

    def extra_repr(self) -> str:
        """The widths, and the bias if there is none."""
        return f"{self.in_features} -> {self.out_features}" + ("" if self.bias is not None else ", bias=False")


class Bilinear(Module):
    """For each output o the sum over i and j of x1[i] * weight[o, i, j] * x2[j], plus bias[o].

    x1 has shape (..., in1_features), x2 (..., in2_features), y (..., out_features). `weight` is (out_features,
    in1_features, in2_features). Both parameters begin evenly from -1/sqrt(in1_features) to 1/sqrt(in1_features).

    Raises ConfigError for sizes below 1, and when called ShapeError for inputs that do not fit.

    Example:
        >>> layer = Bilinear(2, 3, 4, rng=np.random.default_rng(0))
        >>> layer(np.ones((5, 2), np.float32), np.ones((5, 3), np.float32)).shape
        (5, 4)
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in1_features = whole("Bilinear", "in1_features", in1_features)
        self.in2_features = whole("Bilinear", "in2_features", in2_features)
        self.out_features = whole("Bilinear", "out_features", out_features)
        dtype = get_default_dtype() if dtype is None else dtype
        self.weight = Parameter(np.empty((out_features, in1_features, in2_features), dtype))
        self.bias = Parameter(np.empty(out_features, dtype)) if bias else None
        self.reset_parameters(rng=rng)

    def reset_parameters(self, *, rng: np.random.Generator | None = None) -> None:
        """Draw the weights and then the bias again."""
        bound = 1.0 / math.sqrt(self.in1_features)
        for param in self.parameters():
            init.uniform_(param, -bound, bound, rng=rng)

    def forward(self, x1: Any, x2: Any) -> Any:
        """Take (..., in1_features) and (..., in2_features), give (..., out_features)."""
        widths = [x.shape[-1] if getattr(x, "shape", ()) else None for x in (x1, x2)]
        if widths != [self.in1_features, self.in2_features]:
            where = f"Bilinear({self.extra_repr()})"
            got = f"x1 {getattr(x1, 'shape', type(x1).__name__)} and x2 {getattr(x2, 'shape', type(x2).__name__)}"
            expected = f"(..., {self.in1_features}) and (..., {self.in2_features})"
            raise ShapeError(message(where, got, expected, "reshape the inputs, or set the widths"))
        return functional.bilinear(x1, x2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The widths, and the bias if there is none."""
        widths = f"{self.in1_features}, {self.in2_features} -> {self.out_features}"
        return widths + ("" if self.bias is not None else ", bias=False")
