"""Writes a file whole or not at all, and says in one sentence why a file cannot be read or written."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import FileError, UsageError, message
from .messages import tr


def write(where: str, path: Path, content: bytes) -> None:
    """Write `content` beside `path` first, then move it into its place. Raises FileError; then nothing has changed."""
    from nn.checkpoint.files import write_whole  # it brings NumPy, and few sessions write

    try:
        write_whole(path, lambda stream: stream.write(content))
    except OSError as error:
        why = "it is a folder" if isinstance(error, IsADirectoryError) else reason(error)
        got = tr("{path}, which cannot be written ({why})", path=repr(str(path)), why=why)
        raise FileError(message(where, got, "a file in a folder that can be written to", "choose another")) from error


def read_text(where: str, path: Path) -> str:
    """The text of a file, without the mark that some editors put before it. Raises FileError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = tr("{path} with a byte at {start} that is not UTF-8", path=repr(str(path)), start=error.start)
        raise FileError(message(where, got, "a text file", "save it as UTF-8")) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        got = tr("{path}, which cannot be read ({error})", path=repr(str(path)), error=reason(error))
        raise FileError(message(where, got, "a file that can be read", "check the name")) from error


def is_there(path: Path) -> bool:
    """Whether there is a file of that name; no for a name that cannot be one."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def picture(where: str, path: str | os.PathLike[str], suffixes: tuple[str, ...]) -> Path:
    """The file for a picture, checked before anything is drawn.

    Raises:
        UsageError: it ends in none of the suffixes.
        FileError: it cannot be a name.
    """
    target = Path(path).expanduser()
    if "\0" in str(target):
        raise FileError(
            message(
                where,
                tr("{target}, a name with a NUL in it", target=repr(str(target))),
                "a file name",
                "choose another",
            )
        )
    if target.suffix.lower() not in suffixes:
        known = ", ".join(suffixes[:-1]) + " or " + suffixes[-1]
        got = tr("the file {path}", path=repr(str(path)))
        raise UsageError(message(where, got, tr("a name that ends in {known}", known=known), "choose one of them"))
    return target


def reason(error: Exception) -> str:
    """Why, in the system's words and in lower case.

    Example:
        >>> reason(FileNotFoundError(2, "No such file or directory"))
        'no such file or directory'
    """
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return text[0].lower() + text[1:]
