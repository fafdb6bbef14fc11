"""Norms at their kinks, and orders that are refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck
from autograd.errors import UnsupportedError

VECTOR_ORDERS = [None, 0, 1, 2, 3, 2.5, 1.5, np.inf, -np.inf, -1, -2.5]
MATRIX_ORDERS = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]


@pytest.mark.parametrize("ord", VECTOR_ORDERS)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # NumPy's own, of 0 to a negative power
def test_at_zero_a_vector_norm_gives_zeros(ord):
    np.testing.assert_array_equal(grad(lambda x: np.linalg.norm(x, ord))(np.zeros(3)), np.zeros(3))


@pytest.mark.parametrize("ord", MATRIX_ORDERS)
def test_at_zero_a_matrix_norm_gives_zeros(ord):
    np.testing.assert_array_equal(grad(lambda x: np.linalg.norm(x, ord))(np.zeros((2, 3))), np.zeros((2, 3)))


def test_at_zero_the_second_order_is_finite_too():
    x = Tensor(np.zeros(2), requires_grad=True)
    np.linalg.norm(x).backward(create_graph=True)
    x.grad.sum().backward()
    assert np.isfinite(x.grad.data).all()


@pytest.mark.parametrize("ord", [0.5, 1, 1.5, 2, 3, np.inf])
def test_a_zero_among_others_stays_out_of_it(ord):
    x = np.array([0.0, 3.0, -4.0])
    slope = grad(lambda x: np.linalg.norm(x, ord))(x)
    assert slope[0] == 0
    rest = grad(lambda x: np.linalg.norm(x, ord))(x[1:])
    np.testing.assert_allclose(slope[1:], rest, rtol=1e-12)


def test_a_zero_holds_a_negative_norm_at_zero():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert grad(lambda x: np.linalg.norm(x, -1))(np.array([0.0, 2.0])).tolist() == [0.0, 0.0]


def test_rows_of_zeros_leave_other_rows_alone():
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(grad(lambda x: np.linalg.norm(x, axis=1).sum())(x), [[0, 0], [0.6, 0.8]])


def test_equal_extremes_share():
    np.testing.assert_array_equal(grad(lambda x: np.linalg.norm(x, np.inf))(np.array([2.0, -2.0, 1.0])), [0.5, -0.5, 0])


def test_long_and_short_vectors_do_not_overflow():
    for size in (1e-150, 1e150):
        slope = grad(lambda x: np.linalg.norm(x, 3))(np.array([size, size]) ** (2 / 3))
        np.testing.assert_allclose(slope, 0.5 ** (2 / 3), rtol=1e-12)


@pytest.mark.parametrize("ord", VECTOR_ORDERS)
def test_dtype_is_kept(ord):
    x = Tensor(np.array([1.0, -2.0], np.float32), requires_grad=True)
    y = np.linalg.norm(x, ord)
    assert y.dtype == np.linalg.norm(x.data, ord).dtype == np.float32
    y.backward()
    assert x.grad.dtype == np.float32


def test_cond_of_a_singular_matrix_is_infinite_without_a_warning():
    for x in (np.zeros((2, 2)), np.diag([1.0, 0.0])):
        for p in (None, 2, -2):
            assert np.linalg.cond(Tensor(x), p).data == np.linalg.cond(x, p)


def test_nuclear_norm_of_a_matrix_that_lost_a_direction():
    x = np.outer([1.0, 2.0], [2.0, 0.0, 1.0])
    slope = grad(lambda x: np.linalg.norm(x, "nuc"))(x)
    np.testing.assert_allclose(slope, x / np.linalg.norm(x), atol=1e-7)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: np.linalg.norm(t, "fro"), "ord='fro'"),
        (lambda t: np.linalg.norm(t.reshape((2, 2)), 3), "ord=3"),
        (lambda t: np.linalg.norm(t.reshape((1, 2, 2)), 1), "over 3 axes"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(UnsupportedError, match=words):
        call(Tensor(np.ones(4), requires_grad=True))


def test_hessian_of_a_length():
    assert gradcheck(np.linalg.norm, np.array([1.0, -2.0, 0.5]), order=3, rtol=1e-4, atol=1e-4)
