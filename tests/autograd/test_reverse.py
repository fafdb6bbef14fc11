"""The backward pass: what arrives where, in which order, what it frees and what it refuses."""

from __future__ import annotations

import gc
import sys
import weakref

import numpy as np
import pytest

from autograd import Tensor, ops
from autograd.errors import GraphError, MutationError, ShapeError
from autograd.reverse import steps, unbroadcast


def leaf(*values: float, name: str | None = None) -> Tensor:
    return Tensor(list(values), requires_grad=True, name=name)


def test_a_diamond_is_walked_once_a_node():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(60):
        y = y + y
    seen = [step.node for step in steps(y)]
    assert len(seen) == len(set(seen)) == 60
    y.backward()
    assert x.grad.item() == 2.0**60


def test_nodes_come_newest_first_and_only_when_complete():
    x = leaf(1.0, 2.0)
    a = x * x
    b = np.exp(a)
    c = a + b
    names = [step.node.op.name for step in steps(c.sum())]
    assert names == ["sum", "add", "exp", "multiply"]
    for step in steps(c.sum()):
        if step.node.op.name == "multiply":
            np.testing.assert_allclose(step.cotangent, 1 + np.exp([1.0, 4.0]))
            assert [i for i, _ in step.contributions] == [0, 1]


def test_many_branches_of_unequal_length():
    x = leaf(0.3, 0.5)
    branches = []
    for length in (5, 1, 3, 2, 4):
        y = x
        for _ in range(length):
            y = y * 1.5
        branches.append(y)
    order = [step.node.seq for step in steps(np.stack(branches).sum())]
    assert order == sorted(order, reverse=True)
    np.stack(branches).sum().backward()
    np.testing.assert_allclose(x.grad, np.full(2, sum(1.5**k for k in (1, 2, 3, 4, 5))))


def test_watching_leaves_grad_alone_and_keeps_the_record():
    x = leaf(2.0)
    y = (x * x).sum()
    last = list(steps(y))[-1]
    assert x.grad is None
    assert last.cotangents[x.node] == [4.0]
    y.backward()
    assert x.grad.item() == 4.0


def test_watching_may_free_as_it_goes():
    y = (leaf(2.0) * 3).sum()
    list(steps(y, retain_graph=False))
    with pytest.raises(GraphError, match="retain_graph"):
        list(steps(y))


def test_a_second_pass_needs_the_record():
    x = leaf(2.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 8.0
    with pytest.raises(GraphError, match=r"freed.*'sum'.*retain_graph=True"):
        y.backward()
    assert x.grad.item() == 8.0


def test_the_seed_is_checked():
    x = leaf(1.0, 2.0)
    with pytest.raises(GraphError, match=r"\(2,\)"):
        (x * 2).backward()
    with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
        (x * 2).backward(np.ones(3))
    with pytest.raises(GraphError, match="requires_grad=True"):
        Tensor(1.0).backward()
    assert x.grad is None
    (x * 2).backward(Tensor([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad, [2.0, 20.0])
    (x * 2).backward([1, 1])
    np.testing.assert_array_equal(x.grad, [4.0, 22.0])


def test_backward_of_a_leaf_is_the_seed():
    x = Tensor(3.0, requires_grad=True)
    x.backward()
    assert x.grad.item() == 1.0


def test_gradients_never_share_memory():
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    seed = np.ones(2)
    (a + b).backward(seed)
    arrays = [a.grad.data, b.grad.data, seed]
    assert not any(np.shares_memory(p, q) for i, p in enumerate(arrays) for q in arrays[:i])
    assert a.grad.data.flags.writeable
    kept = a.grad
    (a * 1).sum().backward()
    np.testing.assert_array_equal(kept, [1.0, 1.0])
    np.testing.assert_array_equal(a.grad, [2.0, 2.0])


def test_derivatives_of_any_order():
    x = Tensor(2.0, requires_grad=True)
    y = x**4
    for expected in (32.0, 48.0, 48.0, 24.0):
        x.grad = None
        y.backward(create_graph=True)
        y = x.grad
        assert y.item() == expected
    x.grad = None
    y.backward(create_graph=True)
    assert x.grad is None or x.grad.item() == 0.0


def test_create_graph_takes_a_tracked_seed():
    x, v = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (x * x).backward(v, create_graph=True)
    x.grad.sum().backward()
    np.testing.assert_array_equal(v.grad, [2.0, 4.0])


def test_composites_have_second_derivatives():
    rng = np.random.default_rng(0)
    w = Tensor(rng.normal(size=(3, 4)), requires_grad=True)
    x = rng.normal(size=(5, 4))
    loss = ops.softmax_cross_entropy(ops.relu(ops.linear(x, w)), np.array([0, 2, 1, 1, 0]))
    loss.backward(create_graph=True)
    (w.grad * w.grad).sum().backward()
    assert np.isfinite(w.grad.data).all()


def test_outputs_that_nothing_depends_on_count_as_zero():
    x = leaf(1.0, 2.0, 3.0, 4.0)
    first, *_ = np.split(x, 4)
    (first * 5).sum().backward()
    np.testing.assert_array_equal(x.grad, [5.0, 0.0, 0.0, 0.0])
    x.grad = None
    parts = np.split(x, 2)
    (parts[1] * parts[1] + parts[1]).sum().backward(create_graph=True)
    np.testing.assert_array_equal(x.grad.data, [0.0, 0.0, 7.0, 9.0])


def test_an_output_used_twice():
    m = Tensor([[2.0, 0.5], [0.1, 1.0]], requires_grad=True)
    _, logdet = np.linalg.slogdet(m)
    (logdet + logdet).backward()
    np.testing.assert_allclose(m.grad, 2 * np.linalg.inv(m.data).T)


def test_a_leaf_written_to_after_the_forward_pass_is_refused_by_name():
    w = leaf(1.0, 2.0, name="w")
    y = (w * w).sum()
    w.assign_([5.0, 6.0])
    with pytest.raises(MutationError, match=r"'multiply'.*\(w, operand 0.*forward"):
        y.backward()
    assert w.grad is None
    z = (w * w).sum()
    other = leaf(1.0)
    other.assign_(2.0)
    z.backward()
    np.testing.assert_array_equal(w.grad, [10.0, 12.0])


def test_a_long_chain_differentiates_at_the_default_recursion_limit_and_is_freed():
    assert sys.getrecursionlimit() <= 10_000
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(200_000):
        y = y * 1.0
    y.backward(retain_graph=True)
    assert x.grad.item() == 1.0
    del y


def test_a_graph_is_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        y = np.tanh(x) * x + np.split(x, 2)[0]
        alive = weakref.ref(y.node)
        y.sum().backward(create_graph=True)
        del y
        x.grad = None
        assert alive() is None
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("shape", "target"),
    [((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3), ()), ((4, 2, 3), (1, 3)), ((0, 2), (1, 2)), ((2,), (2,))],
)
def test_unbroadcast(shape, target):
    g = np.arange(np.prod(shape), dtype=float).reshape(shape)
    back = unbroadcast(g, target)
    assert back.shape == target
    np.testing.assert_allclose(back.sum(), g.sum())


def test_the_worked_example_of_the_module():
    x = Tensor(3.0, requires_grad=True)
    (x * x + x).backward()
    assert x.grad.item() == 7.0
