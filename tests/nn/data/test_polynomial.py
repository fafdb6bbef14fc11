from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn.data import Polynomial
from nn.errors import ConfigError, DataError, NNError, ShapeError


@given(features=st.integers(1, 4), degree=st.integers(1, 4), interactions=st.booleans(), bias=st.booleans())
def test_each_column_is_the_product_that_its_name_says(
    features: int, degree: int, interactions: bool, bias: bool
) -> None:
    x = np.random.default_rng(0).standard_normal((5, features))
    made = Polynomial(degree, interactions=interactions, bias=bias)
    letters = "abcd"[:features]
    columns = made.transform(x)
    names = made.names(letters)
    assert columns.shape == (5, len(names)) or not names
    assert len(set(names)) == len(names)
    for column, name in zip(columns.T, names, strict=True):
        value = eval(name.replace("^", "**"), {}, dict(zip(letters, x.T, strict=True)))
        np.testing.assert_allclose(column, value * np.ones(5), rtol=1e-12)


def test_a_line_in_products_is_a_circle() -> None:
    """No straight line parts two rings; one in x1**2 and x2**2 does."""
    data = nn.data.circles(n=200, noise=0.02, seed=0)
    x = Polynomial(2).fit_transform(data.x)
    inner, outer = (x[data.y == label][:, [2, 4]].sum(axis=1) for label in (0, 1))
    assert inner.max() < outer.min()


def test_dtype_and_printing() -> None:
    assert Polynomial().transform(np.ones((1, 2), np.float32)).dtype == np.float32
    assert repr(Polynomial(3)) == "Polynomial(3)"
    assert repr(Polynomial(2, interactions=True, bias=True)) == "Polynomial(2, interactions=True, bias=True)"


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: Polynomial(0), ConfigError, "degree=0"),
        (lambda: Polynomial(2).transform([1.0]), ShapeError, r"x of shape \(1,\)"),
        (lambda: Polynomial(2).transform(np.zeros((2, 2, 2))), ShapeError, r"use x.reshape\(len\(x\), -1\)"),
        (lambda: Polynomial(2).transform([[np.nan]]), DataError, "nan at row 0, column 0"),
        (lambda: Polynomial(2).transform([[1e200]]), DataError, "inf at row 0, column 1; .* standardise"),
        (lambda: Polynomial(9).transform(np.zeros((1, 64))), ConfigError, r"64 features to the degree of 9, which is"),
    ],
)
def test_what_has_no_products_is_named(call: Any, error: type[NNError], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
