from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import nn.data
from nn.data import Standardize
from nn.errors import DataError, ShapeError, StateError

X = np.array([[170.0, 60.0], [180.0, 80.0], [190.0, 70.0]])

tables = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
    elements=st.floats(-1e3, 1e3, allow_subnormal=False).map(lambda value: round(value, 3)),
)


@given(x=tables)
def test_mean_0_and_std_1_to_1e_12(x: np.ndarray) -> None:
    z = Standardize().fit_transform(x)
    assert (z.shape, z.dtype) == (x.shape, np.float64)
    np.testing.assert_allclose(z.mean(axis=0), 0, rtol=0, atol=1e-12 * (1 + abs(x).max() / _least_spread(x)))
    changing = x.max(axis=0) > x.min(axis=0)
    np.testing.assert_allclose(z.std(axis=0)[changing], 1, rtol=0, atol=1e-12)
    assert (z[:, ~changing] == 0).all()


def _least_spread(x: np.ndarray) -> float:
    """A mean has an error of one part in 1e16 of the numbers; a small spread shows it enlarged."""
    spread = x.std(axis=0)
    return float(spread[spread > 1e-9].min(initial=1.0)) * 1e3


@given(x=tables)
def test_inverse_undoes_transform(x: np.ndarray) -> None:
    scale = Standardize().fit(x)
    np.testing.assert_allclose(scale.inverse(scale.transform(x)), x, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["digits", "iris"])
def test_mean_0_and_std_1_on_real_data(name: str) -> None:
    x = getattr(nn.data, name)().x.astype(np.float64)
    z = Standardize().fit_transform(x)
    changing = x.std(axis=0) > 0
    assert abs(z.mean(axis=0)).max() < 1e-12
    assert abs(z.std(axis=0)[changing] - 1).max() < 1e-12
    assert (z[:, ~changing] == 0).all()


@given(exponent=st.integers(-290, 290))
def test_any_size_of_number(exponent: int) -> None:
    z = Standardize().fit_transform(X * 10.0**exponent)
    np.testing.assert_allclose(z, Standardize().fit_transform(X), rtol=1e-12, atol=1e-12)


def test_a_long_column_of_one_value_is_constant() -> None:
    # adding 0.1 up 30,000 times and dividing does not give 0.1: what is left must not be taken for a spread
    scale = Standardize().fit(np.full((30_000, 1), 0.1))
    assert scale.std.tolist() == [1]
    assert scale.transform([[0.1], [0.2]]).tolist() == [[0], [0.1]]
    assert repr(scale) == "Standardize(1 feature, 1 constant)"


def test_rounding_is_not_a_spread() -> None:
    x = np.array([[0.3], [0.1 + 0.2], [0.3]])
    assert x[0] != x[1]
    assert Standardize().fit(x).std.tolist() == [1]
    # float32 has seven digits: what is noise there is a spread in float64
    x = np.array([[0.3], [0.3 + 3e-8], [0.3]])
    assert Standardize().fit(x.astype(np.float32)).std.tolist() == [1]
    np.testing.assert_allclose(Standardize().fit(x).std, 3e-8 * np.sqrt(2) / 3, rtol=1e-6)


def test_a_small_spread_on_a_large_mean_is_real() -> None:
    x = 1e6 + np.array([[0.001], [0.002], [0.003]])
    np.testing.assert_allclose(Standardize().fit(x).std, 0.001 * np.sqrt(2 / 3), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_keep_their_dtype_and_statistics_are_float64(dtype: type[np.floating[Any]]) -> None:
    scale = Standardize()
    z = scale.fit_transform(X.astype(dtype))
    assert (z.dtype, scale.inverse(z).dtype, scale.mean.dtype, scale.std.dtype) == (
        dtype,
        dtype,
        np.float64,
        np.float64,
    )


def test_integers_become_the_default_dtype() -> None:
    assert Standardize().fit_transform(X.astype(np.int64)).dtype == np.float32
    assert Standardize().fit_transform(np.array([[True], [False]])).tolist() == [[1], [-1]]


def test_test_data_use_the_training_statistics() -> None:
    scale = Standardize().fit(X)
    np.testing.assert_allclose(scale.transform([[180.0, 70.0]]), 0, atol=1e-15)
    assert scale.transform(np.empty((0, 2))).shape == (0, 2)


def test_one_row_is_all_constant() -> None:
    assert Standardize().fit_transform([[3.0, -1.0]]).tolist() == [[0, 0]]


def test_the_input_stays_as_it_was() -> None:
    x = X.copy()
    scale = Standardize().fit(x)
    scale.inverse(scale.transform(x))
    np.testing.assert_array_equal(x, X)
    with pytest.raises(ValueError, match="read-only"):
        scale.mean[0] = 0


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        ([[1.0, np.nan], [2.0, 3.0]], DataError, "nan at row 0, column 1"),
        ([[1.0, 0.0], [-np.inf, 3.0]], DataError, "-inf at row 1, column 0"),
        (np.full((2, 1, 2), np.nan), DataError, r"nan at index \(0, 0, 0\)"),
        ([1.0, 2.0], ShapeError, r"x\[:, None\]"),
        (np.empty((0, 2)), DataError, "at least one sample"),
        (np.empty((2, 0)), DataError, "at least one sample"),
        ([["a", "b"]], DataError, "real numbers"),
        ([[1.0], [1.0, 2.0]], ShapeError, "rows of different lengths"),
    ],
)
def test_a_failed_fit_names_the_place_and_changes_nothing(x: Any, error: type[Exception], words: str) -> None:
    scale = Standardize().fit(X)
    mean, std = scale.mean, scale.std
    with pytest.raises(error, match=f"Standardize.fit: got .*{words}"):
        scale.fit(x)
    assert scale.mean is mean
    assert scale.std is std


def test_use_before_fit() -> None:
    scale = Standardize()
    assert repr(scale) == "Standardize(not fitted)"
    for use in (scale.transform, scale.inverse):
        with pytest.raises(StateError, match=r"not fitted; .*fit\(x_train\) first"):
            use(X)
    with pytest.raises(StateError, match=r"Standardize\.mean"):
        _ = scale.mean
    with pytest.raises(StateError, match=r"Standardize\.std"):
        _ = scale.std


def test_another_width() -> None:
    scale = Standardize().fit(X)
    for use in (scale.transform, scale.inverse):
        with pytest.raises(ShapeError, match=r"x of shape \(3, 1\); expected \(N, 2\)"):
            use(X[:, :1])
    with pytest.raises(ShapeError, match=r"x of shape \(2,\)"):
        scale.transform(X[0])


def test_numbers_that_do_not_fit_the_result() -> None:
    scale = Standardize().fit(np.array([[1e-30], [2e-30]], dtype=np.float32))
    with pytest.raises(DataError, match="at row 1, column 0, which is too large for float32"):
        scale.transform(np.array([[0], [1e30]], dtype=np.float32))
    with pytest.raises(DataError, match="nan at row 0, column 1"):
        Standardize().fit(X).transform([[1.0, np.nan]])
    with pytest.raises(DataError, match="too large"):
        Standardize().fit(np.array([[0.0], [1e300]])).inverse([[1e300]])
