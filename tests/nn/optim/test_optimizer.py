"""What all optimisers share: groups, errors, flat arrays, saved state."""

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

MAKERS = {
    "sgd": lambda params: SGD(params, lr=0.1),
    "nesterov": lambda params: SGD(params, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "dampening": lambda params: SGD(params, lr=0.1, momentum=0.9, dampening=0.5),
    "adam": lambda params: Adam(params, lr=0.1, weight_decay=0.01),
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


# errors


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda w: SGD([], lr=0.1), "SGD: got params without a parameter; expected at least one"),
        (lambda w: SGD(iter(()), lr=0.1), "without a parameter"),
        (SGD, "SGD: got one tensor as params; expected an iterable"),
        (lambda w: SGD({"params": [w]}), "got one dict as params"),
        (lambda w: SGD([{"params": []}]), "got a group without parameters"),
        (lambda w: SGD([{"lr": 1.0}]), "got a group without parameters"),
        (lambda w: SGD([w.data]), "got a ndarray among params; expected tensors"),
        (lambda w: SGD([w * 2]), r"of shape \(2,\), which was computed, among params; expected leaves"),
        (lambda w: SGD([w, w]), r"got weight of shape \(2,\) twice among params"),
        (lambda w: Adam([{"params": [w]}, {"params": w}]), "twice among params"),
        (lambda w: SGD([w], lr=-1), "SGD: got lr=-1; expected a number at least 0; pass lr=0.01"),
        (lambda w: SGD([w], lr=float("nan")), "lr=nan"),
        (lambda w: SGD([w], lr=float("inf")), "lr=inf"),
        (lambda w: SGD([w], lr="fast"), "lr='fast'"),
        (lambda w: SGD([w], momentum=-0.5), "momentum=-0.5"),
        (lambda w: SGD([w], weight_decay=-1), "weight_decay=-1"),
        (lambda w: SGD([w], nesterov=True), "nesterov=True with momentum=0.0 and dampening=0.0"),
        (lambda w: SGD([w], momentum=0.9, dampening=0.1, nesterov=True), "nesterov=True"),
        (lambda w: SGD([{"params": [w], "lr": -3}]), "lr=-3"),
        (lambda w: Adam([w], lr=-1), "Adam: got lr=-1"),
        (lambda w: Adam([w], betas=(0.9, 1)), r"betas\[1\]=1; expected a number from 0 to below 1"),
        (lambda w: Adam([w], betas=(-0.1, 0.9)), r"betas\[0\]=-0.1"),
        (lambda w: Adam([w], betas=0.9), "betas=0.9; expected a pair"),
        (lambda w: Adam([w], eps=-1e-8), "eps=-1e-08"),
        (lambda w: Adam([w], weight_decay=-1), "weight_decay=-1"),
    ],
)
def test_arguments_that_make_no_sense_are_named(make: Any, says: str) -> None:
    weight = leaf(2, name="weight")
    array = weight.data
    with pytest.raises(ConfigError, match=says):
        make(weight)
    assert weight.data is array  # nothing was taken over


def test_the_base_class_states_no_rule() -> None:
    with pytest.raises(NotImplementedError):
        Optimizer([leaf(1)], {}).slots({})
    with pytest.raises(NotImplementedError):
        Optimizer([leaf(1)], {}).numbers({}, 1)
    with pytest.raises(NotImplementedError):
        Optimizer([leaf(1)], {}).rule({}, *[np.zeros(1)] * 4, ())


# steps


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
    give_gradients(params, 0)
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


# saved state


@any_optimizer
def test_resuming_is_the_unbroken_run_bit_for_bit(maker: Any) -> None:
    params = leaves()
    optimizer = maker(params)
    for step in range(3):
        give_gradients(params, step)
        params[step].grad = None
        optimizer.step()
    state = optimizer.state_dict()
    resumed = [Tensor(param.data, requires_grad=True) for param in params]
    other = maker(resumed)
    give_gradients(resumed, 99)
    other.step()  # a state that has to be replaced
    for copy_, param in zip(resumed, params, strict=True):
        copy_.assign_(param.data)
    other.load_state_dict(copy.deepcopy(state))
    for step in range(3, 6):
        for tensors, each in ((params, optimizer), (resumed, other)):
            give_gradients(tensors, step)
            each.step()
    assert_same(values(resumed), values(params))


def test_state_dict_is_laid_out_as_pytorchs_and_is_a_copy() -> None:
    params = [leaf(2), leaf(3, seed=1)]
    optimizer = Adam([{"params": params[:1]}, {"params": params[1:], "lr": 0.5}])
    give_gradients(params, 0)
    optimizer.step()
    state = optimizer.state_dict()
    assert [group["params"] for group in state["param_groups"]] == [[0], [1]]
    assert [group["lr"] for group in state["param_groups"]] == [1e-3, 0.5]
    assert set(state["state"][1]) == {"step", "exp_avg", "exp_avg_sq"}
    assert state["state"][1]["step"] == 1
    np.testing.assert_allclose(state["state"][1]["exp_avg"], 0.1 * params[1].grad.data, rtol=1e-12)
    np.testing.assert_allclose(state["state"][1]["exp_avg_sq"], 0.001 * params[1].grad.data ** 2, rtol=1e-12)
    state["state"][1]["exp_avg"][...] = 9
    assert optimizer.state_dict()["state"][1]["exp_avg"].max() < 9


@any_optimizer
def test_the_state_of_a_new_optimiser_is_a_fresh_start(maker: Any) -> None:
    params, twins = leaves(), leaves()
    used, new = maker(params), maker(twins)
    give_gradients(params, 5)
    used.step()
    used.load_state_dict(new.state_dict())
    for param, twin in zip(params, twins, strict=True):
        param.assign_(twin.data)
    for tensors, optimizer in ((params, used), (twins, new)):
        give_gradients(tensors, 0)
        optimizer.step()
    assert_same(values(params), values(twins))


def broken(state: dict[str, Any], how: str) -> Any:
    if how == "no state":
        return {"param_groups": []}
    if how == "groups":
        state["param_groups"] *= 2
    elif how == "count":
        state["param_groups"][0]["params"].append(2)
    elif how == "option":
        del state["param_groups"][0]["betas"]
    elif how == "value":
        state["param_groups"][0]["lr"] = -1
    elif how == "shape":
        state["state"][1]["exp_avg"] = np.zeros(7)
        state["state"][0]["exp_avg_sq"] = np.zeros(2, np.float32)
    elif how == "number":
        state["state"][5] = state["state"][0]
    elif how == "step":
        del state["state"][0]["step"]
    return state


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("no state", "got something without state and param_groups"),
        ("groups", "2 groups for 1"),
        ("count", "group 0 with 3 parameters for 2"),
        ("option", "group 0 without betas"),
        ("value", "group 0 with options that are refused .*lr=-1"),
        (
            "shape",
            r"exp_avg_sq of parameter 0 as \(2,\) float32 .*, exp_avg of parameter 1 as \(7,\) float64",
        ),
        ("number", "state of parameter 5, which is not there"),
        ("step", "parameter 0 without its step"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_whole(how: str, says: str) -> None:
    params = [leaf(2), leaf(3, seed=1)]
    optimizer = Adam(params, lr=0.5)
    give_gradients(params, 0)
    optimizer.step()
    before = optimizer.state_dict()
    with pytest.raises(StateError, match=rf"Adam\.load_state_dict: got {says}|{says}"):
        optimizer.load_state_dict(broken(copy.deepcopy(before), how))
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    for number, entry in before["state"].items():
        assert after["state"][number]["step"] == entry["step"]
        np.testing.assert_array_equal(after["state"][number]["exp_avg"], entry["exp_avg"])


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
