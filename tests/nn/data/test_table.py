from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nn.data import Table
from nn.errors import ConfigError, DataError, NNError, ShapeError


def table() -> Table:
    return Table({"size": [1.5, 2.5, 0.5], "colour": ["red", "blue", "red"], "count": [3, 1, 2]}, name="things")


def test_words_become_codes_and_the_last_column_is_the_target() -> None:
    data = table().dataset()
    assert data.feature_names == ("size", "colour=blue", "colour=red")
    assert data.x.tolist() == [[1.5, 0, 1], [2.5, 1, 0], [0.5, 0, 1]]
    assert (data.y.tolist(), data.class_names, data.name) == ([2, 0, 1], ("1", "2", "3"), "things")


def test_targets_of_words_and_of_numbers() -> None:
    words = table().dataset(target="colour", features=["count", "size"])
    assert (words.y.tolist(), words.class_names) == ([1, 0, 1], ("blue", "red"))
    assert words.feature_names == ("count", "size")
    numbers = table().dataset(target="size")
    assert (numbers.y.tolist(), numbers.classes) == ([1.5, 2.5, 0.5], None)
    assert table().dataset(target="count", classes=False).classes is None
    assert table().dataset(target="size", classes=True).class_names == ("0.5", "1.5", "2.5")
    many = Table({"x": np.arange(30.0), "year": np.arange(1990, 2020)})
    assert many.dataset().classes is None


def test_columns_are_copies_and_read_only() -> None:
    given = np.array([1.0, 2.0])
    made = Table({"a": given})
    given[0] = 9.0
    assert made["a"].tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        made["a"][0] = 1.0


def test_printing_is_bounded() -> None:
    made = Table({"n": np.arange(2000), "w": [f"word{i}" for i in range(2000)], "f": np.zeros(2000)}, name="long")
    lines = repr(made).splitlines()
    assert lines[0] == "Table(long: 2,000 rows)"
    assert lines[2].split() == "0..1999 word0, word1, word2, word3, ... 2000 in all numbers".split()
    assert (len(lines), lines[-1]) == (9, "... 1,995 more rows")


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: Table({}), ConfigError, "Table: got no columns"),
        (lambda: Table({"a": [1], "b": [1, 2]}), ShapeError, "1 and 2 samples"),
        (lambda: Table({"a": []}), DataError, "0 samples"),
        (lambda: table()["colur"], ConfigError, r"Table\(things\): got 'colur'; .* did you mean 'colour'"),
        (lambda: table().dataset(target="zzz"), ConfigError, "choose one of them"),
        (lambda: table().dataset(features=[]), ConfigError, "no features"),
        (lambda: Table({"a": [1.0, 2.0]}).dataset(), ConfigError, "no features"),
        (lambda: Table({"a": [np.nan, 2.0], "b": [1, 2]}).dataset(), DataError, "nan at row 0"),
        (lambda: table().dataset(target="colour", classes=False), DataError, "colour of dtype <U4; expected real"),
    ],
)
def test_what_is_no_table_is_named(call: Any, error: type[NNError], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
