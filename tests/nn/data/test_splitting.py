from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn.data
from nn.data import train_test_split
from nn.data.splitting import shares
from nn.errors import ConfigError, DataError, NNError, ShapeError


def test_arrays_are_cut_at_the_same_rows() -> None:
    x = np.arange(40).reshape(20, 2)
    x_train, x_test, y_train, y_test = train_test_split(x, x[:, 0] // 2, test=0.25, seed=4)
    assert (len(x_train), len(x_test)) == (15, 5)
    np.testing.assert_array_equal(x_train[:, 0] // 2, y_train)
    np.testing.assert_array_equal(x_test[:, 0] // 2, y_test)
    assert sorted(np.concatenate((y_train, y_test)).tolist()) == list(range(20))


def test_dtypes_and_lists_pass_through() -> None:
    a, b, names_a, names_b = train_test_split(np.arange(4, dtype=np.uint8), ["w", "x", "y", "z"], test=0.5)
    assert (a.dtype, b.dtype) == (np.uint8, np.uint8)
    assert sorted([*names_a, *names_b]) == ["w", "x", "y", "z"]


def test_labels_of_any_kind_stratify() -> None:
    kinds = np.array(["cat"] * 8 + ["dog"] * 4)
    train, test = train_test_split(kinds, test=0.25, stratify=kinds)
    assert (train.tolist().count("cat"), test.tolist().count("cat"), test.tolist().count("dog")) == (6, 2, 1)


@pytest.mark.parametrize(
    ("arrays", "options", "error", "words"),
    [
        ((), {}, ConfigError, "no arrays"),
        ((np.zeros(3), np.zeros(4)), {}, ShapeError, "3 and 4 samples"),
        ((np.zeros(0),), {}, DataError, "0 samples"),
        ((np.zeros(1),), {}, DataError, "1 sample"),
        ((3.0,), {}, ShapeError, "a single number"),
        ((np.zeros(4),), {"test": 1}, ConfigError, "test=1"),
        ((np.zeros(4),), {"test": 0}, ConfigError, "test=0"),
        ((np.zeros(4),), {"seed": -3}, ConfigError, "seed=-3"),
        ((np.zeros(4),), {"stratify": [0, 1]}, ShapeError, r"stratify of shape \(2,\); expected \(4,\)"),
        ((np.zeros(4),), {"stratify": np.zeros((4, 1))}, ShapeError, r"stratify of shape \(4, 1\)"),
    ],
)
def test_what_cannot_be_split(
    arrays: tuple[Any, ...], options: dict[str, Any], error: type[NNError], words: str
) -> None:
    with pytest.raises(error, match=f"train_test_split: got .*{words}"):
        train_test_split(*arrays, **options)


def test_a_dataset_is_sent_to_its_own_method() -> None:
    with pytest.raises(ConfigError, match=r"got a Dataset; .*dataset\.split"):
        train_test_split(nn.data.iris())


@given(counts=st.lists(st.integers(1, 40), min_size=1, max_size=8), test=st.floats(0.01, 0.99))
def test_shares_are_within_one_and_add_up(counts: list[int], test: float) -> None:
    sizes = np.array(counts)
    total = min(max(round(int(sizes.sum()) * test), 1), int(sizes.sum()) - 1)
    given_ = shares(sizes, test, total)
    assert given_.sum() == total
    assert (given_ >= 0).all()
    assert (given_ <= sizes).all()
    assert (abs(given_ - sizes * test) <= 1 + 1e-9).all()


def test_the_largest_remainder_gets_the_sample_that_is_left() -> None:
    # exactly 2.25, 2.75 and 2.5 are due, and there are 7 to give, then 8
    assert shares(np.array([9, 11, 10]), 0.25, 7).tolist() == [2, 3, 2]
    assert shares(np.array([9, 11, 10]), 0.25, 8).tolist() == [2, 3, 3]


def test_a_rare_class_is_kept_for_training() -> None:
    labels = np.array([0] + [1] * 9)
    for seed in range(20):
        y_train, y_test = train_test_split(labels, test=0.5, seed=seed, stratify=labels)
        assert (y_train == 0).sum() == 1
        assert len(y_test) == 5


def test_every_row_is_as_likely_as_any_other_to_be_held_out() -> None:
    labels = np.array([0] * 6 + [1] * 6)
    held_out = np.zeros(12)
    for seed in range(600):
        held_out[train_test_split(np.arange(12), test=1 / 3, seed=seed, stratify=labels)[1]] += 1
    assert held_out.sum() == 2400
    # 200 expected, standard deviation 11.5
    assert (abs(held_out - 200) < 60).all()
