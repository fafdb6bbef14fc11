"""`save` and `load`: which format a file has, and writing it so that it is never half there."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import IO, Any

from autograd.errors import an_instance, message

from ..errors import ConfigError, StateError
from . import archive, tensorfile

_SAFETENSORS = ".safetensors"
_PICKLED = (".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt")


def save(obj: Any, path: str | PathLike[str]) -> None:
    """Write a state into a file, which is replaced only once the new one is complete.

    Args:
        obj: something with a `state_dict` (a network, an optimiser, a schedule, a trainer), or a state: dicts, lists
            and tuples of arrays, numbers, strings and None.
        path: .safetensors holds arrays by name only, so networks; any other suffix makes an .npz of the whole state.

    Raises:
        ConfigError: something that no file can hold, named by its place in the state.
        StateError: the file cannot be written; an older one is as it was.

    Example:
        >>> import tempfile, nn
        >>> net = nn.Linear(2, 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     nn.save(net, f"{folder}/weights.npz")
        ...     sorted(nn.load(f"{folder}/weights.npz"))
        ['bias', 'weight']
    """
    file = Path(path)
    state = obj.state_dict() if hasattr(obj, "state_dict") else obj
    if not isinstance(state, (Mapping, list, tuple)):
        do = "pass a network, an optimiser, a trainer, or what state_dict() gave"
        raise ConfigError(message("nn.save", an_instance(obj), "something with a state_dict", do))
    if file.suffix.lower() in _PICKLED:
        got, do = f"the suffix {file.suffix}, which stands for pickled files", "use .npz or .safetensors"
        raise ConfigError(message(f"nn.save({path})", got, "a format without code in it", do))
    write = tensorfile.writer(path, state) if file.suffix.lower() == _SAFETENSORS else archive.writer(path, state)
    replace(f"nn.save({path})", file, write)


def load(path: str | PathLike[str]) -> Any:
    """The state in a file that `save` wrote, or in any .npz or .safetensors file: for `load_state_dict`.

    Nothing is unpickled, and no memory is taken for more than the file holds.

    Raises:
        StateError: names the file, when it cannot be read, is cut short, changed, or holds anything but arrays and a
            plain state.

    Example:
        >>> import tempfile, nn
        >>> import numpy as np
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     nn.save({"lr": 0.1, "betas": (0.9, 0.999), "m": np.zeros(2)}, f"{folder}/state.npz")
        ...     nn.load(f"{folder}/state.npz")
        {'lr': 0.1, 'betas': (0.9, 0.999), 'm': array([0., 0.])}
    """
    where, file = f"nn.load({path})", Path(path)
    try:
        _check_name(file)
        if file.suffix.lower() == _SAFETENSORS:
            return tensorfile.read(where, file)
        return archive.read(where, file)
    except OSError as error:
        do = "check the path"
        raise StateError(message(where, error.strerror or str(error), "a readable file", do)) from error


def replace(where: str, path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Like `write_whole`, for nn: raises StateError, which begins with `where`, instead of OSError."""
    try:
        write_whole(path, write)
    except OSError as error:
        do = "choose another place, or see to its permissions; what was there is as it was"
        raise StateError(message(where, error.strerror or str(error), "a place to write to", do)) from error


def write_whole(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file beside `path` and put it in its place: whoever looks sees the old one or the new one, whole.

    A link stays a link, and a file keeps its permissions. Raises OSError; then the old file is as it was.
    """
    _check_name(path)
    real = Path(os.path.realpath(path))
    temporary = real.with_name(f".chainrule-{os.urandom(8).hex()}")
    if real.is_dir():
        raise IsADirectoryError(21, "Is a directory")
    try:
        with temporary.open("xb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        if real.exists():
            temporary.chmod(real.stat().st_mode & 0o777)
        temporary.replace(real)
    finally:
        with suppress(OSError):  # of a folder that is gone or shut: what is reported is why
            temporary.unlink(missing_ok=True)


def _check_name(path: Path) -> None:
    if "\0" in str(path):  # Python's own refusal is a ValueError
        raise OSError(22, "a name with a NUL in it")
