"""Branches in library code become checks: another outcome gets a program of its own, before anything is changed."""

from __future__ import annotations

import builtins
import types

import numpy as np
import pytest

import autograd
from autograd import errors


def in_library(function):
    """The function as if a library had it, whose branches on values are checks of its arguments."""
    home = {"np": np, "__name__": "nn.somewhere", "__builtins__": builtins}
    return types.FunctionType(function.__code__, home, function.__name__, None, function.__closure__)


def test_another_outcome_is_another_program():
    @in_library
    def step(x):
        return x * 2 if (x[0] > 4).all() else np.tanh(x) + 1

    fast = autograd.compile(step)
    sources = []
    for x in ([5.0, 1.0], [5.5, 2.0], [1.0, 5.0], [6.0, 0.0]):
        np.testing.assert_array_equal(fast(np.array(x)), step(np.array(x)))
        sources.append(fast.source)
    assert sources[0] == sources[1] == sources[3]
    assert sources[0] != sources[2]
    assert "raise Differs" in sources[0]


def test_a_check_comes_before_what_is_changed():
    seen = np.zeros(2)

    @in_library
    def step(x):
        seen[...] = x
        if not (x > 0).all():
            raise ValueError("not these")
        return x * 1.0

    fast = autograd.compile(step)
    fast(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="not these"):
        fast(np.array([-1.0, 2.0]))
    assert seen.tolist() == [1.0, 2.0]


def test_a_check_of_what_the_step_changed_is_refused():
    seen = np.ones(2)

    @in_library
    def step(x):
        seen[...] = seen + x
        return x if (seen > 0).all() else -x

    with pytest.raises(errors.UnsupportedError, match="changed in this same step"):
        autograd.compile(step)(np.ones(2))
    assert seen.tolist() == [1.0, 1.0]


def test_a_check_of_what_is_written_twice_stays_in_its_place():
    @in_library
    def step(x):
        y = x * 1.0
        z = y + 1.0
        y += 5.0
        return z if (y > 0).all() else -z

    fast = autograd.compile(step)
    for x in (np.ones(2), np.array([2.0, -3.0]), np.array([2.0, -30.0])):
        np.testing.assert_array_equal(fast(x), step(x))


@pytest.mark.parametrize(
    "choose",
    [
        lambda x, first: np.exp(x) if first > 0.5 else np.tanh(x),  # another call
        lambda x, first: x * 2.0 if first > 0.5 else np.tanh(x * 2.0) + x,  # more calls
        lambda x, first: np.tanh(x * 2.0) + x if first > 0.5 else x * 2.0,  # fewer
        lambda x, first: x + np.ones(1 if first > 0.5 else 2),  # a constant of another size
        lambda x, first: np.clip(x, 0.0, None if first > 0.5 else 2.0),  # another option
        lambda x, first: (x, first),  # a number in the result
    ],
)
def test_branches_past_numpy_are_found_on_other_numbers(choose):
    fast = autograd.compile(lambda x: choose(x, float(np.asarray(x)[0])))
    with pytest.raises(errors.UnsupportedError, match="without a record"):
        fast(np.array([1.0, 0.1]))
