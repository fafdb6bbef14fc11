"""The losses, as functions (nn.functional) and as modules (nn.losses)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
import nn.functional as F
from autograd import Tensor
from nn.errors import ConfigError, DataError, ShapeError

MODULES = {"mse_loss": nn.MSELoss, "cross_entropy": nn.CrossEntropyLoss, "soft_cross_entropy": nn.CrossEntropyLoss}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", MODULES)
def test_value_and_gradient_are_pytorchs(name: str, reduction: str, reference: dict[str, np.ndarray]) -> None:
    key = f"losses/{name}"
    target = reference[f"{key}/target"]
    logits = Tensor(reference["losses/input"], requires_grad=True)
    value = MODULES[name](reduction=reduction)(logits, target)
    value.backward(reference[f"{key}/{reduction}/g"])
    expected = reference[f"{key}/{reduction}/y"]
    assert value.shape == expected.shape
    np.testing.assert_allclose(value.data, expected, rtol=1e-12)
    np.testing.assert_allclose(logits.grad.data, reference[f"{key}/{reduction}/dx"], rtol=1e-9, atol=1e-14)
    again = getattr(F, name.removeprefix("soft_"))(logits.data, Tensor(target), reduction=reduction)
    np.testing.assert_allclose(again, expected, rtol=1e-12)


def test_cross_entropy_of_extreme_logits() -> None:
    logits = Tensor([[1e4, 0.0]], requires_grad=True)
    loss = F.cross_entropy(logits, np.array([1]))
    loss.backward()
    assert loss.item() == 10000.0
    assert logits.grad.data.tolist() == [[1.0, -1.0]]


def test_cross_entropy_of_equal_logits_is_log_of_the_classes() -> None:
    assert F.cross_entropy(np.zeros((4, 10)), [0, 3, 9, 9]) == pytest.approx(np.log(10))


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ([0, 3], "cross_entropy: got class 3 at row 1; expected 0..2; number the classes from 0"),
        ([-1, 2], "cross_entropy: got class -1 at row 0; expected 0..2"),
        (
            [0.0, 1.0],
            r"shape \(2,\) and dtype float64; expected integer classes 0\.\.2; .*astype\(np\.int64\)",
        ),
        ([True, False], "dtype bool"),
    ],
)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_labels_that_make_no_sense_are_named(target: list[Any], says: str, reduction: str) -> None:
    with pytest.raises(DataError, match=says):
        F.cross_entropy(np.zeros((2, 3)), np.array(target), reduction=reduction)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
def test_any_integer_dtype_will_do_for_labels(dtype: type) -> None:
    logits = np.array([[0.0, 1.0], [2.0, 0.0]])
    expected = F.cross_entropy(logits, np.array([1, 0]))
    assert F.cross_entropy(logits, np.array([1, 0], dtype)) == expected
    with pytest.raises(DataError, match="class 2 at row 0"):
        F.cross_entropy(logits, np.array([2, 0], dtype))


@pytest.mark.parametrize(
    ("logits", "target", "says"),
    [
        ((2, 3), (2, 1), r"input \(2, 3\) and target \(2, 1\); expected target \(2,\); use target\[:, 0\]"),
        ((2, 3), (3,), r"target \(3,\); expected target \(2,\)"),
        ((), (), r"input of shape \(\); expected \(N, C\)"),
        ((3,), (3,), r"target \(3,\); expected target \(\)"),
        ((2, 3, 4), (2, 3), r"input \(2, 3, 4\) and target \(2, 3\); expected target \(2, 4\)"),
    ],
)
def test_cross_entropy_shapes_are_named(logits: tuple[int, ...], target: tuple[int, ...], says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        F.cross_entropy(np.zeros(logits), np.zeros(target, np.int64))


def test_probabilities_must_have_the_shape_of_the_logits() -> None:
    with pytest.raises(ShapeError, match=r"input \(2, 3\) and target \(2, 4\); expected equal shapes"):
        F.cross_entropy(np.zeros((2, 3)), np.full((2, 4), 0.25))


def test_probability_targets_keep_the_inputs_dtype_and_may_be_learned() -> None:
    logits = Tensor(np.zeros((2, 3), np.float32), requires_grad=True)
    assert F.cross_entropy(logits, np.full((2, 3), 1 / 3)).dtype == np.float32
    soft = Tensor(np.full((2, 3), 1 / 3), requires_grad=True)
    F.cross_entropy(np.array([[1.0, 2.0, 3.0]] * 2), soft).backward()
    np.testing.assert_allclose(soft.grad.data, -F.log_softmax(np.array([[1.0, 2.0, 3.0]] * 2)) / 2)


def test_one_hot_probabilities_are_the_same_as_classes() -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((5, 4)), rng.integers(0, 4, 5)
    soft = F.cross_entropy(logits, np.eye(4)[labels])
    np.testing.assert_allclose(F.cross_entropy(logits, labels), soft, rtol=1e-12)


@pytest.mark.parametrize(
    ("input", "target", "says"),
    [
        (
            (3, 1),
            (3,),
            r"got input \(3, 1\) and target \(3,\); expected equal shapes; use target\[:, None\]\.",
        ),
        ((3,), (3, 1), r"input \(3,\) and target \(3, 1\); expected equal shapes; use target\[:, 0\]\."),
        ((3, 2), (2, 3), r"reshape the target to \(3, 2\)\."),
        ((3, 2), (), r"input \(3, 2\) and target \(\)"),
    ],
)
def test_mse_refuses_to_broadcast(input: tuple[int, ...], target: tuple[int, ...], says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        nn.MSELoss()(np.zeros(input), np.zeros(target))


def test_mse_works_in_the_dtype_of_the_input() -> None:
    out = Tensor(np.ones((2, 1), np.float32), requires_grad=True)
    for target in (np.zeros((2, 1)), np.zeros((2, 1), np.int64), [[0.0], [0.0]]):
        assert F.mse_loss(out, target).dtype == np.float32
    moving = Tensor(np.zeros((2, 1)), requires_grad=True)
    F.mse_loss(np.ones((2, 1)), moving).backward()
    assert moving.grad.data.tolist() == [[-1.0], [-1.0]]


def test_lists_and_integers_are_taken_as_they_are() -> None:
    assert F.mse_loss([1, 2], [0.5, 1.5]) == 0.25
    assert F.mse_loss(np.array([1, 2]), np.array([0.5, 1.5])) == 0.25
    assert F.cross_entropy([[0, 0]], [1]) == pytest.approx(np.log(2))
    assert F.cross_entropy(np.array([[0, 0]]), np.array([[0.25, 0.75]])) == pytest.approx(np.log(2))
    assert F.linear([[1.0, 2.0]], [[3.0, 4.0]]).tolist() == [[11.0]]


@pytest.mark.parametrize("loss", [nn.MSELoss, nn.CrossEntropyLoss])
def test_an_unknown_reduction_is_refused_when_it_is_said(loss: type) -> None:
    with pytest.raises(ConfigError, match=rf"{loss.__name__}: got reduction='avg'; expected 'mean', 'sum' or 'none'"):
        loss(reduction="avg")
    with pytest.raises(ConfigError, match="mse_loss: got reduction=None"):
        F.mse_loss(np.zeros(2), np.zeros(2), reduction=None)


@pytest.mark.parametrize("target", [np.array([0, 1]), np.full((2, 2), 0.5)])
def test_an_unknown_reduction_is_refused_by_the_function_too(target: np.ndarray) -> None:
    with pytest.raises(ConfigError, match="cross_entropy: got reduction='max'"):
        F.cross_entropy(np.zeros((2, 2)), target, reduction="max")


def test_linear_function_names_both_shapes() -> None:
    with pytest.raises(ShapeError, match=r"linear: got input \(2, 3\) and weight \(4, 5\)"):
        F.linear(np.zeros((2, 3)), np.zeros((4, 5)))
    assert F.linear(np.ones((2, 3)), np.ones((4, 3)), np.ones(4)).tolist() == [[4.0] * 4] * 2


@given(n=st.integers(1, 6), classes=st.integers(1, 6), scale=st.floats(0, 1e3), seed=st.integers(0, 99))
def test_reductions_agree_and_the_gradient_of_each_row_sums_to_zero(
    n: int, classes: int, scale: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    data, labels = scale * rng.standard_normal((n, classes)), rng.integers(0, classes, n)
    logits = Tensor(data, requires_grad=True)
    F.cross_entropy(logits, labels).backward()
    assert logits.grad.shape == data.shape
    np.testing.assert_allclose(logits.grad.data.sum(axis=1), 0.0, atol=1e-12)
    each = F.cross_entropy(data, labels, reduction="none")
    assert (each >= 0).all()
    np.testing.assert_allclose(F.cross_entropy(data, labels, reduction="sum"), each.sum(), rtol=1e-12)
    np.testing.assert_allclose(F.cross_entropy(data, labels), each.mean(), rtol=1e-12)
