"""autograd.scipy.special: SciPy's values, its ufuncs on tensors, what is refused. The table's test has the rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, jacobian, no_grad
from autograd.errors import UnsupportedError

scipy_special = pytest.importorskip("scipy.special", reason="SciPy is an extra")
special = pytest.importorskip("autograd.scipy.special", reason="SciPy is an extra")

X = np.array([[0.3, -1.0, 2.0], [0.5, 0.1, -0.2]])


def test_its_names_are_scipys():
    own = {"polygamma", "multigammaln", "logsumexp", "log_softmax", "softmax"}
    for name in scipy_special.__all__:
        assert (getattr(special, name) is getattr(scipy_special, name)) == (name not in own), name
    assert dir(special) == sorted(scipy_special.__all__)
    with pytest.raises(AttributeError):
        _ = special.no_such_function


def test_scipys_own_ufuncs_answer_to_tensors_without_an_import_of_ours():
    code = (
        "import scipy.special as s; from autograd import grad; from autograd.op import table;"
        "assert 'special.erfc' not in table; print(grad(s.erfc)(0.0), grad(lambda x: s.gammainc(2.0, x))(1.0))"
    )
    root = Path(__file__).resolve().parents[3]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    found = [float(number) for number in run.stdout.split()]
    np.testing.assert_allclose(found, [-2 / np.sqrt(np.pi), np.exp(-1)], rtol=1e-12)


def test_a_function_without_a_rule_is_refused_by_name():
    with pytest.raises(UnsupportedError, match="pbdv"):
        scipy_special.pbdv(1.0, Tensor(1.0, requires_grad=True))
    with pytest.raises(UnsupportedError, match=r"np\.gcd"):
        np.gcd(Tensor(1.0, requires_grad=True), 2)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda a: scipy_special.gammainc(a, 1.0), "a"),
        (lambda a: scipy_special.betainc(2.0, a, 0.5), "b"),
        (lambda a: scipy_special.jv(a, 0.5), "v"),
        (lambda a: special.polygamma(a, 0.5), "n"),
    ],
)
def test_what_has_no_derivative_is_refused_by_name(call, argument):
    with pytest.raises(UnsupportedError, match=f"a tracked tensor as {argument}; expected a constant"):
        grad(call)(1.0)
    with no_grad():
        assert float(np.asarray(call(Tensor(1.0)))) == float(call(1.0))


def test_values_without_tensors_are_scipys():
    for f, g in (
        (special.logsumexp, scipy_special.logsumexp),
        (special.softmax, scipy_special.softmax),
        (special.log_softmax, scipy_special.log_softmax),
    ):
        for axis in (None, 0, 1):
            np.testing.assert_array_equal(f(X, axis=axis), g(X, axis=axis))
            tracked = f(Tensor(X, requires_grad=True), axis=axis)
            assert tracked.requires_grad
            np.testing.assert_allclose(tracked.data, g(X, axis=axis), rtol=1e-14)
    _, sign = special.logsumexp(X, b=-np.ones_like(X), return_sign=True)
    assert sign == -1
    assert special.polygamma(1, 2.0) == scipy_special.polygamma(1, 2.0)
    assert special.multigammaln(3.0, 2) == scipy_special.multigammaln(3.0, 2)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_weighted_logsumexp(axis, keepdims):
    b = np.array([[0.5, 2.0, 0.0], [1.0, 0.0, 3.0]])
    f = lambda x, b: special.logsumexp(x, axis, b, keepdims)  # noqa: E731
    made = f(Tensor(X, requires_grad=True), b)
    np.testing.assert_allclose(made.data, scipy_special.logsumexp(X, axis, b, keepdims), rtol=1e-14)
    assert made.shape == scipy_special.logsumexp(X, axis, b, keepdims).shape
    assert gradcheck(f, X, b + 0.1, order=2)
    assert grad(lambda x: np.sum(f(x, b)))(X)[0, 2] == 0.0
    with pytest.raises(UnsupportedError, match="return_sign"):
        special.logsumexp(Tensor(X), return_sign=True)


def test_logsumexp_far_out():
    far = np.array([1000.0, 1000.0])
    np.testing.assert_allclose(grad(special.logsumexp)(far), [0.5, 0.5])
    only_first = grad(lambda x: special.logsumexp(x, b=np.array([1.0, 0.0])))
    np.testing.assert_array_equal(only_first(far + np.array([0.0, 5.0])), [1.0, 0.0])
    np.testing.assert_allclose(grad(lambda x: special.logsumexp(x, b=np.ones(2)))(far), [0.5, 0.5])


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_softmax_to_second_order(axis):
    assert gradcheck(lambda x: special.softmax(x, axis), X, order=2)
    assert gradcheck(lambda x: special.log_softmax(x, axis), X, order=2)


@pytest.mark.parametrize("d", [1, 2, 4])
def test_multigammaln(d):
    a = np.array([2.5, 3.0])
    expected = [scipy_special.multigammaln(x, d) for x in a]
    np.testing.assert_allclose(special.multigammaln(Tensor(a), d).data, expected, rtol=1e-13)
    assert gradcheck(lambda a: special.multigammaln(a, d), a, order=2)


def test_polygamma_to_second_order():
    assert gradcheck(lambda x: special.polygamma(2, x), np.array([1.5, 2.0]), order=2)


def test_where_a_factor_is_zero_the_other_does_not_matter():
    a, b = np.array([0.0, 0.0, 2.0]), np.array([0.0, 1.0, 2.0])
    np.testing.assert_array_equal(grad(lambda b: np.sum(scipy_special.xlogy(a, b)))(b), [0.0, 0.0, 1.0])
    np.testing.assert_array_equal(grad(lambda b: np.sum(scipy_special.xlog1py(a, b)))(b - 1), [0.0, 0.0, 1.0])


def test_orders_broadcast_against_the_argument():
    orders = np.array([[0], [1], [2]])
    found = jacobian(lambda x: scipy_special.jv(orders, x))(np.array([0.5, 1.5]))
    assert found.shape == (3, 2, 2)
    np.testing.assert_allclose(found[0, 0, 0], -scipy_special.j1(0.5))
