"""Differences, slopes and curves: dtypes, ends, kinks, and arguments that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck
from autograd.errors import ShapeError

KNOTS, HEIGHTS = np.array([0.0, 1.0, 3.0]), np.array([1.0, 2.0, -2.0])


@pytest.mark.parametrize(
    ("x", "slope"),
    [(0.5, 1.0), (1.0, -2.0), (0.0, 1.0), (3.0, -2.0), (-1.0, 0.0), (4.0, 0.0), (np.inf, 0.0), (-np.inf, 0.0)],
)
def test_slopes_of_straight_lines(x, slope):
    assert grad(np.interp)(x, KNOTS, HEIGHTS) == slope


def test_heights_far_away_get_clean_gradients():
    x = np.array([np.inf, -np.inf, 0.25])
    heights = Tensor(HEIGHTS, requires_grad=True)
    y = np.interp(x, KNOTS, heights)
    np.testing.assert_array_equal(y.data, np.interp(x, KNOTS, HEIGHTS))
    y.sum().backward()
    np.testing.assert_array_equal(heights.grad.data, [1.75, 0.25, 1.0])


def test_ends_of_interp_may_be_tensors():
    left, right = Tensor(5.0, requires_grad=True), Tensor(6.0, requires_grad=True)
    y = np.interp(np.array([-1.0, 9.0, 8.0]), KNOTS, Tensor(HEIGHTS), left, right)
    np.testing.assert_array_equal(y.data, [5.0, 6.0, 6.0])
    y.sum().backward()
    assert (left.grad.item(), right.grad.item()) == (1.0, 2.0)


def test_interp_of_nan_is_nan():
    assert np.isnan(np.interp(Tensor(np.nan), KNOTS, HEIGHTS).data)


@pytest.mark.parametrize(
    "call",
    [
        np.gradient,
        lambda f: np.gradient(f, 0.5),
        lambda f: np.gradient(f, 2),
        lambda f: np.gradient(f, np.array([0.0, 1.0, 3.0, 4.0])),
        lambda f: np.gradient(f, [0, 1, 3, 4], edge_order=2),
        lambda f: np.ediff1d(f, to_end=[1.5, 2.5], to_begin=3.5),
        lambda f: np.diff(f, prepend=0.5),
        lambda f: np.diff(f, append=f[:2]),
        lambda f: np.diff(f, n=0),
        np.trapezoid,
        lambda f: np.trapezoid(f, [0, 1, 3, 4]),
        lambda f: np.trapezoid(f, dx=0.25),
        lambda f: np.polyval(f, 0.5),
        lambda f: np.polyval([1, 2, 3], f),
        lambda f: np.polyfit(np.arange(4.0, dtype=f.dtype), f, 1),
        lambda f: np.polyfit([0, 1, 2, 3], f.astype(float), 2),
        lambda f: np.interp(f, KNOTS, HEIGHTS),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_and_dtypes_are_numpys(call, dtype):
    f = np.array([0.5, -1.0, 2.0, 0.25], dtype)
    y, expected = call(Tensor(f, requires_grad=True)), call(f)
    assert isinstance(y, Tensor)
    assert (y.shape, y.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(y.data, expected, rtol=1e-5 if dtype == np.float32 else 1e-12)
    y.sum().backward()


def test_slopes_of_integers_on_a_moving_grid():
    f = np.array([0, 1, 4, 9])
    assert np.gradient(f, Tensor(2.0)).data.tolist() == [0.5, 1.0, 2.0, 2.5]
    assert gradcheck(lambda h: np.gradient(f, h), np.array(2.0), order=2)


@pytest.mark.parametrize("edge_order", [1, 2])
def test_slopes_on_an_uneven_grid_are_exact_for_what_they_fit(edge_order):
    x = np.array([0.0, 0.3, 1.0, 1.2, 2.0])
    y = np.gradient(Tensor(3 * x**2), x, edge_order=edge_order).data
    inner = slice(None) if edge_order == 2 else slice(1, -1)
    np.testing.assert_allclose(y[inner], 6 * x[inner], atol=1e-13)


def test_polyfit_finds_the_polynomial():
    x = np.array([-1.0, 0.0, 0.5, 2.0])
    y = Tensor(2 * x**2 - x + 3, requires_grad=True)
    np.testing.assert_allclose(np.polyfit(x, y, 2).data, [2.0, -1.0, 3.0], atol=1e-13)
    assert gradcheck(lambda x, y, w: np.polyfit(x, y, 1, w=w), x, y.data[:, None] ** [1, 2], np.array([1.0, 2, 1, 0.5]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: np.diff(t, n=-1), "n=-1"),
        (lambda t: np.diff(t[0]), "of 0 axes"),
        (lambda t: np.gradient(t, 1.0, 2.0), "2 spacings for 1 axes"),
        (lambda t: np.gradient(t, edge_order=3), "edge_order=3"),
        (lambda t: np.gradient(t[:1]), "1 samples on axis 0"),
        (lambda t: np.gradient(t[:2], edge_order=2), "at least 3 samples"),
        (lambda t: np.gradient(t, np.ones(2)), "spacings of shape (2,)"),
        (lambda t: np.interp(t, np.ones(2), np.ones(3)), "(2,), (3,)"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ShapeError, match="expected") as caught:
        call(Tensor([1.0, 2.0, 4.0], requires_grad=True))
    assert words in str(caught.value)
