"""Arrays that change between forward and backward: a right gradient, or an error that names op and array."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, no_grad, ops
from autograd.errors import MutationError
from autograd.guard import COPIED, expose, exposed, fingerprint, held


def leaf(*shape: int, name: str | None = None, seed: int = 0) -> Tensor:
    return Tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=True, name=name)


def test_a_small_array_of_the_user_may_change():
    x, w = np.array([1.0, 2.0]), leaf(2)
    for y in (w * x, x * w, np.where(x > 0, w, 0.0) * x, ops.linear(x.reshape(1, 2), w.reshape(1, 2))):
        w.grad = None
        kept = x.copy()
        x[...] = 100.0
        y.sum().backward()
        np.testing.assert_array_equal(w.grad, [1.0, 2.0])
        x[...] = kept


def test_a_large_array_of_the_user_may_not():
    x = np.ones(COPIED // 8 + 1)
    w = Tensor(np.ones(x.shape), requires_grad=True)
    y = (w * x).sum()
    y.backward(retain_graph=True)
    x[-1] = 5.0
    with pytest.raises(MutationError, match=rf"'multiply'.*operand 1, shape \({x.size},\)"):
        y.backward(retain_graph=True)
    x[-1] = 1.0
    y.backward()
    np.testing.assert_array_equal(w.grad.data, 2.0)


def test_a_wrapped_array_is_the_users_too():
    x, w = np.array([1.0, 2.0]), leaf(2)
    y = (w * Tensor(x)).sum()
    x[...] = 100.0
    y.backward()
    np.testing.assert_array_equal(w.grad, [1.0, 2.0])


def test_data_handed_out_before():
    w = leaf(2, name="w")
    array = w.data
    (w * w).sum().backward()
    y = (w * w).sum()
    array[0] += 1.0
    with pytest.raises(MutationError, match=r"'multiply'.*w, operand 0"):
        y.backward()
    w.grad = None
    (w * w).sum().backward()
    np.testing.assert_array_equal(w.grad, 2 * array)


def test_data_handed_out_after():
    x = leaf(3)
    y = np.tanh(x)
    y.name = "hidden"
    loss = (y * y).sum()
    y.data[1:] = 0.0
    with pytest.raises(MutationError, match=r"'multiply'.*hidden"):
        loss.backward()
    x = leaf(3)
    y = np.tanh(x)
    loss = (y * 1.0).sum()
    y.data[0] = 9.0
    with pytest.raises(MutationError, match=r"'tanh'.*its result"):
        loss.backward()


def test_results_of_ops_that_give_several():
    m = Tensor([[2.0, 0.5], [0.1, 1.0]], requires_grad=True)
    _, logdet = np.linalg.slogdet(m)
    m.data[0, 0] = 9.0
    with pytest.raises(MutationError, match=r"'slogdet'.*operand 0"):
        logdet.backward()


def test_looking_is_no_crime():
    x = leaf(3)
    y = np.tanh(x)
    assert y.data.sum() < 3
    loss = (y * x).sum()
    assert x.data.shape == (3,)
    loss.backward()
    np.testing.assert_allclose(x.grad, y.data + x.data * (1 - y.data**2))


def test_views_of_handed_out_arrays_count():
    w = leaf(2, 2)
    row = w.data[0]
    y = (w.T @ w).sum()
    row[1] = 5.0
    with pytest.raises(MutationError):
        y.backward()


def test_the_loop_by_hand_of_every_tutorial():
    x, w = leaf(5, 2).data, leaf(2, seed=1)
    for _ in range(3):
        w.grad = None
        loss = ((x @ w) ** 2).sum()
        loss.backward()
        w.data -= 0.01 * w.grad.data
        with no_grad():
            w -= 0.01 * w.grad
    assert loss.item() < 10


def test_what_is_no_longer_there_is_forgotten():
    gc.collect()
    before = len(exposed)
    w = leaf(4)
    w.data.sum()
    assert len(exposed) == before + 1
    del w
    assert len(exposed) == before


def test_what_cannot_change_is_not_copied():
    frozen = np.ones(3)
    frozen.flags.writeable = False
    assert held(frozen, ops.multiply, 1) is frozen
    assert held(3.0, ops.multiply, 1) == 3.0
    window = frozen[:2]
    assert held(window, ops.multiply, 1) is not window
    array = np.ones(2)
    assert held(array, ops.multiply, 1) is not array
    assert held(array, ops.add, 1) is array


def test_what_no_rule_looks_at_may_change():
    x, c = leaf(3), np.ones(3)
    y = x + c
    loss = (y * 1.0).sum()
    c[...] = 9.0
    y.data[...] = 9.0
    with no_grad():
        x += 1.0
    loss.backward()
    np.testing.assert_array_equal(x.grad, np.ones(3))


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("add", set()), ("multiply", {0, 1}), ("tanh", {-1}), ("exp", {-1}), ("log", {0}), ("reshape", set()),
        ("divide", {-1, 1}), ("relu", {-1, 0}), ("linear", {-1, 0, 1, 2}), ("concatenate", {-1}),
    ],
)  # fmt: skip
def test_what_the_rules_look_at_is_found_in_them(name, reads):
    assert ops.table[name].reads >= reads
    if name not in ("linear", "concatenate"):
        assert ops.table[name].reads == reads


@given(st.integers(1, 5000), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_fingerprint_sees_one_change_and_one_exchange(size, i, j):
    x = np.random.default_rng(size).normal(size=size).astype(np.float32)
    i, j = i % size, j % size
    before = fingerprint(x)
    assert fingerprint(x.copy()) == before
    x[i] += 1.0
    assert fingerprint(x) != before
    x[i] -= 1.0
    y = x.copy()
    y[[i, j]] = y[[j, i]]
    if y[i] != x[i]:
        assert fingerprint(y) != fingerprint(x)


def test_fingerprints_of_strange_layouts():
    x = np.arange(24.0).reshape(2, 3, 4)
    for view in (x.T, x[:, ::-1], x[..., 0], np.asfortranarray(x), np.array(3.0), np.zeros((0, 3))):
        assert fingerprint(view) == fingerprint(view.copy())
    owner = np.ones((2, 3))
    expose(owner[0])
    assert id(owner) in exposed


def test_options_may_change_afterwards():
    x, chosen = Tensor([1.0, 2.0, 3.0], requires_grad=True), np.array([True, False, True])
    y = np.sum(x, where=chosen)
    chosen[...] = False
    y.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 0.0, 1.0])
