"""Optimisers to run a test over, and parameters with gradients to run it on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from nn import optim
from nn.optim import SGD, Adam

MAKERS = {
    "sgd": lambda params: SGD(params, lr=0.1),
    "nesterov": lambda params: SGD(params, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "dampening": lambda params: SGD(params, lr=0.1, momentum=0.9, dampening=0.5),
    "adam": lambda params: Adam(params, lr=0.1, weight_decay=0.01),
    "amsgrad": lambda params: Adam(params, lr=0.1, amsgrad=True, maximize=True),
    "adamw": lambda params: optim.AdamW(params, lr=0.1),
    "nadam": lambda params: optim.NAdam(params, lr=0.1, weight_decay=0.01, maximize=True),
    "radam": lambda params: optim.RAdam(
        params, lr=0.1, betas=(0.9, 0.8), decoupled_weight_decay=True, weight_decay=0.1
    ),
    "adamax": lambda params: optim.Adamax(params, lr=0.1, weight_decay=0.01),
    "adagrad": lambda params: optim.Adagrad(params, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.1),
    "rmsprop": lambda params: optim.RMSprop(params, lr=0.1, alpha=0.5, eps=0.1, momentum=0.5, centered=True),
    "adadelta": lambda params: optim.Adadelta(params, eps=0.01, maximize=True),
    "rprop": lambda params: optim.Rprop(params, lr=0.1),
    "asgd": lambda params: optim.ASGD(params, lr=0.1, lambd=0.1, t0=2, weight_decay=0.01),
    "delta_bar_delta": lambda params: optim.DeltaBarDelta(params, lr=0.1, kappa=0.3, phi=0.4),
}
any_optimizer = pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)


def leaf(*shape: int, seed: int = 0, dtype: Any = np.float64, name: str | None = None) -> Tensor:
    values = np.random.default_rng(seed).standard_normal(shape).astype(dtype)
    return Tensor(values, requires_grad=True, name=name)


def leaves(dtype: Any = np.float64) -> list[Tensor]:
    return [leaf(*shape, seed=i, dtype=dtype) for i, shape in enumerate([(3, 2), (), (4,), (200, 60), (2, 0), (5,)])]


def give_gradients(params: list[Tensor], seed: int) -> None:
    rng = np.random.default_rng(seed)
    for param in params:
        param.grad = rng.standard_normal(param.shape).astype(param.dtype)


def values(params: list[Tensor]) -> list[np.ndarray]:
    return [param.data.copy() for param in params]


def assert_same(left: list[np.ndarray], right: list[np.ndarray]) -> None:
    for a, b in zip(left, right, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_array_equal(a, b)
