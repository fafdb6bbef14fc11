"""Products beside the table's samples: lists and numbers as operands, options, methods, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, ops
from autograd.errors import ShapeError, UnsupportedError
from autograd.rules import products
from autograd.tape import walk

RNG = np.random.default_rng(0)
SQUARE, WIDE, CUBE = RNG.normal(size=(3, 3)), RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3, 4))


@pytest.mark.parametrize(
    "product",
    [
        lambda t: np.dot([1.0, 2.0], t),
        lambda t: np.dot(t, 3),
        lambda t: np.dot(2.0, t),
        lambda t: np.inner([1.0, 2.0, 3.0], t),
        lambda t: np.inner(t, 3.0),
        lambda t: np.outer([1.0, 2.0], t),
        lambda t: np.vdot([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], t),
        lambda t: np.kron([1, 2], t),
        lambda t: np.kron(t, [[1], [2]]),
        lambda t: np.tensordot([[1.0, 2.0]], t, 1),
        lambda t: np.tensordot(t, np.int64(2), axes=0),
        lambda t: np.tensordot(t, CUBE, axes=([1, 0], [1, 0])),
        lambda t: np.cross([1.0, 2.0, 3.0], t),
        lambda t: np.cross(t, [1, 2, 3]),
        lambda t: np.linalg.cross(t, [[1.0, 2.0, 3.0]]),
        lambda t: np.linalg.vecdot([1.0, 2.0, 3.0], t),
        lambda t: np.linalg.matmul(t, SQUARE),
        lambda t: np.linalg.multi_dot([WIDE.T, t, [1.0, 2.0, 3.0]]),
        lambda t: np.linalg.outer([1.0, 2.0], t[0]),
        lambda t: np.trace(t, 1),
        lambda t: np.linalg.trace(t, offset=-1),
        np.linalg.diagonal,
        lambda t: t.dot(SQUARE),
        lambda t: t.trace(offset=1),
    ],
)
def test_values_and_gradients(product):
    t = Tensor(WIDE, requires_grad=True)
    y = product(t)
    assert isinstance(y, Tensor)
    expected = product(WIDE)
    assert (y.shape, y.dtype) == (np.shape(expected), np.asarray(expected).dtype)
    np.testing.assert_allclose(y.data, expected, rtol=1e-13)
    assert gradcheck(product, WIDE, order=2)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("sizes", [(n, m) for n in range(1, 7) for m in range(1, 7)])
def test_convolve_and_correlate_are_trimmed_as_numpy_trims(sizes, mode):
    a, v = RNG.normal(size=sizes[0]), RNG.normal(size=sizes[1])
    for function in (np.convolve, np.correlate):
        y = function(Tensor(a), v, mode=mode)
        np.testing.assert_allclose(y.data, function(a, v, mode=mode), rtol=1e-12, atol=1e-14)


def test_convolve_takes_numbers_and_lists():
    t = Tensor(2.0, requires_grad=True)
    y = np.convolve(t, [1.0, 3.0])
    np.testing.assert_array_equal(y.data, [2.0, 6.0])
    y.sum().backward()
    assert t.grad.item() == 4.0


def test_cross_of_the_plane():
    # NumPy warns that it will drop vectors of length 2; for tensors they stay.
    a, b = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    assert np.cross(Tensor(a), b).item() == 1 * 5 - 2 * 3
    np.testing.assert_array_equal(grad(np.cross)(a, Tensor(b)), [5.0, -3.0])
    mixed = np.cross(Tensor(a), np.array([3.0, 5.0, 7.0]))
    np.testing.assert_array_equal(mixed.data, [14.0, -7.0, -1.0])
    assert gradcheck(products.cross, a, np.array([3.0, 5.0, 7.0]), order=2)


def test_the_cheapest_order_of_a_chain():
    shapes = [(30, 35), (35, 15), (15, 5), (5, 10), (10, 20), (20, 25)]  # the example of Cormen et al.
    parts = [Tensor(RNG.normal(size=shape), requires_grad=True) for shape in shapes]
    y = np.linalg.multi_dot(parts)
    assert [node.out.shape for node in walk(y.node)] == [(35, 5), (30, 5), (5, 20), (5, 25), (30, 25)]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda t: np.tensordot(t, SQUARE, axes=(0, 0)), ShapeError, "axes of equal lengths"),
        (lambda t: np.tensordot(t.reshape((3, 2)), WIDE, axes=([0, 1], [0, 1])), ShapeError, "axes of equal lengths"),
        (lambda t: np.cross(t, np.ones((2, 4))), ShapeError, "lengths 2 or 3"),
        (lambda t: np.linalg.cross(t[:, :2], t[:, :2]), ShapeError, "length 3"),
        (lambda t: np.linalg.outer(t, t), ShapeError, "np.outer"),
        (lambda t: np.linalg.multi_dot([t]), ShapeError, "at least two"),
        (lambda t: np.convolve(t[0], t[1], mode="around"), UnsupportedError, "mode='around'"),
        (lambda t: np.correlate(t[0], t[1], mode="around"), UnsupportedError, "mode='around'"),
        (lambda t: np.trace(t, dtype=np.float32), UnsupportedError, "dtype"),
        (lambda t: np.dot(t, SQUARE, out=np.empty((2, 3))), UnsupportedError, "out"),
        (lambda t: np.vecdot(t, t, axis=0), UnsupportedError, "axis="),
    ],
)
def test_refusals(call, error, words):
    with pytest.raises(error, match="expected") as caught:
        call(Tensor(WIDE, requires_grad=True))
    assert words in str(caught.value)


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="NumPy 2.2 has matvec")
def test_matvec_and_vecmat_are_rows():
    assert {"matvec", "vecmat"} <= set(ops.table)
