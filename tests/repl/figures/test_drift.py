from __future__ import annotations

import numpy as np
import pytest

import nn
from repl.errors import StateError, UsageError
from repl.figures.drift import InputDrift, input_drift
from repl.plots import input_drift as plot
from tests.repl.runs import run


def percentiles(trainer: nn.Trainer) -> np.ndarray:
    """Of the last layer's input now, by hand."""
    net, x = trainer.net, trainer.loader.arrays[0]
    return np.percentile(net[1](net[0](x)).readonly, (15, 50, 85))


def test_it_looks_ahead_on_a_copy() -> None:
    trainer, other = run(), run()
    (series,) = input_drift(trainer, steps=5).series
    assert series.lower is not None
    assert series.upper is not None
    other.run(5)
    for place, at in ((0, trainer), (5, other)):
        found = series.lower[place], series.y[place], series.upper[place]
        assert np.allclose(found, percentiles(at), atol=1e-6)
    assert trainer.step_count == 0


def test_it_records_a_run_that_goes_on() -> None:
    trainer = run()
    watch = InputDrift(trainer, every=2)
    trainer.run(5)
    (series,) = watch.figure().series
    assert series.x.tolist() == [0, 2, 4]
    assert np.array_equal(plot(watch).figure.series[0].y, series.y)
    watch.stop()
    trainer.run(3)
    assert watch.figure().series[0].x.tolist() == [0, 2, 4]
    assert trainer.observers == []


def test_after_a_rewind_another_future_is_forgotten() -> None:
    trainer = run()
    watch = InputDrift(trainer)
    trainer.run(6)
    trainer.rewind(4)
    trainer.run(1)
    assert watch.figure().series[0].x.tolist() == [0, 1, 2, 3]


def test_layers_by_their_path() -> None:
    assert input_drift(run(), "1", steps=1).title == "Input of layer 1 over training"
    with pytest.raises(UsageError, match="unknown layer '9'; expected one of 0, 1, 2"):
        input_drift(run(), "9", steps=1)


def test_refusals_teach() -> None:
    with pytest.raises(UsageError, match="got a Linear; expected a Trainer"):
        input_drift(nn.Linear(2, 2))
    with pytest.raises(UsageError, match="got steps=0"):
        input_drift(run(), steps=0)
    with pytest.raises(UsageError, match="got every=0"):
        InputDrift(run(), every=0)
    with pytest.raises(StateError, match=r"train first: trainer\.run\(100\)"):
        InputDrift(run()).figure()
