from __future__ import annotations

import math

import numpy as np
import pytest

import nn
from repl.errors import StateError, UsageError
from repl.figures import histograms
from repl.graphview import Verdict
from tests.repl.runs import run, sigmoids


def test_activations_are_those_of_a_forward_pass() -> None:
    trainer = run()
    x = trainer.loader.arrays[0]
    hidden = np.asarray(trainer.net(x).readonly)
    rows = histograms.activation_histograms(trainer).rows
    assert [(row.name, row.kind) for row in rows] == [("0", "Linear(2 -> 8)"), ("1", "Tanh"), ("2", "Linear(8 -> 3)")]
    assert rows[2].size == hidden.size
    assert rows[2].mean == pytest.approx(hidden.mean(dtype=np.float64), abs=1e-6)
    assert rows[2].std == pytest.approx(hidden.std(dtype=np.float64), abs=1e-6)


def test_every_finite_value_is_counted_once() -> None:
    for figure in (histograms.activation_histograms(run()), histograms.weight_histograms(run())):
        for row in figure.rows:
            assert row.counts.sum() + row.below + row.above == row.size - row.nans - row.infs


def test_layers_share_their_axis() -> None:
    figure = histograms.weight_histograms(run(), bins=7)
    assert len(figure.edges) == 8
    assert all(len(row.counts) == 7 for row in figure.rows)


def test_zeros_nans_and_infinities_are_told_apart() -> None:
    net = nn.Linear(2, 3)
    net.weight.assign_([[0.0, 0.0], [np.nan, 1.0], [np.inf, 2.0]])
    (row,) = histograms.weight_histograms(net).rows
    assert (row.zeros, row.nans, row.infs, row.size) == (2, 1, 1, 6)
    assert row.mean == pytest.approx(0.75)


def test_all_values_alike_still_have_an_axis() -> None:
    net = nn.Linear(2, 2)
    net.weight.assign_(np.full((2, 2), 0.25))
    figure = histograms.weight_histograms(net)
    assert figure.edges[0] < 0.25 < figure.edges[-1]
    assert figure.rows[0].counts.sum() == 4


def test_gradients_are_in_powers_of_ten_without_zeros() -> None:
    net = nn.Linear(1, 2, bias=False)
    net.weight.assign_([[1.0], [1.0]])
    x, y = np.array([[1.0]], np.float32), np.array([[1.0, 0.0]], np.float32)
    figure = histograms.gradient_histograms(net, (x, y), nn.MSELoss())
    (row,) = figure.rows
    assert figure.log
    assert (row.zeros, row.counts.sum() + row.below + row.above) == (1, 1)  # dL/dw = (0, 1)
    assert figure.edges[0] <= 0.0 <= figure.edges[-1]
    many = histograms.gradient_histograms(run())
    assert many.edges[0] == round(many.edges[0])
    assert many.edges[-1] == round(many.edges[-1])


def test_flow_is_the_rms_of_weight_and_bias_together() -> None:
    trainer = run()
    x, y = trainer.loader.arrays
    trainer.loss(trainer.net(x), y).backward()
    grads = {name: param.grad.numpy() for name, param in trainer.net.named_parameters() if param.grad is not None}
    figure = histograms.gradient_flow(trainer)
    for bar in figure.bars:
        both = np.concatenate([grads[f"{bar.name}.weight"].ravel(), grads[f"{bar.name}.bias"].ravel()])
        assert bar.value == pytest.approx(math.sqrt(float((both.astype(float) ** 2).mean())), rel=1e-5)


def test_flow_vanishes_in_deep_sigmoids_and_not_in_the_last_layer() -> None:
    figure = histograms.gradient_flow(sigmoids(10), nn.data.spiral(n=60, seed=0), nn.CrossEntropyLoss())
    verdicts = [bar.verdict for bar in figure.bars]
    assert verdicts[0] is Verdict.VANISHING
    assert verdicts[-1] is Verdict.OK


def test_flow_of_zeros_and_of_what_is_not_a_number() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
    nn.init.zeros_(net[2].weight)
    data = nn.data.moons(n=20, seed=0)
    assert histograms.gradient_flow(net, data, nn.CrossEntropyLoss()).bars[0].verdict is Verdict.ZERO
    net[2].weight.assign_(np.full((2, 3), np.nan))
    bars = histograms.gradient_flow(net, data, nn.CrossEntropyLoss()).bars
    assert bars[-1].verdict is Verdict.NAN
    assert math.isnan(bars[-1].value)


def test_only_so_many_samples_are_looked_at() -> None:
    rows = histograms.activation_histograms(run(), samples=5).rows
    assert rows[0].size == 5 * 8


def test_refusals_teach() -> None:
    net = nn.Linear(2, 2)
    with pytest.raises(UsageError, match=r"activation_histograms: got no data; .* pass data\.train after net\."):
        histograms.activation_histograms(net)
    with pytest.raises(UsageError, match="gradient_histograms: got no loss"):
        histograms.gradient_histograms(net, nn.data.moons(n=10, seed=0))
    with pytest.raises(UsageError, match="got inputs without targets"):
        histograms.gradient_flow(net, np.ones((3, 2)), nn.MSELoss())
    with pytest.raises(
        UsageError, match=r"weight_histograms: got an int; .* write plots\.weight_histograms\(trainer\)"
    ):
        histograms.weight_histograms(3)
    with pytest.raises(StateError, match="got no weight of two axes or more in the network"):
        histograms.weight_histograms(nn.Tanh())
    with pytest.raises(UsageError, match="got data without a sample"):
        histograms.activation_histograms(net, np.ones((0, 2)))
