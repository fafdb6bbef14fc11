"""autograd.builtins: tensors count as what they stand for; containers are Python's own."""

from __future__ import annotations

import builtins

import numpy as np

from autograd import Tensor, grad
from autograd.builtins import dict, isinstance, list, tuple, type  # noqa: A004  # as such programs do


def test_tensors_are_arrays_and_numbers():
    vector, scalar = Tensor([1.0], requires_grad=True), Tensor(1.0, requires_grad=True)
    assert isinstance(vector, np.ndarray)
    assert isinstance(vector, (str, Tensor))
    assert not isinstance(vector, float)
    assert isinstance(scalar, float)
    assert not isinstance(scalar, int)
    assert isinstance({}, dict)
    assert type(vector) is np.ndarray
    assert type(scalar) is np.float64
    assert type([]) is builtins.list


def test_containers_are_pythons_own():
    assert (dict, list, tuple) == (builtins.dict, builtins.list, builtins.tuple)
    assert grad(lambda x: sum(list(tuple(dict(a=x, b=2 * x).values()))))(1.0) == 3.0
