from __future__ import annotations

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


@pytest.mark.parametrize("name", [*ACTIVATIONS, "log_softmax"])
def test_value_and_gradient_are_pytorchs(name: str, reference: dict[str, np.ndarray]) -> None:
    function = getattr(F, name)
    x = Tensor(reference[f"{name}/x"], requires_grad=True)
    y = function(x)
    y.backward(reference[f"{name}/g"])
    np.testing.assert_allclose(y.data, reference[f"{name}/y"], rtol=1e-12)
    np.testing.assert_allclose(x.grad.data, reference[f"{name}/dx"], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_module_is_the_function(name: str) -> None:
    x = np.linspace(-3, 3, 7, dtype=np.float32).reshape(7, 1)
    out = ACTIVATIONS[name]()(Tensor(x, requires_grad=True))
    assert (out.shape, out.dtype) == (x.shape, np.float32)
    np.testing.assert_array_equal(out.data, getattr(F, name)(x))


def test_log_softmax_takes_an_axis() -> None:
    x = np.random.default_rng(0).standard_normal((3, 4))
    np.testing.assert_allclose(np.exp(F.log_softmax(x, dim=0)).sum(axis=0), 1.0)
    np.testing.assert_allclose(np.exp(F.log_softmax(x)).sum(axis=1), 1.0)


def test_no_overflow_far_out() -> None:
    x = np.array([-1e4, 1e4])
    assert F.sigmoid(x).tolist() == [0.0, 1.0]
    assert F.tanh(x).tolist() == [-1.0, 1.0]
    assert F.log_softmax(x).tolist() == [-2e4, 0.0]
