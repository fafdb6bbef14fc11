"""autograd.scipy.stats: SciPy's values with and without tensors, gradients to second order, and what is refused."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck
from autograd.errors import UnsupportedError

scipy_stats = pytest.importorskip("scipy.stats", reason="SciPy is an extra")
stats = pytest.importorskip("autograd.scipy.stats", reason="SciPy is an extra")

X = np.array([0.3, 1.2, 2.5])
INSIDE = np.array([0.2, 0.5, 0.9])
K = np.array([0, 2, 5])
CALLS = [
    *[("norm", name, (X, 0.5, 1.5)) for name in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")],
    ("norm", "logpdf", (X,)),
    ("norm", "logpdf", (X, np.array([0.0, 1.0, 2.0]), np.array([[1.0], [2.0]]))),
    *[("t", name, (X, 3.0, 0.5, 1.5)) for name in ("pdf", "logpdf", "cdf", "logcdf")],
    ("t", "logpdf", (X, np.array([[1.0], [2.5]]))),
    *[("gamma", name, (X, 2.5, 0.1, 1.5)) for name in ("pdf", "logpdf", "cdf")],
    *[("chi2", name, (X, 3.0, 0.1, 1.5)) for name in ("pdf", "logpdf", "cdf")],
    *[("beta", name, (INSIDE, 2.0, 3.0, 0.01, 1.2)) for name in ("pdf", "logpdf", "cdf")],
    *[("poisson", name, (K, 2.5)) for name in ("pmf", "logpmf", "cdf")],
    ("poisson", "logpmf", (K, np.array([[1.0], [2.0]]), -1)),
]
FIXED = {("t", "cdf"): {1}, ("t", "logcdf"): {1}, ("gamma", "cdf"): {1}, ("chi2", "cdf"): {1}, ("beta", "cdf"): {1, 2}}


@pytest.mark.parametrize(("family", "name", "args"), CALLS)
def test_values_are_scipys_and_gradients_are_right(family, name, args):
    ours, theirs = getattr(getattr(stats, family), name), getattr(getattr(scipy_stats, family), name)
    expected = theirs(*args)
    found = ours(*args)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    fixed = FIXED.get((family, name), {0, 2} if family == "poisson" else set())
    moving = [i for i in range(len(args)) if i not in fixed]

    def f(*xs):
        inner = list(args)
        for i, x in zip(moving, xs, strict=True):
            inner[i] = x
        return ours(*inner)

    tracked = f(*(Tensor(args[i], requires_grad=True) for i in moving))
    assert tracked.shape == np.shape(expected)
    np.testing.assert_allclose(tracked.data, expected, rtol=1e-13)
    assert gradcheck(f, *(args[i] for i in moving), order=2, rtol=1e-4, atol=1e-5)
    for i in fixed & set(range(len(args))):
        inner = [Tensor(np.asarray(x, float), requires_grad=True) if j == i else x for j, x in enumerate(args)]
        with pytest.raises(UnsupportedError, match="a tracked tensor as"):
            ours(*inner)


def test_modules_can_be_imported_as_hips_has_them():
    for name in stats.__all__:
        assert importlib.import_module(f"autograd.scipy.stats.{name}") is getattr(stats, name)


def test_outside_the_support():
    assert stats.gamma.logpdf(Tensor(-1.0), 2.0).item() == -np.inf
    assert stats.beta.pdf(Tensor(1.5), 2.0, 2.0).item() == 0.0
    assert np.isnan(stats.gamma.logpdf(1.0, -2.0))


def test_far_tails():
    np.testing.assert_allclose(grad(stats.norm.logcdf)(-40.0), 40.024968827, rtol=1e-9)
    np.testing.assert_allclose(grad(stats.norm.logsf)(40.0), -40.024968827, rtol=1e-9)


def test_integers_are_taken_as_scipy_takes_them():
    assert stats.norm.logpdf(1, 2, 3) == scipy_stats.norm.logpdf(1, 2, 3)
    assert stats.t.cdf(1, 3) == scipy_stats.t.cdf(1, 3)
    np.testing.assert_allclose(stats.poisson.pmf([1, 2], 3), scipy_stats.poisson.pmf([1, 2], 3), rtol=1e-14)
    np.testing.assert_allclose(stats.chi2.cdf(1, 3), scipy_stats.chi2.cdf(1, 3), rtol=1e-14)


P = np.array([[0.2, 0.6], [0.5, 0.1], [0.3, 0.3]])
ALPHA = np.array([1.5, 2.0, 3.0])


def test_dirichlet():
    for x in (P[:, 0], P):
        for name in ("logpdf", "pdf"):
            ours, theirs = getattr(stats.dirichlet, name), getattr(scipy_stats.dirichlet, name)
            np.testing.assert_allclose(ours(x, ALPHA), theirs(x, ALPHA), rtol=1e-13)
            tracked = ours(Tensor(x, requires_grad=True), ALPHA)
            np.testing.assert_allclose(tracked.data, theirs(x, ALPHA), rtol=1e-13)
            assert tracked.shape == np.shape(theirs(x, ALPHA))
            assert gradcheck(ours, x, ALPHA, order=2, rtol=1e-4, atol=1e-5)
            assert gradcheck(lambda a: ours(x, a), ALPHA)  # noqa: B023


def covariance(n, rng):
    a = rng.normal(size=(n, n))
    return a @ a.T + n * np.eye(n)


RNG = np.random.default_rng(0)
MVN = [
    (RNG.normal(size=3), RNG.normal(size=3), covariance(3, RNG)),
    (RNG.normal(size=(4, 3)), RNG.normal(size=3), covariance(3, RNG)),
    (RNG.normal(size=(2, 4, 3)), RNG.normal(size=3), covariance(3, RNG)),
    (RNG.normal(size=(4, 3)), RNG.normal(size=3), np.array([1.0, 2.0, 3.0])),
    (RNG.normal(size=3), RNG.normal(size=3), np.array(2.0)),
    (RNG.normal(size=(1, 3)), None, covariance(3, RNG)),
    (RNG.normal(size=4), np.array([0.5]), np.array([[2.0]])),
    (RNG.normal(size=4), np.array(0.5), np.array(2.0)),
    (np.array(0.3), None, np.array(2.0)),
]


@pytest.mark.parametrize("args", MVN)
@pytest.mark.parametrize("name", ["logpdf", "pdf"])
def test_multivariate_normal(name, args):
    ours, theirs = getattr(stats.multivariate_normal, name), getattr(scipy_stats.multivariate_normal, name)
    np.testing.assert_allclose(ours(*args), theirs(*args), rtol=1e-11)
    assert type(ours(*args)) is type(theirs(*args))
    moving = [i for i, x in enumerate(args) if x is not None]

    def f(*xs):
        inner = list(args)
        for i, x in zip(moving, xs, strict=True):
            inner[i] = x
        return ours(*inner)

    tracked = f(*(Tensor(args[i], requires_grad=True) for i in moving))
    assert tracked.shape == np.shape(theirs(*args))
    np.testing.assert_allclose(tracked.data, theirs(*args), rtol=1e-11)
    assert gradcheck(f, *(args[i] for i in moving), order=2, rtol=1e-4, atol=1e-5)


def test_entropy_of_the_multivariate_normal():
    ours, theirs = stats.multivariate_normal.entropy, scipy_stats.multivariate_normal.entropy
    for mean, cov in ((np.zeros(3), covariance(3, RNG)), (np.zeros(1), np.array([[2.0]]))):
        np.testing.assert_allclose(ours(mean, cov), theirs(mean, cov), rtol=1e-12)
        np.testing.assert_allclose(ours(mean, Tensor(cov, requires_grad=True)).data, theirs(mean, cov), rtol=1e-12)
        assert gradcheck(lambda cov: ours(mean, cov), cov, order=2)  # noqa: B023
    assert grad(lambda m: ours(m, np.eye(2)))(np.ones(2)).tolist() == [0.0, 0.0]
    assert ours(np.zeros(2), Tensor(2.0)).item() == theirs(np.zeros(2), 2.0)


def test_a_singular_covariance():
    directions = RNG.normal(size=(3, 2))
    cov = directions @ directions.T
    inside = directions @ np.array([0.3, -1.0])
    points = np.stack([inside, inside + np.array([1.0, 0.0, 0.0])])
    logpdf = stats.multivariate_normal.logpdf
    with pytest.raises(np.linalg.LinAlgError, match="allow_singular"):
        logpdf(Tensor(inside), np.zeros(3), cov)
    with pytest.raises(np.linalg.LinAlgError, match="no negative eigenvalue"):
        logpdf(Tensor(inside), np.zeros(3), -np.eye(3), allow_singular=True)
    expected = scipy_stats.multivariate_normal.logpdf(points, np.zeros(3), cov, allow_singular=True)
    found = logpdf(Tensor(points, requires_grad=True), np.zeros(3), cov, allow_singular=True)
    assert expected[1] == -np.inf
    np.testing.assert_allclose(found.data, expected, rtol=1e-10)
    dx, dcov = grad(lambda x, cov: logpdf(x, np.zeros(3), cov, allow_singular=True), (0, 1))(inside, cov)
    pseudo = np.linalg.pinv(cov)
    np.testing.assert_allclose(dx, -pseudo @ inside, rtol=1e-8)
    solved = pseudo @ inside
    np.testing.assert_allclose(dcov, (np.outer(solved, solved) - pseudo) / 2, rtol=1e-7, atol=1e-9)
    full = logpdf(Tensor(inside), np.zeros(3), np.eye(3), allow_singular=True)
    np.testing.assert_allclose(full.data, scipy_stats.multivariate_normal.logpdf(inside, np.zeros(3), np.eye(3)))
