from __future__ import annotations

import gzip
import math
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.data import read_idx, read_idx_pair
from nn.data.idx import TYPES
from nn.errors import DataError


def idx(array: Any) -> bytes:
    array = np.asarray(array)
    code = next(code for code, dtype in TYPES.items() if np.dtype(dtype) == array.dtype.newbyteorder(">"))
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("packed", [False, True])
def test_every_type_plain_and_packed(tmp_path: Path, dtype: Any, packed: bool) -> None:
    array = (np.arange(24).reshape(2, 3, 4) * 5 - 3).astype(dtype)
    file = tmp_path / "numbers"
    file.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    got = read_idx(file)
    assert got.dtype == dtype
    assert got.flags.writeable
    np.testing.assert_array_equal(got, array)


def test_pictures_and_their_labels(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 4, 3)).astype(np.uint8)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(pixels))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(np.array([0, 1, 2, 0, 1, 2], np.uint8)))
    data = read_idx_pair(tmp_path / "train-images-idx3-ubyte", tmp_path / "train-labels-idx1-ubyte")
    assert (data.image_shape, data.classes, data.name) == ((4, 3), 3, "train-images-idx3-ubyte")
    np.testing.assert_allclose(data.x.reshape(6, 4, 3), pixels / 255, rtol=1e-6)
    with pytest.raises(DataError, match=r"images \(6,\) and labels \(6, 4, 3\); .* pass the images first"):
        read_idx_pair(tmp_path / "train-labels-idx1-ubyte", tmp_path / "train-images-idx3-ubyte")


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_cut_anywhere_is_named(tmp_path: Path, packed: bool) -> None:
    whole = idx(np.arange(6, dtype=np.int16).reshape(2, 3))
    whole = gzip.compress(whole) if packed else whole
    file = tmp_path / "cut"
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"read_idx\(.*cut\): got"):
            read_idx(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"hello", "the bytes 68 65 6c 6c at the start; expected 00 00"),
        (b"", "the bytes nothing at the start"),
        (b"\0\0\x07\1\0\0\0\0", "00 00 07 01"),
        (idx(np.zeros(3, np.uint8)) + b"x", r"more bytes than the 3 of shape \(3,\)"),
        (b"\x1f\x8bgarbage garbage", r"got .*; expected a readable IDX file"),
    ],
)
def test_what_is_no_idx_file_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "broken"
    file.write_bytes(content)
    with pytest.raises(DataError, match=says):
        read_idx(file)


@pytest.mark.parametrize("packed", [False, True])
def test_a_size_that_the_file_cannot_hold_is_refused_before_memory_is_taken(tmp_path: Path, packed: bool) -> None:
    shape = (60_000, 28, 28)
    content = struct.pack(">BBBB3I", 0, 0, 0x0E, 3, *shape) + bytes(100)
    file = tmp_path / "bomb"
    file.write_bytes(gzip.compress(content) if packed else content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=f"announces {8 * math.prod(shape):,} bytes for shape"):
            read_idx(file)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_damaged_packed_file(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(idx(np.arange(500, dtype=np.int32))))
    packed[40] ^= 0xFF
    file = tmp_path / "damaged.gz"
    file.write_bytes(packed)
    with pytest.raises(DataError, match=r"damaged\.gz"):
        read_idx(file)
    with pytest.raises(DataError, match="No such file"):
        read_idx(tmp_path / "nowhere")
