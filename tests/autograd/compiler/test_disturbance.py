"""Other numbers are other numbers, and what was there comes back bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiler.disturbance import DISTURBED, SHAKEN, blocks

EDGES = (0.0, -0.0, np.inf, -np.inf, np.nan, 0.013, -0.013, 1.0, -1.0)


@given(st.data())
def test_any_bits_come_back(data):
    size = data.draw(st.sampled_from([2, 4, 8]))
    drawn = data.draw(st.binary(min_size=0, max_size=20 * size))
    floats = np.frombuffer(drawn[: len(drawn) // size * size], f"f{size}")
    floats = np.concatenate([floats, np.array(EDGES, floats.dtype), [np.finfo(floats.dtype).tiny / 2]])
    for disturbance in (DISTURBED, SHAKEN):
        there = disturbance.there(floats.astype(floats.dtype))
        assert disturbance.back(there).tobytes() == floats.tobytes()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_numbers_are_other_numbers_of_the_same_size_and_sign(dtype):
    x = np.exp(np.random.default_rng(0).normal(size=500)).astype(dtype)
    there, shaken = DISTURBED.there(x), SHAKEN.there(x)
    assert (there > 0).all()
    infinite = np.array([np.inf, -np.inf, np.nan], dtype)
    assert np.array_equal(SHAKEN.there(infinite), infinite, equal_nan=True)
    assert np.abs(np.sort(there) / np.sort(x) - 1).max() < 0.05
    assert (there != np.roll(x, 1)).all()
    assert (there != x).mean() > 0.9
    assert 0 < np.abs(shaken / x - 1).max() < 0.003
    for same in (np.zeros(5, dtype), np.ones(5, dtype)):
        assert (DISTURBED.there(same) != same).all()
    assert np.array_equal(SHAKEN.there(np.zeros(5, dtype)), np.zeros(5, dtype))


@pytest.mark.parametrize("dtype", ["i4", "?", "c8", ">f4", "U3", "O", np.longdouble])
def test_other_kinds_change_their_order(dtype):
    x = np.array([1, 0, 0, 1, 1]).astype(dtype)
    there = DISTURBED.there(x)
    assert sorted(map(str, there)) == sorted(map(str, x))
    assert there.tolist() != x.tolist()
    assert DISTURBED.back(there).tolist() == x.tolist()
    assert SHAKEN.there(x).tolist() == x.tolist()


def test_blocks_are_views_in_the_order_of_memory():
    turned = np.zeros((70, 30, 20)).transpose(2, 0, 1).copy(order="K")
    for array in (np.zeros(40_000), np.zeros((200, 300)).T, turned, np.zeros(())):
        for i, block in enumerate(blocks(array)):
            block[...] = i + 1
        assert (array > 0).all()
        flat = array.ravel(order="K")
        assert (np.diff(flat) >= 0).all()
    assert blocks(np.zeros((4, 6))[:, ::2]) is None
