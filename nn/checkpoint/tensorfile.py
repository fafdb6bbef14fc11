"""The .safetensors format, through the safetensors package: arrays by name, which many libraries read and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np

from autograd import Tensor
from autograd.errors import an_instance, message

from ..errors import ConfigError, StateError


def _package(where: str) -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        do = "pip install 'chainrule[interop]', or use .npz"
        raise ConfigError(message(where, "no safetensors package", "it for this format", do)) from error
    return safetensors


def writer(path: str | PathLike[str], state: Any) -> Callable[[IO[bytes]], Any]:
    """A function that writes arrays by name; anything else is refused now."""
    where = f"nn.save({path})"
    package = _package(where)
    arrays = {}
    for name, value in state.items() if isinstance(state, Mapping) else [("", state)]:
        array = value.readonly if isinstance(value, Tensor) else value
        if not isinstance(name, str) or not isinstance(array, (np.ndarray, np.generic)):
            got = f"{an_instance(array)} at {name!r}"
            do = "save a network, or use .npz, which holds whole runs"
            raise ConfigError(message(where, got, "arrays by name", do))
        arrays[name] = np.ascontiguousarray(array).reshape(array.shape)  # the first makes 0-d arrays 1-d
    try:
        content = package.numpy.save(arrays, metadata={"format": "np"})
    except (package.SafetensorError, TypeError, KeyError, ValueError) as error:
        do = "use .npz for other dtypes"
        raise ConfigError(message(where, f"arrays that it cannot hold ({error})", "numbers", do)) from error
    return lambda stream: stream.write(content)


def read(where: str, path: Path) -> dict[str, Any]:
    """The arrays in a file by name. Raises StateError when it is damaged, OSError when it cannot be opened."""
    package = _package(where)
    with path.open("rb") as stream:
        content = stream.read()
    try:
        # copies: what the package gives looks into the file's bytes, which cannot be written to
        return {name: np.array(array) for name, array in package.numpy.load(content).items()}
    except (package.SafetensorError, TypeError, KeyError, ValueError, OverflowError) as error:
        do = "save it again, or take an older one"
        raise StateError(message(where, f"a damaged file ({error})", "a whole .safetensors file", do)) from error
