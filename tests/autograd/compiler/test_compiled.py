"""`compile`: what a compiled function gives, when it records anew, and that nothing is half done."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, errors, no_grad
from autograd.compiler import live

UNARY = (np.tanh, np.exp, np.sin, np.abs, np.negative, np.square, lambda x: np.maximum(x, 0.0), lambda x: x.clip(-1, 1))
BINARY = (np.add, np.subtract, np.multiply, np.maximum, lambda x, y: x / (1.5 + y * y), lambda x, y: x @ y.T @ x)


def parameters(dtype=np.float64, seed=3):
    rng = np.random.default_rng(seed)
    return Tensor(rng.normal(size=(4, 3)).astype(dtype), requires_grad=True, name="w"), Tensor(
        rng.normal(size=3).astype(dtype), requires_grad=True, name="b"
    )


def inputs(dtype=np.float64, rows=5, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, 4)).astype(dtype)


def stepping(w, b):
    def step(x):
        w.grad = b.grad = None
        loss = (np.tanh(x @ w + b) ** 2).sum()
        loss.backward()
        return loss

    return step


@given(st.data())
def test_random_programs_give_what_they_give_eagerly(data):
    chosen = data.draw(st.lists(st.sampled_from([*UNARY, *BINARY]), min_size=1, max_size=8))
    places = data.draw(st.lists(st.integers(0, 20), min_size=2 * len(chosen), max_size=2 * len(chosen)))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    w = Tensor(rng.normal(size=(3, 3)).astype(dtype), requires_grad=True)

    def step(x):
        w.grad = None
        values = [w, x, w * 0.5]
        for i, op in enumerate(chosen):
            a, b = (values[p % len(values)] for p in places[2 * i : 2 * i + 2])
            made = op(a) if op in UNARY else op(a, b)
            values.append(np.tanh(made))
        loss = (values[-1] * w).mean()
        loss.backward()
        return loss, values[-1]

    fast = autograd.compile(step)
    for _ in range(3):
        x = rng.normal(size=(3, 3)).astype(dtype)
        with np.errstate(all="ignore"):
            loss, last = fast(x)
            grad = w.grad.data.copy()
            expected, expected_last = step(x)
        np.testing.assert_allclose(loss.data, expected.data, rtol=1e-5 if dtype is np.float32 else 1e-12)
        np.testing.assert_allclose(np.asarray(getattr(last, "data", last)), np.asarray(expected_last.data), rtol=1e-5)
        np.testing.assert_allclose(grad, w.grad.data, rtol=1e-4, atol=1e-6)
        assert (loss.dtype, grad.dtype) == (dtype, dtype)


def test_a_new_shape_or_dtype_is_recorded_anew_and_the_old_one_kept():
    w, b = parameters()
    step = stepping(w, b)
    fast = autograd.compile(step)
    sources = []
    for rows in (5, 7, 5, 1, 0):
        x = inputs(rows=rows)
        assert fast(x).item() == pytest.approx(step(x).item())
        sources.append(fast.source)
    assert sources[0] == sources[2]
    assert sources[0] != sources[1]
    assert fast(inputs(np.float32)).item() == pytest.approx(step(inputs(np.float32)).item())


def test_two_runs_are_bit_identical():
    runs = []
    for _ in range(2):
        w, b = parameters(np.float32)
        fast = autograd.compile(stepping(w, b))
        runs.append([fast(inputs(np.float32, seed=i)).data.tobytes() + w.grad.data.tobytes() for i in range(5)])
    assert runs[0] == runs[1]


def test_source_names_the_ops_and_runs_in_reused_memory():
    w, b = parameters()
    fast = autograd.compile(stepping(w, b))
    with pytest.raises(errors.GraphError, match="no call yet"):
        _ = fast.source
    fast(inputs())
    assert "# tanh, its gradient" in fast.source
    assert "tanh(" in fast.source
    assert fast.source.count("def run(x):") == 1
    compile(fast.source, "source", "exec")
    shared, apart = fast.memory
    assert 0 < shared < apart


def test_a_long_chain_works_in_the_memory_of_a_few_of_its_results():
    def chain(x):
        for _ in range(50):
            x = np.tanh(x * 1.01)
        return x

    fast = autograd.compile(chain)
    x = inputs()
    np.testing.assert_array_equal(fast(x), chain(x))
    assert fast.memory[0] <= 2 * x.nbytes


def test_results_and_unused_work():
    def several(x, scale):
        _unused = np.exp(x) * 3
        return {"a": x * scale, "b": [x.sum(), 7, None], "c": np.arange(3)}

    fast = autograd.compile(several)
    x = inputs()
    first = fast(x, 2.0)
    second = fast(2 * x, 2.0)
    np.testing.assert_array_equal(first["a"] * 2, second["a"])
    assert first["b"] == [pytest.approx(x.sum()), 7, None]
    assert first["c"].tolist() == [0, 1, 2]
    assert "exp" not in fast.source
    assert fast(x, scale=3.0)["a"][0, 0] == x[0, 0] * 3


def test_tensors_as_arguments():
    w, b = parameters()

    def step(x, weight):
        weight.grad = b.grad = None
        loss = (x @ weight + b).sum()
        loss.backward()
        return loss

    fast = autograd.compile(step)
    constant = Tensor(inputs())
    assert fast(constant, w).item() == pytest.approx(step(constant, w).item())
    fast(Tensor(inputs(seed=1)), w)
    np.testing.assert_allclose(w.grad.data, inputs(seed=1).sum(0)[:, None] * np.ones(3))
    with pytest.raises(errors.GraphError, match="computed by 'multiply'"):
        fast(constant, w * 2)


def test_parameters_are_live():
    w, b = parameters()
    step = stepping(w, b)
    fast = autograd.compile(step)
    fast(inputs())
    w.assign_(np.ones((4, 3)))
    assert fast(inputs()).item() == pytest.approx(step(inputs()).item())
    w._data = np.full((4, 3), 2.0)  # as an optimiser does that lays parameters together
    assert fast(inputs()).item() == pytest.approx(step(inputs()).item())


def test_what_is_tracked_is_part_of_the_program():
    w, b = parameters()

    def step(x):
        w.grad = None
        loss = np.tanh(x @ w + b.detach()).sum() + (w * b.detach()).sum()
        loss.backward()
        return loss

    fast = autograd.compile(step)
    fast(inputs())
    b.requires_grad_(False)
    assert fast(inputs()).item() == pytest.approx(step(inputs()).item())


def test_updates_by_hand():
    w, b = parameters()
    twin, other = parameters()

    def updating(w, b):
        def step(x):
            w.grad = b.grad = None
            loss = ((x @ w + b) ** 2).mean()
            loss.backward()
            with no_grad():
                w.assign_(w.detach() - 0.1 * w.grad)
                b[...] = b - 0.1 * b.grad
            return loss

        return step

    slow, fast = updating(twin, other), autograd.compile(updating(w, b))
    for i in range(4):
        assert fast(inputs(seed=i)).item() == pytest.approx(slow(inputs(seed=i)).item())
    np.testing.assert_allclose(w.data, twin.data)
    np.testing.assert_allclose(b.data, other.data)
    y = (w * w).sum()
    fast(inputs())
    with pytest.raises(errors.MutationError):
        y.backward()


def test_buffers_are_live_and_written():
    class Counter:
        def __init__(self):
            self.seen = np.zeros(4)

    counter = Counter()

    @autograd.compile
    def step(x):
        counter.seen += x.sum(axis=0)
        return counter.seen * 2

    for _ in range(3):
        given = step(np.ones((5, 4)))
    assert counter.seen.tolist() == [15.0] * 4
    assert given.tolist() == [30.0] * 4
    counter.seen = np.zeros(4)  # another array in its place
    step(np.ones((5, 4)))
    assert counter.seen.tolist() == [5.0] * 4


def test_random_numbers_are_drawn_at_each_run():
    def noisy(rng):
        return lambda x: x * live(rng.random, x.shape)

    x = inputs()
    fast, slow = autograd.compile(noisy(np.random.default_rng(0))), noisy(np.random.default_rng(0))
    for _ in range(3):
        np.testing.assert_array_equal(fast(x), slow(x))


def test_whoever_watches_gets_the_step_itself():
    w, b = parameters()
    fast = autograd.compile(stepping(w, b))
    fast(inputs())
    seen = []
    with autograd.on_step(lambda passed: seen.append(passed.node.op.name)):
        fast(inputs())
    assert "tanh" in seen
    with w.register_hook(lambda g: seen.append("hook")):
        fast(inputs())
    assert seen[-1] == "hook"


def test_a_compiled_function_in_a_compiled_step_is_part_of_it():
    inner = autograd.compile(lambda x: np.tanh(x) * 2)
    outer = autograd.compile(lambda x: inner(x) + 1)
    np.testing.assert_allclose(outer(inputs()), np.tanh(inputs()) * 2 + 1)
    with pytest.raises(errors.GraphError):
        _ = inner.source


def test_threads_take_turns():
    fast = autograd.compile(lambda x: np.tanh(np.tanh(x * 2) * 3) @ np.ones((4, 4)))
    xs = [inputs(seed=i) for i in range(4)]
    expected = [fast(x) for x in xs]
    wrong = []

    def work(i):
        wrong.extend(1 for _ in range(50) if not np.array_equal(fast(xs[i]), expected[i]))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_without_recording_gradients_there_is_another_program():
    w, b = parameters()
    fast = autograd.compile(lambda x: np.tanh(x @ w + b))
    with_record = fast(inputs())
    with no_grad():
        np.testing.assert_array_equal(fast(inputs()).data, with_record.data)


def test_the_row_that_lost_a_value_is_found_among_those_that_gave_constants():
    """The gradients of sums are constants on the way to that of a read by an argument, which is none."""
    w = autograd.Tensor(np.arange(12.0).reshape(4, 3), requires_grad=True)

    def step(index):
        w.grad = None
        z = w * 2.0
        loss = z[np.arange(4), index].sum() + z.sum()
        loss.backward()
        return loss

    fast = autograd.compile(step)
    for index in (np.array([0, 1, 2, 0]), np.array([2, 2, 2, 2])):
        expected = step(index).item(), w.grad.tolist()
        assert (fast(index).item(), w.grad.tolist()) == expected
    assert "sum_gradient" not in fast.source
