"""Forward mode: each way a tangent can pass an op, and derivatives of it."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, no_grad, ops, vjp
from autograd.errors import UnsupportedError
from autograd.op import COMPOSITE, GENERAL, MULTILINEAR, Op

RNG = np.random.default_rng(0)
X = RNG.uniform(0.5, 1.5, size=(3, 3))
V = RNG.normal(size=(3, 3))


def network(x):
    """Ops of every kind: elementwise, multilinear, joined, composite, with several results, with a jvp of its own."""
    wide = np.concatenate([x, np.tanh(x) @ x], axis=1)  # (3, 6)
    hidden = ops.relu(ops.linear(wide, np.full((4, 6), 0.3), np.ones(4)))  # (3, 4)
    left, right = np.split(hidden, 2, axis=1)  # (3, 2) each
    loss = ops.softmax_cross_entropy(left * right, np.array([0, 1, 0]))
    return loss + np.max(x) + ops.logsumexp(np.linalg.slogdet(x + 3 * np.eye(3))[1] * x)


def difference(f, x, v, eps=1e-6):
    return (f(x + eps * v) - f(x - eps * v)) / (2 * eps)


def test_forward_agrees_with_reverse_and_with_differences():
    value, moved = jvp(network, (X,), (V,))
    assert value == network(X)
    np.testing.assert_allclose(moved, np.sum(grad(network)(X) * V), rtol=1e-12)
    np.testing.assert_allclose(moved, difference(network, X, V), rtol=1e-6)


def slope(f, v):
    return lambda x: jvp(f, (x,), (v,))[1]


def test_forward_over_forward_over_forward():
    first = slope(network, V)
    second = slope(first, V)
    np.testing.assert_allclose(second(X), difference(first, X, V), rtol=1e-6)
    third = slope(second, V)
    np.testing.assert_allclose(third(X), difference(second, X, V), rtol=1e-4)
    assert isinstance(third(X), np.float64)


def test_every_order_of_nesting_gives_the_same():
    def reverse(f):
        return lambda x: np.sum(grad(f)(x) * V)

    once = (slope(network, V), reverse(network))
    ways = [*(slope(f, V) for f in once), *map(reverse, once)]
    np.testing.assert_allclose([way(X) for way in ways], ways[0](X), rtol=1e-11)


def test_two_variables_are_not_confused():
    inner = lambda x: jvp(lambda y: x * y * y, (x,), (1.0,))[1]  # noqa: E731  # 2 x y at y = x
    assert jvp(inner, (3.0,), (1.0,)) == (18.0, 12.0)
    assert grad(inner)(3.0) == 12.0
    assert jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))[1] == 1.0
    assert jvp(lambda x: x * grad(lambda y: x + y)(1.0), (1.0,), (1.0,))[1] == 1.0


def test_closed_over_leaves_get_their_gradient():
    a = Tensor(3.0, requires_grad=True)
    _, moved = jvp(lambda x: a * x * x, (2.0,), (1.0,))
    moved.backward()
    assert a.grad.item() == 4.0
    with no_grad():
        assert not isinstance(jvp(lambda x: ops.relu(a * x), (2.0,), (1.0,))[1], Tensor)


def test_several_results_of_which_some_do_not_move():
    _, moved = jvp(lambda a, b: [a * b, {"two": 2.0, "b": b}], (3.0, np.ones(2)), (1.0, np.zeros(2)))
    np.testing.assert_array_equal(moved[0], np.ones(2))
    assert moved[1]["two"] == 0.0
    np.testing.assert_array_equal(moved[1]["b"], np.zeros(2))
    with no_grad():
        np.testing.assert_array_equal(jvp(ops.relu, (X,), (V,))[1], V)


def bare(**fields):
    fields.setdefault("vjps", (lambda g, y, x: g,))
    return Op(name="bare", forward=lambda x, /: x * 1.0, why="For this test.", **fields)


def test_what_has_no_forward_rule_is_named():
    for op in (bare(), bare(kind=COMPOSITE), bare(kind=GENERAL, variadic=True)):
        with pytest.raises(UnsupportedError, match="jvp of 'bare'"):
            jvp(op, (1.0,), (1.0,))
        assert vjp(bare(), 1.0)[1](1.0) == (1.0,)
    deaf_to_one = Op(
        name="bare",
        forward=lambda x, y, /: x * y,
        vjps=(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a),
        jvps=(lambda t, y, a, b: t * b, None),
        why="For this test.",
    )
    assert jvp(lambda x: deaf_to_one(x, 2.0), (1.0,), (1.0,))[1] == 2.0
    with pytest.raises(UnsupportedError, match="'bare'"):
        jvp(lambda x: deaf_to_one(2.0, x), (1.0,), (1.0,))


def test_a_variadic_rule_is_told_which():
    product = Op(
        name="product",
        forward=lambda *xs: xs[0] * xs[1],
        vjps=(lambda g, y, *xs, which: g * xs[1 - which],),
        jvps=(lambda t, y, *xs, which: t * xs[1 - which],),
        kind=MULTILINEAR,
        variadic=True,
        why="For this test.",
    )
    assert jvp(product, (3.0, 5.0), (1.0, 10.0))[1] == 35.0
    assert grad(lambda x: jvp(lambda y: product(x, y), (2.0,), (1.0,))[1])(3.0) == 1.0


def test_a_rule_may_leave_out_what_broadcasts():
    spread = bare(jvps=(lambda t, y, x: t.sum(),))
    _, moved = jvp(spread, (np.ones(3),), (np.ones(3),))
    np.testing.assert_array_equal(moved, np.full(3, 3.0))


def test_a_tangent_has_the_results_dtype():
    wide = bare(jvps=(lambda t, y, x: t.astype(float),))
    assert jvp(wide, (np.ones(3, np.float32),), (np.ones(3, np.float32),))[1].dtype == np.float32


def test_parts_that_do_not_move_are_joined_with_zeros():
    _, moved = jvp(lambda x: np.concatenate([x, np.ones(2)]), (np.ones(2),), (np.full(2, 3.0),))
    np.testing.assert_array_equal(moved, [3.0, 3.0, 0.0, 0.0])


def test_a_saved_value_reaches_the_rule():
    saving = Op(
        name="saving",
        forward=lambda x, /: (x * x, 2 * x),
        vjps=(lambda g, y, x, slope=None: g * (2 * x if slope is None else slope),),
        jvps=(lambda t, y, x, slope=None: t * (2 * x if slope is None else slope),),
        saves="slope",
        why="For this test.",
    )
    assert jvp(saving, (3.0,), (1.0,)) == (9.0, 6.0)
    assert grad(lambda x: jvp(saving, (x,), (1.0,))[1])(3.0) == 2.0


def test_a_composite_may_do_without_the_gradient_of_an_operand():
    constant = Op(
        name="constant",
        forward=lambda x, /: x * 0.0,
        vjps=(lambda g, y, x: g * 0,),
        definition=lambda x: Tensor(0.0),
        kind=COMPOSITE,
        why="For this test.",
    )
    assert jvp(constant, (3.0,), (1.0,)) == (0.0, 0.0)
