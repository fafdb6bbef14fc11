"""autograd.extend: primitives and their rules in HIPS's calling conventions."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
from autograd import Tensor, grad, gradcheck, hvp, jvp
from autograd.errors import UnsupportedError
from autograd.extend import (
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
)
from autograd.tape import walk
from autograd.test_util import check_grads

X = np.array([0.5, -1.0, 2.0])


def logsumexp():
    @primitive
    def logsumexp(x):
        """Of all elements."""
        assert type(x) is np.ndarray  # inside, arrays only
        top = np.max(x)
        return top + np.log(np.sum(np.exp(x - top)))

    defvjp(logsumexp, lambda ans, x: lambda g: g * np.exp(x - ans))
    defjvp(logsumexp, lambda g, ans, x: np.sum(g * np.exp(x - ans)))
    return logsumexp


def test_a_primitive_is_one_node_and_differentiates_to_any_order():
    f = logsumexp()
    assert f(X) == np.log(np.sum(np.exp(X)))
    assert f.__doc__ == "Of all elements."
    assert repr(f) == "<primitive logsumexp>"
    y = f(Tensor(X, requires_grad=True))
    assert [node.op.name for node in walk(y.node)] == ["logsumexp"]
    assert gradcheck(f, X, order=3)
    check_grads(f, order=3)(X)
    softmax = np.exp(X) / np.sum(np.exp(X))
    np.testing.assert_allclose(grad(f)(X), softmax)
    np.testing.assert_allclose(hvp(f)(X, X), (np.diag(softmax) - np.outer(softmax, softmax)) @ X)


def mixed():
    """Operands of other kinds between the arrays, and options."""

    @primitive
    def scaled(name, x, factor, *, power=1):
        assert name == "by"
        return x * factor**power

    return scaled


def test_arguments_of_any_kind():
    f = mixed()
    defvjp(
        f,
        lambda ans, name, x, factor, power=1: lambda g: g * factor**power,
        lambda ans, name, x, factor, power=1: lambda g: np.sum(g * x) * power * factor ** (power - 1),
        argnums=[1, 2],
    )
    defjvp(f, "same", lambda g, ans, name, x, factor, power=1: g * x * power * factor ** (power - 1), argnums=[1, 2])
    check_grads(f, (1, 2))("by", X, 1.5, power=3)
    assert grad(lambda c: np.sum(f("by", X, c)))(2.0) == np.sum(X)
    with pytest.raises(UnsupportedError, match="scaled: got a Tensor as power="):
        f("by", X, 2.0, power=Tensor(1.0))


def test_none_is_a_gradient_of_zero():
    f = mixed()
    defvjp(f, None, lambda ans, name, x, factor: lambda g: np.sum(g * x), argnums=[1, 2])
    defjvp(f, None, lambda g, ans, name, x, factor: g * x, argnums=[1, 2])
    dx, dc = grad(lambda x, c: np.sum(f("by", x, c)), (0, 1))(X, 2.0)
    np.testing.assert_array_equal(dx, np.zeros(3))
    assert dc == np.sum(X)
    np.testing.assert_array_equal(jvp(lambda x: f("by", x, 2.0), (X,), (X,))[1], np.zeros(3))
    _, moved = jvp(lambda x, c: f("by", x, c), (X, 2.0), (X, 1.0))
    np.testing.assert_array_equal(moved, X)


def product(*rules):
    @primitive
    def multiply(x, y):
        return x * y

    for define, rule in rules:
        define(multiply, rule) if rule is not None else define(multiply)
    return multiply


@pytest.mark.parametrize(
    "rules",
    [
        [
            (defvjp_argnum, lambda argnum, ans, args, kwargs: lambda g: g * args[1 - argnum]),
            (defjvp_argnum, lambda argnum, g, ans, args, kwargs: g * args[1 - argnum]),
        ],
        [
            (defvjp_argnums, lambda argnums, ans, args, kwargs: lambda g: tuple(g * args[1 - i] for i in argnums)),
            (
                defjvp_argnums,
                lambda argnums, gs, ans, args, kwargs: sum(g * args[1 - i] for i, g in zip(argnums, gs, strict=True)),
            ),
        ],
        [
            (defvjp_argnum, lambda argnum, ans, args, kwargs: lambda g: g * args[1 - argnum]),
            (def_linear, None),
        ],
    ],
)
def test_rules_for_all_arguments(rules):
    f = product(*rules)
    check_grads(f, (0, 1))(X, 2 * X)
    check_grads(f, 1)(X, 2 * X)
    np.testing.assert_array_equal(grad(lambda x: np.sum(f(x, x)))(X), 2 * X)


def test_rules_that_share_work_run_once_for_all_arguments():
    calls = []

    def maker(argnums, ans, args, kwargs):
        calls.append(argnums)
        return lambda g: [g * args[1 - i] for i in argnums]

    grad(product((defvjp_argnums, maker)), (0, 1))(2.0, 3.0)
    grad(product((defvjp_argnums, maker)), 1)(2.0, 3.0)
    assert calls == [(0, 1), (1,)]


def test_what_is_missing_is_named():
    f = product()
    with pytest.raises(UnsupportedError, match=r"vjp of multiply: got no rule for argument 0; .*defvjp\(multiply"):
        grad(f)(1.0, 2.0)
    defvjp(f, lambda ans, x, y: lambda g: g * y)
    assert grad(f)(1.0, 2.0) == 2.0
    with pytest.raises(UnsupportedError, match=r"no rule for argument 1; .*argnums=\[1\]"):
        grad(f, 1)(1.0, 2.0)
    with pytest.raises(UnsupportedError, match="jvp of 'multiply'"):
        jvp(f, (1.0, 2.0), (1.0, 1.0))
    defjvp(f, lambda g, ans, x, y: g * y)
    with pytest.raises(UnsupportedError, match="jvp of multiply: got no rule for argument 1"):
        jvp(f, (1.0, 2.0), (1.0, 1.0))


def test_one_result_only():
    f = primitive(lambda x: (x, x))
    with pytest.raises(UnsupportedError, match="a result of type tuple; expected one array"):
        f(Tensor(1.0, requires_grad=True))
    assert f(1.0) == (1.0, 1.0)
    from_python = primitive(lambda x: float(x) * 2)
    assert from_python(Tensor(2.0)).data == 4.0
    assert not from_python(Tensor(2.0)).requires_grad


def test_one_name_for_both_forms_of_rules():
    assert autograd.primitive is primitive
    in_one_piece = primitive(vjp=lambda g, y, x: 3 * g * x**2, name="cube")(lambda x: x**3)
    assert grad(in_one_piece)(2.0) == 12.0

    @primitive()
    def later(x):
        return x**3

    defvjp(later, lambda ans, x: lambda g: 3 * g * x**2)
    assert grad(later)(2.0) == 12.0


def test_no_gradient_through_a_notrace_primitive():
    @notrace_primitive
    def rounded(x, *, digits):
        assert not isinstance(x, Tensor)
        return np.round(x, digits)

    assert rounded(Tensor(1.26, requires_grad=True), digits=1) == 1.3
    assert grad(lambda x: x * rounded(x, digits=1))(1.26) == 1.3
