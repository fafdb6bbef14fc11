"""What is missing counts for nothing, gets no gradient, and makes no gradient NaN, to second order."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, hessian

NAN = np.nan
X = np.array([[1.0, NAN, 4.0], [2.0, 3.0, NAN]])
KNOWN = ~np.isnan(X)
WHERE = np.array([True, True, False])
PAIRS = [
    (np.nansum, np.sum), (np.nanmean, np.mean), (np.nanvar, np.var), (np.nanstd, np.std), (np.nanprod, np.prod),
    (np.nanmax, np.max), (np.nanmin, np.min), (np.nanmedian, np.median),
]  # fmt: skip


@pytest.mark.parametrize(("function", "plain"), PAIRS)
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_it_is_the_plain_function_of_what_is_there(function, plain, axis):
    t = Tensor(X, requires_grad=True)
    y = function(t, axis=axis)
    np.testing.assert_allclose(y.data, function(X, axis=axis), rtol=1e-15)
    y.sum().backward()
    expected = np.zeros(X.shape)
    if axis is None:
        expected[KNOWN] = grad(plain)(X[KNOWN])
    else:
        slices = [(slice(None), i) if axis == 0 else (i, slice(None)) for i in range(X.shape[1 - axis])]
        for part in slices:
            row = expected[part]
            row[KNOWN[part]] = grad(plain)(X[part][KNOWN[part]])
    np.testing.assert_allclose(t.grad.data, expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("function", "plain"), [pair for pair in PAIRS if pair[0] is not np.nanmedian])
def test_to_second_order(function, plain):
    curvature = hessian(function)(np.array([1.0, NAN, 4.0, 2.0]))
    there = np.ix_([0, 2, 3], [0, 2, 3])
    np.testing.assert_allclose(curvature[there], hessian(plain)(np.array([1.0, 4.0, 2.0])), rtol=1e-12, atol=1e-14)
    assert not curvature[1].any()
    assert not curvature[:, 1].any()


@pytest.mark.parametrize("function", [np.nansum, np.nanmean, np.nanvar, np.nanstd, np.nanprod])
def test_a_mask_on_top(function):
    t = Tensor(X, requires_grad=True)
    y = function(t, axis=1, where=WHERE)
    np.testing.assert_allclose(y.data, function(X, axis=1, where=WHERE))
    y.sum().backward()
    assert np.isfinite(t.grad.data).all()
    assert not t.grad.data[:, 2].any()


def test_nothing_is_there():
    t = Tensor([[NAN, NAN], [1.0, 3.0]], requires_grad=True)
    assert np.nansum(t, axis=1).data.tolist() == [0.0, 4.0]
    with pytest.warns(RuntimeWarning, match="Mean of empty slice|invalid value"):
        y = np.nanmean(t, axis=1)
    np.testing.assert_array_equal(y.data, [NAN, 2.0])
    y.sum().backward()
    assert t.grad.data.tolist() == [[0.0, 0.0], [0.5, 0.5]]


@pytest.mark.parametrize("options", [{"ddof": 1}, {"correction": 1}])
def test_degrees_of_freedom(options):
    for function in (np.nanvar, np.nanstd):
        np.testing.assert_allclose(function(Tensor(X), **options).data, function(X, **options), rtol=1e-15)
