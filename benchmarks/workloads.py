"""The training steps that every engine runs: the same data, the same first weights, the same arithmetic.

    W0  100 element-wise ops (multiply, add, tanh in turn) on a vector of 10, forward and backward: pure overhead
    W1  MLP 2-16-16-1, tanh, batch 64, mean squared error, SGD
    W2  MLP 2-32-32-3, batch normalisation and ReLU, batch 100, softmax cross-entropy, Adam
    W3  MLP 784-256-128-10, ReLU, batch 128, softmax cross-entropy, SGD with momentum 0.9
    W4  MLP 784-1024-1024-10, ReLU, batch 256, softmax cross-entropy, Adam
    W5  1x28x28, batch 64: conv 8@3x3, relu, maxpool 2, conv 16@3x3, relu, maxpool 2, linear 10, cross-entropy, SGD

All in float32. A step is forward, loss, backward, update; it gives the loss before the update.
For growth there are families, whose members are made by name: `find("width=512")`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import default_rng  # here, so that loading it is not counted as a step's memory
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Chain:
    """W0: `h * w`, `h + b`, `tanh(h)` in turn, then the sum; gradients for w and b."""

    name: str
    length: int
    width: int

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return f"{self.length} element-wise ops on {self.width} numbers"

    def arrays(self) -> tuple[Array, Array, Array]:
        """The input and the two vectors that the chain uses again and again: x, w, b."""
        x = np.linspace(-1, 1, self.width, dtype=np.float32)
        return x, np.full(self.width, 1.01, np.float32), np.full(self.width, 0.01, np.float32)


@dataclass(frozen=True)
class MLP:
    """A fully connected network and how it is trained."""

    name: str
    sizes: tuple[int, ...]
    activation: str  # "tanh" or "relu", after each layer but the last
    batch: int
    loss: str  # "mse" or "cross_entropy", the mean over the batch
    lr: float
    momentum: float = 0.0
    optimizer: str = "sgd"  # or "adam", with PyTorch's defaults for all but lr
    norm: bool = False  # batch normalisation between each layer but the last and its activation

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        norm = " norm" if self.norm else ""
        return f"MLP {'-'.join(map(str, self.sizes))}{norm} {self.activation}, batch {self.batch}"

    def data(self) -> tuple[Array, Array]:
        """Inputs (batch, in) and targets: classes (batch,) for cross-entropy, values (batch, out) for mse."""
        rng = default_rng(0)
        x = rng.standard_normal((self.batch, self.sizes[0])).astype(np.float32)
        if self.loss == "cross_entropy":
            return x, rng.integers(0, self.sizes[-1], self.batch)
        return x, np.sin(2 * x[:, : self.sizes[-1]])

    def weights(self) -> list[tuple[Array, Array]]:
        """Fresh first weights (in, out) and biases (out,), layer by layer."""
        rng = default_rng(1)
        gain = 2.0 if self.activation == "relu" else 1.0
        pairs = zip(self.sizes, self.sizes[1:], strict=False)
        return [
            ((rng.standard_normal((n, m)) * np.sqrt(gain / n)).astype(np.float32), np.zeros(m, np.float32))
            for n, m in pairs
        ]


@dataclass(frozen=True)
class ConvNet:
    """Two rounds of convolution, ReLU and max pooling, then a linear layer; softmax cross-entropy and SGD."""

    name: str
    side: int  # images are (1, side, side)
    channels: tuple[int, int]
    kernel: int
    classes: int
    batch: int
    lr: float

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        first, second = self.channels
        return f"conv {first} and {second}, pool 2, {self.side}x{self.side}, batch {self.batch}"

    @property
    def features(self) -> int:
        """How many numbers of an image reach the linear layer."""
        side = self.side
        for _ in self.channels:
            side = (side - self.kernel + 1) // 2
        return self.channels[-1] * side * side

    def data(self) -> tuple[Array, Array]:
        """Images (batch, 1, side, side) and classes (batch,)."""
        rng = default_rng(0)
        x = rng.standard_normal((self.batch, 1, self.side, self.side)).astype(np.float32)
        return x, rng.integers(0, self.classes, self.batch)

    def weights(self) -> list[tuple[Array, Array]]:
        """Fresh first weights and biases: two kernels (out, in, k, k), and the linear layer's (in, out)."""
        rng = default_rng(1)
        shapes: list[tuple[int, ...]] = []
        inputs = 1
        for outputs in self.channels:
            shapes.append((outputs, inputs, self.kernel, self.kernel))
            inputs = outputs
        drawn = [rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:])) for shape in shapes]
        last = rng.standard_normal((self.features, self.classes)) / np.sqrt(self.features)
        biases = [*self.channels, self.classes]
        return [(w.astype(np.float32), np.zeros(n, np.float32)) for w, n in zip([*drawn, last], biases, strict=True)]


Workload = Chain | MLP | ConvNet

WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (
        Chain("W0", length=100, width=10),
        MLP("W1", (2, 16, 16, 1), "tanh", batch=64, loss="mse", lr=0.05),
        MLP("W2", (2, 32, 32, 3), "relu", batch=100, loss="cross_entropy", lr=0.001, optimizer="adam", norm=True),
        MLP("W3", (784, 256, 128, 10), "relu", batch=128, loss="cross_entropy", lr=0.01, momentum=0.9),
        MLP("W4", (784, 1024, 1024, 10), "relu", batch=256, loss="cross_entropy", lr=0.001, optimizer="adam"),
        ConvNet("W5", side=28, channels=(8, 16), kernel=3, classes=10, batch=64, lr=0.05),
    )
}


def _classifier(name: str, sizes: tuple[int, ...], batch: int) -> MLP:
    return MLP(name, sizes, "relu", batch=batch, loss="cross_entropy", lr=0.001)


@dataclass(frozen=True)
class Family:
    """Workloads that differ in one size."""

    title: str
    sizes: tuple[int, ...]  # those that are measured
    make: Callable[[str, int], Workload]


FAMILIES: dict[str, Family] = {
    "width": Family(
        "units in both layers of an MLP of two, batch 64",
        (16, 64, 256, 1024, 4096),
        lambda name, n: _classifier(name, (n, n, 10), 64),
    ),
    "depth": Family(
        "layers of 64 units, batch 64",
        (1, 3, 10, 30, 100),
        lambda name, n: _classifier(name, (64, *[64] * (n - 1), 10), 64),
    ),
    "batch": Family(
        "samples in a batch, MLP 64-64-10",
        (1, 4, 16, 64, 256, 1024, 4096),
        lambda name, n: _classifier(name, (64, 64, 10), n),
    ),
    "chain": Family(
        "element-wise ops in a chain, on a vector of 10",
        (1_000, 10_000, 100_000, 1_000_000),
        lambda name, n: Chain(name, length=n, width=10),
    ),
}


def find(name: str) -> Workload:
    """The workload of that name: one of WORKLOADS, or a member of a family, such as "width=512".

    Raises KeyError for any other name.
    """
    family, equals, size = name.partition("=")
    return FAMILIES[family].make(name, int(size)) if equals else WORKLOADS[name]
