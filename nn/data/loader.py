"""Serve data in mini-batches, in an order that depends on nothing but a seed and the number of the epoch.

loader = nn.data.DataLoader(data.train, batch_size=32, seed=0)
for x, y in loader:                         # one epoch: every sample once
    ...
loader.epoch = 7                            # the next pass is epoch 7, exactly as it was in the first run
for x, y in loader.batches(7, start=20):    # or go on from batch 20 of epoch 7
    ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import an_instance, message

from ..defaults import get_default_dtype
from ..errors import ConfigError, ShapeError
from .augmentation import Augmentation
from .checks import numeric, same_length, shown, whole
from .dataset import Dataset, Split
from .tensors import TensorDataset

if TYPE_CHECKING:
    from numpy.typing import NDArray


class DataLoader:
    """Mini-batches of a Dataset, or of arrays with one row per sample: `DataLoader((x, y), batch_size=32)`.

    Each iteration is one epoch and yields tuples of arrays, `(x, y)` for a Dataset: floats in nn's default dtype,
    integers as they are. Batches are copies, yours to change. The last one holds what is left, unless `drop_last`.

    With `shuffle` the order of epoch e is drawn from NumPy's generator for (seed, e), so epoch 7 is the same
    whether or not epochs 0 to 6 were run. `epoch` is the number of the pass that the next `for` makes; a pass that
    is left early counts. Set it to start again from there.

    `augment` is a function of a batch of x and a generator, or several to be called in turn: see `augmentation`. Its
    generator depends on (seed, epoch, batch) alone.

    Raises ConfigError for a batch size below 1, a bad seed or epoch, or when `drop_last` leaves no batch;
    ShapeError for arrays of different lengths; DataError for none or for text.

    Example:
        >>> loader = DataLoader((np.arange(5.0), np.arange(5)), batch_size=2, seed=0)
        >>> len(loader)
        3
        >>> [y.tolist() for x, y in loader]
        [[2, 4], [3, 0], [1]]
        >>> [y.tolist() for x, y in loader]
        [[1, 4], [3, 0], [2]]
        >>> loader.epoch = 0
        >>> next(iter(loader))
        (array([2., 4.], dtype=float32), array([2, 4]))
    """

    def __init__(
        self,
        data: Dataset | TensorDataset | Sequence[Any] | NDArray[Any],
        batch_size: int = 32,
        *,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
        augment: Augmentation | Sequence[Augmentation] = (),
    ) -> None:
        where = "DataLoader"
        do = "use batch_size=32; two arrays go in as one pair, DataLoader((x, y))"
        self.batch_size = whole(where, "batch_size", batch_size, least=1, do=do)
        self.seed = whole(where, "seed", seed, least=0, do="use seed=0")
        self.shuffle = bool(shuffle)
        self.drop_last = bool(drop_last)
        self.augment = tuple(augment) if isinstance(augment, (tuple, list)) else (augment,)
        for each in self.augment:
            if not callable(each):
                do = "pass nn.data.Noise(0.1), or any function of a batch and a generator"
                raise ConfigError(message(where, f"augment={shown(each)}", "a function", do))
        self.name = data.name if isinstance(data, Dataset) else "arrays"
        self.arrays = _arrays(where, data)
        self.samples = same_length(where, [len(array) for array in self.arrays])
        self._epoch = 0
        if len(self) == 0:
            got = f"batch_size={batch_size} with drop_last for {self.samples:,} samples"
            raise ConfigError(
                message(where, got, "at least one full batch", "make batch_size smaller or keep the last")
            )

    @property
    def epoch(self) -> int:
        """The number of the pass that the next `for` makes, from 0.

        Example:
            >>> loader = DataLoader(np.arange(4.0), batch_size=4)
            >>> for _ in loader: pass
            >>> loader.epoch
            1
        """
        return self._epoch

    @epoch.setter
    def epoch(self, value: int) -> None:
        self._epoch = whole("DataLoader.epoch", "epoch", value, least=0, do="use epoch=0 to start again")

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return self.samples // self.batch_size if self.drop_last else -(-self.samples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[NDArray[Any], ...]]:
        epoch = self._epoch
        # counted when the pass begins: otherwise next(iter(loader)) in a loop would give one batch for ever
        self._epoch += 1
        return self.batches(epoch)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The rows in the order in which epoch number `epoch` serves them, (N,).

        Example:
            >>> DataLoader(np.arange(5.0), seed=0).order(1)
            array([1, 4, 3, 0, 2])
        """
        epoch = whole("DataLoader.order", "epoch", epoch, least=0, do="count epochs from 0")
        if not self.shuffle:
            return np.arange(self.samples)
        return np.random.default_rng([self.seed, epoch]).permutation(self.samples)

    def batches(self, epoch: int, *, start: int = 0) -> Iterator[tuple[NDArray[Any], ...]]:
        """The batches of epoch number `epoch`, from batch `start` on; `loader.epoch` stays as it is.

        Example:
            >>> loader = DataLoader(np.arange(5), batch_size=2, seed=0)
            >>> [x.tolist() for x, in loader.batches(0, start=1)]
            [[3, 0], [1]]
        """
        start = whole("DataLoader.batches", "start", start, least=0, do="count batches from 0")
        return self._serve(epoch, self.order(epoch), start)

    def _serve(self, epoch: int, order: NDArray[np.int64], start: int) -> Iterator[tuple[NDArray[Any], ...]]:
        size = self.batch_size
        for batch in range(start, len(self)):
            rows = order[batch * size : (batch + 1) * size]
            served = tuple([array.take(rows, axis=0) for array in self.arrays])
            yield self._augmented(served, epoch, batch) if self.augment else served

    def _augmented(self, served: tuple[NDArray[Any], ...], epoch: int, batch: int) -> tuple[NDArray[Any], ...]:
        x, *rest = served
        rng = np.random.default_rng([self.seed, epoch, 1 + batch])  # without the 1, batch 0 had the order's numbers
        for each in self.augment:
            x = each(x, rng)
        if x.shape != served[0].shape:
            got, do = f"a batch of shape {x.shape} from {self.augment}", "give back as many as were given"
            raise ShapeError(message("DataLoader", got, f"{served[0].shape}", do))
        return (x, *rest)

    def __repr__(self) -> str:
        last = self.samples % self.batch_size
        rest = "" if not last else f" ({last} dropped)" if self.drop_last else f" (last {last})"
        count = "1 batch" if len(self) == 1 else f"{len(self):,} batches"
        order = f"shuffled with seed {self.seed}" if self.shuffle else "in order"
        size = min(self.batch_size, self.samples)
        rest = "" if size == last else rest
        return (
            f"DataLoader({self.name}: {self.samples:,} samples, {count} of {size}{rest}, {order}, epoch {self.epoch})"
        )


def _arrays(where: str, data: Any) -> tuple[NDArray[Any], ...]:
    """The arrays to serve; floats in nn's default dtype."""
    if isinstance(data, Split):
        raise ConfigError(message(where, "a Split", "a Dataset or arrays", "use split.train or split.test"))
    if isinstance(data, Dataset):
        data = (data.x, data.y)
    elif isinstance(data, TensorDataset):
        data = data.tensors
    elif isinstance(data, np.ndarray):
        data = (data,)
    elif not isinstance(data, (tuple, list)) or not data:
        do = "write DataLoader(dataset) or DataLoader((x, y))"
        raise ConfigError(message(where, an_instance(data), "a Dataset or a tuple of arrays", do))
    arrays = [numeric(where, f"array {i}", array) for i, array in enumerate(data)]
    if any(array.ndim == 0 for array in arrays):
        raise ShapeError(message(where, "a single number", "arrays (N, ...)", "pass one row per sample"))
    floats = get_default_dtype()
    return tuple(array.astype(floats, copy=False) if array.dtype.kind == "f" else array for array in arrays)
