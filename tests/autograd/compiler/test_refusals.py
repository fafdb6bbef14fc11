"""What `compile` refuses by name, and that a refusal or a failure leaves everything as it was."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
from autograd import Tensor, errors, no_grad


def parameters():
    rng = np.random.default_rng(3)
    return Tensor(rng.normal(size=(4, 3)), requires_grad=True, name="w"), Tensor(
        rng.normal(size=3), requires_grad=True, name="b"
    )


def inputs():
    return np.random.default_rng(0).normal(size=(5, 4))


def refused(step, *args, match):
    fast = autograd.compile(step)
    with pytest.raises(errors.UnsupportedError, match=match):
        fast(*args)


def test_branches_on_values_are_refused_by_name():
    def branching(x):
        return x if x.sum() > 0 else -x

    refused(branching, inputs(), match=r"compile \(branching, line .*branch on bool")
    w, _ = parameters()
    refused(lambda x: x * float((w * w).sum()), inputs(), match="float|item")
    refused(lambda x: x * (w * w).sum().item(), inputs(), match="item")
    refused(lambda x: x * int(x[0, 0]), inputs(), match="int")
    refused(lambda x: x[x > 0], inputs(), match="mask")
    refused(np.unique, inputs(), match="unique")
    refused(lambda x: f"{x:}", inputs(), match="format")
    refused(lambda x: [x, str(x)][0], inputs(), match="str")
    refused(lambda x: [x, repr(Tensor(x))][0], inputs(), match="array2string")
    refused(lambda x: [x, str(w)][0], inputs(), match="array2string")


def test_side_effects_are_refused_by_name_and_undone():
    seen, state = [], {"count": 0}
    rng = np.random.default_rng(0)

    def appending(x):
        seen.append(1)
        return x * 2

    def counting(x):
        state["count"] += 1
        return x * 2

    refused(appending, inputs(), match="seen is changed")
    refused(counting, inputs(), match="state is changed")
    refused(lambda x: x * rng.random(4), inputs(), match="rng is drawn from")
    refused(lambda x: x * np.random.default_rng().random(4), inputs(), match="without a record")
    total = 0

    def rebinding(x):
        nonlocal total
        total = x.sum()
        return x

    refused(rebinding, inputs(), match="total is given another value")
    assert (seen, state, total) == ([], {"count": 0}, 0)
    assert rng.random() == np.random.default_rng(0).random()


def test_values_that_leave_numpy_are_refused_not_frozen():
    w, b = parameters()

    def through_a_plain_array(x):
        plain = np.zeros(4)
        plain[:] = x[0]
        return x * plain

    refused(through_a_plain_array, inputs(), match="without a record")
    refused(lambda x: np.array([1.0, 2.0]) * np.asarray(x, np.float32)[0, :2], inputs(), match="without a record")

    def accumulating(x):
        loss = (x @ w + b).sum()
        loss.backward()
        return loss

    refused(accumulating, inputs(), match="added to those of an earlier call")
    assert w.grad is None


def test_a_check_in_the_library_holds_at_each_run():
    w, _ = parameters()

    def step(x, target):
        w.grad = None
        loss = autograd.ops.softmax_cross_entropy(x @ w, target)
        loss.backward()
        return loss

    fast = autograd.compile(step)
    x, target = inputs(), np.array([0, 1, 2, 0, 1])
    assert fast(x, target).item() == pytest.approx(step(x, target).item())
    before = w.data.copy()
    with pytest.raises(IndexError):
        fast(x, target + 5)
    np.testing.assert_array_equal(w.data, before)
    assert fast(x, target[::-1]).item() == pytest.approx(step(x, target[::-1]).item())


def test_a_failing_step_leaves_everything_as_it_was():
    w, b = parameters()
    w.grad = Tensor(np.ones((4, 3)))
    grad, data = w.grad, w.data.copy()

    def failing(x):
        w.grad = None
        with no_grad():
            w.assign_(np.zeros((4, 3)))
        return x @ b

    fast = autograd.compile(failing)
    with pytest.raises((errors.ShapeError, ValueError)):
        fast(inputs())
    assert w.grad is grad
    np.testing.assert_array_equal(w.data, data)


def test_a_step_that_can_only_do_with_numbers_as_these():
    def factor(x):
        return np.linalg.cholesky(x)

    fast = autograd.compile(factor)
    positive = np.eye(3) * 4 + 1
    np.testing.assert_allclose(fast(positive), np.linalg.cholesky(positive))

    def picky(x):
        if np.asarray(x)[0, 0] != 5.0:
            raise ValueError("not these")
        return x * 2

    refused(picky, positive, match="fails on other numbers")


class Hidden:
    __slots__ = ("w",)


def test_a_parameter_out_of_sight_is_refused_by_name():
    hidden = Hidden()
    hidden.w = parameters()[0]
    refused(lambda x: (x @ hidden.w).sum(), inputs(), match=r"compile \(w\): got a tensor that the step reaches")


def test_switching_tracking_is_refused():
    w, _ = parameters()

    def freezing(x):
        w.requires_grad_(False)
        return x @ w

    refused(freezing, inputs(), match="w is tracked, or no longer tracked")
    assert w.requires_grad


def test_something_that_changes_at_every_call_is_refused_by_name():
    history: list[int] = []

    @autograd.compile
    def step(x):
        return x * (2 if history is not None else 1)

    for _ in range(8):
        step(inputs())
        history.append(1)
    with pytest.raises(errors.UnsupportedError, match="history is changed"):
        step(inputs())
