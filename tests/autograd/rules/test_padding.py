"""Padding: the modes of np.pad, several borders wide, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import AutogradError, DTypeError, ShapeError, UnsupportedError

WIDE = ((5, 6), (7, 2))


@pytest.mark.parametrize(
    ("width", "mode", "options"),
    [
        (1, "constant", {}),
        ((1, 2), "constant", {}),
        (((1,), (2,)), "constant", {}),
        (1, "constant", {"constant_values": 2}),
        (((1, 2), (3, 0)), "constant", {"constant_values": ((1, 2), (3, 4))}),
        (WIDE, "edge", {}),
        (WIDE, "reflect", {}),
        (WIDE, "reflect", {"reflect_type": "even"}),
        (WIDE, "symmetric", {}),
        (WIDE, "wrap", {}),
        (2, "linear_ramp", {}),
        (((1, 2), (0, 3)), "linear_ramp", {"end_values": ((1, 2), (3, 4))}),
        ((3, 1), "mean", {}),
        (2, "mean", {"stat_length": ((1, 2), (3, 9))}),
        (((0, 0), (2, 1)), "maximum", {"stat_length": 2}),
        ((2, 0), "minimum", {"stat_length": 1}),
        (1, "median", {"stat_length": ((3, 2), (4, 3))}),
        (0, "wrap", {}),
    ],
)
def test_modes_agree_with_numpy(agree, width, mode, options):
    agree(lambda x: np.pad(x, width, mode, **options), (3, 4))


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.2.0", reason="widths by axis came with NumPy 2.2")
def test_widths_by_axis(agree):
    agree(lambda x: np.pad(x, {-1: (1, 2)}), (2, 3))
    agree(lambda x: np.pad(x, {0: 2}, mode="edge"), (2, 3))


def test_short_axes_and_scalars(agree):
    agree(lambda x: np.pad(x, 3, "reflect"), (1,))
    agree(lambda x: np.pad(x, 1), ())
    agree(lambda x: np.pad(x, ((1, 2), (0, 0))), (0, 2))


def test_a_border_that_is_not_a_number_leaves_the_rest_alone():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = np.pad(x, 1, constant_values=np.nan)
    np.testing.assert_array_equal(y.data, [np.nan, 1.0, 2.0, np.nan])
    y[1:3].sum().backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 1.0])


def test_integers_are_padded_where_they_stay_integers():
    x = Tensor([1, 2])
    assert np.pad(x, 1, "edge").dtype == int
    assert np.pad(x, 1, constant_values=3).dtype == int
    with pytest.raises(DTypeError, match="int64 with mode 'mean'"):
        np.pad(x, 1, "mean")


@pytest.mark.parametrize(
    ("options", "error", "named"),
    [
        ({"mode": "empty"}, UnsupportedError, "mode='empty'"),
        ({"mode": "nope"}, UnsupportedError, "mode='nope'"),
        ({"mode": lambda *_: None}, UnsupportedError, "mode=<function"),
        ({"mode": "edge", "constant_values": 3}, UnsupportedError, "constant_values= with mode 'edge'"),
        ({"mode": "reflect", "reflect_type": "odd"}, UnsupportedError, "reflect_type='odd'"),
        ({"mode": "maximum", "stat_length": 0}, ShapeError, r"stat_length \(0, 0\)"),
        ({"mode": "mean", "stat_length": -1}, ShapeError, "stat_length"),
        ({"pad_width": -1}, ShapeError, "pad_width -1"),
        ({"pad_width": 1.5}, ShapeError, "pad_width 1.5"),
        ({"constant_values": Tensor(1.0, requires_grad=True)}, AutogradError, "Tensor"),
    ],
)
def test_what_has_no_rule_is_refused_by_name(options, error, named):
    with pytest.raises(error, match=named):
        np.pad(Tensor(np.ones((2, 3)), requires_grad=True), **{"pad_width": 1, **options})


def test_what_numpy_refuses_is_refused():
    for x in (np.ones((0, 2)), Tensor(np.ones((0, 2)), requires_grad=True)):
        with pytest.raises(ValueError, match="empty axis 0"):
            np.pad(x, 1, "edge")
        with pytest.raises(ValueError, match="broadcast"):
            np.pad(x, ((1, 2), (3, 4), (5, 6)))


def test_windows(agree):
    windows = np.lib.stride_tricks.sliding_window_view
    agree(lambda x: windows(x, (2, 3), axis=(1, 0)), (3, 4))
    agree(lambda x: windows(x, 2, 0), (3, 4))
    agree(lambda x: windows(x, (2, 2), (-1, -1)), (2, 4))
    with pytest.raises(UnsupportedError, match="writeable=True"):
        windows(Tensor(np.ones(3), requires_grad=True), 2, writeable=True)
