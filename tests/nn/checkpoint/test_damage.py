"""Files that are cut, changed or made to do harm: refused by name, before memory is taken, and nothing is changed."""

from __future__ import annotations

import io
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import StateError
from tests.nn.training.runs import plain


def network() -> nn.Module:
    nn.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh())


def npy(array: Any, *, header: str | None = None) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=True)
    content = stream.getvalue()
    if header is None:
        return content
    length = struct.unpack("<H", content[8:10])[0]
    text = header.encode().ljust(117) + b"\n"
    return content[:8] + struct.pack("<H", len(text)) + text + content[10 + length :]


def archive(path: Path, members: dict[str, bytes], packed: bool = False) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name), content, made.compression)


def refused(path: Path, says: str) -> None:
    with pytest.raises(StateError, match=rf"nn\.load\(.*{path.name}\): got .*{says}"):
        nn.load(path)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("nested", [False, True])
def test_a_changed_byte_is_noticed_or_harmless(tmp_path: Path, suffix: str, nested: bool) -> None:
    """Whatever byte is changed: the file is refused by name, or loads something that the network refuses or holds."""
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
        if nested:
            return
    path, net = tmp_path / f"weights{suffix}", network()
    nn.save({"net": net.state_dict(), "n": 3} if nested else net, path)
    whole = bytearray(path.read_bytes())
    rng, messages = np.random.default_rng(0), []
    for place in range(0, len(whole), 1 if len(whole) < 600 else 3):
        changed = bytearray(whole)
        changed[place] ^= int(rng.integers(1, 256))
        path.write_bytes(changed)
        try:
            nn.load(path)
        except StateError as error:
            messages.append(str(error))
    assert all(path.name in text for text in messages)
    assert len(messages) > 20


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_file_cut_at_every_length_is_named_and_the_network_stays(tmp_path: Path, suffix: str) -> None:
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
    path, net = tmp_path / f"weights{suffix}", network()
    nn.save(net, path)
    whole, before = path.read_bytes(), plain(net.state_dict())
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(StateError, match=path.name):
            net.load_state_dict(nn.load(path))
    assert plain(net.state_dict()) == before


def test_an_array_of_objects_is_refused_and_nothing_is_run(tmp_path: Path) -> None:
    ran: list[int] = []

    class Evil:
        def __reduce__(self) -> Any:
            return ran.append, (1,)

    path = tmp_path / "evil.npz"
    archive(path, {"weight.npy": npy(np.array([Evil()], dtype=object))})
    refused(path, "'weight.npy', an array of objects; expected arrays of numbers")
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps(Evil()))
    refused(tmp_path / "evil.pkl", "a damaged file")
    assert ran == []


@pytest.mark.parametrize("name", ["../../etc/passwd.npy", "/tmp/a.npy", "a/../../b.npy", "C:/a.npy", "..\\a.npy"])
def test_a_path_outside_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "outside.npz"
    archive(path, {name: npy(np.zeros(2))})
    refused(path, "which is a path outside the archive")


@pytest.mark.parametrize("shape", ["(10000000000,)", "(3,)", "(1,)", "(-1, -2)", "(2, 1000000000000)"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_size_that_is_not_there_is_refused_before_memory_is_taken(tmp_path: Path, shape: str, packed: bool) -> None:
    path = tmp_path / "size.npz"
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    archive(path, {"weight.npy": npy(np.zeros(2), header=header)}, packed)
    tracemalloc.start()
    try:
        refused(path, r"'weight.npy' of shape .*, in 16; expected what its header announces")
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_member_that_claims_more_than_the_file_has(tmp_path: Path) -> None:
    path = tmp_path / "claim.npz"
    archive(path, {"weight.npy": npy(np.zeros(2))})
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 20 : entry + 28] = struct.pack("<II", 4_000_000_000, 4_000_000_000)
    path.write_bytes(content)
    tracemalloc.start()
    try:
        refused(path, r"'weight.npy', which announces 4,000,000,000 bytes in a file of")
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"readme.txt": b"hello"}, "'readme.txt', which is no NumPy array"),
        ({"archive/data.pkl": b"x"}, "PyTorch's are pickled: have it save a .safetensors file"),
        ({"a.npy": b"not an array"}, "a damaged file"),
        ({"a.npy": b"\x93NUMPY\x01\x00\xff\xff"}, "a damaged file"),
        ({"a.npy": npy(0, header="{'descr': '<f8'}")}, "a damaged file"),
        ({"a.npy": npy(0, header="__import__('os').system('true')")}, "a damaged file"),
        ({"a.npy": npy(0, header="{'descr': '<f8', 'fortran_order': False, 'shape': ('a',), }")}, "a damaged file"),
        ({"a.npy": npy(0, header="{'descr': '<q99', 'fortran_order': False, 'shape': (), }")}, "a damaged file"),
        ({"tree.json": b"{}"}, "a damaged file .tree.json is no description"),
        ({"tree.json": b'{"format": "chainrule 1", "state": {"array": "b"}}'}, "a damaged file"),
        ({"tree.json": b'{"format": "chainrule 1", "state": {"set": []}}'}, "a damaged file"),
        ({"tree.json": b'{"format": "chainrule 1", "state": [1]}'}, "a damaged file"),
        ({"tree.json": b'{"format": "chainrule 1", "state": 1}', "a.npy": npy(0)}, "a.npy is in no state"),
        ({"tree.json": b"[" * 100_000}, "a damaged file"),
        ({"tree.json": b'{"format": "chainrule 2", "state": 1}'}, "no description of a state in the format"),
    ],
)
def test_what_is_no_checkpoint_is_named(tmp_path: Path, members: dict[str, bytes], says: str) -> None:
    path = tmp_path / "broken.npz"
    archive(path, members)
    refused(path, says)


def test_a_name_that_comes_twice(tmp_path: Path) -> None:
    path = tmp_path / "twice.npz"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.npy", npy(0))
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a.npy", npy(1))
    refused(path, "'a.npy' twice")
