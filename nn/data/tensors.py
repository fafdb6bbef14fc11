"""Arrays that belong together, sample by sample, without more being known of them.

data = nn.data.TensorDataset(x, y)
for x, y in nn.data.DataLoader(data, batch_size=32):
    ...
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from autograd import Tensor
from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import counted, same_length

if TYPE_CHECKING:
    from numpy.typing import NDArray


class TensorDataset:
    """Arrays or constant tensors of one length; item i is the tuple of their rows i.

    `tensors` are the arrays as they were given, not copies. Two arrays can be handed to a Trainer too; `Dataset` knows
    more of its data (classes, names) and checks them.

    Raises ConfigError for no arrays or for a tensor that requires a gradient, ShapeError for different lengths,
    DataError for no samples.

    Example:
        >>> data = TensorDataset(np.arange(6.0).reshape(3, 2), np.array([0, 1, 1]))
        >>> len(data), data[1]
        (3, (array([2., 3.]), np.int64(1)))
        >>> data
        TensorDataset(3 samples of shapes (2,), ())
    """

    def __init__(self, *tensors: Any) -> None:
        if not tensors:
            raise ConfigError(message("TensorDataset", "no arrays", "at least one", "write TensorDataset(x, y)"))
        self.tensors: tuple[NDArray[Any], ...] = tuple(_array(tensor) for tensor in tensors)
        if any(array.ndim == 0 for array in self.tensors):
            do = "pass one row per sample"
            raise ShapeError(message("TensorDataset", "a single number", "arrays (N, ...)", do))
        same_length("TensorDataset", [len(array) for array in self.tensors])

    def __len__(self) -> int:
        return len(self.tensors[0])

    @overload
    def __getitem__(self, index: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, index: slice | list[int] | NDArray[Any]) -> tuple[NDArray[Any], ...]: ...
    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        return tuple(array[index] for array in self.tensors)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(zip(*self.tensors, strict=True))

    def __repr__(self) -> str:
        shapes = ", ".join(str(array.shape[1:]) for array in self.tensors)
        return f"TensorDataset({counted(len(self), 'sample')} of shapes {shapes})"


def _array(given: Any) -> NDArray[Any]:
    if isinstance(given, Tensor):
        if given.requires_grad:
            do = "pass .detach()"
            raise ConfigError(message("TensorDataset", "a tensor that requires a gradient", "constants", do))
        return given.numpy()
    return np.asarray(given)
