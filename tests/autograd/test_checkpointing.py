"""Checkpointing: the same numbers, to any order; less memory; and no silence when the second run differs."""

from __future__ import annotations

import tracemalloc
import weakref

import numpy as np
import pytest

from autograd import Tensor, checkpoint, grad, hessian, hvp, jvp, no_grad, value_and_grad, vjp
from autograd.errors import GraphError
from autograd.reverse import cotangents
from autograd.tape import current_scope, walk

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 2))
W = RNG.normal(size=(2, 2))


def block(x, w):
    return np.tanh(np.exp(-x) @ w)


def loss(block):
    return lambda x, w: np.sum(block(block(x, w), w) ** 2)


def test_values_and_gradients_are_the_same():
    plain = value_and_grad(loss(block), (0, 1))(X, W)
    again = value_and_grad(loss(checkpoint(block)), (0, 1))(X, W)
    assert plain[0] == again[0]
    for a, b in zip(plain[1], again[1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_so_are_derivatives_of_any_order_and_mode():
    f, g = (lambda x, h=h: loss(h)(x, W) for h in (block, checkpoint(block)))
    np.testing.assert_allclose(hessian(f)(X), hessian(g)(X), rtol=1e-12)
    np.testing.assert_allclose(hvp(f)(X, X), hvp(g)(X, X), rtol=1e-12)
    np.testing.assert_allclose(jvp(f, (X,), (X,))[1], jvp(g, (X,), (X,))[1], rtol=1e-12)
    np.testing.assert_allclose(third(f), third(g), rtol=1e-11)


def third(f):
    return grad(lambda x: np.sum(hvp(f)(x, X)))(X)


def test_only_one_node_is_recorded():
    x = Tensor(X, requires_grad=True)
    y = checkpoint(block)(x, W)
    assert [node.op.name for node in walk(y.node)] == ["checkpoint"]
    np.testing.assert_array_equal(y.data, block(X, W))


def test_what_is_closed_over_gets_its_gradient():
    w = Tensor(W, requires_grad=True)
    scaled = w * 2.0  # neither a leaf nor an argument

    def layer(x):
        return np.tanh(x @ scaled) @ w

    gradients = []
    for f in (layer, checkpoint(layer)):
        w.grad = None
        np.sum(f(X)).backward(retain_graph=True)
        gradients.append(w.grad.data)
        w.grad = None
        np.sum(f(X) ** 2).backward(create_graph=True)
        np.sum(w.grad**2).backward(retain_graph=True)
        gradients.append(w.grad.data)
    np.testing.assert_allclose(gradients[0], gradients[2], rtol=1e-13)
    np.testing.assert_allclose(gradients[1], gradients[3], rtol=1e-13)


def test_trees_of_arguments_and_results():
    def f(p, x, *, power):
        y = p["w"] * x
        return {"y": y**power, "fixed": 3, "both": [y, -y]}

    def total(f):
        def scalar(p):
            out = f(p, 2.0, power=3)
            return np.sum(out["y"]) + out["fixed"] * out["both"][0] - out["both"][1]

        return scalar

    p = {"w": 3.0, "unused": 1.0}
    assert grad(total(checkpoint(f)))(p) == grad(total(f))(p)
    assert grad(lambda x: grad(total(checkpoint(f)))({"w": x})["w"])(3.0) == grad(
        lambda x: grad(total(f))({"w": x})["w"]
    )(3.0)
    assert jvp(total(checkpoint(f)), (p,), (p,))[1] == jvp(total(f), (p,), (p,))[1]


def test_results_that_do_not_depend_are_left_alone():
    assert checkpoint(lambda x: 3.0)(Tensor(1.0, requires_grad=True)) == 3.0
    assert grad(checkpoint(lambda x: 3.0))(1.0) == 0.0
    assert checkpoint(block)(X, W).shape == X.shape
    recording = []
    with no_grad():
        y = checkpoint(lambda x: (recording.append(current_scope().recording), x * 2.0)[1])(
            Tensor(X, requires_grad=True)
        )
    assert not y.requires_grad
    assert recording == [False]


def test_the_second_run_is_recorded_whoever_asks():
    x = Tensor(X, requires_grad=True)
    y = np.sum(checkpoint(block)(x, W))
    with no_grad():
        y.backward()
    np.testing.assert_array_equal(x.grad.data, grad(lambda x: np.sum(block(x, W)))(X))


def test_one_of_several_results_of_an_older_op_is_closed_over():
    w = Tensor(W @ W.T, requires_grad=True)
    values, _ = np.linalg.eigh(w)

    def f(x):
        total = np.sum(values**3)
        slope = cotangents(total.node, Tensor(1.0), lift=Tensor.linked)[w.node]  # looks at both results of eigh
        return np.sum(slope * x)

    found = []
    for g in (f, checkpoint(f)):
        y = g(Tensor(W, requires_grad=True))
        w.grad = None
        y.backward(retain_graph=True)
        found.append(w.grad.data)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


def test_arrays_are_let_go_of_after_the_backward_pass():
    hidden = Tensor(X, requires_grad=True) * 2.0
    y = np.sum(checkpoint(block)(hidden, W))
    array = weakref.ref(hidden.node.out)
    del hidden
    assert array() is not None
    y.backward()
    assert array() is None


def test_the_argument_may_be_written_to_inside():
    def f(x):
        x *= 2.0
        return x * x

    assert grad(lambda x: checkpoint(f)(x * 1.0))(3.0) == 24.0


def peak(f, x):
    tracemalloc.start()
    gradient = grad(f)(x)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, gradient


def test_memory_falls():
    def segment(x):
        for _ in range(10):
            x = np.tanh(x * 1.01)
        return x

    def chain(segment):
        def f(x):
            for _ in range(10):
                x = segment(x)
            return np.sum(x)

        return f

    x = np.linspace(-1, 1, 50_000)  # 0.4 MB, and 200 of them without checkpoints
    whole, expected = peak(chain(segment), x)
    less, found = peak(chain(checkpoint(segment)), x)
    np.testing.assert_array_equal(found, expected)
    assert whole > 150 * x.nbytes
    assert less < 50 * x.nbytes  # 10 between the segments, 20 inside one, and the pass's own


@pytest.mark.parametrize("change", [lambda x: x + RNG.normal(), lambda x: np.concatenate([x, x]), lambda x: (x, x)])
def test_another_result_the_second_time_is_an_error(change):
    runs = []

    def f(x):
        runs.append(1)
        return change(x) if len(runs) > 1 else x * 1.0

    y = checkpoint(f)(Tensor([1.0, 2.0], requires_grad=True))
    with pytest.raises(GraphError, match=r"checkpoint: got other values.*as a seed"):
        np.sum(y).backward()


def test_a_result_that_stops_depending_is_an_error():
    runs = []

    def f(x):
        runs.append(1)
        return x * 1.0 if len(runs) == 1 else 1.0

    with pytest.raises(GraphError, match="other values"):
        vjp(checkpoint(f), 1.0)[1](1.0)


def test_not_a_number_twice_is_the_same():
    with np.errstate(invalid="ignore"):
        (g,) = vjp(checkpoint(lambda x: np.log(x) * np.array([1.0, np.inf])), -1.0)[1](np.ones(2))
    assert not np.isfinite(g)


def test_a_result_that_nobody_holds_is_not_compared():
    def f(x):
        y = x * 2.0
        return y, y + 1.0

    assert grad(lambda x: checkpoint(f)(x)[1] * 1.0)(1.0) == 2.0


def test_freed_after_use():
    y = checkpoint(block)(Tensor(X, requires_grad=True), W)
    np.sum(y).backward()
    with pytest.raises(GraphError, match="freed"):
        np.sum(y).backward()
