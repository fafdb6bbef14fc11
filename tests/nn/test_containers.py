from __future__ import annotations

import numpy as np
import pytest

import nn
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
        (({"a": 3},), r"Sequential\[a\]: got a int"),
    ],
)
def test_only_modules_go_in(parts: tuple[object, ...], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        nn.Sequential(*parts)
    net = nn.Sequential()
    with pytest.raises(ConfigError):
        net.append(3)
    assert len(net) == 0
