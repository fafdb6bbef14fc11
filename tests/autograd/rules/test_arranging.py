"""Order and repetition: NumPy's arguments, what stays a view and what is copied, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError

V, M, C = (4,), (3, 4), (2, 3, 4)


@pytest.mark.parametrize(
    ("call", "shapes"),
    [
        (np.flip, [M]),
        (lambda x: np.flip(x, (0, 2)), [C]),
        (np.fliplr, [M]),
        (np.flipud, [V]),
        (lambda x: np.rot90(x, 3, (1, 0)), [M]),
        (lambda x: np.rot90(x, -1, (0, 2)), [C]),
        (lambda x: np.rot90(x, 2), [M]),
        (lambda x: np.rot90(x, 0), [M]),
        (lambda x: np.roll(x, (1, 2), 0), [M]),
        (lambda x: np.roll(x, [1, -1], [0, 1]), [M]),
        (lambda x: np.roll(x, 7, 1), [M]),
        (lambda x: np.roll(x, 2), [()]),
        (lambda x: np.tile(x, (2, 1, 2)), [M]),
        (lambda x: np.tile(x, np.array([2, 2])), [V]),
        (lambda x: np.tile(x, (2,)), [C]),
        (lambda x: np.tile(x, (1, 1, 1)), [M]),
        (lambda x: np.tile(x, [0, 2]), [V]),
        (lambda x: np.repeat(x, [1, 0, 3], 0), [M]),
        (lambda x: np.repeat(x, np.int64(2)), [M]),
        (lambda x: np.repeat(x, [2], axis=-1), [M]),
        (lambda x: np.repeat(x, 1), [M]),
        (lambda x: x.repeat(2), [M]),
        (lambda x: x.repeat([1, 2, 0], axis=0), [M]),
        (lambda x: np.resize(x, (2, 2)), [M]),
        (lambda x: np.resize(x, 7), [V]),
        (lambda x: np.resize(x, (0, 3)), [V]),
        (lambda x, y: np.meshgrid(x, y[0]), [V, M]),
        (lambda x, y: np.meshgrid(x, y, x, indexing="ij"), [V, ()]),
        (lambda x, y: np.meshgrid(x, y, sparse=True), [M, V]),
        (lambda x: np.meshgrid(x, [1.0, 2.0]), [V]),
        (lambda x: np.ix_(x, [1, 2]), [V]),
        (lambda x: np.ix_(x, np.array([True, False])), [V]),
        (lambda x: np.ix_(x, []), [V]),
    ],
)
def test_calls_agree_with_numpy(agree, call, shapes):
    agree(call, *shapes)


def test_counts_may_be_a_tensor():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = np.repeat(x, Tensor([2, 1]))
    np.testing.assert_array_equal(y.data, [1.0, 1.0, 2.0])
    np.testing.assert_array_equal(np.tile(x, Tensor([2])).data, [1.0, 2.0, 1.0, 2.0])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 1.0])


@pytest.mark.parametrize("turn", [np.flip, np.flipud, np.rot90, lambda y: np.rot90(y, 0), lambda y: np.rot90(y, 2)])
def test_what_is_turned_round_is_a_view(turn):
    y = Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True) * 1.0
    expected = np.arange(6.0).reshape(2, 3)
    turn(y)[0] = 9.0
    turn(expected)[0] = 9.0
    np.testing.assert_array_equal(y.data, expected)


@pytest.mark.parametrize(
    "make",
    [lambda y: np.tile(y, 1), lambda y: np.repeat(y, 1), lambda y: np.resize(y, 3), lambda y: np.meshgrid(y)[0]],
)
def test_what_is_repeated_once_is_a_copy(make):
    for tracked in (True, False):
        y = Tensor(np.ones(3), requires_grad=tracked) * 1.0
        make(y)[0] = 9.0
        np.testing.assert_array_equal(y.data, np.ones(3))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda t: np.rot90(t, 1, (0, -2)), r"np\.rot90: got axes \(0, -2\)"),
        (lambda t: np.resize(t, (-1, 2)), r"np\.resize: got new_shape \(-1, 2\)"),
        (lambda t: np.meshgrid(t, indexing="yx"), r"np\.meshgrid: got indexing='yx'"),
        (np.ix_, r"np\.ix_: got shape \(2, 2\)"),
    ],
)
def test_arguments_that_do_not_fit_are_named(call, named):
    with pytest.raises(ShapeError, match=named):
        call(Tensor(np.ones((2, 2)), requires_grad=True))


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.tile(t, -1),
        lambda t: np.repeat(t, -1),
        lambda t: np.repeat(t, [1, 2, 3]),
        lambda t: np.repeat(t, 1, 3),
        lambda t: np.roll(t, 1, 5),
        lambda t: np.flip(t, 3),
        np.fliplr,
        np.rot90,
    ],
)
def test_what_numpy_refuses_is_refused(call):
    for t in (np.ones(2), Tensor(np.ones(2), requires_grad=True)):
        with pytest.raises((ValueError, IndexError)):
            call(t)
