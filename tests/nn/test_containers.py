from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.errors import ConfigError


def test_sequential_calls_in_order() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    x = np.ones((4, 2), np.float32)
    expected = np.tanh(x @ net[0].weight.data.T + net[0].bias.data)
    np.testing.assert_allclose(net(x).data, expected, rtol=1e-6)


def test_empty_sequential_gives_its_input() -> None:
    assert nn.Sequential()(3) == 3
    assert len(nn.Sequential()) == 0


def test_indexing_slicing_and_iterating() -> None:
    parts = [nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)]
    net = nn.Sequential(*parts)
    assert list(net) == parts
    assert (net[0], net[-1]) == (parts[0], parts[2])
    assert list(net[1:]) == parts[1:]
    assert [name for name, _ in net[1:].named_children()] == ["1", "2"]
    with pytest.raises(IndexError):
        net[3]


def test_names_from_a_dict() -> None:
    net = nn.Sequential({"first": nn.Linear(2, 3), "then": nn.Tanh()})
    assert [name for name, _ in net.named_parameters()] == ["first.weight", "first.bias"]


def test_append_and_replace() -> None:
    net = nn.Sequential(nn.Linear(2, 3))
    assert net.append(nn.Tanh()) is net
    net[1] = nn.ReLU()
    net[-2] = nn.Linear(2, 4)
    assert [type(part).__name__ for part in net] == ["Linear", "ReLU"]
    assert net[0].out_features == 4
    assert net(np.ones((1, 2), np.float32)).node.scope.path == "1"


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (([nn.Linear(1, 1)],), r"Sequential\[0\]: got a list; expected a module; write Sequential\(\*layers\)"),
        ((nn.Linear(1, 1), nn.ReLU), r"Sequential\[1\]: got the class ReLU; expected a module; write ReLU\(\.\.\.\)"),
        ((np.tanh,), r"Sequential\[0\]: got a ufunc; .* make it a Module with a forward"),
        (({"a": 3},), r"Sequential\[a\]: got an int"),
    ],
)
def test_only_modules_go_in(parts: tuple[object, ...], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        nn.Sequential(*parts)
    net = nn.Sequential()
    with pytest.raises(ConfigError):
        net.append(3)
    assert len(net) == 0


# lists and dicts


def test_a_sequential_can_be_changed_like_a_list() -> None:
    a, b, c, d = nn.Linear(1, 1), nn.Tanh(), nn.ReLU(), nn.Sigmoid()
    net = nn.Sequential(a, b)
    assert net.extend([d]).insert(1, c) is net
    assert [name for name, _ in net.named_children()] == ["0", "1", "2", "3"]
    assert list(net) == [a, c, b, d]
    assert c in net
    del net[1:3]
    assert list(net) == [a, d]
    assert nn.ReLU() not in net
    del net[0]
    assert [name for name, _ in net.named_children()] == ["0"]


def test_a_list_of_modules_is_searched_and_sliced() -> None:
    layers = nn.ModuleList([nn.Linear(2, 3), nn.Linear(3, 1)])
    assert list(layers.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert isinstance(layers[:1], nn.ModuleList)
    assert layers[-1].out_features == 1
    layers[0] = nn.Tanh()
    assert len(layers) == 2
    assert isinstance(layers[0], nn.Tanh)
    assert len(nn.ModuleList()) == 0


def test_extend_adds_all_or_nothing() -> None:
    layers = nn.ModuleList([nn.Tanh()])
    with pytest.raises(ConfigError, match=r"ModuleList\[2\]: got an int; expected a module"):
        layers.extend([nn.ReLU(), 3])  # type: ignore[list-item]
    assert len(layers) == 1
    with pytest.raises(ConfigError, match=r"the class Tanh; expected a module; write Tanh\(...\)"):
        nn.ModuleList([nn.Tanh])  # type: ignore[list-item]


def test_parts_of_a_list_have_their_whole_path_in_pictures() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.layers = nn.ModuleList([nn.Linear(2, 2)])
            self.layers.append(nn.Linear(2, 2))
            self.heads = nn.ModuleDict({"a": nn.Linear(2, 2)})
            self.heads["b"] = nn.Linear(2, 2)

        def forward(self, x: Any) -> Any:
            return [layer(x) for layer in (*self.layers, *self.heads.values())]

    net = Net()
    paths = [y.node.scope.path for y in net(np.ones((1, 2), np.float32))]
    assert paths == ["layers.0", "layers.1", "heads.a", "heads.b"]
    assert set(paths) <= {name for name, _ in net.named_modules()}
    again = nn.Sequential(net)
    assert again[0](np.ones((1, 2), np.float32))[1].node.scope.path == "0.layers.1"


def test_a_dict_of_modules() -> None:
    heads = nn.ModuleDict({"a": nn.Tanh()})
    heads["b"] = nn.ReLU()
    heads.update([("c", nn.Sigmoid())])
    assert (list(heads), list(heads.keys()), len(heads)) == (["a", "b", "c"], ["a", "b", "c"], 3)
    assert [type(part) for part in heads.values()] == [nn.Tanh, nn.ReLU, nn.Sigmoid]
    assert dict(heads.items()) == {name: heads[name] for name in heads}
    assert isinstance(heads.pop("b"), nn.ReLU)
    del heads["a"]
    assert ("a" in heads, "c" in heads) == (False, True)
    heads.clear()
    assert len(heads) == 0
    with pytest.raises(KeyError):
        heads["a"]


@pytest.mark.parametrize(
    ("key", "module", "says"),
    [
        ("a", 3, r"ModuleDict\['a'\]: got an int; expected a module"),
        ("a.b", nn.Tanh(), "without dots"),
        ("forward", nn.Tanh(), "the key 'forward', which is a method's name"),
    ],
)
def test_a_dict_refuses_before_it_changes(key: str, module: Any, says: str) -> None:
    heads = nn.ModuleDict()
    with pytest.raises(ConfigError, match=says):
        heads.update({"first": nn.Tanh(), key: module})
    assert len(heads) == 0


def test_a_list_of_parameters() -> None:
    shared = nn.Parameter([1.0])
    weights = nn.ParameterList([shared, np.zeros((2, 2))])
    weights.append(Tensor([1.0, 2.0]))
    assert [weight.shape for weight in weights] == [(1,), (2, 2), (2,)]
    assert weights[0] is shared
    assert all(isinstance(weight, nn.Parameter) and weight.requires_grad for weight in weights)
    weights[-1] = np.ones(3)
    assert (weights[2].shape, len(weights), len(weights[1:])) == ((3,), 3, 2)
    with pytest.raises(ConfigError, match=r"ParameterList\[4\]: got a list; expected a parameter or an array"):
        weights.extend([np.ones(1), [1.0]])
    assert len(weights) == 3
    net = nn.Module()
    net.weights = weights
    assert [name for name, _ in net.named_parameters()] == ["weights.0", "weights.1", "weights.2"]


@pytest.mark.parametrize("kind", [nn.ModuleList, lambda modules: nn.Sequential(*modules)])
def test_pop_takes_one_out(kind: Any) -> None:
    parts = [nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1)]
    made = kind(parts)
    assert made.pop(1) is parts[1]
    assert made.pop() is parts[2]
    assert list(made.state_dict()) == ["0.weight", "0.bias"]
    with pytest.raises(IndexError):
        made.pop(1)
    assert len(made) == 1


@pytest.mark.parametrize("kind", [nn.ModuleList, lambda modules: nn.Sequential(*modules)])
def test_two_can_be_joined(kind: Any) -> None:
    first, second = nn.Linear(1, 2), nn.ReLU()
    left = kind([first])
    both = left + kind([second])
    assert list(both) == [first, second]
    assert type(both) is type(left)
    assert list(both.state_dict()) == ["0.weight", "0.bias"]
    assert len(left) == 1
    with pytest.raises(TypeError):
        operator.add(left, [second])
