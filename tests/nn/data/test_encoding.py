from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn.data import LabelEncoder, OneHot
from nn.errors import DataError, NNError, ShapeError, StateError


def test_the_codes_of_the_lecture_notes() -> None:
    """Sex in 2 bits, four body types in 4 bits; no value is nearer to another than to a third."""
    codes = OneHot([["male", "female"], [1, 2, 3, 4]])
    assert codes.width == 6
    table = codes.transform(np.array([["male", 1], ["female", 2], ["male", 4]], dtype=object))
    assert table.tolist() == [[1, 0, 1, 0, 0, 0], [0, 1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 1]]
    assert table.dtype == np.float32
    types = OneHot().fit_transform([1, 2, 3, 4])
    distances = {round(float(np.linalg.norm(a - b)), 6) for a in types for b in types if (a != b).any()}
    assert distances == {round(2**0.5, 6)}


@given(values=st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=20))
def test_there_and_back(values: list[str]) -> None:
    values = [value.replace("\0", "0") for value in values]  # NumPy's text drops zeros at the end
    labels = LabelEncoder()
    numbers = labels.fit_transform(values)
    assert labels.inverse(numbers).tolist() == values
    assert set(numbers.tolist()) == set(range(len(set(values))))
    codes = OneHot()
    table = codes.fit_transform(values)
    assert (table.sum(axis=1) == 1).all()
    assert codes.inverse(table).tolist() == values
    assert (table.argmax(axis=1) == numbers).all()


@given(
    rows=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), min_size=1, max_size=12).map(
        lambda rows: [list(row) for row in rows]
    )
)
def test_several_columns_there_and_back(rows: list[list[str]]) -> None:
    codes = OneHot()
    assert codes.inverse(codes.fit_transform(rows)).tolist() == rows


def test_numbers_are_ordered_by_size_and_bits_too() -> None:
    assert LabelEncoder().fit([10, 9, -1]).classes == (-1, 9, 10)
    assert LabelEncoder().fit([True, False]).classes == (False, True)
    mixed = OneHot([[1, 2], ["a", "b"]])
    assert mixed.inverse([[0, 1, 1, 0]]).tolist() == [[2, "a"]]
    assert mixed.values == ((1, 2), ("a", "b"))
    assert mixed.names(["n", "t"]) == ("n=1", "n=2", "t=a", "t=b")


def test_the_dtype_is_the_default() -> None:
    nn.set_default_dtype(np.float64)
    assert OneHot().fit_transform(["a"]).dtype == np.float64


def test_printing() -> None:
    assert repr(LabelEncoder()) == "LabelEncoder(not fitted)"
    assert repr(LabelEncoder().fit(["b", "a"])) == "LabelEncoder(2 classes: 'a', 'b')"
    assert repr(OneHot()) == "OneHot(not fitted)"
    assert repr(OneHot().fit([["a", "b"]])) == "OneHot(2 columns as 2)"


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: LabelEncoder().fit(["a", "b"]).transform(["c"]), DataError, "'c' at row 0; expected one of 'a', 'b'"),
        (
            lambda: OneHot().fit([["a", "x"], ["b", "x"]]).transform([["a", "x"], ["a", "y"]]),
            DataError,
            r"OneHot\.transform: got 'y' at row 1, column 1; expected one of 'x'; fit on data that has every value",
        ),
        (lambda: LabelEncoder().transform(["a"]), StateError, "not fitted"),
        (lambda: LabelEncoder().classes, StateError, r"LabelEncoder\.classes"),
        (lambda: OneHot().transform(["a"]), StateError, "OneHot that is not fitted"),
        (lambda: LabelEncoder().fit([["a"]]), ShapeError, r"values of shape \(1, 1\)"),
        (lambda: LabelEncoder().fit([]), DataError, "no values"),
        (lambda: LabelEncoder().fit([1.0, np.nan]), DataError, "nan at row 1"),
        (lambda: LabelEncoder().fit(np.array(["a", None], dtype=object)), DataError, "None at row 1"),
        (lambda: LabelEncoder().fit(np.array(["a", 1], dtype=object)), DataError, "text and numbers in one column"),
        (lambda: LabelEncoder(["a", "a"]), DataError, "expected different values"),
        (lambda: LabelEncoder(["a", "b"]).inverse([2]), DataError, r"labels \[2\]; expected integers 0\.\.1"),
        (lambda: LabelEncoder(["a", "b"]).inverse([0.5]), DataError, "expected integers"),
        (lambda: OneHot().fit([["a", "b"]]).transform(["a"]), ShapeError, "1 column; expected 2, as fitted"),
        (lambda: OneHot().fit(np.zeros((1, 1, 1))), ShapeError, r"\(1, 1, 1\)"),
        (lambda: OneHot().fit(["a", "b"]).inverse([[1.0]]), ShapeError, r"codes of shape \(1, 1\); expected \(N, 2\)"),
    ],
)
def test_what_has_no_code_is_named(call: Any, error: type[NNError], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
