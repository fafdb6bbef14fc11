from __future__ import annotations

import math

import numpy as np
import pytest

import nn
from repl.errors import StateError, UsageError
from repl.figures import Curves, curves
from repl.plots import loss_curve
from tests.repl.runs import run


def named(figure: Curves) -> dict[str, tuple[list[float], list[float]]]:
    return {series.name: (series.x.tolist(), series.y.tolist()) for series in figure.series}


def test_a_short_run_is_the_losses_of_its_steps() -> None:
    trainer = run()
    trainer.run(5)
    (series,) = curves.loss_curve([trainer]).series
    assert series.x.tolist() == [1, 2, 3, 4, 5]
    assert series.y.tolist() == [event.loss for event in trainer.history]
    assert series.style == "line"


def test_validation_stands_at_the_ends_of_epochs() -> None:
    trainer = run(validation=True)
    trainer.run(epochs=2)
    found = named(curves.loss_curve([trainer]))
    steps = trainer.steps_per_epoch
    losses = [epoch.validation.loss for epoch in trainer.epochs if epoch.validation]
    assert found["validation"] == ([steps, 2 * steps], losses)


def test_a_long_run_is_smoothed_and_keeps_its_raw_losses() -> None:
    losses = [1.0, 0.0] * 30
    raw, smooth = curves.loss_curve([losses]).series
    assert (raw.style, smooth.style) == ("faint", "line")
    assert raw.y.tolist() == losses
    assert smooth.y[-1] == pytest.approx(0.5, abs=0.3)
    assert np.ptp(smooth.y[-10:]) < 0.6


def test_smoothing_is_the_running_mean_without_the_pull_of_its_start() -> None:
    values = np.array([3.0, 1.0, 2.0])
    keep = 1 - 1 / 4
    weights = [keep**2, keep, 1.0]
    by_hand = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    assert curves.smoothed(values, 4)[-1] == pytest.approx(by_hand)
    assert curves.smoothed(values, 4)[0] == 3.0


def test_what_is_not_finite_is_kept_and_told_and_does_not_spread() -> None:
    losses = [1.0, math.nan, math.inf, 0.5] + [0.5] * 50
    raw, smooth = (figure := curves.loss_curve([losses])).series
    assert math.isnan(raw.y[1])
    assert raw.y[2] == math.inf
    assert np.isfinite(smooth.y[3:]).all()
    assert "1 NaN, 1 infinite" in figure.notes[0]


def test_a_logarithmic_axis_has_no_place_for_zero() -> None:
    assert "2 0 or less" in curves.loss_curve([[1.0, 0.0, -1.0]], log=True).notes[0]
    assert curves.loss_curve([[1.0, 0.0, -1.0]]).notes == ()


def test_runs_side_by_side_have_names_and_hues_of_their_own() -> None:
    one, other = run(), run()
    other.optimizer.param_groups[0]["lr"] = 0.5
    one.run(3), other.run(3)
    figure = loss_curve(one, other).figure
    assert isinstance(figure, Curves)
    assert [(series.name, series.hue) for series in figure.series] == [("Adam lr=0.02", 0), ("Adam lr=0.5", 1)]
    mapped = loss_curve({"first": one.history, "second": [2.0]}).figure
    assert isinstance(mapped, Curves)
    assert list(named(mapped)) == ["first", "second"]


def test_runs_that_are_alike_are_numbered() -> None:
    one, other = run(), run()
    one.run(1), other.run(1)
    figure = loss_curve(one, other).figure
    assert isinstance(figure, Curves)
    assert [series.name for series in figure.series] == ["Adam lr=0.02", "Adam lr=0.02 (2)"]


def test_a_race_is_its_two_runs() -> None:
    trainer = run()
    race = nn.diagnosis.race(trainer, nn.diagnosis.rate_times(0.1), steps=4)
    figure = loss_curve(race).figure
    assert isinstance(figure, Curves)
    assert named(figure)["changed"][1] == list(race.losses_changed)


def test_refusals_teach() -> None:
    with pytest.raises(StateError, match=r"expected one or more steps; train first: trainer\.run\(100\)\."):
        loss_curve(run())
    with pytest.raises(UsageError, match="got a run of type int; expected a Trainer"):
        loss_curve(3)
    with pytest.raises(UsageError, match="got 1 names for 2 runs"):
        loss_curve([1.0], [2.0], names=["a"])
    with pytest.raises(StateError, match="got no run"):
        loss_curve()


@pytest.mark.parametrize(
    ("name", "y", "slope"),
    [
        ("tanh", np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        ("logistic", lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2),
        ("relu", lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
        ("softplus", lambda x: np.log1p(np.exp(x)), lambda x: 1 / (1 + np.exp(-x))),
    ],
)
def test_an_activation_with_its_slope(name: str, y: object, slope: object) -> None:
    value, derivative = curves.activation_function(name, span=3.0, points=8).series
    assert np.allclose(value.y, y(value.x))  # type: ignore[operator]
    assert np.allclose(derivative.y, slope(value.x))  # type: ignore[operator]
    assert (value.x[0], value.x[-1]) == (-3.0, 3.0)


@pytest.mark.parametrize("name", nn.catalog.ACTIVATIONS)
def test_every_activation_of_one_number_can_be_plotted(name: str) -> None:
    if name in ("softmax", "log_softmax", "softmin"):
        with pytest.raises(UsageError, match="looks at all outputs together"):
            curves.activation_function(name)
    else:
        assert all(np.isfinite(series.y).all() for series in curves.activation_function(name).series)


def test_the_settings_of_an_activation() -> None:
    value, _ = curves.activation_function("elu", options={"alpha": 2.0}).series
    assert value.y[0] == pytest.approx(2.0 * math.expm1(-4.0))


def test_an_unknown_activation_is_guessed() -> None:
    with pytest.raises(UsageError, match=r"did you mean tanh\?"):
        curves.activation_function("tahn")
    with pytest.raises(UsageError, match=r"got span=0\.0"):
        curves.activation_function("tanh", span=0.0)
