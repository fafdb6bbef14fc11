"""autograd.numpy: NumPy's own names, and constructors that take tensors."""

from __future__ import annotations

import importlib

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd.numpy as np
import autograd.numpy.linalg
import autograd.numpy.random as npr
from autograd import Tensor, grad, gradcheck, jacobian
from autograd.errors import DTypeError, ShapeError, UnsupportedError

OURS = {
    "array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "full", "isscalar", "fft", "linalg",
    "linspace", "random",
}  # fmt: skip


def test_every_name_is_numpys_but_the_constructors():
    for name in numpy.__all__:
        assert (getattr(np, name) is getattr(numpy, name)) == (name not in OURS), name
    assert np.float64(1.0) == 1.0
    assert np.testing is numpy.testing  # not in __all__, and there all the same


@pytest.mark.parametrize("name", ["linalg", "fft", "random"])
def test_its_modules_are_numpys_too(name):
    ours, theirs = importlib.import_module(f"autograd.numpy.{name}"), getattr(numpy, name)
    assert getattr(np, name) is ours
    for public in theirs.__all__:
        assert getattr(ours, public) is getattr(theirs, public)
    assert dir(ours) == sorted(theirs.__all__)
    with pytest.raises(AttributeError):
        _ = ours.no_such_name


def test_names_can_be_listed_and_imported():
    assert set(numpy.__all__) <= set(dir(np))
    namespace = {}
    exec("from autograd.numpy import *", namespace)
    assert namespace["tanh"] is numpy.tanh
    assert namespace["array"] is np.array
    with pytest.raises(AttributeError):
        _ = np.no_such_name
    assert npr.RandomState(0).randn() == numpy.random.RandomState(0).randn()  # what such programs use


@pytest.mark.parametrize("name", ["array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray"])
def test_without_tensors_they_are_numpys(name):
    ours, theirs = getattr(np, name), getattr(numpy, name)
    for thing in ([[1, 2], [3, 4]], (1.0, 2.0), numpy.ones((2, 3)), 3, []):
        found, expected = ours(thing), theirs(thing)
        assert (found.dtype, found.shape, found.flags.f_contiguous) == (
            expected.dtype, expected.shape, expected.flags.f_contiguous,
        )  # fmt: skip
        numpy.testing.assert_array_equal(found, expected)
    assert ours([1, 2], dtype=numpy.float32).dtype == numpy.float32
    assert ours([1, 2], numpy.float32).dtype == numpy.float32
    array = numpy.ones(2)
    assert (ours(array) is array) == (name != "array")


@given(st.recursive(st.integers(0, 3), lambda inner: st.lists(inner, min_size=1, max_size=3).map(tuple), max_leaves=6))
def test_lists_of_tensors_are_what_lists_of_numbers_are(nested):
    numbers = numpy.array([0.5, 1.5, 2.5, 3.5])

    def filled(x, items):
        return tuple(filled(part, items) for part in x) if isinstance(x, tuple) else items[x]

    try:
        expected = numpy.array(filled(nested, numbers))
    except ValueError:
        with pytest.raises(ShapeError, match=r"np.array: got parts of shapes .*np.concatenate"):
            np.array(filled(nested, Tensor(numbers, requires_grad=True)))
        return
    t = Tensor(numbers, requires_grad=True)
    found = np.array(filled(nested, t))
    numpy.testing.assert_array_equal(found.data, expected)
    found.sum().backward()
    counts = [numpy.count_nonzero(expected == number) for number in numbers]
    numpy.testing.assert_array_equal(t.grad.data, counts)


def test_arrays_and_numbers_stand_beside_tensors():
    x = numpy.array([1.0, 2.0])
    made = jacobian(lambda x: np.array([x, [0.0, 5], numpy.ones(2), 3 * x]))(x)
    assert made.shape == (4, 2, 2)
    numpy.testing.assert_array_equal(made[3], 3 * numpy.eye(2))
    numpy.testing.assert_array_equal(made[1:3], numpy.zeros((2, 2, 2)))
    assert gradcheck(lambda x: np.sum(np.array([[x[0] * x[1], 1.0], [x[1], x[0]]]) ** 2), x, order=2)


def test_a_tensor_itself():
    t = Tensor([1.0, 2.0], requires_grad=True)
    assert np.asarray(t) is t
    copied = np.array(t)
    assert copied is not t
    copied.sum().backward()
    numpy.testing.assert_array_equal(t.grad.data, [1.0, 1.0])
    assert np.array(t, ndmin=3).shape == (1, 1, 2)
    assert np.array(t, dtype=numpy.float32).dtype == numpy.float32
    assert np.asarray(t, float, order="C").dtype == float
    assert np.array(t, copy=True, subok=False).shape == (2,)
    with pytest.raises(DTypeError):
        np.array(t, dtype=int)
    with pytest.raises(UnsupportedError, match=r"np.array: got like=.* with a Tensor"):
        np.array([t], like=numpy.ones(1))


def test_full_of_a_tensor():
    numpy.testing.assert_array_equal(np.full((2, 2), 3.0), numpy.full((2, 2), 3.0))
    assert grad(lambda x: np.sum(np.full((2, 3), x)))(1.0) == 6.0
    assert np.full(2, Tensor(1.0), dtype=numpy.float32).dtype == numpy.float32


def test_points_between_tensors():
    numpy.testing.assert_array_equal(np.linspace(0.0, 1.0, 5, dtype=numpy.float32), numpy.linspace(0.0, 1.0, 5))
    for a, b in ((1.0, 3.0), (1.0, numpy.array([2.0, 4.0]))):
        for endpoint in (True, False):
            found = np.linspace(Tensor(a, requires_grad=True), b, 4, endpoint)
            numpy.testing.assert_allclose(found.data, numpy.linspace(a, b, 4, endpoint))
            assert gradcheck(lambda a, b, e=endpoint: np.linspace(a, b, 4, e), a, b)
    with pytest.raises(UnsupportedError, match="retstep"):
        np.linspace(Tensor(0.0), 1.0, retstep=True)


def test_is_it_a_scalar():
    assert np.isscalar(3.0)
    assert not np.isscalar(numpy.ones(1))
    assert np.isscalar(Tensor(3.0))
    assert not np.isscalar(Tensor([3.0]))


def test_random_numbers_do_not_take_tensors():
    with pytest.raises(UnsupportedError):
        npr.normal(Tensor(1.0, requires_grad=True))


def test_products_of_linalg_dispatch():
    assert autograd.numpy.linalg.inv(Tensor([[2.0]], requires_grad=True)).requires_grad
