from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import ConfigError, ShapeError
from tests.nn.training.runs import plain


def work(net: nn.Module, *shapes: tuple[int, ...], **options: Any) -> int:
    return nn.summary(net, list(shapes), **options).multiply_adds


def test_rows_counts_and_memory() -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.ReLU(), nn.Linear(3, 2, bias=False)))
    net[0].requires_grad_(False)
    found = nn.summary(net, (5, 4))
    rows = [(row.path, row.kind, row.depth, row.output, row.parameters, row.multiply_adds) for row in found.rows]
    assert rows == [
        ("", "Sequential", 0, ((5, 2),), 0, 0),
        ("0", "Linear", 1, ((5, 3),), 15, 60),
        ("1", "Sequential", 1, ((5, 2),), 0, 0),
        ("1.0", "ReLU", 2, ((5, 3),), 0, 0),
        ("1.1", "Linear", 2, ((5, 2),), 6, 30),
    ]
    assert (found.parameters, found.multiply_adds, found.inputs) == ((21, 6), 90, ((5, 4),))
    assert (found.input_bytes, found.parameter_bytes) == (80, 84)
    assert found.kept == 4 * (15 + 15 + 10)
    assert "21 parameters, 6 trainable" in repr(found)
    assert len(nn.summary(net, (5, 4), depth=1).rows) == 3
    assert nn.summary(net, (5, 4), depth=1).multiply_adds == 90


@pytest.mark.parametrize(
    ("net", "shapes", "expected"),
    [
        (nn.Linear(7, 3), [(2, 5, 7)], 2 * 5 * 7 * 3),
        (nn.Conv2d(2, 4, 3), [(5, 2, 8, 9)], 5 * 4 * 6 * 7 * 2 * 9),
        (nn.Conv2d(4, 8, (3, 1), stride=2, padding=1, groups=2), [(1, 4, 9, 9)], 8 * 5 * 6 * 2 * 3),
        (nn.Conv1d(3, 5, 4, dilation=2), [(2, 3, 20)], 2 * 5 * 14 * 3 * 4),
        (nn.ConvTranspose2d(4, 2, 2), [(5, 4, 3, 3)], 5 * 4 * 9 * 2 * 4),
        (nn.GRU(3, 4, num_layers=2), [(7, 5, 3)], 7 * 5 * 3 * 4 * (3 + 4 + 4 + 4)),
        (nn.LSTM(3, 4, bidirectional=True), [(7, 5, 3)], 2 * 7 * 5 * 4 * 4 * (3 + 4)),
        (nn.RNN(3, 4), [(7, 5, 3)], 7 * 5 * 4 * (3 + 4)),
        (nn.Bilinear(3, 4, 2), [(5, 3), (5, 4)], 5 * 2 * (3 * 4 + 4)),
        (nn.ReLU(), [(5, 3)], 0),
    ],
)
def test_multiply_adds(net: nn.Module, shapes: list[tuple[int, ...]], expected: int) -> None:
    assert work(net, *shapes) == expected


def test_attention() -> None:
    net = nn.MultiheadAttention(8, 2)
    expected = 6 * 5 * 8 * 24 + 6 * 5 * 8 * 8 + 2 * (5 * 2 * 6 * 6 * 4)  # in, out, and two products for each head
    assert work(net, (6, 5, 8), (6, 5, 8), (6, 5, 8)) <= expected + 2 * 6 * 5 * 8 * 8
    x = np.zeros((6, 5, 8), np.float32)

    class Itself(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = net

        def forward(self, x: Any) -> Any:
            return self.attention(x, x, x)

    assert nn.summary(Itself(), x).multiply_adds == expected


def test_several_outputs_and_integers_before_an_embedding() -> None:
    net = nn.Sequential(nn.Embedding(10, 3), nn.GRU(3, 4, batch_first=True))
    rows = nn.summary(net, (2, 6)).rows
    assert rows[1].output == ((2, 6, 3),)
    assert rows[2].output == ((2, 6, 4), (1, 2, 4))
    assert "(2, 6, 4), (1, 2, 4)" in repr(nn.summary(net, (2, 6)))


def test_what_is_shared_counts_once() -> None:
    shared = nn.Linear(3, 3)
    found = nn.summary(nn.Sequential(shared, nn.Tanh(), shared), (2, 3))
    assert [row.parameters for row in found.rows] == [0, 12, 0, 0]
    assert [row.shared for row in found.rows] == [False, False, False, True]
    assert found.parameters == (12, 12)
    assert found.multiply_adds == 36
    assert "shared" in repr(found)


def test_the_network_stays_as_it_is() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 1))
    net[1].eval()
    before, modes = plain(net.state_dict()), [module.training for module in net.modules()]
    state = nn.default_generator().bit_generator.state
    nn.summary(net, (1, 2))
    assert plain(net.state_dict()) == before
    assert [module.training for module in net.modules()] == modes
    assert nn.default_generator().bit_generator.state == state
    assert all(param.grad is None for param in net.parameters())
    assert not any(module._hooks and any(module._hooks) for module in net.modules())
    frozen = nn.Linear(2, 1).requires_grad_(False)
    nn.summary(frozen, (1, 2))
    assert not any(param.requires_grad for param in frozen.parameters())


def test_dtypes() -> None:
    nn.set_default_dtype(np.float64)
    assert nn.summary(nn.Linear(2, 1), (3, 2)).input_bytes == 48
    assert nn.summary(nn.Tanh(), (3, 2), dtype=np.float32).input_bytes == 24


@pytest.mark.parametrize("bad", [5, "x", [3, 4], (2.5,), None])
def test_what_is_no_shape_is_named(bad: Any) -> None:
    with pytest.raises(ConfigError, match="summary: got input_shape="):
        nn.summary(nn.Linear(2, 1), bad)


def test_an_input_that_does_not_fit_is_the_layers_to_name() -> None:
    net = nn.Linear(3, 1)
    with pytest.raises(ShapeError, match=r"Linear\(3 -> 1\)"):
        nn.summary(net, (5, 2))
    assert not (net._hooks and any(net._hooks))


def test_sizes_in_words() -> None:
    lines = repr(nn.summary(nn.Linear(1000, 1100), (300, 1000))).splitlines()
    assert lines[-1] == "memory: parameters 4.2 MiB, input 1.1 MiB, kept for the backward pass 1.3 MiB"
