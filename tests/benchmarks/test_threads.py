"""Halves of a batch make the step of the whole; the machine is busy only as long as it is asked to be."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import divided, threads
from nn.threads import sizing


@pytest.mark.parametrize("name", ["W3", "W5"])
def test_halves_make_the_step_of_the_whole(name: str) -> None:
    whole, split = (divided.trainer(divided.network(name), threads) for threads in (1, 2))
    losses = [[event.loss for event in run.run(4)] for run in (whole, split)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)
    assert losses[0][3] < losses[0][0]
    assert (whole.threads, split.threads) == (1, 2)


def test_a_step_is_measured_on_one_thread_and_on_two() -> None:
    found = divided.measure(divided.classifier(8, 4), rounds=2, seconds=0.001)
    assert found["seconds"] > 0
    assert len(found["ratio"]) == 3


def test_auto_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "cores", lambda: 2)
    monkeypatch.setattr(sizing, "limits", lambda: (1,))
    assert [divided.chosen(divided.network(name)) for name in ("W3", "W4", "W5")] == [False, True, False]


def test_a_product_is_measured_with_one_thread_and_with_all() -> None:
    found = threads.measure(8, 8, 8, 2, rounds=2)
    assert found["seconds"] > 0
    assert len(found["ratio"]) == 3


def test_other_work_ends_with_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    real = threads.subprocess.Popen

    def remembered(*arguments: object) -> object:
        started.append(real(*arguments))
        return started[-1]

    monkeypatch.setattr(threads.subprocess, "Popen", remembered)
    with pytest.raises(KeyError), threads.busy(2):
        raise KeyError([process.poll() for process in started])
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)
