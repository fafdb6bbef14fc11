"""Explain: formulas come out of the rules themselves, with the brackets that they need."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from autograd import Tensor, explain, extend, ops, primitive
from autograd.errors import UnsupportedError
from autograd.op import Op
from autograd.symbols import Sym, formulas


@pytest.mark.parametrize(
    ("name", "operand", "formula"),
    [
        ("tanh", "x", "g * (1 - y * y)"),
        ("sigmoid", "x", "g * y * (1 - y)"),
        ("multiply", "a", "g * b"),
        ("divide", "b", "-g * y / b"),
        ("matmul", "a", "g @ bᵀ"),
        ("matmul", "b", "aᵀ @ g"),
        ("inv", "x", "-yᵀ @ g @ yᵀ"),
        ("sum", "x", "broadcast_to(g, x.shape)"),
        ("concatenate", "x1", "g[2:3]"),
        ("softmax_cross_entropy", "logits", "g / target.size * (softmax - one_hot(target))"),
        ("linear", "weight", "gᵀ @ x"),
        ("clip", "x", "where((x >= -1) & (x <= 1), g, 0)"),
        ("slogdet", "x", "g1[..., None, None] * inv(x)ᵀ"),
    ],
)
def test_formulas(name, operand, formula):
    assert formulas(ops.table[name])[operand] == formula


def test_explain_takes_a_row_or_its_name():
    assert explain("relu") == explain(ops.relu)
    assert explain("linear").startswith("y = x @ weightᵀ + bias\n")
    with pytest.raises(UnsupportedError, match="'tahn'"):
        explain("tahn")


def test_explain_takes_numpys_function_and_what_an_op_made():
    assert explain(np.tanh) == explain("tanh")
    assert explain(np.tanh(Tensor(1.0, requires_grad=True)) * 2) == explain("multiply")
    for nothing, told in ((3, "type int"), (Tensor(1.0, requires_grad=True), "type Tensor"), (np.save, "'save'")):
        with pytest.raises(UnsupportedError, match=told):
            explain(nothing)


def test_a_row_without_samples_says_why():
    assert explain(Op(name="plain", forward=lambda x, /: x, why="Just so.")) == "Just so."


def test_brackets_where_they_are_needed_and_only_there():
    a, b, c = (Sym(name, np.full((2, 2), 2.0)) for name in "abc")
    for symbol, text in (
        (a - (b - c), "a - (b - c)"),
        (a + (b + c), "a + b + c"),
        (a / (b * c), "a / (b * c)"),
        ((a + b) * c, "(a + b) * c"),
        (a * (b @ c), "a * (b @ c)"),
        ((a * b) @ c @ a, "a * b @ c @ a"),
        (-(a + b), "-(a + b)"),
        ((-a) ** 2, "(-a) ** 2"),
        (-(a**2), "-a ** 2"),
        (2 * a, "2 * a"),
        (1.5 + a, "1.5 + a"),
        ((a + b).T, "(a + b)ᵀ"),
        ((a > b) * c, "(a > b) * c"),
        (a[0, ..., None, 1:2], "a[0, ..., None, 1:2]"),
        (a[::-1], "a[::-1]"),
        (np.exp(a + b), "exp(a + b)"),
        (np.isfinite(a), "isfinite(a)"),
        (a.sum(axis=0, keepdims=True), "a.sum(axis=0, keepdims=True)"),
        (a.astype(np.float32), "a.astype(float32)"),
        (a.transpose((1, 0)), "a.transpose((1, 0))"),
        (a * np.array([1.0, 2.0]), "a * …"),
        (a * np.array(2.5), "a * 2.5"),
        (np.ones(2) @ a, "ones @ a"),
    ):
        assert str(symbol) == text


def test_symbols_carry_an_example():
    a = Sym("a", np.ones((2, 3)))
    assert (len(a), a.ndim, a.dtype, repr(a.shape), int(a.size.value)) == (2, 2, float, "a.shape", 6)
    assert a.shape == (2, 3)
    assert bool(Sym("t", np.array(True)))
    first, second = np.split(a, 2)
    assert (str(first), str(second)) == ("split(a, indices_or_sections=2)[0]", "split(a, indices_or_sections=2)[1]")


# -- ops of one's own


def test_explain_of_an_op_of_ones_own_prints_its_rule():
    sine = primitive(np.sin, vjp=lambda g, y, x: g * np.cos(x), name="sine", why="It waves.")
    assert explain(sine) == "y = sin(x)\ndL/dx = g * cos(x)\nIt waves."
    assert explain(sine(Tensor(1.0, requires_grad=True))) == explain(sine)


def test_explain_finds_operands_that_its_rules_take():
    product = primitive(
        lambda a, b: a @ b, vjp=[lambda g, y, a, b: g @ b.T, lambda g, y, a, b: a.T @ g], name="product"
    )
    assert explain(product).splitlines()[:3] == ["y = a @ b", "dL/da = g @ bᵀ", "dL/db = aᵀ @ g"]


def test_explain_of_a_primitive_in_hips_form():
    @extend.primitive
    def tanh(x, k):  # not the row of that name
        """My own."""
        return np.tanh(x) * k

    assert explain(tanh) == "My own."
    extend.defvjp(tanh, lambda ans, x, k: lambda g: g * (k - ans**2 / k))
    assert explain(tanh) == "y = tanh(x) * k\ndL/dx = g * (k - y ** 2 / k)\nMy own."
    extend.defvjp_argnums(tanh, lambda argnums, ans, args, kwargs: lambda g: [g * args[1 - i] for i in argnums])
    assert explain(tanh).splitlines()[1:3] == ["dL/dx = g * k", "dL/dk = g * x"]


def test_a_rule_that_no_symbol_comes_through_is_left_to_its_words():
    cube = primitive(
        lambda x: np.array([float(v) ** 3 for v in x]), vjp=lambda g, y, x: g * np.array([3 * float(v) ** 2 for v in x])
    )
    assert explain(cube) == "<lambda>, an op of your own."
    half = primitive(lambda x: np.array([float(v) / 2 for v in x]), vjp=lambda g, y, x: g / 2, name="half")
    assert explain(half) == "y = half(x)\ndL/dx = g / 2\nhalf, an op of your own."


def test_signature_and_source_of_an_op_of_ones_own_are_its_functions():
    @primitive(vjp=lambda g, y, x: g)
    def same(x, times=1):
        return x

    assert str(inspect.signature(same)) == "(x, times=1)"
    assert "def same(x, times=1)" in inspect.getsource(inspect.unwrap(same))
