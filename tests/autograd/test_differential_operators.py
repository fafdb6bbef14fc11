"""HIPS's operators: what they hand over, in its order, and that each agrees with grad, jacobian and hessian."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
from autograd import (
    deriv,
    grad,
    grad_and_aux,
    grad_named,
    hessian,
    hessian_tensor_product,
    hessian_vector_product,
    holomorphic_grad,
    jacobian,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
    vector_jacobian_product,
)
from autograd.errors import DTypeError, UnsupportedError

A = np.random.default_rng(0).normal(size=(4, 3))
X, V, U = np.array([0.1, 0.5, -0.4]), np.array([1.0, 2.0, -1.0]), np.array([0.3, -1.0, 2.0, 0.7])


def f(x):
    return np.tanh(A @ x)


def loss(x):
    return np.sum(f(x) ** 3)


def test_products_with_the_jacobian():
    J = jacobian(f)(X)
    pull, value = make_vjp(f)(X)
    np.testing.assert_array_equal(value, f(X))
    np.testing.assert_allclose(pull(U), U @ J)
    np.testing.assert_allclose(pull(2 * U), 2 * U @ J)
    push = make_jvp(f)(X)
    value, tangent = push(V)
    np.testing.assert_array_equal(value, f(X))
    np.testing.assert_allclose(tangent, J @ V)
    np.testing.assert_allclose(push(2 * V)[1], 2 * J @ V)
    np.testing.assert_allclose(tensor_jacobian_product(f)(X, U), U @ J)
    assert vector_jacobian_product is tensor_jacobian_product


def test_products_with_the_hessian():
    H = hessian(loss)(X)
    times, gradient = make_hvp(loss)(X)
    np.testing.assert_allclose(gradient, grad(loss)(X))
    np.testing.assert_allclose(times(V), H @ V)
    np.testing.assert_allclose(hessian_vector_product(loss)(X, V), H @ V)
    M = X.reshape(3, 1) * np.ones((3, 2))
    of_matrix = lambda M: loss(M[:, 0]) * np.sum(M[:, 1])  # noqa: E731
    np.testing.assert_allclose(
        hessian_tensor_product(of_matrix)(M, 2 * M), np.tensordot(hessian(of_matrix)(M), 2 * M, 2)
    )


def test_gauss_newton():
    J = jacobian(f)(X)
    np.testing.assert_allclose(make_ggnvp(f)(X)(V), J.T @ J @ V)
    g = lambda y: np.sum(np.exp(y))  # noqa: E731
    np.testing.assert_allclose(make_ggnvp(f, g)(X)(V), J.T @ hessian(g)(f(X)) @ J @ V)
    np.testing.assert_allclose(make_ggnvp(lambda c, x: f(x), f_argnum=1)(3.0, X)(V), J.T @ J @ V)


def test_several_arguments():
    h = lambda a, b: a * b**2  # noqa: E731
    pull, _ = make_vjp(h, (0, 1))(2.0, 3.0)
    assert pull(1.0) == (9.0, 12.0)
    pull, _ = make_vjp(h, 1)(2.0, 3.0)
    assert pull(1.0) == 12.0
    assert make_jvp(h, (0, 1))(2.0, 3.0)((1.0, 1.0))[1] == 21.0
    assert make_jvp(h, argnum=1)(2.0, 3.0)(1.0)[1] == 12.0
    assert tensor_jacobian_product(h, 1)(2.0, 3.0, 1.0) == 12.0
    assert make_hvp(h, 1)(2.0, 3.0)[0](1.0) == 4.0


def test_derivatives_of_other_forms():
    np.testing.assert_allclose(deriv(lambda t: f(t * X))(1.0), jacobian(f)(X) @ X)
    assert deriv(lambda c, t: c * t**2, 1)(2.0, 3.0) == 12.0
    gradient, aux = grad_and_aux(lambda x: (x**2, 3 * x))(2.0)
    assert (gradient, aux) == (4.0, 6.0)
    assert grad_named(lambda a, b: a * b, "b")(2.0, 3.0) == 2.0
    with pytest.raises(UnsupportedError, match="the name 'c'; expected one of a, b"):
        grad_named(lambda a, b: a * b, "c")


def test_all_arguments_by_name():
    def h(a, *rest, scale=2.0, **more):
        return scale * a * rest[0] * more["c"]

    assert multigrad_dict(h)(3.0, 5.0, c=7.0) == {"a": 70.0, "rest": (42.0,), "scale": 105.0, "more": {"c": 30.0}}
    with pytest.raises(DTypeError, match=r"argument 0\['a'\] of dtype int64"):
        multigrad_dict(h)(3, 5.0, c=7.0)


def test_complex_derivatives_are_refused_by_name():
    with pytest.raises(UnsupportedError, match=r"^holomorphic_grad: got .*tanh"):
        holomorphic_grad(np.tanh)
    with pytest.raises(UnsupportedError, match="a function"):
        holomorphic_grad(3)


def test_the_names_are_where_hips_has_them():
    from autograd import differential_operators

    for name in differential_operators.__all__:
        assert getattr(autograd, name) is getattr(differential_operators, name)
