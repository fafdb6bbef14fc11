"""Shape, order of axes, dtype: NumPy's arguments, views, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError, UnsupportedError

M, C = (3, 4), (2, 3, 4)


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        (lambda x: np.reshape(x, (4, 3)), M),
        (lambda x: np.reshape(x, -1), M),
        (lambda x: np.reshape(x, [6, 2]), M),
        (lambda x: np.reshape(x, (2, -1), "F"), M),
        (lambda x: np.reshape(x, (1, 1)), ()),
        (lambda x: x.reshape(4, 3), M),
        (lambda x: x.reshape((4, 3), order="F"), M),
        (np.ravel, M),
        (lambda x: np.ravel(x, "F"), M),
        (lambda x: np.ravel(x.T), M),
        (lambda x: x.ravel("F"), M),
        (lambda x: x.flatten(), M),
        (lambda x: x.flatten("F"), M),
        (lambda x: np.permute_dims(x, (-1, 0, 1)), C),
        (np.matrix_transpose, C),
        (np.linalg.matrix_transpose, C),
        (lambda x: x.mT, C),
        (lambda x: np.moveaxis(x, [0, 1], [-1, -2]), C),
        (lambda x: np.rollaxis(x, 2), C),
        (lambda x: np.rollaxis(x, 0, 3), C),
        (lambda x: np.rollaxis(x, 1, -1), C),
        (lambda x: np.rollaxis(x, -1, 1), C),
        (np.squeeze, (1, 3, 1)),
        (lambda x: np.squeeze(x, axis=(0,)), (1, 3, 1)),
        (lambda x: x.squeeze(), (1, 3, 1)),
        (lambda x: x.squeeze(0), (1, 3, 1)),
        (lambda x: np.expand_dims(x, (0, 3)), M),
        (lambda x: np.atleast_1d(x, 3.0), ()),
        (lambda x: np.atleast_2d(x, x[0]), M),
        (lambda x: np.atleast_3d(x, x[0], x[0, 0]), M),
        (lambda x: np.broadcast_to(x, 4), (4,)),
        (lambda x: np.broadcast_arrays(x, x[0], 1.0), M),
        (lambda x: np.copy(x, "F"), M),
        (lambda x: x.copy(), M),
        (lambda x: x.copy("F"), M),
        (lambda x: x.T.copy("K"), M),
    ],
)
def test_calls_agree_with_numpy(agree, call, shape):
    agree(call, shape)


def test_reshape_copies_when_asked_and_refuses_a_copy_when_told():
    x = Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    assert np.may_share_memory(x.reshape(6), x)
    assert not np.may_share_memory(x.reshape(6, copy=True), x)
    assert np.may_share_memory(x.reshape(6, copy=False), x)
    with pytest.raises(ShapeError, match=r"copy=False for a new shape \(6,\)"):
        x.T.reshape(6, copy=False)
    empty = Tensor(np.ones((0, 3)), requires_grad=True)
    assert empty.reshape((3, 0), copy=False).shape == (3, 0)
    x.reshape(6, copy=True).sum().backward()
    np.testing.assert_array_equal(x.grad.data, np.ones((2, 3)))


@pytest.mark.parametrize("order", ["A", "K"])
def test_orders_that_depend_on_memory_are_refused(order):
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    for call in (np.ravel, Tensor.ravel, Tensor.flatten):
        with pytest.raises(UnsupportedError, match=f"order='{order}'"):
            call(x, order=order)


def test_a_vector_has_no_matrix_transpose():
    with pytest.raises(ShapeError, match=r"np\.matrix_transpose: got shape \(2,\)"):
        np.matrix_transpose(Tensor([1.0, 2.0]))


@pytest.mark.parametrize(
    "look",
    [
        lambda y: y.reshape(3, 2),
        lambda y: np.reshape(y, (3, 2), order="F"),
        np.ravel,
        lambda y: np.moveaxis(y, 0, 1),
        lambda y: np.rollaxis(y, 1),
        np.squeeze,
        np.matrix_transpose,
        np.atleast_3d,
        lambda y: y.flat,
    ],
)
def test_views_are_written_through_where_numpys_are(look):
    expected = np.arange(6.0).reshape(2, 3)
    x = Tensor(expected, requires_grad=True)
    y = x * 1.0
    look(y)[1] = 7.0
    look(expected)[1] = 7.0
    np.testing.assert_array_equal(y.data, expected)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, expected != 7.0)


@pytest.mark.parametrize(
    "make", [lambda y: y.flatten(), lambda y: y.copy(), np.copy, lambda y: y.reshape(6, copy=True)]
)
def test_copies_are_not_written_through(make):
    y = Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True) * 1.0
    copied = make(y)
    copied[0] = 7.0
    np.testing.assert_array_equal(y.data, np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize("function", [np.asarray, np.ascontiguousarray, np.asfortranarray, np.require, np.array])
def test_constructors_cannot_dispatch_and_say_so(function):
    with pytest.raises(UnsupportedError, match=r"lose its gradient.*np\.stack"):
        function(Tensor([1.0, 2.0], requires_grad=True))
