from __future__ import annotations

import copy
import gc
import pickle
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.errors import ConfigError, StateError


class Scaled(nn.Module):
    """A module with a parameter of its own, a part, and two buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter([2.0])
        self.inner = nn.Linear(3, 2)
        self.register_buffer("seen", np.zeros(3))
        self.register_buffer("cache", np.zeros(1), persistent=False)

    def forward(self, x: Any) -> Any:
        return self.inner(x) * self.scale


class Unsupered(nn.Module):
    def __init__(self) -> None:
        self.layer = nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        return self.layer(x)


def keys(module: nn.Module) -> list[str]:
    return [name for name, _ in module.named_parameters()]


# parts


def test_what_is_assigned_is_a_part() -> None:
    net = Scaled()
    assert keys(net) == ["scale", "inner.weight", "inner.bias"]
    assert [name for name, _ in net.named_children()] == ["inner"]
    assert [name for name, _ in net.named_modules()] == ["", "inner"]
    assert [name for name, _ in net.named_buffers()] == ["seen", "cache"]
    assert len(list(net.buffers())) == 2
    assert list(net.modules()) == [net, net.inner]
    assert list(net.children()) == [net.inner]


def test_prefix_and_recurse() -> None:
    net = Scaled()
    assert [name for name, _ in net.named_parameters("top", recurse=False)] == ["top.scale"]
    assert [name for name, _ in net.named_buffers("top", recurse=False)] == ["top.seen", "top.cache"]
    assert len(list(net.parameters(recurse=False))) == 1
    assert [name for name, _ in net.named_modules("top")] == ["top", "top.inner"]


def test_replacing_and_deleting() -> None:
    net = Scaled()
    net.inner = nn.Linear(3, 2, bias=False)
    assert keys(net) == ["scale", "inner.weight"]
    net.scale = None  # type: ignore[assignment]
    assert keys(net) == ["inner.weight"]
    del net.inner
    assert keys(net) == []
    net.scale = nn.Parameter([1.0])
    assert keys(net) == ["scale"]


def test_a_deleted_buffer_is_no_buffer_when_it_comes_back() -> None:
    net = Scaled()
    del net.seen
    assert list(net.state_dict()) == ["scale", "inner.weight", "inner.bias"]
    net.seen = np.zeros(3)
    assert [name for name, _ in net.named_buffers()] == ["cache"]


def test_a_buffer_stays_an_array_and_can_be_none() -> None:
    net = Scaled()
    net.seen = 3.0
    assert isinstance(net.seen, np.ndarray)
    net.seen = None
    assert "seen" not in net.state_dict()


def test_a_parameter_is_not_replaced_by_accident() -> None:
    net = Scaled()
    before = net.scale
    with pytest.raises(
        StateError, match=r"Scaled\.scale: got an ndarray in place of a parameter; expected a Parameter"
    ):
        net.scale = np.ones(1)
    with pytest.raises(StateError, match="wrap it in nn"):
        net.scale = net.scale * 2
    assert net.scale is before


def test_super_init_may_be_left_out() -> None:
    net = Unsupered()
    assert keys(net) == ["layer.weight", "layer.bias"]
    assert net.training
    assert net(np.ones((1, 2), np.float32)).shape == (1, 2)


def test_registering_under_computed_names() -> None:
    net = nn.Module()
    net.register_parameter("w", nn.Parameter([1.0]))
    net.register_module("part", nn.Linear(1, 1))
    net.add_module("none", None)
    assert keys(net) == ["w", "part.weight", "part.bias"]
    for bad in ("", "a.b"):
        with pytest.raises(ConfigError, match="without dots"):
            net.register_parameter(bad, None)
        with pytest.raises(ConfigError, match="without dots"):
            net.register_module(bad, None)
        with pytest.raises(ConfigError, match="without dots"):
            net.register_buffer(bad, None)


def test_parameters_learn_their_names() -> None:
    net = Scaled()
    assert net.inner.weight.name == "weight"
    named = nn.Parameter([1.0], name="mine")
    net.other = named
    assert named.name == "mine"


def test_parameter_keeps_an_arrays_dtype_and_takes_a_copy() -> None:
    data = np.ones(3)
    param = nn.Parameter(data)
    param.assign_(np.zeros(3))
    assert (param.dtype, data.tolist()) == (np.float64, [1.0, 1.0, 1.0])
    assert nn.Parameter(Tensor([1.0])).dtype == np.float64
    assert nn.Parameter(np.float64(2.0)).shape == ()
    assert not nn.Parameter([1.0], requires_grad=False).requires_grad


# shared parts


def test_shared_layer_comes_once_but_is_saved_under_both_names(reference: dict[str, np.ndarray]) -> None:
    shared = nn.Linear(3, 3)
    inner = nn.Sequential(shared, nn.Tanh(), shared)
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), inner, nn.Linear(3, 1, bias=False))
    assert list(net.state_dict()) == reference["names/state"].tolist()
    assert keys(net) == reference["names/parameters"].tolist()
    assert [name for name, _ in net.named_modules()] == reference["names/modules"].tolist()
    assert [name for name, _ in net.named_modules(remove_duplicate=False)][3:] == ["2", "2.0", "2.1", "2.2", "3"]
    everything = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    assert everything == reference["names/state"].tolist()


def test_shared_parameter_gets_the_sum_of_gradients_and_one_update(float64: None) -> None:
    first, second = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
    second.weight = first.weight
    net = nn.Sequential(first, second)
    assert keys(net) == ["0.weight"]
    assert list(net.state_dict()) == ["0.weight", "1.weight"]
    w, x = first.weight.data.copy(), np.array([[1.0, 2.0]])
    net(x).sum().backward()
    ones = np.ones((1, 2))
    expected = (ones @ w).T @ x + ones.T @ (x @ w.T)  # through the first use, and through the second
    np.testing.assert_allclose(first.weight.grad.data, expected, rtol=1e-12)
    nn.optim.SGD(net.parameters(), lr=0.1).step()
    np.testing.assert_allclose(first.weight.data, w - 0.1 * expected, rtol=1e-12)
    assert second.weight is first.weight


def test_a_module_that_holds_its_parent_is_walked_once() -> None:
    net = Scaled()
    net.inner.parent = net
    assert keys(net) == ["scale", "inner.weight", "inner.bias"]
    assert [name for name, _ in net.named_modules(remove_duplicate=False)] == ["", "inner"]
    assert "shown above" in repr(net)


def test_deepcopy_and_pickle_share_nothing_but_keep_what_is_shared() -> None:
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.Tanh(), shared)
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert keys(twin) == keys(net)
        assert twin[0] is twin[2]
        assert isinstance(twin[0].weight, nn.Parameter)
        assert not np.shares_memory(twin[0].weight.data, shared.weight.data)
        twin[0].weight.assign_(np.zeros((2, 2)))
        assert shared.weight.data.any()


def test_a_deepcopy_after_an_optimiser_took_the_parameters_is_independent() -> None:
    net = nn.Linear(2, 2)
    optimizer = nn.optim.SGD(net.parameters(), lr=1.0)
    twin = copy.deepcopy(net)
    net(np.ones((1, 2), np.float32)).sum().backward()
    before = twin.weight.data.copy()
    optimizer.step()
    np.testing.assert_array_equal(twin.weight.data, before)


# plain containers


HELD = {"list": lambda m: [m], "tuple": lambda m: (1, m), "dict": lambda m: {"a": m}, "weight": lambda m: [m.weight]}


@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
def test_a_plain_container_is_warned_of(held: Any) -> None:
    net = nn.Module()
    net.layers = held(nn.Linear(2, 2))
    with pytest.warns(UserWarning, match=r"Module\.parameters: got a .* in the plain \w+ layers; .* not trained"):
        assert list(net.parameters()) == []
    outer = nn.Sequential(net)
    with pytest.warns(UserWarning, match=r"in the plain \w+ 0\.layers"):
        list(outer.named_parameters())


def test_a_list_of_parts_that_are_attributes_too_is_no_trouble() -> None:
    net = nn.Module()
    net.a, net.b = nn.Linear(2, 2), nn.Tanh()
    net.order = [net.a, net.b, "text", 3]
    assert keys(net) == ["a.weight", "a.bias"]


# calling


def test_forward_missing() -> None:
    class Empty(nn.Module):
        pass

    with pytest.raises(StateError, match=r"Empty\.forward: got a call; .* define forward\(self, x\) in Empty"):
        Empty()(1)


def test_nodes_say_in_which_module_they_were_made() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Tanh()))
    out = net(np.ones((1, 2), np.float32))
    scope = out.node.scope
    assert (scope.path, scope.kind, scope.parent.kind) == ("1.0", "Tanh", "Sequential")
    assert out.node.inputs[0].scope.path == "0"


def test_the_scope_is_left_when_forward_fails() -> None:
    net = nn.Sequential(nn.Linear(2, 3))
    with pytest.raises(nn.errors.ShapeError):
        net(np.ones((1, 5), np.float32))
    assert (nn.Parameter([1.0]) * 2).node.scope.path == ""


# acting on all


def test_train_and_eval_reach_every_part() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Tanh()))
    assert net.eval() is net
    assert [module.training for module in net.modules()] == [False] * 4
    assert all(module.training for module in net.train().modules())


def test_apply_visits_parts_before_the_whole() -> None:
    a, b = nn.Linear(1, 1), nn.Tanh()
    net = nn.Sequential(a, nn.Sequential(b))
    seen: list[nn.Module] = []
    assert net.apply(seen.append) is net
    assert seen == [a, b, net[1], net]


def test_zero_grad_and_freezing() -> None:
    net = nn.Linear(2, 1)
    net(np.ones((1, 2), np.float32)).sum().backward()
    assert net.weight.grad is not None
    net.zero_grad()
    assert net.weight.grad is None
    assert net.requires_grad_(False) is net
    assert not net(np.ones((1, 2), np.float32)).requires_grad
    net.requires_grad_()
    assert net(np.ones((1, 2), np.float32)).requires_grad
    assert net.weight.name == "weight"


def test_a_graph_over_modules_is_freed_without_the_collector() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    x = np.ones((4, 2), np.float32)

    def nodes() -> int:
        return sum(type(thing).__name__ == "Node" for thing in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = nodes()
        for _ in range(20):
            net(x).sum().backward()
            net.zero_grad()
        assert nodes() == before
    finally:
        gc.enable()


# printing


def test_repr_is_a_tree_with_shapes_and_counts() -> None:
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Sequential(nn.Linear(64, 10, bias=False)))
    assert repr(net).splitlines() == [
        "Sequential(",
        "  (0): Linear(64 -> 64)                weight (64, 64), bias (64,)  4,160",
        "  (1): ReLU()",
        "  (2): Sequential(",
        "    (0): Linear(64 -> 10, bias=False)  weight (10, 64)                640",
        "  )",
        ")",
        "4,800 parameters, all trainable, float32",
    ]


def test_repr_counts_what_is_shared_once_and_says_what_is_frozen() -> None:
    first, second = nn.Linear(2, 2), nn.Linear(2, 2, bias=False)
    second.weight = first.weight
    net = nn.Sequential(first, second, nn.Linear(2, 1).requires_grad_(False))
    lines = repr(net).splitlines()
    assert "weight (2, 2) shared" in lines[2]
    assert lines[3].split("  ")[-2:] == ["weight (1, 2) frozen, bias (1,) frozen", "3"]
    assert lines[-1] == "9 parameters, 6 trainable, float32"
    assert nn.report.count_parameters(net) == (9, 6)


def test_repr_of_little() -> None:
    assert repr(nn.Tanh()) == "Tanh()\nno parameters"
    lone = nn.Module()
    lone.w = nn.Parameter(np.ones(1))
    assert repr(lone) == "Module()  w (1,)  1\n1 parameter, all trainable, float64"
    assert repr(nn.MSELoss("sum")).startswith("MSELoss(reduction='sum')")


def test_parts_by_their_path() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.BatchNorm1d(3)))
    net[1].append(net[0])
    assert net.get_submodule("") is net
    assert net.get_submodule("1.0") is net[1][0]
    assert net.get_parameter("1.1.weight") is net[0].weight  # a shared one has each of its names
    assert net.get_buffer("1.0.running_mean") is net[1][0].running_mean
    for get, name, says in (
        (net.get_submodule, "2", r"Sequential.get_submodule: got '2'; expected the name of one that is there; "),
        (net.get_parameter, "0.wieght", r"got '0.wieght'; .*; try '0.weight'"),
        (net.get_buffer, "1.0.weight", r"Sequential.get_buffer: got '1.0.weight'"),
    ):
        with pytest.raises(ConfigError, match=says):
            get(name)
