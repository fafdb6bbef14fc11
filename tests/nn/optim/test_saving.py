"""Saved state: its layout, and going on from it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from nn import optim
from nn.errors import StateError
from nn.optim import Adam
from tests.nn.optim.makers import any_optimizer, assert_same, give_gradients, leaf, leaves, values


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


def test_what_begins_at_the_rate_begins_at_the_rate_of_the_parameters_first_step() -> None:
    early, late = leaf(2), leaf(2, seed=1)
    optimizer = optim.Rprop([early, late], lr=0.1)
    early.grad = np.ones(2)
    optimizer.step()
    optimizer.param_groups[0]["lr"] = 0.5
    late.grad = np.ones(2)
    optimizer.step()
    state = optimizer.state_dict()["state"]
    np.testing.assert_allclose(state[0]["step_size"], 0.12)
    np.testing.assert_allclose(state[1]["step_size"], 0.5)


def test_numbers_that_are_kept_for_a_parameter_are_saved_and_asked_for() -> None:
    params = [leaf(2), leaf()]
    optimizer = optim.NAdam(params, lr=0.1)
    give_gradients(params, 0)
    optimizer.step()
    state = optimizer.state_dict()
    assert {type(entry["mu_product"]) for entry in state["state"].values()} == {float}
    assert optimizer.state_dict()["state"][0]["mu_product"] == pytest.approx(0.9 * (1 - 0.5 * 0.96**0.004))
    del state["state"][1]["mu_product"]
    with pytest.raises(StateError, match="parameter 1 without its mu_product"):
        optimizer.load_state_dict(state)


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
