"""An optimiser that steps more than once in one compiled step counts as it does eagerly."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
import nn

X = np.random.default_rng(1).normal(size=(8, 3)).astype(np.float32)


def made(name):
    layer = nn.Linear(3, 2, rng=np.random.default_rng(0))
    return layer, getattr(nn.optim, name)(layer.parameters(), lr=0.01)


def repeating(layer, optimizer):
    def step(x):
        for _ in range(3):
            optimizer.zero_grad()
            loss = (layer(x) ** 2).mean()
            loss.backward()
            optimizer.step()
        return loss

    return step


@pytest.mark.parametrize("name", ["SGD", "Adam", "NAdam", "RAdam", "ASGD", "Adamax"])
def test_several_updates_in_one_step(name):
    (layer, optimizer), (twin, other) = made(name), made(name)
    fast, slow = autograd.compile(repeating(layer, optimizer)), repeating(twin, other)
    for _ in range(3):
        assert fast(X).item() == pytest.approx(slow(X).item(), rel=1e-5)
    for a, b in zip(layer.parameters(), twin.parameters(), strict=True):
        np.testing.assert_allclose(a.readonly, b.readonly, rtol=1e-4, atol=1e-6)
    for key, value in optimizer.state_dict()["state"][0].items():
        np.testing.assert_allclose(value, other.state_dict()["state"][0][key], rtol=1e-3, atol=1e-6)
    assert optimizer.state_dict()["state"][0]["step"] == 9


def test_updates_of_other_parameters_each_time_are_refused():
    layer, optimizer = made("Adam")

    def step(x):
        optimizer.zero_grad()
        (layer.weight**2).sum().backward()
        optimizer.step()
        (layer(x) ** 2).sum().backward()
        optimizer.step()

    before = layer.weight.data.copy()
    with pytest.raises(autograd.errors.UnsupportedError, match=r"compile \(Adam.step\)"):
        autograd.compile(step)(X)
    assert np.array_equal(layer.weight.data, before)
