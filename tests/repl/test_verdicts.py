"""What is vanishing, exploding, zero or not a number, and the statistics behind it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from repl import graph
from repl.figures.histograms import gradient_flow
from repl.graphview import Verdict, headline, look, trouble
from repl.graphview.stats import describe, judge, pool
from repl.views.labels import number
from tests.repl.graphs import batch, leaf, mlp, mlp_loss, named

# -- verdicts


def test_verdicts_are_relative_to_the_loss_side() -> None:
    deep = look(mlp_loss(mlp(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)))
    assert named(deep, "W₁").verdict is Verdict.VANISHING
    assert named(deep, "W₁₂").verdict is Verdict.OK
    assert trouble(deep) == "the gradient vanishes"
    assert headline(deep) == "MLP 2 → 16 ×11 → 3: the gradient vanishes"


def test_a_small_gradient_everywhere_is_healthy() -> None:
    x, y = batch()
    net = mlp(2, 8, 3)
    view = look(nn.CrossEntropyLoss()(net(x), y) * 1e-12)
    assert view.reference < 1e-12
    assert trouble(view) == ""


def test_exploding() -> None:
    view = look(mlp_loss(mlp(2, *[16] * 11, 3, activation=nn.ReLU, std=2.2)))
    assert named(view, "W₁").verdict is Verdict.EXPLODING
    assert trouble(view) == "the gradient explodes"


def test_exactly_zero_is_not_vanishing() -> None:
    net = mlp(2, 8, 3, activation=nn.ReLU)
    list(net.parameters())[1].assign_(np.full(8, -100, np.float32))
    view = look(mlp_loss(net))
    assert named(view, "W₁").verdict is Verdict.ZERO
    assert trouble(view) == "a gradient is exactly 0"


def test_a_gradient_that_is_not_finite() -> None:
    x = leaf(np.array([0.0, 1.0]), "x")
    with np.errstate(divide="ignore"):
        view = look(np.sum(np.sqrt(x)))
    assert named(view, "x").verdict is Verdict.NAN
    assert trouble(view) == "a gradient is not finite"


def test_a_value_that_is_not_finite_comes_first() -> None:
    x = leaf(np.array([-1.0, 1.0]), "x")
    with np.errstate(invalid="ignore"):
        view = look(np.sum(np.sqrt(x)))
    assert trouble(view) == "a value is not finite"


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (lambda p, y: np.mean((p - y) ** 2), lambda d: 2 * d / d.size),
        (lambda p, y: 0.5 * np.sum((p - y) * (p - y)), lambda d: d),
        (lambda p, y: np.sum(np.abs(p - y)), np.sign),
        (nn.MSELoss(), lambda d: 2 * d / d.size),
    ],
)
def test_the_loss_side_is_what_leaves_the_loss(loss: Any, expected: Any) -> None:
    w, y = leaf(np.linspace(-1, 1, 6).reshape(2, 3), "w"), np.ones((2, 3))
    p = np.tanh(w)
    view = look(loss(p, y))
    g = expected(np.tanh(w.data) - 1)
    assert view.reference == pytest.approx(float(np.sqrt(np.mean(g**2))))


def test_a_chain_without_a_loss_is_judged_by_its_end() -> None:
    z = x = leaf(1.0, "x")
    for _ in range(20):
        z = z * 0.5
    view = look(z)
    assert view.reference == 1.0
    assert named(view, "x").verdict is Verdict.VANISHING
    assert x.grad is None


def test_where_the_loss_side_is_zero_nothing_is_judged() -> None:
    assert judge(describe(1e-30), 0.0) is Verdict.OK
    assert judge(describe(1e30), math.nan) is Verdict.OK
    assert judge(None, 1.0) is Verdict.OK


def test_a_verdict_is_a_ratio() -> None:
    assert judge(describe(1e-2), 1e-6) is Verdict.EXPLODING
    assert judge(describe(1e-2), 1e-4) is Verdict.OK
    assert judge(describe(1e4), 1e9) is Verdict.VANISHING
    assert judge(describe(1e4), 1e2) is Verdict.OK
    assert judge(describe(np.zeros(0)), 1.0) is Verdict.OK


def test_of_a_run_that_stands_still_a_gradient_vanishes_sooner() -> None:
    data = nn.data.spiral(seed=0).split(test=0.25, seed=0).train
    nn.manual_seed(0)
    net = mlp(2, 16, 16, 16, 16, 3, activation=nn.Sigmoid)
    run = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), data, batch_size=32, seed=0)
    run.run(100)
    assert "vanishing gradients" in nn.diagnose(run).names
    loss = run.loss(net(data.x[:32]), data.y[:32])
    drawn = graph(loss, net=net, history=run.history)
    assert trouble(drawn.view) == "the gradient vanishes"
    assert trouble(graph(loss, net=net).view) == ""  # of a loss alone it is not known how its run goes
    assert f"below {number(1e-3 * drawn.view.reference, plain=True)}" in drawn.text(width=120)
    assert gradient_flow(run).bars[0].verdict is Verdict.VANISHING


# -- statistics


def test_statistics_of_an_array() -> None:
    stats = describe(np.array([[3.0, -4.0], [0.0, 0.0]], np.float32))
    assert (stats.size, stats.rms, stats.mean, stats.low, stats.high, stats.zeros) == (4, 2.5, -0.25, -4.0, 3.0, 0.5)
    assert not stats.scalar


def test_statistics_of_odd_arrays() -> None:
    assert describe(np.zeros((0, 3))).rms == 0.0
    assert describe(np.array([3 + 4j, 0])).high == 5.0
    odd = describe(np.array([np.nan, np.inf, -2.0]))
    assert (odd.nans, odd.infs, odd.low, odd.high) == (1, 1, -2.0, -2.0)
    assert math.isnan(odd.rms)
    assert describe(np.array([np.inf, 1.0])).rms == math.inf
    assert math.isnan(describe(np.array([np.nan, np.nan])).high)
    assert describe(np.array(-2.5)).mean == -2.5
    assert math.isinf(describe(np.array(np.inf)).rms)


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=8))
def test_rms_does_not_overflow(numbers: list[float]) -> None:
    stats = describe(np.array(numbers))
    top = max(map(abs, numbers))
    assert math.isfinite(stats.rms)
    assert 0 <= stats.rms <= top * (1 + 1e-9)
    if top > 0:
        assert stats.rms >= top / math.sqrt(len(numbers)) * (1 - 1e-9)


@given(st.lists(st.lists(st.floats(-1e3, 1e3), max_size=5), min_size=1, max_size=4))
def test_pooling_is_describing_all_at_once(parts: list[list[float]]) -> None:
    whole = np.array([number for part in parts for number in part])
    pooled, expected = pool([describe(np.array(part)) for part in parts]), describe(whole)
    assert pooled.size == expected.size
    assert pooled.rms == pytest.approx(expected.rms, rel=1e-9, abs=1e-12)
    assert pooled.mean == pytest.approx(expected.mean, rel=1e-9, abs=1e-9)
    assert (pooled.low, pooled.high) == (expected.low, expected.high)
