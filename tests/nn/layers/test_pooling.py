from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor
from nn.errors import ConfigError, ShapeError

IMAGES = np.arange(2 * 3 * 6 * 6, dtype=np.float32).reshape(2, 3, 6, 6)


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.MaxPool2d(2), "MaxPool2d(2)"),
        (nn.MaxPool2d(2, stride=2), "MaxPool2d(2)"),
        (nn.MaxPool2d(3, 1, padding=1, ceil_mode=True), "MaxPool2d(3, stride=1, padding=1, ceil_mode=True)"),
        (nn.MaxPool1d(3, dilation=2), "MaxPool1d(3, dilation=2)"),
        (nn.AvgPool2d((2, 3)), "AvgPool2d((2, 3))"),
        (nn.AvgPool1d(2, 1), "AvgPool1d(2, stride=1)"),
        (nn.AdaptiveAvgPool2d((1, None)), "AdaptiveAvgPool2d((1, None))"),
        (nn.AdaptiveAvgPool1d(3), "AdaptiveAvgPool1d(3)"),
    ],
)
def test_repr_says_what_is_not_at_its_default(layer: nn.Module, text: str) -> None:
    assert repr(layer).splitlines()[0] == text


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nn.MaxPool2d(0), "MaxPool2d: got kernel_size=0; expected an integer of at least 1"),
        (lambda: nn.MaxPool2d((2, 2, 2)), r"kernel_size=\(2, 2, 2\); expected an integer, or 2 of them"),
        (lambda: nn.AvgPool1d(2, stride=0), "AvgPool1d: got stride=0"),
        (lambda: nn.AvgPool2d(3, padding=2), "padding=2 with kernel_size=3; expected at most half the kernel"),
        (lambda: nn.MaxPool1d(2, dilation=0), "dilation=0"),
        (lambda: F.avg_pool2d(IMAGES, 2, divisor_override=0), "avg_pool2d: got divisor_override=0"),
        (lambda: nn.AdaptiveAvgPool2d(0)(IMAGES), r"AdaptiveAvgPool2d\(0\): got output_size=0"),
        (lambda: nn.AdaptiveAvgPool2d((1, 2, 3))(IMAGES), "output_size=.1, 2, 3.; expected a number, or 2 of them"),
    ],
)
def test_options_that_make_no_sense_are_refused(make: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        make()


@pytest.mark.parametrize(
    ("layer", "x", "says"),
    [
        (nn.MaxPool2d(2), IMAGES[0, 0], r"MaxPool2d\(2\): got x of shape \(6, 6\); expected \(N, C, H, W\)"),
        (nn.AvgPool1d(2), IMAGES, r"AvgPool1d\(2\): got x of shape \(2, 3, 6, 6\); expected \(N, C, L\)"),
        (nn.MaxPool2d(7), IMAGES, r"a window that reaches over \(7, 7\) and an input of \(6, 6\)"),
        (nn.AdaptiveAvgPool2d(1), IMAGES[0, 0], r"AdaptiveAvgPool2d\(1\): got x of shape \(6, 6\)"),
    ],
)
def test_an_input_that_does_not_fit_is_named(layer: nn.Module, x: Any, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        layer(x)


def test_indices_point_at_the_values() -> None:
    values, indices = nn.MaxPool2d(3, stride=2, padding=1, return_indices=True)(IMAGES)
    flat = IMAGES.reshape(2, 3, -1)
    np.testing.assert_array_equal(np.take_along_axis(flat, indices.reshape(2, 3, -1), axis=2), values.reshape(2, 3, -1))


def test_the_gradient_of_a_maximum_goes_to_one_element_even_if_all_are_equal() -> None:
    x = Tensor(np.zeros((1, 1, 4, 4), np.float32), requires_grad=True)
    nn.MaxPool2d(2)(x).sum().backward()
    assert x.grad.data.sum() == 4
    assert sorted(set(x.grad.data.flat)) == [0.0, 1.0]
    assert x.grad.dtype == np.float32


def test_an_average_keeps_the_dtype_and_the_mean() -> None:
    for pool in (nn.AvgPool2d(2), nn.AvgPool2d(3, 1, 1), nn.AdaptiveAvgPool2d(4)):
        assert pool(IMAGES).dtype == np.float32
    np.testing.assert_allclose(nn.AvgPool2d(2)(IMAGES).mean(), IMAGES.mean())
    np.testing.assert_allclose(nn.AdaptiveAvgPool2d(1)(IMAGES)[..., 0, 0], IMAGES.mean(axis=(2, 3)))
