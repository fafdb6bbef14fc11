"""Fifty steps of every optimiser against PyTorch's, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.nn.reference.make_reference import KEPT, OPTIMIZERS, STEPS, problem

NAMES = ("w1", "b1", "w2", "b2")


def objective(params: dict[str, Tensor], data: dict[str, np.ndarray]) -> Tensor:
    hidden = np.tanh(data["x"] @ params["w1"].T + params["b1"])
    error = hidden @ params["w2"].T + params["b2"] - data["y"]
    return (error * error).mean()


def trajectory(kind: str, options: dict[str, Any], *, skipping: bool = False, groups: bool = False) -> np.ndarray:
    data = problem()
    params = {name: Tensor(data[name], requires_grad=True) for name in NAMES}
    tensors = list(params.values())
    given: Any = [{"params": tensors[:2]}, {"params": tensors[2:], "lr": 0.01}] if groups else tensors
    optimizer = getattr(nn.optim, kind)(given, **options)
    kept = []
    for step in range(1, STEPS + 1):
        if step == 30:
            optimizer.param_groups[0]["lr"] *= 0.5
        optimizer.zero_grad()
        objective(params, data).backward()
        if skipping and step % 3 == 1:
            params["b1"].grad = None
        if skipping and step < 5:
            params["b2"].grad = None
        optimizer.step()
        if step in KEPT:
            kept.append(np.concatenate([param.data.ravel() for param in tensors]))
    return np.array(kept)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps(name: str, reference: dict[str, np.ndarray]) -> None:
    kind, options = OPTIMIZERS[name]
    np.testing.assert_allclose(trajectory(kind, options), reference[f"trajectory/{name}"], rtol=1e-9)


@pytest.mark.parametrize("name", ["momentum", "dampening", "adam"])
def test_fifty_steps_with_gradients_left_out(name: str, reference: dict[str, np.ndarray]) -> None:
    kind, options = OPTIMIZERS[name]
    got = trajectory(kind, options, skipping=True)
    np.testing.assert_allclose(got, reference[f"trajectory/skipping_{name}"], rtol=1e-9)


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_fifty_steps_in_two_groups(name: str, reference: dict[str, np.ndarray]) -> None:
    kind, options = OPTIMIZERS[name]
    got = trajectory(kind, options, groups=True)
    np.testing.assert_allclose(got, reference[f"trajectory/groups_{name}"], rtol=1e-9)


def test_momentum_0_is_plain_gradient_descent_bit_for_bit() -> None:
    plain = trajectory("SGD", {"lr": 0.05})
    np.testing.assert_array_equal(trajectory("SGD", {"lr": 0.05, "momentum": 0.0, "dampening": 0.3}), plain)
    data = problem()
    params = {name: Tensor(data[name], requires_grad=True) for name in NAMES}
    for _ in range(KEPT[3]):
        for param in params.values():
            param.grad = None
        objective(params, data).backward()
        for param in params.values():
            param.assign_(param.data - 0.05 * param.grad.data)
    np.testing.assert_array_equal(np.concatenate([params[name].data.ravel() for name in NAMES]), plain[3])
