"""Joining and cutting: NumPy's arguments, overlapping parts, nested blocks, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError, UnsupportedError

V, M, C = (4,), (3, 4), (2, 3, 4)


@pytest.mark.parametrize(
    ("call", "shapes"),
    [
        (lambda x: np.split(x, 3), [M]),
        (lambda x: np.split(x, [1, 5], axis=-1), [M]),
        (lambda x: np.split(x, [2, 1]), [V]),
        (lambda x: np.split(x, [3, 1], axis=1), [M]),
        (lambda x: np.split(x, [-1]), [V]),
        (lambda x: np.split(x, np.array([1, 3])), [V]),
        (lambda x: np.array_split(x, 5), [M]),
        (lambda x: np.array_split(x, 3, axis=1), [M]),
        (lambda x: np.hsplit(x, 2), [V]),
        (lambda x: np.hsplit(x, 2), [M]),
        (lambda x: np.vsplit(x, [1]), [M]),
        (lambda x: np.dsplit(x, 2), [C]),
        (lambda a, b: np.hstack((a, b, 1.0)), [(), ()]),
        (np.hstack, [M]),
        (np.vstack, [C]),
        (lambda a, b: np.vstack((a, b)), [V, M]),
        (lambda a, b: np.dstack((a, b)), [(), (1, 1, 2)]),
        (lambda a, b: np.column_stack((a, b.T)), [(4,), M]),
        (lambda a, b: np.concat((a, b)), [V, V]),
        (lambda a: np.concatenate([a, np.ones(2)]), [V]),
        (lambda a, b: np.stack((a, b), axis=1), [V, V]),
        (np.stack, [M]),
        (lambda a, b: np.block([[a, a], [b, b]]), [M, M]),
        (lambda a, b: np.block([a, b]), [V, ()]),
        (lambda a, b: np.block([[a, a[:, :1]], [b, 3.0]]), [M, V]),
        (lambda a: np.block([[[a]], [[a]]]), [C]),
        (np.block, [M]),
        (lambda a: np.append(a, 1.0), [V]),
        (np.append, [M, V]),
        (lambda a: np.append([1.0], a), [M]),
        (lambda a, b: np.append(a, b, axis=-1), [M, M]),
        (lambda a: np.insert(a, 1, 5.0), [V]),
        (lambda a, b: np.insert(a, 2, b), [V, (2,)]),
        (lambda a, b: np.insert(a, [1, 1, 3], b), [V, (3,)]),
        (lambda a, b: np.insert(a, 1, b, axis=0), [M, V]),
        (lambda a, b: np.insert(a, 1, b, axis=1), [M, (3,)]),
        (lambda a, b: np.insert(a, [1], b, axis=1), [M, (3, 2)]),
        (lambda a: np.insert(a, [0, 2], 0.5, axis=1), [M]),
        (lambda a, b: np.insert(a, slice(0, 2), b, axis=1), [M, (2,)]),
        (lambda a: np.insert(a, slice(1, 2), [7.0, 8.0]), [V]),
        (lambda a: np.insert(a, [], []), [V]),
        (lambda a, b: np.insert(a, [0, -1], b), [V, (2,)]),
        (lambda a: np.insert(a, 5, 1.0), [M]),
        (lambda a: np.delete(a, [0, -1]), [V]),
        (lambda a: np.delete(a, 1, 0), [M]),
        (lambda a: np.delete(a, slice(None, None, 2), 1), [M]),
        (lambda a: np.delete(a, np.array([True, False, False, True])), [V]),
        (lambda a: np.delete(a, []), [V]),
        (lambda a: np.delete(a, 5), [M]),
    ],
)
def test_calls_agree_with_numpy(agree, call, shapes):
    agree(call, *shapes)


@pytest.mark.skipif(not hasattr(np, "unstack"), reason="np.unstack came with NumPy 2.1")
def test_unstack(agree):
    agree(np.unstack, M)
    agree(lambda x: np.unstack(x, axis=-1), C)


def test_integer_tensors_say_where():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    places = Tensor([0, 2])
    np.testing.assert_array_equal(np.delete(x, places).data, [2.0])
    np.testing.assert_array_equal(np.insert(x, places, 9.0).data, [9.0, 1.0, 2.0, 9.0, 3.0])
    for split in (np.split, np.array_split, np.hsplit):
        assert [part.size for part in split(x, Tensor([1]))] == [1, 2]


def test_inserted_values_take_the_arrays_dtype():
    x = Tensor(np.ones(2, np.float32), requires_grad=True)
    values = Tensor([3.0, 4.0], requires_grad=True)
    y = np.insert(x, [0, 1], values)
    assert y.dtype == np.float32
    y.sum().backward()
    assert (x.grad.dtype, values.grad.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda t: np.hsplit(t[0, 0], 1), r"np\.hsplit: got shape \(\)"),
        (lambda t: np.vsplit(t[0], 2), r"np\.vsplit: got shape \(2,\)"),
        (lambda t: np.dsplit(t, 2), r"np\.dsplit: got shape \(2, 2\)"),
        (lambda t: np.block([[t], t]), r"np\.block: got lists \[0, 1\] deep"),
        (lambda t: np.block([t, []]), r"np\.block: got an empty list"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, named):
    with pytest.raises(ShapeError, match=named):
        call(Tensor(np.ones((2, 2)), requires_grad=True))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda t: np.hstack([t, t], dtype=np.float32), r"np\.hstack: got an unexpected keyword argument 'dtype'"),
        (lambda t: np.concatenate([t, t], dtype=np.float32), "dtype="),
        (lambda t: np.stack([t, t], out=np.empty((2, 2))), "out="),
    ],
)
def test_other_options_are_refused_by_name(call, named):
    with pytest.raises(UnsupportedError, match=named):
        call(Tensor([1.0, 2.0], requires_grad=True))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda t: np.array_split(t, 0), ValueError),
        (lambda t: np.split(t, 2), ValueError),
        (lambda t: np.insert(t, 9, 1.0), IndexError),
        (lambda t: np.insert(t, [1, 2], [1.0, 2.0, 3.0]), ValueError),
        (lambda t: np.insert(t, 1, 1.0, axis=1), IndexError),
        (lambda t: np.delete(t, 9), IndexError),
        (lambda t: np.delete(t, 0, 2), IndexError),
    ],
)
def test_what_numpy_refuses_is_refused(call, error):
    for t in (np.ones(3), Tensor(np.ones(3), requires_grad=True)):
        with pytest.raises(error):
            call(t)


def test_a_block_is_a_copy():
    y = Tensor(np.ones((2, 2)), requires_grad=True) * 1.0
    np.block(y)[0] = 5.0
    np.testing.assert_array_equal(y.data, np.ones((2, 2)))
