from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.errors import DataError, NNError, ShapeError
from nn.training import ConfusionMatrix, Metrics, accuracy, confusion_matrix
from nn.training.metrics import predicted


def test_perplexity_is_the_number_of_guesses() -> None:
    even = nn.CrossEntropyLoss()(np.zeros((4, 7)), np.arange(4))
    assert Metrics(float(even), None).perplexity == pytest.approx(7)
    bits = nn.CrossEntropyLoss(base=2)
    net = nn.Linear(2, 8)
    net.weight.assign_(np.zeros((8, 2)))
    net.bias.assign_(np.zeros(8))
    made = nn.Trainer(net, bits, nn.optim.SGD(net.parameters()), (np.zeros((4, 2)), np.arange(4)))
    found = made.evaluate((np.zeros((4, 2)), np.arange(4)))
    assert (found.loss, found.perplexity) == (pytest.approx(3.0), pytest.approx(8.0))
    assert Metrics(1e9, None).perplexity == math.inf
    assert repr(Metrics(0.5, 0.75)) == "Metrics(loss=0.5, accuracy=0.75)"


def test_predicted_classes() -> None:
    assert predicted(Tensor([[1.0, 2.0], [3.0, 1.0]])).tolist() == [1, 0]
    assert predicted(np.zeros((2, 3, 4))).shape == (2, 4)
    assert predicted(np.array([[0.4], [0.6]]), threshold=0.5).tolist() == [0, 1]


def test_accuracy() -> None:
    assert accuracy(Tensor([[1.0, 2.0], [3.0, 1.0]]), Tensor([1, 1])) == 0.5
    assert accuracy(np.array([-1.0, 1.0]), np.array([[0], [0]]), threshold=0.0) == 0.5
    with pytest.raises(ShapeError, match=r"predictions of shape \(2,\) and target \(3,\)"):
        accuracy(np.zeros((2, 2)), np.zeros(3))


def by_hand(guessed: list[int], truth: list[int], classes: int) -> list[list[int]]:
    table = [[0] * classes for _ in range(classes)]
    for a, b in zip(guessed, truth, strict=True):
        table[b][a] += 1
    return table


def test_counts_shares_and_f1() -> None:
    rng = np.random.default_rng(0)
    guessed, truth = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    found = confusion_matrix(guessed, truth)
    assert found.table.tolist() == by_hand(guessed.tolist(), truth.tolist(), 4)
    for k in range(4):
        right = int(((guessed == k) & (truth == k)).sum())
        precision, recall = right / (guessed == k).sum(), right / (truth == k).sum()
        assert found.precision[k] == pytest.approx(precision)
        assert found.recall[k] == pytest.approx(recall)
        assert found.f1[k] == pytest.approx(2 * precision * recall / (precision + recall))
    assert found.accuracy == pytest.approx((guessed == truth).mean())


def test_classes_that_do_not_occur() -> None:
    found = confusion_matrix([0, 0], [0, 1], classes=3)
    assert found.recall.tolist()[:2] == [1.0, 0.0]
    assert np.isnan(found.recall[2])
    assert np.isnan(found.precision[1:]).all()
    assert repr(found).splitlines()[-1].split() == ["precision", "50.0%", "-", "-", "50.0%", "right"]
    nothing = ConfusionMatrix(np.zeros((2, 2), np.int64), ("a", "b"))
    assert math.isnan(nothing.accuracy)


def test_outputs_and_names() -> None:
    found = confusion_matrix(Tensor([[0.1, 0.9, 0.0]]), Tensor([1]), names=["a", "b", "c"])
    assert (found.table.shape, found.names) == ((3, 3), ("a", "b", "c"))
    assert confusion_matrix([0], [1], names=["a", "b", "c"]).table.shape == (3, 3)
    empty = np.zeros(0, np.int64)
    assert confusion_matrix(empty, empty, classes=2).table.sum() == 0


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: confusion_matrix([0, 1], [0]), ShapeError, "equal shapes"),
        (lambda: confusion_matrix([0.0], [0]), DataError, "predictions of dtype float64; expected integer classes"),
        (lambda: confusion_matrix([0], [3], classes=2), DataError, r"class 3 in target; expected 0\.\.1"),
        (lambda: confusion_matrix([-1], [0]), DataError, "class -1 in predictions"),
    ],
)
def test_what_cannot_be_counted_is_named(call: Any, error: type[NNError], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
