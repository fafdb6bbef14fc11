"""Attention: each query takes a weighted average of values, by how well their keys match it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import ops
from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import array, check_spreads, plain
from .dropout import dropout

_softmax = ops.softmax


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    *,
    rng: np.random.Generator | None = None,
) -> Any:
    """softmax(query @ key.T * scale + mask) @ value.

    `query` is (..., L, E), `key` (..., S, E), `value` (..., S, V); the result is (..., L, V). `scale` is 1/sqrt(E) if
    not given, which keeps the logits near variance 1. `attn_mask` broadcasts to (..., L, S): booleans say which keys
    a query may look at, numbers are added to the logits. `is_causal` lets query i look at keys 0 .. i only. A query
    that may look at none gets zeros.

    Source: Vaswani et al. 2017, arXiv:1706.03762.

    Raises ShapeError when shapes do not fit, ConfigError for a mask together with `is_causal`.

    Example:
        >>> keys = np.array([[1.0, 0.0], [0.0, 1.0]])
        >>> scaled_dot_product_attention(100 * keys[:1], keys, np.array([[5.0], [7.0]])).round(4)
        array([[5.]])
    """
    averaged, _ = attention(query, key, value, attn_mask, dropout_p, is_causal, scale, rng)
    return averaged


def attention(
    query: Any, key: Any, value: Any, attn_mask: Any, dropout_p: float, is_causal: bool,
    scale: float | None, rng: np.random.Generator | None,
) -> tuple[Any, Any]:  # fmt: skip
    """The averages, and the weights by which they were taken, after dropout."""
    query, key, value = array(query), array(key), array(value)
    _check(query, key, value)
    scale = 1.0 / math.sqrt(max(query.shape[-1], 1)) if scale is None else scale
    logits = (query * scale) @ key.swapaxes(-1, -2)  # (..., L, S)
    if is_causal:
        if attn_mask is not None:
            do = "merge them: mask & np.tri(L, S, dtype=bool)"
            raise ConfigError(message("scaled_dot_product_attention", "attn_mask and is_causal", "one of them", do))
        attn_mask = np.tri(*logits.shape[-2:], dtype=bool)
    weights = masked_softmax("scaled_dot_product_attention", logits, attn_mask)
    weights = dropout(weights, dropout_p, rng=rng)
    return weights @ value, weights


def masked_softmax(where: str, logits: Any, mask: Any) -> Any:
    """The softmax along the last axis, over what a mask lets through."""
    if mask is None:
        return _softmax(logits)
    values = array(mask)
    check_spreads(where, "a mask", values, logits.shape, "give (L, S), or an axis for each batch axis")
    if values.dtype != bool:
        return _softmax(logits + values)
    allowed = plain(values)
    shut = ~allowed.any(axis=-1, keepdims=True)  # no key at all: the average of nothing is 0
    weights = _softmax(np.where(allowed | shut, logits, -np.inf))
    return np.where(shut, 0.0, weights) if shut.any() else weights


def _check(query: Any, key: Any, value: Any) -> None:
    shapes = [tuple(x.shape) for x in (query, key, value)]
    fits = min(map(len, shapes)) >= 2 and shapes[0][-1] == shapes[1][-1] and shapes[1][-2] == shapes[2][-2]
    if not fits:
        got = f"query {shapes[0]}, key {shapes[1]} and value {shapes[2]}"
        do = "give queries and keys one width, and a value for each key"
        raise ShapeError(message("scaled_dot_product_attention", got, "(..., L, E), (..., S, E) and (..., S, V)", do))
