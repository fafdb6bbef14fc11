"""Symmetric matrices: which triangle is read, and eigenvalues that are equal."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, jvp
from autograd.errors import UnsupportedError

X = np.array([[2.0, 0.4, -0.3], [0.4, 1.5, 0.2], [-0.3, 0.2, 1.1]])
TWICE = np.diag([2.0, 2.0, 5.0])


@pytest.mark.parametrize(
    ("function", "read"),
    [
        (np.linalg.cholesky, np.tril),
        (lambda x: np.linalg.cholesky(x, upper=True), np.triu),
        (lambda x: np.linalg.eigh(x)[1], np.tril),
        (lambda x: np.linalg.eigh(x, "U")[1], np.triu),
        (np.linalg.eigvalsh, np.tril),
        (lambda x: np.linalg.eigvalsh(x, UPLO="u"), np.triu),
    ],
)
def test_what_numpy_does_not_read_gets_nothing(function, read):
    weights = np.random.default_rng(0).normal(size=function(X).shape)
    slope = grad(lambda x: (function(x) * weights).sum())(X)
    np.testing.assert_array_equal(slope, read(slope))
    assert (slope != 0).sum() == 6


def test_a_matrix_made_symmetrically_does_not_notice():
    def loss(x):
        y = x @ x.T + np.eye(3)
        return np.linalg.slogdet(y)[1]

    def by_cholesky(x):
        factor = np.linalg.cholesky(x @ x.T + np.eye(3))
        return 2 * np.log(np.diagonal(factor)).sum()

    def by_values(x):
        return np.log(np.linalg.eigvalsh(x @ x.T + np.eye(3))).sum()

    for other in (by_cholesky, by_values):
        np.testing.assert_allclose(grad(other)(X), grad(loss)(X), rtol=1e-12)


def test_a_named_tuple_as_numpys():
    found = np.linalg.eigh(Tensor(X))
    assert type(found).__name__ == "EighResult"
    np.testing.assert_array_equal(found.eigenvalues.data, np.linalg.eigh(X).eigenvalues)


def test_equal_eigenvalues_have_gradients():
    np.testing.assert_allclose(grad(lambda x: np.exp(np.linalg.eigvalsh(x)).sum())(np.eye(3)), np.e * np.eye(3))
    np.testing.assert_allclose(grad(lambda x: (np.linalg.eigh(x)[0] ** 2).sum())(TWICE), 2 * TWICE)


def test_the_vector_of_an_eigenvalue_apart_has_its_gradient():
    assert gradcheck(lambda x: np.abs(np.linalg.eigh(x)[1][:, 2]), TWICE)


@pytest.mark.parametrize("x", [TWICE, np.eye(2), np.array([[1.0, 0.0], [0.0, 1.0 + 1e-16]]), np.stack([X, TWICE])])
def test_vectors_of_equal_eigenvalues_are_refused(x):
    # exp of a matrix is smooth, but not through the vectors of equal eigenvalues: half of its slope would be lost
    def exponential(x):
        w, v = np.linalg.eigh(x)
        return (v * np.exp(w)[..., None, :]) @ v.swapaxes(-1, -2)

    with pytest.raises(UnsupportedError, match=r"np\.linalg\.eigh: got a gradient through vectors of equal values"):
        grad(lambda x: exponential(x).sum())(x)


def test_second_order_of_equal_eigenvalues_is_refused():
    first = grad(lambda x: np.exp(np.linalg.eigvalsh(x)).sum())
    with pytest.raises(UnsupportedError, match="equal values"):
        grad(lambda x: (first(x) * np.ones((3, 3))).sum())(np.eye(3))


def test_forward_mode_at_equal_eigenvalues():
    tangent = np.ones((3, 3))
    _, moved = jvp(lambda x: np.linalg.eigh(x)[0].sum(), (TWICE,), (tangent,))
    assert moved == 3.0
    _, moved = jvp(lambda x: np.linalg.eigh(x)[1], (TWICE,), (tangent,))
    assert np.isnan(moved).any()


def test_cholesky_of_float32_and_third_order():
    x = Tensor(X.astype(np.float32), requires_grad=True)
    np.linalg.cholesky(x).sum().backward()
    assert x.grad.dtype == np.float32
    assert gradcheck(np.linalg.cholesky, X, order=3, rtol=1e-3, atol=1e-3)


def test_empty_matrices():
    assert grad(lambda x: np.linalg.eigvalsh(x).sum())(np.empty((0, 0))).shape == (0, 0)
