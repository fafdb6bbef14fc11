"""Losses between numbers: input and target of one shape.

Each takes `reduction`: "mean", "sum", or "none" for the loss of every element.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import ops
from autograd.errors import message

from ..errors import ConfigError, DataError, ShapeError
from .checks import array, as_input, check_equal, check_range, check_reduction, plain, reduced

# Looked up once: the table answers by name, which takes as long as a small op.
_squared_error, _huber = ops.squared_error, ops.huber


def _pair(where: str, input: Any, target: Any) -> tuple[Any, Any]:
    input = array(input)
    target = as_input(target, input)
    check_equal(where, input, target)
    return input, target


def _weighted(where: str, losses: Any, weight: Any, reduction: str) -> Any:
    """The losses times their weights; the mean is over the weights."""
    losses = losses * _weights(where, losses, weight)
    if reduction == "mean":
        return losses.sum() / plain(weight).sum()
    return reduced(where, losses, reduction)


def _weights(where: str, losses: Any, weight: Any) -> Any:
    weight = as_input(weight, losses)
    if weight.shape != losses.shape:
        got, do = f"a weight of shape {tuple(weight.shape)}", "broadcast it with np.broadcast_to"
        raise ShapeError(message(where, got, f"one weight for each element, {tuple(losses.shape)}", do))
    return weight


def mse_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Any:
    """The squared error (input - target)**2: its mean, its sum, or with "none" each of them.

    Both have the same shape, as has `weight`: with it the mean is a weighted one, the sum of weight times error over
    that of the weights. A target that is an array is brought to the dtype of `input`.

    Raises ShapeError when the shapes differ, even if they would broadcast: (n, 1) against (n,) is n x n pairs.

    Example:
        >>> float(mse_loss(np.array([[1.0], [2.0]]), np.array([[0.0], [4.0]])))
        2.5
    """
    input, target = _pair("mse_loss", input, target)
    if weight is not None:
        return _weighted("mse_loss", (input - target) ** 2, weight, reduction)
    if reduction == "mean":
        return _squared_error(input, target) if _floats(input, target) else ((input - target) ** 2).mean()
    if reduction == "sum":
        return _squared_error(input, target, mean=False) if _floats(input, target) else ((input - target) ** 2).sum()
    check_reduction("mse_loss", reduction)
    error = input - target
    return error * error


def _floats(input: Any, target: Any) -> bool:
    return bool(input.dtype.kind == "f" and target.dtype.kind == "f" and input.size > 0)


def l1_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Any:
    """The absolute error |input - target|. Its slope is 0 where they are equal. `weight` is as in `mse_loss`.

    Example:
        >>> float(l1_loss(np.array([1.0, 2.0]), np.array([0.0, 4.0])))
        1.5
    """
    input, target = _pair("l1_loss", input, target)
    if weight is not None:
        return _weighted("l1_loss", np.abs(input - target), weight, reduction)
    return reduced("l1_loss", np.abs(input - target), reduction)


def smooth_l1_loss(input: Any, target: Any, *, reduction: str = "mean", beta: float = 1.0) -> Any:
    """The absolute error less beta / 2, and below `beta` the squared error over 2 * beta, which meets it there.

    Source: Girshick 2015, arXiv:1504.08083. With `beta` 0 it is the absolute error.

    Raises ConfigError for a negative `beta`.

    Example:
        >>> smooth_l1_loss(np.array([0.5, 3.0]), np.array([0.0, 0.0]), reduction="none")
        array([0.125, 2.5  ])
    """
    input, target = _pair("smooth_l1_loss", input, target)
    if check_range("smooth_l1_loss", "beta", beta, 0.0) == 0:
        return reduced("smooth_l1_loss", np.abs(input - target), reduction)
    return reduced("smooth_l1_loss", _huber(input - target, delta=beta) * (1.0 / beta), reduction)


def huber_loss(input: Any, target: Any, *, reduction: str = "mean", delta: float = 1.0, weight: Any = None) -> Any:
    """Half the squared error up to `delta`, beyond it a straight line: `delta` times smooth L1.

    `weight` has the shape of the input; unlike that of `mse_loss` it does not change what the mean is divided by, as
    in PyTorch.

    Source: Huber 1964, "Robust estimation of a location parameter".

    Raises ConfigError unless `delta` is above 0.

    Example:
        >>> huber_loss(np.array([0.5, 3.0]), np.array([0.0, 0.0]), reduction="none")
        array([0.125, 2.5  ])
    """
    input, target = _pair("huber_loss", input, target)
    if not delta > 0:
        do = "use l1_loss for its limit"
        raise ConfigError(message("huber_loss", f"delta={delta!r}", "a number above 0", do))
    losses = _huber(input - target, delta=delta)
    if weight is not None:
        losses = losses * _weights("huber_loss", losses, weight)
    return reduced("huber_loss", losses, reduction)


def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    *,
    reduction: str = "mean",
) -> Any:
    """The negative log-likelihood of counts under a Poisson distribution whose rate is exp(input).

    With `log_input=False` the rate is `input` itself, held above 0 by `eps`. `full` adds Stirling's approximation of
    log(target!) for targets above 1, which does not depend on the input.

    Example:
        >>> float(poisson_nll_loss(np.array([0.0, 1.0]), np.array([1.0, 2.0])).round(4))
        0.8591
    """
    input, target = _pair("poisson_nll_loss", input, target)
    losses = np.exp(input) - target * input if log_input else input - target * np.log(input + eps)
    if full:
        counts = np.where(target > 1, target, 1.0)  # what is not above 1 adds nothing, and has a logarithm
        stirling = counts * np.log(counts) - counts + 0.5 * np.log(2.0 * math.pi * counts)
        losses = losses + np.where(target > 1, stirling, 0.0)
    return reduced("poisson_nll_loss", losses, reduction)


def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, *, reduction: str = "mean"
) -> Any:
    """The negative log-likelihood of targets under normal distributions of mean `input` and variance `var`.

    `var` has the shape of `input`, or a last axis of 1, or lacks the last axis; or it is one number. It is held at
    `eps` at least, and its gradient passes as if it were not. `full` adds log(2 pi) / 2.

    Source: Nix and Weigend 1994, "Estimating the mean and variance of the target probability distribution".

    Raises ShapeError when shapes do not fit, DataError for a negative variance, ConfigError for an `eps` not above 0.

    Example:
        >>> float(gaussian_nll_loss(np.array([1.0, 2.0]), np.array([1.0, 4.0]), np.array([1.0, 4.0])).round(4))
        0.5966
    """
    where = "gaussian_nll_loss"
    input, target = array(input), as_input(target, array(input))
    check_equal(where, input, target)
    var = _variance(where, input, var)
    if not eps > 0:
        raise ConfigError(message(where, f"eps={eps!r}", "a number above 0", "use 1e-6"))
    held = plain(var)
    if (held < 0).any():
        raise DataError(message(where, "a negative variance", "variances of at least 0", "give exp or softplus of it"))
    var = var + np.maximum(eps - held, 0).astype(held.dtype)
    error = input - target
    losses = 0.5 * (np.log(var) + error * error / var)
    if full:
        losses = losses + 0.5 * math.log(2.0 * math.pi)
    return reduced(where, losses, reduction)


def _variance(where: str, input: Any, var: Any) -> Any:
    if isinstance(var, (int, float)):
        return np.full(input.shape, var, input.dtype)
    var = as_input(var, input)
    if var.shape == input.shape or (var.ndim == input.ndim and var.shape == (*input.shape[:-1], 1)):
        return var
    if var.shape == input.shape[:-1]:
        return var[..., None]
    expected = f"shape {tuple(input.shape)}, or 1 on its last axis"
    raise ShapeError(message(where, f"var of shape {tuple(var.shape)}", expected, "reshape the variance"))
