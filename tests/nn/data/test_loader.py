from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn.data
from nn.data import DataLoader, Dataset
from nn.errors import ConfigError, DataError, NNError, ShapeError


def flat(batches: list[list[int]]) -> list[int]:
    return [row for batch in batches for row in batch]


def rows(loader: DataLoader) -> list[list[int]]:
    return [batch[0].astype(int).ravel().tolist() for batch in loader]


@given(
    n=st.integers(1, 70),
    batch_size=st.integers(1, 80),
    shuffle=st.booleans(),
    seed=st.integers(0, 2**40),
    epoch=st.integers(0, 1000),
)
def test_an_epoch_serves_every_sample_once(n: int, batch_size: int, shuffle: bool, seed: int, epoch: int) -> None:
    loader = DataLoader(np.arange(n), batch_size, shuffle=shuffle, seed=seed)
    loader.epoch = epoch
    batches = rows(loader)
    assert len(batches) == len(loader) == -(-n // batch_size)
    assert sorted(flat(batches)) == list(range(n))
    assert all(len(batch) == batch_size for batch in batches[:-1])
    assert len(batches[-1]) == (n - 1) % batch_size + 1
    loader.epoch = epoch
    assert rows(loader) == batches


@given(n=st.integers(1, 70), batch_size=st.integers(1, 70))
def test_drop_last_keeps_full_batches_only(n: int, batch_size: int) -> None:
    if batch_size > n:
        with pytest.raises(ConfigError, match="with drop_last for"):
            DataLoader(np.arange(n), batch_size, drop_last=True)
        return
    loader = DataLoader(np.arange(n), batch_size, drop_last=True)
    batches = rows(loader)
    assert len(batches) == len(loader) == n // batch_size
    assert {len(batch) for batch in batches} == {batch_size}
    assert len(set(flat(batches))) == n // batch_size * batch_size


def test_epochs_differ_and_depend_on_seed_and_number_only() -> None:
    first = DataLoader(np.arange(50), 8, seed=3)
    epochs = [rows(first) for _ in range(4)]
    assert first.epoch == 4
    assert len({str(epoch) for epoch in epochs}) == 4
    late = DataLoader(np.arange(50), 8, seed=3)
    late.epoch = 3
    assert rows(late) == epochs[3]
    assert rows(DataLoader(np.arange(50), 8, seed=4)) != epochs[0]
    # epoch 1 of seed 3 is not epoch 0 of seed 4, as it would be if the two were added
    assert rows(DataLoader(np.arange(50), 8, seed=4)) != epochs[1]


def test_going_on_within_an_epoch() -> None:
    loader = DataLoader(np.arange(50), 8, seed=3)
    loader.epoch = 2
    whole = rows(loader)
    rest = [x.tolist() for (x,) in loader.batches(2, start=4)]
    assert rest == whole[4:]
    assert loader.epoch == 3
    assert list(loader.batches(2, start=7)) == []
    assert loader.order(2).tolist() == flat(whole)


def test_a_pass_that_is_left_early_counts() -> None:
    loader = DataLoader(np.arange(50), 8, seed=3)
    first, second = next(iter(loader)), next(iter(loader))
    assert first[0].tolist() != second[0].tolist()
    assert loader.epoch == 2


def test_two_passes_at_once_do_not_disturb_each_other() -> None:
    loader = DataLoader(np.arange(10), 3, seed=0)
    pairs = [(a.tolist(), b.tolist()) for (a,), (b,) in zip(loader, loader, strict=True)]
    again = DataLoader(np.arange(10), 3, seed=0)
    assert [a for a, _ in pairs] == rows(again)
    assert [b for _, b in pairs] == rows(again)


def test_a_dataset_gives_pairs_that_belong_together() -> None:
    data = nn.data.iris()
    for x, y in DataLoader(data, 32):
        assert (x.dtype, y.dtype) == (np.float32, np.int64)
        for sample, label in zip(x, y, strict=True):
            assert label in data.y[(data.x == sample).all(axis=1)]


def test_without_shuffle_the_order_is_that_of_the_data() -> None:
    loader = DataLoader(np.arange(5), 2, shuffle=False)
    assert rows(loader) == rows(loader) == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_batch_is_the_callers_to_change(shuffle: bool) -> None:
    data = nn.data.iris()
    for x, _ in DataLoader(data, shuffle=shuffle):
        x += 1000
    assert data.x.max() < 10
    mine = np.arange(4.0)
    for (x,) in DataLoader(mine, shuffle=shuffle):
        x += 1000
    assert mine.max() == 3


def test_floats_come_in_the_default_dtype_and_integers_as_they_are() -> None:
    x, y, z = next(iter(DataLoader((np.zeros((3, 2)), np.arange(3, dtype=np.uint8), [0.5, 1.5, 2.5]))))
    assert (x.dtype, y.dtype, z.dtype) == (np.float32, np.uint8, np.float32)


def test_repr() -> None:
    data = nn.data.digits().split().train
    assert repr(DataLoader(data)) == (
        "DataLoader(digits: 1,348 samples, 43 batches of 32 (last 4), shuffled with seed 0, epoch 0)"
    )
    assert "42 batches of 32 (4 dropped), in order" in repr(DataLoader(data, shuffle=False, drop_last=True))
    assert "(arrays: 5 samples, 1 batch of 5, shuffled" in repr(DataLoader(np.arange(5), 32))
    assert "5 batches of 1, " in repr(DataLoader(np.arange(5), 1))


@pytest.mark.parametrize(
    ("data", "options", "error", "words"),
    [
        (np.arange(4), {"batch_size": 0}, ConfigError, "batch_size=0; expected an integer of at least 1"),
        (np.arange(4), {"batch_size": -1}, ConfigError, "batch_size=-1"),
        (np.arange(4), {"batch_size": 2.0}, ConfigError, "batch_size=2.0"),
        (np.arange(4), {"batch_size": True}, ConfigError, "batch_size=True"),
        (np.arange(4), {"batch_size": np.arange(4)}, ConfigError, r"an array of shape \(4,\).*DataLoader\(\(x, y\)\)"),
        (np.arange(4), {"seed": -1}, ConfigError, "seed=-1"),
        (np.arange(4), {"seed": None}, ConfigError, "seed=None"),
        ((np.zeros((4, 2)), np.zeros(3)), {}, ShapeError, "4 and 3 samples"),
        (np.zeros((0, 2)), {}, DataError, "0 samples"),
        (np.array(3.0), {}, ShapeError, "a single number"),
        ((), {}, ConfigError, "a tuple; expected a Dataset"),
        ("digits", {}, ConfigError, "a str; expected a Dataset"),
        (None, {}, ConfigError, "None"),
        (np.array(["a", "b"]), {}, DataError, "real numbers"),
        (nn.data.xor().split(), {}, ConfigError, r"a Split; .*use split\.train"),
    ],
)
def test_bad_arguments(data: Any, options: dict[str, Any], error: type[NNError], words: str) -> None:
    with pytest.raises(error, match=f"DataLoader: got .*{words}"):
        DataLoader(data, **options)


def test_bad_positions_change_nothing() -> None:
    loader = DataLoader(Dataset([[1.0], [2.0]], [0, 1]))
    for epoch in (-1, 1.5, None, True):
        with pytest.raises(ConfigError, match=r"DataLoader\.epoch: got epoch="):
            loader.epoch = epoch  # type: ignore[assignment]
        with pytest.raises(ConfigError, match=r"DataLoader\.order: got epoch="):
            loader.order(epoch)  # type: ignore[arg-type]
    # at the call, not when the first batch is asked for
    with pytest.raises(ConfigError, match=r"DataLoader\.batches: got start=-1"):
        loader.batches(0, start=-1)
    assert loader.epoch == 0
