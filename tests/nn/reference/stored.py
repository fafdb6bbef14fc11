"""Numbers of PyTorch in a file beside this one: how they are written, read, and held against PyTorch again.

A script with a function `numbers(torch)` ends in `main("its name", numbers)`.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Numbers = dict[str, np.ndarray[Any, Any]]
TORCH = "2.13"


def path_of(name: str) -> Path:
    """Where the numbers called `name` are."""
    return Path(__file__).with_name(f"{name}.npz")


def load(name: str) -> Numbers:
    """The numbers called `name`, by key."""
    with np.load(path_of(name)) as archive:
        return {key: archive[key] for key in archive.files}


def save(name: str, numbers: Numbers) -> None:
    """Write the file; the same numbers give the same bytes."""
    with zipfile.ZipFile(path_of(name), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in numbers.items():
            stream = io.BytesIO()
            np.lib.format.write_array(stream, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy"), stream.getvalue(), zipfile.ZIP_DEFLATED)


def differences(stored: Numbers, fresh: Numbers) -> list[str]:
    """In what two sets of numbers differ by more than rounding."""
    found = [f"{key} is on one side only" for key in sorted(stored.keys() ^ fresh.keys())]
    for key in stored.keys() & fresh.keys():
        if stored[key].dtype.kind != "f":
            same = np.array_equal(stored[key], fresh[key])
        else:
            same = stored[key].shape == fresh[key].shape and np.allclose(
                stored[key], fresh[key], rtol=1e-9, atol=1e-12, equal_nan=True
            )
        if not same:
            found.append(f"{key} differs")
    return found


def main(name: str, numbers: Callable[[Any], dict[str, Any]]) -> None:
    """Write the file called `name`, or with `--check` compare it with PyTorch's numbers of today."""
    import torch

    if not torch.__version__.startswith(TORCH):
        sys.exit(f"{name}: got torch {torch.__version__}; expected {TORCH}; pip install torch=={TORCH}.0.")
    fresh = {key: np.asarray(value) for key, value in numbers(torch).items()}
    if "--check" not in sys.argv[1:]:
        save(name, fresh)
    elif found := differences(load(name), fresh):
        sys.exit(f"{name}: got numbers that PyTorch does not give: {', '.join(found)}; make the file again.")
