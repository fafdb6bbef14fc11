"""jacobian, hessian, hvp: shapes first, then numbers, by either mode."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from autograd import Tensor, grad, hessian, hvp, jacobian, no_grad
from autograd.errors import ShapeError, UnsupportedError
from autograd.op import Op
from autograd.tracing import Run

MODES = ["auto", "reverse", "forward"]
RNG = np.random.default_rng(0)
A = RNG.normal(size=(4, 3))
bare = Op(name="bare", forward=lambda x, /: x * 3.0, vjps=(lambda g, y, x: g * 3.0,), why="For this test.")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("matrix", [A, A.T])
def test_of_a_linear_function_it_is_the_matrix(matrix, mode):
    found = jacobian(lambda x: matrix @ x, mode=mode)(np.ones(matrix.shape[1]))
    np.testing.assert_array_equal(found, matrix)
    assert type(found) is np.ndarray
    assert found.flags.writeable


@given(array_shapes(min_dims=0, max_dims=3, max_side=3), array_shapes(min_dims=0, max_dims=2, max_side=3), st.data())
def test_shape_is_output_then_argument_in_both_modes(inner, outer, data):
    weights = np.random.default_rng(0).normal(size=(*outer, *inner))
    x = np.random.default_rng(1).normal(size=inner)
    axes = tuple(range(len(outer), len(outer) + len(inner)))

    def f(x):
        return np.sum(weights * np.tanh(x), axis=axes)

    expected = weights * (1 - np.tanh(x) ** 2)
    for mode in MODES:
        found = jacobian(f, mode=mode)(x)
        assert np.shape(found) == (*outer, *inner)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_of_a_constant_function_it_is_zeros_of_the_right_shape(mode):
    x = np.ones((2, 3))
    assert_zeros(jacobian(lambda x: np.ones(4), mode=mode)(x), (4, 2, 3))
    assert_zeros(jacobian(lambda x: 5.0, mode=mode)(x), (2, 3))
    assert_zeros(jacobian(lambda x: Tensor([1.0, 2.0]), mode=mode)(x), (2, 2, 3))
    assert_zeros(jacobian(lambda x: x[:0], mode=mode)(x), (0, 3, 2, 3))
    assert_zeros(jacobian(np.tanh, mode=mode)(np.ones(0)), (0, 0))
    assert_zeros(hessian(np.sum)(x), (2, 3, 2, 3))


def assert_zeros(found, shape):
    assert found.shape == shape
    np.testing.assert_array_equal(found, np.zeros(shape))


@pytest.mark.parametrize("mode", MODES)
def test_trees(mode):
    def f(p, x):
        return {"y": p["w"] @ x + p["b"], "n": p["b"] * 2.0}

    p = {"w": A, "b": np.ones(4)}
    found = jacobian(f, (0, 1), mode=mode)(p, np.ones(3))
    dp, dx = found["y"]
    assert dp["w"].shape == (4, 4, 3)
    np.testing.assert_array_equal(dx, A)
    np.testing.assert_array_equal(dp["b"], np.eye(4))
    np.testing.assert_array_equal(found["n"][0]["b"], 2 * np.eye(4))
    np.testing.assert_array_equal(found["n"][0]["w"], np.zeros((4, 4, 3)))
    np.testing.assert_array_equal(found["n"][1], np.zeros((4, 3)))


@pytest.mark.parametrize("mode", MODES)
def test_dtype_is_the_arguments(mode):
    found = jacobian(lambda x: x[:1] * np.ones((3, 1)), mode=mode)(np.ones(2, np.float32))
    assert (found.shape, found.dtype) == ((3, 1, 2), np.float32)


def test_auto_takes_the_fewer_passes(monkeypatch):
    directions = []
    for name in ("pull", "push"):
        run = getattr(Run, name)
        monkeypatch.setattr(Run, name, lambda *a, name=name, run=run, **k: (directions.append(name), run(*a, **k))[1])
    jacobian(lambda x: A @ x)(np.ones(3))
    assert directions == ["push"] * 3
    del directions[:]
    jacobian(lambda x: A.T @ x)(np.ones(4))
    assert directions == ["pull"] * 3


def test_auto_goes_by_rows_where_a_forward_rule_is_missing():
    f = lambda x: np.ones(3) * bare(x)  # noqa: E731
    np.testing.assert_array_equal(jacobian(f)(np.ones(1)), np.full((3, 1), 3.0))
    with pytest.raises(UnsupportedError, match="'bare'"):
        jacobian(f, mode="forward")(np.ones(1))
    with pytest.raises(UnsupportedError, match="mode='sideways'"):
        jacobian(f, mode="sideways")


@pytest.mark.parametrize("outer", MODES)
@pytest.mark.parametrize("inner", MODES)
def test_a_jacobian_of_a_jacobian(outer, inner):
    x = np.array([1.0, 2.0])
    found = jacobian(jacobian(lambda x: x**3, mode=inner), mode=outer)(x)
    expected = np.zeros((2, 2, 2))
    expected[[0, 1], [0, 1], [0, 1]] = 6 * x
    np.testing.assert_allclose(found, expected)


def test_hessian_of_sum_of_cubes_is_diag_6x():
    x = np.array([1.0, -2.0, 0.5])
    np.testing.assert_array_equal(hessian(lambda x: np.sum(x**3))(x), np.diag(6 * x))


def test_hessian_of_several_arguments_and_trees():
    f = lambda a, p: np.sum(a * a * p["b"])  # noqa: E731
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    found = hessian(f, (0, 1))(a, {"b": b})
    np.testing.assert_array_equal(found[0][0], np.diag(2 * b))
    np.testing.assert_array_equal(found[0][1]["b"], np.diag(2 * a))
    np.testing.assert_array_equal(found[1]["b"][0], np.diag(2 * a))
    np.testing.assert_array_equal(found[1]["b"][1]["b"], np.zeros((2, 2)))
    np.testing.assert_array_equal(hessian(f, argnum=0)(a, {"b": b}), np.diag(2 * b))


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_hvp_is_the_hessian_times_the_vector():
    x, v = RNG.normal(size=5), RNG.normal(size=5)
    matrix = hessian(rosenbrock)(x)
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(hvp(rosenbrock)(x, v), matrix @ v, rtol=1e-11)
    with pytest.raises(ShapeError, match=r"hvp: got vector\[0\] of shape \(3,\); expected shape \(5,\)"):
        hvp(rosenbrock)(x, np.ones(3))


def test_hvp_of_trees_and_several_arguments():
    f = lambda a, p, scale=1.0: scale * np.sum(a * a * p["b"])  # noqa: E731
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    da, dp = hvp(f, (0, 1))(a, {"b": b}, (np.ones(2), {"b": np.ones(2)}), scale=2.0)
    np.testing.assert_array_equal(da, 4 * b + 4 * a)
    np.testing.assert_array_equal(dp["b"], 4 * a)
    assert hvp(f, argnum=0)(3.0, {"b": 2.0}, 1.0) == 4.0


def test_hvp_without_a_forward_rule_goes_backwards_twice():
    assert hvp(lambda x: bare(x) ** 2)(1.0, 2.0) == 36.0


def test_differentiated_again():
    x, v = np.array([1.0, 2.0]), np.array([1.0, 0.5])
    f = lambda x: np.sum(x**4)  # noqa: E731
    np.testing.assert_allclose(grad(lambda x: np.sum(hvp(f)(x, v)))(x), 24 * x * v)
    np.testing.assert_allclose(grad(lambda v: np.sum(hvp(f)(x, v)))(v), 12 * x**2)
    np.testing.assert_allclose(grad(lambda x: np.sum(hessian(f)(x)))(x), 24 * x)
    a = Tensor(2.0, requires_grad=True)
    jacobian(lambda x: a * x)(x).sum().backward()
    assert a.grad.item() == 2.0
    with no_grad():
        assert type(jacobian(lambda x: a * x)(x)) is np.ndarray
