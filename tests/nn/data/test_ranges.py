from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nn.data import MinMax
from nn.errors import ConfigError, DataError, NNError, ShapeError, StateError

tables = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=8),
    elements=st.floats(-1e3, 1e3, allow_subnormal=False).map(lambda value: round(value, 3)),
)


@given(x=tables, low=st.floats(-5, 0), height=st.floats(0.5, 10))
def test_every_feature_fills_the_range(x: np.ndarray, low: float, height: float) -> None:
    scale = MinMax(low, low + height)
    z = scale.fit_transform(x)
    changing = x.max(axis=0) > x.min(axis=0)
    np.testing.assert_allclose(z.min(axis=0), low, atol=1e-9)
    np.testing.assert_allclose(z.max(axis=0)[changing], low + height, atol=1e-9)
    assert (z[:, ~changing] == low).all()
    np.testing.assert_allclose(scale.inverse(z), x, rtol=1e-9, atol=1e-9)


def test_new_data_use_the_range_that_was_fitted() -> None:
    scale = MinMax().fit([[0.0], [10.0]])
    assert scale.transform([[20.0], [-5.0]]).tolist() == [[2.0], [-0.5]]
    assert (scale.least.tolist(), scale.span.tolist()) == ([0.0], [10.0])


def test_dtypes() -> None:
    assert MinMax().fit_transform(np.zeros((3, 1), np.float16)).dtype == np.float16
    assert MinMax().fit_transform(np.arange(3)[:, None]).dtype == np.float32
    assert repr(MinMax()) == "MinMax(not fitted)"
    assert repr(MinMax().fit([[1.0, 2.0], [1.0, 3.0]])) == "MinMax(2 features, 1 constant, 0 to 1)"


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: MinMax(1, 0), ConfigError, r"MinMax: got low=1 and high=0; expected two numbers, low below high"),
        (lambda: MinMax(0, 0), ConfigError, "low=0 and high=0"),
        (lambda: MinMax("a", 1), ConfigError, "low='a'"),  # type: ignore[arg-type]
        (lambda: MinMax(0, np.inf), ConfigError, "high=inf"),
        (lambda: MinMax().transform([[1.0]]), StateError, r"MinMax\.transform: got a MinMax that is not fitted"),
        (lambda: MinMax().fit([[np.nan]]), DataError, r"MinMax\.fit: got nan at row 0"),
        (lambda: MinMax().fit([1.0]), ShapeError, r"\(1,\)"),
        (lambda: MinMax().fit(np.zeros((0, 2))), DataError, "at least one sample"),
        (lambda: MinMax().fit([[1.0]]).transform([[1.0, 2.0]]), ShapeError, r"expected \(N, 1\)"),
        (lambda: MinMax().fit([[1e308], [-1e308]]), DataError, "a range below 1.8e308"),
    ],
)
def test_what_cannot_be_scaled_is_named(call: Any, error: type[NNError], says: str) -> None:
    with np.errstate(over="ignore"), pytest.raises(error, match=says):
        call()
