"""Data to learn from: real sets, toy ones, files, your own arrays; split, scaled, encoded and served in batches.

    data = nn.data.digits().split(test=0.25, seed=0, standardize=True)
    for x, y in nn.data.DataLoader(data.train, batch_size=32, seed=0):
        ...

Importing this reads no file: a set is loaded when it is first asked for.
"""

from __future__ import annotations

from .augmentation import Noise, Shift
from .bundled import digits, iris
from .csvfile import read_csv
from .dataset import Dataset, Split
from .encoding import LabelEncoder, OneHot
from .folds import k_fold
from .idx import read_idx, read_idx_pair
from .loader import DataLoader
from .people import health, health_table
from .polynomial import Polynomial
from .preprocessing import MinMax, Standardize
from .splitting import train_test_split
from .table import Table
from .tensors import TensorDataset
from .toys import blobs, circles, moons, spiral, xor

__all__ = [
    "DataLoader",
    "Dataset",
    "LabelEncoder",
    "MinMax",
    "Noise",
    "OneHot",
    "Polynomial",
    "Shift",
    "Split",
    "Standardize",
    "Table",
    "TensorDataset",
    "blobs",
    "circles",
    "digits",
    "health",
    "health_table",
    "iris",
    "k_fold",
    "moons",
    "read_csv",
    "read_idx",
    "read_idx_pair",
    "spiral",
    "train_test_split",
    "xor",
]
