"""How far apart vectors are, and how alike in direction; and vectors brought to length 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import array, as_input, check_axis, plain


def _norm(x: Any, p: float, axis: int, lowest: float = 0.0) -> Any:
    """The p-norm along an axis, which it keeps as 1, held at `lowest`; its gradient is 0 where x is."""
    if p == 2:
        squares = (x * x).sum(axis=axis, keepdims=True)
        floor = max(lowest * lowest, float(np.finfo(squares.dtype).tiny))
        root = np.sqrt(np.maximum(squares, floor))  # a root of 0 would have an infinite slope
        return root if lowest else np.where(squares > 0, root, 0.0)
    size = np.abs(x)
    if p == 1:
        norm = size.sum(axis=axis, keepdims=True)
    elif p == math.inf:
        norm = size.max(axis=axis, keepdims=True)
    else:
        powers = (size**p).sum(axis=axis, keepdims=True)
        positive = powers > 0
        norm = np.where(positive, np.where(positive, powers, 1.0) ** (1.0 / p), 0.0)
    return np.maximum(norm, lowest) if lowest else norm


def _check_degree(where: str, p: float) -> None:
    if not p > 0:
        raise ConfigError(message(where, f"p={p!r}", "a number above 0", "use 2 for the length, 1 for the sum"))


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Any:
    """Input / max(norm, eps), its p-norm along axis `dim` being 1 then.

    Raises ConfigError for a `p` that is not above 0, ShapeError for an axis that is not there.

    Example:
        >>> normalize(np.array([[3.0, 4.0], [0.0, 0.0]]))
        array([[0.6, 0.8],
               [0. , 0. ]])
    """
    input = array(input)
    _check_degree("normalize", p)
    return input / _norm(input, p, check_axis("normalize", dim, input.ndim), eps)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """The product of two vectors over that of their lengths along axis `dim`, each length held at `eps`.

    The two broadcast against each other; the axis is gone from the result.

    Raises ShapeError when they do not broadcast, or have no such axis.

    Example:
        >>> cosine_similarity(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])).round(4)
        array([0.7071])
    """
    x1 = array(x1)
    x2 = as_input(x2, x1)
    shape = _broadcast("cosine_similarity", x1, x2)
    axis = check_axis("cosine_similarity", dim, len(shape))
    if x1.shape != x2.shape:
        x1, x2 = np.broadcast_to(x1, shape), np.broadcast_to(x2, shape)
    return ((x1 / _held(x1, axis, eps)) * (x2 / _held(x2, axis, eps))).sum(axis=axis)


def _held(x: Any, axis: int, eps: float) -> Any:
    """The length along an axis, held at `eps`; its gradient, as PyTorch's, is that of the length that is not held."""
    length = _norm(x, 2, axis)
    return length + np.maximum(eps - plain(length), 0)


def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """The p-norm of x1 - x2 + eps along the last axis, which goes unless `keepdim`.

    Raises ConfigError for a `p` that is not above 0, ShapeError when the two do not broadcast.

    Example:
        >>> pairwise_distance(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])).round(4)
        array([5.])
    """
    x1 = array(x1)
    x2 = as_input(x2, x1)
    _check_degree("pairwise_distance", p)
    _broadcast("pairwise_distance", x1, x2)
    distance = _norm(x1 - x2 + eps, p, -1)
    return distance if keepdim else distance[..., 0]


def _broadcast(where: str, x1: Any, x2: Any) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(x1.shape, x2.shape)
    except ValueError:
        got = f"shapes {tuple(x1.shape)} and {tuple(x2.shape)}"
        raise ShapeError(message(where, got, "shapes that broadcast", "reshape one of them")) from None
