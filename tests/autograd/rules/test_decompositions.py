"""Decompositions at higher order, functions that do not depend on the choice of vectors, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, jvp
from autograd.errors import ShapeError, UnsupportedError

TALL = np.array([[1.0, 0.5], [-0.7, 1.2], [0.3, 2.0]])
REAL = np.array([[2.0, 0.5, 0.1], [0.3, 1.0, -0.2], [0.2, 0.4, -1.0]])
TURNING = np.array([[0.0, -1.0], [1.0, 0.0]])


def svd(x):
    return np.linalg.svd(x, full_matrices=False)


def test_results_are_numpys_named_tuples():
    for call, name in ((svd, "SVDResult"), (np.linalg.qr, "QRResult")):
        for x in (TALL, TALL.T):
            ours, theirs = call(Tensor(x, requires_grad=True)), call(x)
            assert type(ours).__name__ == name
            for a, b in zip(ours, theirs, strict=True):
                np.testing.assert_allclose(a.data, b, rtol=1e-14, atol=1e-14)
    assert type(np.linalg.eig(Tensor(REAL))).__name__ == "EigResult"


@pytest.mark.parametrize("x", [TALL, TALL.T, REAL])
def test_what_is_put_together_again_passes_the_gradient(x):
    weights = np.random.default_rng(0).normal(size=x.shape)

    def by_svd(x):
        u, s, vh = svd(x)
        return (((u * s) @ vh) * weights).sum()

    def by_qr(x):
        q, r = np.linalg.qr(x)
        return ((q @ r) * weights).sum()

    for function in (by_svd, by_qr):
        np.testing.assert_allclose(grad(function)(x), weights, atol=1e-12)


def test_projections_on_the_first_directions_to_second_order():
    assert gradcheck(lambda x: svd(x)[0][:, :1] @ svd(x)[0][:, :1].T, TALL, order=2)
    assert gradcheck(lambda x: np.abs(np.linalg.eig(x)[1][:, 0]), REAL, order=2)


def test_a_determinant_from_eigenvalues():
    np.testing.assert_allclose(
        grad(lambda x: np.linalg.eigvals(x)[0] * np.linalg.eigvals(x)[1] * np.linalg.eigvals(x)[2])(REAL),
        grad(np.linalg.det)(REAL),
        rtol=1e-12,
    )


def test_a_matrix_with_too_few_vectors():
    x = np.array([[1.0, 1.0], [0.0, 1.0]])
    np.testing.assert_allclose(grad(lambda x: np.linalg.eigvals(x).sum())(x), np.eye(2), atol=1e-15)
    assert grad(lambda x: np.linalg.eigvals(x)[0])(x)[1, 0] > 1e15  # a root of the entry: infinitely steep


def test_complex_eigenvalues_are_refused():
    for function in (np.linalg.eig, np.linalg.eigvals):
        with pytest.raises(UnsupportedError, match=r"np\.linalg\.eig: got a matrix with complex eigenvalues"):
            function(Tensor(TURNING, requires_grad=True))


def test_equal_singular_values():
    np.testing.assert_allclose(grad(lambda x: np.linalg.svdvals(x).sum())(np.eye(2)), np.eye(2))
    np.testing.assert_allclose(grad(lambda x: svd(x)[1].sum())(2 * np.eye(3)[:, :2]), np.eye(3)[:, :2])
    for part in (0, 2):
        with pytest.raises(UnsupportedError, match=r"np\.linalg\.svd: got a gradient through vectors of equal"):
            grad(lambda x, part=part: svd(x)[part].sum())(np.eye(2))
    with pytest.raises(UnsupportedError, match=r"np\.linalg\.eig: got a gradient through vectors of equal"):
        grad(lambda x: np.linalg.eig(x)[1][1, 0])(np.eye(2))


@pytest.mark.parametrize("turned", [False, True])
def test_a_singular_value_of_zero(turned):
    x = np.outer([1.0, 2.0, 2.0], [0.6, 0.8])
    x, mine, other = (x.T, 2, 0) if turned else (x, 0, 2)
    slope = grad(lambda x: svd(x)[1][0])(x)
    np.testing.assert_allclose(slope, x / 3, atol=1e-14)
    assert gradcheck(lambda x: svd(x)[other][0], x)  # of the side that has no room to turn, the first vector is fine
    with pytest.raises(UnsupportedError, match="singular value 0"):
        grad(lambda x: svd(x)[mine].sum())(x)
    _, moved = jvp(lambda x: svd(x)[1], (x,), (np.ones(x.shape),))
    assert np.isfinite(moved).all()
    np.testing.assert_array_equal(grad(lambda x: np.linalg.svdvals(x).sum())(np.zeros((2, 3))), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (np.linalg.svd, UnsupportedError, "full_matrices=False"),
        (lambda t: np.linalg.svd(t, full_matrices=False, hermitian=True), UnsupportedError, "hermitian"),
        (lambda t: np.linalg.qr(t, mode="complete"), UnsupportedError, "mode='complete'"),
        (lambda t: np.linalg.qr(t, mode="raw"), UnsupportedError, "mode='raw'"),
        (lambda t: np.linalg.qr(t[0]), ShapeError, "a matrix or a stack"),
    ],
)
def test_refusals(call, error, words):
    with pytest.raises(error, match="expected") as caught:
        call(Tensor(TALL, requires_grad=True))
    assert words in str(caught.value)


def test_columns_that_repeat_have_no_gradient_through_qr():
    x = np.outer([1.0, 2.0, 2.0], [1.0, 0.0])
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        grad(lambda x: np.linalg.qr(x)[1].sum())(x)


def test_third_order():
    for function in (np.linalg.svdvals, lambda x: np.linalg.qr(x)[1], np.linalg.eigvals):
        assert gradcheck(function, REAL, order=3, rtol=1e-3, atol=1e-3)
