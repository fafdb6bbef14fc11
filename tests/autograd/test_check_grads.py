"""autograd.test_util: what is right passes, what is wrong is found, in either mode and at either order."""

from __future__ import annotations

import numpy as np
import pytest

from autograd.checking import GradientError
from autograd.errors import DTypeError, UnsupportedError
from autograd.extend import defjvp, defvjp, primitive
from autograd.test_util import check_equivalent, check_grads, check_jvp, check_vjp, combo_check

X = np.array([0.5, -1.0, 2.0])


def cube(reverse=3.0, forward=3.0, second=6.0):
    """x**3 whose rules can be made wrong, at first or at second order."""

    @primitive
    def slope(x):
        return 3 * x**2

    defvjp(slope, lambda ans, x: lambda g: g * second * x)
    defjvp(slope, lambda g, ans, x: g * second * x)

    @primitive
    def cube(x):
        return x**3

    defvjp(cube, lambda ans, x: lambda g: g * slope(x) * (reverse / 3))
    defjvp(cube, lambda g, ans, x: g * slope(x) * (forward / 3))
    return cube


def test_what_is_right_passes():
    check_grads(cube())(X)
    check_grads(cube(), order=1, modes=["rev"])(X)
    check_grads(lambda p, q: {"a": p["w"] * q[0], "b": np.sum(q[1])}, (0, 1))({"w": X}, [2.0, X])
    check_grads(lambda p, q: p["w"] * q[0])({"w": X}, [2, "not differentiated"])
    check_vjp(cube(), X)
    check_jvp(cube(), X)
    check_grads(lambda x: 5.0)(X)


@pytest.mark.parametrize(
    ("wrong", "mode", "order"),
    [
        ({"reverse": 3.01}, "rev", 1),
        ({"forward": 3.01}, "fwd", 1),
        ({"second": 6.01}, "rev", 2),
        ({"second": 6.01}, "fwd", 2),
    ],
)
def test_what_is_wrong_is_found_where_it_is(wrong, mode, order):
    f = cube(**wrong)
    with pytest.raises(GradientError, match="check_"):
        check_grads(f, modes=[mode], order=order)(X)
    if order == 2:
        check_grads(f, modes=[mode], order=1)(X)
    else:
        check_grads(f, modes=[{"rev": "fwd", "fwd": "rev"}[mode]], order=1)(X)
    with pytest.raises(AssertionError):
        check_grads(f)(X)


def test_the_message_names_the_number():
    with pytest.raises(GradientError, match=r"check_equivalent, number 1: got 2; expected 2.1"):
        check_equivalent([1.0, np.array(2.0)], [1.0, np.array(2.1)])
    with pytest.raises(GradientError, match=r"number 0: got nan; expected 1"):
        check_equivalent([np.nan], [1.0])
    with pytest.raises(GradientError, match="got 2 numbers; expected 1"):
        check_equivalent([1.0, 2.0], [1.0])
    check_equivalent([np.nan, 1.0], (np.nan, 1.0 + 1e-9))


def test_what_is_refused():
    with pytest.raises(UnsupportedError, match="the mode 'both'"):
        check_grads(cube(), modes=["both"])
    with pytest.raises(DTypeError, match="int64"):
        check_grads(cube())(np.array([1, 2]))


def test_every_combination_is_checked():
    seen = []

    def f(x, y, axis=None, keepdims=False):
        seen.append((float(np.size(x)), float(np.size(y)), axis, keepdims))
        return np.sum(x * y, axis=axis, keepdims=keepdims)

    combo_check(f, (0, 1), order=1, modes=["rev"])([X, 2 * X], [X, 1.0], axis=[0, None], keepdims=[True, False])
    assert {call[1:] for call in seen} == {(n, a, k) for n in (1.0, 3.0) for a in (0, None) for k in (True, False)}
