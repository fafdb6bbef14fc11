"""Statistics: NumPy's arguments, no spread at all, weights that are learned, covariance."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, hessian
from autograd.errors import ShapeError, UnsupportedError

X = np.array([[1.0, 5.0, 3.0], [-2.0, 0.5, 4.0]])
MASK = np.array([[True, False, True], [True, True, True]])
W = np.array([0.5, 1.0, 2.0])


@pytest.mark.parametrize("call", [np.var, np.std, np.nanvar, np.nanstd])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"axis": 0},
        {"axis": (0, 1), "ddof": 1},
        {"axis": -1, "keepdims": True, "ddof": 0.5},
        {"axis": 1, "correction": 1},
        {"where": MASK, "axis": 1, "ddof": 1},
        {"where": MASK, "keepdims": True},
    ],
)
def test_spreads_agree_with_numpy(agree, call, options):
    agree(lambda x: call(x, **options), (2, 3))


@pytest.mark.parametrize(
    ("call", "shapes"),
    [
        (np.ptp, [(2, 3)]),
        (lambda x: np.ptp(x, 1, keepdims=True), [(2, 3)]),
        (np.average, [(2, 3)]),
        (lambda x: np.average(x, 0), [(2, 3)]),
        (lambda x, w: np.average(x, 1, w), [(2, 3), W]),
        (lambda x, w: np.average(x, 1, w, keepdims=True), [(2, 3), W]),
        (lambda x, w: np.average(x, weights=w), [(2, 3), np.outer([1.0, 2.0], W)]),
        (lambda x, w: np.average(x, axis=(2, 0), weights=w), [(2, 4, 3), np.outer(W, [1.0, 2.0])]),
        (lambda x, w: np.average(x, axis=0, weights=w, returned=True), [(3, 2), W]),
        (lambda x: np.average(x, axis=1, returned=True), [(3, 2)]),
        (lambda w: np.average(X, axis=1, weights=w), [W]),
        (lambda w: np.average(X.tolist(), axis=1, weights=w), [W]),
    ],
)
def test_averages_agree_with_numpy(agree, call, shapes):
    agree(call, *shapes)


def covariances():
    frequencies, importance = np.array([1, 2, 1, 3]), np.array([0.5, 1.0, 2.0, 0.1])
    return [
        (np.cov, [(2, 4)]),
        (np.cov, [(4,)]),
        (np.cov, [(1, 4)]),
        (np.cov, [(3, 4), (4,)]),
        (lambda x, y: np.cov(x, y, rowvar=False), [(4, 2), (4, 1)]),
        (lambda x: np.cov(x, bias=True), [(2, 4)]),
        (lambda x: np.cov(x, ddof=0), [(2, 4)]),
        (lambda x: np.cov(x, fweights=frequencies), [(2, 4)]),
        (lambda x: np.cov(x, aweights=importance), [(2, 4)]),
        (lambda x: np.cov(x, aweights=importance, ddof=0), [(2, 4)]),
        (lambda x: np.cov(x, fweights=frequencies, aweights=importance), [(2, 4)]),
        (lambda w: np.cov(np.arange(8.0).reshape(2, 4) ** 2, aweights=w), [importance]),
        (np.corrcoef, [(3, 4)]),
        (np.corrcoef, [(4,), (4,)]),
        (lambda x: np.corrcoef(x, rowvar=False), [(4, 2)]),
    ]


@pytest.mark.parametrize(("call", "shapes"), covariances())
def test_covariances_agree_with_numpy_and_are_double(call, shapes):
    rng = np.random.default_rng(2)
    xs = [x if isinstance(x, np.ndarray) else rng.normal(size=x) for x in shapes]
    ours, numpys = call(*(Tensor(x, requires_grad=True) for x in xs)), call(*xs)
    assert (ours.shape, ours.dtype) == (np.shape(numpys), np.float64)
    np.testing.assert_allclose(ours.data, numpys, rtol=1e-13, atol=1e-13)
    assert call(*(Tensor(x.astype(np.float32), requires_grad=True) for x in xs)).dtype == np.float64
    assert gradcheck(lambda *xs: call(*xs).reshape(-1), *xs, order=2, eps=1e-5, rtol=1e-4, atol=1e-5)


def test_the_correlation_of_one_variable_is_one():
    t = Tensor(X[0], requires_grad=True)
    assert np.corrcoef(t).item() == 1.0
    assert np.corrcoef(t).shape == np.corrcoef(X[0]).shape


def test_correlations_never_leave_their_range():
    rng = np.random.default_rng(0)
    for x in rng.normal(size=(50, 7)):
        found = np.corrcoef(Tensor(x, requires_grad=True), 3 * x + 1)
        assert np.abs(found.data).max() <= 1.0


def test_no_spread_has_no_slope():
    x = np.full(4, 7.0)
    np.testing.assert_array_equal(grad(np.std)(x), np.zeros(4))
    np.testing.assert_array_equal(grad(np.var)(x), np.zeros(4))
    assert np.isfinite(hessian(np.std)(x)).all()
    np.testing.assert_array_equal(grad(np.std)(np.array(3.0)), 0.0)
    still_and_moving = grad(lambda x: np.sum(np.std(x, axis=1)))(np.array([[1.0, 1.0], [1.0, 3.0]]))
    np.testing.assert_array_equal(still_and_moving, [[0.0, 0.0], [-0.5, 0.5]])


def test_too_few_for_a_variance():
    t = Tensor([[1.0], [2.0]], requires_grad=True)
    with pytest.warns(RuntimeWarning, match="Degrees of freedom|invalid value"):
        y = np.var(t, axis=1, ddof=1)
    assert np.isnan(y.data).all()
    np.where(np.isnan(y), 0.0, y).sum().backward()  # no warning, and no NaN that comes through the mask
    np.testing.assert_array_equal(t.grad.data, [[0.0], [0.0]])


def test_what_can_not_be_done_is_refused_by_name():
    t = Tensor(X, requires_grad=True)
    with pytest.raises(UnsupportedError, match="ddof and correction"):
        np.var(t, ddof=1, correction=1)
    with pytest.raises(UnsupportedError, match=r"np\.std: got mean="):
        np.std(t, mean=1.0)
    with pytest.raises(ZeroDivisionError, match="add up to 0"):
        np.average(t, weights=[[1, -1, 0], [0, 0, 0]])
    with pytest.raises(ShapeError, match=r"weights of shape \(2,\) for shape \(2, 3\), axis=1"):
        np.average(t, axis=1, weights=[1.0, 2.0])
    with pytest.raises(ShapeError, match="axis=None"):
        np.average(t, weights=W)
    with pytest.raises(ShapeError, match="at most 2 axes"):
        np.cov(t.reshape(1, 2, 3))
