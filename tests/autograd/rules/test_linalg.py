"""Linear algebra where a matrix has no inverse, at higher order, and in NumPy 2's reading of stacks."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, hessian, jvp
from autograd.errors import ShapeError, UnsupportedError

RNG = np.random.default_rng(3)
TALL, SIDES = RNG.normal(size=(4, 2)), RNG.normal(size=(4, 3))
SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]])  # rank 2


def minors(x):
    """Cofactors by their definition."""
    found = np.empty(x.shape)
    for i, j in np.ndindex(x.shape):
        rest = np.delete(np.delete(x, i, 0), j, 1)
        found[i, j] = (-1) ** (i + j) * np.linalg.det(rest)
    return found


@pytest.mark.parametrize(
    "x", [SINGULAR, np.zeros((3, 3)), np.ones((3, 3)), np.eye(3), -2 * np.eye(2), RNG.normal(size=(4, 4))]
)
def test_determinants_have_their_cofactors_as_gradient_even_where_singular(x):
    np.testing.assert_allclose(grad(np.linalg.det)(x), minors(x), atol=1e-12)
    assert gradcheck(np.linalg.det, x, order=2)


def test_the_curvature_of_a_determinant_at_zero():
    # det [[a, b], [c, d]] = ad - bc
    expected = [[[[0, 0], [0, 1]], [[0, 0], [-1, 0]]], [[[0, -1], [0, 0]], [[1, 0], [0, 0]]]]
    np.testing.assert_allclose(hessian(np.linalg.det)(np.zeros((2, 2))), expected, atol=1e-14)


def test_determinants_to_third_order():
    assert gradcheck(np.linalg.det, RNG.normal(size=(3, 3)), order=3, rtol=1e-4, atol=1e-4)


def test_a_sign_does_not_move():
    x = Tensor([[2.0, 1.0], [0.0, -1.0]], requires_grad=True)
    sign, _ = np.linalg.slogdet(x)
    sign.backward()
    np.testing.assert_array_equal(x.grad.data, np.zeros((2, 2)))


def test_a_vector_is_one_axis_and_nothing_else():
    a, b = RNG.normal(size=(2, 2, 2)) + 3 * np.eye(2), RNG.normal(size=(2, 2))
    np.testing.assert_allclose(np.linalg.solve(Tensor(a), b).data, np.linalg.solve(a, b))
    assert gradcheck(np.linalg.solve, a, b, order=2)
    integers = np.array([[2, 1], [0, 3]])
    np.testing.assert_allclose(grad(lambda b: np.linalg.solve(integers, b).sum())(b[0]), [1 / 2, 1 / 6])


def test_third_order_of_an_inverse():
    assert gradcheck(np.linalg.inv, RNG.normal(size=(2, 2)) + 2 * np.eye(2), order=3, rtol=1e-3, atol=1e-3)


def test_pinv_takes_numpys_cutoffs():
    for options in ({}, {"rcond": 1e-3}, {"rtol": None}, {"rtol": 1e-9}):
        np.testing.assert_array_equal(np.linalg.pinv(Tensor(TALL), **options).data, np.linalg.pinv(TALL, **options))
    with pytest.raises(UnsupportedError, match="hermitian"):
        np.linalg.pinv(Tensor(np.eye(2)), hermitian=True)


def test_all_four_results_of_least_squares():
    t, b = Tensor(TALL, requires_grad=True), Tensor(SIDES, requires_grad=True)
    found = np.linalg.lstsq(t, b, rcond=None)
    for ours, theirs in zip(found, np.linalg.lstsq(TALL, SIDES, rcond=None), strict=True):
        np.testing.assert_array_equal(ours.data, theirs)
    assert gradcheck(lambda a, b: np.linalg.lstsq(a, b)[1], TALL, SIDES, order=2)
    assert gradcheck(lambda a: np.linalg.lstsq(a, SIDES)[3], TALL, order=2)


def test_least_squares_with_columns_that_repeat():
    a = np.outer([1.0, 2.0, 3.0], [1.0, 1.0])
    b = np.array([1.0, 0.0, 2.0])
    solve = lambda b: np.linalg.lstsq(a, b)[0]  # noqa: E731
    assert gradcheck(solve, b)  # in b the solution is linear all the same
    assert gradcheck(lambda b: np.linalg.lstsq(a.astype(int), b)[0], b)
    with pytest.raises(UnsupportedError, match="rank 1 and shape \\(3, 2\\)"):
        grad(lambda a: np.linalg.lstsq(a, b)[0].sum())(a)
    with pytest.raises(UnsupportedError, match="full rank"):
        jvp(lambda a: np.linalg.lstsq(a, b)[0], (a,), (np.ones((3, 2)),))


def test_rank_is_a_number():
    assert np.linalg.matrix_rank(Tensor(SINGULAR, requires_grad=True)) == 2


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, -1, -3])
def test_powers_to_second_order(n):
    x = np.array([[1.0, 0.5], [-0.3, 0.8]])
    y = np.linalg.matrix_power(Tensor(x, requires_grad=True), n)
    np.testing.assert_allclose(y.data, np.linalg.matrix_power(x, n), rtol=1e-14)
    assert gradcheck(lambda x: np.linalg.matrix_power(x, n), x, order=2, rtol=1e-4)


def test_a_zeroth_power_takes_nothing_from_infinite_entries():
    x = Tensor([[np.inf, 1.0], [np.nan, 2.0]], requires_grad=True)
    y = np.linalg.matrix_power(x, 0)
    np.testing.assert_array_equal(y.data, np.eye(2))
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, np.zeros((2, 2)))


def test_tensorinv_counts_axes_from_one():
    with pytest.raises(ShapeError, match="ind=0"):
        np.linalg.tensorinv(Tensor(np.eye(4).reshape(2, 2, 4)), ind=0)


def test_what_numpy_refuses_stays_refused():
    t = Tensor(np.zeros((2, 2)), requires_grad=True)
    for call in (np.linalg.inv, lambda t: np.linalg.solve(t, np.ones(2))):
        with pytest.raises(np.linalg.LinAlgError, match="Singular"):
            call(t)
    with pytest.raises(np.linalg.LinAlgError, match="square"):
        np.linalg.det(Tensor(TALL))
