"""grad, value_and_grad, jvp: functions of arrays in, functions of arrays out, nested to any order."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, no_grad, ops, value_and_grad
from autograd.errors import DTypeError, GraphError, ShapeError, UnsupportedError
from autograd.op import Op


def cube(x):
    return np.sum(x**3)


def test_arrays_in_arrays_out():
    value, gradient = value_and_grad(cube)(np.array([1.0, 2.0]))
    assert not isinstance(value, Tensor)
    assert type(gradient) is np.ndarray
    assert value == 9.0
    np.testing.assert_array_equal(gradient, [3.0, 12.0])
    assert grad(lambda x: x * x)(np.float32(3)).dtype == np.float32


def test_argnums():
    def f(a, b, *, scale=1.0):
        return np.sum(a * b) * scale

    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_array_equal(grad(f, 1)(a, b), a)
    da, db = grad(f, (0, 1))(a, b, scale=2.0)
    np.testing.assert_array_equal(da, 2 * b)
    np.testing.assert_array_equal(db, 2 * a)
    (only,) = grad(f, [0])(a, b)
    np.testing.assert_array_equal(only, b)


def test_nested_to_any_order():
    f = np.tanh
    x = 0.3
    y = np.tanh(x)
    first = 1 - y * y
    orders = [first, -2 * y * first, -2 * first * (1 - 3 * y * y)]
    for expected in orders:
        f = grad(f)
        np.testing.assert_allclose(f(x), expected, rtol=1e-13)
        assert not isinstance(f(x), Tensor)


def test_the_gradient_knows_what_the_function_closes_over():
    a = Tensor(3.0, requires_grad=True)
    inner = grad(lambda x: a * x * x)(2.0)
    assert isinstance(inner, Tensor)
    inner.backward()
    assert a.grad.item() == 4.0
    with no_grad():
        assert not isinstance(grad(lambda x: a * x * x)(2.0), Tensor)
    assert grad(lambda a: grad(lambda x: a * x * x)(2.0))(3.0) == 4.0
    value, g = value_and_grad(lambda x: a)(2.0)
    assert value is a
    assert g.item() == 0.0


def test_tracked_arguments_keep_their_graph():
    x = Tensor([1.0, 2.0], requires_grad=True)
    g = grad(cube)(x)
    assert isinstance(g, Tensor)
    g.sum().backward()
    np.testing.assert_array_equal(x.grad, [6.0, 12.0])


def test_untracked_tensors_count_as_arrays():
    assert type(grad(cube)(Tensor([1.0]))) is np.ndarray


def test_a_constant_function_has_gradient_zero():
    value, g = value_and_grad(lambda x: 5.0)(np.ones(3))
    assert value == 5.0
    np.testing.assert_array_equal(g, np.zeros(3))
    np.testing.assert_array_equal(grad(lambda x: Tensor(1.0))(np.ones(3)), np.zeros(3))
    np.testing.assert_array_equal(grad(lambda x, y: y * y, 0)(np.ones(2), 3.0), np.zeros(2))
    da, db = grad(lambda a, b: a * 2.0, (0, 1))(1.0, np.ones(2))
    assert da == 2.0
    np.testing.assert_array_equal(db, np.zeros(2))


def test_it_works_inside_no_grad():
    with no_grad():
        np.testing.assert_array_equal(grad(cube)(np.array([2.0])), [12.0])


def test_what_is_refused():
    with pytest.raises(GraphError, match=r"\(2,\).*scalar"):
        grad(lambda x: x * 2)(np.ones(2))
    with pytest.raises(DTypeError, match="int64"):
        grad(cube)(np.array([1, 2]))
    with pytest.raises(ShapeError, match=r"\(2,\).*\(3,\)"):
        jvp(cube, (np.ones(3),), (np.ones(2),))


def test_names_and_documentation_stay():
    assert grad(cube).__name__ == "cube"


def test_jvp_of_whole_networks():
    rng = np.random.default_rng(0)
    w, x, t = rng.normal(size=(3, 4)), rng.normal(size=(5, 4)), np.array([0, 1, 2, 0, 1])
    d = rng.normal(size=w.shape)

    def loss(w):
        return ops.softmax_cross_entropy(ops.relu(ops.linear(x, w)), t)

    _, moved = jvp(loss, (w,), (d,))
    np.testing.assert_allclose(moved, np.sum(grad(loss)(w) * d), rtol=1e-12)
    eps = 1e-6
    np.testing.assert_allclose(moved, (loss(w + eps * d) - loss(w - eps * d)) / (2 * eps), rtol=1e-6)


def test_jvp_of_what_does_not_move():
    value, moved = jvp(lambda x: 3.0, (1.0,), (1.0,))
    assert (value, moved) == (3.0, 0.0)
    value, moved = jvp(lambda x, y: np.sign(x) * y, (2.0, 3.0), (1.0, 0.0))
    assert (float(value), float(moved)) == (3.0, 0.0)
    a = Tensor(3.0, requires_grad=True)
    _, moved = jvp(lambda x: a * 2, (1.0,), (1.0,))
    assert float(moved) == 0.0


def test_jvp_needs_a_rule_only_where_none_follows():
    bare = Op(name="bare", forward=lambda x, /: x * 1.0, vjps=(lambda g, y, x: g,), why="For this test.")
    with pytest.raises(UnsupportedError, match="'bare'"):
        jvp(bare, (1.0,), (1.0,))
