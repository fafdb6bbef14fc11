"""Rounding and remainders: Python's operators, exact quotients, several outputs."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, jvp

X = np.array([-2.6, -0.2, 1.5, 7.5])


def slopes(function, x):
    return grad(lambda x: np.sum(function(x)))(np.asarray(x, float)).tolist()


@pytest.mark.parametrize(
    "function",
    [
        np.sign, np.floor, np.ceil, np.trunc, np.fix, np.rint, np.round, np.around, np.spacing,
        lambda x: np.round(x, 1), lambda x: np.round(x, decimals=-1), lambda x: x.round(), lambda x: x.round(1),
        lambda x: x // 2, lambda x: 2 // x, lambda x: np.floor_divide(x, 0.3), lambda x: np.heaviside(x, 0.5),
    ],
)  # fmt: skip
def test_what_jumps_is_flat_in_between(function):
    assert slopes(function, X) == [0.0] * 4
    np.testing.assert_array_equal(function(Tensor(X)).data, function(X))


def test_pythons_round():
    assert round(Tensor(2.6)).item() == 3.0
    np.testing.assert_array_equal(round(Tensor(X), 1).data, X.round(1))
    assert grad(lambda x: round(x) * x)(2.6) == 3.0


@pytest.mark.parametrize(
    ("a", "b"), [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.0, 3.0), (1.0, 0.1), (0.3, 0.1), (0.0, 2.0)]
)
@pytest.mark.parametrize("remainder", [np.remainder, np.fmod, lambda a, b: a % b, lambda a, b: divmod(a, b)[1]])
def test_a_divisor_is_taken_away_a_whole_number_of_times(remainder, a, b):
    assert grad(lambda a: remainder(a, b))(a) == 1.0
    times = -grad(lambda b: remainder(np.float64(a), b))(b)
    assert times == round(times)
    assert float(remainder(np.float64(a), np.float64(b))) == pytest.approx(a - times * b, rel=1e-9, abs=1e-9)
    assert abs(a / b - times) <= 1.0 + 1e-9 * abs(times)


def test_operators_on_both_sides():
    t = Tensor([2.0, 3.0], requires_grad=True)
    for ours, numpys in (
        (t // 2, t.data // 2), (7 // t, 7 // t.data), (t % 2, t.data % 2), (7 % t, 7 % t.data),
        (np.array([7, 8]) // t, np.array([7, 8]) // t.data), (np.array([7, 8]) % t, np.array([7, 8]) % t.data),
    ):  # fmt: skip
        assert isinstance(ours, Tensor)
        np.testing.assert_array_equal(ours.data, numpys)
    for ours, numpys in (
        (divmod(t, 2), divmod(t.data, 2)),
        (divmod(7, t), divmod(7, t.data)),
        (np.divmod(t, 2), divmod(t.data, 2)),
    ):
        assert [part.data.tolist() for part in ours] == [part.tolist() for part in numpys]


def test_divmod_has_two_results_that_move_on_their_own():
    a, b = Tensor([7.5, -7.5], requires_grad=True), Tensor(2.0, requires_grad=True)
    quotient, rest = divmod(a, b)
    (100 * quotient + rest).sum().backward()
    assert a.grad.data.tolist() == [1.0, 1.0]
    assert b.grad.item() == -3.0 + 4.0
    value, moved = jvp(lambda a, b: np.divmod(a, b)[1], (a.data, b.data), (np.ones(2), np.array(1.0)))
    np.testing.assert_array_equal(value, [1.5, 0.5])
    np.testing.assert_array_equal(moved, [1 - 3.0, 1 + 4.0])


def test_fraction_and_exponent():
    t = Tensor([3.5, -0.75], requires_grad=True)
    fraction, whole = np.modf(t)
    mantissa, exponent = np.frexp(t)
    assert exponent.dtype == np.int32
    np.testing.assert_array_equal(np.ldexp(mantissa, exponent.data).data, t.data)
    (fraction + 10 * whole + 100 * mantissa).sum().backward()
    np.testing.assert_array_equal(t.grad.data, [1 + 100 / 4, 1 + 100 / 1])


def test_the_value_of_a_step_at_0():
    assert grad(lambda h: np.sum(np.heaviside(np.array([-1.0, 0.0, 0.0, 2.0]), h)))(0.5) == 2.0
