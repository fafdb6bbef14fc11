from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor
from nn.errors import ConfigError, DataError


def test_rows_that_are_not_named_get_no_gradient_and_named_twice_get_twice(float64: None) -> None:
    layer = nn.Embedding(4, 2)
    layer(np.array([1, 1, 3])).sum().backward()
    assert layer.weight.grad.data.tolist() == [[0, 0], [2, 2], [0, 0], [1, 1]]


def test_the_padding_row_begins_at_zero_and_stays(float64: None) -> None:
    layer = nn.Embedding(4, 2, padding_idx=-1)
    assert layer.padding_idx == 3
    assert not layer.weight.data[3].any()
    layer(np.array([[3, 1], [3, 3]])).sum().backward()
    assert layer.weight.grad.data.tolist() == [[0, 0], [1, 1], [0, 0], [0, 0]]
    layer.reset_parameters(rng=np.random.default_rng(0))
    assert not layer.weight.data[3].any()
    assert layer.weight.data[:3].all()


def test_any_shape_of_integers() -> None:
    layer = nn.Embedding(5, 3)
    assert layer(np.array(2)).shape == (3,)
    assert layer(np.zeros((2, 0), np.int32)).shape == (2, 0, 3)
    assert layer([[0, 1], [4, 2]]).shape == (2, 2, 3)
    assert layer(np.array([1], np.uint8)).dtype == np.float32


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.array([0, 4]), r"Embedding\(4, 2\): got the index 4; expected 0\.\.3; number the items from 0"),
        (np.array([-1]), "the index -1"),
        (np.array([1.0]), r"input of dtype float64; expected integers 0\.\.3; convert it with astype"),
        (np.array([True]), "input of dtype bool"),
    ],
)
def test_what_is_no_row_is_named(x: Any, says: str) -> None:
    with pytest.raises(DataError, match=says):
        nn.Embedding(4, 2)(x)


def test_options_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="Embedding: got num_embeddings=0"):
        nn.Embedding(0, 2)
    with pytest.raises(ConfigError, match="Embedding: got padding_idx=4; expected a row from -4 to 3"):
        nn.Embedding(4, 2, padding_idx=4)
    with pytest.raises(ConfigError, match="embedding: got padding_idx=-5"):
        F.embedding(np.array([0]), np.ones((4, 2)), padding_idx=-5)


def test_from_pretrained_is_frozen_unless_told_otherwise() -> None:
    table = np.arange(6.0).reshape(3, 2)
    frozen = nn.Embedding.from_pretrained(table)
    np.testing.assert_array_equal(frozen(np.array([2])), [[4.0, 5.0]])
    assert not frozen.weight.requires_grad
    free = nn.Embedding.from_pretrained(Tensor(table), freeze=False, padding_idx=0)
    assert free.weight.requires_grad
    free.weight.assign_(np.zeros((3, 2)))
    assert table[2, 1] == 5.0


def test_max_norm_shortens_the_rows_that_are_named_and_no_others() -> None:
    weight = np.array([[3.0, 4.0], [30.0, 40.0], [0.3, 0.4]])
    rows = F.embedding(np.array([0, 2]), weight, max_norm=1.0)
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.3, 0.4]], rtol=1e-6)
    assert weight[1].tolist() == [30.0, 40.0]


def test_repr() -> None:
    assert repr(nn.Embedding(4, 2)).startswith("Embedding(4, 2) ")
    assert repr(nn.Embedding(4, 2, padding_idx=1, max_norm=2.0)).startswith(
        "Embedding(4, 2, padding_idx=1, max_norm=2.0)"
    )


@pytest.mark.parametrize(
    ("numbers", "classes", "says"),
    [
        (np.array([0.5]), -1, "one_hot: got dtype float64"),
        (np.array([], int), -1, "got no numbers"),
        (np.array([0, 3]), 3, r"class 3; expected 0\.\.2"),
        (np.array([-1]), -1, "class -1|num_classes"),
    ],
)
def test_one_hot_names_what_is_no_class(numbers: np.ndarray, classes: int, says: str) -> None:
    with pytest.raises((DataError, ConfigError), match=says):
        F.one_hot(numbers, classes)
