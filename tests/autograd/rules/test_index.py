"""Indexing: every kind of index NumPy knows, repeated places, large arrays, and indices that change later."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.rules.index import SCATTER_ADD

ROWS = np.array([0, 2, 2, -1])
INDICES = [
    0,
    -1,
    np.int64(1),
    (),
    ...,
    None,
    slice(None, None, -2),
    (slice(None), 1, slice(1, 3)),
    (..., None, 1),
    [0, 0, 1],
    ROWS % 2,
    np.array([[0, -1], [1, 1]]),
    np.array(1),
    (slice(None), ROWS),
    (slice(None), slice(None), ROWS),
    (..., ROWS),
    (1, ROWS),
    (ROWS[:2] % 2, ROWS[:2]),
    (np.array([[0], [1]]), ROWS[:3]),
    (np.array([[0], [1]]), slice(1, None), ROWS),
    (ROWS[:2] % 2, None, ROWS[:2]),
    (ROWS[:2] % 2, ..., ROWS[:2]),
    (None, [0, 1], ..., slice(None, 2)),
    ([1, 0], 1, [3, 3]),
    [True, False],
    np.array([True, False]),
    (slice(None), np.array([True, False, True])),
    (np.array([True, True]), [1, 1]),
    (np.array([True, False]), np.array([[0, 1, 2]]), ROWS[:3]),
    (np.arange(6).reshape(2, 3) % 2 == 0, [0, 3, 3]),
    True,
    False,
    np.True_,
    (np.array(True), [0, 0]),
    (slice(None), np.arange(12).reshape(3, 4) % 5 == 0),
    (0, np.arange(12).reshape(3, 4) % 2 == 0),
    np.arange(24).reshape(2, 3, 4) % 5 == 0,
    [],
    np.zeros((2, 0), int),
]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_every_kind_of_index_agrees_with_numpy(agree, index):
    agree(lambda x: x[index], (2, 3, 4))


@pytest.mark.parametrize("index", [(), ..., None, True, np.array(False)], ids=repr)
def test_a_scalar_can_be_indexed(agree, index):
    agree(lambda x: x[index], ())


MANY = np.random.default_rng(0).integers(-2, 2, size=(30, 40))


@pytest.mark.parametrize(
    "index",
    [
        *INDICES,
        MANY,
        (MANY, MANY),
        (MANY, 1),
        (slice(None), MANY),
        (..., MANY),
        (MANY, None, MANY),
        (0, MANY, MANY, MANY),
    ],
    ids=repr,
)
def test_large_arrays_go_back_like_small_ones(index):
    shape = (2, 3, 4, 200)
    g = np.random.default_rng(0).normal(size=np.zeros(shape)[index].shape)
    expected = np.zeros(shape)
    np.add.at(expected, index, g)
    np.testing.assert_allclose(SCATTER_ADD(g, index=index, shape=shape), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_rows_of_a_table(dtype):
    rng = np.random.default_rng(0)
    table = Tensor(rng.normal(size=(50, 8)).astype(dtype), requires_grad=True)
    words = rng.integers(-50, 50, size=(20, 30))
    y = table[words]
    np.testing.assert_array_equal(y.data, table.data[words])
    y.backward(np.ones(y.shape, dtype))
    counts = np.bincount(words.ravel() % 50, minlength=50)
    assert table.grad.dtype == dtype
    np.testing.assert_array_equal(table.grad.data, np.broadcast_to(counts[:, None], (50, 8)).astype(dtype))


def test_repeated_places_add_up():
    x = Tensor([5.0, 7.0], requires_grad=True)
    x[[0, 0, 1]].sum().backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 1.0])


@pytest.mark.parametrize("index", [np.array([0, 1]), [0, 1], np.array([True, True, False])], ids=repr)
def test_an_index_is_kept_as_it_was_read(index):
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x[index]
    index[0] = index[2] if len(index) > 2 else 2
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 1.0, 0.0])


def test_tensors_are_indices():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    np.testing.assert_array_equal(x[Tensor([1, 0]), [0, Tensor(1)]].data, [3.0, 2.0])
    np.testing.assert_array_equal(x[x > 2].data, [3.0, 4.0])


@pytest.mark.parametrize("index", [5, [3], (0, 0, 0), "a", 1.5, [True, False, True]], ids=repr)
def test_what_numpy_refuses_is_refused(index):
    for x in (np.ones((2, 2)), Tensor(np.ones((2, 2)), requires_grad=True)):
        with pytest.raises(IndexError):
            x[index]
