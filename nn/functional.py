"""The layers and losses as functions, under the names of `torch.nn.functional`.

    import nn.functional as F
    loss = F.cross_entropy(F.linear(x, weight, bias), labels)

Each takes arrays and Tensors; a Tensor that requires a gradient makes it record.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor, ops
from autograd.errors import message

from .errors import ConfigError, DataError, ShapeError

REDUCTIONS = ("mean", "sum", "none")

# Looked up once: the table answers by name, which takes as long as a small op.
_linear, _relu, _tanh, _sigmoid = ops.linear, ops.relu, ops.tanh, ops.sigmoid
_log_softmax, _softmax_cross_entropy = ops.log_softmax, ops.softmax_cross_entropy


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Input @ weight.T + bias, for input (..., in), weight (out, in) and bias (out,) or None.

    Raises ShapeError when the last axis of `input` is not `in`.

    Example:
        >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0]))
        array([[16.]])
    """
    input, weight = _array(input), _array(weight)
    if input.ndim == 0 or weight.ndim != 2 or input.shape[-1] != weight.shape[1]:
        got = f"input {input.shape} and weight {weight.shape}"
        raise ShapeError(message("linear", got, "(..., in) and (out, in)", "reshape the input or transpose the weight"))
    return _linear(input, weight, bias)


def relu(input: Any) -> Any:
    """max(input, 0), element by element.

    Example:
        >>> relu(np.array([-1.0, 2.0]))
        array([0., 2.])
    """
    return _relu(input)


def tanh(input: Any) -> Any:
    """The hyperbolic tangent, element by element.

    Example:
        >>> tanh(np.array([0.0, 1.0])).round(4)
        array([0.    , 0.7616])
    """
    return _tanh(input)


def sigmoid(input: Any) -> Any:
    """1 / (1 + exp(-input)), element by element; it does not overflow.

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0])).round(4)
        array([0. , 0.5])
    """
    return _sigmoid(input)


def log_softmax(input: Any, dim: int = -1) -> Any:
    """The logarithm of softmax along axis `dim`, stable for logits of any size.

    Example:
        >>> log_softmax(np.array([0.0, 1e4])).tolist()
        [-10000.0, 0.0]
    """
    return _log_softmax(input, axis=dim)


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """The squared error (input - target)**2: its mean, its sum, or with "none" each of them.

    Both have the same shape. A target that is an array is brought to the dtype of `input`.

    Raises ShapeError when the shapes differ, even if they would broadcast: (n, 1) against (n,) is n x n pairs.

    Example:
        >>> float(mse_loss(np.array([[1.0], [2.0]]), np.array([[0.0], [4.0]])))
        2.5
    """
    input = _array(input)
    target = _as(target, input)
    if input.shape != target.shape:
        raise _unequal("mse_loss", input.shape, target.shape)
    error = input - target
    return _reduced("mse_loss", error * error, reduction)


def cross_entropy(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """The negative log-likelihood, in nats, of the true classes under softmax(input).

    `input` (N, C) are logits: no softmax before it. `target` is (N,) integer classes 0 .. C-1, or (N, C)
    probabilities. `reduction` "mean" and "sum" are over the N samples, "none" gives (N,).

    Raises ShapeError and DataError when they do not fit, naming the label and the range.

    Example:
        >>> float(cross_entropy(np.array([[1e4, 0.0]]), np.array([1])))
        10000.0
        >>> round(float(cross_entropy(np.zeros((5, 10)), np.arange(5))), 4)     # ln 10
        2.3026
    """
    input = _array(input)
    target = target.data if isinstance(target, Tensor) and not target.requires_grad else _array(target)
    if input.ndim != 2:
        expected, do = "(N, C)", "give one row of logits per sample"
        raise ShapeError(message("cross_entropy", f"input of shape {input.shape}", expected, do))
    if target.ndim == 2 and target.dtype.kind == "f":
        return _soft_cross_entropy(input, target, reduction)
    _check_labels(input.shape, target)
    if reduction == "mean":
        return _softmax_cross_entropy(input, target)
    losses = -_log_softmax(input)[np.arange(len(target)), target]  # (N,)
    return _reduced("cross_entropy", losses, reduction)


def _soft_cross_entropy(input: Any, target: Any, reduction: str) -> Any:
    if input.shape != target.shape:
        raise _unequal("cross_entropy", input.shape, target.shape)
    losses = -(_log_softmax(input) * _as(target, input)).sum(axis=1)  # (N,)
    return _reduced("cross_entropy", losses, reduction)


def _check_labels(shape: tuple[int, int], target: np.ndarray[Any, Any]) -> None:
    n, classes = shape
    if target.shape != (n,):
        do = "use target[:, 0]" if target.shape == (n, 1) else "give one class per row of logits"
        got = f"input {shape} and target {target.shape}"
        raise ShapeError(message("cross_entropy", got, f"target ({n},)", do))
    if target.dtype.kind not in "iu":
        got = f"target of shape ({n},) and dtype {target.dtype}"
        do = "convert labels with target.astype(np.int64), or give probabilities of shape (N, C)"
        raise DataError(message("cross_entropy", got, f"integer classes 0..{classes - 1}", do))
    # min and max by the ufuncs: half the time of the methods, on the path of every step
    if n and (np.minimum.reduce(target) < 0 or np.maximum.reduce(target) >= classes):
        row = int(np.argmax((target < 0) | (target >= classes)))
        do = f"number the classes from 0, or give the last layer more outputs than {classes}"
        raise DataError(message("cross_entropy", f"class {target[row]} at row {row}", f"0..{classes - 1}", do))


def _array(x: Any) -> Any:
    return x if isinstance(x, (Tensor, np.ndarray)) else np.asarray(x)


def _as(target: Any, input: Any) -> Any:
    """The target in the dtype of the input: float64 data do not make a float32 network compute in float64."""
    if isinstance(target, Tensor):
        return target
    return np.asarray(target, input.dtype if input.dtype.kind == "f" else None)


def _unequal(where: str, input: tuple[int, ...], target: tuple[int, ...]) -> ShapeError:
    if target == input[:-1] and input[-1:] == (1,):
        do = "use target[:, None]"
    elif input == target[:-1] and target[-1:] == (1,):
        do = "use target[:, 0]"
    else:
        do = f"reshape the target to {input}"
    return ShapeError(message(where, f"input {input} and target {target}", "equal shapes", do))


def _reduced(where: str, losses: Any, reduction: str) -> Any:
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    check_reduction(where, reduction)
    return losses


def check_reduction(where: str, reduction: str) -> None:
    """Raise ConfigError unless `reduction` is "mean", "sum" or "none"."""
    if reduction not in REDUCTIONS:
        raise ConfigError(message(where, f"reduction={reduction!r}", "'mean', 'sum' or 'none'", "choose one of them"))
