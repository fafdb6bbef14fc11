"""Writes a file whole or not at all, and says in one sentence why a file cannot be read or written."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .errors import FileError, message


def write(where: str, path: Path, content: bytes) -> None:
    """Write `content` beside `path` first, then move it into its place. Raises FileError; then nothing has changed."""
    import tempfile  # it brings half of the standard library, and few sessions write

    real = Path(os.path.realpath(path))  # a link stays a link
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=real.parent, prefix=".chainrule-", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        if real.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        temporary.chmod(real.stat().st_mode & 0o777 if real.exists() else 0o644)
        temporary.replace(real)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        got = f"{str(path)!r}, which cannot be written ({reason(error)})"
        raise FileError(message(where, got, "a file in a folder that can be written to", "choose another")) from error


def read_text(where: str, path: Path) -> str:
    """The text of a file, without the mark that some editors put before it. Raises FileError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"{str(path)!r} with a byte at {error.start} that is not UTF-8"
        raise FileError(message(where, got, "a text file", "save it as UTF-8")) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        got = f"{str(path)!r}, which cannot be read ({reason(error)})"
        raise FileError(message(where, got, "a file that can be read", "check the name")) from error


def is_there(path: Path) -> bool:
    """Whether there is a file of that name; no for a name that cannot be one."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def reason(error: Exception) -> str:
    """Why, in the system's words and in lower case.

    Example:
        >>> reason(FileNotFoundError(2, "No such file or directory"))
        'no such file or directory'
    """
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return text[0].lower() + text[1:]
