"""The linear row where weights are large: it may lie in columns, and everything that it gives is what it was."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, ops
from autograd.rules.composite import better_in_columns

SHAPES = [
    ((32, 64), 64, True),
    ((1, 64), 64, False),  # a single row lies both ways
    ((127, 64), 64, True),
    ((128, 64), 64, False),  # two for each unit
    ((32, 64), 1024, True),
    ((33, 64), 1024, False),  # too large to meet arrays in rows
    ((64,), 64, False),
    ((2, 16, 64), 64, False),
    ((3, 2, 4, 64), 64, False),
]


@pytest.mark.parametrize(("shape", "units", "in_columns"), SHAPES)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_weights(shape, units, in_columns, order, dtype):
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal(shape).astype(dtype, order=order), rng.standard_normal((units, 64)).astype(dtype)
    bias, g = rng.standard_normal(units).astype(dtype), rng.standard_normal((*shape[:-1], units)).astype(dtype)
    tensors = [Tensor(array, requires_grad=True) for array in (x, weight, bias)]
    tensors[0].data = x  # as it lies
    y = ops.linear(*tensors)
    assert (y.shape, y.dtype) == (g.shape, dtype)
    assert y.detach().numpy().flags.fnc == in_columns
    tolerance = {"rtol": 1e-3, "atol": 1e-3} if dtype is np.float32 else {"rtol": 1e-10, "atol": 1e-10}
    np.testing.assert_allclose(y.detach().numpy(), x @ weight.T + bias, **tolerance)
    y.backward(g)
    rows, inputs = g.reshape(-1, units), x.reshape(-1, 64)
    for tensor, expected in zip(tensors, (g @ weight, rows.T @ inputs, rows.sum(axis=0)), strict=True):
        assert (tensor.grad.shape, tensor.grad.dtype) == (tensor.shape, dtype)
        np.testing.assert_allclose(tensor.grad.numpy(), expected, **tolerance)


def test_a_gradient_lies_as_what_it_meets():
    rng = np.random.default_rng(0)
    x, weight = Tensor(rng.standard_normal((32, 64)), requires_grad=True), rng.standard_normal((64, 64))
    hidden = ops.relu(ops.linear(x, weight))
    hidden.retain_grad()
    ops.linear(hidden, weight[:10]).sum().backward()
    assert hidden.detach().numpy().flags.fnc
    assert hidden.grad.numpy().flags.fnc
    assert x.grad.numpy().flags.c_contiguous


def test_small_weights_and_weights_in_columns_are_met_as_they_lie():
    assert better_in_columns(32, np.zeros((64, 64), np.float32))
    assert not better_in_columns(32, np.zeros((63, 64), np.float32))
    assert not better_in_columns(32, np.zeros((64, 64), np.float32).T)


def test_no_inputs_at_all():
    y = ops.linear(Tensor(np.zeros((2, 3, 0)), requires_grad=True), np.zeros((4, 0)), np.ones(4))
    np.testing.assert_array_equal(y.detach().numpy(), np.ones((2, 3, 4)))
    y.sum().backward()
