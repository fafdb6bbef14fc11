"""Busy rows have their rule, or their forward, a second time, written for speed: it gives the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import ops
from autograd.rules.constants import at_least_nothing
from tests.autograd.test_table import draw

KERNELS = [
    pytest.param(op, sample, id=f"{op.name}-{i}")
    for op in ops.table.values()
    if op.kernel is not None
    for i, sample in enumerate(op.samples)
]


def test_there_are_some():
    assert "tanh" in {case.values[0].name for case in KERNELS}


@pytest.mark.parametrize(("op", "sample"), KERNELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_kernel_is_the_rule(op, sample, dtype):
    (x,) = draw(op, sample, dtype)
    if not np.ndim(x):
        x = x.reshape(1)
    y = op.forward(x, **sample.params)
    if not np.ndim(y):
        return  # the engine keeps to the rule there
    g = np.random.default_rng(2).standard_normal(y.shape).astype(dtype)
    before = [array.copy() for array in (g, y, x)]
    found = op.kernel(g, y, x, **sample.params)
    rule = op.vjps[0](g, y, x, **sample.params)
    assert (found.shape, found.dtype) == (rule.shape, rule.dtype)
    np.testing.assert_allclose(found, rule, rtol=50 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).eps)
    for array, then in zip((g, y, x), before, strict=True):
        np.testing.assert_array_equal(array, then)


INTO = [
    pytest.param(op, sample, id=f"{op.name}-{i}")
    for op in ops.table.values()
    if op.into is not None
    for i, sample in enumerate(op.samples)
]


def test_there_are_forwards_into_given_arrays():
    assert {"conv", "add_winners"} <= {case.values[0].name for case in INTO}


@pytest.mark.parametrize(("op", "sample"), INTO)
@pytest.mark.parametrize("dense", [True, False])
def test_a_forward_into_a_given_array_is_the_forward(op, sample, dense):
    xs = draw(op, sample, np.float32)
    before = [x.copy() for x in xs]
    y = op.forward(*xs, **sample.params)
    out = np.empty(y.shape, y.dtype) if dense else op.forward(*xs, **sample.params)  # one that lies as results do
    out[...] = 7.0
    assert op.into(*xs, **sample.params, out=out) is out
    np.testing.assert_array_equal(out, y)
    for x, then in zip(xs, before, strict=True):
        np.testing.assert_array_equal(x, then)


@pytest.mark.parametrize("shape", [(), (0,), (5,), (3, 4), (300, 300), (90_000, 2), (2, 3, 20, 1000), (1, 70_000)])
@pytest.mark.parametrize("turned", [False, True])
def test_the_larger_of_an_element_and_nothing(shape, turned):
    x = np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    x = x.T if turned else x
    x = np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim > 2 else x  # with gaps
    y = at_least_nothing(x)
    assert (y.shape, y.dtype) == (x.shape, x.dtype)
    np.testing.assert_array_equal(y, np.maximum(x, 0))
    if x.size:
        assert not np.shares_memory(x, y)
    assert np.isnan(at_least_nothing(np.full((2, 2), np.nan))).all()
