"""Sorting: ties and NaN, NumPy's arguments, what is constant and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import UnsupportedError


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        (np.sort, (3, 4)),
        (lambda x: np.sort(x, 0), (3, 4)),
        (lambda x: np.sort(x, axis=None), (3, 4)),
        (lambda x: np.sort(x, kind="heapsort"), (3, 4)),
        (lambda x: np.sort(x, axis=None, stable=True), (3, 4)),
        (lambda x: np.sort(x, axis=None), ()),
        (lambda x: np.partition(x, 2), (20,)),
        (lambda x: np.partition(x, (1, 2), axis=0), (3, 4)),
        (lambda x: np.partition(x, 4, axis=None), (3, 4)),
    ],
)
def test_calls_agree_with_numpy(agree, call, shape):
    agree(call, shape)


@pytest.mark.parametrize("order", [np.sort, lambda x: np.partition(x, 50)])
@pytest.mark.parametrize("axis", [0, 1])
def test_gradients_travel_with_their_elements(order, axis):
    rng = np.random.default_rng(3)
    x = Tensor(rng.normal(size=(200, 200)), requires_grad=True)
    y = order(x) if axis else order(x.T)
    y.backward(y.data)  # each element's cotangent is the element itself
    np.testing.assert_array_equal(x.grad.data, x.data)


@pytest.mark.parametrize("order", [np.sort, lambda x: np.partition(x, 2)])
def test_equal_elements_get_one_gradient_each(order):
    x = Tensor([2.0, 1.0, 2.0, 1.0, 2.0], requires_grad=True)
    order(x).backward(np.array([1.0, 10.0, 100.0, 1000.0, 10000.0]))
    grad = x.grad.data
    assert sorted(grad[[1, 3]]) == [1.0, 10.0]
    assert sorted(grad[[0, 2, 4]]) == [100.0, 1000.0, 10000.0]


def test_a_stable_sort_keeps_the_order_of_equal_elements():
    x = Tensor([2.0, 1.0, 2.0, 1.0], requires_grad=True)
    np.sort(x, stable=True).backward(np.array([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_array_equal(x.grad.data, [3.0, 1.0, 4.0, 2.0])


@pytest.mark.parametrize("order", [np.sort, lambda x: np.partition(x, 1)])
def test_what_is_not_a_number_goes_last_with_its_gradient(order):
    x = Tensor([np.nan, 3.0, -np.inf], requires_grad=True)
    y = order(x)
    np.testing.assert_array_equal(y.data, [-np.inf, 3.0, np.nan])
    y.backward(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(x.grad.data, [3.0, 2.0, 1.0])


def test_places_are_constant():
    x = Tensor([3.0, 1.0, 2.0], requires_grad=True)
    for found in (np.argsort(x), x.argsort(), x.argsort(kind="stable"), np.argpartition(x, 2), x.argpartition(2)):
        assert type(found) is np.ndarray
    np.testing.assert_array_equal(x.argsort(stable=True), [1, 2, 0])
    np.testing.assert_array_equal(np.lexsort((x, [0, 0, 1])), [1, 0, 2])
    np.testing.assert_array_equal(np.searchsorted(np.sort(x), [1.5, 9.0]), [1, 3])
    np.testing.assert_array_equal(np.sort(x).searchsorted(2.0, side="right"), 2)
    np.testing.assert_array_equal(np.digitize(x, [1.5, 2.5]), [2, 0, 1])
    np.testing.assert_array_equal(np.isin(x, [1.0, 9.0]), [False, True, False])


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda t: t.sort(), r"Tensor\.sort: .* use np\.sort\(t\)"),
        (lambda t: t.partition(1), r"Tensor\.partition: .* use np\.partition\(t\)"),
        (lambda t: np.sort(t, order="x"), "order='x'"),
        (np.sort_complex, "sort_complex"),
    ],
)
def test_what_has_no_rule_is_refused_by_name(call, named):
    with pytest.raises(UnsupportedError, match=named):
        call(Tensor([2.0, 1.0], requires_grad=True))


@pytest.mark.parametrize(
    "call", [lambda t: np.sort(t, 2), lambda t: np.sort(t, kind="bogo"), lambda t: np.partition(t, 9)]
)
def test_what_numpy_refuses_is_refused(call):
    for t in (np.ones(2), Tensor(np.ones(2), requires_grad=True)):
        with pytest.raises((ValueError, IndexError)):
            call(t)
