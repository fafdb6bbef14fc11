from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nn.data import DataLoader, Noise, Shift
from nn.errors import ConfigError, ShapeError

RNG = np.random.default_rng


def test_noise_has_its_deviation_and_keeps_the_dtype() -> None:
    x = np.full((1000, 50), 3.0, np.float32)
    noisy = Noise(0.2)(x, RNG(0))
    assert noisy.dtype == np.float32
    assert float(noisy.mean()) == pytest.approx(3.0, abs=0.005)
    assert float(noisy.std()) == pytest.approx(0.2, rel=0.02)
    np.testing.assert_array_equal(Noise(0.0)(x, RNG(0)), x)


def by_hand(picture: np.ndarray, down: int, right: int, fill: float) -> np.ndarray:
    out = np.full_like(picture, fill)
    rows, columns = picture.shape
    for i in range(rows):
        for j in range(columns):
            if 0 <= i - down < rows and 0 <= j - right < columns:
                out[i, j] = picture[i - down, j - right]
    return out


def test_a_shift_moves_each_picture_for_itself() -> None:
    pictures = RNG(1).standard_normal((40, 3, 5, 4))
    moved = Shift(2, fill=7.0)(pictures, RNG(3))
    down, right = RNG(3).integers(-2, 3, size=(2, 40))
    assert len({*zip(down.tolist(), right.tolist(), strict=True)}) > 10
    for i in range(40):
        for channel in range(3):
            wanted = by_hand(pictures[i, channel], int(down[i]), int(right[i]), 7.0)
            np.testing.assert_array_equal(moved[i, channel], wanted)


def test_flat_pictures_are_moved_alike() -> None:
    pictures = RNG(1).standard_normal((6, 8, 8)).astype(np.float32)
    flat = Shift(1, image_shape=(8, 8))(pictures.reshape(6, 64), RNG(0))
    assert (flat.shape, flat.dtype) == ((6, 64), np.float32)
    np.testing.assert_array_equal(flat.reshape(6, 8, 8), Shift(1)(pictures, RNG(0)))
    np.testing.assert_array_equal(Shift(0)(pictures, RNG(0)), pictures)


def rows(loader: DataLoader, epoch: int, start: int = 0) -> list[np.ndarray]:
    return [batch[0] for batch in loader.batches(epoch, start=start)]


def test_a_loader_augments_anew_in_every_epoch_by_seed_epoch_and_batch_alone() -> None:
    x, y = RNG(0).standard_normal((10, 3)), np.arange(10)

    def loader(seed: int = 0) -> DataLoader:
        return DataLoader((x, y), 4, seed=seed, augment=[Noise(0.1), lambda x, rng: x * 2])

    first = rows(loader(), 0)
    plain = rows(DataLoader((x, y), 4, seed=0), 0)
    for a, b in zip(first, plain, strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, 2 * b, atol=1.2)
        assert (a != 2 * b).all()
    np.testing.assert_array_equal(rows(loader(), 0, start=2)[0], first[2])
    again = loader()
    rows(again, 5)
    np.testing.assert_array_equal(rows(again, 0)[1], first[1])
    order = DataLoader((x, y), 4, seed=0)
    noise = DataLoader(np.zeros((8, 3)), 4, seed=0, augment=Noise(0.1))
    drawn = [batch.tobytes() for epoch in (0, 1) for batch in rows(noise, epoch)]
    assert len(set(drawn)) == 4
    assert not np.array_equal(rows(loader(1), 0)[0], first[0])
    labels = [label for batch in loader().batches(0) for label in batch[1].tolist()]
    assert labels == order.order(0).tolist()


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: Noise(-1), ConfigError, "Noise: got std=-1"),
        (lambda: Shift(-1), ConfigError, "Shift: got most=-1"),
        (lambda: Shift(1, image_shape=8), ConfigError, "image_shape=8; expected rows and columns"),  # type: ignore[arg-type]
        (lambda: Shift(1)(np.zeros((2, 64)), RNG(0)), ShapeError, r"pass image_shape=\(H, W\) if x is flat"),
        (lambda: Shift(1, image_shape=(3, 3))(np.zeros((2, 8)), RNG(0)), ShapeError, r"expected \(N, 9\)"),
        (lambda: DataLoader(np.zeros(3), augment=3), ConfigError, "augment=3; expected a function"),
        (
            lambda: next(iter(DataLoader(np.zeros((3, 2)), augment=lambda x, rng: x[:1]))),
            ShapeError,
            r"a batch of shape \(1, 2\) .*; expected \(3, 2\)",
        ),
    ],
)
def test_what_cannot_be_augmented_is_named(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_printing() -> None:
    assert repr([Noise(0.1), Shift(1), Shift(2, image_shape=(8, 8))]) == (
        "[Noise(0.1), Shift(1), Shift(2, image_shape=(8, 8))]"
    )
