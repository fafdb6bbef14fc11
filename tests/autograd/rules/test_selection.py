"""Selection: NumPy's arguments and modes, constant conditions, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import DTypeError, ShapeError, UnsupportedError

V, M, C = (4,), (3, 4), (2, 3, 4)
PLACES = np.array([0, 2, -1, 2])


@pytest.mark.parametrize(
    ("call", "shapes"),
    [
        (lambda x: np.take(x, PLACES), [M]),
        (lambda x: np.take(x, PLACES, 1), [M]),
        (lambda x: np.take(x, [[0, 1], [2, 2]], axis=0), [M]),
        (lambda x: np.take(x, -1), [M]),
        (lambda x: np.take(x, np.int8(2), 1), [M]),
        (lambda x: np.take(x, [True, False]), [V]),
        (lambda x: np.take(x, [7, -9], 1, mode="wrap"), [M]),
        (lambda x: np.take(x, [7, -9], 1, mode="clip"), [M]),
        (lambda x: np.take(x, 0), [()]),
        (lambda x: x.take([1, 2]), [M]),
        (lambda x: x.take([1, 5], axis=1, mode="wrap"), [M]),
        (lambda x: np.take_along_axis(x, np.array([[0, 1, 2, -1]]), 0), [M]),
        (lambda x: np.take_along_axis(x, np.array([5, 1]), None), [M]),
        (lambda x: np.take_along_axis(x, np.array([[[1, 0, 3]]]), axis=2), [C]),
        (lambda x, y: np.choose(np.array([0, 1, 1, 0]), [x, y]), [V, ()]),
        (lambda x, y: np.choose(np.array([[0], [1]]), (x, y)), [V, V]),
        (lambda x: np.choose(np.array([0, 2, 1, 0]), x), [M]),
        (lambda x, y: np.choose(1, [x, y]), [V, V]),
        (lambda x, y: np.choose(np.array([0, 5, -3, 1]), [x, y], mode="clip"), [V, V]),
        (lambda x: np.select([x > 0, x < -1], [x, x * 2]), [V]),
        (lambda x: np.select([x > 0], [x * 3], 5.0), [V]),
        (lambda x: np.select([x > 0, x < 0], [1, x]), [V]),
        (lambda x, y: np.select([y > 0], [x], default=y), [V, M]),
        (lambda x: np.select([x > 9], [x]), [V]),
        (lambda x: np.compress([True, False, True], x, 0), [M]),
        (lambda x: np.compress([True], x, axis=1), [M]),
        (lambda x: x.compress([0, 1], axis=0), [M]),
        (lambda x: np.extract(x > 0, x), [M]),
        (lambda x: np.extract([1, 0, 1, 0], x), [V]),
        (lambda x: np.bincount([0, 1, 1, 3], x), [V]),
        (lambda x: np.bincount(PLACES % 3, weights=x, minlength=9), [V]),
        (lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t * t]), [V]),
        (lambda x: np.piecewise(x, x < 0, [lambda t: t * t, 1.0]), [V]),
        (lambda x: np.piecewise(x, [x > 0, x > 0.1], [1.0, lambda t, a: t * a], 3.0), [V]),
        (lambda x: np.piecewise(x, [x > 0], [lambda t, a: t * a, 9], a=2.0), [V]),
        (lambda x: np.piecewise(x, x < 9, [lambda t: t * 2, 3]), [()]),
    ],
)
def test_calls_agree_with_numpy(agree, call, shapes):
    agree(call, *shapes)


def test_places_may_be_tensors():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    places = Tensor([2, 0])
    np.testing.assert_array_equal(np.take(x, places).data, [3.0, 1.0])
    np.testing.assert_array_equal(np.take_along_axis(x, places, axis=0).data, [3.0, 1.0])
    np.testing.assert_array_equal(Tensor([1, 0]).choose([x[:2], x[1:]]).data, [2.0, 2.0])
    np.testing.assert_array_equal(np.compress(Tensor([True, False, True]), x).data, [1.0, 3.0])
    np.testing.assert_array_equal(np.bincount(places, x[:2]).data, [2.0, 0.0, 1.0])
    assert type(np.bincount(places)) is np.ndarray


def test_places_and_conditions_are_kept_as_they_were():
    x = Tensor([1.0, 2.0], requires_grad=True)
    places, conditions = np.array([0, 1]), np.array([[True, False]])
    y = np.take(x, places) + np.bincount(places, x) + np.piecewise(x, conditions, [lambda t: 3 * t])
    places[:], conditions[:] = 0, [[False, True]]
    y.backward(np.array([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad.data, [5.0, 20.0])


def test_the_bad_branch_of_a_piecewise_function_is_not_computed():
    x = Tensor([-1.0, 4.0], requires_grad=True)
    y = np.piecewise(x, [x > 0], [np.sqrt, 0.0])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [0.0, 0.25])


def test_a_condition_alone_is_nonzero():
    x = Tensor([[0.0, 2.0], [3.0, 0.0]], requires_grad=True)
    for found in (np.where(x), np.nonzero(x), x.nonzero(), np.where(x > 0)):
        assert all(type(part) is np.ndarray for part in found)
        np.testing.assert_array_equal(found, [[0, 1], [1, 0]])
    np.testing.assert_array_equal(np.flatnonzero(x), [1, 2])
    np.testing.assert_array_equal(np.argwhere(x), [[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda t: np.take(t, 0, mode="x"), ShapeError, "mode='x'"),
        (lambda t: np.take(t, 0, out=np.empty(())), UnsupportedError, "'out'"),
        (lambda t: np.choose(np.array([0, 2]), [t, t]), ShapeError, "numbers from 0 to 2"),
        (lambda t: np.choose(np.array([0, -1]), [t, t]), ShapeError, "numbers from -1 to 0"),
        (lambda t: np.select([t > 0], [t, t]), ShapeError, "1 conditions and 2 choices"),
        (lambda t: np.select([np.array([1, 0])], [t]), DTypeError, "condition of dtype int64"),
        (lambda t: np.compress([[True]], t), ShapeError, r"condition of shape \(1, 1\)"),
        (lambda t: np.bincount([0], t), ShapeError, r"weights of shape \(2,\) for 1 places"),
        (lambda t: np.piecewise(t, [t > 0], [1, 2, 3]), ShapeError, "1 conditions and 3 functions"),
        (lambda t: np.put_along_axis(t, np.array([0]), 1.0, 0), UnsupportedError, r"np\.put_along_axis.*assign, as"),
        (lambda t: np.put(t, [0], 1.0), UnsupportedError, r"np\.put:.*t\.flat\[indices\] = values"),
        (lambda t: np.apply_along_axis(np.sum, 0, t), UnsupportedError, r"np\.apply_along_axis.*axis="),
        (np.unique, UnsupportedError, r"np\.unique"),
        (np.trim_zeros, UnsupportedError, r"np\.trim_zeros.*slice it"),
    ],
)
def test_what_does_not_fit_or_has_no_rule_is_named(call, error, named):
    with pytest.raises(error, match=named):
        call(Tensor([1.0, 2.0], requires_grad=True))


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.take(t, 9),
        lambda t: np.take(t, 0, axis=1),
        lambda t: np.take_along_axis(t, np.array([9]), 0),
        lambda t: np.compress([0, 0, 1], t),
        lambda t: np.choose(np.array([0.0, 0.5]), [t, t]),
        lambda t: np.bincount([-1, 0], t),
    ],
)
def test_what_numpy_refuses_is_refused(call):
    for t in (np.ones(2), Tensor(np.ones(2), requires_grad=True)):
        with pytest.raises((ValueError, IndexError, TypeError)):
            call(t)
