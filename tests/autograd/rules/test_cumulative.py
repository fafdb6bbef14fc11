"""Running sums and products: zeros anywhere, axes, long lines, NumPy's arguments."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, hessian, ops
from autograd.errors import DTypeError, ShapeError, UnsupportedError

ZEROS = [[2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [2.0, 3.0, 0.0], [0.0, 0.0, 0.0], [0.0]]


@pytest.mark.parametrize("call", [np.cumsum, np.cumprod, np.nancumsum, np.nancumprod])
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": 1}, {"axis": -2}])
def test_calls_agree_with_numpy(agree, call, options):
    agree(lambda x: call(x, **options), (3, 4))
    agree(lambda x: call(x, **options), np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 0.5]]))


def test_methods():
    x = np.arange(6.0).reshape(2, 3)
    t = Tensor(x, requires_grad=True)
    for axis in (None, 0, -1):
        np.testing.assert_array_equal(t.cumsum(axis).data, x.cumsum(axis))
        np.testing.assert_array_equal(t.cumprod(axis=axis).data, x.cumprod(axis=axis))
    assert t.cumsum(0, np.float32).dtype == np.float32
    with pytest.raises(UnsupportedError, match="out="):
        t.cumsum(out=np.empty(6))


@pytest.mark.parametrize("x", ZEROS)
def test_products_with_zeros_to_third_order(x):
    weights = np.arange(1.0, len(x) + 1)

    def scalar(x):
        return np.sum(np.cumprod(x) * weights)

    assert gradcheck(scalar, np.array(x), order=3, eps=1e-4, atol=1e-4)
    assert gradcheck(np.prod, np.array(x), order=3, eps=1e-4, atol=1e-4)


def test_the_gradient_of_a_long_product_is_exact():
    x = np.where(np.arange(1000) % 2, 2.0, 0.5)
    np.testing.assert_array_equal(grad(np.prod)(x), 1 / x)
    after = np.array([np.sum(np.cumprod(x[k:]) / x[k]) for k in range(1000)])
    before = np.concatenate([[1.0], np.cumprod(x)[:-1]])
    np.testing.assert_allclose(grad(lambda x: np.sum(np.cumprod(x)))(x), before * after, rtol=1e-13)


def test_all_but_one():
    x = np.array([[2.0, 3.0], [0.0, 5.0]])
    np.testing.assert_array_equal(ops.others(x), [[0.0, 0.0], [30.0, 0.0]])
    np.testing.assert_array_equal(ops.others(x, axis=0), [[0.0, 5.0], [2.0, 3.0]])
    np.testing.assert_array_equal(ops.others(x, axis=(0, 1)), ops.others(x))
    curvature = hessian(lambda x: ops.others(x)[0, 0])(x)
    np.testing.assert_array_equal(curvature[0, 1], [[0.0, 0.0], [5.0, 0.0]])


def test_a_recurrence_is_the_loop_it_stands_for():
    rng = np.random.default_rng(0)
    a, m = rng.normal(size=(3, 17)), rng.normal(size=(3, 16))
    y = a.copy()
    for k in range(1, 17):
        y[:, k] = a[:, k] + m[:, k - 1] * y[:, k - 1]
    np.testing.assert_allclose(ops.recurrence(a, m), y, rtol=1e-12)
    np.testing.assert_allclose(ops.recurrence(a[:, ::-1], m[:, ::-1], reverse=True)[:, ::-1], y, rtol=1e-12)


def test_missing_elements_count_for_nothing():
    x = np.array([2.0, np.nan, 3.0])
    assert grad(lambda x: np.sum(np.nancumsum(x)))(x).tolist() == [3.0, 0.0, 1.0]
    assert grad(lambda x: np.sum(np.nancumprod(x)))(x).tolist() == [5.0, 0.0, 2.0]


@pytest.mark.skipif(not hasattr(np, "cumulative_sum"), reason="NumPy 2.1")
def test_the_array_apis_names():
    t = Tensor(np.array([[1.0, 2.0], [3.0, 4.0]]), requires_grad=True)
    for function in (np.cumulative_sum, np.cumulative_prod):
        for axis in (0, 1, -1):
            for lead in (False, True):
                ours = function(t, axis=axis, include_initial=lead)
                np.testing.assert_array_equal(ours.data, function(t.data, axis=axis, include_initial=lead))
        with pytest.raises(ShapeError, match=r"\(2, 2\) and no axis"):
            function(t)
        np.testing.assert_array_equal(function(t[0]).data, function(t.data[0]))


def test_floats_are_not_summed_up_as_integers():
    t = Tensor([1.5, 2.5], requires_grad=True)
    for call in (t.cumsum, t.cumprod, t.sum, t.prod, t.mean, t.var, t.std):
        with pytest.raises(DTypeError, match="int64"):
            call(dtype=np.int64)
    np.testing.assert_array_equal(np.cumsum(Tensor([1, 2]), dtype=np.int32).data, [1, 3])
