"""Assignment into tensors: values as NumPy's, gradients as if nothing had been assigned; leaves are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, gradcheck, no_grad
from autograd.errors import DTypeError, GraphError, MutationError, ShapeError, UnsupportedError


def leaf(*values: float, name: str | None = None) -> Tensor:
    return Tensor(list(values), requires_grad=True, name=name)


def test_an_element_is_assigned():
    x, v = leaf(1.0, 2.0, 3.0), Tensor(10.0, requires_grad=True)
    y = x * x
    z = y + 0.0
    y[1] = v * v
    np.testing.assert_array_equal(y.data, [1.0, 100.0, 9.0])
    np.testing.assert_array_equal(z.data, [1.0, 4.0, 9.0])
    (y.sum() + z.sum()).backward()
    np.testing.assert_array_equal(x.grad, [4.0, 4.0, 12.0])
    assert v.grad.item() == 20.0


def test_a_constant_becomes_tracked_when_something_tracked_is_put_into_it():
    x = leaf(1.0, 2.0)
    buffer = Tensor(np.zeros(4))
    head = buffer[:2]
    buffer[1:3] = x * 3
    np.testing.assert_array_equal(head.data, [0.0, 3.0])
    (head * 2).sum().backward()
    np.testing.assert_array_equal(x.grad, [6.0, 0.0])


def test_plain_arrays_do_not_take_tensors():
    buffer = np.zeros(2)
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # NumPy's, with ours as its cause
        buffer[0] = leaf(1.0)[0] * 2
    assert "a plain array" in str(caught.value.__cause__)
    with pytest.raises((UnsupportedError, ValueError)):
        buffer[0] = leaf(1.0) * 2
    with pytest.raises((UnsupportedError, ValueError)):
        buffer[:] = leaf(1.0, 2.0)
    np.testing.assert_array_equal(buffer, [0.0, 0.0])


def test_repeated_indices_keep_the_last_value_and_its_gradient():
    x, v = leaf(1.0, 2.0), leaf(3.0, 4.0, 5.0)
    y = x * 1
    y[[0, 0, 1]] = v
    np.testing.assert_array_equal(y.data, [4.0, 5.0])
    y.sum().backward()
    np.testing.assert_array_equal(v.grad, [0.0, 1.0, 1.0])
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])


@pytest.mark.parametrize(
    ("assign", "expected"),
    [
        (lambda y, v: y.__iadd__(v), lambda x, v: x + v),
        (lambda y, v: y.__isub__(v), lambda x, v: x - v),
        (lambda y, v: y.__imul__(v), lambda x, v: x * v),
        (lambda y, v: y.__itruediv__(v), lambda x, v: x / v),
        (lambda y, v: y.__ipow__(v), lambda x, v: x**v),
        (lambda y, v: y.__imod__(v), lambda x, v: x % v),
        (lambda y, v: y.__ifloordiv__(v), lambda x, v: x // v),
        (lambda y, v: np.add(y, v, out=y), lambda x, v: x + v),
        (lambda y, v: np.exp(v, out=y), lambda x, v: np.exp(v)),
        (lambda y, v: np.multiply(y, v, out=y), lambda x, v: x * v),
    ],
)
def test_in_place_arithmetic(assign, expected):
    def inplace(x, v):
        y = x * 1
        alias = y
        assign(y, v)
        assert alias is y
        return y

    x, v = np.array([1.5, 2.0]), np.array([0.7, 3.0])
    np.testing.assert_allclose(inplace(Tensor(x), Tensor(v)).data, expected(x, v))
    assert gradcheck(inplace, x, v, order=2)


def test_add_at_and_subtract_at():
    def f(x, v):
        y = x * 1
        np.add.at(y, [0, 0, 1], v)
        np.subtract.at(y, 1, v[0])
        return y * y

    x, v = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    assert gradcheck(f, x, v, order=2)
    np.testing.assert_array_equal(f(Tensor(x), Tensor(v)).data, [64.0, 16.0])


def test_functions_with_out():
    x = leaf(1.0, 2.0)
    total = Tensor(0.0) * x[0]
    assert np.sum(x, out=total) is total
    total.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


VIEWS = [
    lambda y: y[1],
    lambda y: y[:, 1:],
    lambda y: y[::-1, None, ::2],
    lambda y: y.T,
    lambda y: y.T[1:],
    lambda y: y.reshape(-1),
    lambda y: y.reshape(2, 3)[1],
    lambda y: y.swapaxes(0, 1)[0],
    lambda y: np.expand_dims(y, 0),
    lambda y: y.reshape(3, 2).T.reshape(2, 3, 1)[0],
]


@given(st.sampled_from(VIEWS), st.sampled_from(VIEWS), st.booleans())
def test_views_follow_their_base_and_reach_it(first, second, through_view):
    """The same program on arrays and on tensors: same values everywhere; gradients against differences."""

    def program(start, v):
        y = start * 1.0
        a, b = first(y), second(y)
        target = a if through_view else y
        target[...] = target * v + 1.0
        b *= 2.0
        y[0] = y[1] * v
        return y, a, b

    x = np.arange(6.0).reshape(3, 2)
    for ours, plain in zip(program(Tensor(x, requires_grad=True), 3.0), program(x, 3.0), strict=True):
        np.testing.assert_array_equal(ours.data, plain)
    assert gradcheck(lambda x, v: sum((part * part).sum() for part in program(x, v)), x, np.array(1.5))


def test_a_copy_is_no_view():
    x = leaf(1.0, 2.0, 3.0)
    y = x * 1
    picked = y[[0, 2]]
    y[0] = 9.0
    np.testing.assert_array_equal(picked.data, [1.0, 3.0])


def test_assignment_into_a_leaf_is_refused_by_name():
    w = leaf(1.0, 2.0, name="w")
    for assign in (
        lambda: w.__setitem__(0, 5.0),
        lambda: w.__iadd__(1.0),
        lambda: np.add.at(w, [0], 1.0),
        lambda: np.exp(np.ones(2), out=w),
        lambda: w[0:1].__setitem__(0, 5.0),
        lambda: w.reshape(2, 1).__imul__(2.0),
    ):
        with pytest.raises(GraphError, match=r"into w.*no_grad"):
            assign()
    np.testing.assert_array_equal(w.data, [1.0, 2.0])


def test_under_no_grad_a_leaf_is_updated_in_place():
    w = leaf(1.0, 2.0)
    array = w.data
    y = (w * w).sum()
    with no_grad():
        w -= 0.5
        w[0] = 7.0
        w[:1] += 1.0
    assert w.data is array
    np.testing.assert_array_equal(array, [8.0, 1.5])
    with pytest.raises(MutationError):
        y.backward()


def test_under_no_grad_a_result_changes_and_the_graph_keeps_what_it_saw():
    x = leaf(1.0, 2.0)
    y = x * x
    z = y * y
    with no_grad():
        head = y[:1]
        head[0] = 100.0
    np.testing.assert_array_equal(y.data, [100.0, 4.0])
    np.testing.assert_array_equal(head.data, [100.0])
    z.sum().backward()
    np.testing.assert_array_equal(x.grad, [4.0, 32.0])


def test_constants_are_written_to():
    c = Tensor([1.0, 2.0, 3.0])
    view = c[1:]
    view += 1
    c[0] = Tensor(9)
    c[Tensor([2])] = 0
    np.testing.assert_array_equal(c.data, [9.0, 3.0, 0.0])
    scalar = Tensor([4.0])[0]
    scalar += 1
    assert scalar.item() == 5.0


def test_what_does_not_fit_is_refused_and_nothing_is_changed():
    y = leaf(1.0, 2.0) * 1
    with pytest.raises(ShapeError, match=r"\+=.*\(2, 2\).*\(2,\)"):
        y += np.ones((2, 1))
    counts = Tensor([1, 2])
    with pytest.raises(DTypeError, match=r"float64.*int64"):
        counts += 0.5
    with pytest.raises((ShapeError, ValueError)):
        y[0] = np.ones(3)
    np.testing.assert_array_equal(y.data, [1.0, 2.0])
    single = Tensor(np.ones(2, np.float32), requires_grad=True) * 1
    single += np.full(2, 0.5)
    assert single.dtype == np.float32


def test_parts_of_split_are_no_place_to_assign_to():
    first, _ = np.split(leaf(1.0, 2.0) * 1, 2)
    with pytest.raises(UnsupportedError, match="'split'"):
        first[0] = 3.0
    wide = np.broadcast_to(leaf(1.0), (3,))
    with pytest.raises(UnsupportedError, match="'broadcast_to'"):
        wide += 1.0


def test_gradients_of_functions_that_assign():
    def f(x):
        y = x * 1
        for i in range(1, 4):
            y[i] = y[i - 1] * y[i]
        return y[3]

    x = np.array([2.0, 3.0, 4.0, 5.0])
    np.testing.assert_allclose(grad(f)(x), f(Tensor(x)).item() / x)
    assert gradcheck(f, x, order=2)
