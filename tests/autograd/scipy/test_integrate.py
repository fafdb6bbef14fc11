"""autograd.scipy.integrate.odeint: gradients with respect to start, times and parameters, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, value_and_grad
from autograd.errors import UnsupportedError

scipy_integrate = pytest.importorskip("scipy.integrate", reason="SciPy is an extra")
integrate = pytest.importorskip("autograd.scipy.integrate", reason="SciPy is an extra")

EXACT = {"rtol": 1e-11, "atol": 1e-11}
TIMES = np.array([0.0, 0.5, 0.7, 2.0])


def test_its_names_are_scipys():
    for name in scipy_integrate.__all__:
        assert (getattr(integrate, name) is getattr(scipy_integrate, name)) == (name != "odeint"), name
    assert dir(integrate) == sorted(scipy_integrate.__all__)
    with pytest.raises(AttributeError):
        _ = integrate.no_such_function


def test_exponential_growth_has_closed_forms():
    def total(y0, t, rate):
        return np.sum(integrate.odeint(lambda y, t, rate: rate * y, y0, t, (rate,), **EXACT))

    y0, rate = np.array([2.0]), 0.3
    grown = y0 * np.exp(rate * TIMES)
    value, (dy, dt, drate) = value_and_grad(total, (0, 1, 2))(y0, TIMES, rate)
    np.testing.assert_allclose(value, grown.sum(), rtol=1e-9)
    np.testing.assert_allclose(dy, [grown.sum() / 2.0], rtol=1e-9)
    np.testing.assert_allclose(drate, np.sum(TIMES * grown), rtol=1e-9)
    np.testing.assert_allclose(dt, rate * np.array([-np.sum(grown[1:]), *grown[1:]]), rtol=1e-9)
    second = grad(lambda rate: grad(total, 2)(y0, TIMES, rate))(rate)
    np.testing.assert_allclose(second, np.sum(TIMES**2 * grown), rtol=1e-8)


def test_trees_of_parameters_and_forces_that_depend_on_time():
    rng = np.random.default_rng(0)
    W, b, y0 = rng.normal(size=(2, 2)), rng.normal(size=2), np.array([1.0, 0.5])

    def flow(y, t, p, scale):
        return np.tanh(p["W"] @ y + p["b"][0] * t) * scale

    def ends(y0, t, W, b):
        path = integrate.odeint(flow, y0, t, ({"W": W, "b": [b]}, 1.5), **EXACT)
        return path * np.array([1.0, -2.0])

    assert gradcheck(ends, y0, TIMES, W, b, eps=1e-5, rtol=1e-5)


def test_without_parameters_or_tensors():
    decay = lambda y, t: -y  # noqa: E731
    path = integrate.odeint(decay, np.ones(2), TIMES)
    np.testing.assert_array_equal(path, scipy_integrate.odeint(decay, np.ones(2), TIMES))
    np.testing.assert_allclose(
        grad(lambda y0: np.sum(integrate.odeint(decay, y0, TIMES, **EXACT)[-1]))(np.ones(2)), np.exp(-2.0), rtol=1e-8
    )


def test_what_is_closed_over_is_not_dropped_in_silence():
    rate = Tensor(0.3, requires_grad=True)
    with pytest.raises(UnsupportedError):
        integrate.odeint(lambda y, t: rate * y, Tensor([1.0], requires_grad=True), TIMES)
