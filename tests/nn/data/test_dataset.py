from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn.data
from autograd import Tensor
from autograd.errors import AutogradError
from nn.data import Dataset, Split, Standardize
from nn.errors import ConfigError, DataError, ShapeError

X = np.arange(12.0).reshape(6, 2)
Y = np.array([0, 0, 1, 1, 2, 2])


def test_labels_and_what_is_known_about_them() -> None:
    data = Dataset(X, Y, name="six", class_names=("a", "b", "c"))
    assert (len(data), data.features, data.classes, data.counts.tolist()) == (6, 2, 3, [2, 2, 2])
    assert (data.x.dtype, data.y.dtype) == (np.float32, np.int64)
    assert data.feature_names == ("x1", "x2")
    assert Dataset(X, Y).class_names == ("0", "1", "2")
    assert repr(data) == "Dataset(six: 6 samples, 2 features, 3 classes)"


def test_floats_are_numbers_to_predict_unless_classes_are_given() -> None:
    numbers = Dataset(X, Y / 2)
    assert (numbers.classes, numbers.class_names, numbers.y.dtype) == (None, (), np.float32)
    with pytest.raises(DataError, match="class labels"):
        _ = numbers.counts
    labels = Dataset(X, Y.astype(float), classes=4)
    assert (labels.classes, labels.y.dtype, labels.counts.tolist()) == (4, np.int64, [2, 2, 2, 0])
    assert Dataset(X, Y == 1).classes == 2
    assert Dataset(X, np.ones((6, 3))).y.shape == (6, 3)


def test_it_keeps_copies_that_cannot_be_written() -> None:
    x, y = X.astype(np.float32), Y.copy()
    data = Dataset(x, y)
    x[0] = 99
    y[0] = 2
    assert data.x[0].tolist() == [0, 1]
    assert data.y[0] == 0
    for array in (data.x, data.y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.name = "other"  # type: ignore[misc]
    assert x.flags.writeable


def test_indexing() -> None:
    data = Dataset(X, Y, name="six")
    sample, label = data[-1]
    assert (sample.tolist(), label) == ([10, 11], 2)
    assert data[1:3].y.tolist() == [0, 1]
    assert data[[0, 5]].y.tolist() == [0, 2]
    # a part without the last class still has three classes: a net made for it keeps its outputs
    assert data[data.y < 2].classes == 3
    assert [int(label) for _, label in data] == Y.tolist()
    with pytest.raises(DataError, match="0 samples"):
        data[data.y > 5]
    with pytest.raises(IndexError):
        data[6]


def test_samples_of_more_axes() -> None:
    data = Dataset(np.zeros((4, 2, 3)), [0, 1, 0, 1], image_shape=(2, 3))
    assert (data.features, repr(data)) == (6, "Dataset(data: 4 samples, 6 features (2x3 images), 2 classes)")
    assert data.split(test=0.5, standardize=True).train.x.shape == (2, 2, 3)


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "words"),
    [
        (np.zeros((0, 2)), [], {}, DataError, "0 samples"),
        (np.zeros((3, 0)), [0, 1, 0], {}, ShapeError, "at least one feature"),
        (X, Y[:5], {}, ShapeError, "6 and 5 samples"),
        (X[:, 0], Y, {}, ShapeError, r"x\[:, None\]"),
        (X, 3, {}, ShapeError, "single number"),
        (X, Y[:, None], {}, ShapeError, r"y\.ravel\(\)"),
        (X, np.eye(6, dtype=int), {}, ShapeError, r"argmax\(axis=1\)"),
        (X, Y - 1, {}, DataError, "label -1 at row 0; expected integers 0 .. 1"),
        (X, np.full(6, -1), {}, DataError, "label -1 at row 0; expected integers 0 .. 0"),
        (X, Y, {"classes": 2}, DataError, "label 2 at row 4; expected integers 0 .. 1"),
        (X, Y + 0.5, {"classes": 3}, DataError, "label 0.5 at row 0"),
        (X, [0, 1, np.nan, 0, 0, 0], {"classes": 2}, DataError, "label nan at row 2"),
        (X, [0, 1, np.inf, 0, 0, 0], {"classes": 2}, DataError, "label inf at row 2"),
        (X, [0, 1, np.nan, 0, 0, 0], {}, DataError, "nan at row 2"),
        (X, Y * 125_000, {}, DataError, "up to 250,000 for 6 samples.*floats to predict numbers"),
        (X, list("aabbcc"), {}, DataError, "dtype <U1"),
        (X, [None] * 6, {}, DataError, "dtype object"),
        ([[1.0, 2.0], [3.0]], [0, 1], {}, ShapeError, "rows of different lengths"),
        (X * 1j, Y, {}, DataError, "complex"),
        (np.where(X == 7, np.nan, X), Y, {}, DataError, "nan at row 3, column 1"),
        (np.where(X == 4, -np.inf, X), Y, {}, DataError, "-inf at row 2, column 0"),
        (np.where(X == 4, 1e300, X), Y, {}, DataError, r"1e\+300 at row 2, column 0, which is too large for float32"),
        (X, Y, {"classes": 0}, ConfigError, "classes=0"),
        (X, Y, {"classes": 2.0}, ConfigError, "classes=2.0"),
        (X, Y, {"feature_names": ("a",)}, ConfigError, "1 name in feature_names for 2"),
        (X, Y, {"classes": 3, "class_names": ("a", "b")}, ConfigError, "2 names in class_names for 3"),
        (X, Y, {"feature_names": "ab"}, ConfigError, r"a list of names; write \['ab'\]"),
        (X, Y, {"image_shape": (2, 2)}, ConfigError, r"image_shape=\(2, 2\) for 2 features"),
    ],
)
def test_bad_data_is_refused_in_one_sentence(
    x: Any, y: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        Dataset(x, y, name="mine", **options)
    text = str(caught.value)
    assert text.startswith("Dataset(mine): got ")
    assert "; expected " in text
    assert text.endswith(".")
    assert "\n" not in text


def test_a_constant_tensor_is_data_and_a_tracked_one_is_not() -> None:
    np.testing.assert_array_equal(Dataset(Tensor(X), Y).x, X)  # type: ignore[arg-type]
    with pytest.raises(AutogradError, match="lose its gradient"):
        Dataset(Tensor(X, requires_grad=True), Y)  # type: ignore[arg-type]


def test_split_keeps_what_is_known() -> None:
    parts = nn.data.digits().split()
    assert (len(parts.train), len(parts.test)) == (1348, 449)
    assert (parts.name, parts.features, parts.classes, parts.image_shape) == ("digits", 64, 10, (8, 8))
    assert parts.feature_names[0] == "pixel_0_0"
    assert parts.class_names == tuple("0123456789")
    assert parts.scale is None
    assert parts.train.source == nn.data.digits().source
    assert repr(parts) == "Split(digits: 1,348 train + 449 test samples, 64 features (8x8 images), 10 classes)"


def test_split_standardizes_with_the_training_part_only() -> None:
    data = nn.data.iris()
    plain, scaled = data.split(seed=3), data.split(seed=3, standardize=True)
    assert isinstance(scaled.scale, Standardize)
    np.testing.assert_allclose(scaled.scale.mean, plain.train.x.astype(np.float64).mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(scaled.train.x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(scaled.train.x.std(axis=0), 1, atol=1e-6)
    np.testing.assert_array_equal(scaled.test.x, scaled.scale.transform(plain.test.x))
    assert abs(scaled.test.x.mean(axis=0)).max() > 0.01
    np.testing.assert_array_equal(scaled.test.y, plain.test.y)
    assert repr(scaled).endswith("3 classes, standardized)")


def test_constant_pixels_stay_finite() -> None:
    parts = nn.data.digits().split(standardize=True)
    assert parts.train.x[:, 0].any() == False  # noqa: E712
    assert np.isfinite(parts.test.x).all()


def test_one_class_can_be_split() -> None:
    parts = Dataset(X, np.zeros(6, dtype=int)).split(test=0.5)
    assert (len(parts.train), len(parts.test), parts.classes) == (3, 3, 1)


def test_numbers_to_predict_can_be_split() -> None:
    parts = Dataset(X, Y + 0.5).split(test=0.5, seed=1)
    assert sorted(np.concatenate((parts.train.y, parts.test.y)).tolist()) == (Y + 0.5).tolist()


@pytest.mark.parametrize("test", [0, 1, 0.0, 1.0, -0.2, 1.5, 30, "half", None, True, float("nan")])
def test_a_share_outside_0_and_1_is_refused(test: Any) -> None:
    with pytest.raises(ConfigError, match=r"Dataset\(iris\)\.split: got test=.*use test=0\.25"):
        nn.data.iris().split(test=test)


@pytest.mark.parametrize("seed", [-1, 1.5, None, "0", True])
def test_a_bad_seed_is_refused(seed: Any) -> None:
    with pytest.raises(ConfigError, match="seed="):
        nn.data.iris().split(seed=seed)


def test_one_sample_cannot_be_split() -> None:
    with pytest.raises(DataError, match="1 sample; expected at least 2"):
        Dataset([[1.0]], [0]).split()


def test_parts_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"4 features, 3 classes in train, 2 features, 2 classes in test"):
        Split(nn.data.iris(), nn.data.xor())


@given(n=st.integers(2, 60), classes=st.integers(1, 5), test=st.floats(0.05, 0.95), seed=st.integers(0, 2**32))
def test_split_is_a_partition_in_proportion_and_repeatable(n: int, classes: int, test: float, seed: int) -> None:
    rows = np.arange(n)
    labels = (rows * 7 + rows // 3) % classes
    data = Dataset(rows[:, None].astype(float), labels, classes=classes)
    parts = data.split(test=test, seed=seed)
    served = np.concatenate((parts.train.x[:, 0], parts.test.x[:, 0])).astype(int)
    assert sorted(served.tolist()) == rows.tolist()
    np.testing.assert_array_equal(np.concatenate((parts.train.y, parts.test.y)), labels[served])
    assert len(parts.test) == min(max(round(n * test), 1), n - 1)
    assert (abs(parts.test.counts - test * data.counts) <= 1 + 1e-9).all()
    again = data.split(test=test, seed=seed)
    np.testing.assert_array_equal(again.train.x, parts.train.x)
    np.testing.assert_array_equal(again.test.x, parts.test.x)


def test_another_seed_gives_another_split() -> None:
    data = nn.data.iris()
    assert (data.split(seed=0).test.x != data.split(seed=1).test.x).any()
