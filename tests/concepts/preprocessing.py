"""Rows 8 to 11: what is done to data before a network sees them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import nn
from autograd import Tensor
from nn.errors import DataError

from .experiment import double, experiment

Array = NDArray[np.float64]


def measures() -> tuple[Array, Array]:
    """Height in m, weight in kg and blood pressure of 200 people, and whether each is at risk, as 1 and -1."""
    data = nn.data.health_table().dataset("risk", features=["height", "weight", "pressure"])
    return np.asarray(data.x, np.float64), 2.0 * data.y - 1.0


def condition(x: Array) -> float:
    """How many times the loss of a linear neuron bends more along its steepest axis than along its flattest."""
    bends = np.linalg.eigvalsh(x.T @ x / len(x))
    return float(bends[-1] / bends[0])


def steps_to_fit(x: Array, y: Array, most: int = 200_000) -> int:
    """Steps of gradient descent at the best rate until a linear neuron is within 1 % of the best loss."""
    x = np.column_stack([x, np.ones(len(x))])
    best = float(np.mean((x @ np.linalg.lstsq(x, y, rcond=None)[0] - y) ** 2))
    bends = np.linalg.eigvalsh(x.T @ x / len(x))
    w = Tensor(np.zeros(x.shape[1]), requires_grad=True)
    optimizer = nn.optim.SGD([w], lr=1.0 / (bends[-1] + bends[0]))
    for step in range(most):
        loss = ((x @ w - y) ** 2).mean()
        if loss.item() <= 1.01 * best:
            return step
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return most


@experiment(8, lesson=5)
def features_of_different_scale_learn_slowly() -> str:
    x, y = measures()
    with double():
        scaled = np.asarray(nn.data.Standardize().fit(x).transform(x))
    before, after = condition(x), condition(scaled)
    assert before > 1000 * after
    slow, quick = steps_to_fit(x, y, most=2000), steps_to_fit(scaled, y)
    assert quick < 50
    assert slow == 2000
    return f"condition {before:.1e} raw, {after:.1f} standardised; steps: more than {slow} raw, {quick} standardised"


def one_sign(draw: object, d: int, samples: int = 4000) -> float:
    """The share of samples for which all weights of a neuron get a gradient of the same sign."""
    rng = np.random.default_rng(d)
    same = 0
    for _ in range(samples):
        x = draw(rng, d)  # type: ignore[operator]
        w = Tensor(rng.normal(size=d), requires_grad=True)
        (np.tanh((x * w).sum()) - rng.normal()).backward()
        assert w.grad is not None
        signs = np.sign(w.grad.numpy())
        same += int((signs == signs[0]).all())
    return same / samples


@experiment(9, lesson=5)
def positive_inputs_move_all_weights_together() -> str:
    positive = one_sign(lambda rng, d: rng.random(d), 10, 300)
    centred = [one_sign(lambda rng, d: rng.normal(size=d), d) for d in (2, 5)]
    assert positive == 1.0
    for share, d in zip(centred, (2, 5), strict=True):
        assert abs(share - 2.0 ** (1 - d)) < 0.03
    return f"one sign: always (10 positive inputs); zero-mean inputs {centred[0]:.2f} (d = 2), {centred[1]:.3f} (d = 5)"


@experiment(10, lesson=5)
def the_training_set_sets_the_scale() -> str:
    rng = np.random.default_rng(0)
    train, test = rng.normal(5, 3, (300, 4)), rng.normal(5, 3, (100, 4))
    train[:, 3] = test[:, 3] = 7.0
    with double():
        scale = nn.data.Standardize().fit(train)
        seen, unseen = np.asarray(scale.transform(train)), np.asarray(scale.transform(test))
    assert np.abs(seen.mean(axis=0)).max() < 1e-12
    assert np.abs(seen[:, :3].std(axis=0) - 1).max() < 1e-12
    assert (seen[:, 3] == 0).all()
    assert (unseen[:, 3] == 0).all()
    by_hand = (test[:, :3] - train[:, :3].mean(axis=0)) / train[:, :3].std(axis=0)
    assert np.abs(unseen[:, :3] - by_hand).max() < 1e-12
    return f"train: mean 0, deviation 1 to 1e-12; test with the same numbers: deviation {unseen[:, 0].std():.3f}"


@experiment(11, lesson=5)
def nominal_values_carry_no_distance() -> str:
    table = nn.data.health_table()
    people = np.column_stack([table["sex"], table["type"]])
    codes = nn.data.OneHot().fit(people)
    bits = np.asarray(codes.transform(people))
    assert bits.shape == (200, 2 + 4)
    assert (bits[:, :2].sum(axis=1) == 1).all()
    assert (bits[:, 2:].sum(axis=1) == 1).all()
    each = np.asarray(codes.transform([["male", kind] for kind in sorted(set(table["type"]))]))[:, 2:]
    assert np.array_equal(each, np.eye(4))
    distances = {round(float(np.linalg.norm(a - b)), 6) for a in each for b in each if a is not b and (a != b).any()}
    assert distances == {round(2**0.5, 6)}
    with pytest.raises(DataError, match="Gemini"):
        codes.transform([["male", "Gemini"]])
    return "sex in 2 bits, body type in 4; any two values are 1.414 apart"
