from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor, no_grad
from nn.errors import ConfigError, ShapeError

BATCH = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
IMAGES = np.random.default_rng(1).standard_normal((4, 3, 2, 2)).astype(np.float32)


def test_one_sample_in_training_is_refused_by_name_and_changes_nothing_and_eval_works() -> None:
    layer = nn.BatchNorm1d(3)
    before = layer.state_dict()
    with pytest.raises(ShapeError) as caught:
        layer(BATCH[:1])
    text = str(caught.value)
    assert text.startswith(
        "BatchNorm1d(3): got x of shape (1, 3) in training mode, one value a channel; expected two or"
    )
    assert "give a larger batch" in text
    assert "eval()" in text
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert layer.eval()(BATCH[:1]).shape == (1, 3)
    assert nn.BatchNorm2d(3)(IMAGES[:1]).shape == (1, 3, 2, 2)  # four values a channel


def test_running_statistics_become_those_of_the_data() -> None:
    rng = np.random.default_rng(2)
    layer = nn.BatchNorm1d(2, momentum=None, dtype=np.float64)
    batches = [rng.normal([3.0, -1.0], [2.0, 0.5], (50, 2)) for _ in range(40)]
    for batch in batches:
        layer(batch)
    np.testing.assert_allclose(layer.running_mean, np.mean(batches, axis=(0, 1)), rtol=1e-10)
    np.testing.assert_allclose(layer.running_var, np.mean([batch.var(axis=0, ddof=1) for batch in batches], axis=0))
    assert layer.num_batches_tracked == 40
    layer.reset_running_stats()
    assert (layer.running_mean.tolist(), layer.running_var.tolist(), int(layer.num_batches_tracked)) == (
        [0, 0],
        [1, 1],
        0,
    )


def test_the_batch_comes_out_at_mean_0_and_variance_1() -> None:
    y = nn.BatchNorm2d(3)(IMAGES).data
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-3)
    assert y.dtype == np.float32


def test_statistics_move_alike_whether_recorded_or_not() -> None:
    recorded, silent, frozen = nn.BatchNorm1d(3), nn.BatchNorm1d(3), nn.BatchNorm1d(3).requires_grad_(False)
    recorded(Tensor(BATCH, requires_grad=True))
    with no_grad():
        silent(BATCH)
    frozen(BATCH)
    for name in ("running_mean", "running_var"):
        np.testing.assert_array_equal(getattr(recorded, name), getattr(silent, name))
        np.testing.assert_array_equal(getattr(recorded, name), getattr(frozen, name))


def test_evaluation_moves_nothing() -> None:
    layer = nn.BatchNorm1d(3).eval()
    before = layer.state_dict()
    layer(BATCH)
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


def test_reset_parameters_begins_again() -> None:
    layer = nn.BatchNorm1d(3)
    layer(BATCH)
    layer.weight.assign_(np.zeros(3))
    layer.bias.assign_(np.ones(3))
    layer.reset_parameters()
    for name, value in nn.BatchNorm1d(3).state_dict().items():
        np.testing.assert_array_equal(layer.state_dict()[name], value)
    nn.BatchNorm1d(3, affine=False, track_running_stats=False).reset_parameters()


@pytest.mark.parametrize(
    ("layer", "x", "says"),
    [
        (
            nn.BatchNorm1d(4),
            BATCH,
            r"BatchNorm1d\(4\): got x of shape \(6, 3\); expected \(N, 4\) or \(N, 4, L\); set num_",
        ),
        (nn.BatchNorm1d(3), IMAGES, r"x of shape \(4, 3, 2, 2\); expected \(N, 3\) or \(N, 3, L\); reshape"),
        (nn.BatchNorm2d(3), BATCH, r"BatchNorm2d\(3\): got x of shape \(6, 3\); expected \(N, 3, H, W\)"),
        (nn.BatchNorm1d(3), [[1.0]], "x of type list; expected an array or Tensor"),
        (nn.BatchNorm1d(3), BATCH[:0], "no value a channel"),
        (
            nn.InstanceNorm1d(2),
            BATCH,
            r"InstanceNorm1d\(2\): got x of shape \(6, 3\); expected \(2, L\) or \(N, 2, L\)",
        ),
        (nn.InstanceNorm2d(3), IMAGES[..., :1, :1], r"InstanceNorm2d\(3\): got x of shape \(4, 3, 1, 1\), one value"),
        (
            nn.LayerNorm(4),
            BATCH,
            r"LayerNorm\(4,\): got x of shape \(6, 3\); expected \(..., 4\); set normalized_shape=\(3,\)",
        ),
        (nn.LayerNorm((2, 6, 3)), BATCH, r"expected \(..., 2, 6, 3\)"),
        (nn.RMSNorm(4), BATCH, r"RMSNorm\(4,\): got x of shape \(6, 3\)"),
        (nn.GroupNorm(2, 4), BATCH, r"GroupNorm\(2, 4\): got x of shape \(6, 3\); expected \(N, 4, ...\)"),
    ],
)
def test_an_input_that_does_not_fit_is_named(layer: nn.Module, x: Any, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        layer(x)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nn.BatchNorm1d(0), "BatchNorm1d: got num_features=0"),
        (lambda: nn.BatchNorm1d(2, eps=-1.0), "BatchNorm1d: got eps=-1.0; expected a number of at least 0"),
        (lambda: nn.BatchNorm1d(2, momentum=1.5), "momentum=1.5; expected a number from 0 to 1"),
        (lambda: nn.GroupNorm(3, 4), "num_groups=3 for num_channels=4; expected groups that divide the channels"),
        (lambda: nn.LayerNorm(()), "LayerNorm: got normalized_shape=()"),
        (lambda: nn.LayerNorm((2, 0)), "normalized_shape=0; expected an integer of at least 1"),
        (lambda: nn.RMSNorm(2, eps="x"), "eps='x'"),
        (lambda: F.group_norm(BATCH, 2), "num_groups=2 for 3 channels"),
        (lambda: F.batch_norm(BATCH, None, None), "no statistics; expected running ones outside training"),
        (lambda: F.instance_norm(IMAGES, use_input_stats=False), "instance_norm: got no statistics"),
    ],
)
def test_options_that_make_no_sense_are_refused(make: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says.replace("(", r"\(").replace(")", r"\)")):
        make()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: F.batch_norm(BATCH, np.zeros(2), np.ones(3)),
            r"batch_norm: got x of shape \(6, 3\) and a vector of shape \(2,\)",
        ),
        (lambda: F.batch_norm(BATCH[0], None, None, training=True), r"x of shape \(3,\); expected \(N, C\)"),
        (lambda: F.layer_norm(BATCH, 3, np.ones(2)), r"a parameter of shape \(2,\); expected \(3,\)"),
    ],
)
def test_functions_name_what_does_not_fit(call: Any, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        call()


def test_running_statistics_may_be_tensors() -> None:
    mean, var = Tensor(np.zeros(3, np.float32)), Tensor(np.ones(3, np.float32))
    F.batch_norm(BATCH, mean, var, training=True)
    np.testing.assert_allclose(mean.data, 0.1 * BATCH.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(var.data, 0.9 + 0.1 * BATCH.var(axis=0, ddof=1), rtol=1e-5)


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.BatchNorm1d(3), "BatchNorm1d(3)"),
        (nn.BatchNorm2d(3, momentum=None, affine=False), "BatchNorm2d(3, momentum=None, affine=False)"),
        (nn.InstanceNorm1d(3), "InstanceNorm1d(3)"),
        (nn.InstanceNorm2d(3, affine=True), "InstanceNorm2d(3, affine=True)"),
        (nn.LayerNorm((2, 3)), "LayerNorm(2, 3)"),
        (nn.LayerNorm(3, eps=0.1, bias=False), "LayerNorm(3, eps=0.1, bias=False)"),
        (nn.LayerNorm(3, elementwise_affine=False), "LayerNorm(3, elementwise_affine=False)"),
        (nn.RMSNorm(3, eps=0.1), "RMSNorm(3, eps=0.1)"),
        (nn.RMSNorm(3, elementwise_affine=False), "RMSNorm(3, elementwise_affine=False)"),
        (nn.GroupNorm(2, 4, affine=False), "GroupNorm(2, 4, affine=False)"),
    ],
)
def test_repr_says_what_is_not_at_its_default(layer: nn.Module, text: str) -> None:
    assert repr(layer).splitlines()[0].split("  ")[0] == text


def test_a_batch_of_one_is_enough_for_layer_norm() -> None:
    y = nn.LayerNorm(3)(BATCH[:1]).data
    np.testing.assert_allclose([y.mean(), y.var()], [0, 1], atol=1e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda **o: nn.BatchNorm1d(4, **o),
        lambda **o: nn.InstanceNorm2d(4, affine=True, **o),
        lambda **o: nn.GroupNorm(2, 4, **o),
        lambda **o: nn.LayerNorm(4, **o),
    ],
)
def test_without_a_shift(make: Any) -> None:
    layer = make(bias=False)
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    assert "bias=False)" in repr(layer)
    assert "bias=False" not in repr(make())


@pytest.mark.parametrize(
    "layer", [nn.BatchNorm1d(4), nn.GroupNorm(2, 4), nn.LayerNorm(4), nn.RMSNorm(4), nn.PReLU(4, init=0.5)]
)
def test_scales_and_slopes_begin_again(layer: Any) -> None:
    fresh = {name: value.copy() for name, value in layer.state_dict().items()}
    for param in layer.parameters():
        param.assign_(np.full(param.shape, 7.0, param.dtype))
    layer.reset_parameters()
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value, fresh[name])
