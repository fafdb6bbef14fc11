"""Small linear layers in compiled steps: biases are a row of the weights, and the numbers stay what they were."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from autograd.compiler.ones import COPIED, MOST

from .two_ways import LOSSES, NETS, agree, linear, trained

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("n", [1, 2, 7, 64])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("net", NETS)
def test_both_ways_agree(net: str, loss: str, n: int) -> None:
    if n == 1 and net == "batch norm":
        pytest.skip("a batch of one has no variance")
    agree(NETS[net], loss, "sgd", n)


@pytest.mark.parametrize("net", NETS)
def test_with_an_optimiser_that_remembers(net: str) -> None:
    if net == "batch norm":
        pytest.skip("Adam makes steps of the rounding errors in a gradient that is 0")
    agree(NETS[net], "cross entropy", "adam", 7)


def test_a_layer_is_one_product_forward_and_one_for_its_gradients() -> None:
    source = agree(NETS["relu"], "squares", "sgd", 7)
    assert len(re.findall(r"^    dot\(", source, re.MULTILINE)) == 3 + 3 + 2 + 1  # the last is the loss
    assert "add(" not in source
    assert source.count("[...] = x\n") == 1  # the input's turned copy


@pytest.mark.parametrize(
    "between",
    [
        lambda net: nn.utils.clip_grad_norm_(net.parameters(), 0.1),
        lambda net: nn.utils.clip_grad_value_(net.parameters(), 0.01),
    ],
)
def test_gradients_that_someone_changes_first(between: Any) -> None:
    source = agree(NETS["relu"], "squares", "sgd", 7, between=between)
    assert "linear\n    add(" not in source


@pytest.mark.parametrize("frozen", ["weight", "bias"])
def test_a_frozen_part(frozen: str) -> None:
    def make() -> nn.Module:
        net = NETS["tanh"]()
        getattr(net[0], frozen).requires_grad = False
        return net

    agree(make, "squares", "sgd", 7)


def test_numbers_of_another_kind() -> None:
    def make() -> nn.Module:
        net = NETS["tanh"]()
        net[0] = nn.Linear(3, 5, dtype=np.float32, rng=np.random.default_rng(0))
        return net

    slow, fast = (trained(make, "squares", "sgd", 7, compiled=way)[0] for way in (False, True))
    for a, b in zip(slow, fast, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(b, a, rtol=1e-6)


def test_a_gradient_for_the_input() -> None:
    layer, x = linear(3, 5), Tensor(RNG.standard_normal((4, 3)), requires_grad=True)
    rule = nn.optim.SGD(layer.parameters(), lr=0.0)

    def step() -> Any:
        rule.zero_grad()
        x.grad = None
        np.square(layer(x)).sum().backward()
        rule.step()

    step()
    assert x.grad is not None
    expected = x.grad.numpy().copy()
    autograd.compile(step)()
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-12)


def test_parameters_that_lie_elsewhere_are_met_as_before() -> None:
    layer = linear(3, 5)
    fast = autograd.compile(layer)
    x = RNG.standard_normal((4, 3))
    np.testing.assert_allclose(fast(x).numpy(), layer(x).detach().numpy(), rtol=1e-12)
    assert "add(" in fast.source


@pytest.mark.parametrize(("n", "features"), [(MOST // 8 + 1, 1), (COPIED // 64 + 1, 8)])
def test_large_layers_are_left_as_they_are(n: int, features: int) -> None:
    layer = linear(features, 2)
    rule = nn.optim.SGD(layer.parameters(), lr=0.1)

    def step(x: Any) -> Any:
        rule.zero_grad()
        loss = np.square(layer(x)).sum()
        loss.backward()
        rule.step()
        return loss

    fast = autograd.compile(step)
    fast(RNG.standard_normal((n, features)))
    assert "add(" in fast.source
    fast(RNG.standard_normal((4, features)))
    assert "add(" not in fast.source


def test_a_bias_that_is_not_the_one_behind_the_weights() -> None:
    def results(compiled: bool) -> list[Any]:
        a, b = linear(3, 3), linear(3, 3)
        rule = nn.optim.SGD([a.weight, b.bias, b.weight, a.bias], lr=0.1)
        for layer in (a, b):
            layer.bias.data = np.arange(3.0) + 1.0

        def step(x: Any) -> Any:
            rule.zero_grad()
            loss = np.square(b(np.tanh(a(x)))).sum()
            loss.backward()
            rule.step()
            return loss

        fast = autograd.compile(step) if compiled else step
        return [float(fast(np.arange(6.0).reshape(2, 3)).data) for _ in range(3)]

    assert results(True) == pytest.approx(results(False), rel=1e-12)


def test_results_that_are_seen_in_other_shapes() -> None:
    def results(compiled: bool) -> list[Any]:
        net = NETS["relu"]()
        rule = nn.optim.SGD(net.parameters(), lr=0.1)

        def step(x: Any) -> Any:
            rule.zero_grad()
            hidden = net[1](net[0](x))
            loss = np.square(net[4](net[3](net[2](hidden)))).sum()
            loss.backward()
            return hidden.detach().reshape(-1), net[0].weight.grad.reshape(-1), net[2].weight.grad.T, rule.step()

        fast = autograd.compile(step) if compiled else step
        return [x.numpy() for _ in range(3) for x in fast(np.arange(6.0).reshape(2, 3))[:3]]

    for a, b in zip(results(False), results(True), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-12)


# without layers: what may not be taken for one

PLACE = np.random.default_rng(3).standard_normal((4, 5))
WEIGHT, BIAS = PLACE[:3], PLACE[3]
X = np.random.default_rng(4).standard_normal((6, 3))


def changed_afterwards(x: Any) -> Any:
    h = np.concatenate([x[:3], x[3:]])
    z = np.dot(h, WEIGHT)
    np.add(z, BIAS, z)
    h += 1.0
    return z, h, np.dot(z.T, h), np.dot(np.ones(6), z)


def weighted_sum(x: Any) -> Any:
    z = np.dot(x, WEIGHT)
    np.add(z, BIAS, z)
    return z, np.dot(z.T, x), np.dot(np.arange(6.0), z)


def as_it_is(x: Any) -> Any:
    z = np.dot(x, WEIGHT)
    np.add(z, BIAS, z)
    return z, np.dot(z.T, x), np.dot(np.ones(6), z)


def another_bias(x: Any) -> Any:
    z = np.dot(x, WEIGHT)
    np.add(z, WEIGHT[0], z)
    return (z,)


@pytest.mark.parametrize(
    ("function", "products"), [(changed_afterwards, 3), (weighted_sum, 3), (as_it_is, 2), (another_bias, 1)]
)
def test_calls_of_numpy(function: Callable[[Any], Any], products: int) -> None:
    fast = autograd.compile(function)
    for x in (X, X * 2):
        for a, b in zip(function(x.copy()), fast(x), strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-12)
    assert fast.source.count("dot(") == products
