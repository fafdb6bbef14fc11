"""grad, value_and_grad, jvp: functions of arrays in, functions of arrays out, nested to any order."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, elementwise_grad, grad, jvp, no_grad, ops, value_and_grad, vjp
from autograd.errors import DTypeError, GraphError, MutationError, ShapeError
from autograd.tape import leaves, walk


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


def test_results_own_their_memory():
    x = np.ones(3)
    da, db = grad(lambda a, b: np.sum(a + b), (0, 1))(x, x)
    da += 1
    np.testing.assert_array_equal(db, np.ones(3))
    seed = np.ones(3)
    _, pullback = vjp(lambda a: a, x)
    (g,) = pullback(seed)
    g += 1
    np.testing.assert_array_equal(seed, np.ones(3))
    _, moved = jvp(lambda a: a, (x,), (seed,))
    moved += 1
    np.testing.assert_array_equal(seed, np.ones(3))
    gradient = grad(np.sum)(x)
    gradient[0] = 5.0  # np.sum's rule gives a view that can't be written to


def test_aux_is_handed_on():
    def f(x):
        y = np.tanh(x)
        return np.sum(y), {"y": y, "n": 3}

    x = np.array([0.1, 0.2])
    g, aux = grad(f, has_aux=True)(x)
    np.testing.assert_allclose(g, 1 - np.tanh(x) ** 2)
    np.testing.assert_array_equal(aux["y"], np.tanh(x))
    assert type(aux["y"]) is np.ndarray
    assert aux["n"] == 3
    (value, aux), _ = value_and_grad(f, has_aux=True)(x)
    assert value == np.sum(np.tanh(x))
    value, pullback, aux = vjp(f, x, has_aux=True)
    np.testing.assert_allclose(pullback(1.0)[0], g)
    value, moved, aux = jvp(f, (x,), (x,), has_aux=True)
    np.testing.assert_allclose(moved, np.sum(g * x))
    assert type(aux["y"]) is np.ndarray
    tracked = Tensor(x, requires_grad=True)
    _, aux = grad(f, has_aux=True)(tracked)
    assert aux["y"].requires_grad
    with pytest.raises(ShapeError, match="has_aux"):
        grad(cube, has_aux=True)(x)


def test_trees_in_trees_out():
    params = {"layers": [(np.ones((2, 3)), np.zeros(2)), (np.ones((1, 2)), np.zeros(1))], "scale": 2.0}

    def f(params, x):
        for w, b in params["layers"]:
            x = np.tanh(w @ x + b)
        return np.sum(params["scale"] * x)

    g = grad(f)(params, np.ones(3))
    assert g["layers"][0][0].shape == (2, 3)
    assert isinstance(g["layers"][1], tuple)
    assert g["scale"] == np.tanh(2 * np.tanh(3.0))
    both = grad(f, (0, 1))(params, np.ones(3))
    assert isinstance(both, tuple)
    assert both[1].shape == (3,)
    assert both[0].keys() == params.keys()


def test_argnums_from_the_end_and_by_hips_name():
    f = lambda a, b: a * b  # noqa: E731
    assert grad(f, -1)(2.0, 3.0) == 2.0
    assert grad(f, argnum=1)(2.0, 3.0) == 2.0
    assert elementwise_grad(f, argnum=1)(2.0, 3.0) == 2.0
    with pytest.raises(ShapeError, match=r"argnums 1 for 1 positional argument;.*by position"):
        grad(f, 1)(2.0, b=3.0)
    with pytest.raises(ShapeError, match="argnums -3 for 2 positional arguments"):
        grad(f, -3)(2.0, 3.0)


def test_elementwise_slopes():
    x = np.array([0.0, 0.5, 2.0])
    np.testing.assert_allclose(elementwise_grad(np.tanh)(x), 1 - np.tanh(x) ** 2)
    second = elementwise_grad(elementwise_grad(np.tanh))
    np.testing.assert_allclose(second(x), -2 * np.tanh(x) * (1 - np.tanh(x) ** 2))
    np.testing.assert_array_equal(elementwise_grad(lambda x: 1.0)(x), np.zeros(3))


def test_an_argument_may_be_written_to_inside():
    x = np.array([1.0, 2.0])

    def f(x):
        x[0] = 3.0
        x *= 2.0
        return np.sum(x * x)

    np.testing.assert_array_equal(grad(f)(x), [0.0, 16.0])
    np.testing.assert_array_equal(x, [1.0, 2.0])


def test_a_pullback_can_be_used_again_and_outlives_writes():
    x = np.array([1.0, 2.0])
    value, pullback = vjp(lambda x: np.exp(x * x), x)  # the rules look at what went in and at what came out
    expected = 2 * x * value
    x[:] = 100.0
    value[:] = 100.0
    for scale in (1.0, 3.0):
        np.testing.assert_allclose(pullback(np.full(2, scale))[0], scale * expected, rtol=1e-14)
    big = np.ones(200_000)  # too large to copy: watched instead
    _, pullback = vjp(lambda x: x * x, big)
    big[0] = 2.0
    with pytest.raises(MutationError):
        pullback(np.ones(big.size))


def test_pullback_of_several_arguments_and_results():
    value, pullback = vjp(lambda a, b: {"sum": a + b, "parts": (a * b, 3.0)}, 2.0, np.array([1.0, 5.0]))
    assert value["parts"][1] == 3.0
    da, db = pullback({"sum": np.array([1.0, 0.0]), "parts": (np.array([0.0, 1.0]), 0.0)})
    assert da == 6.0
    np.testing.assert_array_equal(db, [1.0, 2.0])
    _, pullback = vjp(lambda a: (a, a), 2.0)
    assert pullback((1.0, 10.0)) == (11.0,)
    _, pullback = vjp(lambda a: (1.0, 2.0), 2.0)
    assert pullback((1.0, 10.0)) == (0.0,)


def test_a_tracked_cotangent_can_be_differentiated():
    _, pullback = vjp(lambda x: x**3, 2.0)
    assert grad(lambda c: pullback(c)[0] ** 2)(1.0) == 2 * 12.0 * 12.0
    tangent = Tensor(1.0, requires_grad=True)
    _, moved = jvp(lambda x: x**3, (2.0,), (tangent,))
    moved.backward()
    assert tangent.grad.item() == 12.0
    with no_grad():
        assert pullback(tangent) == (12.0,)
        assert not isinstance(jvp(lambda x: x**3, (2.0,), (tangent,))[1], Tensor)


def test_a_result_is_tied_to_what_is_being_differentiated_and_to_nothing_else():
    c = Tensor(1.0, requires_grad=True)
    _, pullback = vjp(lambda x: np.tanh(x) * ops.relu(x), 0.5)
    (g,) = pullback(c)
    assert leaves(g.node) == [c.node]
    assert all(node.op.name != "argument" for node in walk(g.node))
    g.backward(retain_graph=True)
    assert c.grad.item() == pullback(1.0)[0]
    assert pullback(1.0) == pullback(1.0)
    dx, dy = grad(lambda x, y: c * x + y**3, (0, 1))(2.0, 3.0)
    assert dx.requires_grad
    assert not dy.requires_grad
    assert dy.item() == 27.0
    assert grad(lambda v: pullback(v)[0])(1.0) == g.item()


def test_a_tangent_ties_a_result_only_to_itself():
    c = Tensor(1.0, requires_grad=True)
    _, moved = jvp(lambda x: np.tanh(x) * ops.relu(x), (0.5,), (c,))
    assert leaves(moved.node) == [c.node]
    assert all(node.op.name != "argument" for node in walk(moved.node))


def test_a_recorded_pass_leaves_the_record_as_it_was():
    a = Tensor(3.0, requires_grad=True)
    _, pullback = vjp(lambda x: a * x * x, 2.0)
    first, second = pullback(1.0)[0], pullback(1.0)[0]
    assert first.item() == second.item() == 12.0
    second.backward()
    assert a.grad.item() == 4.0


def test_names_go_along():
    seen = []
    grad(lambda x: (seen.append(x.name), x * 2.0)[1])(Tensor(1.0, name="rate"))
    grad(lambda x: (seen.append(x.name), x * 2.0)[1])(Tensor(1.0, requires_grad=True, name="rate"))
    grad(lambda x: (seen.append(x.name), x * 2.0)[1])(1.0)
    assert seen == ["rate", "rate", None]


def test_dtype_of_tangents_and_cotangents_follows():
    x = np.ones(2, np.float32)
    _, moved = jvp(lambda x: x * 2, (x,), (np.ones(2),))
    assert moved.dtype == np.float32
    _, pullback = vjp(lambda x: x * 2, x)
    assert pullback(np.ones(2))[0].dtype == np.float32
    assert jvp(lambda x: x, (x,), (np.ones(2),))[1].dtype == np.float32
    assert vjp(lambda x: x, x)[1](np.ones(2))[0].dtype == np.float32


def test_it_works_inside_no_grad():
    with no_grad():
        np.testing.assert_array_equal(grad(cube)(np.array([2.0])), [12.0])


def test_what_is_refused():
    with pytest.raises(GraphError, match=r"\(2,\).*scalar"):
        grad(lambda x: x * 2)(np.ones(2))
    with pytest.raises(DTypeError, match="int64"):
        grad(cube)(np.array([1, 2]))
    with pytest.raises(GraphError, match=r"gives a tuple.*has_aux"):
        grad(lambda x: (x, x))(1.0)
    with pytest.raises(GraphError, match="gives None"):
        grad(lambda x: None)(1.0)
    with pytest.raises(GraphError, match=r"\(2,\).*scalar"):
        grad(lambda x: np.ones(2))(1.0)
    with pytest.raises(ShapeError, match=r"tangent\[0\] of shape \(2,\).*\(3,\)"):
        jvp(cube, (np.ones(3),), (np.ones(2),))
    with pytest.raises(ShapeError, match=r"jvp, tangent: got the tree \(\)"):
        jvp(cube, (np.ones(3),), ())
    with pytest.raises(ShapeError, match=r"cotangent\['a'\] of shape \(\).*shape \(2,\)"):
        vjp(lambda x: {"a": x}, np.ones(2))[1]({"a": 1.0})
    with pytest.raises(ShapeError, match=r"cotangent.*one array"):
        vjp(lambda x: x, 1.0)[1]([1.0])


def test_a_leaf_without_gradient_is_named():
    with pytest.raises(DTypeError, match=r"argument 1\['w'\]\[1\] of dtype int64.*astype"):
        grad(lambda x, p: x, (0, 1))(1.0, {"w": [1.0, np.array([1, 2])]})
    with pytest.raises(DTypeError, match=r"argument 0\[0\] of type str.*another argument"):
        grad(lambda p: p[1])(["relu", 1.0])
    with pytest.raises(DTypeError, match="argument 0 of dtype complex128"):
        grad(lambda x: x)(np.ones(1, complex))
    with pytest.raises(DTypeError, match="argument 0 of dtype bool"):
        grad(lambda x: x)(Tensor([True]))


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
