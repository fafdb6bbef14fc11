from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import Dataset, blobs, circles, moons, spiral, xor
from nn.errors import ConfigError, DataError, NNError, ShapeError

TOYS: list[Callable[..., Dataset]] = [xor, moons, circles, spiral, blobs]
MANY: list[Callable[..., Dataset]] = [circles, spiral, blobs]

each = pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy.__name__)


@each
@given(n=st.integers(4, 300), noise=st.floats(0, 5), seed=st.integers(0, 2**63))
def test_n_points_in_equal_classes_the_same_for_a_seed(
    toy: Callable[..., Dataset], n: int, noise: float, seed: int
) -> None:
    data = toy(n=n, noise=noise, seed=seed)
    assert (data.x.shape, data.x.dtype, data.y.dtype, data.name) == ((n, 2), np.float32, np.int64, toy.__name__)
    assert data.counts.max() - data.counts.min() <= 1
    np.testing.assert_array_equal(toy(n=n, noise=noise, seed=seed).x, data.x)
    assert np.isfinite(data.x).all()


@each
def test_seed_and_generator(toy: Callable[..., Dataset]) -> None:
    assert (toy(seed=0).x != toy(seed=1).x).any()
    np.testing.assert_array_equal(toy(rng=np.random.default_rng(7)).x, toy(seed=7).x)
    rng = np.random.default_rng(7)
    assert (toy(rng=rng).x != toy(rng=rng).x).any()


@each
def test_without_noise_the_seed_does_not_matter(toy: Callable[..., Dataset]) -> None:
    np.testing.assert_array_equal(toy(noise=0, seed=0).x, toy(noise=0, seed=1).x)


@pytest.mark.parametrize("toy", MANY, ids=lambda toy: toy.__name__)
@given(classes=st.integers(1, 7), n=st.integers(7, 50))
def test_any_number_of_classes(toy: Callable[..., Dataset], classes: int, n: int) -> None:
    data = toy(n=n, classes=classes)
    assert data.classes == classes
    assert data.counts.min() >= n // classes


def test_xor_is_the_sign_of_the_product() -> None:
    data = xor(n=400, noise=0.2, seed=0)
    assert ((data.x[:, 0] * data.x[:, 1] < 0) == (data.y == 1)).mean() > 0.99
    np.testing.assert_allclose(data.x.mean(axis=0), 0, atol=0.05)


def test_moons_are_two_half_circles() -> None:
    data = moons(n=50, noise=0)
    np.testing.assert_allclose(np.hypot(*data.x[data.y == 0].T), 1, rtol=1e-6)
    np.testing.assert_allclose(np.hypot(*(data.x[data.y == 1] - [1, 0.5]).T), 1, rtol=1e-6)
    assert (data.x[data.y == 0][:, 1] >= -1e-6).all()
    assert (data.x[data.y == 1][:, 1] <= 0.5 + 1e-6).all()


def test_circles_have_the_radius_of_their_class() -> None:
    data = circles(n=60, noise=0, classes=3)
    np.testing.assert_allclose(np.hypot(*data.x.T), (data.y + 1) / 3, rtol=1e-6)


def test_spiral_follows_its_formula() -> None:
    data = spiral(n=301, noise=0, classes=3)
    r = np.hypot(*data.x.T.astype(np.float64))
    expected = 2 * np.pi * data.y / 3 + 4 * r
    # along the first samples of an arm r is 0, where there is no angle
    off = np.angle(np.exp(1j * (np.arctan2(data.x[:, 0], data.x[:, 1]) - expected)))[r > 0.01]
    assert abs(off).max() < 1e-5
    assert [len(np.unique(r[data.y == k].round(5))) for k in range(3)] == [101, 100, 100]


def test_spiral_noise_is_that_of_the_angle() -> None:
    data = spiral(n=30_000, noise=0.1, classes=1, seed=0)
    x = data.x.astype(np.float64)
    r = np.hypot(*x.T)
    np.testing.assert_allclose(r, np.linspace(0, 1, 30_000), atol=1e-6)
    off = np.angle(np.exp(1j * (np.arctan2(x[:, 0], x[:, 1]) - 4 * r)))[1:]
    assert abs(off.std() - 0.1) < 0.002


def test_a_straight_line_does_not_part_the_spiral() -> None:
    data = spiral(n=600)
    inputs = np.column_stack((data.x, np.ones(600)))
    weights = np.linalg.lstsq(inputs, np.eye(3)[data.y], rcond=None)[0]
    assert ((inputs @ weights).argmax(axis=1) == data.y).mean() < 0.6


def test_blobs_centres() -> None:
    data = blobs(n=3000, noise=0.5, classes=3, dims=4, spread=2, seed=0)
    means = np.stack([data.x[data.y == k].mean(axis=0) for k in range(3)])
    turn = 2 * np.pi * np.arange(3) / 3
    ring = np.column_stack((2 * np.cos(turn), 2 * np.sin(turn), np.zeros((3, 2))))
    np.testing.assert_allclose(means, ring, atol=0.08)
    assert abs(data.x[data.y == 0].std(axis=0) - 0.5).max() < 0.05
    assert blobs(n=3, noise=0, dims=1, spread=1).x.tolist() == [[-1], [0], [1]]
    chosen = blobs(n=4, noise=0, centers=[[0, 0, 0], [5, 6, 7]])
    assert (chosen.x[-1].tolist(), chosen.classes, chosen.features) == ([5, 6, 7], 2, 3)


@each
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n": 0}, "n=0"),
        ({"n": 1}, "n=1; expected an integer of at least"),
        ({"n": -5}, "n=-5"),
        ({"n": 10.0}, "n=10.0"),
        ({"n": True}, "n=True"),
        ({"noise": -0.1}, "noise=-0.1; expected a finite number of at least 0; use noise=0 for none"),
        ({"noise": float("nan")}, "noise=nan"),
        ({"noise": float("inf")}, "noise=inf"),
        ({"noise": "much"}, "noise='much'"),
        ({"noise": np.zeros(3)}, r"noise=an array of shape \(3,\)"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": None}, "seed=None"),
        ({"rng": 0}, "rng=0; expected a NumPy generator"),
    ],
)
def test_bad_arguments(toy: Callable[..., Dataset], options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=f"{toy.__name__}: got {words}"):
        toy(**options)


@each
def test_arguments_are_named(toy: Callable[..., Dataset]) -> None:
    with pytest.raises(TypeError):
        toy(100)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"classes": 0}, ConfigError, "classes=0"),
        ({"classes": 400}, ConfigError, "n=300; expected an integer of at least 400"),
        ({"dims": 0}, ConfigError, "dims=0"),
        ({"spread": -1}, ConfigError, "spread=-1"),
        ({"centers": [1, 2, 3]}, ShapeError, r"centers of shape \(3,\); expected \(classes, dims\)"),
        ({"centers": []}, ShapeError, r"centers of shape \(0,\)"),
        ({"centers": [[0, np.nan]]}, DataError, "nan at row 0, column 1"),
        ({"centers": ["a", "b"]}, DataError, "real numbers"),
    ],
)
def test_bad_blobs(options: dict[str, Any], error: type[NNError], words: str) -> None:
    with pytest.raises(error, match=f"blobs: got .*{words}"):
        blobs(**options)
