"""k-fold cross-validation: every sample is tested on once, by a network that has not seen it.

for parts in nn.data.k_fold(nn.data.iris(), k=5, standardize=True):
    ...                                          # train on parts.train, measure on parts.test
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.errors import an_instance, message

from ..errors import ConfigError
from .dataset import Dataset, Split
from .splitting import fold_rows


def k_fold(data: Dataset, k: int = 5, *, seed: int = 0, standardize: bool = False) -> Iterator[Split]:
    """The k ways to hold out one of k parts, each as a Split.

    Parts are drawn at random, the same for a seed, and are equal in size to within one sample; every class is spread
    over them evenly, to within one sample. `standardize=True` takes the statistics from each training part.

    Args:
        data: the whole data set.
        k: how many parts, from 2 to the number of samples; with as many, each sample is held out alone.
        seed: an integer of at least 0.
        standardize: bring features to mean 0 and standard deviation 1 over the training part.

    Raises:
        ConfigError: a k out of its range or a bad seed, or something that is no Dataset.

    Source: Stone 1974, "Cross-validatory choice and assessment of statistical predictions", JRSS B 36(2).

    Example:
        >>> data = Dataset(np.arange(7.0).reshape(7, 1), [0, 0, 0, 0, 1, 1, 1], name="tiny")
        >>> for parts in k_fold(data, 3):
        ...     print(len(parts.train), parts.test.x.ravel().tolist(), parts.test.y.tolist())
        4 [2.0, 5.0, 1.0] [0, 1, 0]
        5 [4.0, 3.0] [1, 0]
        5 [6.0, 0.0] [1, 0]
    """
    given: object = data
    if not isinstance(given, Dataset):
        do = "wrap the arrays: nn.data.Dataset(x, y)"
        raise ConfigError(message("k_fold", an_instance(given), "a Dataset", do))
    folds = fold_rows("k_fold", len(data), k, seed, None if data.classes is None else data.y)
    return _splits(data, folds, standardize)


def _splits(
    data: Dataset, folds: list[np.ndarray[tuple[int], np.dtype[np.intp]]], standardize: bool
) -> Iterator[Split]:
    for i, held_out in enumerate(folds):
        rest = np.concatenate([fold for j, fold in enumerate(folds) if j != i])
        yield Split.of(data[rest], data[held_out], standardize=standardize)
