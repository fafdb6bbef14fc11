"""Losses between what a model says of classes and what is true: from logits, log-probabilities or probabilities.

Each takes `reduction`: "mean", "sum", or "none" for the loss of every sample. Logarithms are natural, so losses are
in nats; with `base=2` they are in bits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor, ops
from autograd.errors import message

from ..errors import ConfigError, DataError, ShapeError
from .checks import (
    array,
    as_input,
    check_equal,
    check_range,
    check_reduction,
    check_spreads,
    in_base,
    plain,
    reduced,
    unequal,
)

# Looked up once: the table answers by name, which takes as long as a small op.
_log_softmax, _softmax_cross_entropy = ops.log_softmax, ops.softmax_cross_entropy
_bce, _bce_with_logits, _softplus = ops.bce, ops.bce_with_logits, ops.softplus


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    base: float | None = None,
) -> Any:
    """The negative log-likelihood of the true classes under softmax(input).

    `input` (N, C) are logits: no softmax before it; more axes may follow C, or N be left out. `target` is (N,) integer
    classes 0 .. C-1, or probabilities in the shape of `input`. `weight` (C,) counts some classes more than others;
    samples whose class is `ignore_index` do not count at all. `label_smoothing` takes that share from the target and
    spreads it over all classes (Szegedy et al. 2015, arXiv:1512.00567). `base` 2 gives bits.

    The mean is over the samples that count, weighted by their class; with probabilities over all samples.

    Raises ShapeError and DataError when input and target do not fit, naming the label and the range.

    Example:
        >>> float(cross_entropy(np.array([[1e4, 0.0]]), np.array([1])))
        10000.0
        >>> round(float(cross_entropy(np.zeros((5, 10)), np.arange(5))), 4)     # ln 10
        2.3026
        >>> float(cross_entropy(np.zeros((5, 8)), np.arange(5), base=2))        # 3 bits choose one of 8
        3.0
    """
    where = "cross_entropy"
    input = array(input)
    target = target.readonly if isinstance(target, Tensor) and not target.requires_grad else array(target)
    _check_logits(where, input)
    if target.shape == input.shape and target.dtype.kind == "f" and input.ndim > 0:
        loss = _soft_cross_entropy(where, input, target, weight, reduction, label_smoothing)
        return in_base(where, loss, base)
    smoothing = check_range(where, "label_smoothing", label_smoothing, 0.0, 1.0)
    rows = _rows(where, input, target, ignore_index)
    if smoothing == 0.0 and reduction != "none":
        check_reduction(where, reduction)
        loss = _fused_cross_entropy(where, rows, weight, reduction)
    else:
        loss = _smoothed(where, rows, weight, reduction, smoothing)
    return in_base(where, loss, base)


def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    base: float | None = None,
) -> Any:
    """Minus the log-probability of the true classes: `input` are log-probabilities, as log_softmax gives them.

    Shapes and options are those of `cross_entropy`. Nothing flows back to the other classes.

    Example:
        >>> float(nll_loss(np.log(np.array([[0.5, 0.25, 0.25]])), np.array([0]), base=2))    # 1 bit
        1.0
    """
    input = array(input)
    _check_logits("nll_loss", input)
    rows = _rows("nll_loss", input, plain(target), ignore_index)
    loss = _picked("nll_loss", -rows.scores[rows.places], rows, weight, reduction)
    return in_base("nll_loss", loss, base)


_UNSIGNED = {np.dtype(f"{kind}{size}"): np.dtype(f"u{size}") for kind in "iu" for size in (1, 2, 4, 8)}


class _Rows(NamedTuple):
    """Scores as one row for each sample, and its class; samples that do not count have class 0 and `counts` False."""

    scores: Any  # (M, C)
    target: np.ndarray[Any, Any]  # (M,)
    counts: np.ndarray[Any, Any] | None  # (M,), or None if all do
    shape: tuple[int, ...]  # the samples' shape

    @property
    def places(self) -> tuple[Any, Any]:
        return np.arange(len(self.target)), self.target


def _check_logits(where: str, input: Any) -> None:
    if input.ndim == 0:
        do = "give one row of scores per sample"
        raise ShapeError(message(where, f"input of shape {tuple(input.shape)}", "(N, C)", do))


def _rows(where: str, input: Any, target: Any, ignore_index: int) -> _Rows:
    if input.ndim == 1:
        shape: tuple[int, ...] = ()
        scores = input[None]
    elif input.ndim == 2:
        shape, scores = (input.shape[0],), input
    else:
        shape = (input.shape[0], *input.shape[2:])
        scores = np.moveaxis(input, 1, -1).reshape(-1, input.shape[1])
    if isinstance(target, Tensor):
        target = target.data
    _check_labels(where, tuple(input.shape), shape, target)
    return _counted(where, scores, target.reshape(-1), shape, ignore_index)


def _check_labels(where: str, input: tuple[int, ...], shape: tuple[int, ...], target: Any) -> None:
    classes = input[1] if len(input) > 1 else input[0]
    if target.shape != shape:
        got = f"input {input} and target {tuple(target.shape)}"
        if target.ndim == len(input) and target.dtype.kind == "f":
            raise unequal(where, input, tuple(target.shape))
        do = "use target[:, 0]" if target.shape == (*shape, 1) else "give one class per row of logits"
        raise ShapeError(message(where, got, f"target {shape}", do))
    if target.dtype.kind not in "iu":
        got = f"target of shape {shape} and dtype {target.dtype}"
        do = f"convert labels with target.astype(np.int64), or give probabilities of shape {input}"
        if len(input) == 2:
            do = "convert labels with target.astype(np.int64), or give probabilities of shape (N, C)"
        raise DataError(message(where, got, f"integer classes 0..{classes - 1}", do))


def _counted(where: str, scores: Any, target: Any, shape: tuple[int, ...], ignore_index: int) -> _Rows:
    """Check the range of the classes and set aside the samples that do not count."""
    classes = scores.shape[1]
    inside = not target.size or _within(target, classes)
    if inside and not 0 <= ignore_index < classes:
        return _Rows(scores, target, None, shape)
    counts = target != ignore_index
    wrong = counts & ((target < 0) | (target >= classes))
    if wrong.any():
        row = int(np.argmax(wrong))
        do = f"number the classes from 0, or give the last layer more outputs than {classes}"
        raise DataError(message(where, f"class {target[row]} at row {row}", f"0..{classes - 1}", do))
    if target.size and not counts.any():
        got, do = f"{target.size} samples of class {ignore_index}, all ignored", "leave such batches out"
        raise DataError(message(where, got, "one at least that counts", do))
    return _Rows(scores, np.where(counts, target, 0), counts, shape)


def _within(target: Any, classes: int) -> bool:
    """Whether all are from 0 to below `classes`: one look is enough, as those below 0 are large without a sign."""
    unsigned = _UNSIGNED.get(target.dtype)
    if unsigned is None:
        return bool(target.min() >= 0 and target.max() < classes)
    return bool(np.maximum.reduce(target.view(unsigned)) < classes)  # half the time of the method


def _class_weights(where: str, weight: Any, classes: int, dtype: Any) -> Any:
    """The weights of the classes as an array, or None."""
    if weight is None:
        return None
    values = plain(weight)
    if values.shape != (classes,):
        do = "give one weight for each class"
        raise ShapeError(message(where, f"weight of shape {values.shape}", f"({classes},)", do))
    return values.astype(dtype, copy=False)


def _sample_weights(where: str, rows: _Rows, weight: Any) -> Any:
    """What each sample counts: the weight of its class, 0 if it is ignored; None if all count alike."""
    values = _class_weights(where, weight, rows.scores.shape[1], rows.scores.dtype)
    if values is None and rows.counts is None:
        return None
    each = np.ones(len(rows.target), rows.scores.dtype) if values is None else values[rows.target]
    return each if rows.counts is None else each * rows.counts


def _fused_cross_entropy(where: str, rows: _Rows, weight: Any, reduction: str) -> Any:
    weights = _sample_weights(where, rows, weight)
    if weights is None and reduction == "mean":
        return _softmax_cross_entropy(rows.scores, rows.target)
    if weights is None:
        weights = np.ones(len(rows.target), rows.scores.dtype)
    elif reduction == "mean":
        weights = weights / weights.sum()
    return _softmax_cross_entropy(rows.scores, rows.target, weights)


def _picked(where: str, losses: Any, rows: _Rows, weight: Any, reduction: str) -> Any:
    """The losses of the samples (M,), weighted and reduced."""
    weights = _sample_weights(where, rows, weight)
    losses = losses if weights is None else losses * weights
    if reduction == "mean" and weights is not None:
        return losses.sum() / weights.sum()
    if reduction == "none":
        return losses.reshape(rows.shape)
    return reduced(where, losses, reduction)


def _smoothed(where: str, rows: _Rows, weight: Any, reduction: str, smoothing: float) -> Any:
    log_p = _log_softmax(rows.scores)  # (M, C)
    losses = _picked(where, -log_p[rows.places], rows, weight, reduction)
    if smoothing == 0.0:
        return losses
    values = _class_weights(where, weight, rows.scores.shape[1], rows.scores.dtype)
    spread = -(log_p if values is None else log_p * values).sum(axis=1)  # (M,)
    if rows.counts is not None:
        spread = spread * rows.counts.astype(rows.scores.dtype)
    if reduction == "mean":
        weights = _sample_weights(where, rows, weight)
        spread = spread.mean() if weights is None else spread.sum() / weights.sum()
    else:
        spread = spread.reshape(rows.shape) if reduction == "none" else spread.sum()
    return losses * (1.0 - smoothing) + spread * (smoothing / rows.scores.shape[1])


def _soft_cross_entropy(where: str, input: Any, target: Any, weight: Any, reduction: str, smoothing: float) -> Any:
    axis = 1 if input.ndim > 1 else 0
    classes = input.shape[axis]
    target = as_input(target, input)
    smoothing = check_range(where, "label_smoothing", smoothing, 0.0, 1.0)
    if smoothing:
        target = target * (1.0 - smoothing) + smoothing / classes
    values = _class_weights(where, weight, classes, input.dtype)
    if values is not None:
        target = target * values.reshape(-1, *(1,) * (input.ndim - axis - 1))
    losses = -(_log_softmax(input, axis=axis) * target).sum(axis=axis)
    return reduced(where, losses, reduction)


def binary_cross_entropy(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean", base: float | None = None
) -> Any:
    """-(target * log(input) + (1 - target) * log(1 - input)), for probabilities `input` and targets from 0 to 1.

    Logarithms are held at -100, so that a sure mistake costs 100 and its gradient is finite. `weight` broadcasts
    against `input`. `base` 2 gives bits. From logits, `binary_cross_entropy_with_logits` loses no digits.

    Raises ShapeError when shapes differ, DataError when a probability is not from 0 to 1.

    Example:
        >>> penalty = binary_cross_entropy(np.array([0.98, 0.0001]), np.ones(2), reduction="none", base=2)
        >>> penalty.round(4)
        array([ 0.0291, 13.2877])
    """
    where = "binary_cross_entropy"
    input = array(input)
    target = as_input(target, input)
    check_equal(where, input, target)
    p = plain(input)
    if p.size and not (p.min() >= 0 and p.max() <= 1):
        row = int(np.argmax(~((p >= 0) & (p <= 1)).reshape(-1)))
        do = "put a Sigmoid before it, or use BCEWithLogitsLoss"
        raise DataError(message(where, f"{p.reshape(-1)[row]:g} at element {row}", "probabilities from 0 to 1", do))
    losses = _weighted(where, _bce(input, target), weight)
    return in_base(where, reduced(where, losses, reduction), base)


def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    reduction: str = "mean",
    pos_weight: Any = None,
    base: float | None = None,
) -> Any:
    """Binary cross-entropy of sigmoid(input), without the loss of digits that going through probabilities has.

    `pos_weight` broadcasts against `input` and counts what should be 1 that much more. `base` 2 gives bits.

    Raises ShapeError when shapes differ.

    Example:
        >>> float(binary_cross_entropy_with_logits(np.array([-1e4]), np.array([1.0])))
        10000.0
    """
    where = "binary_cross_entropy_with_logits"
    input = array(input)
    target = as_input(target, input)
    check_equal(where, input, target)
    if pos_weight is None:
        losses = _bce_with_logits(input, target)
    else:
        more = 1 + (as_input(pos_weight, input) - 1) * target
        losses = (1 - target) * input + more * _softplus(-input, threshold=np.inf)
    return in_base(where, reduced(where, _weighted(where, losses, weight), reduction), base)


def _weighted(where: str, losses: Any, weight: Any) -> Any:
    if weight is None:
        return losses
    values = as_input(weight, losses)
    check_spreads(where, "weight", values, losses.shape, "give one weight, or one for each element")
    return losses * values


def kl_div(
    input: Any, target: Any, *, reduction: str = "mean", log_target: bool = False, base: float | None = None
) -> Any:
    """The target times (log(target) - input), for log-probabilities `input` and probabilities `target`.

    With `log_target` the target holds log-probabilities too. `reduction` "batchmean" divides the sum by the number
    of samples, the length of axis 0: that is the Kullback-Leibler divergence; "mean" divides by all elements.

    Raises ShapeError when shapes differ.

    Example:
        >>> p, q = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])
        >>> float(kl_div(np.log(q), p, reduction="batchmean", base=2).round(4))
        0.2075
    """
    input = array(input)
    target = as_input(target, input)
    check_equal("kl_div", input, target)
    if log_target:
        losses = np.exp(target) * (target - input)
    else:
        positive = np.where(target > 0, target, 1.0)  # 0 * log(0) counts as 0
        losses = np.where(target > 0, target * np.log(positive), 0.0) - target * input
    if reduction == "batchmean":
        loss = losses.sum() / max(input.shape[0] if input.ndim else 1, 1)
    elif reduction in ("mean", "sum", "none"):
        loss = reduced("kl_div", losses, reduction)
    else:
        expected = "'mean', 'batchmean', 'sum' or 'none'"
        raise ConfigError(message("kl_div", f"reduction={reduction!r}", expected, "choose one of them"))
    return in_base("kl_div", loss, base)
