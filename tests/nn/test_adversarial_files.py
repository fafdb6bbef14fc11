"""The adversarial cases of files, 31 to 35: one test for each, with its number in the name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import DataError, StateError


def network(seed: int = 0) -> nn.Module:
    nn.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))


def values(net: nn.Module) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in net.state_dict().items()}


def test_31_a_checkpoint_cut_at_every_length(tmp_path: Path) -> None:
    path, net = tmp_path / "weights.npz", network()
    nn.save(network(seed=1), path)
    whole, before = path.read_bytes(), values(net)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(StateError, match=r"weights\.npz"):
            net.load_state_dict(nn.load(path))
    assert values(net) == before
    path.write_bytes(whole)
    net.load_state_dict(nn.load(path))
    assert values(net) == values(network(seed=1))


def test_32_one_error_lists_all_that_does_not_fit(tmp_path: Path) -> None:
    net = network()
    before = values(net)
    state: dict[str, Any] = network(seed=1).state_dict()
    del state["0.bias"]
    state["extra"] = np.zeros(2)
    state["0.weight"] = np.zeros((3, 4), np.float32)
    state["2.bias"] = np.zeros(1, np.float64)
    nn.save(state, tmp_path / "other.npz")
    with pytest.raises(StateError) as caught:
        net.load_state_dict(nn.load(tmp_path / "other.npz"))
    for said in ("0.bias missing", "extra unexpected", "0.weight of shape (3, 4) where (3, 2) is needed",
                 "2.bias of dtype float64 where float32 is needed", "nothing has been loaded"):  # fmt: skip
        assert said in str(caught.value)
    assert values(net) == before


def test_33_places_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    folder = tmp_path / "read only"
    folder.mkdir()
    nn.save(net, folder / "weights.npz")
    old = (folder / "weights.npz").read_bytes()
    folder.chmod(0o500)
    with monkeypatch.context() as patch:
        if os.access(folder, os.W_OK):  # the superuser may write anywhere

            def denied(*_: Any, **__: Any) -> Any:
                raise PermissionError(13, "Permission denied")

            patch.setattr(Path, "open", denied)
        with pytest.raises(StateError, match=r"read only/weights\.npz\): got Permission denied"):
            nn.save(network(seed=1), folder / "weights.npz")
    folder.chmod(0o700)
    assert (folder / "weights.npz").read_bytes() == old
    assert len(list(folder.iterdir())) == 1
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(StateError, match=r"folder\.npz\): got Is a directory"):
        nn.save(net, tmp_path / "folder.npz")
    with pytest.raises(StateError, match=r"folder\.npz\): got Is a directory"):
        nn.load(tmp_path / "folder.npz")
    with pytest.raises(StateError, match="got File name too long"):
        nn.save(net, tmp_path / ("a" * 296 + ".npz"))
    with pytest.raises(StateError, match="got No such file or directory"):
        nn.save(net, tmp_path / "nowhere" / "weights.npz")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder.npz", "read only"]
    path = tmp_path / "가중치 ü.npz"
    nn.save(net, path)
    assert {name: array.tobytes() for name, array in nn.load(path).items()} == values(net)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b"a,b\n", "a header and no rows"),
        (b"a,b\n" + b"1,2\n" * 6 + b"1\n" + b"1,2\n", "1 cell on line 8; expected 2, as on line 1"),
        (b"a,b\n1,2\n3,nan\n", r"nan at line 3, column 2 \('b'\); expected a value"),
        (b"a;b\n1,5;2\n", r"1,5 at line 2, column 1 \('a'\); expected a number with a decimal point; pass decimal=','"),
        (b"a,b\n1,5,2\n", "3 cells on line 2; expected 2, as on line 1; check the delimiter, .* and the decimal comma"),
        ("a,gr\u00f6\u00dfe\n1,2\n".encode("latin-1"), r"the byte 0xf6 on line 1, which is no utf-8; .*'latin-1'"),
        (b"a,b\n1,2\n1e400,3\n", r"1e400 at line 3, column 1 \('a'\); expected a finite number"),
    ],
)  # fmt: skip
def test_34_csv_files_that_are_wrong(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"table\.csv\): got {says}"):
        nn.data.read_csv(path)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa,b\n1,2\n3,4\n", b"a,b\r\n1,2\r\n3,4\r\n", b"a,b\r1,2\r3,4"])
def test_34_csv_files_of_any_system(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    table = nn.data.read_csv(path)
    assert {name: column.tolist() for name, column in table.columns.items()} == {"a": [1, 3], "b": [2, 4]}


def test_35_one_class_a_label_of_minus_1_and_a_constant_feature(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("x,same,y\n" + "".join(f"{i},7,only\n" for i in range(8)))
    one = nn.data.read_csv(path).dataset()
    assert (one.classes, one.class_names) == (1, ("only",))
    path.write_text("x,same,y\n" + "".join(f"{i},7,{1 if i % 2 else -1}\n" for i in range(8)))
    two = nn.data.read_csv(path).dataset()
    assert (two.classes, two.class_names, two.y.tolist()) == (2, ("-1", "1"), [0, 1] * 4)
    for data in (one, two):
        parts = data.split(test=0.25, standardize=True)
        assert np.isfinite(parts.train.x).all()
        assert np.isfinite(parts.test.x).all()
        assert (parts.train.x[:, 1] == 0).all()
        net = nn.Linear(2, parts.classes or 1)
        trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), parts.train)
        assert all(event.finite for event in trainer.run(5))
    with pytest.raises(DataError, match="label -1 at row 0; expected integers 0"):
        nn.data.Dataset([[1.0], [2.0]], [-1, 1])
