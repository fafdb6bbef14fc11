"""What rules choose by a mask: `only` is np.where with 0, bit for bit, also where it takes its own way."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
from autograd import Tensor, grad, ops
from autograd.rules.choosing import _SMALL, only

WIDTH = 5
SHAPE = (_SMALL, WIDTH)
ODD = np.array([np.inf, -np.inf, np.nan, -0.0, 1e-310])


def drawn(dtype=np.float64, shape=SHAPE):
    rng = np.random.default_rng(0)
    g = rng.normal(size=shape).astype(dtype)
    g.reshape(-1)[: len(ODD) * 20] = np.tile(ODD, 20).astype(dtype)
    return rng.random(shape) > 0.5, g


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, ">f4"])
def test_only_is_where_bit_for_bit(dtype):
    mask, g = drawn(dtype)
    found, expected = only(mask, g), np.where(mask, g, 0)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@pytest.mark.parametrize(
    ("mask", "g"),
    [
        (drawn()[0], drawn()[1].T.copy().T),
        (drawn()[0][:, :1], drawn()[1]),
        (drawn()[0][0], drawn()[1]),
        (drawn()[0], np.broadcast_to(drawn()[1][:1], SHAPE)),
        (drawn()[0].astype(int), drawn()[1]),
        (drawn()[0], np.arange(_SMALL * WIDTH).reshape(SHAPE)),
        (np.array(True), drawn()[1]),
        (True, drawn()[1]),
    ],
    ids=["columns", "a column", "a row", "stretched", "whole numbers", "of whole numbers", "0-d", "a truth value"],
)
def test_only_takes_what_where_takes(mask, g):
    np.testing.assert_array_equal(only(mask, g), np.where(mask, g, 0))


@pytest.mark.parametrize(
    ("function", "chosen"),
    [
        (lambda x: np.maximum(x, 0.0), lambda x: x > 0),
        (lambda x: np.minimum(x, 0.0), lambda x: x < 0),
        (lambda x: np.fmax(x, np.nan), lambda x: np.ones_like(x, bool)),
        (ops.relu, lambda x: x > 0),
        (lambda x: x.clip(-0.5, 0.5), lambda x: abs(x) <= 0.5),
        (ops.hardtanh, lambda x: abs(x) < 1.0),
        (ops.hardshrink, lambda x: abs(x) > 0.5),
        (lambda x: np.where(x > 0, x, 1.0), lambda x: x > 0),
        (lambda x: np.where(x > 0, 1.0, x), lambda x: x <= 0),
    ],
    ids=["maximum", "minimum", "fmax", "relu", "clip", "hardtanh", "hardshrink", "where", "where not"],
)
@pytest.mark.parametrize("size", [20, 2 * _SMALL])
def test_nothing_flows_where_another_was_chosen_not_even_infinity(function, chosen, size):
    x = np.random.default_rng(1).normal(size=size)

    def slopes(x):
        return grad(lambda x: (function(x) * np.where(chosen(x), 1.0, np.inf)).sum())(x)

    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(slopes(x), chosen(x).astype(float))
        np.testing.assert_array_equal(autograd.compile(slopes)(x), chosen(x).astype(float))


def test_a_tie_is_shared_and_the_second_order_is_that_of_small_arrays():
    x = np.tile([1.0, 2.0, 3.0], _SMALL)
    a, b = Tensor(x, requires_grad=True), Tensor(np.full_like(x, 2.0), requires_grad=True)
    (np.maximum(a, b) ** 3).sum().backward(create_graph=True)
    np.testing.assert_array_equal(a.grad.data[:3], [0, 6, 27])
    np.testing.assert_array_equal(b.grad.data[:3], [12, 6, 0])
    a.grad.sum().backward()
    np.testing.assert_array_equal(a.grad.data[:3], [0, 6 + 3, 27 + 18])
