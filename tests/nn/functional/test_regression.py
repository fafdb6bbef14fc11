"""Losses between numbers, margins and distances: what PyTorch's numbers do not say, and what they refuse."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor
from nn.errors import ConfigError, DataError, ShapeError

X = np.random.default_rng(0).standard_normal((4, 3))
Y = np.random.default_rng(1).standard_normal((4, 3))
SIGNS = np.array([1.0, -1.0, 1.0, -1.0])

LOSSES: dict[str, Any] = {
    "mse_loss": lambda x, **options: F.mse_loss(x, Y, **options),
    "l1_loss": lambda x, **options: F.l1_loss(x, Y, **options),
    "smooth_l1_loss": lambda x, **options: F.smooth_l1_loss(x, Y, **options),
    "huber_loss": lambda x, **options: F.huber_loss(x, Y, **options),
    "soft_margin_loss": lambda x, **options: F.soft_margin_loss(x, np.sign(Y), **options),
    "hinge_embedding_loss": lambda x, **options: F.hinge_embedding_loss(x, np.sign(Y), **options),
    "margin_ranking_loss": lambda x, **options: F.margin_ranking_loss(x, Y, np.sign(Y), **options),
    "multi_margin_loss": lambda x, **options: F.multi_margin_loss(x, [0, 1, 2, 1], **options),
    "triplet_margin_loss": lambda x, **options: F.triplet_margin_loss(x, Y, Y[::-1], **options),
    "cosine_embedding_loss": lambda x, **options: F.cosine_embedding_loss(x, Y, SIGNS, **options),
    "poisson_nll_loss": lambda x, **options: F.poisson_nll_loss(x, np.abs(Y).round(), full=True, **options),
    "gaussian_nll_loss": lambda x, **options: F.gaussian_nll_loss(x, Y, np.abs(Y), full=True, **options),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_single_precision_stays_single_and_reductions_agree(loss: Any) -> None:
    x = Tensor(X.astype(np.float32), requires_grad=True)
    mean = loss(x)
    mean.backward()
    assert (mean.shape, mean.dtype, x.grad.dtype) == ((), np.float32, np.float32)
    each = loss(X, reduction="none")
    np.testing.assert_allclose(loss(X, reduction="sum"), each.sum(), rtol=1e-12)
    np.testing.assert_allclose(loss(X, reduction="mean"), each.mean(), rtol=1e-12)
    np.testing.assert_allclose(mean.item(), each.mean(), rtol=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_an_unknown_reduction_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"{name}: got reduction='max'; expected 'mean', 'sum' or 'none'"):
        LOSSES[name](X, reduction="max")


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (
            lambda: F.smooth_l1_loss(X, Y, beta=-1.0),
            ConfigError,
            "smooth_l1_loss: got beta=-1.0; expected a number of at least 0",
        ),
        (lambda: nn.SmoothL1Loss(beta=-1.0), ConfigError, "SmoothL1Loss: got beta=-1.0"),
        (
            lambda: F.huber_loss(X, Y, delta=0.0),
            ConfigError,
            "huber_loss: got delta=0.0; expected a number above 0; use l1_loss",
        ),
        (lambda: nn.HuberLoss(delta=0.0), ConfigError, "HuberLoss: got delta=0.0"),
        (
            lambda: F.l1_loss(X, Y[:, 0]),
            ShapeError,
            r"l1_loss: got input \(4, 3\) and target \(4,\); expected equal shapes",
        ),
        (
            lambda: F.gaussian_nll_loss(X, Y, -np.abs(Y)),
            DataError,
            "a negative variance; expected variances of at least 0",
        ),
        (
            lambda: F.gaussian_nll_loss(X, Y, np.ones(3)),
            ShapeError,
            r"var of shape \(3,\); expected shape \(4, 3\), or 1 on its last",
        ),
        (lambda: F.gaussian_nll_loss(X, Y, np.abs(Y), eps=0.0), ConfigError, "gaussian_nll_loss: got eps=0.0"),
        (lambda: F.margin_ranking_loss(X, Y, SIGNS), ShapeError, r"inputs \(4, 3\) and \(4, 3\) with target \(4,\)"),
        (lambda: F.triplet_margin_loss(X, Y, Y[:2]), ShapeError, r"shapes \(4, 3\), \(4, 3\) and \(2, 3\)"),
        (
            lambda: F.triplet_margin_loss(X, Y, Y, p=0),
            ConfigError,
            "pairwise_distance: got p=0; expected a number above 0",
        ),
        (
            lambda: F.cosine_embedding_loss(X, Y, SIGNS[:2]),
            ShapeError,
            r"with target \(2,\); expected \(N, D\), \(N, D\) and \(N,\)",
        ),
        (lambda: F.multi_margin_loss(X, [0, 1, 2, 3]), DataError, r"multi_margin_loss: .*; expected 0\.\.2"),
        (lambda: F.multi_margin_loss(X, [0.0, 1.0, 2.0, 1.0]), DataError, "target of dtype float64"),
        (lambda: F.multi_margin_loss(X, [0, 1]), ShapeError, r"input \(4, 3\) and target \(2,\)"),
        (lambda: F.multi_margin_loss(X, [0, 1, 2, 1], p=3), ConfigError, "p=3; expected 1 or 2"),
        (lambda: nn.MultiMarginLoss(p=3), ConfigError, "MultiMarginLoss: got p=3"),
        (
            lambda: F.multi_margin_loss(X, [0, 1, 2, 1], weight=[1.0]),
            ShapeError,
            r"weight of shape \(1,\); expected \(3,\)",
        ),
        (lambda: F.normalize(X, p=-1), ConfigError, "normalize: got p=-1"),
        (lambda: F.normalize(X, dim=2), ShapeError, "normalize: got dim=2 for an input of 2 axes"),
        (lambda: F.cosine_similarity(X, Y[:, :2]), ShapeError, r"cosine_similarity: got shapes \(4, 3\) and \(4, 2\)"),
        (lambda: F.pairwise_distance(X, Y[:2]), ShapeError, r"pairwise_distance: got shapes \(4, 3\) and \(2, 3\)"),
        (
            lambda: F.bilinear(X, Y, np.ones((2, 2, 3))),
            ShapeError,
            r"bilinear: got inputs \(4, 3\) and \(4, 3\) with weight \(2, 2, 3\)",
        ),
        (lambda: nn.Bilinear(3, 2, 1)(X, Y), ShapeError, r"Bilinear\(3, 2 -> 1\): got x1 \(4, 3\) and x2 \(4, 3\)"),
        (lambda: nn.Bilinear(3, 0, 1), ConfigError, "Bilinear: got in2_features=0"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Any, error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_huber_meets_both_of_its_limits() -> None:
    np.testing.assert_allclose(F.huber_loss(X, Y, delta=1e3), F.mse_loss(X, Y) / 2, rtol=1e-12)
    np.testing.assert_allclose(F.huber_loss(X, Y, delta=1e-6) / 1e-6, F.l1_loss(X, Y), rtol=1e-5)
    np.testing.assert_allclose(F.smooth_l1_loss(X, Y, beta=0.0), F.l1_loss(X, Y), rtol=1e-15)


def test_lengths_of_zero_have_a_gradient_of_zero_and_no_nan() -> None:
    zero = Tensor(np.zeros((2, 3)), requires_grad=True)
    (F.normalize(zero).sum() + F.cosine_similarity(zero, np.ones((2, 3))).sum()).backward()
    assert np.isfinite(zero.grad.data).all()
    for p in (1.0, 2.0, 3.0, math.inf):
        same = Tensor(np.zeros((2, 3)), requires_grad=True)
        F.pairwise_distance(same, np.zeros((2, 3)), p, eps=0.0).sum().backward()
        assert np.isfinite(same.grad.data).all(), p


def test_one_number_for_all_variances_and_a_variance_held_at_eps() -> None:
    np.testing.assert_allclose(F.gaussian_nll_loss(X, Y, 2.0), F.gaussian_nll_loss(X, Y, np.full((4, 3), 2.0)))
    assert np.isfinite(F.gaussian_nll_loss(X, Y, np.zeros((4, 3))))


def test_integers_are_taken_as_they_are() -> None:
    assert F.l1_loss([1, 2], [3, 5]) == 2.5
    assert F.mse_loss(np.array([1, 2]), np.array([3, 5]), reduction="sum") == 13


def test_losses_say_their_options() -> None:
    assert repr(nn.HuberLoss(delta=2.0)).splitlines()[0] == "HuberLoss(delta=2.0)"
    assert (
        repr(nn.TripletMarginLoss(swap=True, reduction="sum")).splitlines()[0]
        == "TripletMarginLoss(reduction='sum', swap=True)"
    )


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, F.huber_loss])
def test_a_weight_has_the_shape_of_the_input(loss: Any) -> None:
    x = np.ones((3, 2))
    assert float(loss(x, 0 * x, weight=2 * x, reduction="sum")) == 2 * float(loss(x, 0 * x, reduction="sum"))
    with pytest.raises(
        ShapeError, match=r"got a weight of shape \(2,\); expected one weight for each element, \(3, 2\)"
    ):
        loss(x, 0 * x, weight=np.ones(2))
    with pytest.raises(ConfigError, match="reduction='sums'"):
        loss(x, 0 * x, weight=x, reduction="sums")
