"""Care in numbers: ties, zeros, far ends, repeated indices; what a formula alone would get wrong."""

from __future__ import annotations

import subprocess
import sys
from functools import partial, wraps

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, ops
from autograd.op import Op


def check(function, x, expected):
    np.testing.assert_allclose(grad(lambda x: function(x).sum())(np.asarray(x, float)), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (np.max, [2.0, 1.0, 2.0], [0.5, 0, 0.5]),
        (np.min, [1.0, 1.0, 2.0], [0.5, 0.5, 0]),
        (lambda x: np.max(x, axis=0), [[1.0, 3.0], [1.0, 2.0]], [[0.5, 1], [0.5, 0]]),
        (lambda x: np.maximum(x, 0.0), [0.0, 1.0, -1.0], [0.5, 1, 0]),
        (lambda x: np.minimum(x, x), [3.0], [1.0]),
        (ops.relu, [0.0, 1.0, -1.0], [0, 1, 0]),
        (np.abs, [0.0, 2.0, -2.0], [0, 1, -1]),
        (np.sign, [0.0, 2.0], [0, 0]),
        (lambda x: x[[0, 0, 1]], [1.0, 2.0], [2, 1]),
        (lambda x: x**0, [0.0, 2.0], [0, 0]),
        (lambda x: x**1, [0.0], [1]),
        (lambda x: x ** np.array([0.0, 2.0]), [0.0, 3.0], [0, 6]),
        (lambda b: np.array([0.0, 2.0]) ** b, [2.0, 3.0], [0, 8 * np.log(2)]),
        (lambda x: np.clip(x, 0.0, 1.0), [0.0, 1.0, 2.0], [1, 1, 0]),
        (lambda x: np.where(x > 0, x, 0.0), [-1.0, 2.0], [0, 1]),
    ],
)
def test_conventions(function, x, expected):
    check(function, x, expected)


def test_a_root_at_zero_is_infinitely_steep():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert grad(np.sqrt)(0.0) == np.inf


@pytest.mark.parametrize("x", [-1e4, -1000.0, -50.0, 0.0, 50.0, 1000.0, 1e4])
def test_soft_functions_far_out(x):
    sigma = ops.sigmoid(np.array(x))
    assert sigma == (0.5 if x == 0 else (1.0 if x > 0 else np.exp(x)))
    assert np.isfinite(grad(ops.sigmoid)(x))
    logits = np.array([[x, 0.0]])
    assert np.isfinite(ops.log_softmax(logits)).all()
    np.testing.assert_allclose(ops.logsumexp(logits), max(x, 0.0) + np.log1p(np.exp(-abs(x))), atol=1e-15)


def test_sigmoid_keeps_the_small_end():
    np.testing.assert_allclose(ops.sigmoid(np.array(-100.0)), np.exp(-100.0), rtol=1e-15)
    assert ops.sigmoid(np.float32([-3.0])).dtype == np.float32


def test_logsumexp_of_nothing_possible():
    assert ops.logsumexp(np.full(3, -np.inf)) == -np.inf
    np.testing.assert_array_equal(ops.logsumexp(np.array([[-np.inf, 0.0]]), axis=1), [0.0])


def test_cross_entropy_far_out():
    logits = Tensor([[1e4, 0.0]], requires_grad=True)
    loss = ops.softmax_cross_entropy(logits, np.array([1]))
    assert loss.item() == 1e4
    loss.backward()
    np.testing.assert_array_equal(logits.grad, [[1.0, -1.0]])


def test_half_precision_sums_have_exact_gradients():
    t = Tensor(np.ones(100_000, np.float16), requires_grad=True)
    with np.errstate(over="ignore"):
        y = t.sum()
    assert np.isinf(y.item())
    y.backward()
    assert t.grad.dtype == np.float16
    assert (t.grad.data == 1).all()


def test_linear_without_bias_and_over_leading_axes():
    rng = np.random.default_rng(0)
    x = Tensor(rng.normal(size=(2, 3, 4)), requires_grad=True)
    w = Tensor(rng.normal(size=(5, 4)), requires_grad=True)
    b = Tensor(np.ones(5, np.float32), requires_grad=True)
    y = ops.linear(x, w, b)
    assert (y.shape, y.dtype) == ((2, 3, 5), np.float64)
    y.sum().backward()
    assert (b.grad.dtype, b.grad.data.tolist()) == (np.float32, [6.0] * 5)
    assert ops.linear(x, w).requires_grad


def test_joint_rules_give_all_at_once():
    def pair(g, y, a, b, needs):
        return (g * b if needs[0] else None, g * a if needs[1] else None)

    product = Op(name="product", forward=lambda a, b, /: a * b, joint=pair, broadcasts=True, why="For this test.")
    assert gradcheck(product, np.array([1.0, 2.0]), np.array(3.0), order=2)
    t = Tensor([1.0, 2.0], requires_grad=True)
    product(t, 3.0).sum().backward()
    np.testing.assert_array_equal(t.grad, [3.0, 3.0])


def test_joint_rules_of_several_outputs_that_save():
    def forward(x, /):
        return (x + 1, x * x), 2 * x

    both = Op(
        name="both", forward=forward, multiple=True, saves="slope", why="For this test.",
        joint=lambda g, y, x, needs, slope: (g[0] + g[1] * slope,),
    )  # fmt: skip
    t = Tensor([1.0, 3.0], requires_grad=True)
    first, second = both(t)
    (first + second).sum().backward()
    np.testing.assert_array_equal(t.grad, [3.0, 7.0])
    assert [part.tolist() for part in both(t.data)] == [[2.0, 4.0], [1.0, 9.0]]


def test_operands_without_a_rule_are_constants_even_when_tracked():
    mask, a = Tensor([1.0, 0.0], requires_grad=True), Tensor([3.0, 4.0], requires_grad=True)
    np.where(mask, a, 0.0).sum().backward()
    assert mask.grad is None
    np.testing.assert_array_equal(a.grad, [1.0, 0.0])
    assert not np.where(mask, 1.0, 0.0).requires_grad


def test_rows_of_two_operands_may_have_options():
    scaled = Op(
        name="scaled", forward=lambda a, b, /, by=1.0: a * b * by, why="For this test.",
        vjps=(lambda g, y, a, b, by=1.0: g * b * by, lambda g, y, a, b, by=1.0: g * a * by),
    )  # fmt: skip
    t = Tensor([1.0, 2.0], requires_grad=True)
    scaled(t, t, by=2.0).sum().backward()
    np.testing.assert_array_equal(t.grad, [4.0, 8.0])
    assert repr(scaled) == "<op scaled>"
    assert (scaled.operands, scaled.params) == (("a", "b"), ("by",))


def test_numpy_functions_written_in_c_have_names_for_their_arguments():
    made = Op(name="made", forward=lambda x, y, /, axis=0: x, numpy=(dict.get, max), why="For this test.")
    assert made.numpy_arguments[1] == (("x", None), ("y", None), ("axis", None))


@pytest.mark.parametrize(
    ("forward", "operands", "params"),
    [
        (lambda x, /, *items, by=1, **rest: x, ("x",), ("by", "rest")),
        (partial(lambda x, y, /, by, of=2: x, by=1), ("x", "y"), ("by", "of")),
        (wraps(lambda a, /, axis: a)(lambda *args: args), ("a",), ("axis",)),
        (np.negative, ("x",), ()),
        (np.add, ("x", "y"), ()),
    ],
    ids=["items", "partial", "wrapped", "ufunc of one", "ufunc of two"],
)
def test_a_row_has_the_names_of_its_forward(forward, operands, params):
    made = Op(name="made", forward=forward, why="For this test.")
    whole = Op(name="whole", forward=forward, why="For this test.")
    whole.keep_whole()
    for op in (made, whole) if not isinstance(forward, np.ufunc) else (made,):
        assert (op.operands, op.params) == (operands, params)


def test_importing_reads_the_names_of_no_row():
    code = "import autograd; print([op.name for op in autograd.op.table.values() if '_names' in vars(op)])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
