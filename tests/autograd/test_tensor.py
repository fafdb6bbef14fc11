"""The tensor as a user meets it: construction, attributes, operators, what it refuses and how it says so."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from autograd import Tensor, no_grad
from autograd.errors import DTypeError, GraphError, ShapeError, UnsupportedError
from autograd.tape import Leaf, Node


def leaf(*values: float) -> Tensor:
    return Tensor(list(values), requires_grad=True)


def test_dtypes_are_numpys():
    assert Tensor([1, 2.5]).dtype == np.float64
    assert Tensor(1.0).dtype == np.float64
    assert Tensor([1, 2]).dtype == np.int64
    assert Tensor(np.ones(2, np.float32)).dtype == np.float32


@pytest.mark.parametrize("number", [2, 2.5, True])
def test_a_python_number_takes_the_tensors_dtype(number):
    t = Tensor(np.ones(2, np.float32), requires_grad=True)
    for y in (t * number, number * t, t + number, number - t, t / number, t**number):
        assert y.dtype == np.float32
    (t * number).sum().backward()
    assert t.grad.dtype == np.float32


def test_a_wider_operand_widens_the_value_and_not_the_gradient():
    t = Tensor(np.ones(3, np.float32), requires_grad=True)
    y = t * np.ones(3)
    assert y.dtype == np.float64
    y.sum().backward()
    assert t.grad.dtype == np.float32


@pytest.mark.parametrize("data", [[1, 2], [True], np.array([1], np.int8), np.array(["a"])])
def test_a_gradient_of_other_than_floats_is_refused_by_dtype(data):
    with pytest.raises(DTypeError, match=str(np.asarray(data).dtype)):
        Tensor(data, requires_grad=True)
    with pytest.raises(DTypeError, match="requires_grad_"):
        Tensor(data).requires_grad_()


def test_a_leaf_has_an_array_of_its_own_and_a_constant_does_not():
    array = np.ones(2)
    assert Tensor(array).data is array
    assert not np.shares_memory(Tensor(array, requires_grad=True).data, array)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (lambda t: t + np.ones(2), [1.0, 1.0]),
        (lambda t: np.ones(2) + t, [1.0, 1.0]),
        (lambda t: np.float64(2) * t, [2.0, 2.0]),
        (lambda t: [3.0, 4.0] * t, [3.0, 4.0]),
        (lambda t: t * (3.0, 4.0), [3.0, 4.0]),
        (lambda t: np.array([3.0, 4.0]) @ t, [3.0, 4.0]),
        (lambda t: t @ np.array([3.0, 4.0]), [3.0, 4.0]),
        (lambda t: np.array([3.0, 4.0]) / t, [-3.0, -1.0]),
        (lambda t: 2.0**t, [2 * np.log(2), 4 * np.log(2)]),
        (lambda t: t**2, [2.0, 4.0]),
        (lambda t: t**0, [0.0, 0.0]),
        (lambda t: abs(-t), [1.0, 1.0]),
        (lambda t: +t, [1.0, 1.0]),
        (lambda t: t.T.reshape(2, 1).swapaxes(0, 1), [1.0, 1.0]),
        (lambda t: t.reshape((1, 2)).transpose(1, 0), [1.0, 1.0]),
        (lambda t: t.clip(1.5, 9.0), [0.0, 1.0]),
        (lambda t: t.max() - t.min(), [-1.0, 1.0]),
        (lambda t: t.astype(np.float32), [1.0, 1.0]),
        (sum, [1.0, 1.0]),
    ],
)
def test_operators_and_methods(expression, expected):
    t = leaf(1.0, 2.0)
    y = expression(t)
    assert isinstance(y, Tensor)
    assert y.data.dtype != object
    y.sum().backward()
    assert t.grad.shape == (2,)
    np.testing.assert_allclose(t.grad, expected)


def test_comparisons_give_plain_arrays():
    t = leaf(1.0, 2.0)
    for mask in (t > 1, np.float64(1) < t, t >= 2.0, t == 2, np.equal(t, 2), t != leaf(1.0, 5.0)):
        assert type(mask) is np.ndarray
        np.testing.assert_array_equal(mask, [False, True])
    assert not (t <= 0).any()
    assert not (t < 0).any()
    assert len({t, t, leaf(1.0)}) == 2


def test_attributes():
    t = Tensor(np.zeros((2, 3)), requires_grad=True, name="w")
    assert (t.shape, t.ndim, t.size, len(t), t.name, t.is_leaf) == ((2, 3), 2, 6, 2, "w", True)
    y = t * 2
    y.name = "doubled"
    assert (y.name, y.node.name, y.is_leaf, y.grad) == ("doubled", "doubled", False, None)
    assert (t * 2).name is None
    assert [row.shape for row in t] == [(3,), (3,)]
    assert Tensor(1.0, name="c").name == "c"
    assert Tensor.linked(np.ones(1), None).name is None


def test_one_element_becomes_a_number():
    t = Tensor([[2.5]], requires_grad=True)
    assert (float(t), int(t), bool(t), t.item(), f"{t:.2f}") == (2.5, 2, True, 2.5, "2.50")
    assert f"{t}" == repr(t)


@pytest.mark.parametrize("convert", [float, int, bool, lambda t: t.item(), lambda t: f"{t:.1f}"])
def test_many_elements_do_not(convert):
    with pytest.raises(ShapeError, match=r"\(3,\)"):
        convert(leaf(1.0, 2.0, 3.0))


def test_length_of_a_scalar():
    with pytest.raises(ShapeError, match="scalar"):
        len(Tensor(1.0))


def test_repr_says_what_it_is():
    t = Tensor(np.ones(2, np.float32), requires_grad=True, name="w")
    assert repr(t) == "Tensor([1., 1.], dtype=float32, name='w', requires_grad=True)"
    assert repr(leaf(1.0) * 2) == "Tensor([2.], op=multiply)"
    assert repr(Tensor([1, 2])) == "Tensor([1, 2])"
    huge = repr(Tensor(np.zeros((10_000, 10_000), np.int8)))
    assert len(huge) < 2000
    assert huge.endswith("shape=(10000, 10000), dtype=int8)")
    assert "shape" not in repr(Tensor(np.zeros(1000)))  # all of it is there to be counted


def test_grad_can_be_set_and_cleared():
    t = leaf(1.0, 2.0)
    assert t.grad is None
    t.grad = [3.0, 4.0]
    assert isinstance(t.grad, Tensor)
    t.sum().backward()
    np.testing.assert_array_equal(t.grad, [4.0, 5.0])
    t.grad = None
    assert t.grad is None
    with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
        t.grad = np.ones(3)
    with pytest.raises(GraphError, match="no leaf"):
        (t * 2).grad = np.ones(2)
    assert Tensor(1.0).grad is None


def test_requires_grad_can_be_switched_on_leaves():
    t = Tensor([1.0], name="w")
    t.requires_grad = True
    assert isinstance(t.node, Leaf)
    assert t.node.name == "w"
    assert t.requires_grad_() is t
    assert t.requires_grad_().node is t.node
    t.requires_grad = False
    assert t.node is None
    y = leaf(1.0) * 2
    assert y.requires_grad_() is y
    with pytest.raises(GraphError, match="detach"):
        y.requires_grad = False


def test_detach_and_numpy():
    t = leaf(1.0, 2.0)
    constant = t.detach()
    assert not constant.requires_grad
    assert constant.numpy() is t.data
    with pytest.raises(GraphError, match="detach"):
        t.numpy()


def test_assign_writes_in_place_and_keeps_the_array():
    t = leaf(1.0, 2.0)
    array = t.data
    t.data = Tensor([3.0, 4.0])
    t.assign_(5)
    assert t.data is array
    np.testing.assert_array_equal(array, [5.0, 5.0])
    for wrong in (np.ones(3), np.array(["a", "b"]), 1j * np.ones(2)):
        with pytest.raises(ShapeError, match=r"assign_.*\(2,\)"):
            t.assign_(wrong)
    np.testing.assert_array_equal(array, [5.0, 5.0])
    with pytest.raises(GraphError, match="computed"):
        (t * 2).assign_(1.0)


def test_a_tracked_tensor_does_not_turn_into_an_array_unseen():
    t = leaf(1.0)
    for turn in (np.asarray, np.array, lambda t: np.array([t, t]), lambda t: Tensor([t, t])):
        with pytest.raises(UnsupportedError, match=r"np\.stack"):
            turn(t)
    assert np.asarray(t.detach()) is t.data
    assert np.array(t.detach(), dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize("other", ["text", None, {}, object(), 1j])
def test_strange_operands_are_refused(other):
    with pytest.raises(TypeError):
        leaf(1.0) + other
    with pytest.raises(TypeError):
        other * leaf(1.0)


def test_a_list_of_strings_is_refused_by_type():
    with pytest.raises(DTypeError, match="list"):
        leaf(1.0) * ["text"]


def test_astype_to_integers_is_for_constants():
    with pytest.raises(DTypeError, match="int"):
        leaf(1.0).astype(int)
    assert Tensor([1.5]).astype(int).dtype == int


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_a_copy_of_a_leaf_is_a_leaf_and_of_a_result_a_constant(clone):
    t = Tensor([1.0, 2.0], requires_grad=True, name="w")
    other = clone(t)
    assert (other.requires_grad, other.name, type(other)) == (True, "w", Tensor)
    assert not np.shares_memory(other.data, t.data)
    assert other.node is not t.node
    assert not clone(t * 2).requires_grad
    np.testing.assert_array_equal(clone(t * 2), [2.0, 4.0])


def test_indices_may_be_tensors():
    t = leaf(1.0, 2.0, 3.0)
    y = t[Tensor([0, 0, 1])] + t[(Tensor(2),)]
    y.sum().backward()
    np.testing.assert_array_equal(t.grad, [2.0, 1.0, 3.0])


def test_zero_d_results_have_arrays():
    y = leaf(1.0, 2.0).sum()
    assert type(y.data) is np.ndarray
    assert y.data is y.data
    assert isinstance(y.node, Node)


def test_no_grad_gives_constants():
    t = leaf(1.0)
    with no_grad():
        assert not (t + 1).requires_grad
        assert not np.tanh(t).requires_grad


def test_what_can_be_asked_of_a_tensor():
    t = Tensor([[1.0, 2.0]], requires_grad=True)
    assert (t.nbytes, t.tolist()) == (16, [[1.0, 2.0]])
    assert [10, 20, 30][Tensor(1)] == 20
    with pytest.raises(TypeError, match="float64"):
        [10, 20][Tensor(1.0)]
    constant = Tensor(1.0)
    constant.name = "c"
    assert constant.name == "c"
    assert t.requires_grad_(True) is t


def test_readonly_is_for_looking():
    t = Tensor([1.0, 2.0], requires_grad=True)
    assert np.shares_memory(t.readonly, t.readonly)
    with pytest.raises(ValueError, match="read-only"):
        t.readonly[0] = 5.0
    assert Tensor(np.float64(3.0)).readonly.shape == ()


@pytest.mark.parametrize(
    "combine",
    [
        lambda t: t * 1j,
        lambda t: 1j * t,
        lambda t: t + np.array([1j, 2]),
        lambda t: np.array([1j, 2]) @ t,
        lambda t: t * np.complex64(1j),
        lambda t: t * Tensor([1j, 2]),
        lambda t: np.stack([t, np.array([1j, 2])]),
    ],
)
def test_complex_numbers_are_refused_by_name(combine):
    with pytest.raises(DTypeError, match="got a complex operand; expected real ones, since gradients here are real"):
        combine(leaf(1.0, 2.0))


@pytest.mark.parametrize("combine", [lambda t: t * "a", lambda t: "a" * t, lambda t: t ** b"2", lambda t: t @ "ab"])
def test_text_is_no_operand(combine):
    with pytest.raises(DTypeError, match=r"got an operand of type (str|bytes); expected numbers"):
        combine(leaf(1.0, 2.0))


def test_in_looks_at_the_elements_as_numpy_does():
    t = leaf([1.0, 2.0], [3.0, 4.0])
    assert 3.0 in t
    assert 5.0 not in t
    assert [1.0, 9.0] in t
