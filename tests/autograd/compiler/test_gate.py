"""What is asked at every call: whether a program serves it, and whether inputs can be read where they lie."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
from autograd import Tensor
from autograd.compiler.gate import gate, kinds, places


def test_a_gate_asks_about_what_is_there_now():
    box = [1, 2]
    same = gate({"box": box}, ["len(box) == 2", "box[0] is first"], "first")
    assert same(1)
    assert not same(2)
    box.append(3)
    assert not same(1)
    assert gate({}, [])()


@pytest.mark.parametrize(
    "args",
    [
        (),
        (np.zeros((2, 3)),),
        (np.zeros((2, 3)), np.zeros(2), np.zeros(2)),
        (np.zeros((3, 2)), np.zeros(2)),
        (np.zeros((2, 3), np.float32), np.zeros(2)),
        (np.zeros((2, 3)), [0.0, 0.0]),
        (np.zeros((2, 3)), Tensor(np.zeros(2))),
    ],
)
def test_arrays_of_another_kind_do_not_pass(args):
    fits = gate(*kinds([np.zeros((2, 3)), np.zeros(2)]), "args")
    assert fits((np.ones((2, 3)), np.ones(2)))
    assert not fits(args)


def test_arrays_that_lie_otherwise_do_not_pass():
    square, held = np.zeros((3, 3)), np.zeros((4, 3))
    right = gate(*places([square.strides], {id(held)}), "args")
    assert right((square,))
    assert not right((square.T,))
    assert not right((held,))
    assert not right((held[1:],))


def stepping(w):
    def step(x):
        w.grad = None
        loss = ((x @ w) ** 2).sum()
        loss.backward()
        w.assign_(w.detach() - 0.01 * w.grad)
        return loss

    return step


def test_a_variable_that_is_gone_is_missed_by_its_name():
    home = {"np": np, "factor": 2.0, "__name__": "somewhere"}
    exec("def step(x):\n    return x * factor", home)
    fast = autograd.compile(home["step"])
    assert fast(np.ones(2)).tolist() == [2.0, 2.0]
    del home["factor"]
    with pytest.raises(NameError, match="factor"):
        fast(np.ones(2))
    home["factor"] = 3.0
    assert fast(np.ones(2)).tolist() == [3.0, 3.0]


def test_inputs_that_lie_otherwise_are_copied_first():
    w, twin = (Tensor(np.linspace(-1, 1, 6).reshape(3, 2), requires_grad=True) for _ in range(2))
    fast, slow = autograd.compile(stepping(w)), stepping(twin)
    x = np.arange(12.0).reshape(4, 3)
    for given in (x, x.T.copy().T, np.repeat(x, 2, axis=1)[:, ::2], x[::-1], x):
        before = given.copy()
        assert fast(given).item() == pytest.approx(slow(given).item())
        np.testing.assert_array_equal(given, before)
    np.testing.assert_allclose(w.data, twin.data)


def test_an_input_that_shares_its_memory_with_what_the_step_writes():
    w = Tensor(np.linspace(-1, 1, 9).reshape(3, 3), requires_grad=True)
    twin = Tensor(w.data, requires_grad=True)
    fast, slow = autograd.compile(stepping(w)), stepping(twin)
    x = np.ones((3, 3))
    fast(x), slow(x)
    for shared in (lambda w: w.readonly, lambda w: w.grad.numpy(), lambda w: w.grad.numpy()[:]):
        assert fast(shared(w)).item() == pytest.approx(slow(shared(twin).copy()).item())
        np.testing.assert_allclose(w.readonly, twin.readonly)


def test_a_result_that_is_an_input_is_the_callers_own():
    @autograd.compile
    def step(x):
        return x, x * 2

    x = np.ones(3)
    same, _ = step(x)
    same[...] = 7.0
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_inputs_keep_the_names_that_the_step_gives_them():
    w = Tensor(np.ones((3, 2)), requires_grad=True)
    fast = autograd.compile(stepping(w))
    fast(np.ones((4, 3)))
    assert "def run(x):" in fast.source
    assert "x_T = x.T" in fast.source
    kinds = autograd.compile(lambda x: x.view(np.uint64) >> np.uint64(1))
    numbers = np.array([-3, 4])
    np.testing.assert_array_equal(kinds(numbers), numbers.view(np.uint64) >> np.uint64(1))
    assert "x_uint64 = x.view(uint64)" in kinds.source
    named = autograd.compile(lambda x, x_T: (x.T @ x * x_T.T @ x_T.T).sum())
    x, y = np.arange(9.0).reshape(3, 3), np.arange(9.0).reshape(3, 3) + 1
    assert named(x, y) == (x.T @ x * y.T @ y.T).sum()
