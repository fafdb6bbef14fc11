"""Rows as a table, in order, and as CSV."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from nn.errors import ConfigError, StateError
from nn.sweeping import Results, Row

ROWS = [
    Row(0, {"lr": 0.1, "act": "relu"}, 5, {"loss": 0.7, "accuracy": 0.5}, seconds=1.234),
    Row(1, {"lr": 0.01, "act": "tanh"}, 5, {"loss": math.nan, "accuracy": 0.9}, seconds=2.0),
    Row(2, {"lr": 10.0, "act": "tanh"}, 5, error="ValueError: " + "long " * 20),
    Row(3, {"lr": 1.0, "act": "relu"}, 5, {"loss": 0.123456, "accuracy": 0.75}),
]


def test_the_best_comes_first_then_nan_then_failures() -> None:
    found = Results(ROWS, "loss")
    assert [row.number for row in found] == [3, 0, 1, 2]
    assert [row.number for row in found.sorted_by("accuracy", mode="max")] == [1, 3, 0, 2]
    assert [row.number for row in Results(ROWS)] == [0, 1, 3, 2]
    assert found.best is ROWS[3]
    assert found[1:3] == [ROWS[0], ROWS[1]]
    assert len(found) == 4


def test_the_table_is_aligned_and_bounded() -> None:
    lines = str(Results(ROWS, "loss")).splitlines()
    assert lines[0].split() == ["run", "lr", "act", "seed", "loss", "accuracy", "seconds", "error"]
    assert lines[1].split() == ["3", "1", "relu", "5", "0.1235", "0.75", "0"]
    assert len({line.index("  5  ") for line in lines[1:]}) == 1
    assert lines[4].endswith("ValueError: long long long long long...")
    assert "error" not in str(Results(ROWS[:2]))
    assert repr(Results(ROWS)) == "Results(4 runs, 1 failed)"


def test_csv_keeps_every_digit(tmp_path: Path) -> None:
    Results(ROWS, "loss").to_csv(tmp_path / "found.csv")
    with (tmp_path / "found.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["number", "lr", "act", "seed", "loss", "accuracy", "seconds", "error"]
    assert rows[0]["loss"] == "0.123456"
    assert (rows[3]["loss"], rows[3]["error"]) == ("", ROWS[2].error)
    with pytest.raises(StateError, match="to_csv"):
        Results(ROWS).to_csv(tmp_path)


def test_best_needs_something_to_judge_by() -> None:
    with pytest.raises(StateError, match="no metric"):
        _ = Results(ROWS).best
    with pytest.raises(StateError, match="no run with a loss"):
        _ = Results([ROWS[2]], "loss").best
    with pytest.raises(ConfigError, match="expected one of loss, accuracy"):
        Results(ROWS, "los")
