"""Rows 2 to 7: what a loss punishes, and how fast a mistake is learned from."""

from __future__ import annotations

import math

import numpy as np

import nn
import nn.functional as F
from autograd import Tensor, ops
from autograd.tape import walk

from .experiment import experiment

NEAR, FAR = (0.6, 0.9), (2.0, 2.0)  # two neurons that ought to say 0, after Nielsen (2015), chapter 3


def says(w: Tensor, b: Tensor) -> Tensor:
    return F.sigmoid(w * 1.0 + b)


def squared(w: Tensor, b: Tensor) -> Tensor:
    return F.mse_loss(says(w, b), np.array(0.0)) / 2


def entropy(w: Tensor, b: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(w * 1.0 + b, np.array(0.0))


def neuron(w: float, b: float) -> tuple[nn.Parameter, nn.Parameter]:
    return nn.Parameter(np.array(w)), nn.Parameter(np.array(b))


def slope(loss: object, start: tuple[float, float]) -> float:
    w, b = neuron(*start)
    loss(w, b).backward()  # type: ignore[operator]
    assert w.grad is not None
    return float(w.grad.item())


@experiment(2, lesson=3)
def a_larger_mistake_has_a_smaller_gradient_under_mse() -> str:
    near, far = slope(squared, NEAR), slope(squared, FAR)
    assert far < near
    assert (round(near, 4), round(far, 5)) == (0.1219, 0.01735)
    crossed = slope(entropy, NEAR), slope(entropy, FAR)
    assert crossed[1] > crossed[0]
    return f"MSE {near:.4f} at 0.82, {far:.5f} at 0.98; cross-entropy {crossed[0]:.4f}, {crossed[1]:.4f}"


def steps_to(target: float, output: object, loss: object, most: int = 3000) -> int:
    """Steps of gradient descent, at the rate 0.15, until the neuron that was wrong by 0.98 says at most `target`."""
    w, b = neuron(*FAR)
    optimizer = nn.optim.SGD([w, b], lr=0.15)
    for step in range(most):
        if output(w * 1.0 + b).item() <= target:  # type: ignore[operator]
            return step
        optimizer.zero_grad()
        loss(w, b).backward()  # type: ignore[operator]
        optimizer.step()
    return most


@experiment(3, lesson=3)
def relu_and_cross_entropy_both_cure_it() -> str:
    plain = steps_to(0.1, F.sigmoid, squared)
    relu = steps_to(0.1, F.relu, lambda w, b: F.mse_loss(F.relu(w * 1.0 + b), np.array(0.0)) / 2)
    crossed = steps_to(0.1, F.sigmoid, entropy)
    assert 5 * relu < plain < 3000
    assert 5 * crossed < plain
    return f"steps until it says 0.1: sigmoid and MSE {plain}, relu and MSE {relu}, sigmoid and cross-entropy {crossed}"


@experiment(4, lesson=4)
def cross_entropy_in_bits() -> str:
    right, wrong = (float(F.binary_cross_entropy(np.array([o]), np.array([1.0]), base=2)) for o in (0.98, 0.0001))
    assert (round(right, 4), round(wrong, 4)) == (0.0291, 13.2877)
    nats = float(F.binary_cross_entropy(np.array([0.98]), np.array([1.0])))
    assert math.isclose(nats, right * math.log(2), rel_tol=1e-12)
    return f"y = 1: {right:.4f} bits for o = 0.98, {wrong:.4f} for o = 0.0001"


@experiment(5, lesson=4)
def softmax_imitates_max() -> str:
    logits = np.array([1.0, 2.0, 3.0])
    tops = []
    for scale in (1, 2, 5, 10):
        shares = np.asarray(F.softmax(scale * logits, dim=-1))
        assert abs(shares.sum() - 1) < 1e-12
        assert np.allclose(shares, np.asarray(F.softmax(scale * logits + 1000.0, dim=-1)), atol=1e-12)
        tops.append(float(shares[-1]))
    assert tops == sorted(tops)
    assert tops[-1] > 0.9999
    for huge in ([1e4, 0.0], [-1e4, 0.0]):
        shares = np.asarray(F.softmax(np.array(huge), dim=-1))
        assert np.isfinite(shares).all()
        assert abs(shares.sum() - 1) < 1e-12
    return "largest share at scales 1, 2, 5, 10: " + ", ".join(f"{top:.4f}" for top in tops)


@experiment(6, lesson=4)
def log_likelihood_looks_at_the_true_class_only() -> str:
    logs = Tensor(np.log([[0.5, 0.3, 0.2]]), requires_grad=True)
    loss = F.nll_loss(logs, np.array([0]), base=2)
    assert abs(loss.item() - 1.0) < 1e-12
    loss.backward()
    assert logs.grad is not None
    grad = logs.grad.numpy()[0]
    assert grad[0] != 0
    assert (grad[1:] == 0).all()
    costs = [float(-np.log2(share)) for share in (0.98, 0.5, 0.01)]
    return f"{loss.item():.0f} bit at 0.5; penalties at 0.98, 0.5, 0.01: {costs[0]:.4f}, {costs[1]:.0f}, {costs[2]:.4f}"


@experiment(7, lesson=4)
def the_gradient_of_the_two_together_is_softmax_minus_one_hot() -> str:
    rng = np.random.default_rng(0)
    logits, target = rng.normal(0, 3, (50, 7)), rng.integers(0, 7, 50)
    apart, fused = (Tensor(logits.copy(), requires_grad=True) for _ in range(2))
    F.nll_loss(F.log_softmax(apart, dim=-1), target, reduction="sum").backward()
    whole = F.cross_entropy(fused, target, reduction="sum")
    assert [node.op.name for node in walk(whole.node)] == [ops.softmax_cross_entropy.name]
    whole.backward()
    expected = np.asarray(F.softmax(logits, dim=-1)) - np.eye(7)[target]
    assert apart.grad is not None
    assert fused.grad is not None
    worst = max(float(np.abs(each.grad.numpy() - expected).max()) for each in (apart, fused))
    assert worst < 1e-12
    return "50 samples of 7 classes: largest difference below 1e-12"
