"""Losses that ask for a distance: between classes, between a pair or among three. Beyond the margin they are 0.

Each takes `reduction`: "mean", "sum", or "none" for the loss of every sample. Targets are 1 and -1 where two cases are
told apart. At the margin itself the slope is PyTorch's, which is that of the side where the loss is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import ops
from autograd.errors import message

from ..errors import ConfigError, DataError, ShapeError
from .checks import array, as_input, check_equal, plain, reduced
from .distance import pairwise_distance

_softplus, _relu = ops.softplus, ops.relu


def _positive(x: Any) -> Any:
    """max(x, 0) whose gradient passes at 0."""
    return np.clip(x, 0, None)


def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, *, reduction: str = "mean") -> Any:
    """The input, a distance, where the target is 1; max(0, margin - input) where it is -1.

    Example:
        >>> float(hinge_embedding_loss(np.array([0.3, 0.4]), np.array([1.0, -1.0])).round(4))
        0.45
    """
    input = array(input)
    target = as_input(target, input)
    check_equal("hinge_embedding_loss", input, target)
    losses = np.where(target == 1, input, 0.0) + np.where(target == -1, _positive(margin - input), 0.0)
    losses = losses + np.where((target != 1) & (target != -1), _positive(margin - input) + input, 0.0)
    return reduced("hinge_embedding_loss", losses, reduction)


def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0, *, reduction: str = "mean") -> Any:
    """max(0, margin - target * (input1 - input2)): the first should rank higher where the target is 1.

    Raises ShapeError when the shapes do not fit.

    Example:
        >>> float(margin_ranking_loss(np.array([1.0, 2.0]), np.array([3.0, 1.0]), np.ones(2)))
        1.0
    """
    input1 = array(input1)
    input2, target = as_input(input2, input1), as_input(target, input1)
    if not input1.shape == input2.shape == target.shape:
        got = f"inputs {tuple(input1.shape)} and {tuple(input2.shape)} with target {tuple(target.shape)}"
        raise ShapeError(message("margin_ranking_loss", got, "equal shapes", "reshape them to one"))
    return reduced("margin_ranking_loss", _positive(margin - target * (input1 - input2)), reduction)


def soft_margin_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """log(1 + exp(-target * input)), for targets 1 and -1.

    Example:
        >>> float(soft_margin_loss(np.array([2.0, -1.0]), np.array([1.0, 1.0])).round(4))
        0.7201
    """
    input = array(input)
    target = as_input(target, input)
    check_equal("soft_margin_loss", input, target)
    return reduced("soft_margin_loss", _softplus(-target * input, threshold=np.inf), reduction)


def multi_margin_loss(
    input: Any, target: Any, p: int = 1, margin: float = 1.0, weight: Any = None, *, reduction: str = "mean"
) -> Any:
    """The mean over the wrong classes of max(0, margin - score of the true class + their score) ** p.

    `input` is (N, C) or (C,), `target` (N,) or a number; `p` is 1 or 2; `weight` (C,) counts a sample by its class.

    Raises ShapeError and DataError when they do not fit, ConfigError for another `p`.

    Example:
        >>> float(multi_margin_loss(np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([3])).round(4))
        0.325
    """
    where = "multi_margin_loss"
    input, target = array(input), plain(target)
    if p not in (1, 2):
        raise ConfigError(message(where, f"p={p!r}", "1 or 2", "choose one of them"))
    scores = input[None] if input.ndim == 1 else input
    labels = target.reshape(-1)
    if scores.ndim != 2 or target.shape != input.shape[:-1]:
        got = f"input {tuple(input.shape)} and target {target.shape}"
        raise ShapeError(message(where, got, "(N, C) and (N,)", "give one class per row of scores"))
    n, classes = scores.shape
    if labels.dtype.kind not in "iu" or ((labels < 0) | (labels >= classes)).any():
        do = "number the classes from 0, as integers"
        raise DataError(message(where, f"target of dtype {labels.dtype}: {labels}", f"0..{classes - 1}", do))
    rows = np.arange(n)
    short = _relu(margin - scores[rows, labels][:, None] + scores)  # (N, C)
    short = short if p == 1 else short * short
    others = (np.arange(classes) != labels[:, None]).astype(scores.dtype)
    if weight is not None:
        values = plain(weight)
        if values.shape != (classes,):
            do = "give one weight for each class"
            raise ShapeError(message(where, f"weight of shape {values.shape}", f"({classes},)", do))
        others = others * values[labels][:, None].astype(scores.dtype)
    losses = (short * others).sum(axis=1) / classes
    return reduced(where, losses[0] if input.ndim == 1 else losses, reduction)


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    *,
    reduction: str = "mean",
) -> Any:
    """max(0, distance to the positive - distance to the negative + margin), by `pairwise_distance` of degree `p`.

    The three are (N, D) or (D,). With `swap` the negative's distance is the smaller of that to the anchor and that
    to the positive.

    Source: Balntas et al. 2016, "Learning local feature descriptors with triplets and shallow networks".

    Raises ShapeError when shapes differ.

    Example:
        >>> near, far = np.array([[0.0, 1.0]]), np.array([[3.0, 4.0]])
        >>> float(triplet_margin_loss(np.zeros((1, 2)), far, near).round(4))
        5.0
    """
    anchor = array(anchor)
    positive, negative = as_input(positive, anchor), as_input(negative, anchor)
    if not anchor.shape == positive.shape == negative.shape:
        got = f"shapes {tuple(anchor.shape)}, {tuple(positive.shape)} and {tuple(negative.shape)}"
        raise ShapeError(message("triplet_margin_loss", got, "equal shapes", "reshape them to one"))
    pull = pairwise_distance(anchor, positive, p, eps)
    push = pairwise_distance(anchor, negative, p, eps)
    if swap:
        push = np.minimum(push, pairwise_distance(positive, negative, p, eps))
    return reduced("triplet_margin_loss", _positive(pull - push + margin), reduction)


def cosine_embedding_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, *, reduction: str = "mean"
) -> Any:
    """1 - cosine similarity where the target is 1, max(0, cosine similarity - margin) where it is -1.

    The inputs are (N, D) with targets (N,), or (D,) with a number.

    Raises ShapeError when the shapes do not fit.

    Example:
        >>> a, b = np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])
        >>> float(cosine_embedding_loss(a, b, np.array([1.0])).round(4))
        0.2929
    """
    where = "cosine_embedding_loss"
    input1, target = array(input1), plain(target)
    input2 = as_input(input2, input1)
    if input1.shape != input2.shape or input1.ndim not in (1, 2) or target.shape != input1.shape[:-1]:
        got = f"inputs {tuple(input1.shape)} and {tuple(input2.shape)} with target {target.shape}"
        raise ShapeError(message(where, got, "(N, D), (N, D) and (N,)", "give one target, 1 or -1, for each pair"))
    squares = ((input1 * input1).sum(axis=-1) + 1e-12) * ((input2 * input2).sum(axis=-1) + 1e-12)
    cosine = (input1 * input2).sum(axis=-1) / np.sqrt(squares)
    losses = np.where(target == 1, 1 - cosine, 0.0) + np.where(target == -1, _positive(cosine - margin), 0.0)
    return reduced(where, losses, reduction)
