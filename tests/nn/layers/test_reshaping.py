from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from nn.errors import ConfigError, ShapeError

X = np.arange(24.0).reshape(2, 3, 4)


def test_flatten_names_the_axes_that_are_not_there() -> None:
    assert nn.Flatten()(X).shape == (2, 12)
    assert nn.Flatten(0)(X).shape == (24,)
    assert nn.Flatten(1, 1)(X).shape == X.shape
    assert nn.Flatten()(np.zeros((0, 3, 2))).shape == (0, 6)
    with pytest.raises(ShapeError, match=r"Flatten: got x of shape \(3,\) with start_dim=1 and end_dim=-1"):
        nn.Flatten()(np.zeros(3))
    with pytest.raises(ShapeError, match="start_dim=2 and end_dim=1"):
        nn.Flatten(2, 1)(X)


def test_identity_takes_and_gives_anything() -> None:
    assert nn.Identity(3, key="x")(X) is X


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (
            lambda: nn.ZeroPad2d((1, 2)),
            ConfigError,
            r"ZeroPad2d: got padding=\(1, 2\); expected a whole number, or 4 of them",
        ),
        (lambda: nn.ConstantPad1d(1.5, 0.0), ConfigError, "ConstantPad1d: got padding=1.5; .* give .left, right."),
        (lambda: F.pad(X, (1,)), ConfigError, r"pad: got pad=\(1,\); expected pairs of whole numbers"),
        (lambda: F.pad(X, (1, 0.5)), ConfigError, "pairs of whole numbers"),
        (lambda: F.pad(X, (1, 1) * 4), ShapeError, r"4 pairs for an input of shape \(2, 3, 4\); expected 3 at most"),
        (lambda: F.pad(X, (1, 1), mode="mirror"), ConfigError, "mode='mirror'; expected 'constant', 'reflect', "),
        (
            lambda: F.pad(X, (4, 1), mode="reflect"),
            ShapeError,
            r"widths \(4, 1\) for an axis of 4 with mode 'reflect'; .*0 to 3",
        ),
        (lambda: F.pad(X, (-1, 1), mode="replicate"), ShapeError, r"widths \(-1, 1\)"),
        (lambda: F.unfold(X[0], 2), ShapeError, r"unfold: got input of shape \(3, 4\); expected \(N, C, H, W\)"),
        (lambda: F.unfold(X, 5), ShapeError, r"a window of \(5, 5\) for images of \(3, 4\)"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        make()


def test_a_convolution_is_a_product_with_unfolded_windows() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 3, 5, 5)), rng.standard_normal((4, 3, 2, 2))
    product = weight.reshape(4, -1) @ F.unfold(x, 2)
    np.testing.assert_allclose(product.reshape(2, 4, 4, 4), F.conv2d(x, weight), rtol=1e-12)


def test_repr() -> None:
    shown = [repr(layer).splitlines()[0] for layer in (nn.Flatten(), nn.Flatten(0, 1), nn.ZeroPad2d(2))]
    assert shown == ["Flatten()", "Flatten(start_dim=0, end_dim=1)", "ZeroPad2d(2)"]
    assert repr(nn.ConstantPad1d((1, 2), 3.0)).startswith("ConstantPad1d((1, 2), value=3.0)")


def test_unflatten_takes_an_axis_apart() -> None:
    x = np.arange(24.0).reshape(2, 12)
    assert np.array_equal(nn.Unflatten(1, (3, 4))(x), x.reshape(2, 3, 4))
    assert np.array_equal(nn.Unflatten(-1, (3, -1, 2))(x), x.reshape(2, 3, 2, 2))
    assert np.array_equal(nn.Unflatten(1, (3, 2))(x.reshape(2, 6, 2)), x.reshape(2, 3, 2, 2))
    assert np.array_equal(nn.Flatten()(nn.Unflatten(1, (3, 4))(x)), x)
    assert repr(nn.Unflatten(1, (3, 4))).startswith("Unflatten(dim=1, unflattened_size=(3, 4))")


@pytest.mark.parametrize(("sizes", "dim"), [((5,), 1), ((5, -1), 1), ((12,), 2), ((2, 7), -1)])
def test_unflatten_of_an_axis_that_does_not_have_as_many(sizes: tuple[int, ...], dim: int) -> None:
    with pytest.raises(ShapeError, match=r"Unflatten: got x of shape \(2, 12\)"):
        nn.Unflatten(dim, sizes)(np.zeros((2, 12)))


@pytest.mark.parametrize("sizes", [(), (0, 3), (-1, -1), (-2, 3)])
def test_sizes_that_no_axis_has(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="unflattened_size"):
        nn.Unflatten(1, sizes)
