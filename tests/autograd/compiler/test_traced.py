"""What NumPy offers, recorded: each form gives compiled what it gives plainly, on other numbers too."""

from __future__ import annotations

import functools
import tracemalloc
from itertools import combinations

import numpy as np
import pytest

import autograd
from autograd import Tensor, errors, no_grad
from autograd.compiler import Traced
from autograd.compiler.program import holder_of
from autograd.compiler.traced import traced


def at(x):
    y = np.zeros_like(x) + x[0]
    np.add.at(y, np.array([0, 0, 1]), x[:3])
    return y


def parts(x):
    y = x * 1.0
    y[1] = x[0]
    y[:, np.array([0, 2])] = 5.0
    y += 1
    y[0] *= x[2]
    return y


def written(x):
    y = x * 1.0
    np.multiply(x, 2.0, out=y)
    np.maximum(y, x, out=y)
    np.add.reduce(x, axis=0, out=y[0])
    np.cumsum(x, axis=0, out=y)
    np.copyto(y[0], x[1])
    np.copyto(y, 0.0, where=x > 1)
    y.sort(axis=0)
    return y


def scalars(x):
    return x[0, 0] + x.sum() * np.float64(2.0), x.max(), np.vdot(x, x)


def casts(x):
    return x.astype(np.float32), x.astype(np.float64, copy=False) * 2, np.array(x, subok=True) + 1, (x > 0).astype(int)


def statistics(x):
    means = (
        x.mean(),
        x.mean(axis=0, keepdims=True),
        x.astype(np.float16).mean(),
        x.mean(axis=1, where=x > -9, dtype=float),
    )
    return *means, x.var(axis=0), x.std(), x.sum(axis=0, where=x > 0), x.min(axis=-1), x.prod(), (x > 0).any(axis=0)


def shapes(x):
    wide = x.T.reshape(-1)[::2].copy()
    return wide, x.ravel(), np.moveaxis(x, 0, 1) * 1.0, np.broadcast_to(x[0], (2, 4)) + 0.5, x.shape, np.ndim(x)


def functions(x):
    joined = np.concatenate([x, 2 * x]), np.stack([x, x], axis=1), np.where(x > 0, x, 0.0), np.take(x, [1, 0], axis=0)
    return *joined, np.dot(x, x.T), np.einsum("ij,kj->ik", x, x), *np.linalg.svd(x.T @ x + np.eye(4)), *np.modf(x)


def accumulated(x):
    return np.add.accumulate(x, axis=1), np.multiply.outer(x[0], x[1]), np.maximum(x, 0), np.argmax(x, axis=1), 2**x


def reset(x):
    """Constants that are written are as they were at each run."""
    total = np.zeros(4)
    np.add(total, x[0], out=total)
    np.add(total, x[1], out=total)
    return total


def passed_through(x):
    return x, x[1:], np.zeros(2), float("inf"), [x * 2]


CASES = [at, parts, written, scalars, casts, statistics, shapes, functions, accumulated, reset, passed_through]


def arrays(made):
    made = made if isinstance(made, (tuple, list)) else (made,)
    return [np.asarray(part) for item in made for part in (item if isinstance(item, list) else [item])]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_forms_of_calls(function):
    fast = autograd.compile(function)
    for seed in range(3):
        x = np.random.default_rng(seed).normal(size=(5, 4))
        before = x.copy()
        for a, b in zip(arrays(fast(x)), arrays(function(x)), strict=True):
            assert (a.shape, a.dtype) == (b.shape, b.dtype)
            np.testing.assert_allclose(a, b, rtol=1e-12)
        np.testing.assert_array_equal(x, before)


def test_products_are_made_where_they_are_wanted():
    for product in (lambda x: x.dot(x.T), lambda x: np.dot(x, x.T), lambda x: x @ x.T):
        fast = autograd.compile(product)
        x = np.random.default_rng(0).normal(size=(5, 4))
        np.testing.assert_array_equal(fast(x), product(x))
        assert "copyto" not in fast.source


def test_empty_arrays():
    fast = autograd.compile(lambda x: (np.exp(x) @ np.ones((4, 2)), x.sum(axis=0), np.concatenate([x, x])))
    a, b, c = fast(np.zeros((0, 4)))
    assert (a.shape, b.tolist(), c.shape) == ((0, 2), [0.0] * 4, (0, 4))


def test_gradients_are_handed_over_but_no_two_share_their_memory():
    leaves = a, b, c, d, e, f = tuple(Tensor(np.full((2, 3), float(i)), requires_grad=True) for i in range(6))

    def step(x):
        for leaf in leaves:
            leaf.grad = None
        loss = ((a.reshape(2, 3) + b) * x).sum() + (c[...] * d[:]).sum() + np.swapaxes(c, 0, 1).sum()
        loss = loss + ((e.T + f.T) * x.T).sum()
        loss.backward()
        return loss

    fast = autograd.compile(step)
    for x in (np.ones((2, 3)), np.arange(6.0).reshape(2, 3)):
        fast(x)
        grads = [leaf.grad.numpy() for leaf in leaves]
        for grad, expected in zip(grads, (x, x, np.full((2, 3), 4.0), np.full((2, 3), 2.0), x, x), strict=True):
            np.testing.assert_array_equal(grad, expected)
        assert not any(np.shares_memory(p, q) for p, q in combinations(grads, 2))


def test_a_gradient_is_not_copied_while_it_is_recorded():
    w, x = Tensor(np.ones((500, 600)), requires_grad=True), np.ones((4, 500))

    def step(x):
        w.grad = None
        (x @ w).sum().backward()

    fast = autograd.compile(step)
    tracemalloc.start()
    try:
        fast(x)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert w.grad.readonly.nbytes <= most < 1.5 * w.grad.readonly.nbytes
    assert holder_of(w.grad._data).base is None  # the program has memory, not addresses that stand for it


def test_a_copy_that_is_not_what_it_was_made_from_is_refused():
    with pytest.raises(errors.UnsupportedError, match="made from another in a way that is not recorded"):
        autograd.compile(lambda x: x.byteswap() + x)(np.ones(3))


def test_results_are_the_callers_own():
    fast = autograd.compile(lambda x: (x * 2, x))
    x = np.ones(3)
    first, same = fast(x)
    fast(np.zeros(3))
    first[0] = same[0] = 7.0
    assert first.tolist() == [7.0, 2.0, 2.0]
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_a_partial_and_a_method_are_steps():
    class Model:
        scale: np.ndarray

        def __init__(self):
            self.scale = np.ones(4)

        def step(self, x):
            return self.scale * x

        def __call__(self, x):
            return self.step(x) + 1

    model, factor = Model(), Tensor(np.full(4, 3.0))
    x = np.arange(4.0)
    partial = autograd.compile(functools.partial(lambda f, x: f * x, factor))
    for fast, expected in ((autograd.compile(model.step), 1.0), (autograd.compile(model), 1.0), (partial, 3.0)):
        first = np.asarray(fast(x).data if isinstance(fast(x), Tensor) else fast(x))
        np.testing.assert_array_equal(first - first[0], expected * x)
    model.scale[:] = 2.0
    factor.assign_(np.full(4, 5.0))
    assert autograd.compile(model.step)(x)[1] == 2.0
    assert partial(x).data[1] == 5.0


def test_tables_lists_and_generators_around_a_step():
    table = {"w": np.ones(4), "more": [np.full(4, 2.0)], "fixed": (np.full(4, 3.0),)}

    @autograd.compile
    def step(x):
        return table["w"] * x + table["more"][0] + table["fixed"][0]

    assert step(np.ones(4)).tolist() == [6.0] * 4
    table["w"][:] = 10.0
    table["fixed"][0][:] = 4.0
    assert step(np.ones(4)).tolist() == [16.0] * 4
    table["more"][0] = np.zeros(4)
    assert step(np.ones(4)).tolist() == [14.0] * 4


def test_overflow_in_an_array_is_still_an_array():
    fast = autograd.compile(np.exp)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        fast(np.array([1000.0]))
    assert fast(np.array([0.0])).tolist() == [1.0]


def test_outside_a_recording_the_arrays_are_as_any():
    array = traced(np.arange(6.0).reshape(2, 3))
    assert isinstance(array, Traced)
    assert float(array.sum()) == 15.0
    assert bool(array[0, 0] == 0)
    assert array.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    array[0] = np.ones(3)
    array[:, np.array([0])] = 9.0
    array *= 2
    np.add.at(array, 0, 1.0)
    array.fill(0.5)
    assert np.asarray(array).tolist() == [[0.5] * 3] * 2
    assert np.concatenate([array, array]).shape == (4, 3)


def test_a_step_without_gradients():
    w = Tensor(np.ones((4, 2)), requires_grad=True)

    @autograd.compile
    def predict(x):
        with no_grad():
            return np.tanh(x @ w).sum(axis=1)

    x = np.ones((3, 4))
    np.testing.assert_allclose(predict(x).data, np.tanh(np.full((3, 2), 4.0)).sum(axis=1))
    assert not predict(x).requires_grad


def test_a_variable_that_is_not_there_yet():
    @autograd.compile
    def step(x):
        return x if x.shape[0] < 10 else later

    assert step(np.ones(2)).tolist() == [1.0, 1.0]
    later = 3
    assert later == 3


def test_deleted_graphs_and_views_in_a_step():
    w = Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)

    @autograd.compile
    def step(x):
        w.grad = None
        y = w * x
        y[0] = y[1] * 2.0
        (y[:, 1:] * w[:, :2]).sum().backward()
        return y

    def eager(x):
        w.grad = None
        y = w * x
        y[0] = y[1] * 2.0
        (y[:, 1:] * w[:, :2]).sum().backward()
        return y

    for x in (np.ones((2, 3)), np.arange(6.0).reshape(2, 3)):
        made, grad = step(x).data, w.grad.data.copy()
        np.testing.assert_allclose(made, eager(x).data)
        np.testing.assert_allclose(grad, w.grad.data)


def test_higher_derivatives():
    w = Tensor(np.array([0.5, -0.3]), requires_grad=True)

    def step(x):
        return autograd.grad(lambda v: (autograd.grad(lambda u: np.sum(np.tanh(u * x) ** 3))(v) ** 2).sum())(w.detach())

    fast = autograd.compile(step)
    for x in (np.array([1.0, 2.0]), np.array([0.3, 0.7])):
        np.testing.assert_allclose(np.asarray(fast(x)), np.asarray(step(x)))


def test_an_unknown_attribute_of_numpy_is_refused():
    with pytest.raises(errors.UnsupportedError, match="tolist"):
        autograd.compile(lambda x: x * len(x.tolist()))(np.ones(3))
