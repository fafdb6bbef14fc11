"""Sweeps in this process, without workers, and those who follow a sweep."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import nn
from tests.nn.sweeping import trainings


def test_without_workers_any_function_runs_here_and_the_random_state_stays() -> None:
    before = nn.default_generator().bit_generator.state
    found = nn.sweep(
        lambda scale: scale * float(nn.Linear(1, 1).weight.item()) + os.getpid(), {"scale": [1, 0]}, workers=0
    )
    assert found[0].metrics["value"] == os.getpid() or found[1].metrics["value"] == os.getpid()
    assert nn.default_generator().bit_generator.state == before


def test_ctrl_c_in_a_sweep_without_workers_ends_that_one_only() -> None:
    def stopped(x: int) -> float:
        if x:
            raise KeyboardInterrupt
        return 0.0

    with pytest.raises(KeyboardInterrupt):
        nn.sweep(stopped, {"x": [0, 1, 2]}, workers=0)
    assert len(nn.sweep(stopped, {"x": [0]}, workers=0)) == 1


def test_who_follows_hears_of_every_run_and_can_end_the_sweep(tmp_path: Path) -> None:
    heard: list[tuple[Any, int, int]] = []
    file = tmp_path / "kept.jsonl"
    with nn.sweeping.following(lambda row, done, total: heard.append((row and row.settings["x"], done, total))):
        nn.sweep(trainings.parabola, {"x": [5, 6], "y": [0]}, workers=0, file=file)
        assert heard == [(None, 0, 2), (5, 1, 2), (6, 2, 2)]
        nn.sweep(trainings.parabola, {"x": [5, 6, 7], "y": [0]}, workers=0, file=file)
    assert heard[3:] == [(None, 2, 3), (7, 3, 3)]  # the file has the others

    def stop(row: Any, done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with nn.sweeping.following(stop), pytest.raises(KeyboardInterrupt):
        nn.sweep(trainings.parabola, {"x": [1, 2], "y": [0]}, workers=0)
    nn.sweep(trainings.parabola, {"x": [1, 2], "y": [0]}, workers=0)
    assert len(heard) == 5
