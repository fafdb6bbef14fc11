"""Clipping: gradients that are too long are made shorter, all by one factor or each element for itself.

Steep places of the loss, which recurrent networks have many of, throw a step far away; a bound on the gradient's
length keeps its direction and takes the danger (Pascanu, Mikolov and Bengio 2012, arXiv:1211.5063).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Tensor, compiler
from autograd.errors import message

from ..errors import ConfigError, StateError

Tensors = Tensor | Iterable[Tensor]


def norm(array: np.ndarray[Any, Any]) -> float:
    """The Euclidean norm, also where the squares leave the range of the dtype (of which NumPy may warn).

    Example:
        >>> norm(np.array([3.0, 4.0])), round(norm(np.array([3e-30, 4e-30], np.float32)), 36)
        (5.0, 5e-30)
    """
    flat = array.reshape(-1)
    square = float(np.dot(flat, flat))
    if not 1e-30 < square < 1e30:  # too near the ends of float32, or not finite: once more with scaled numbers
        top = float(np.abs(flat).max(initial=0.0))
        if not 0.0 < top < math.inf:
            return top
        scaled = flat.astype(np.float64) / top
        return top * math.sqrt(float(np.dot(scaled, scaled)))
    return math.sqrt(square)


def get_total_norm(tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False) -> Tensor:
    """The norm of all elements of all tensors together, as if they were one vector; 0 if there are none.

    Args:
        tensors: tensors, or one.
        norm_type: the p of the p-norm, above 0; inf for the largest absolute value.
        error_if_nonfinite: refuse a norm that is NaN or infinite.

    Raises:
        ConfigError: a `norm_type` that is none.
        StateError: the norm is not finite, and that was to be refused.

    Example:
        >>> get_total_norm([Tensor([3.0]), Tensor([0.0, 4.0])]).item()
        5.0
    """
    given = _listed(tensors)
    arrays, power = [tensor.readonly for tensor in given], _power(norm_type)
    if compiler.active() is not None and arrays and not error_if_nonfinite:
        return Tensor(_total_without_branches(arrays, power).astype(arrays[0].dtype))
    total = _total(arrays, power)
    if error_if_nonfinite and not math.isfinite(total):
        got, do = f"a total norm of {total}", "find where it arose with autograd.detect_anomaly"
        raise StateError(message("get_total_norm", got, "a finite number", do))
    return Tensor(np.asarray(total, given[0].dtype if given else None))


def clip_grad_norm_(
    parameters: Tensors, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Scale all gradients by one factor, in place, so that their common norm is at most `max_norm`; give the old norm.

    Args:
        parameters: tensors, or one; those without gradient are passed over.
        max_norm: the largest norm, at least 0.
        norm_type: the p of the p-norm, above 0; inf for the largest absolute value.
        error_if_nonfinite: refuse a norm that is NaN or infinite; otherwise NaN gets into the gradients. A compiled
            step can't refuse: it says so when it is recorded.

    Raises:
        ConfigError: a `max_norm` below 0, or a `norm_type` that is none.
        StateError: the norm is not finite, and that was to be refused. Then no gradient is changed.

    Example:
        >>> w = Tensor([0.0, 0.0], requires_grad=True)
        >>> w.grad = [3.0, 4.0]
        >>> clip_grad_norm_([w], max_norm=1.0).item()
        5.0
        >>> w.grad.numpy().round(6).tolist()
        [0.6, 0.8]
    """
    given = _listed(parameters)
    total = get_total_norm([param.grad for param in given if param.grad is not None], norm_type, error_if_nonfinite)
    clip_grads_with_norm_(given, max_norm, total)
    return total


def clip_grads_with_norm_(parameters: Tensors, max_norm: float, total_norm: Any) -> None:
    """Scale all gradients, in place, by max_norm / (total_norm + 1e-6) if that is below 1.

    Args:
        parameters: tensors, or one; those without gradient are passed over.
        max_norm: the largest norm, at least 0.
        total_norm: the norm that they have, a number or a tensor.

    Raises:
        ConfigError: a `max_norm` below 0.

    Example:
        >>> w = Tensor([0.0], requires_grad=True)
        >>> w.grad = [4.0]
        >>> clip_grads_with_norm_(w, max_norm=2.0, total_norm=4.0)
        >>> round(w.grad.item(), 4)
        2.0
    """
    bound = _bound("clip_grads_with_norm_", "max_norm", max_norm)
    if compiler.active() is not None:  # a factor of 1 changes no bit
        factor: Any = np.minimum(bound / (Tensor.wrapped(total_norm).readonly + 1e-6), 1.0)
    else:
        factor = bound / (float(total_norm) + 1e-6)
    if compiler.active() is not None or factor < 1.0 or math.isnan(factor):
        with np.errstate(invalid="ignore"):  # infinity times 0
            for param in _listed(parameters):
                if param.grad is not None:
                    _put(param, param.grad * factor)


def clip_grad_value_(parameters: Tensors, clip_value: float) -> None:
    """Hold every element of every gradient from -clip_value to clip_value, in place.

    Args:
        parameters: tensors, or one; those without gradient are passed over.
        clip_value: the largest absolute value, at least 0.

    Raises:
        ConfigError: a `clip_value` below 0.

    Example:
        >>> w = Tensor([0.0, 0.0], requires_grad=True)
        >>> w.grad = [3.0, -0.5]
        >>> clip_grad_value_(w, 1.0)
        >>> w.grad
        Tensor([ 1. , -0.5])
    """
    bound = _bound("clip_grad_value_", "clip_value", clip_value)
    for param in _listed(parameters):
        if param.grad is not None:
            _put(param, param.grad.clip(-bound, bound))


def _listed(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _bound(where: str, name: str, value: Any) -> float:
    if isinstance(value, (int, float, np.integer, np.floating)) and value >= 0:
        return float(value)
    raise ConfigError(message(where, f"{name}={value!r}", "a number of at least 0", f"pass {name}=1.0"))


def _power(norm_type: Any) -> float:
    try:
        power = float(norm_type)
    except (TypeError, ValueError):
        power = math.nan
    if not power > 0:
        do = "pass norm_type=2.0, or float('inf')"
        raise ConfigError(message("clip_grad_norm_", f"norm_type={norm_type!r}", "a number above 0", do))
    return power


def _total(arrays: list[np.ndarray[Any, Any]], power: float) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        if power == 2.0:
            return norm(np.array([norm(array) for array in arrays]))
        if power == math.inf:
            return float(np.array([np.abs(array).max(initial=0.0) for array in arrays]).max(initial=0.0))
        sums = [float((np.abs(array).astype(np.float64) ** power).sum()) for array in arrays]
        return float(sum(sums) ** (1.0 / power))


def _total_without_branches(arrays: list[np.ndarray[Any, Any]], power: float) -> Any:
    """The norm of all arrays together, as NumPy calls that are the same for all numbers: a compiled step has those."""
    flat = [array.reshape(-1).astype(np.float64) for array in arrays]
    tops = [np.abs(each).max(initial=0.0) for each in flat]
    top = functools.reduce(np.maximum, tops)
    if power == math.inf:
        return top
    unit = np.where((top > 0.0) & (top < math.inf), top, 1.0)  # so that no power leaves the range
    parts = [(np.abs(each / unit) ** power).sum() for each in flat]
    return unit * functools.reduce(np.add, parts) ** (1.0 / power)


def _put(param: Tensor, clipped: Tensor) -> None:
    grad = param.grad
    assert grad is not None
    if grad.requires_grad:  # made by backward(create_graph=True): the clipping is recorded too
        param.grad = clipped
    else:
        grad.assign_(clipped)
