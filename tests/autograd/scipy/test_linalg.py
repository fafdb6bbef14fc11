"""autograd.scipy.linalg: SciPy's values, every option of a triangular solve, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, gradcheck
from autograd.errors import ShapeError, UnsupportedError

scipy_linalg = pytest.importorskip("scipy.linalg", reason="SciPy is an extra")
linalg = pytest.importorskip("autograd.scipy.linalg", reason="SciPy is an extra")

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
B = RNG.normal(size=(3, 2))


def test_its_names_are_scipys():
    own = {"solve_triangular", "solve_sylvester", "sqrtm", "expm"}
    for name in scipy_linalg.__all__:
        assert (getattr(linalg, name) is getattr(scipy_linalg, name)) == (name not in own), name
    assert dir(linalg) == sorted(scipy_linalg.__all__)
    with pytest.raises(AttributeError):
        _ = linalg.no_such_function


@pytest.mark.parametrize("b", [B, B[:, 0]])
@pytest.mark.parametrize("trans", [0, 1, 2, "N", "T", "C"])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("unit_diagonal", [False, True])
def test_triangular_systems(b, trans, lower, unit_diagonal):
    options = {"trans": trans, "lower": lower, "unit_diagonal": unit_diagonal}
    expected = scipy_linalg.solve_triangular(A, b, **options)
    np.testing.assert_allclose(linalg.solve_triangular(A, b, **options), expected, rtol=1e-13)
    found = linalg.solve_triangular(Tensor(A, requires_grad=True), b, check_finite=False, **options)
    np.testing.assert_allclose(found.data, expected, rtol=1e-13)
    assert gradcheck(lambda a, b: linalg.solve_triangular(a, b, **options), A, b, order=2)


def test_functions_of_matrices():
    positive = A @ A.T
    np.testing.assert_allclose(linalg.sqrtm(positive) @ linalg.sqrtm(positive), positive)
    assert gradcheck(linalg.sqrtm, positive, order=2)
    x = linalg.solve_sylvester(A, np.eye(2), B)
    np.testing.assert_allclose(A @ x + x, B)
    np.testing.assert_allclose(linalg.expm(A), scipy_linalg.expm(A))
    assert gradcheck(lambda a: linalg.expm(a / 3), A, order=2)


def test_what_is_refused():
    with pytest.raises(UnsupportedError, match="root is complex"):
        linalg.sqrtm(Tensor(-np.eye(2) + np.array([[0.0, 1.0], [0.0, 0.0]])))
    with pytest.raises(ShapeError, match=r"expm: got shape \(3, 2\)"):
        linalg.expm(Tensor(B))
