from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

import nn.data
from nn.data.bundled import read
from nn.errors import DataError

FOLDER = Path(nn.data.__file__).parent


def sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def test_digits_are_the_published_ones() -> None:
    data = nn.data.digits()
    assert (data.x.shape, data.x.dtype, data.y.shape, data.y.dtype) == ((1797, 64), np.float32, (1797,), np.int64)
    # the class distribution that UCI states for its test part
    assert data.counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (data.x.min(), data.x.max()) == (0, 16)
    assert (data.x == data.x.round()).all()
    assert sha256(data.x.astype(np.uint8)) == "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
    assert sha256(data.y.astype(np.uint8)) == "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
    assert (data.classes, data.image_shape, data.feature_names[9]) == (10, (8, 8), "pixel_1_1")


def test_the_first_digit_looks_like_a_zero() -> None:
    image = nn.data.digits().x[0].reshape(8, 8)
    picture = ["".join("#" if ink > 7 else "." for ink in row) for row in image]
    assert picture == [
        "...##...",
        "..####..",
        "..#..##.",
        "..#..##.",
        "..#..##.",
        "..#..#..",
        "..#.##..",
        "...##...",
    ]


def test_iris_is_fishers_and_not_ucis() -> None:
    data = nn.data.iris()
    assert (data.x.shape, data.counts.tolist(), data.classes) == ((150, 4), [50, 50, 50], 3)
    assert data.class_names == ("setosa", "versicolor", "virginica")
    tenths = np.rint(data.x * 10).astype(np.uint8)
    # UCI has 4.9 3.1 1.5 0.1 in both of these rows
    assert tenths[[34, 37]].tolist() == [[49, 31, 15, 2], [49, 36, 14, 1]]
    # R's summary(iris): the means, and the ranges
    np.testing.assert_allclose(tenths.mean(axis=0) / 10, [5.843333, 3.057333, 3.758, 1.199333], atol=1e-6)
    assert tenths.min(axis=0).tolist() == [43, 20, 10, 1]
    assert tenths.max(axis=0).tolist() == [79, 44, 69, 25]
    assert sha256(tenths) == "9f83d709ff543630793c65970cd232a7b86de6f44338e64fb2847e5b5d757634"
    assert sha256(data.y.astype(np.uint8)) == "7ba64c221a0a07e8a91f5c36d9f046565bb0dc1f9f5473a924f65122b6c8a412"


def test_both_say_where_they_come_from_and_under_which_licence() -> None:
    licences = (FOLDER / "LICENSES.md").read_text(encoding="utf-8")
    for data in (nn.data.digits(), nn.data.iris()):
        assert "CC BY 4.0" in data.source
        doi = data.source.split("doi:")[1].split(",")[0].split(";")[0]
        assert doi in licences
        assert f"{data.name}.npz" in licences
    assert "Alpaydin" in nn.data.digits().source
    assert "Fisher 1936" in nn.data.iris().source


def test_a_set_is_read_once_and_cannot_be_spoilt() -> None:
    first = nn.data.iris()
    with pytest.raises(ValueError, match="read-only"):
        first.x[0, 0] = 99
    assert nn.data.iris().x[0, 0] == np.float32(5.1)


def test_the_default_dtype_is_that_of_the_moment() -> None:
    nn.defaults.set_default_dtype(np.float64)
    try:
        assert nn.data.iris().x.dtype == np.float64
        assert nn.data.iris().x[0, 0] == 5.1
    finally:
        nn.defaults.set_default_dtype(np.float32)
    assert nn.data.iris().x.dtype == np.float32


@pytest.mark.parametrize("length", [0, 1, 22, 100, 700, 1000, 1300, 1331])
def test_a_file_cut_short_is_named(tmp_path: Path, length: int) -> None:
    file = tmp_path / "iris.npz"
    file.write_bytes((FOLDER / "iris.npz").read_bytes()[:length])
    with pytest.raises(DataError, match=r"iris\.npz .*install chainrule again"):
        read(file)


def test_a_changed_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    whole = (FOLDER / "iris.npz").read_bytes()
    file = tmp_path / "iris.npz"
    x, y = read(FOLDER / "iris.npz")
    noticed = 0
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 0x01
        file.write_bytes(changed)
        try:
            found_x, found_y = read(file)
        except DataError:
            noticed += 1
        else:  # a date, say: nothing that the arrays depend on
            np.testing.assert_array_equal(found_x, x)
            np.testing.assert_array_equal(found_y, y)
    assert noticed > 0.8 * len(whole)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.npz"):
        read(tmp_path / "gone.npz")


def test_an_archive_without_the_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", z=np.zeros(3))
    with pytest.raises(DataError, match=r"other\.npz"):
        read(tmp_path / "other.npz")


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", x=np.array([{}], dtype=object), y=np.zeros(1))
    with pytest.raises(DataError, match="allow_pickle"):
        read(tmp_path / "objects.npz")
