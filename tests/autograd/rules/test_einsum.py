"""einsum against NumPy's: both spellings, any number of operands, stretched axes, and any path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, gradcheck
from autograd.errors import ShapeError, UnsupportedError
from autograd.tape import walk

LETTERS = "abcd"


@st.composite
def calls(draw):
    """Subscripts and shapes that fit each other: repeated letters, hidden axes, axes of length 1 to stretch."""
    lengths = {letter: draw(st.integers(1, 3)) for letter in LETTERS}
    hidden = [draw(st.integers(1, 3)) for _ in range(2)]
    terms, shapes = [], []
    for _ in range(draw(st.integers(1, 4))):
        term = draw(st.text(LETTERS, max_size=3))
        narrow = {letter: draw(st.booleans()) and draw(st.booleans()) for letter in LETTERS}
        shape = [1 if narrow[letter] else lengths[letter] for letter in term]
        if draw(st.booleans()) and draw(st.booleans()):
            place, count = draw(st.integers(0, len(term))), draw(st.integers(0, 2))
            term = f"{term[:place]}...{term[place:]}"
            shape[place:place] = hidden[2 - count :]
        terms.append(term)
        shapes.append(tuple(shape))
    subscripts = ",".join(terms)
    if draw(st.booleans()):
        present = draw(st.permutations(sorted(set(subscripts) - set(",."))))
        result = "".join(present[: draw(st.integers(0, len(present)))])
        subscripts += "->" + ("..." if "." in subscripts else "") + result
    return subscripts, shapes


@given(calls(), st.sampled_from([False, True, "optimal"]), st.integers(0, 100))
def test_value_and_gradients_of_any_call(call, optimize, seed):
    subscripts, shapes = call
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape) for shape in shapes]
    expected = np.einsum(subscripts, *arrays)
    y = np.einsum(subscripts, *(Tensor(x, requires_grad=True) for x in arrays), optimize=optimize)
    assert y.shape == expected.shape
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-12)
    assert gradcheck(lambda *xs: np.einsum(subscripts, *xs, optimize=optimize), *arrays, rtol=1e-4)


A, B, C = (np.random.default_rng(1).normal(size=shape) for shape in ((2, 3), (3, 4), (4, 2)))


@pytest.mark.parametrize(
    "call",
    [
        lambda a, b, c: np.einsum(" ij , jk -> i k ", a, b),
        lambda a, b, c: np.einsum(a, [0, 1], b, [1, 2]),
        lambda a, b, c: np.einsum(a, [0, 1], b, [1, 2], [2, 0]),
        lambda a, b, c: np.einsum(a, [26, 1], b, [1, 0]),
        lambda a, b, c: np.einsum(a, [Ellipsis, 1], b, [1, 2], [2, Ellipsis]),
        lambda a, b, c: np.einsum(a, [0, 1], b, [1, 2], c, [2, 0], []),
        lambda a, b, c: np.einsum("ij,jk,kl", a, b, c),
        lambda a, b, c: np.einsum("ij,jk,kl->li", a, b, c, optimize=["einsum_path", (1, 2), (0, 1)]),
        lambda a, b, c: np.einsum("ij,jk,kl->li", a, b, c, optimize=["einsum_path", (0, 1, 2)]),
        lambda a, b, c: np.einsum("ij,jk,kl->li", a, b, c, optimize=("greedy", 4)),
        lambda a, b, c: np.einsum("ij,jk,ki,ij->j", a, b, c, a),
        lambda a, b, c: np.einsum("ij,,->j", a, 2.0, 3),
        lambda a, b, c: np.einsum("ij,j->i", a, [1, 2, 3]),
        lambda a, b, c: np.einsum("i,ij", [1.0, 2.0], a),
    ],
)
def test_spellings(call):
    y = call(Tensor(A), Tensor(B), Tensor(C))
    assert isinstance(y, Tensor)
    np.testing.assert_allclose(y.data, call(A, B, C), rtol=1e-12)
    assert gradcheck(call, A, B, C, order=2)


def test_a_chain_is_multiplied_in_a_good_order():
    x, y, z = (Tensor(np.ones(shape), requires_grad=True) for shape in ((2, 50), (50, 60), (60, 1)))
    nodes = walk(np.einsum("ij,jk,kl->il", x, y, z).node)
    assert [node.out.shape for node in nodes] == [(50, 1), (2, 1)]
    assert [node.op.name for node in nodes] == ["einsum", "einsum"]


def test_optimize_reaches_the_row_and_its_gradient():
    x = Tensor(A, requires_grad=True)
    y = np.einsum("ij,jk->ik", x, B, optimize=True)
    assert y.node.params == {"subscripts": "ij,jk->ik", "optimize": True}
    y.sum().backward(create_graph=True)
    np.testing.assert_allclose(x.grad.data, np.ones((2, 4)) @ B.T)


def test_a_path_is_a_constant():
    path, text = np.einsum_path("ij,jk,kl->il", Tensor(A, requires_grad=True), B, C)
    assert path[0] == "einsum_path"
    assert "Complete contraction" in text


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda t: np.einsum("ij,jk", t), ShapeError, "2 terms for 1 operands"),
        (lambda t: np.einsum("ijk->i", t), ShapeError, "a letter for each axis"),
        (lambda t: np.einsum("i->i", t), ShapeError, "write ... for the rest"),
        (lambda t: np.einsum("...j->j", t), ShapeError, "without the axes of '...'"),
        (lambda t: np.einsum("ij->ik", t), ValueError, "subscript"),
        (lambda t: np.einsum("ij,jk->ik", t, np.ones((5, 2))), ValueError, "broadcast"),
        (lambda t: np.einsum("ij->i", t, dtype=np.float32), UnsupportedError, "dtype"),
        (lambda t: np.einsum("ij->i", t, out=np.empty(2)), UnsupportedError, "out"),
    ],
)
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call(Tensor(A, requires_grad=True))
