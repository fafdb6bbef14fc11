"""Calls that are written otherwise for speed: the numbers are the same, bit for bit, and what helps is used."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
from autograd.compiler.rewriting import SPREAD


def both(step, *args):
    """What a function gives compiled, after it was seen to be what it gives by itself; and the program."""
    fast = autograd.compile(step)
    for _ in range(2):
        expected, found = step(*args), fast(*args)
        assert (found.shape, found.dtype, found.tobytes()) == (expected.shape, expected.dtype, expected.tobytes())
    return fast.source


ROWS = np.linspace(-2, 2, 600, dtype=np.float32).reshape(20, 30)
BIAS = np.linspace(-1, 1, 30, dtype=np.float32)


@pytest.mark.parametrize("op", [np.add, np.subtract, np.multiply, np.maximum, np.greater])
@pytest.mark.parametrize("other", [BIAS, BIAS[:20, None], BIAS[None]], ids=["row", "column", "matrix of one row"])
def test_an_operand_for_all_rows_is_spread_out_first(op, other):
    assert "[...] =" in both(op, ROWS, other)
    assert "[...] =" in both(op, other, ROWS)


def test_so_is_one_that_meets_columns_that_lie_together():
    source = both(lambda x, b: np.tanh(x.T).T * b, ROWS, BIAS)
    assert source.count("[...] =") == 1


def test_truth_values_are_turned_into_numbers_first():
    assert "[...] =" in both(lambda x: x * (x > 0), ROWS)
    assert "[...] =" not in both(lambda x: (x > 1) | (x < 0), ROWS)


def test_what_needs_nothing_is_left_as_it_is():
    for plain in (lambda x: x * 2.0, lambda x: x * x, lambda x: x[:, :1] * x[:, 1:2], lambda x: np.add(x, 1, x * 2)):
        assert "[...] =" not in both(plain, ROWS)
    wide = np.ones((20, SPREAD // 4), np.float32)
    assert "[...] =" not in both(np.add, wide, wide[0] * 2)
    whole = np.arange(600).reshape(20, 30)
    assert "[...] =" not in both(lambda x, b: x + b, whole, whole[0])


@pytest.mark.parametrize("shape", [(20, 30), (7,), (4, SPREAD // 4), (SPREAD, 3)])
@pytest.mark.parametrize("op", [np.maximum, np.minimum])
def test_one_number_in_a_maximum_becomes_an_array(shape, op):
    x = np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    source = both(lambda x: op(x, 0.25), x)
    assert ("= 0.25" in source) == (
        shape == (SPREAD, 3)
    )  # the last is too large for an array, and for a row too narrow


def test_a_number_that_changes_stays_a_number():
    x = np.linspace(-1, 1, 12).reshape(3, 4)
    fast = autograd.compile(np.maximum)
    for low in (0.0, 0.5):
        np.testing.assert_array_equal(fast(x, np.array(low)), np.maximum(x, low))
    counter = np.zeros(())

    def counting(x):
        counter[...] += 0.25
        return np.minimum(x, counter)

    fast = autograd.compile(counting)
    assert [fast(x).max() for _ in range(3)] == [0.25, 0.5, 0.75]


def test_an_array_of_one_number_is_met_as_a_number():
    one = np.array([0.5], np.float32)
    for op in (np.add, np.maximum):
        source = both(op, ROWS[:, :1], one)
        assert "[...] =" not in source
        assert ": float32 ()" in source or op is np.maximum
    both(np.add, one, one[:, None])


def test_a_copy_onto_itself_is_left_out():
    seen = np.zeros(3)

    def step(x):
        seen[...] += x
        return x * 2

    fast = autograd.compile(step)
    fast(np.ones(3)), fast(np.ones(3))
    assert seen.tolist() == [2.0, 2.0, 2.0]
    assert "[...] =" not in fast.source


def test_products_of_vectors_are_made_in_place():
    x = np.linspace(-1, 1, 12, dtype=np.float32)
    assert "[...] =" not in both(lambda x: np.asarray(x.dot(x)), x)
