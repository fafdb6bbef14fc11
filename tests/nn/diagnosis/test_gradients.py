"""check_gradients: right for every kind of network, wrong where a rule is wrong, and nothing is left behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor, primitive
from nn.diagnosis import check_gradients
from nn.errors import ConfigError

X = np.random.default_rng(0).normal(size=(12, 2)).astype(np.float32)
Y = np.arange(12) % 3


def seeded(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(*layers)


NETS: dict[str, Any] = {
    "tanh": lambda: seeded(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 3)),
    "relu": lambda: seeded(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 3)),
    "batch norm": lambda: seeded(nn.Linear(2, 5), nn.BatchNorm1d(5), nn.Sigmoid(), nn.Linear(5, 3)),
    "dropout": lambda: seeded(nn.Linear(2, 8), nn.Dropout(0.5), nn.GELU(), nn.Linear(8, 3)),
}


@pytest.mark.parametrize("kind", NETS)
def test_the_engine_is_right(kind: str) -> None:
    nn.manual_seed(1)
    net = NETS[kind]()
    rows = check_gradients(net, nn.CrossEntropyLoss(), X, Y, elements=6)
    assert [row.parameter for row in rows] == [name for name, _ in net.named_parameters()]
    assert all(row.right for row in rows), rows
    assert all(1 <= row.elements <= 6 for row in rows)


def test_a_wrong_rule_is_found() -> None:
    wrong = primitive(np.tanh, vjp=lambda g, y, x: g * (1 - y), name="nearly_tanh")

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(2, 4), nn.Linear(4, 3)

        def forward(self, x: Any) -> Any:
            return self.last(wrong(self.first(x)))

    rows = {row.parameter: row for row in check_gradients(Net(), nn.CrossEntropyLoss(), X, Y)}
    assert rows["last.weight"].right
    assert not rows["first.weight"].right
    assert rows["first.weight"].error > 0.01
    assert rows["first.weight"].engine != rows["first.weight"].measured


def test_at_a_corner_no_difference_decides() -> None:
    class Corner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(np.zeros(3))

        def forward(self, x: Any) -> Any:
            return F.relu(self.w) + 0 * x[:, :1]

    (row,) = check_gradients(Corner(), lambda out, y: out.sum(), X, Y)
    assert row.corners == 3
    assert row.elements == 0
    assert row.right


def test_nothing_is_left_behind() -> None:
    net = NETS["dropout"]()
    state = {name: value.copy() for name, value in net.state_dict().items()}
    before = nn.default_generator().bit_generator.state
    check_gradients(net, nn.CrossEntropyLoss(), X, Y)
    assert nn.default_generator().bit_generator.state == before
    assert all(np.array_equal(state[name], value) for name, value in net.state_dict().items())
    assert all(parameter.grad is None and parameter.dtype == np.float32 for parameter in net.parameters())


def test_frozen_parameters_are_left_out() -> None:
    net = NETS["tanh"]()
    net[0].requires_grad_(False)
    assert [row.parameter for row in check_gradients(net, nn.CrossEntropyLoss(), X, Y)] == ["2.weight", "2.bias"]
    with pytest.raises(ConfigError, match="no parameter that requires a gradient"):
        check_gradients(net.requires_grad_(False), nn.CrossEntropyLoss(), X, Y)


def test_a_parameter_that_is_not_used_has_no_slope() -> None:
    class Idle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.idle = nn.Linear(2, 3), nn.Linear(2, 2)

        def forward(self, x: Any) -> Tensor:
            return self.used(x)  # type: ignore[no-any-return]

    rows = {row.parameter: row for row in check_gradients(Idle(), nn.CrossEntropyLoss(), X, Y)}
    assert (rows["idle.weight"].engine, rows["idle.weight"].measured, rows["idle.weight"].right) == (0.0, 0.0, True)
