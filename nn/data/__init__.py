"""Data to learn from: two real sets, five toy ones, your own arrays; split, standardised and served in batches.

    data = nn.data.digits().split(test=0.25, seed=0, standardize=True)
    for x, y in nn.data.DataLoader(data.train, batch_size=32, seed=0):
        ...

Importing this reads no file: a set is loaded when it is first asked for.
"""

from __future__ import annotations

from .bundled import digits, iris
from .dataset import Dataset, Split
from .loader import DataLoader
from .preprocessing import Standardize
from .splitting import train_test_split
from .toys import blobs, circles, moons, spiral, xor

__all__ = [
    "DataLoader",
    "Dataset",
    "Split",
    "Standardize",
    "blobs",
    "circles",
    "digits",
    "iris",
    "moons",
    "spiral",
    "train_test_split",
    "xor",
]
