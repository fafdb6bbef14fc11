"""Diagonals, triangles and powers: NumPy's arguments, empty diagonals, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError, UnsupportedError

V, M, C = (4,), (3, 4), (2, 3, 4)


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        *[(lambda x, k=k: np.diag(x, k), shape) for shape in (V, M, (4, 3)) for k in (-2, 0, 1)],
        (lambda x: np.diag(x, 9), M),
        (lambda x: np.diag(x, -9), M),
        (lambda x: np.diag(x[:0], 2), V),
        (lambda x: np.diagflat(x, -1), M),
        (np.diagflat, ()),
        (lambda x: np.diagonal(x, 1, 1, 2), C),
        (lambda x: np.diagonal(x, -1, -1, 0), C),
        (lambda x: np.diagonal(x.T, -1), M),
        (lambda x: x.diagonal(1, 1, 2), C),
        (lambda x: x.diagonal(), M),
        (lambda x: np.linalg.diagonal(x, offset=1), C),
        (lambda x: np.tril(x, -1), C),
        (lambda x: np.triu(x, 1), V),
        (lambda x: np.triu(x, -9), M),
        (lambda x: np.vander(x, 3, True), V),
        (lambda x: np.vander(x, 0), V),
    ],
)
def test_calls_agree_with_numpy(agree, call, shape):
    agree(call, shape)


def test_triangles_hide_what_is_not_a_number():
    x = Tensor([[1.0, np.nan], [2.0, 3.0]], requires_grad=True)
    y = np.tril(x)
    assert y.sum().item() == 6.0
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [[1.0, 0.0], [1.0, 1.0]])


def test_powers_at_zero():
    x = Tensor([0.0, 2.0], requires_grad=True)
    np.vander(x, 3).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 5.0])


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda t: np.diag(t[..., None]), r"np\.diag: got shape \(2, 2, 1\)"),
        (lambda t: np.diagonal(t[0]), r"np\.diagonal: got shape \(2,\)"),
        (lambda t: np.diagonal(t, 0, 1, -1), r"np\.diagonal: got axes 1 and -1"),
        (np.vander, r"np\.vander: got shape \(2, 2\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, named):
    with pytest.raises(ShapeError, match=named):
        call(Tensor(np.ones((2, 2)), requires_grad=True))


def test_filling_in_place_says_what_to_do():
    with pytest.raises(UnsupportedError, match=r"np\.fill_diagonal.*t\[i, i\] = value"):
        np.fill_diagonal(Tensor(np.ones((2, 2)), requires_grad=True), 0.0)
    y = Tensor(np.ones((2, 2)), requires_grad=True) * 1.0
    i = np.arange(2)
    y[i, i] = 0.0
    np.testing.assert_array_equal(y.data, [[0.0, 1.0], [1.0, 0.0]])
