"""Busy rows have their rule a second time, written for speed: it is the same rule, and leaves its operands alone."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import ops
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
    out = np.empty_like(x)
    found = op.kernel(g, y, x, **sample.params)
    assert op.kernel(g, y, x, out=out, **sample.params) is out
    np.testing.assert_array_equal(out, found)
    rule = op.vjps[0](g, y, x, **sample.params)
    assert (found.shape, found.dtype) == (rule.shape, rule.dtype)
    np.testing.assert_allclose(found, rule, rtol=50 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).eps)
    for array, then in zip((g, y, x), before, strict=True):
        np.testing.assert_array_equal(array, then)
