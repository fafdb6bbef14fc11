from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import nn

REFERENCE = Path(__file__).parent / "reference" / "torch.npz"


@pytest.fixture(scope="session")
def reference() -> dict[str, np.ndarray]:
    """PyTorch's numbers, by key; `reference/make_reference.py` makes them."""
    with np.load(REFERENCE) as archive:
        return {key: archive[key] for key in archive.files}


@pytest.fixture(autouse=True)
def _defaults() -> Iterator[None]:
    """Each test begins with nn's generator at seed 0, and leaves the default dtype at float32."""
    nn.manual_seed(0)
    yield
    nn.set_default_dtype(np.float32)


@pytest.fixture
def float64() -> None:
    """Make parameters and data in float64 for the time of a test."""
    nn.set_default_dtype(np.float64)
