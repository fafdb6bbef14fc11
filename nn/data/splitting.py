"""Hold out a part of the data for testing, at random and with every class in proportion.

    x_train, x_test, y_train, y_test = nn.data.train_test_split(x, y, test=0.25, seed=0, stratify=y)

`Dataset.split` does the same for a whole data set, and can standardise it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import an_instance, message

from ..errors import ConfigError, DataError, ShapeError
from .checks import fraction, generator, same_length, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray


def shares(counts: NDArray[Any], test: float, total: int) -> NDArray[np.int64]:
    """How many samples of each group go to the test part: within 1 of `test * counts`, and `total` together.

    Largest remainders: every group gets its whole part, then the groups with the largest rest get one more.
    A group that would be left without a training sample comes last, since a net cannot learn a class it never sees.

    Example:
        >>> shares(np.array([50, 50, 3]), 0.25, 26)
        array([13, 12,  1])
    """
    exact = counts * test
    given: NDArray[np.int64] = np.minimum(exact.astype(np.int64), counts - 1)
    emptied = given + 1 >= counts
    order = np.lexsort((given - exact, emptied))  # the last key sorts first
    given[order[: total - int(given.sum())]] += 1
    return given


def choose(
    where: str, n: int, test: float, seed: int, labels: NDArray[Any] | None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The indices of the training part and of the test part, both in random order.

    `labels` (N,) keeps every class in proportion; None draws without looking.
    """
    test = fraction(where, test)
    if n < 2:
        raise DataError(message(where, f"{n} sample", "at least 2, one for each part", "add data, or do not split"))
    order = generator(where, seed).permutation(n)
    total = min(max(round(n * test), 1), n - 1)
    if labels is None:
        return order[total:], order[:total]
    groups = np.unique(labels, return_inverse=True)[1].reshape(-1)[order]
    wanted = shares(np.bincount(groups), test, total)
    # the rank of a sample among those of its class, in the shuffled order; the first few of each class are taken
    by_group = np.argsort(groups, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(groups))[:-1]))
    rank = np.empty(n, dtype=np.intp)
    rank[by_group] = np.arange(n) - np.repeat(starts, np.bincount(groups))
    held_out = rank < wanted[groups]
    return order[~held_out], order[held_out]


def fold_rows(
    where: str, n: int, k: int, seed: int, labels: NDArray[Any] | None
) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """The rows of each of k parts that are equal in size to within one; `labels` are spread over them evenly."""
    k = whole(where, "k", k, least=2, do="use k=5")
    if k > n:
        raise ConfigError(message(where, f"k={k} for {n} samples", "at most one part per sample", "use a smaller k"))
    order = generator(where, seed).permutation(n)
    dealt = order if labels is None else order[np.argsort(labels[order], kind="stable")]  # class after class
    part = np.empty(n, dtype=np.intp)
    part[dealt] = np.arange(n) % k  # dealt out like cards
    return [order[part[order] == i] for i in range(k)]


def train_test_split(*arrays: Any, test: float = 0.25, seed: int = 0, stratify: Any = None) -> tuple[NDArray[Any], ...]:
    """Each array in two parts, cut at the same random rows: `a_train, a_test, b_train, b_test, ...`.

    `test` is the share of the test part, between 0 and 1; it gets round(N * test) samples, at least 1, at most N - 1.
    `stratify` are labels (N,): every class then has its share in both parts, to within one sample, and no class
    is without a training sample as long as that is possible. Rows come in random order, the same for a seed.

    Raises ConfigError for a share outside (0, 1) or a bad seed, ShapeError for arrays of different lengths,
    DataError for fewer than 2 samples.

    Example:
        >>> x, y = np.arange(12).reshape(6, 2), np.array([0, 0, 0, 1, 1, 1])
        >>> x_train, x_test, y_train, y_test = train_test_split(x, y, test=1 / 3, seed=0, stratify=y)
        >>> x_test.tolist(), y_test.tolist()
        ([[6, 7], [4, 5]], [1, 0])
        >>> sorted(y_train.tolist())
        [0, 0, 1, 1]
    """
    where = "train_test_split"
    if not arrays:
        do = "call train_test_split(x, y, test=0.25)"
        raise ConfigError(message(where, "no arrays", "at least one", do))
    if any(hasattr(array, "split") for array in arrays):
        do = "write dataset.split(test=0.25), or pass dataset.x and dataset.y"
        raise ConfigError(message(where, an_instance(arrays[0]), "arrays", do))
    found = [np.asarray(array) for array in arrays]
    if any(array.ndim == 0 for array in found):
        raise ShapeError(message(where, "a single number", "arrays (N, ...)", "pass one row per sample"))
    n = same_length(where, [len(array) for array in found])
    labels = None if stratify is None else np.asarray(stratify)
    if labels is not None and labels.shape != (n,):
        do = "pass one label per sample, such as stratify=y"
        raise ShapeError(message(where, f"stratify of shape {labels.shape}", f"({n},)", do))
    train, held_out = choose(where, n, test, seed, labels)
    return tuple(part for array in found for part in (array[train], array[held_out]))
