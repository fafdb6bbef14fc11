from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn.data import Dataset, k_fold
from nn.errors import ConfigError


@given(n=st.integers(2, 40), k=st.integers(2, 40), seed=st.integers(0, 1000), classes=st.integers(1, 4))
def test_every_sample_is_held_out_once(n: int, k: int, seed: int, classes: int) -> None:
    k = min(k, n)
    labels = np.random.default_rng(seed).integers(0, classes, n)
    data = Dataset(np.arange(float(n))[:, None], labels, classes=classes)
    held_out = []
    for parts in k_fold(data, k, seed=seed):
        test = parts.test.x.ravel().tolist()
        assert sorted([*test, *parts.train.x.ravel().tolist()]) == list(range(n))
        assert abs(len(test) - n / k) < 1
        assert (abs(parts.test.counts - data.counts / k) < 1).all()
        held_out += test
    assert sorted(held_out) == list(range(n))


def test_numbers_to_predict_and_the_same_seed() -> None:
    data = Dataset(np.arange(10.0)[:, None], np.arange(10.0))
    first = [parts.test.x.ravel().tolist() for parts in k_fold(data, 3, seed=4)]
    assert first == [parts.test.x.ravel().tolist() for parts in k_fold(data, 3, seed=4)]
    assert first != [parts.test.x.ravel().tolist() for parts in k_fold(data, 3, seed=5)]


def test_each_part_is_scaled_by_its_own_training_data() -> None:
    for parts in k_fold(nn.data.iris(), 5, standardize=True):
        np.testing.assert_allclose(parts.train.x.mean(axis=0), 0, atol=1e-5)
        assert abs(parts.test.x.mean(axis=0)).max() > 1e-4
        assert parts.scale is not None


def test_what_cannot_be_parted_is_named_at_once() -> None:
    data = Dataset(np.zeros((3, 1)), [0, 1, 0])
    with pytest.raises(ConfigError, match="k_fold: got k=1; expected an integer of at least 2"):
        k_fold(data, 1)
    with pytest.raises(ConfigError, match="k=4 for 3 samples"):
        k_fold(data, 4)
    with pytest.raises(ConfigError, match="seed=-1"):
        k_fold(data, 2, seed=-1)
    with pytest.raises(ConfigError, match=r"got a tuple; .* nn\.data\.Dataset\(x, y\)"):
        k_fold((np.zeros((3, 1)), [0, 1, 0]))  # type: ignore[arg-type]


# three parts


@given(
    n=st.integers(12, 60),
    test=st.sampled_from([0.2, 0.25, 0.4]),
    validation=st.sampled_from([0.1, 0.2, 0.3]),
    seed=st.integers(0, 100),
)
def test_three_parts(n: int, test: float, validation: float, seed: int) -> None:
    data = Dataset(np.arange(float(n))[:, None], np.arange(n) % 2)
    parts = data.split(test=test, validation=validation, seed=seed)
    assert parts.validation is not None
    pieces = [part.x.ravel() for part in (parts.train, parts.validation, parts.test)]
    assert sorted(np.concatenate(pieces).tolist()) == list(range(n))
    assert abs(len(pieces[1]) - validation * n) <= 1
    np.testing.assert_array_equal(parts.test.x, data.split(test=test, seed=seed).test.x)
    assert abs(parts.validation.counts[0] - parts.validation.counts[1]) <= 2


def test_three_parts_are_scaled_by_the_training_part() -> None:
    parts = nn.data.iris().split(test=0.2, validation=0.2, standardize=True)
    assert repr(parts) == "Split(iris: 90 train + 30 validation + 30 test samples, 4 features, 3 classes, standardized)"
    np.testing.assert_allclose(parts.train.x.mean(axis=0), 0, atol=1e-5)
    assert parts.validation is not None
    assert abs(parts.validation.x.mean(axis=0)).max() > 1e-4


def test_shares_that_leave_nothing_are_named() -> None:
    data = Dataset(np.zeros((8, 1)), [0, 1] * 4)
    with pytest.raises(ConfigError, match=r"test=0.5 and validation=0.5; expected together less than 1"):
        data.split(test=0.5, validation=0.5)
    with pytest.raises(ConfigError, match="validation=2"):
        data.split(validation=2)
    with pytest.raises(ConfigError, match=r"1 feature, 2 classes in train, 2 features, 2 classes in validation"):
        nn.data.Split(data, data, None, Dataset(np.zeros((2, 2)), [0, 1]))
