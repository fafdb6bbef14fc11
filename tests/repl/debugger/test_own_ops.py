"""Ops of the learner's own, and parts that are computed again: how they are written, and what `check` measures."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
from autograd import Tensor, primitive
from repl import Debugger


@primitive(vjp=lambda g, y, x, n, twice=False: g * n * x ** (n - 1))
def power(x, n, *, twice=False):  # type: ignore[no-untyped-def]
    return x**n * (2 if twice else 1)


def test_a_primitive_is_written_as_it_was_called() -> None:
    z = Tensor([1.0, 2.0], requires_grad=True)
    debugger = Debugger(power(z, 3).sum(), names={"z": z})
    assert debugger.next().expression == "t1 = power(z, 3)"
    assert all(row.agrees for row in debugger.check().rows)
    debugger = Debugger(power(z, 3, twice=True).sum(), names={"z": z})
    assert debugger.next().expression == "t1 = power(z, 3, twice=True)"
    assert [row.agrees for row in debugger.check().rows] == [True, False]  # whose rule forgot the factor


def test_a_checkpointed_part_is_measured() -> None:
    z, w = Tensor([1.0, 2.0], requires_grad=True), Tensor([0.5, -1.0], requires_grad=True)
    part = autograd.checkpoint(lambda x, y: np.tanh(x * 2) * y)
    debugger = Debugger((part(z, w) ** 2).sum(), names={"z": z, "w": w})
    debugger.until("checkpoint")
    found = debugger.check()
    assert [row.what[:10] for row in found.rows[1:]] == ["added to z", "added to w"]
    assert all(row.agrees for row in found.rows)
    slope = (1 - np.tanh(2 * z.data) ** 2) * 2 * w.data
    np.testing.assert_allclose(found.rows[1].engine, (2 * np.tanh(2 * z.data) * w.data * slope)[0], rtol=1e-12)


def test_a_checkpointed_part_that_closes_over_a_weight_says_why_it_is_not_measured() -> None:
    z, w = Tensor([1.0, 2.0], requires_grad=True), Tensor([0.5, -1.0], requires_grad=True)
    debugger = Debugger(autograd.checkpoint(lambda x: x * w)(z).sum(), names={"z": z, "w": w})
    debugger.until("checkpoint")
    assert "pass them to it, to have them measured" in debugger.check().note


def test_several_results_of_a_checkpointed_part_at_other_numbers() -> None:
    z = Tensor([1.0, 2.0], requires_grad=True)
    one, two = autograd.checkpoint(lambda x: (x * 2, x * x))(z)
    op = one.node.source.op if hasattr(one.node, "source") else one.node.inputs[0].op
    for got, want in zip(op.forward(np.array([3.0])), ([6.0], [9.0]), strict=True):
        assert got.tolist() == pytest.approx(want)
    assert two.shape == (2,)
