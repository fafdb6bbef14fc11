"""The .npz format: a zip of NumPy arrays, and if the state is nested, a description of it in JSON.

A network's state is arrays under their names, as `numpy.savez` writes them. A nested state has a member tree.json
beside its arrays, which says where each belongs. Everything that a file announces is checked against what it holds
before memory is taken, and object arrays, which would have to be unpickled, are refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from autograd.errors import message

from ..errors import StateError
from . import tree

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

Array = NDArray[Any]

TREE = "tree.json"
_PLAIN_NAME = re.compile(r"[\w.-]+", re.ASCII)
_HEADER = 1 << 16  # no header of an array is longer
_CHUNK = 1 << 20
_MOST_PACKED = 1100  # zip makes nothing smaller than by this factor


def writer(path: str | PathLike[str], state: Any) -> Callable[[IO[bytes]], None]:
    """A function that writes `state`; what cannot be written is refused now."""
    arrays: dict[str, Array] = {}
    described: bytes | None = None
    if isinstance(state, Mapping) and all(_is_plain(name, value) for name, value in state.items()):
        arrays = {f"{name}.npy": np.asarray(value) for name, value in state.items()}
    else:
        described = json.dumps(tree.described(f"nn.save({path})", state, arrays), indent=1).encode()

    def write(stream: IO[bytes]) -> None:
        from zipfile import ZIP_STORED, ZipFile, ZipInfo  # importing nn loads no zipfile

        with ZipFile(stream, "w", ZIP_STORED) as archive:
            if described is not None:
                archive.writestr(ZipInfo(TREE), described)  # ZipInfo has a fixed date: the same state, the same bytes
            for member, array in arrays.items():
                with archive.open(ZipInfo(member), "w", force_zip64=array.nbytes > 1 << 30) as part:
                    npy.write_array(part, array, allow_pickle=False)

    return write


def _is_plain(name: Any, value: Any) -> bool:
    """Whether it can be a member under its own name."""
    good = isinstance(name, str) and _PLAIN_NAME.fullmatch(name) is not None and ".." not in name
    return good and f"{name}.npy" != TREE and isinstance(value, (np.ndarray, np.generic)) and not value.dtype.hasobject


def read(where: str, path: Path) -> Any:
    """The state in an archive. Raises StateError for anything that is wrong with it, OSError if it cannot be opened."""
    from tokenize import TokenError
    from zipfile import BadZipFile, ZipFile
    from zlib import error as ZlibError

    # what zipfile, zlib, NumPy and json raise over one changed byte or another, as found by changing every byte
    damage = (EOFError, ValueError, KeyError, TypeError, RuntimeError, SyntaxError, MemoryError, OverflowError,
              RecursionError, NotImplementedError, AttributeError, BadZipFile, ZlibError, TokenError)  # fmt: skip
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(0)
        try:
            with ZipFile(stream) as archive:
                return _contents(where, archive, size)
        except StateError:
            raise
        except damage as error:
            do = "save it again, or take an older one"
            raise StateError(message(where, f"a damaged file ({error})", "a whole .npz file", do)) from error


def _contents(where: str, archive: ZipFile, size: int) -> Any:
    arrays: dict[str, Array] = {}
    described = None
    for member in archive.infolist():
        _check_member(where, member, size, {*arrays, *([TREE] if described is not None else [])})
        if member.filename == TREE:
            described = archive.read(member)
        else:
            with archive.open(member) as stream:
                arrays[member.filename] = _array(where, member, stream)
    if described is None:
        return {name.removesuffix(".npy"): array for name, array in arrays.items()}
    return tree.rebuilt(where, json.loads(described), arrays)


def _check_member(where: str, member: ZipInfo, size: int, seen: set[str]) -> None:
    name = member.filename
    place = PurePosixPath(name)
    problem = ""
    if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
        problem = f"{name!r}, which is a path outside the archive"
    elif name in seen:
        problem = f"{name!r} twice"
    elif not name.endswith(".npy") and name != TREE:
        problem = f"{name!r}, which is no NumPy array"
    elif member.file_size > size * (1 if member.compress_type == 0 else _MOST_PACKED):  # 0 is "stored as it is"
        problem = f"{name!r}, which announces {member.file_size:,} bytes in a file of {size:,}"
    if problem:
        do = "load a file from nn.save or numpy.savez; PyTorch's are pickled: have it save a .safetensors file"
        raise StateError(message(where, problem, "arrays and a state", do))


def _array(where: str, member: ZipInfo, stream: IO[bytes]) -> Array:
    """One array, its header checked against the member's size before memory is taken."""
    head = stream.read(10)
    wide = head[6:7] != b"\x01"  # versions 2 and 3 have a length of four bytes
    length = int.from_bytes(head[8:10] + stream.read(2) if wide else head[8:10], "little")
    if head[:6] != npy.MAGIC_PREFIX or head[6] not in (1, 2, 3) or length > _HEADER:
        raise ValueError(f"{member.filename} has no header of an array")
    shape, fortran, dtype = _header(stream.read(length))
    if dtype.hasobject:
        got, do = f"{member.filename!r}, an array of objects", "save numbers: objects would have to be unpickled"
        raise StateError(message(where, got, "arrays of numbers", do))
    announced = math.prod(shape) * dtype.itemsize
    held = member.file_size - length - (12 if wide else 10)
    if announced != held or min(shape, default=0) < 0:
        got = f"{member.filename!r} of shape {shape} and dtype {dtype}, which is {announced:,} bytes, in {held:,}"
        raise StateError(message(where, got, "what its header announces", "save it again, or take an older one"))
    flat = np.empty(announced, np.uint8)
    done = 0
    while chunk := stream.read(_CHUNK):
        flat[done : done + len(chunk)] = np.frombuffer(chunk, np.uint8)
        done += len(chunk)
    if done != announced:
        raise EOFError(f"{member.filename} is cut short")
    made = flat.view(dtype) if announced else np.empty(0, dtype)
    made = made.reshape(shape[::-1]).T if fortran else made.reshape(shape)
    return made.astype(dtype.newbyteorder("="), copy=False)


def _header(text: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    import ast

    found = ast.literal_eval(text.decode("latin-1"))
    shape = tuple(found["shape"])
    if not all(type(axis) is int for axis in shape):
        raise ValueError(f"the shape {shape} is no shape")
    return shape, bool(found["fortran_order"]), npy.descr_to_dtype(found["descr"])
