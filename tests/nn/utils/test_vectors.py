from __future__ import annotations

import numpy as np
import pytest

import nn
from autograd import grad
from nn.errors import ShapeError
from nn.utils import parameters_to_vector, vector_to_parameters


def test_there_and_back() -> None:
    net = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
    before = net.state_dict()
    vector = parameters_to_vector(net.parameters())
    assert vector.shape == (11,)
    np.testing.assert_array_equal(vector.readonly[:6], before["0.weight"].ravel())
    values = vector.readonly.copy()
    vector_to_parameters(np.zeros(11), net.parameters())
    assert not any(array.any() for array in net.state_dict().values())
    vector_to_parameters(values, net.parameters())
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_gradients_flow_back_through_the_vector() -> None:
    net = nn.Linear(2, 1)
    vector = parameters_to_vector(net.parameters())
    (vector * vector).sum().backward()
    np.testing.assert_allclose(net.weight.grad.data, 2 * net.weight.data)
    assert grad(lambda v: (v * v).sum())(vector.readonly).shape == (3,)


def test_a_vector_of_another_length_writes_nothing() -> None:
    net = nn.Linear(2, 1)
    before = net.state_dict()
    for wrong in (np.zeros(2), np.zeros(4), np.zeros((3, 1))):
        with pytest.raises(ShapeError, match=r"vector_to_parameters: got a vector of shape .*; expected \(3,\)"):
            vector_to_parameters(wrong, net.parameters())
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_no_parameters() -> None:
    with pytest.raises(ShapeError, match="no parameters; expected at least one"):
        parameters_to_vector([])
