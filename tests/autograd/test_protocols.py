"""Plain NumPy on tensors: what dispatches, what is constant, and what is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import ShapeError, UnsupportedError
from autograd.op import Recorder, elementwise
from autograd.protocols import NumpyProtocols, numpy_name


def leaf(*values: float) -> Tensor:
    return Tensor(list(values), requires_grad=True)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.sum(t, 0),
        lambda t: np.sum(t, axis=0, keepdims=True),
        lambda t: np.mean(t, None, None, None, True),
        lambda t: np.max(t, axis=-1, initial=np._NoValue),
        lambda t: np.reshape(t, (1, -1)),
        lambda t: np.reshape(t, (2, 1), order="C"),
        np.transpose,
        lambda t: np.expand_dims(t, 0),
        lambda t: np.concatenate((t, t), 0),
        lambda t: np.concatenate([t, np.ones(2)]),
        lambda t: np.stack([t, t], axis=1),
        lambda t: np.where(np.array([True, False]), t, 0.0),
        lambda t: np.clip(t, 0.0, 1.0),
        lambda t: np.split(t, 2)[1],
        lambda t: np.broadcast_to(t, (3, 2)),
        lambda t: np.swapaxes(np.reshape(t, (2, 1)), 0, 1),
    ],
)
def test_numpy_functions_take_their_usual_arguments(call):
    t = leaf(1.0, 2.0)
    y = call(t)
    assert isinstance(y, Tensor)
    assert y.requires_grad
    expected = call(t.detach())
    np.testing.assert_array_equal(y.data, expected)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda t: np.sin.at(t, [0]), "np.sin.at"),
        (lambda t: np.multiply.at(t, [0], 2.0), "np.multiply.at"),
        (np.add.reduce, "np.add.reduce"),
        (lambda t: np.tanh(t, out=np.empty(2)), "np.tanh: got a Tensor with out="),
        (lambda t: np.add(t, t, where=np.array([True, False])), "where="),
        (lambda t: np.add(np.ones(2), t, out=np.ones(2)), "out="),
        (lambda t: np.median(t, overwrite_input=True), "np.median: got overwrite_input="),
        (lambda t: np.cov(t, dtype=np.float32), "dtype"),
        (np.histogram, "np.histogram"),
        (np.unique, "np.unique"),
        (np.roots, "np.roots"),
        (lambda t: np.linalg.svd(np.reshape(t, (1, 2))), "np.linalg.svd"),
    ],
)
def test_what_has_no_rule_is_refused_by_name(call, named):
    with pytest.raises(UnsupportedError) as caught:
        call(leaf(1.0, 2.0))
    assert named in str(caught.value)
    assert "expected" in str(caught.value)


def test_adding_a_tensor_into_an_array_is_refused():
    array = np.ones(2)
    with pytest.raises(UnsupportedError, match=r"np\.add: got a Tensor with out="):
        array += leaf(1.0, 2.0)
    np.testing.assert_array_equal(array, [1.0, 1.0])


def test_functions_without_a_derivative_give_plain_arrays():
    t = leaf(3.0, 1.0)
    assert np.argmax(t) == 0
    assert np.shape(t) == (2,)
    assert np.ndim(t) == 1
    assert np.isfinite(t).all()
    assert np.allclose(t, [3.0, 1.0])
    assert np.any([t > 2])
    assert not np.all(t > 2)
    assert type(np.zeros_like(t)) is np.ndarray
    np.testing.assert_array_equal(np.argsort(t), [1, 0])


def test_an_empty_axis_is_named():
    for function in (np.max, np.min):
        with pytest.raises(ShapeError, match=r"\(0, 2\).*axis 0"):
            function(Tensor(np.ones((0, 2)), requires_grad=True), axis=0)
    with pytest.raises(ShapeError, match="axis all"):
        np.max(Tensor(np.ones(0), requires_grad=True))
    assert np.max(Tensor(np.ones((0, 2)), requires_grad=True), axis=1).shape == (0,)


def test_empty_arrays_have_gradients():
    t = Tensor(np.ones((0,)), requires_grad=True)
    t.sum().backward()
    assert t.grad.shape == (0,)
    with pytest.warns(RuntimeWarning, match="empty slice|invalid value"):
        y = t.mean()
    assert np.isnan(y.item())
    t.grad = None
    y.backward()
    assert t.grad.shape == (0,)


def test_names_of_functions_are_as_users_write_them():
    assert numpy_name(np.linalg.inv) == "np.linalg.inv"
    assert numpy_name(np.sum) == "np.sum"


def test_a_name_is_registered_once():
    with pytest.raises(UnsupportedError, match="taken"):
        elementwise("tanh", np.tanh, lambda g, y, x: g, why="Again.")


def test_the_protocols_ask_for_two_methods():
    with pytest.raises(NotImplementedError):
        Recorder.bind(None, (), None)
    with pytest.raises(NotImplementedError):
        NumpyProtocols.constant(np.shape, (), {})


def test_named_tuples_keep_their_names():
    m = Tensor([[2.0, 0.5], [0.1, 1.0]], requires_grad=True)
    assert np.linalg.slogdet(m).logabsdet.requires_grad
    assert np.linalg.slogdet(m.detach()).sign.item() == 1.0
