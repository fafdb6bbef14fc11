from __future__ import annotations

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor
from nn.errors import ConfigError, ShapeError

ONES = np.ones((1000, 100))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_over_many_draws_the_share_and_the_mean_are_right(p: float) -> None:
    y = nn.Dropout(p, rng=np.random.default_rng(0))(ONES)
    np.testing.assert_allclose((y == 0).mean(), p, atol=5 * (p * (1 - p) / ONES.size) ** 0.5)
    assert set(np.unique(y)) == {0.0, 1.0 / (1.0 - p)}
    np.testing.assert_allclose(y.mean(), 1.0, atol=5 * (p / (1 - p) / ONES.size) ** 0.5)


def test_what_is_dropped_is_independent_from_element_to_element() -> None:
    y = nn.Dropout(0.5, rng=np.random.default_rng(1))(ONES) > 0
    neighbours = (y[:, 1:] == y[:, :-1]).mean(), (y[1:] == y[:-1]).mean()
    np.testing.assert_allclose(neighbours, 0.5, atol=0.01)


def test_the_gradient_is_in_the_mask() -> None:
    x = Tensor(np.random.default_rng(2).standard_normal((50, 20)), requires_grad=True)
    y = nn.Dropout(0.3)(x)
    g = np.random.default_rng(3).standard_normal(y.shape)
    y.backward(g)
    mask = np.where(y.data == 0, 0.0, 1 / 0.7)
    np.testing.assert_allclose(x.grad.data, g * mask, rtol=1e-15)


@pytest.mark.parametrize("layer", [nn.Dropout(1.0), nn.Dropout2d(1.0)])
def test_probability_1_gives_zeros_and_no_nan(layer: nn.Module) -> None:
    x = Tensor(np.full((2, 3, 2, 2), np.float32(7)), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert not y.data.any()
    assert not x.grad.data.any()
    assert y.dtype == np.float32


@pytest.mark.parametrize("layer", [nn.Dropout(0.5), nn.Dropout2d(0.5)])
def test_evaluation_is_the_identity(layer: nn.Module) -> None:
    x = np.ones((2, 3, 2, 2))
    assert layer.eval()(x) is x
    tensor = Tensor(x, requires_grad=True)
    assert layer(tensor) is tensor


def test_a_seed_drops_the_same_in_every_run_and_dtype() -> None:
    def dropped(dtype: type) -> np.ndarray:
        nn.manual_seed(5)
        net = nn.Sequential(nn.Dropout(0.4), nn.Dropout2d(0.4))
        return net(np.ones((4, 5, 3, 3), dtype)) == 0

    np.testing.assert_array_equal(dropped(np.float64), dropped(np.float64))
    np.testing.assert_array_equal(dropped(np.float64), dropped(np.float32))


def test_an_rng_of_its_own_leaves_the_default_alone() -> None:
    nn.manual_seed(0)
    nn.Dropout(0.5, rng=np.random.default_rng(9))(ONES)
    first = nn.default_generator().random()
    assert first == nn.manual_seed(0).random()


def test_whole_channels_go() -> None:
    y = nn.Dropout2d(0.5, rng=np.random.default_rng(0))(np.ones((50, 20, 3, 3)))
    assert set(np.unique(y.sum(axis=(2, 3)))) == {0.0, 18.0}
    alone = nn.Dropout2d(0.5, rng=np.random.default_rng(0))(np.ones((20, 3, 3)))
    assert set(np.unique(alone.sum(axis=(1, 2)))) == {0.0, 18.0}


def test_what_makes_no_sense_is_refused() -> None:
    for p in (-0.1, 1.1, "half", None, float("nan"), True):
        with pytest.raises(ConfigError, match=r"Dropout: got p=.*; expected a number from 0 to 1"):
            nn.Dropout(p)  # type: ignore[arg-type]
        with pytest.raises(ConfigError, match="dropout: got p="):
            F.dropout(ONES, p)  # type: ignore[arg-type]
    with pytest.raises(
        ShapeError, match=r"dropout2d: got x of shape \(1000, 100\); expected \(N, C, H, W\); use dropout"
    ):
        nn.Dropout2d()(ONES)


def test_repr() -> None:
    assert repr(nn.Dropout(0.25)).startswith("Dropout(p=0.25)")
