"""Races between a run as it is and the same run changed; twins; what findings look like."""

from __future__ import annotations

import numpy as np
import pytest

import nn
from nn.diagnosis import Diagnosis, Finding, Race, race, rate_times, replaced, standardised, weight_decay
from nn.errors import ConfigError
from nn.noise import margin
from tests.nn.diagnosis.makers import DIGITS, dense, trainer
from tests.nn.training.runs import everything, rich


def test_a_twin_is_the_same_run_and_independent() -> None:
    whole = rich()
    whole.run(9)
    expected = [event.loss for event in whole.history]
    made = rich()
    made.run(5)
    state = nn.default_generator().bit_generator.state
    twin = made.twin()
    twin.run(4)
    assert [event.loss for event in twin.history] == expected
    assert (made.step_count, len(made.history), twin.callbacks, twin.observers) == (5, 5, [], [])
    nn.default_generator().bit_generator.state = state
    made.run(4)
    assert [event.loss for event in made.history] == expected
    assert twin.loader.arrays is made.loader.arrays
    assert twin.optimizer.param_groups[0]["params"][0] is twin.net[0].weight
    assert twin.scheduler is not None
    assert twin.scheduler.optimizer is twin.optimizer
    twin.rewind(2)
    assert made.step_count == 9


def test_a_race_leaves_the_run_where_it_is() -> None:
    made = rich()
    made.run(3)
    before = everything(made)
    result = race(made, rate_times(0.5), steps=10)
    assert everything(made) == before
    assert result.steps == 10
    same = race(made, lambda twin: None, steps=5)
    assert same.as_it_is == same.changed
    assert not same.confirmed


def test_a_race_goes_on_until_it_is_decided_within_its_budget() -> None:
    made = trainer(dense(64, 16, 10), DIGITS.train, lr=0.001, optimizer=nn.optim.SGD)
    short, longer, whole = (race(made, rate_times(2.0), steps=20, most=most) for most in (20, 50, 1000))
    assert (short.steps, short.decided, longer.steps, longer.decided) == (20, False, 50, False)
    assert repr(longer).endswith("changed: not decided within 50 steps")
    assert (whole.confirmed, whole.steps) == (True, 640)
    assert whole.losses[:50] == longer.losses  # to go on changes nothing of what was
    assert longer.losses_changed[:20] == short.losses_changed
    assert race(made, rate_times(0.1), steps=50).steps == 50  # worse, and falling behind: nothing to wait for
    assert race(made, rate_times(2.0), steps=20, test=DIGITS.test).steps == 20
    assert race(made, rate_times(2.0), steps=20, most=5).steps == 20


def test_each_copy_draws_its_own_random_numbers_as_it_goes_on() -> None:
    def made() -> nn.Trainer:
        nn.manual_seed(3)
        net = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 10))
        return trainer(net, DIGITS.train, lr=0.003)

    run = made()
    found = race(run, lambda twin: None, steps=10, most=40)
    assert found.losses == found.losses_changed
    assert found.losses == tuple(event.loss for event in run.run(found.steps))


def test_a_difference_within_the_noise_confirms_nothing() -> None:
    bumps = tuple(np.random.default_rng(0).normal(1.0, 0.5, 100))
    other = tuple(np.random.default_rng(1).normal(0.85, 0.5, 100))
    ends = [float(np.mean(losses[-10:])) for losses in (bumps, other)]
    noisy = Race(ends[0], 0.8 * ends[0], 100, "training loss", bumps, other)
    assert (noisy.averaged, noisy.clear, noisy.confirmed) == (10, False, False)
    assert noisy.spreads[0] == pytest.approx(np.std(bumps[-10:], ddof=1))
    assert repr(noisy).endswith("changed: within the noise")
    shifted = tuple(loss * 0.5 for loss in bumps)  # the same batches are as hard for both: that is no noise
    clear = Race(ends[0], 0.5 * ends[0], 100, "training loss", bumps, shifted)
    assert clear.clear
    assert clear.confirmed
    assert clear.noise < noisy.noise
    assert noisy.noise == margin(bumps[-10:], other[-10:], paired=True)
    two = Race(1.0, 0.8, 20, "training loss", bumps[:20], other[:20])  # of two steps, little can be said
    assert two.noise == pytest.approx(12.706 * abs(np.subtract(bumps, other)[18:20] @ [1, -1]) / 2)


def test_what_is_no_number_is_no_noise() -> None:
    nans = (1.0,) * 90 + (float("nan"),) * 10
    assert Race(float("nan"), 0.5, 100, "training loss", nans, (0.5,) * 100).confirmed
    assert not Race(0.5, float("nan"), 100, "training loss", (0.5,) * 100, nans).confirmed
    assert Race(1.0, 0.95, 100, "validation loss", (1.0,) * 100, (0.9,) * 100).noise == 0.0


def test_a_race_by_validation_loss() -> None:
    made = trainer(dense(64, 16, 10), DIGITS.train, validation=DIGITS.validation)
    result = race(made, weight_decay(100.0), steps=50, validation=True)
    assert result.measure == "validation loss"
    assert result.changed > result.as_it_is
    with pytest.raises(ConfigError, match="a trainer without validation data"):
        race(trainer(dense(64, 16, 10), DIGITS.train), weight_decay(0.1), validation=True)


def test_changes_are_what_they_say() -> None:
    twin = trainer(
        dense(2, 4, 2), (np.random.default_rng(0).standard_normal((20, 2)) * 9 + 5, np.arange(20) % 2)
    ).twin()
    standardised()(twin)
    np.testing.assert_allclose(twin.loader.arrays[0].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(twin.loader.arrays[0].std(axis=0), 1, rtol=1e-5)
    replaced("1", nn.Identity())(twin)
    assert isinstance(twin.net[1], nn.Identity)
    rate_times(10)(twin)
    assert twin.optimizer.param_groups[0]["lr"] == 0.1
    nested = trainer(nn.Sequential(dense(2, 4, 2)), nn.data.moons()).twin()
    replaced("0.1", nn.Identity())(nested)
    assert isinstance(nested.net[0][1], nn.Identity)
    checked = rich()
    before, held_out = checked.loader.arrays[0].copy(), checked.validation[0].copy()
    standardised()(checked)
    scaled = (held_out - before.mean(axis=0)) / before.std(axis=0)
    np.testing.assert_allclose(checked.validation[0], scaled, rtol=1e-4, atol=1e-5)  # by the training data's numbers
    assert checked.evaluate(checked.validation).accuracy is not None


def test_a_rate_under_a_schedule() -> None:
    made = rich()
    rate_times(0.1)(made)
    made.run(9)
    assert [round(event.lr, 6) for event in made.history[::8]] == [0.005, 0.0025]


def test_verdicts() -> None:
    assert Race(1.0, 0.8, 1, "loss").confirmed
    assert not Race(1.0, 0.95, 1, "loss").confirmed
    assert Race(float("nan"), 5.0, 1, "loss").confirmed
    assert not Race(float("nan"), float("nan"), 1, "loss").confirmed
    assert repr(Race(1.0, 0.95, 7, "loss")) == "7 steps: loss 1 as it is, 0.95 changed: not confirmed"


def test_findings_by_name_and_number() -> None:
    first = Finding("a", "x", {"n": 1}, "Something is so.", "1 + 1")
    second = Finding("b", "", {"share": 0.123456}, "Something else. " * 12, "2 + 2")
    both = Diagnosis((first, second))
    assert (both["b"], both[0], len(both), list(both), bool(both)) == (second, first, 2, [first, second], True)
    lines = repr(both).splitlines()
    assert lines[0] == "1. a in x"
    assert "  evidence: share 0.123" in lines
    assert max(map(len, lines)) <= 100
