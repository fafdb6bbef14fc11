"""autograd.misc.flatten, optimizers and fixed_points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, gradcheck, hessian, jacobian, value_and_grad
from autograd.misc import flatten
from autograd.misc.fixed_points import fixed_point
from autograd.misc.flatten import flatten_func
from autograd.misc.optimizers import adam, rmsprop, sgd

LEAVES = st.one_of(
    st.floats(-1, 1), st.integers(-3, 3), st.integers(0, 3).map(np.ones), st.just(np.full((2, 2), 0.5, np.float32))
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=3)),
    max_leaves=6,
)


@given(TREES)
def test_there_and_back(tree):
    vector, unflatten = flatten(tree)
    assert vector.ndim == 1
    again, _ = flatten(unflatten(vector))
    np.testing.assert_array_equal(again, vector)
    assert repr(flatten(unflatten(vector))[1](vector)) == repr(unflatten(vector))


def test_order_and_dtypes():
    tree = {"b": np.ones((1, 2), np.float32), "a": [2, (3.0, np.zeros(1))]}
    vector, unflatten = flatten(tree)
    np.testing.assert_array_equal(vector, [2.0, 3.0, 0.0, 1.0, 1.0])
    back = unflatten(vector)
    assert list(back) == ["b", "a"]
    assert back["b"].dtype == np.float32
    assert back["a"][1][1].dtype == np.float64
    assert flatten([])[0].shape == (0,)


def test_it_is_differentiable_both_ways():
    tree = {"w": np.array([1.0, 2.0]), "b": 3.0}
    g = grad(lambda p: np.sum(flatten(p)[0] ** 2))(tree)
    assert g["b"] == 6.0
    np.testing.assert_array_equal(g["w"], [2.0, 4.0])
    vector, unflatten = flatten(tree)
    np.testing.assert_array_equal(
        grad(lambda v: np.sum(unflatten(v)["w"]) * unflatten(v)["b"])(vector), [3.0, 3.0, 3.0]
    )
    tracked = Tensor([1.0], requires_grad=True)
    assert flatten([tracked, 2.0])[0].requires_grad


def test_a_function_of_a_tree_as_one_of_a_vector():
    loss = lambda p, scale: scale * np.sum(p["w"] ** 3) * p["b"]  # noqa: E731
    f, unflatten, x = flatten_func(loss, {"w": np.array([1.0, 2.0]), "b": 3.0})
    np.testing.assert_array_equal(f(x, 2.0), [54.0])
    assert hessian(lambda x: f(x, 1.0)[0])(x).shape == (3, 3)
    assert jacobian(f)(x, 1.0).shape == (1, 3)
    assert unflatten(x)["b"] == 3.0


OPTIMIZERS = [(sgd, {}), (rmsprop, {}), (adam, {"step_size": 0.1})]


@pytest.mark.parametrize(("optimizer", "options"), OPTIMIZERS)
def test_optimizers_walk_downhill_on_trees(optimizer, options):
    target = {"a": np.array([1.0, -1.0]), "b": [0.5]}
    loss = lambda p: np.sum((p["a"] - target["a"]) ** 2) + (p["b"][0] - target["b"][0]) ** 2  # noqa: E731
    seen = []

    def callback(params, i, gradient):
        seen.append(i)
        assert loss(params) >= 0
        assert list(gradient) == ["a", "b"]

    start = {"a": np.zeros(2), "b": [2.0]}
    found = optimizer(lambda p, i: grad(loss)(p), start, callback, num_iters=300, **options)
    assert seen == list(range(300))
    np.testing.assert_allclose(found["a"], target["a"], atol=0.05)
    np.testing.assert_allclose(found["b"], target["b"], atol=0.05)
    np.testing.assert_array_equal(start["a"], np.zeros(2))


def test_optimizers_take_the_steps_that_their_formulas_say():
    g = lambda x, i: 2 * x + i  # noqa: E731
    x, v = 1.0, 0.0
    for i in range(3):
        v = 0.8 * v - 0.2 * g(x, i)
        x += 0.3 * v
    assert sgd(g, 1.0, num_iters=3, step_size=0.3, mass=0.8) == pytest.approx(x, rel=1e-14)
    x, s = 1.0, 1.0
    for i in range(3):
        s = 0.7 * s + 0.3 * g(x, i) ** 2
        x -= 0.3 * g(x, i) / (np.sqrt(s) + 0.01)
    assert rmsprop(g, 1.0, None, 3, 0.3, 0.7, 0.01) == pytest.approx(x, rel=1e-14)
    x, m, s = 1.0, 0.0, 0.0
    for i in range(3):
        m, s = 0.8 * m + 0.2 * g(x, i), 0.7 * s + 0.3 * g(x, i) ** 2
        x -= 0.3 * m / (1 - 0.8 ** (i + 1)) / (np.sqrt(s / (1 - 0.7 ** (i + 1))) + 0.01)
    assert adam(g, 1.0, None, 3, 0.3, 0.8, 0.7, 0.01) == pytest.approx(x, rel=1e-14)


def newton(a):
    return lambda x: 0.5 * (x + a / x)


def far(x, y):
    return np.max(np.abs(x - y))


def test_a_fixed_point_and_its_derivatives():
    root = lambda a: fixed_point(newton, a, 1.0, far, 1e-10)  # noqa: E731
    value, slope = value_and_grad(root)(2.0)
    np.testing.assert_allclose([value, slope], [np.sqrt(2), 0.5 / np.sqrt(2)], rtol=1e-9)
    np.testing.assert_allclose(grad(grad(root))(2.0), -0.25 * 2**-1.5, rtol=1e-8)
    assert root(2.0) == value


def test_a_fixed_point_of_arrays_with_a_tree_of_parameters():
    A = np.array([[0.2, 0.1], [0.3, 0.1]])
    linear = lambda p: lambda x: p["A"] @ x + p["b"]  # noqa: E731
    solve = lambda A, b: fixed_point(linear, {"A": A, "b": b}, np.zeros(2), far, 1e-12)  # noqa: E731
    b = np.array([1.0, 2.0])
    np.testing.assert_allclose(solve(A, b), np.linalg.solve(np.eye(2) - A, b))
    assert gradcheck(lambda A, b: np.sum(solve(A, b) ** 2), A, b)
    assert grad(lambda x0: np.sum(fixed_point(newton, 2.0, x0, far, 1e-10)))(1.5) == 0.0
