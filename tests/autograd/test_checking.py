"""gradcheck finds a wrong rule and says which element, at which order."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import gradcheck
from autograd.checking import GradientError
from autograd.op import Op

WRONG = Op(name="wrong", forward=lambda x, /: x * x, vjps=(lambda g, y, x: g * 2 * x * (x != 2.0),), why="Wrong at 2.")
WRONG_SHAPE = Op(
    name="flat", forward=lambda x, /: x * 1.0, vjps=(lambda g, y, x: g.sum(),), kind="elementwise", why="No."
)
WRONG_LATER = Op(
    name="later", forward=lambda x, /: x * x, vjps=(lambda g, y, x: g * 2 * getattr(x, "data", x),), why="Cut."
)


def test_a_right_gradient_passes():
    rng = np.random.default_rng(0)
    assert gradcheck(lambda x, w: np.tanh(x @ w), rng.normal(size=(2, 3)), rng.normal(size=(3, 2)), order=3, atol=1e-4)
    assert gradcheck(np.tanh, np.float32(0.5))


def test_the_element_that_is_off_is_named():
    with pytest.raises(GradientError, match=r"order 1, argument 0, element \(1,\).*gradient -?0.*central differences"):
        gradcheck(WRONG, np.array([1.0, 2.0, 3.0]))


def test_a_wrong_shape_is_named():
    with pytest.raises(GradientError, match=r"shape \(\).*\(2,\)"):
        gradcheck(WRONG_SHAPE, np.array([1.0, 2.0]))


def test_a_rule_that_cuts_the_graph_shows_at_second_order():
    assert gradcheck(WRONG_LATER, np.array([1.0, 2.0]))
    with pytest.raises(GradientError, match="order 2"):
        gradcheck(WRONG_LATER, np.array([1.0, 2.0]), order=2)


def test_nan_is_off():
    with pytest.raises(GradientError, match="nan"), np.errstate(invalid="ignore"):
        gradcheck(np.log, np.array([1.0, -1.0]))


def test_the_points_are_left_alone():
    x = np.array([1.0, 2.0])
    gradcheck(lambda x: x * x, x)
    np.testing.assert_array_equal(x, [1.0, 2.0])
