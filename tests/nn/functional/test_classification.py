"""Losses of classes: in bits, weighted, with classes that do not count; and what they refuse."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
import nn.functional as F
from autograd import Tensor
from nn.errors import ConfigError, DataError, ShapeError

LOGITS = np.random.default_rng(0).standard_normal((4, 3))
LABELS = np.array([0, 2, 1, 2])


def test_penalties_in_bits_are_those_of_the_notes() -> None:
    penalties = F.binary_cross_entropy(np.array([0.98, 0.0001]), np.ones(2), reduction="none", base=2)
    assert penalties.round(4).tolist() == [0.0291, 13.2877]
    assert F.nll_loss(np.log([[0.5, 0.25, 0.25]]), [0], base=2) == 1.0
    assert F.cross_entropy(np.zeros((5, 8)), np.arange(5), base=2) == pytest.approx(3.0, abs=1e-15)


LOG_LOSSES: dict[str, Any] = {
    "cross_entropy": lambda base: F.cross_entropy(Tensor(LOGITS, requires_grad=True), LABELS, base=base),
    "soft cross_entropy": lambda base: F.cross_entropy(
        Tensor(LOGITS, requires_grad=True), F.softmax(LOGITS), base=base
    ),
    "nll_loss": lambda base: F.nll_loss(Tensor(LOGITS, requires_grad=True), LABELS, base=base),
    "bce": lambda base: F.binary_cross_entropy(F.sigmoid(Tensor(LOGITS, requires_grad=True)), LOGITS > 0, base=base),
    "bce_with_logits": lambda base: F.binary_cross_entropy_with_logits(
        Tensor(LOGITS, requires_grad=True), LOGITS > 0, base=base
    ),
    "kl_div": lambda base: F.kl_div(Tensor(LOGITS, requires_grad=True), F.softmax(LOGITS), base=base),
}


@pytest.mark.parametrize("loss", LOG_LOSSES.values(), ids=LOG_LOSSES)
def test_bits_are_nats_over_log_2_also_in_the_gradient(loss: Any) -> None:
    nats, bits = loss(None), loss(2)
    np.testing.assert_allclose(bits.item() * math.log(2), nats.item(), rtol=1e-14)
    np.testing.assert_allclose(loss(math.e).item(), nats.item(), rtol=1e-14)


def test_modules_hand_the_base_on() -> None:
    makers = (nn.CrossEntropyLoss, nn.NLLLoss)
    for make in makers:
        value, bits = make()(LOGITS, LABELS), make(base=2)(LOGITS, LABELS)
        np.testing.assert_allclose(bits, value / math.log(2), rtol=1e-14)
        assert repr(make(base=2)).startswith(f"{make.__name__}(base=2)")
    for loss in (nn.BCELoss(base=2), nn.BCEWithLogitsLoss(base=2), nn.KLDivLoss(base=2)):
        half = np.full((2, 2), 0.5)
        assert float(loss(half if isinstance(loss, nn.BCELoss) else 0 * half, half)) in (1.0, -0.5)


@pytest.mark.parametrize("base", [1, 0, -2, 0.5, "2", float("inf"), True, float("nan")])
def test_bases_that_logarithms_do_not_have_are_refused(base: Any) -> None:
    with pytest.raises(ConfigError, match=r"cross_entropy: got base=.*; expected a number above 1; use 2 for bits"):
        F.cross_entropy(LOGITS, LABELS, base=base)
    with pytest.raises(ConfigError, match="NLLLoss: got base"):
        nn.NLLLoss(base=base)


def test_binary_cross_entropy_of_a_sure_mistake_is_100_with_a_finite_gradient() -> None:
    p = Tensor([0.0, 1.0], requires_grad=True)
    loss = F.binary_cross_entropy(p, [1.0, 0.0], reduction="none")
    loss.sum().backward()
    assert loss.data.tolist() == [100.0, 100.0]
    assert np.isfinite(p.grad.data).all()
    assert p.grad.data[0] < 0 < p.grad.data[1]


def test_from_logits_nothing_is_lost_far_out() -> None:
    x = Tensor(np.array([-1e4, 1e4, 50.0], np.float32), requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, [1.0, 0.0, 1.0], reduction="none")
    loss.sum().backward()
    np.testing.assert_allclose(loss.data, [1e4, 1e4, math.exp(-50)], rtol=1e-6)
    np.testing.assert_allclose(x.grad.data, [-1, 1, -math.exp(-50)], rtol=1e-5, atol=1e-9)
    weighted = F.binary_cross_entropy_with_logits(x.data, [1.0, 0.0, 1.0], pos_weight=np.array(3.0), reduction="none")
    np.testing.assert_allclose(weighted, [3e4, 1e4, 3 * math.exp(-50)], rtol=1e-6)


def test_a_class_that_is_ignored_counts_nowhere() -> None:
    labels = np.array([0, -100, 1, -100])
    x = Tensor(LOGITS, requires_grad=True)
    loss = F.cross_entropy(x, labels)
    loss.backward()
    np.testing.assert_allclose(loss.item(), F.cross_entropy(LOGITS[[0, 2]], [0, 1]), rtol=1e-14)
    assert not x.grad.data[[1, 3]].any()
    each = F.cross_entropy(LOGITS, labels, reduction="none")
    assert each[[1, 3]].tolist() == [0.0, 0.0]
    for call in (F.cross_entropy, F.nll_loss):
        with pytest.raises(
            DataError, match=r"got 2 samples of class 7, all ignored; expected one at least that counts"
        ):
            call(LOGITS[:2], [7, 7], ignore_index=7)


def test_class_weights_may_be_lists_or_integers_and_keep_the_dtype() -> None:
    x = LOGITS.astype(np.float32)
    for weight in ([1, 2, 3], np.array([1.0, 2.0, 3.0]), Tensor([1.0, 2.0, 3.0])):
        assert F.cross_entropy(x, LABELS, weight).dtype == np.float32
        np.testing.assert_allclose(F.cross_entropy(x, LABELS, weight), F.cross_entropy(x, LABELS, [2, 4, 6]), rtol=1e-6)
    assert nn.CrossEntropyLoss(weight=[1, 2, 3]).state_dict()["weight"].tolist() == [1, 2, 3]


@given(seed=st.integers(0, 50), n=st.integers(1, 5), classes=st.integers(1, 4), smoothing=st.floats(0, 1))
def test_smoothed_labels_are_soft_targets(seed: int, n: int, classes: int, smoothing: float) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = 3 * rng.standard_normal((n, classes)), rng.integers(0, classes, n)
    soft = (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes
    expected = F.cross_entropy(logits, soft)
    np.testing.assert_allclose(F.cross_entropy(logits, labels, label_smoothing=smoothing), expected, rtol=1e-10)
    np.testing.assert_allclose(F.cross_entropy(logits, np.eye(classes)[labels], label_smoothing=smoothing), expected)


def test_more_axes_are_more_samples() -> None:
    rng = np.random.default_rng(1)
    logits, labels = rng.standard_normal((2, 3, 4, 5)), rng.integers(0, 3, (2, 4, 5))
    flat = np.moveaxis(logits, 1, -1).reshape(-1, 3)
    np.testing.assert_allclose(F.cross_entropy(logits, labels), F.cross_entropy(flat, labels.reshape(-1)), rtol=1e-13)
    assert F.cross_entropy(logits, labels, reduction="none").shape == (2, 4, 5)
    assert np.shape(F.cross_entropy(logits[0, :, 0, 0], labels[0, 0, 0], reduction="none")) == ()


def test_the_gradient_is_softmax_minus_one_hot() -> None:
    x = Tensor(LOGITS, requires_grad=True)
    F.cross_entropy(x, LABELS, reduction="sum").backward()
    np.testing.assert_allclose(x.grad.data, F.softmax(LOGITS) - np.eye(3)[LABELS], atol=1e-12)
    log_p = Tensor(LOGITS, requires_grad=True)
    F.nll_loss(log_p, LABELS, reduction="sum").backward()
    np.testing.assert_array_equal(log_p.grad.data, -np.eye(3)[LABELS])


def test_targets_may_be_tensors() -> None:
    expected = F.cross_entropy(LOGITS, LABELS)
    assert F.cross_entropy(LOGITS, Tensor(LABELS)) == expected
    assert F.nll_loss(F.log_softmax(LOGITS), Tensor(LABELS)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: F.cross_entropy(LOGITS, LABELS, [1.0, 2.0]), ShapeError, r"weight of shape \(2,\); expected \(3,\)"),
        (
            lambda: F.cross_entropy(LOGITS, LABELS, label_smoothing=1.5),
            ConfigError,
            "label_smoothing=1.5; expected a number from 0",
        ),
        (lambda: nn.CrossEntropyLoss(label_smoothing=-1), ConfigError, "CrossEntropyLoss: got label_smoothing=-1"),
        (
            lambda: nn.CrossEntropyLoss("sum"),
            ConfigError,
            "weight='sum'; expected numbers, or None; write reduction='sum'",
        ),
        (lambda: nn.BCELoss(object()), ConfigError, "BCELoss: got weight=.*; pass an array, or None"),
        (lambda: F.nll_loss(LOGITS, [0, 3, 1, 1]), DataError, r"nll_loss: got class 3 at row 1; expected 0\.\.2"),
        (lambda: F.nll_loss(LOGITS, [0, 1]), ShapeError, r"nll_loss: got input \(4, 3\) and target \(2,\)"),
        (lambda: F.nll_loss(LOGITS, LABELS, reduction="max"), ConfigError, "nll_loss: got reduction='max'"),
        (lambda: F.nll_loss(np.array(1.0), 0), ShapeError, r"nll_loss: got input of shape \(\); expected \(N, C\)"),
        (
            lambda: F.binary_cross_entropy([0.5, 1.5], [1.0, 1.0]),
            DataError,
            "got 1.5 at element 1; expected probabilities from 0",
        ),
        (lambda: F.binary_cross_entropy([np.nan], [1.0]), DataError, "got nan at element 0"),
        (
            lambda: F.binary_cross_entropy([[0.5]], [1.0]),
            ShapeError,
            r"input \(1, 1\) and target \(1,\); .*use target\[:, None\]",
        ),
        (
            lambda: F.binary_cross_entropy([0.5], [1.0], [1.0, 2.0]),
            ShapeError,
            r"weight of shape \(2,\); expected one that broadcasts",
        ),
        (lambda: F.kl_div(LOGITS, LOGITS[:2]), ShapeError, "kl_div: got input"),
        (
            lambda: F.kl_div(LOGITS, LOGITS, reduction="max"),
            ConfigError,
            "expected 'mean', 'batchmean', 'sum' or 'none'",
        ),
        (lambda: nn.KLDivLoss("max"), ConfigError, "KLDivLoss: got reduction='max'; expected 'mean', 'batchmean'"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Any, error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_divergence_of_a_distribution_from_itself_is_zero_and_zeros_count_as_nothing() -> None:
    p = np.array([[0.0, 0.25, 0.75]])
    assert F.kl_div(np.log(p + 1e-300), p, reduction="batchmean") == pytest.approx(0.0, abs=1e-12)
    x = Tensor(np.log([[0.2, 0.3, 0.5]]), requires_grad=True)
    F.kl_div(x, p, reduction="sum").backward()
    np.testing.assert_allclose(x.grad.data, -p)
