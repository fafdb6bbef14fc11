"""Reductions: every option of NumPy's in every place, ties, NaNs, infinities, nothing at all."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, ops
from autograd.errors import ShapeError, UnsupportedError

NAN, INF = np.nan, np.inf
X = np.array([[1.0, 5.0, 3.0], [-2.0, 0.5, 4.0]])
MASK = np.array([[True, False, True], [False, True, True]])
REDUCTIONS = [np.sum, np.prod, np.mean, np.max, np.min, np.nanmax, np.nanmin, np.nansum, np.nanprod, np.nanmean]


def slopes(function, x):
    return grad(lambda x: np.sum(function(x)))(np.asarray(x, float)).tolist()


@pytest.mark.parametrize("call", REDUCTIONS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"axis": 0},
        {"axis": -1},
        {"axis": (0, 1)},
        {"axis": 1, "keepdims": True},
        {"axis": None, "keepdims": True},
        {"axis": ()},
        {"where": MASK, "axis": 0},
        {"where": MASK[0], "axis": 1, "keepdims": True},
        {"where": np.array([[True], [False]])},
        {"initial": 4.5},
        {"initial": -0.5, "axis": 1},
        {"initial": 2.0, "axis": 0, "where": MASK, "keepdims": True},
    ],
)
def test_calls_agree_with_numpy(agree, call, options):
    if "mean" in call.__name__ and "initial" in options:
        pytest.skip("means have no initial")
    if call.__name__.endswith(("max", "min")) and "where" in options:
        options = {"initial": 0.25} | options
    agree(lambda x: call(x, **options), (2, 3))


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "max", "min", "var", "std"])
def test_methods_take_ndarrays_arguments(name):
    t = Tensor(X, requires_grad=True)
    ours, numpys = getattr(t, name), getattr(X, name)
    np.testing.assert_array_equal(ours().data, numpys())
    np.testing.assert_array_equal(ours(0).data, numpys(0))
    np.testing.assert_array_equal(ours(axis=(0, 1), keepdims=True).data, numpys(axis=(0, 1), keepdims=True))
    late = {
        "max": (1, None, True),
        "min": (1, None, True),
        "var": (1, None, None, 1, True),
        "std": (1, None, None, 1, True),
    }
    arguments = late.get(name, (1, None, None, True))
    np.testing.assert_array_equal(ours(*arguments).data, numpys(*arguments))
    where = {"where": MASK, "initial": 0.5} if name not in ("mean", "var", "std") else {"where": MASK}
    np.testing.assert_array_equal(ours(1, **where).data, numpys(1, **where))
    assert ours(1, **where).requires_grad
    with pytest.raises(UnsupportedError, match=rf"np\.{name}: got out="):
        ours(out=np.empty(()))


def test_methods_without_a_gradient_give_plain_arrays():
    t = Tensor(np.array([[0.0, 2.0], [3.0, 0.0]]), requires_grad=True)
    for ours, numpys in (
        (t.argmax(), 2), (t.argmax(axis=1), [1, 0]), (t.argmin(0), [0, 1]), (t.argmax(0, keepdims=True), [[1, 0]]),
        (t.any(), True), (t.any(0), [True, True]), (t.all(), False), (t.all(1, keepdims=True), [[False], [False]]),
        (t.any(where=np.array([True, False])), True), (np.count_nonzero(t), 2), (np.nanargmax(t), 2),
    ):  # fmt: skip
        assert not isinstance(ours, Tensor)
        np.testing.assert_array_equal(ours, numpys)


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (np.prod, [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
        (np.prod, [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
        (lambda x: np.prod(x, initial=2.0), [2.0, 0.0, 3.0], [0.0, 12.0, 0.0]),
        (lambda x: np.prod(x, where=[True, False, True]), [2.0, 0.0, 3.0], [3.0, 0.0, 2.0]),
        (np.max, [2.0, 1.0, 2.0], [0.5, 0.0, 0.5]),
        (lambda x: np.max(x, initial=2.0), [2.0, 1.0, 2.0], [1 / 3, 0.0, 1 / 3]),
        (lambda x: np.max(x, initial=9.0), [2.0, 1.0, 2.0], [0.0, 0.0, 0.0]),
        (lambda x: np.max(x, initial=-9.0, where=[True, False, True]), [2.0, 5.0, 1.0], [1.0, 0.0, 0.0]),
        (lambda x: np.max(x, initial=-9.0, where=[True, False, True]), [2.0, 2.0, 1.0], [1.0, 0.0, 0.0]),
        (lambda x: np.max(x, initial=-9.0, where=False), [2.0, 5.0], [0.0, 0.0]),
        (np.max, [NAN, 1.0], [0.0, 0.0]),
        (np.nanmax, [NAN, 1.0, 1.0], [0.0, 0.5, 0.5]),
        (np.nanmin, [NAN, 1.0, -1.0], [0.0, 0.0, 1.0]),
        (np.max, [-INF, INF], [0.0, 1.0]),
        (np.mean, [INF, 1.0], [0.5, 0.5]),
        (ops.logsumexp, [-INF, -INF], [0.0, 0.0]),
        (ops.logsumexp, [-INF, 3.0], [0.0, 1.0]),
        (ops.logsumexp, [INF, 3.0], [1.0, 0.0]),
        (ops.logsumexp, [1e4, -1e4], [1.0, 0.0]),
    ],
)
def test_conventions(function, x, expected):
    assert slopes(function, x) == expected


def test_a_slice_of_nothing_but_nan():
    x = Tensor([[NAN, NAN], [1.0, 2.0]], requires_grad=True)
    with pytest.warns(RuntimeWarning, match="All-NaN"):
        y = np.nanmax(x, axis=1)
    np.where(np.isnan(y), 0.0, y).sum().backward()
    assert x.grad.data.tolist() == [[0.0, 0.0], [0.0, 1.0]]


def test_nothing_at_all():
    x = Tensor(np.ones((2, 0)), requires_grad=True)
    np.testing.assert_array_equal(np.max(x, axis=1, initial=3.0).data, [3.0, 3.0])
    np.testing.assert_array_equal(np.prod(x, axis=1).data, [1.0, 1.0])
    np.testing.assert_array_equal(ops.logsumexp(x, axis=1).data, [-INF, -INF])
    assert ops.log_softmax(x).shape == (2, 0)
    for y in (np.max(x, axis=1, initial=3.0), np.prod(x, axis=1), ops.logsumexp(x, axis=1), ops.log_softmax(x)):
        x.grad = None
        y.sum().backward()
        assert x.grad.shape == (2, 0)
    with pytest.raises(ShapeError, match=r"\(2, 0\), empty along axis \(0, 1\)"):
        np.max(x, axis=(0, 1))


def test_integer_logits_are_taken():
    np.testing.assert_allclose(ops.logsumexp(np.array([1, 2])), np.log(np.exp(1) + np.exp(2)))
    np.testing.assert_allclose(ops.log_softmax(np.array([[3, 3]])), np.log([[0.5, 0.5]]))


def test_a_sum_in_another_precision():
    x = Tensor(np.ones(3, np.float16), requires_grad=True)
    for call in (np.sum, np.mean, np.prod, np.var, np.std, np.cumsum):
        x.grad = None
        y = call(x, dtype=np.float64)
        assert y.dtype == np.float64
        y.sum().backward(create_graph=True)
        assert x.grad.dtype == np.float16


def test_the_mean_of_more_halves_than_halves_can_count():
    x = Tensor(np.ones(100_000, np.float16), requires_grad=True)
    x.mean().backward()
    np.testing.assert_allclose(x.grad.data.astype(float), 1e-5, rtol=0.01)


def test_curvature_of_a_product():
    np.testing.assert_array_equal(hessian(np.prod)(np.array([2.0, 0.0, 3.0])), [[0, 3, 0], [3, 0, 2], [0, 2, 0]])


@pytest.mark.parametrize("call", [np.add.reduce, np.multiply.accumulate, np.maximum.reduce])
def test_ufuncs_methods_are_refused(call):
    with pytest.raises(UnsupportedError, match=r"np\.\w+\.(reduce|accumulate)"):
        call(Tensor([1.0, 2.0], requires_grad=True))


def test_a_tensor_is_no_mask():
    t = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(UnsupportedError, match=r"np\.sum: got a Tensor as initial"):
        np.sum(t, initial=t[0])
