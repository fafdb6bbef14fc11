"""Hooks on tensors and on steps: what they see, what they may change, and that they go away."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from autograd import Tensor, on_step
from autograd.errors import GraphError, ShapeError
from autograd.hooks import hooked


def leaf(*values: float) -> Tensor:
    return Tensor(list(values), requires_grad=True)


def test_a_hook_sees_the_complete_gradient_once_a_pass():
    x = leaf(1.0, 2.0)
    y = x * x
    seen = []
    y.register_hook(lambda g: seen.append(g.data.tolist()))
    x.register_hook(lambda g: seen.append(g.data.tolist()))
    z = (y + y * 3).sum()
    z.backward(retain_graph=True)
    assert seen == [[4.0, 4.0], [8.0, 16.0]]
    z.backward()
    assert len(seen) == 4


def test_a_hook_may_change_the_gradient():
    x = leaf(1.0, 2.0)
    y = x * 1
    y.register_hook(lambda g: g * 2)
    x.register_hook(lambda g: np.asarray(g) + 1)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])


def test_dtype_and_shape_are_kept():
    x = Tensor(np.ones(2, np.float32), requires_grad=True, name="w")
    x.register_hook(lambda g: g.data.astype(np.float64))
    (x * 2).sum().backward()
    assert x.grad.dtype == np.float32
    x.register_hook(lambda g: g.sum())
    x.grad = None
    with pytest.raises(ShapeError, match=r"hook of w.*\(\).*\(2,\)"):
        (x * 2).sum().backward()
    assert x.grad is None


def test_hooks_run_in_order_and_can_be_removed():
    x = leaf(1.0)
    order = []
    first = x.register_hook(lambda g: order.append("first"))
    with x.register_hook(lambda g: order.append("second")):
        (x * 2).backward()
    assert order == ["first", "second"]
    (x * 2).backward()
    assert order == ["first", "second", "first"]
    first.remove()
    first.remove()
    (x * 2).backward()
    assert len(order) == 3


def test_hooks_see_graphs_when_the_pass_is_recorded():
    x = leaf(2.0)
    y = x * x
    y.register_hook(lambda g: g * x)
    y.sum().backward(create_graph=True)
    g = x.grad
    assert g.item() == 8.0
    x.grad = None
    g.sum().backward()
    assert x.grad.item() == 8.0


def test_constants_have_no_hooks():
    with pytest.raises(GraphError, match="constant"):
        Tensor(1.0).register_hook(print)


def test_retain_grad():
    x = leaf(3.0)
    y = x * x
    y.retain_grad()
    y.retain_grad()
    x.retain_grad()
    assert y.grad is None
    z = y * 2
    z.backward(retain_graph=True)
    z.backward()
    assert (y.grad.item(), x.grad.item()) == (4.0, 24.0)
    assert (x * 1).grad is None


def test_steps_can_be_observed_from_outside():
    x = leaf(3.0)
    names = []
    with on_step(lambda step: names.append(step.node.op.name)):
        (np.tanh(x) * 2).sum().backward()
    (np.tanh(x) * 2).sum().backward()
    assert names == ["sum", "multiply", "tanh"]


def test_what_has_hooks_is_freed_like_the_rest():
    gc.collect()
    before = len(hooked)
    x = leaf(1.0)
    y = x * x
    y.register_hook(lambda g: None)
    y.retain_grad()
    y.backward()
    alive = weakref.ref(y.node)
    del y
    assert alive() is None
    assert len(hooked) == before


def test_without_its_last_hook_a_place_is_as_any_other():
    x = leaf(1.0)
    first, second = x.register_hook(lambda g: None), x.register_hook(lambda g: None)
    first.remove()
    assert len(hooked) == 1
    second.remove()
    second.remove()
    assert not hooked
    with x.register_hook(lambda g: g * 3):
        second.remove()  # of earlier hooks, which are gone
        (x * 1).sum().backward()
    assert x.grad.item() == 3.0
    assert not hooked
