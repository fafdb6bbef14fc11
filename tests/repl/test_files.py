"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from repl import files
from repl.errors import FileError


def test_write_and_read(tmp_path: Path) -> None:
    path = tmp_path / "파일.txt"
    files.write("test", path, "하나\n".encode())
    assert files.read_text("test", path) == "하나\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    path.chmod(0o600)
    files.write("test", path, b"two")
    assert path.read_text() == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["파일.txt"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    files.write("test", tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_what_cannot_be_written_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(
        FileError, match=r"test: got '.*a.txt', which cannot be written \(no space left on device\); expected"
    ):
        files.write("test", path, b"new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FileError, match="permission denied"):
        files.write("test", tmp_path / "a.txt", b"")


@pytest.mark.parametrize("name", ["nowhere/a", ".", "a\0b", "x" * 300])
def test_names_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError, match=r"test: got .*; expected a file that can be read; check the name"):
        files.read_text("test", Path(name))
    assert not files.is_there(Path(name))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"ok\xff")
    with pytest.raises(FileError, match="a byte at 2 that is not UTF-8"):
        files.read_text("test", tmp_path / "a")
