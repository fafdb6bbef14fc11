"""Quantiles: each of NumPy's methods, axes, several at once, ties, NaNs."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, ops
from autograd.errors import UnsupportedError

METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
]  # fmt: skip
NAN = np.nan


@pytest.mark.parametrize("function", [np.quantile, np.nanquantile])
@pytest.mark.parametrize("method", METHODS)
def test_methods_agree_with_numpy(agree, function, method):
    agree(lambda x: function(x, [0.0, 0.21, 0.5, 0.83, 1.0], method=method), (7,))
    agree(lambda x: function(x, 0.3, axis=0, method=method), (6, 2))


@pytest.mark.parametrize("function", [np.percentile, np.nanpercentile])
@pytest.mark.parametrize(
    "options", [{}, {"axis": 1}, {"axis": (0, 1)}, {"axis": 0, "keepdims": True}, {"axis": -1, "method": "hazen"}]
)
def test_percentiles_agree_with_numpy(agree, function, options):
    agree(lambda x: function(x, 40, **options), (3, 4))
    agree(lambda x: function(x, [10, 55.5], **options), (3, 4))


@pytest.mark.parametrize("function", [np.median, np.nanmedian])
@pytest.mark.parametrize("shape", [(4,), (5,), (1,), ()])
def test_medians_agree_with_numpy(agree, function, shape):
    agree(function, shape)


@pytest.mark.parametrize("options", [{"axis": 0}, {"axis": (0, 2)}, {"axis": (-1, 0), "keepdims": True}])
def test_axes_agree_with_numpy(agree, options):
    agree(lambda x: np.median(x, **options), (3, 2, 4))
    agree(lambda x: np.nanmedian(x, **options), (3, 2, 4))
    agree(lambda x: np.quantile(x, [[0.1, 0.4], [0.5, 0.9]], **options), (3, 2, 4))
    agree(lambda x: np.nanquantile(x, [0.1, 0.4], **options), (3, 2, 4))


def slopes(function, x):
    return grad(lambda x: np.sum(function(x)))(np.asarray(x)).tolist()


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (np.nanmedian, [3.0, NAN, 1.0], [0.5, 0.0, 0.5]),
        (np.nanmedian, [3.0, NAN, 1.0, 2.0], [0.0, 0.0, 0.0, 1.0]),
        (lambda x: np.nanquantile(x, 0.25), [NAN, 3.0, NAN, 1.0], [0.0, 0.25, 0.0, 0.75]),
        (lambda x: np.nanpercentile(x, 100), [NAN, 3.0, 1.0], [0.0, 1.0, 0.0]),
        (np.median, [np.inf, 1.0, -np.inf], [0.0, 1.0, 0.0]),
    ],
)
def test_the_neighbours_get_the_gradient(function, x, expected):
    assert slopes(function, x) == expected


def test_equal_elements_get_one_share_among_them():
    found = slopes(np.median, [1.0, 1.0, 1.0, 2.0])
    assert sum(found) == 1.0
    assert found[3] == 0.0
    found = slopes(np.median, np.ones(1000))
    assert np.flatnonzero(found).tolist() == [499, 500]  # of equal elements the first come first


def test_rows_with_different_numbers_of_nan():
    x = np.array([[4.0, 1.0, NAN, 3.0], [NAN, NAN, 5.0, NAN], [1.0, 2.0, 3.0, 4.0]])
    expected = [[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.5, 0.5, 0.0]]
    assert slopes(lambda x: np.nanmedian(x, axis=1), x) == expected


def test_a_slice_of_nothing_but_nan():
    t = Tensor([[NAN, NAN], [1.0, 2.0]], requires_grad=True)
    with pytest.warns(RuntimeWarning, match="All-NaN"):
        y = np.nanquantile(t, 0.5, axis=1)
    y.sum().backward()  # without a second warning
    assert t.grad.data.tolist() == [[0.0, 0.0], [0.5, 0.5]]


def test_q_of_two_axes_gives_the_shape_that_quantile_gives():
    t = Tensor(np.random.default_rng(0).normal(size=(3, 2, 2)), requires_grad=True)
    q = [[0.2, 0.9]]
    ours = np.nanquantile(t, q, axis=(0, -1), keepdims=True)
    np.testing.assert_allclose(ours.data, np.quantile(t.data, q, axis=(0, -1), keepdims=True))
    ours.sum().backward()
    np.testing.assert_allclose(t.grad.data.sum(), 4.0)


def test_no_quantiles_at_all():
    t = Tensor([1.0, 2.0], requires_grad=True)
    y = np.quantile(t, [])
    assert y.shape == (0,)
    y.sum().backward()
    assert t.grad.data.tolist() == [0.0, 0.0]


def test_weights_say_how_much_of_a_quantile_each_element_is():
    x = np.array([5.0, 1.0, 3.0, 4.0])
    weights = ops.quantile_weights(x, q=0.4)
    np.testing.assert_allclose(weights, [0.0, 0.0, 0.8, 0.2])
    np.testing.assert_allclose(weights @ x, np.quantile(x, 0.4))


def test_what_can_not_be_done_is_refused_by_name():
    t = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(UnsupportedError, match="a Tensor as q"):
        np.quantile(t, Tensor(0.5, requires_grad=True))
    with pytest.raises(UnsupportedError, match="weights="):
        np.quantile(t, 0.5, weights=np.ones(2), method="inverted_cdf")
    with pytest.raises(UnsupportedError, match="overwrite_input="):
        np.median(t, overwrite_input=True)
