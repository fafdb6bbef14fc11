"""Fifty steps of every optimiser against PyTorch's, in float64."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.nn.reference import stored
from tests.nn.reference.optimizers import KEPT, RUNS, STATES, STEPS, Run, left_out, problem

NAMES = ("w1", "b1", "w2", "b2")


@pytest.fixture(scope="module")
def reference() -> stored.Numbers:
    return stored.load("optimizers")


def objective(params: dict[str, Tensor], data: dict[str, np.ndarray]) -> Tensor:
    hidden = np.tanh(data["x"] @ params["w1"].T + params["b1"])
    error = hidden @ params["w2"].T + params["b2"] - data["y"]
    return (error * error).mean()


def trajectory(run: Run) -> tuple[np.ndarray, nn.optim.Optimizer]:
    data = problem()
    params = {name: Tensor(data[name], requires_grad=True) for name in NAMES}
    tensors = list(params.values())
    given: Any = [{"params": tensors[:2]}, {"params": tensors[2:], "lr": 0.01}] if run.groups else tensors
    optimizer = getattr(nn.optim, run.kind)(given, **run.options)
    kept = []
    for step in range(1, STEPS + 1):
        if step == 30:
            optimizer.param_groups[0]["lr"] *= 0.5
        optimizer.zero_grad()
        objective(params, data).backward()
        for i in left_out(step) if run.skipping else ():
            tensors[i].grad = None
        optimizer.step()
        if step in KEPT:
            kept.append(np.concatenate([param.data.ravel() for param in tensors]))
    return np.array(kept), optimizer


@pytest.mark.parametrize("name", RUNS)
def test_fifty_steps(name: str, reference: stored.Numbers) -> None:
    got, optimizer = trajectory(RUNS[name])
    np.testing.assert_allclose(got, reference[name], rtol=1e-9)
    if name in STATES:
        entries = [entry for _, entry in sorted(optimizer.state_dict()["state"].items())]
        wanted = {key.partition("/")[2] for key in reference if key.startswith(f"{name}/")}
        assert {key for entry in entries for key in entry} - {"step"} == wanted - {
            "step"
        }  # PyTorch's SGD does not count
        for key in wanted:
            values = np.concatenate([np.ravel(entry[key]) for entry in entries])
            np.testing.assert_allclose(values, reference[f"{name}/{key}"], rtol=1e-9, err_msg=key)


def test_every_optimiser_of_pytorchs_has_a_run() -> None:
    assert {run.kind for run in RUNS.values()} == set(nn.optim.__all__) - {"DeltaBarDelta", "Optimizer", "lr_scheduler"}


def test_momentum_0_is_plain_gradient_descent_bit_for_bit() -> None:
    plain, _ = trajectory(Run("SGD", {"lr": 0.05}))
    got, _ = trajectory(Run("SGD", {"lr": 0.05, "momentum": 0.0, "dampening": 0.3}))
    np.testing.assert_array_equal(got, plain)
    data = problem()
    params = {name: Tensor(data[name], requires_grad=True) for name in NAMES}
    for _ in range(KEPT[3]):
        for param in params.values():
            param.grad = None
        objective(params, data).backward()
        for param in params.values():
            param.assign_(param.data - 0.05 * param.grad.data)
    np.testing.assert_array_equal(np.concatenate([params[name].data.ravel() for name in NAMES]), plain[3])


# Delta-bar-delta, which PyTorch has not


def by_hand(
    start: np.ndarray, curvature: np.ndarray, steps: int, *, lr: float, kappa: float, phi: float, theta: float
) -> tuple[np.ndarray, np.ndarray]:
    """Jacobs' rule on sum(curvature * w**2) / 2, element by element in plain Python; gives w and the gains."""
    w, gain, bar = start.tolist(), [1.0] * start.size, [0.0] * start.size
    for _ in range(steps):
        for i, c in enumerate(curvature.tolist()):
            g = c * w[i]
            if g * bar[i] > 0:
                gain[i] += kappa
            elif g * bar[i] < 0:
                gain[i] *= 1 - phi
            gain[i] = min(max(gain[i], 0.01), 100.0)
            bar[i] = theta * bar[i] + (1 - theta) * g
            w[i] -= lr * gain[i] * g
    return np.array(w), np.array(gain)


@pytest.mark.parametrize("theta", [0.0, 0.7])
@pytest.mark.parametrize("sign", [1, -1])
def test_delta_bar_delta_is_jacobs_rule(theta: float, sign: int) -> None:
    curvature = np.array([1.0, 3.0, 20.0, 0.0])
    start = np.array([1.0, -2.0, 1.0, 5.0])
    options = {"lr": 0.08, "kappa": 0.1, "phi": 0.3, "theta": theta}
    w = Tensor(start, requires_grad=True)
    optimizer = nn.optim.DeltaBarDelta([w], maximize=sign < 0, **options)
    for _ in range(50):
        optimizer.zero_grad()
        (sign * 0.5 * curvature * w * w).sum().backward()
        optimizer.step()
    expected, gains = by_hand(start, curvature, 50, **options)
    np.testing.assert_allclose(w.data, expected, rtol=1e-9)
    np.testing.assert_allclose(optimizer.state_dict()["state"][0]["gain"], gains, rtol=1e-12)


def test_delta_bar_delta_on_a_ravine() -> None:
    """The figures of a long, narrow valley: 1375 steps without gains, 212 with them."""

    def steps(optimizer: Any, w: Tensor) -> int:
        n = 0
        while np.abs(w.data).max() > 1e-6:
            w.grad = np.array([1.0, 100.0]) * w.data
            optimizer.step()
            n += 1
        return n

    w = Tensor([1.0, 1.0], requires_grad=True)
    plain = steps(nn.optim.SGD([w], lr=0.01), w)
    w = Tensor([1.0, 1.0], requires_grad=True)
    optimizer = nn.optim.DeltaBarDelta([w], lr=0.01, theta=0.0)
    assert (plain, steps(optimizer, w)) == (1375, 212)
    # the steep axis is at its minimum after one step of 1 / curvature: its gradient has no sign any more
    np.testing.assert_allclose(optimizer.state_dict()["state"][0]["gain"], [11.55, 1.0], rtol=1e-9)


# what the papers say of one step


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_the_length_of_a_step_for_a_constant_gradient(size: float) -> None:
    def lengths(optimizer_of: Any, n: int) -> np.ndarray:
        w = Tensor([0.0], requires_grad=True)
        optimizer = optimizer_of([w])
        places = [0.0]
        for _ in range(n):
            w.grad = [size]
            optimizer.step()
            places.append(-w.item())
        return np.diff(places)

    adagrad = lengths(lambda params: nn.optim.Adagrad(params, lr=1.0), 1000)
    np.testing.assert_allclose(adagrad[[0, 3, 99, 999]], [1, 0.5, 0.1, 1 / math.sqrt(1000)], rtol=1e-6)
    rmsprop = lengths(lambda params: nn.optim.RMSprop(params, lr=1.0, alpha=0.9), 400)
    np.testing.assert_allclose(rmsprop[[0, -1]], [1 / math.sqrt(0.1), 1.0], rtol=1e-4)
    adam = lengths(lambda params: nn.optim.Adam(params, lr=1.0), 1000)
    np.testing.assert_allclose(adam, 1.0, rtol=1e-4)
    rprop = lengths(lambda params: nn.optim.Rprop(params, lr=1.0), 4)
    np.testing.assert_allclose(rprop, [1.0, 1.2, 1.44, 1.728], rtol=1e-12)


@pytest.mark.parametrize("alpha", [0.9, 0.99, 0.999])
def test_rmsprop_goes_63_percent_of_the_way_in_one_time_constant(alpha: float) -> None:
    w = Tensor([0.0], requires_grad=True)
    optimizer = nn.optim.RMSprop([w], alpha=alpha)
    for _ in range(round(1 / (1 - alpha))):
        w.grad = [1.0]
        optimizer.step()
    assert optimizer.state_dict()["state"][0]["square_avg"][0] == pytest.approx(1 - math.exp(-1), abs=0.02)
