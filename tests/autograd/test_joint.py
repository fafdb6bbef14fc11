"""Rows whose rules share work have it twice: one rule for each operand, which is printed, and one for all."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import ops
from tests.autograd.test_table import draw

JOINT = [
    pytest.param(op, sample, id=f"{op.name}-{i}")
    for op in ops.table.values()
    if op.joint is not None and op.vjps
    for i, sample in enumerate(op.samples)
]


def test_there_are_some():
    assert {case.values[0].name for case in JOINT} >= {"batch_norm", "layer_norm", "rnn", "lstm", "gru"}


@pytest.mark.parametrize(("op", "sample"), JOINT)
def test_the_rules_one_by_one_are_the_joint_rule(op, sample):
    xs, options = draw(op, sample), dict(sample.params)
    y = op.forward(*xs, **options)
    if op.saves:
        y, options[op.saves] = y
    g = np.random.default_rng(2).standard_normal(y.shape)
    together = op.joint(g, y, *xs, needs=(True,) * len(xs), **options)
    assert len(together) == len(xs)
    for i, found in enumerate(together):
        alone = op.vjps[i](g, y, *xs, **options)
        assert (found.shape, found.dtype) == (xs[i].shape, xs[i].dtype)
        np.testing.assert_allclose(alone, found, rtol=1e-12, atol=1e-14)
        needs = tuple(place == i for place in range(len(xs)))
        np.testing.assert_array_equal(op.joint(g, y, *xs, needs=needs, **options)[i], found)


@pytest.mark.parametrize(("op", "sample"), JOINT)
def test_what_the_joint_rule_does_not_look_at_can_be_anything(op, sample):
    xs, options = draw(op, sample), dict(sample.params)
    y = op.forward(*xs, **options)
    if op.saves:
        y, options[op.saves] = y
    g = np.random.default_rng(2).standard_normal(y.shape)
    needs = (True,) * len(xs)
    expected = op.joint(g, y, *xs, needs=needs, **options)
    unread = set(range(-1, len(xs))) - op.joint_reads
    y, *xs = (np.full_like(x, np.nan) if i in unread else x for i, x in enumerate((y, *xs), -1))
    for share, wanted in zip(op.joint(g, y, *xs, needs=needs, **options), expected, strict=True):
        np.testing.assert_array_equal(share, wanted)


def test_recurrent_rules_do_not_look_at_what_the_input_contributed():
    assert all(0 not in ops.table[name].joint_reads for name in ("rnn", "lstm", "gru"))
    assert 0 in ops.table["layer_norm"].joint_reads
