"""How much work a step has: the multiplications in its largest product, by which `threads="auto"` decides.

    largest_product(net, loader)            # (multiplications, rows)

A weight matrix is used once for every sample, a kernel at every place of every sample: how many places there are, two
samples tell that are put through the network.
"""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import Any

from ..data import DataLoader
from ..layers import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
from ..module import Module
from ..threads import in_weights
from .evaluation import evaluating

SAMPLES = 2  # that are put through: code that drops axes of length 1 is not met with one

_TRANSPOSED = (ConvTranspose1d, ConvTranspose2d)
_CONVOLUTIONS = (Conv1d, Conv2d, *_TRANSPOSED)


def largest_product(net: Module, loader: DataLoader) -> tuple[int, int]:
    """The multiplications in the largest product of a step's forward pass, and the rows that it has.

    Of a network that fails on the data only the weight matrices are counted; its first step says what is wrong. The
    forward pass may draw random numbers and write to buffers: the caller puts that back.

    Example:
        >>> import numpy as np, nn
        >>> x, y = np.zeros((64, 1, 8, 8), np.float32), np.zeros(64, int)
        >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
        >>> largest_product(net, nn.data.DataLoader((x, y), 32))            # 32 * 6 * 6 places * 4 * 9 weights
        (46080, 32)
        >>> largest_product(net[:3], nn.data.DataLoader((x, y), 32))
        (41472, 1152)
    """
    batch = loader.batch_size
    places = _places(net, [array[:SAMPLES] for array in loader.arrays[:-1]])
    found = [(batch * count * module.weight.size // module.groups, batch * count) for module, count in places.items()]
    return max([(in_weights(net.parameters(), batch), batch), *found])


def _places(net: Module, inputs: list[Any]) -> dict[Any, int]:
    """At how many places of a sample each convolution uses its kernel; of one that is called often, the most."""
    found: dict[Any, int] = {}

    def note(module: Any, args: tuple[Any, ...], out: Any) -> None:
        placed = args[0] if isinstance(module, _TRANSPOSED) else out
        found[module] = max(found.get(module, 0), math.prod(placed.shape[2:]))

    convolutions = [module for module in net.modules() if isinstance(module, _CONVOLUTIONS)]
    if not convolutions or any(any(module._hooks or ()) for module in net.modules()):
        return {}  # someone's hooks expect batches, and with hooks a batch stays whole anyway
    with ExitStack() as stack:
        for module in convolutions:
            stack.enter_context(module.register_forward_hook(note))
        stack.enter_context(evaluating(net))
        try:
            net(*inputs)
        except Exception:  # noqa: BLE001  # whatever it is, the first step raises it where one looks for it
            return {}
    return found
