"""Functions of analysis where a formula alone would fail: far out, at 0, between infinities; and in what dtype."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, ops

INF = np.inf
# Rows whose forward is an element-wise ufunc of floats; float_power makes float64 on purpose.
UFUNCS = [
    op
    for op in ops.table.values()
    if isinstance(op.forward, np.ufunc) and op.forward.signature is None and op.name != "float_power"
]


def slope(function, x):
    return float(grad(function)(np.float64(x)))


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (np.arctan, 1e200, 0.0),
        (np.arctan, 1e100, 1e-200),
        (np.arcsinh, -1e200, 1e-200),
        (np.arccosh, 1e200, 1e-200),
        (np.arctanh, 1 - 2.0**-40, 1 / (2.0**-40 * (2 - 2.0**-40))),
        (np.arcsin, 1 - 2.0**-40, 1 / math.sqrt(2.0**-40 * (2 - 2.0**-40))),
        (np.tanh, 400.0, 0.0),
        (np.expm1, -40.0, math.exp(-40.0)),
        (np.log1p, 1e-20, 1.0),
        (np.exp2, -2000.0, 0.0),
        (np.cbrt, -8.0, 1 / 12),
        (lambda x: np.hypot(x, 1e-200), 1e-200, math.sqrt(0.5)),
        (lambda x: np.hypot(x, 1e200), 1e200, math.sqrt(0.5)),
        (lambda x: np.hypot(x, 0.0), 0.0, 0.0),
        (lambda x: np.hypot(3.0, x), 4.0, 0.8),
        (lambda x: np.arctan2(x, 1e200), 1e200, 0.5e-200),
        (lambda x: np.arctan2(x, 1e-200), 1e-200, 0.5e200),
        (lambda x: np.arctan2(x, 0.0), 0.0, 0.0),
        (lambda x: np.arctan2(0.0, x), 0.0, 0.0),
        (lambda x: np.arctan2(1.0, x), -1.0, -0.5),
        (np.degrees, 1.0, 180 / math.pi),
        (np.radians, 1.0, math.pi / 180),
        (np.rad2deg, 1.0, 180 / math.pi),
    ],
)
def test_slopes_where_a_formula_would_fail(function, x, expected):
    assert slope(function, x) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("function", "x"), [(np.sqrt, 0.0), (np.cbrt, 0.0), (np.arcsin, 1.0), (np.arccosh, 1.0)])
def test_infinite_slopes_are_infinite(function, x):
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert slope(function, x) == INF


@pytest.mark.parametrize("function", [np.logaddexp, np.logaddexp2])
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (0.0, 0.0, 0.5),
        (1000.0, -1000.0, 1.0),
        (-1000.0, 1000.0, 0.0),
        (0.0, -INF, 1.0),
        (-INF, 0.0, 0.0),
        (-INF, -INF, 0.0),
        (INF, 1.0, 1.0),
        (1.0, INF, 0.0),
        (INF, -INF, 1.0),
    ],
)
def test_soft_maxima_of_infinities(function, a, b, expected):
    assert slope(lambda a: function(a, b), a) == expected
    assert slope(lambda a: function(b, a), a) == expected


def test_a_soft_maximum_that_can_not_be_has_no_curvature():
    curvature = hessian(lambda x: np.sum(np.logaddexp(x, -INF)))(np.array([-INF, 1.0]))
    np.testing.assert_array_equal(curvature, np.zeros((2, 2)))


@pytest.mark.parametrize("x", [0.0, 1e-9, -0.05, 0.0999999, 0.1, 0.1000001, 0.7, 3.0, -30.5])
def test_sinc_to_third_order(x):
    """Against the integral of t^n cos(pi x t + n pi / 2) over t from 0 to 1, of which sinc is the case n = 0."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    t, w = (nodes + 1) / 2, weights / 2
    derivative, n = np.sinc, 0
    for n in (1, 2, 3):
        derivative = grad(derivative)
        expected = np.sum(w * (math.pi * t) ** n * np.cos(math.pi * x * t + n * math.pi / 2))
        assert float(derivative(x)) == pytest.approx(expected, rel=1e-9, abs=1e-10)


def test_sinc_in_float32_is_right_near_0():
    x = Tensor(np.float32([1e-3, 0.05, 0.15]), requires_grad=True)
    np.sinc(x).sum().backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_allclose(x.grad.data, grad(lambda x: np.sum(np.sinc(x)))(x.data.astype(float)), rtol=2e-5)


@pytest.mark.parametrize("x", [0.0, 1e-8, 0.5, -3.0, 20.0, 300.0])
def test_bessel_functions(x):
    assert float(ops.bessel_i(np.array(x), order=0)) == pytest.approx(float(np.i0(x)), rel=1e-12)
    step = 1e-5 * max(1.0, abs(x))
    by_differences = (np.i0(x + step) - np.i0(x - step)) / (2 * step)
    assert slope(np.i0, x) == pytest.approx(float(by_differences), rel=1e-5, abs=1e-9)


def test_bessel_slopes_in_known_places():
    assert slope(np.i0, 2.0) == pytest.approx(1.590636854637329, rel=1e-14)
    assert slope(np.i0, 1e-10) == pytest.approx(5e-11, rel=1e-14)
    assert float(grad(grad(np.i0))(0.0)) == pytest.approx(0.5, rel=1e-14)


def test_unwrap():
    phase = np.array([0.0, 3.0, 6.5, -6.0, 20.0])
    x = Tensor(phase, requires_grad=True)
    y = np.unwrap(x)
    np.testing.assert_array_equal(y.data, np.unwrap(phase))
    y.backward(np.arange(5.0))
    np.testing.assert_array_equal(x.grad.data, np.arange(5.0))
    np.testing.assert_array_equal(np.unwrap(x, 4.0, period=7.0).data, np.unwrap(phase, 4.0, period=7.0))


@pytest.mark.parametrize("op", UFUNCS, ids=lambda op: op.name)
def test_float32_stays_float32(op):
    rng = np.random.default_rng(0)
    xs = [Tensor(rng.uniform(*op.domain, size=3).astype(np.float32), requires_grad=True) for _ in op.vjps]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = op(*xs)
        y.sum().backward(create_graph=True)
    assert y.dtype == np.float32
    assert all(x.grad.dtype == np.float32 for x in xs)
