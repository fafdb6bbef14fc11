from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor
from nn.errors import ConfigError, ShapeError

SQUARE = np.ones((2, 3, 8, 8), np.float32)


def test_shapes_dtype_and_names_of_the_parameters() -> None:
    layer = nn.Conv2d(4, 6, (3, 2), groups=2)
    assert (layer.weight.shape, layer.bias.shape, layer.weight.dtype) == ((6, 2, 3, 2), (6,), np.float32)
    turned = nn.ConvTranspose2d(4, 6, (3, 2), groups=2, dtype=np.float64)
    assert (turned.weight.shape, turned.bias.shape, turned.weight.dtype) == ((4, 3, 3, 2), (6,), np.float64)
    assert list(nn.Conv1d(2, 3, 4, bias=False).state_dict()) == ["weight"]


def test_float32_stays_float32_through_layer_and_gradient() -> None:
    layer = nn.Conv2d(3, 4, 3, padding=1)
    x = Tensor(SQUARE, requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert {y.dtype, x.grad.dtype, layer.weight.grad.dtype, layer.bias.grad.dtype} == {np.dtype(np.float32)}
    assert (y.shape, x.grad.shape) == ((2, 4, 8, 8), SQUARE.shape)


def test_a_kernel_finds_its_pattern_wherever_it_is() -> None:
    layer = nn.Conv2d(1, 1, 2, bias=False, dtype=np.float64)
    layer.weight.assign_(np.array([[[[1.0, -1.0], [-1.0, 1.0]]]]))
    image = np.zeros((1, 1, 5, 5))
    image[0, 0, 2:4, 1:3] = [[1.0, 0.0], [0.0, 1.0]]
    assert np.unravel_index(layer(image).data.argmax(), (4, 4)) == (2, 1)


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.Conv1d(3, 8, 5), "Conv1d(3 -> 8, kernel 5)"),
        (nn.Conv2d(1, 8, 3, stride=2, padding=1), "Conv2d(1 -> 8, kernel 3x3, stride=2, padding=1)"),
        (nn.Conv2d(2, 2, (3, 1), (1, 2), bias=False), "Conv2d(2 -> 2, kernel 3x1, stride=(1, 2), bias=False)"),
        (nn.Conv2d(2, 2, 3, padding="same", groups=2), "Conv2d(2 -> 2, kernel 3x3, padding='same', groups=2)"),
        (
            nn.ConvTranspose2d(1, 1, 2, 2, output_padding=1),
            "ConvTranspose2d(1 -> 1, kernel 2x2, stride=2, output_padding=1)",
        ),
        (nn.Conv1d(1, 1, 2, padding_mode="reflect"), "Conv1d(1 -> 1, kernel 2, padding_mode='reflect')"),
    ],
)
def test_repr_says_what_is_not_at_its_default(layer: nn.Module, text: str) -> None:
    assert repr(layer).splitlines()[0].startswith(text)


@pytest.mark.parametrize(
    ("kind", "args", "options", "says"),
    [
        ("Conv2d", (0, 1, 3), {}, "Conv2d: got in_channels=0; expected an integer of at least 1"),
        ("Conv2d", (1, 2.5, 3), {}, "Conv2d: got out_channels=2.5"),
        ("Conv2d", (1, 1, 0), {}, "Conv2d: got kernel_size=0"),
        ("Conv2d", (1, 1, (3, 3, 3)), {}, r"kernel_size=\(3, 3, 3\); expected an integer, or 2 of them"),
        ("Conv1d", (1, 1, (3, 3)), {}, r"kernel_size=\(3, 3\); expected an integer; give one number"),
        ("Conv2d", (1, 1, 3), {"stride": 0}, "Conv2d: got stride=0"),
        ("Conv2d", (1, 1, 3), {"padding": -1}, "Conv2d: got padding=-1; expected an integer of at least 0"),
        ("Conv2d", (1, 1, 3), {"padding": "sane"}, "padding='sane'; expected a number, 'same' or 'valid'"),
        ("Conv2d", (1, 1, 3), {"padding": "same", "stride": 2}, r"padding='same' with stride=\(2, 2\)"),
        ("Conv2d", (1, 1, 3), {"dilation": True}, "dilation=True"),
        ("Conv2d", (4, 6, 3), {"groups": 4}, "groups=4 for out_channels=6; expected groups that divide"),
        ("Conv2d", (3, 6, 3), {"groups": 2}, "groups=2 for in_channels=3"),
        ("Conv2d", (1, 1, 3), {"padding_mode": "mirror"}, "padding_mode='mirror'; expected one of 'zeros', 'reflect'"),
        ("ConvTranspose1d", (1, 1, 3), {"padding": "same"}, "ConvTranspose1d: got padding='same'; expected a number"),
        ("ConvTranspose1d", (1, 1, 3), {"padding_mode": "circular"}, "padding_mode='circular'; expected 'zeros'"),
        ("ConvTranspose2d", (1, 1, 3), {"output_padding": -1}, "output_padding=-1"),
    ],
)
def test_options_that_make_no_sense_are_refused_when_they_are_said(
    kind: str, args: tuple[Any, ...], options: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        getattr(nn, kind)(*args, **options)


@pytest.mark.parametrize(
    ("layer", "x", "says"),
    [
        (
            nn.Conv2d(1, 8, 3),
            SQUARE,
            r"Conv2d(1 -> 8): got x of shape (2, 3, 8, 8); expected (N, 1, H, W); set in_channels=3",
        ),
        (
            nn.Conv2d(1, 8, 3),
            SQUARE[:, 0],
            "x of shape (2, 8, 8); expected (N, 1, H, W); add the axis of channels with x[:, None]",
        ),
        (nn.Conv2d(3, 8, 3), SQUARE[0, 0], "x of shape (8, 8); expected (N, 3, H, W); reshape the input"),
        (nn.Conv1d(3, 8, 3), SQUARE, "Conv1d(3 -> 8): got x of shape (2, 3, 8, 8); expected (N, 3, L)"),
        (
            nn.Conv2d(3, 8, 9),
            SQUARE,
            "a kernel that reaches over (9, 9) and an input of (8, 8); expected a kernel that fits in",
        ),
        (nn.Conv2d(3, 8, 6, dilation=2, padding=1), SQUARE, "over (11, 11) and an input of (10, 10) with its border"),
        (nn.Conv2d(3, 8, 3), [[1.0]], "x of type list; expected an array or Tensor; wrap it with np.asarray"),
        (
            nn.ConvTranspose2d(4, 2, 3),
            SQUARE,
            "ConvTranspose2d(4 -> 2): got x of shape (2, 3, 8, 8); expected (N, 4, H, W)",
        ),
        (nn.ConvTranspose1d(3, 2, 1, padding=5), SQUARE[:, :, 0], "padding=(5,), which leaves an output of (-2,)"),
        (nn.Conv1d(3, 1, 9, padding=8, padding_mode="circular"), SQUARE[:, :, :3, 0], "widths (8, 8) for an axis of 3"),
    ],
)
def test_an_input_that_does_not_fit_is_named(layer: nn.Module, x: Any, says: str) -> None:
    with pytest.raises(ShapeError) as caught:
        layer(x)
    assert says in str(caught.value)


def test_output_size_and_output_padding_are_checked() -> None:
    layer = nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1)
    assert layer(SQUARE).shape == (2, 2, 15, 15)
    assert layer(SQUARE, output_size=16).shape == (2, 2, 16, 16)
    assert layer(SQUARE, output_size=(15, 16)).shape == (2, 2, 15, 16)
    with pytest.raises(ShapeError, match=r"output_size=17; expected \(15, 15\) to \(16, 16\)"):
        layer(SQUARE, output_size=17)
    with pytest.raises(ConfigError, match=r"output_padding=\(2,\) with stride=\(2,\) and dilation=\(1,\)"):
        nn.ConvTranspose1d(1, 1, 2, stride=2, output_padding=2)(np.ones((1, 1, 3), np.float32))


@pytest.mark.parametrize(
    ("weight", "options", "error", "says"),
    [
        ((2, 3, 3), {}, ShapeError, r"conv2d: got weight of shape \(2, 3, 3\); expected 4 axes"),
        ((2, 2, 3, 3), {}, ShapeError, r"conv2d: got x of shape \(2, 3, 8, 8\); expected \(N, 2, H, W\)"),
        ((2, 3, 3, 3), {"bias": np.ones(3)}, ShapeError, r"bias of shape \(3,\); expected \(2,\)"),
        ((2, 3, 3, 3), {"groups": 0}, ConfigError, "conv2d: got groups=0"),
        ((3, 3, 3, 3), {"groups": 2}, ConfigError, "groups=2 for a weight of 3 channels"),
        ((2, 3, 9, 9), {}, ShapeError, "conv2d: got a kernel that reaches over"),
    ],
)
def test_the_function_names_what_does_not_fit(
    weight: tuple[int, ...], options: dict[str, Any], error: type, says: str
) -> None:
    with pytest.raises(error, match=says):
        F.conv2d(SQUARE, np.ones(weight), **options)


def test_layers_have_no_state_that_a_failed_call_could_change() -> None:
    layer = nn.Conv2d(3, 2, 3)
    before = layer.state_dict()
    with pytest.raises(ShapeError):
        layer(SQUARE[:, :2])
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


def test_gradients_of_gradients_go_through(float64: None) -> None:
    layer = nn.Conv2d(1, 1, 2)
    x = Tensor(np.random.default_rng(0).standard_normal((1, 1, 3, 3)), requires_grad=True)
    (layer(x) ** 2).sum().backward(create_graph=True)
    (x.grad**2).sum().backward()
    assert np.abs(layer.weight.grad.data).max() > 0
