"""Affine maps, and tables of vectors: linear, bilinear, embedding, one_hot."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor, ops
from autograd.errors import message

from ..errors import ConfigError, DataError, ShapeError
from .checks import array, plain, whole

# Looked up once: the table answers by name, which takes as long as a small op.
_linear = ops.linear


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Input @ weight.T + bias, for input (..., in), weight (out, in) and bias (out,) or None.

    Raises ShapeError when the last axis of `input` is not `in`.

    Example:
        >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0]))
        array([[16.]])
    """
    input, weight = array(input), array(weight)
    if input.ndim == 0 or weight.ndim != 2 or input.shape[-1] != weight.shape[1]:
        got = f"input {tuple(input.shape)} and weight {tuple(weight.shape)}"
        raise ShapeError(message("linear", got, "(..., in) and (out, in)", "reshape the input or transpose the weight"))
    return _linear(input, weight, bias)


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """For each output o the sum over i and j of input1[i] * weight[o, i, j] * input2[j], plus bias[o].

    Inputs are (..., in1) and (..., in2) with equal leading axes, `weight` is (out, in1, in2).

    Raises ShapeError when they do not fit.

    Example:
        >>> bilinear(np.array([[1.0, 2.0]]), np.array([[3.0]]), np.array([[[1.0], [10.0]]]))
        array([[63.]])
    """
    input1, input2, weight = array(input1), array(input2), array(weight)
    fits = weight.ndim == 3 and min(input1.ndim, input2.ndim) > 0 and input1.shape[:-1] == input2.shape[:-1]
    if not fits or (input1.shape[-1], input2.shape[-1]) != tuple(weight.shape[1:]):
        got = f"inputs {tuple(input1.shape)} and {tuple(input2.shape)} with weight {tuple(weight.shape)}"
        do = "give both the same leading axes"
        raise ShapeError(message("bilinear", got, "(..., in1), (..., in2) and (out, in1, in2)", do))
    lead, (out, in1, in2) = tuple(input1.shape[:-1]), weight.shape
    rows = input1.reshape(-1, in1)
    mapped = (rows @ weight.transpose(1, 0, 2).reshape(in1, out * in2)).reshape(-1, out, in2)  # (N, out, in2)
    y = (mapped @ input2.reshape(-1, in2, 1)).reshape(*lead, out)
    return y if bias is None else y + bias


def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
) -> Any:
    """The rows of `weight` (count, width) that `input`, integers of any shape, names: shape (*input.shape, width).

    The row `padding_idx` gets no gradient. With `max_norm` the rows that are named are first shortened in place to
    that `norm_type`-norm, where they are longer. `scale_grad_by_freq` divides a row's gradient by how often it is
    named here.

    Raises DataError for what is no integer or out of range, naming it.

    Example:
        >>> embedding(np.array([2, 0]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
        array([[5., 6.],
               [1., 2.]])
    """
    count = array(weight).shape[0]
    if padding_idx is not None and not -count <= padding_idx < count:
        expected, do = f"a row from {-count} to {count - 1}", "choose one, or None"
        raise ConfigError(message("embedding", f"padding_idx={padding_idx}", expected, do))
    return looked_up("embedding", input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq)


def looked_up(
    where: str,
    input: Any,
    weight: Any,
    padding_idx: int | None,
    max_norm: float | None,
    norm_type: float,
    by_freq: bool,
) -> Any:
    """The rows themselves, for options that were checked."""
    index, weight = plain(input), array(weight)
    count = weight.shape[0]
    _check_index(where, index, count)
    if max_norm is not None:
        _shorten(weight, np.unique(index), max_norm, norm_type)
    rows = weight[index]
    if not (isinstance(rows, Tensor) and rows.requires_grad):
        return rows
    share: Any = None  # what of its gradient each row gets; the rest goes to a copy that is held constant
    if by_freq:
        share = 1.0 / np.bincount(index.reshape(-1), minlength=count)[index]
    if padding_idx is not None:
        share = (index != padding_idx % count) * (1.0 if share is None else share)
    if share is None:
        return rows
    share = share[..., None].astype(rows.dtype)
    return rows * share + rows.detach() * (1 - share)


def _check_index(where: str, index: np.ndarray[Any, Any], count: int) -> None:
    if index.dtype.kind not in "iu":
        got, do = f"input of dtype {index.dtype}", "convert it with astype(np.int64)"
        raise DataError(message(where, got, f"integers 0..{count - 1}", do))
    if index.size and (index.min() < 0 or index.max() >= count):
        wrong = index[(index < 0) | (index >= count)][0]
        do = "number the items from 0, or give the table more rows"
        raise DataError(message(where, f"the index {wrong}", f"0..{count - 1}", do))


def _shorten(weight: Any, rows: Any, max_norm: float, norm_type: float) -> None:
    values = np.array(plain(weight))
    norms = np.linalg.norm(values[rows], norm_type, axis=1, keepdims=True)
    long = (norms > max_norm)[:, 0]
    if long.any():
        values[rows[long]] *= max_norm / (norms[long] + 1e-7)
        if isinstance(weight, Tensor):
            weight.assign_(values)
        else:
            weight[...] = values


def one_hot(tensor: Any, num_classes: int = -1) -> np.ndarray[Any, Any]:
    """Class numbers of any shape as rows of zeros with a single 1, int64: shape (*tensor.shape, num_classes).

    By default there are as many classes as the largest number says.

    Raises DataError for numbers that are no classes.

    Example:
        >>> one_hot(np.array([0, 2]), num_classes=3)
        array([[1, 0, 0],
               [0, 0, 1]])
    """
    numbers = plain(tensor)
    if numbers.dtype.kind not in "iu":
        do = "convert it with astype(np.int64)"
        raise DataError(message("one_hot", f"dtype {numbers.dtype}", "integers", do))
    if num_classes == -1:
        if not numbers.size:
            raise DataError(message("one_hot", "no numbers", "some, to count the classes", "give num_classes"))
        num_classes = int(numbers.max()) + 1
    whole("one_hot", "num_classes", num_classes)
    if numbers.size and (numbers.min() < 0 or numbers.max() >= num_classes):
        wrong = numbers[(numbers < 0) | (numbers >= num_classes)][0]
        do = "number the classes from 0, or raise num_classes"
        raise DataError(message("one_hot", f"class {wrong}", f"0..{num_classes - 1}", do))
    codes: np.ndarray[Any, Any] = np.eye(num_classes, dtype=np.int64)[numbers]
    return codes
