"""IDX files, the format of MNIST and of what was made after it, plain or gzipped.

data = nn.data.read_idx_pair("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
pixels = nn.data.read_idx("train-images-idx3-ubyte.gz")         # (60000, 28, 28) uint8

A file is four bytes, of which the third says the type and the fourth the number of axes; the length of each axis as
four bytes, most significant first; and the numbers. Nothing is read that the file does not announce.
"""

from __future__ import annotations

import math
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..errors import DataError
from .dataset import Dataset

if TYPE_CHECKING:
    from numpy.typing import NDArray

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST_PACKED = 1100  # gzip makes nothing smaller than by this factor
_CHUNK = 1 << 20


def read_idx(path: str | PathLike[str]) -> NDArray[Any]:
    """The array in an IDX file, in the machine's byte order.

    Raises DataError, which names the file, when it cannot be read, is no IDX file, is cut short or too long, or
    announces more than it can hold; the latter before memory is taken.

    Source: Y. LeCun, C. Cortes, C. Burges 1998, "The MNIST database of handwritten digits", section "File formats".

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder) / "tiny-idx2-ubyte"
        ...     _ = file.write_bytes(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]))
        ...     read_idx(file)
        array([[1, 2, 3],
               [4, 5, 6]], dtype=uint8)
    """
    import gzip  # with zlib and pathlib, a part of the standard library that most programs do not load
    from pathlib import Path
    from zlib import error as ZlibError

    where, file = f"read_idx({path})", Path(path)
    try:
        on_disk = file.stat().st_size
        with file.open("rb") as stream:
            if stream.peek(2)[:2] == b"\x1f\x8b":
                with gzip.open(stream) as unpacked:
                    return _read(where, unpacked, on_disk * _MOST_PACKED)
            return _read(where, stream, on_disk)
    except (OSError, EOFError, ZlibError) as error:
        do = "check the path, or get the file again"
        raise DataError(message(where, str(error), "a readable IDX file", do)) from error


def read_idx_pair(images: str | PathLike[str], labels: str | PathLike[str]) -> Dataset:
    """Pictures and their classes as a Dataset: x (N, H * W), from 0 to 1 if the pixels are bytes, and y (N,).

    Raises DataError for what `read_idx` raises it for, and for two files that do not belong together.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     images, labels = pathlib.Path(folder) / "tiny-images", pathlib.Path(folder) / "tiny-labels"
        ...     _ = images.write_bytes(bytes([0, 0, 8, 3, *(0, 0, 0, 2) * 3, 0, 51, 102, 153, 204, 255, 0, 0]))
        ...     _ = labels.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 0, 1]))
        ...     data = read_idx_pair(images, labels)
        >>> data, data.x[0].round(1).tolist() == np.float32([0.0, 0.2, 0.4, 0.6]).tolist()
        (Dataset(tiny-images: 2 samples, 4 features (2x2 images), 2 classes), True)
    """
    pixels, classes = read_idx(images), read_idx(labels)
    from pathlib import Path

    where = f"read_idx_pair({images}, {labels})"
    if classes.ndim != 1 or pixels.ndim < 2 or len(pixels) != len(classes):
        got, do = f"images {pixels.shape} and labels {classes.shape}", "pass the images first, then their labels"
        raise DataError(message(where, got, "(N, H, W) and (N,)", do))
    flat = pixels.reshape(len(pixels), -1)
    x = flat / np.float32(255) if pixels.dtype == np.uint8 else flat
    shape = (pixels.shape[1], pixels.shape[2]) if pixels.ndim == 3 else None
    return Dataset(x, classes, name=Path(images).name.split(".")[0], image_shape=shape, source=str(images))


def _read(where: str, stream: Any, most: int) -> NDArray[Any]:
    start = stream.read(4)
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in TYPES:
        got, do = f"the bytes {start.hex(' ') or 'nothing'} at the start", "pass an IDX file, as MNIST's are"
        raise DataError(message(where, got, "00 00, a type and a number of axes", do))
    lengths = stream.read(4 * start[3])
    if len(lengths) < 4 * start[3]:
        raise _cut(where)
    shape = tuple(int(length) for length in np.frombuffer(lengths, ">u4"))
    dtype = np.dtype(TYPES[start[2]])
    announced = math.prod(shape) * dtype.itemsize
    if announced > most:
        got = f"a header that announces {announced:,} bytes for shape {shape} in a file that holds at most {most:,}"
        raise DataError(message(where, got, "what is in the file", "get the file again"))
    body = bytearray()
    while len(body) <= announced and (chunk := stream.read(min(_CHUNK, announced + 1 - len(body)))):
        body += chunk
    if len(body) < announced:
        raise _cut(where)
    if len(body) > announced:
        got = f"more bytes than the {announced:,} of shape {shape}"
        raise DataError(message(where, got, "what the header announces", "get the file again"))
    return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _cut(where: str) -> DataError:
    return DataError(message(where, "a file that is cut short", "a whole file", "get the file again"))
