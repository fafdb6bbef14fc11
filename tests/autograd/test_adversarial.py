"""Bad input and faults that an engine meets, one test a case: a right answer, or an error that names what is wrong."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import threading

import numpy as np
import pytest

import autograd
from autograd import Tensor, detect_anomaly, grad, hessian, jacobian, no_grad, ops
from autograd.errors import AnomalyError, AutogradError, DTypeError, GraphError, ShapeError, UnsupportedError
from autograd.tape import Node


def leaf(*values: float, name: str | None = None) -> Tensor:
    return Tensor(list(values), requires_grad=True, name=name)


def test_01_a_chain_of_1e5_on_a_scalar_and_its_end():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y * 1.0
    y.backward()
    assert x.grad.item() == 1.0
    del y


def test_02_a_diamond_of_60():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**60


def test_03_products_with_zeros():
    np.testing.assert_array_equal(grad(np.prod)(np.array([2.0, 0.0, 3.0])), [0.0, 6.0, 0.0])
    np.testing.assert_array_equal(grad(np.prod)(np.array([2.0, 0.0, 0.0])), [0.0, 0.0, 0.0])


def test_04_a_norm_at_zero():
    np.testing.assert_array_equal(grad(np.linalg.norm)(np.zeros(3)), np.zeros(3))


def test_05_a_root_at_zero():
    with np.errstate(divide="ignore"):
        assert grad(np.sqrt)(0.0) == np.inf
        with detect_anomaly(), pytest.raises(AnomalyError, match="sqrt"):
            grad(np.sqrt)(0.0)


def test_06_ties():
    for function in (np.max, np.amax):
        np.testing.assert_array_equal(grad(function)(np.array([1.0, 1.0])), [0.5, 0.5])
    assert grad(np.maximum, (0, 1))(1.0, 1.0) == (0.5, 0.5)
    assert grad(ops.relu)(0.0) == 0.0
    assert grad(np.abs)(0.0) == 0.0


def test_07_a_repeated_index():
    np.testing.assert_array_equal(grad(lambda x: x[[0, 0, 1]].sum())(np.array([1.0, 2.0])), [2.0, 1.0])


def test_08_arrays_on_the_left():
    t = leaf(1.0, 2.0)
    for y in (np.ones(2) + t, np.float64(2) * t, np.ones((3, 2)) @ t, np.float32(2) - t, np.ones(2) / t):
        assert isinstance(y, Tensor)
        assert y.requires_grad
        assert y.dtype == np.float64


def test_09_broadcasting():
    a, b, c = (Tensor(np.ones(shape), requires_grad=True) for shape in ((3, 1), (1, 4), ()))
    (a + b + c).sum().backward()
    assert (a.grad.shape, b.grad.shape, c.grad.shape) == ((3, 1), (1, 4), ())
    assert c.grad.item() == 12.0


def test_10_dtypes():
    with pytest.raises(DTypeError, match="int64"):
        Tensor(np.array([1, 2]), requires_grad=True)
    t = Tensor(np.ones(2, np.float32), requires_grad=True)
    y = np.tanh(t * 2 + 1.0)
    y.sum().backward()
    assert (y.dtype, t.grad.dtype) == (np.float32, np.float32)


def test_11_half_precision():
    t = Tensor(np.ones(100_000, np.float16), requires_grad=True)
    with np.errstate(over="ignore"):
        y = np.sum(t)
        assert y.item() == np.sum(np.ones(100_000, np.float16))
    y.backward()
    assert (t.grad.data == 1).all()


def test_12_empty_arrays():
    t = Tensor(np.ones(0), requires_grad=True)
    np.sum(t).backward()
    assert t.grad.shape == (0,)
    with pytest.warns(RuntimeWarning):
        assert np.isnan(np.mean(t).item())
    with pytest.raises(ShapeError, match="empty"):
        np.max(t)


@pytest.mark.parametrize("layout", [lambda x: x.T.copy().T, lambda x: x[::-1, ::-1][::-1, ::-1], np.asfortranarray])
def test_13_layouts(layout):
    x = np.random.default_rng(0).normal(size=(3, 4))
    f = lambda x: (np.tanh(x) @ np.ones((4, 2)) * x[:, :2]).sum()  # noqa: E731
    np.testing.assert_allclose(grad(f)(layout(x)), grad(f)(x), rtol=1e-14)


def test_14_seeds():
    with pytest.raises(GraphError, match=r"\(2,\)"):
        (leaf(1.0, 2.0) * 2).backward()
    with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
        (leaf(1.0, 2.0) * 2).backward(np.ones(3))


def test_15_backward_twice():
    x = leaf(1.0, 2.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    once = x.grad.data.copy()
    y.backward()
    np.testing.assert_array_equal(x.grad, 2 * once)
    with pytest.raises(GraphError, match="retain_graph"):
        y.backward()


def test_16_tensors_as_numbers():
    for convert in (bool, float, math.sin):
        with pytest.raises(ShapeError, match=r"\(3,\)"):
            convert(leaf(1.0, 2.0, 3.0))
    # float() of one element leaves the graph, as in PyTorch and as its docstring says
    assert math.sin(Tensor(0.5, requires_grad=True)) == math.sin(0.5)


def test_17_writing_where_it_would_lose_the_gradient():
    t = leaf(1.0, 2.0, name="t")
    array = np.zeros(2)
    for write, named in (
        (lambda: np.sin(t, out=array), "np.sin"),
        (lambda: np.sin(array, out=t), "np.sin"),
        (lambda: np.add.at(t, [0], 1.0), "np.add.at"),
        (lambda: t.__setitem__(0, 5.0), "t[...] = value"),
    ):
        with pytest.raises(AutogradError) as caught:
            write()
        assert named in str(caught.value)
    np.testing.assert_array_equal(t.data, [1.0, 2.0])


@pytest.mark.parametrize("function", [np.unique, np.histogram, np.packbits, np.fft.fft])
def test_18_functions_without_a_derivative(function):
    with pytest.raises(UnsupportedError, match=function.__name__):
        function(leaf(1.0, 2.0))


def test_19_jacobians_and_hessians():
    x = np.array([1.0, -2.0, 3.0])
    np.testing.assert_array_equal(hessian(lambda x: np.sum(x**3))(x), np.diag(6 * x))
    np.testing.assert_array_equal(jacobian(lambda x: np.ones((2, 2)))(x), np.zeros((2, 2, 3)))


def test_20_no_grad_after_an_error_and_in_threads():
    t = leaf(1.0)
    with pytest.raises(ValueError, match="inside"), no_grad():
        raise ValueError("inside")
    assert (t * 2).requires_grad
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append((t * 2).requires_grad))
        thread.start()
        thread.join()
    assert seen == [True]


def test_21_graphs_do_not_pile_up():
    w = Tensor(np.ones((4, 4)), requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(x, Node) for x in gc.get_objects())
        for _ in range(300):
            w.grad = None
            (np.tanh(w @ w) ** 2).sum().backward()
            w.assign_(w.detach() - 0.01 * w.grad)
        assert sum(isinstance(x, Node) for x in gc.get_objects()) == before
    finally:
        gc.enable()


def test_22_copies():
    y = leaf(1.0, 2.0) * 3
    for clone in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert not clone.requires_grad
        np.testing.assert_array_equal(clone, y.data)
        assert not np.shares_memory(clone.data, y.data)
    assert "becomes a constant" in (autograd.Tensor.__reduce__.__doc__ or "")
