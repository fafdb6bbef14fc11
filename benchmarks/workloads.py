"""The training steps that every engine runs: the same data, the same first weights, the same arithmetic.

    W0  100 element-wise ops (multiply, add, tanh in turn) on a vector of 10, forward and backward: pure overhead
    W1  MLP 2-16-16-1, tanh, batch 64, mean squared error, SGD
    W2  MLP 2-32-32-3, batch normalisation and ReLU, batch 100, softmax cross-entropy, Adam
    W3  MLP 784-256-128-10, ReLU, batch 128, softmax cross-entropy, SGD with momentum 0.9
    W4  MLP 784-1024-1024-10, ReLU, batch 256, softmax cross-entropy, Adam

All in float32. A step is forward, loss, backward, update; it gives the loss before the update.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
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
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.batch, self.sizes[0])).astype(np.float32)
        if self.loss == "cross_entropy":
            return x, rng.integers(0, self.sizes[-1], self.batch)
        return x, np.sin(2 * x[:, : self.sizes[-1]])

    def weights(self) -> list[tuple[Array, Array]]:
        """Fresh first weights (in, out) and biases (out,), layer by layer."""
        rng = np.random.default_rng(1)
        gain = 2.0 if self.activation == "relu" else 1.0
        pairs = zip(self.sizes, self.sizes[1:], strict=False)
        return [
            ((rng.standard_normal((n, m)) * np.sqrt(gain / n)).astype(np.float32), np.zeros(m, np.float32))
            for n, m in pairs
        ]


Workload = Chain | MLP

WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (
        Chain("W0", length=100, width=10),
        MLP("W1", (2, 16, 16, 1), "tanh", batch=64, loss="mse", lr=0.05),
        MLP("W2", (2, 32, 32, 3), "relu", batch=100, loss="cross_entropy", lr=0.001, optimizer="adam", norm=True),
        MLP("W3", (784, 256, 128, 10), "relu", batch=128, loss="cross_entropy", lr=0.01, momentum=0.9),
        MLP("W4", (784, 1024, 1024, 10), "relu", batch=256, loss="cross_entropy", lr=0.001, optimizer="adam"),
    )
}
