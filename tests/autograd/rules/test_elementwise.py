"""Element-wise arithmetic: ties, NaNs, bounds that are tensors, parts of complex numbers, ndarray's operators."""

from __future__ import annotations

from inspect import signature

import numpy as np
import pytest

from autograd import Tensor, grad, hessian
from autograd.errors import UnsupportedError

NAN, INF = np.nan, np.inf
X = np.array([-2.0, 0.5, 3.0])


def slopes(function, *x):
    """The gradient of the sum, element by element."""
    return grad(lambda x: np.sum(function(x)))(np.array(x)).tolist()


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (lambda x: np.fmax(x, NAN), [1.0], [1.0]),
        (lambda x: np.fmax(NAN, x), [1.0], [1.0]),
        (lambda x: np.fmin(x, 1.0), [NAN, 0.0, 1.0, 2.0], [0.0, 1.0, 0.5, 0.0]),
        (lambda x: np.fmin(x, x), [2.0], [1.0]),
        (lambda x: np.fmax(x, 1.0), [NAN, 0.0, 1.0, 2.0], [0.0, 0.0, 0.5, 1.0]),
        (np.square, [0.0, 3.0], [0.0, 6.0]),
        (np.fabs, [-1.0, 0.0, 2.0], [-1.0, 0.0, 1.0]),
        (lambda x: np.copysign(x, -1.0), [2.0, -3.0, 0.0], [-1.0, 1.0, 0.0]),
        (lambda x: np.copysign(2.0, x), [2.0, -3.0], [0.0, 0.0]),
        (lambda x: np.nextafter(x, 9.0), [2.0], [1.0]),
        (lambda x: np.nextafter(1.0, x), [2.0], [0.0]),
        (lambda x: np.float_power(x, 0), [0.0], [0.0]),
        (lambda x: np.float_power(x, np.array([2, 3])), [3.0, -1.0], [6.0, 3.0]),
        (np.nan_to_num, [NAN, INF, -INF, 2.0], [0.0, 0.0, 0.0, 1.0]),
        (lambda x: np.nan_to_num(x, nan=1.0, posinf=2.0, neginf=3.0), [NAN, 2.0], [0.0, 1.0]),
        (np.real, [3.0], [1.0]),
        (np.real_if_close, [3.0], [1.0]),
        (np.imag, [3.0], [0.0]),
        (np.conj, [3.0], [1.0]),
        (np.angle, [-1.0, 2.0], [0.0, 0.0]),
        (lambda x: np.angle(x, deg=True), [-1.0, 2.0], [0.0, 0.0]),
    ],
)
def test_conventions(function, x, expected):
    assert slopes(function, *x) == expected
    assert slopes(lambda x: function(x) ** 1, *x) == expected


def test_values_with_options_are_numpys():
    x = np.array([NAN, INF, -INF, 2.0])
    np.testing.assert_array_equal(
        np.nan_to_num(Tensor(x), nan=1.0, neginf=3.0).data, np.nan_to_num(x, nan=1.0, neginf=3.0)
    )
    np.testing.assert_array_equal(np.angle(Tensor([-1.0, 1.0]), deg=True).data, [180.0, 0.0])


@pytest.mark.parametrize("n", [2, np.array(2), np.array([2, 0, 3])])
def test_whole_exponents_are_constants(n):
    np.testing.assert_allclose(slopes(lambda x: np.power(x, n), *X), n * X ** np.maximum(n - 1, 0))


@pytest.mark.parametrize(
    ("low", "high", "inside"),
    [
        (-1.0, 1.0, [0, 1, 0]),
        (None, 1.0, [1, 1, 0]),
        (0.5, None, [0, 1, 1]),
        (-2.0, 3.0, [1, 1, 1]),
        (np.array([-3.0, 1.0, 0.0]), 9, [1, 0, 1]),
        (1.0, -1.0, [0, 0, 0]),
    ],
)
def test_clip_passes_what_is_inside(low, high, inside):
    calls = (lambda x: np.clip(x, low, high), lambda x: x.clip(low, high), lambda x: np.clip(x, a_min=low, a_max=high))
    for call in calls:
        assert slopes(call, *X) == inside
        np.testing.assert_array_equal(call(Tensor(X)).data, np.clip(X, low, high))


def test_bounds_that_change_after_the_call():
    for clip in (np.clip, Tensor.clip):
        low, x = np.array([-9.0, 0.0, -9.0]), Tensor([1.0, -1.0, 1.0], requires_grad=True)
        y = clip(x, low, 2.0)
        low[:] = 5.0
        y.sum().backward()
        assert x.grad.data.tolist() == [1.0, 0.0, 1.0]


def test_clip_by_tensors():
    low, high = Tensor(-1.0, requires_grad=True), Tensor([0.0, 4.0, 1.0], requires_grad=True)
    x = Tensor(X, requires_grad=True)
    for y in (np.clip(x, low, high), np.clip(x, a_min=low, a_max=high), x.clip(low, high)):
        np.testing.assert_array_equal(y.data, [-1.0, 0.5, 1.0])
    y.backward(np.array([1.0, 10.0, 100.0]))
    assert low.grad.item() == 1.0
    assert high.grad.data.tolist() == [0.0, 0.0, 100.0]
    assert x.grad.data.tolist() == [0.0, 10.0, 0.0]
    assert np.clip(X, None, high).requires_grad
    assert np.clip(X, low, None).requires_grad
    assert x.clip(max=2.0).data.tolist() == [-2.0, 0.5, 2.0]


@pytest.mark.skipif("min" not in signature(np.clip).parameters, reason="NumPy 2.1")
def test_clip_by_its_new_names():
    x = Tensor(X, requires_grad=True)
    assert np.clip(x, min=0.0, max=1.0).data.tolist() == [0.0, 0.5, 1.0]
    assert np.clip(x, max=1.0).data.tolist() == [-2.0, 0.5, 1.0]


def test_clip_in_float32_by_a_float64_bound_has_a_float32_gradient():
    x = Tensor(X.astype(np.float32), requires_grad=True)
    np.clip(x, np.array([-9.0, -9.0, 0.0]), 1.0).sum().backward()
    assert (x.grad.dtype, x.grad.data.tolist()) == (np.float32, [1.0, 1.0, 0.0])


def test_parts_of_real_tensors():
    x = Tensor(X, requires_grad=True)
    for part in (x.real, x.conj(), x.conjugate()):
        np.testing.assert_array_equal(part.data, X)
        assert part.requires_grad
    np.testing.assert_array_equal(x.imag.data, np.zeros(3))


def test_what_can_not_be_done_is_refused_by_name():
    x = Tensor(X, requires_grad=True)
    with pytest.raises(UnsupportedError, match=r"np\.nan_to_num: got copy=False"):
        np.nan_to_num(x, copy=False)
    with pytest.raises(UnsupportedError, match=r"np\.clip.*out"):
        x.clip(0.0, 1.0, out=np.empty(3))


def test_reciprocal_and_square_to_second_order():
    np.testing.assert_allclose(hessian(lambda x: np.sum(1 / np.square(x)))(X), np.diag(6 / X**4), rtol=1e-12)
    np.testing.assert_allclose(hessian(lambda x: np.sum(np.reciprocal(x)))(X), np.diag(2 / X**3), rtol=1e-12)
