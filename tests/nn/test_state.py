"""A module's state: saved, loaded, and brought to another dtype."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.errors import ConfigError, StateError
from tests.nn.test_module import Scaled


def test_state_dict_is_a_copy() -> None:
    net = Scaled()
    state = net.state_dict()
    assert list(state) == ["scale", "seen", "inner.weight", "inner.bias"]
    assert all(type(value) is np.ndarray for value in state.values())
    net.scale.assign_([9.0])
    net.seen[...] = 5.0
    assert (state["scale"].tolist(), state["seen"].tolist()) == ([2.0], [0.0, 0.0, 0.0])


def test_load_state_dict_round_trip() -> None:
    net, other = Scaled(), Scaled()
    net.seen[...] = [1, 2, 3]
    weight, buffer = other.inner.weight.data, other.seen
    result = other.load_state_dict(net.state_dict())
    assert result == ([], [])
    assert other.inner.weight.data is weight  # in place: whoever holds the array sees it
    assert other.seen is buffer
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(other.state_dict()[name], value)
    other.load_state_dict({name: Tensor(value) for name, value in net.state_dict().items()})


def test_load_lists_every_problem_and_loads_nothing() -> None:
    net = Scaled()
    before = net.state_dict()
    state = {name: value + 1 for name, value in before.items()}
    del state["scale"]
    state["extra"] = np.zeros(1)
    state["inner.weight"] = state["inner.weight"][:1]
    state["inner.bias"] = state["inner.bias"].astype(np.float64)
    with pytest.raises(StateError) as caught:
        net.load_state_dict(state)
    text = str(caught.value)
    assert text.startswith("load_state_dict: got scale missing, extra unexpected, ")
    assert "inner.weight of shape (1, 3) where (2, 3) is needed" in text
    assert "inner.bias of dtype float64 where float32 is needed" in text
    assert "nothing has been loaded" in text
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


def test_load_not_strict_passes_over_names_but_not_over_shapes() -> None:
    net = Scaled()
    result = net.load_state_dict({"scale": np.array([7], np.float32), "extra": np.zeros(1)}, strict=False)
    assert result.missing_keys == ["seen", "inner.weight", "inner.bias"]
    assert result.unexpected_keys == ["extra"]
    assert net.scale.data.tolist() == [7.0]
    with pytest.raises(StateError, match="shape"):
        net.load_state_dict({"scale": np.zeros(2, np.float32)}, strict=False)


def test_load_of_a_shared_parameter_with_two_values_is_refused() -> None:
    first, second = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
    second.weight = first.weight
    net = nn.Sequential(first, second)
    state = net.state_dict()
    net.load_state_dict(state)
    state["1.weight"] = state["1.weight"] + 1
    with pytest.raises(StateError, match=r"1\.weight unlike the first name of the same parameter"):
        net.load_state_dict(state)


def test_loading_after_a_forward_pass_is_noticed_by_the_backward_pass() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    out = net(np.ones((1, 2), np.float32)).sum()
    net.load_state_dict(net.state_dict())
    with pytest.raises(Exception, match="written to after the forward pass"):
        out.backward()


# to another dtype


def test_to_brings_parameters_gradients_and_floating_buffers_along_and_keeps_who_they_are() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    weight = net[0].weight
    net(np.ones((4, 2), np.float32)).sum().backward()
    assert net.double() is net
    assert net[0].weight is weight
    assert {value.dtype for value in net.state_dict().values()} == {np.dtype(np.float64), np.dtype(np.int64)}
    assert (weight.grad.dtype, weight.name) == (np.float64, "weight")
    assert net(np.ones((4, 2))).dtype == np.float64
    assert net.float()[1].running_mean.dtype == np.float32
    assert net.half()[0].bias.dtype == np.float16
    assert net.to("float32")[1].num_batches_tracked.dtype == np.int64
    assert not nn.Linear(2, 2).requires_grad_(False).double().weight.requires_grad


def test_to_the_same_dtype_changes_nothing() -> None:
    net = nn.Linear(2, 3)
    array = net.weight.data
    assert net.float().weight.data is array


def test_to_reaches_what_is_shared_once_and_buffers_that_are_tensors() -> None:
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, shared)
    net.register_buffer("scale", Tensor(np.ones(2, np.float32)))
    net.double()
    assert (shared.weight.dtype, net.scale.dtype, type(net.scale)) == (np.float64, np.float64, Tensor)


@pytest.mark.parametrize("dtype", [np.int64, "cpu", None, "complex128", object()])
def test_to_refuses_what_is_no_float_dtype_before_it_changes_anything(dtype: object) -> None:
    net = nn.Linear(2, 3)
    with pytest.raises(ConfigError, match=r"Module.to: got .*; expected a float dtype; use np.float32 or np.float64"):
        net.to(dtype)
    assert net.weight.dtype == np.float32


def test_a_graph_made_before_refuses_to_go_back() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    out = net(np.ones((1, 2), np.float32)).sum()
    net.double()
    with pytest.raises(Exception, match="written to after the forward pass"):
        out.backward()


def test_an_optimiser_made_before_says_what_to_do() -> None:
    net = nn.Linear(2, 2)
    optimizer = nn.optim.SGD(net.parameters(), lr=0.1)
    net.double()
    net(np.ones((1, 2))).sum().backward()
    with pytest.raises(StateError, match="make a new optimiser"):
        optimizer.step()


def test_loading_takes_no_memory() -> None:
    net = nn.Linear(300, 300)
    saved = net.state_dict()
    tracemalloc.start()
    net.load_state_dict(saved)
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert highest < saved["weight"].nbytes / 2
