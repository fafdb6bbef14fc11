"""What all optimisers share: steps over flat arrays, and groups."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor
from autograd.errors import MutationError
from nn.errors import ConfigError, StateError
from nn.optim import SGD, Adam, Optimizer, flat
from tests.nn.optim.makers import MAKERS, any_optimizer, assert_same, give_gradients, leaf, leaves, values


def test_the_base_class_states_no_rule() -> None:
    with pytest.raises(NotImplementedError):
        Optimizer([leaf(1)], {}).slots({})
    with pytest.raises(NotImplementedError):
        Optimizer([leaf(1)], {}).numbers({}, 1, {})
    with pytest.raises(NotImplementedError):
        Optimizer([leaf(1)], {}).rule({}, *[np.zeros(1)] * 4, ())


@any_optimizer
def test_the_layout_makes_no_difference(maker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    results = []
    for gathered, block in ((8192, 131_072), (0, 131_072), (10**9, 131_072), (0, 64), (10**9, 8)):
        monkeypatch.setattr(flat, "GATHERED", gathered)
        monkeypatch.setattr(flat, "BLOCK_BYTES", block)
        params = leaves()
        optimizer = maker(params)
        for step in range(4):
            give_gradients(params, step)
            optimizer.step()
        results.append(values(params))
    for result in results[1:]:
        assert_same(result, results[0])


@any_optimizer
def test_the_layout_of_a_gradient_makes_no_difference(maker: Any) -> None:
    results = []
    for order in "CF":
        params = leaves()
        optimizer = maker(params)
        for step in range(3):
            give_gradients(params, step)
            for param in params:
                param.grad = np.asarray(param.grad.data, order=order)
            optimizer.step()
        results.append(values(params))
    assert_same(*results)


@any_optimizer
def test_gradients_are_not_written_to(maker: Any) -> None:
    params = leaves()
    give_gradients(params, 1)
    before = [param.grad.data.copy() for param in params]
    maker(params).step()
    assert_same([param.grad.data for param in params], before)


@any_optimizer
def test_parameters_without_gradient_stay(maker: Any) -> None:
    params = leaves()
    optimizer = maker(params)
    before = values(params)
    optimizer.step()
    assert_same(values(params), before)
    params[2].grad = np.ones(4)
    optimizer.step()
    assert [bool((a != b).any()) for a, b in zip(values(params), before, strict=True)] == [i == 2 for i in range(6)]
    assert list(optimizer.state_dict()["state"]) == [2]


@any_optimizer
def test_dtype_is_kept(maker: Any) -> None:
    for dtype in (np.float32, np.float64, np.float16):
        params = leaves(dtype)
        optimizer = maker(params)
        give_gradients(params, 0)
        optimizer.step()
        assert {param.dtype for param in params} == {np.dtype(dtype)}


@any_optimizer
def test_mixed_dtypes_are_each_updated_as_if_alone(maker: Any) -> None:
    results = []
    for together in (True, False):
        single, double = leaf(3, dtype=np.float32), leaf(3, seed=1)
        optimizers = [maker([single, double])] if together else [maker([single]), maker([double])]
        for step in range(3):
            give_gradients([single, double], step)
            for optimizer in optimizers:
                optimizer.step()
        results.append(values([single, double]))
    assert_same(*results)


def test_a_gradient_of_another_dtype_is_rounded_first() -> None:
    results = []
    for dtype in (np.float64, np.float32):
        params = [leaf(3, dtype=np.float32), leaf(5, dtype=np.float32), leaf(9000, dtype=np.float32)]
        optimizer = SGD(params, lr=0.3)
        for param in params:
            exact = np.random.default_rng(1).standard_normal(param.shape)
            param.grad = exact if dtype is np.float64 else exact.astype(np.float32)
        optimizer.step()
        results.append(values(params))
    assert_same(*results)


@any_optimizer
def test_two_optimisers_over_the_same_parameters(maker: Any) -> None:
    params, twins = leaves(), leaves()
    first, second = maker(params), SGD(params[1:4], lr=0.5)
    lone_first = maker(twins)
    for step in range(3):
        give_gradients(params, step)
        give_gradients(twins, step)
        first.step()
        second.step()
        lone_first.step()
        for twin in twins[1:4]:
            twin.assign_(twin.data - np.multiply(twin.grad.data, 0.5))
    assert_same(values(params), values(twins))


def test_a_parameter_keeps_its_values_when_it_is_taken_over() -> None:
    params = leaves()
    before = values(params)
    first = SGD(params, lr=0.1)
    assert_same(values(params), before)
    arrays = [param.data for param in params]
    give_gradients(params, 0)
    first.step()
    assert all(param.data is array for param, array in zip(params, arrays, strict=True))


def test_writing_to_a_parameter_counts() -> None:
    weight = leaf(3)
    optimizer = SGD([weight], lr=1.0)
    weight.assign_([1.0, 2.0, 3.0])
    weight.grad = np.ones(3)
    optimizer.step()
    assert weight.data.tolist() == [0.0, 1.0, 2.0]


def test_a_graph_from_before_the_step_refuses_to_go_back() -> None:
    weight = leaf(3, name="weight")
    loss = (weight * weight).sum()
    optimizer = SGD([weight], lr=0.1)
    weight.grad = np.ones(3)
    optimizer.step()
    with pytest.raises(MutationError, match="weight"):
        loss.backward()


def test_freezing_and_unfreezing() -> None:
    a, b = leaf(2), leaf(2, seed=1)
    optimizer = SGD([a, b], lr=1.0, momentum=0.9)
    before = b.data.copy()
    b.requires_grad_(False)
    (a * a).sum().backward()
    optimizer.step()
    np.testing.assert_array_equal(b.data, before)
    b.requires_grad_(True)
    b.grad = np.ones(2)
    optimizer.step()
    np.testing.assert_array_equal(b.data, before - 1)


def test_options_are_read_at_each_step() -> None:
    weight = leaf(2)
    optimizer = SGD([weight], lr=1.0)
    start = weight.data.copy()
    for lr in (1.0, 0.5, 0.25):
        optimizer.param_groups[0]["lr"] = lr
        weight.grad = np.ones(2)
        optimizer.step()
    np.testing.assert_allclose(weight.data, start - 1.75, rtol=1e-14)
    optimizer.param_groups[0]["momentum"] = 0.5
    for _ in range(2):
        optimizer.step()
    np.testing.assert_allclose(weight.data, start - 1.75 - 0.25 - 0.375, rtol=1e-14)


def test_nan_and_overflow_go_through_without_a_warning_or_half_a_step() -> None:
    a, b = leaf(2, dtype=np.float32), leaf(2, seed=1, dtype=np.float32)
    optimizer = Adam([a, b], lr=0.1)
    a.grad, b.grad = np.array([np.nan, 1e30], np.float32), np.ones(2, np.float32)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        before = b.data.copy()
        optimizer.step()
    assert np.isnan(a.data[0])
    np.testing.assert_allclose(b.data, before - 0.1, rtol=1e-5)


def test_closure_runs_first_and_its_value_is_given_back() -> None:
    weight = leaf(2)
    optimizer = SGD([weight], lr=0.1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (weight * weight).sum()
        loss.backward()
        return loss

    start = weight.data.copy()
    loss = optimizer.step(closure)
    assert loss.item() == pytest.approx((start**2).sum())
    np.testing.assert_allclose(weight.data, 0.8 * start)


def test_zero_grad_forgets() -> None:
    params = leaves()
    optimizer = SGD(params, lr=0.1)
    give_gradients(params[1:], 0)
    optimizer.zero_grad(set_to_none=False)
    assert params[0].grad is None
    assert all(not param.grad.data.any() and param.grad.shape == param.shape for param in params[1:])
    optimizer.zero_grad()
    assert all(param.grad is None for param in params)


def test_groups() -> None:
    a, b, c = leaf(2), leaf(2, seed=1), leaf(2, seed=2)
    optimizer = SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1)
    optimizer.add_param_group({"params": [c], "lr": 0.25})
    start = values([a, b, c])
    give_gradients([a, b, c], 0)
    optimizer.step()
    for param, before, lr in zip((a, b, c), start, (0.1, 0.5, 0.25), strict=True):
        np.testing.assert_array_equal(param.data, before - param.grad.data * lr)
    with pytest.raises(ConfigError, match="twice"):
        optimizer.add_param_group({"params": [a]})
    assert len(optimizer.param_groups) == 3
    assert repr(optimizer).splitlines()[1].startswith("SGD(lr=0.5, momentum=0.0")
    assert repr(optimizer).endswith("2 parameters in 1 tensors")


def test_a_parameter_whose_shape_changed_is_named() -> None:
    weight = leaf(3, name="weight")
    optimizer = SGD([weight], lr=0.1)
    weight._data = np.zeros(4)
    with pytest.raises(StateError, match=r"weight of shape \(4,\) and dtype float64; expected shape \(3,\)"):
        optimizer.step()


def test_a_copied_optimiser_trains_its_own_parameters() -> None:
    params = leaves()
    optimizer = Adam(params, lr=0.1)
    give_gradients(params, 0)
    optimizer.step()
    twin = copy.deepcopy(optimizer)
    twins = twin.param_groups[0]["params"]
    for step in range(1, 3):
        give_gradients(params, step)
        give_gradients(twins, step)
        optimizer.step()
        twin.step()
    assert_same(values(twins), values(params))
    assert not np.shares_memory(twins[0].data, params[0].data)


@given(
    shapes=st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=1, max_size=5),
    skips=st.lists(st.sets(st.integers(0, 4)), min_size=1, max_size=5),
    kind=st.sampled_from(sorted(MAKERS)),
)
def test_together_or_one_by_one_is_the_same(shapes: list[list[int]], skips: list[set[int]], kind: str) -> None:
    together = [leaf(*shape, seed=i) for i, shape in enumerate(shapes)]
    apart = [leaf(*shape, seed=i) for i, shape in enumerate(shapes)]
    one = MAKERS[kind](together)
    many = [MAKERS[kind]([param]) for param in apart]
    for step, skipped in enumerate(skips):
        for params in (together, apart):
            give_gradients(params, step)
            for i in skipped & set(range(len(params))):
                params[i].grad = None
        for optimizer in (one, *many):  # what is remembered of a parameter depends on the rate of its own steps
            optimizer.param_groups[0]["lr"] = 0.1 / (step + 1)
        one.step()
        for optimizer in many:
            optimizer.step()
    assert_same(values(together), values(apart))


def test_the_example_of_the_readme() -> None:
    net = nn.Linear(2, 1)
    optimizer = Adam(net.parameters(), lr=0.01)
    optimizer.zero_grad()
    nn.MSELoss()(net(np.ones((4, 2), np.float32)), np.zeros((4, 1), np.float32)).backward()
    before = net.weight.data.copy()
    optimizer.step()
    np.testing.assert_allclose(np.abs(net.weight.data - before), 0.01, rtol=1e-4)
