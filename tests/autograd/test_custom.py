"""Ops of one's own: the decorator, several operands, forward mode, and functions known by their values only."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, explain, finite_difference, grad, gradcheck, jvp, ops, primitive
from autograd.errors import UnsupportedError


@primitive(vjp=lambda g, y, x: g * np.cosh(x), jvp=lambda t, y, x: t * np.cosh(x), why="Steep on both sides.")
def hsine(x):
    """The hyperbolic sine."""
    return np.sinh(x)


def test_it_records_and_differentiates():
    x = Tensor([0.5, 1.0], requires_grad=True)
    y = hsine(x)
    assert (y.node.op.name, hsine.__doc__) == ("hsine", "The hyperbolic sine.")
    y.sum().backward()
    np.testing.assert_allclose(x.grad, np.cosh([0.5, 1.0]))
    assert gradcheck(hsine, np.array([0.5, 1.0]))
    _, moved = jvp(hsine, (np.array(0.5),), (np.array(2.0),))
    np.testing.assert_allclose(moved, 2 * np.cosh(0.5))
    assert type(hsine(np.array([1.0]))) is np.ndarray
    assert "hsine" not in ops.table
    assert explain(hsine) == "y = sinh(x)\ndL/dx = g * cosh(x)\nSteep on both sides."


def test_a_rule_of_plain_numpy_has_every_order():
    cube = primitive(lambda x: x**3, vjp=lambda g, y, x: g * 3 * x**2, name="cube")
    assert gradcheck(cube, np.array([0.5, -1.0]), order=3, atol=1e-4)
    assert grad(grad(grad(cube)))(2.0) == 6.0


def test_operands_without_a_rule_and_options():
    @primitive(vjp=[lambda g, y, a, b, c, power=1: g * power * a ** (power - 1) * b, None])
    def weighted(a, b, c, power=1):
        return a**power * b + c

    a, c = Tensor([2.0, 3.0], requires_grad=True), Tensor([1.0, 1.0], requires_grad=True)
    weighted(a, np.array([1.0, 10.0]), c, power=2).sum().backward()
    np.testing.assert_array_equal(a.grad, [4.0, 60.0])
    assert c.grad is None


def test_broadcasting_is_undone():
    plus = primitive(lambda a, b: a + b, vjp=(lambda g, y, a, b: g, lambda g, y, a, b: g))
    assert plus.name == "<lambda>"
    a, b = Tensor(np.ones((2, 3)), requires_grad=True), Tensor(1.0, requires_grad=True)
    plus(a, b).sum().backward()
    assert (b.grad.shape, b.grad.item()) == ((), 6.0)


def test_too_many_rules():
    with pytest.raises(UnsupportedError, match=r"'f'.*2 rules.*1 positional"):

        @primitive(vjp=[lambda g, y, x: g, lambda g, y, x: g])
        def f(x):
            return x


@pytest.mark.parametrize("forward", [lambda *xs: xs[0] * 1.0, np.negative])
def test_functions_whose_signature_says_nothing(forward):
    op = primitive(forward, vjp=lambda g, y, x: g, name="mystery")
    x = Tensor([1.0], requires_grad=True)
    op(x).sum().backward()
    assert x.grad.item() == 1.0


def test_central_differences_for_foreign_functions():
    foreign = finite_difference(
        lambda x, w: np.array([sum(float(a) * float(b) ** 2 for a, b in zip(x, w, strict=True))]),
        operands=2,
        name="foreign",
    )
    x, w = np.array([1.0, 2.0]), np.array([3.0, 0.5])
    dx, dw = grad(lambda x, w: foreign(x, w).sum(), (0, 1))(x, w)
    np.testing.assert_allclose(dx, w**2, rtol=1e-6)
    np.testing.assert_allclose(dw, 2 * x * w, rtol=1e-6)
    single = Tensor(np.float32([1.0]), requires_grad=True)
    finite_difference(lambda x: x * x)(single).sum().backward()
    assert single.grad.dtype == np.float32


def test_differences_are_not_differenced():
    foreign = finite_difference(lambda x: x * x, name="foreign")
    with pytest.raises(UnsupportedError, match=r"foreign.*second derivative.*primitive"):
        grad(grad(foreign))(2.0)
