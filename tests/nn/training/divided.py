"""Trainers that divide their batches over threads, and networks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import nn

RNG = np.random.default_rng(0)
X = RNG.standard_normal((22, 5)).astype(np.float32)
CLASSES = (np.arange(22) % 3).astype(np.int64)
REAL = np.sin(X[:, :3])
Build = Callable[[], nn.Module]


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))


def made(
    build: Build = mlp,
    loss: Any = None,
    data: Any = None,
    optimizer: Any = None,
    *,
    threads: Any = 2,
    seed: int = 0,
    **options: Any,
) -> nn.Trainer:
    """A trainer over batches of 9, 9 and 4 samples, eager unless asked otherwise."""
    nn.manual_seed(seed)
    net = build()
    optimizer = (optimizer or (lambda p: nn.optim.SGD(p, lr=0.1, momentum=0.9)))(net.parameters())
    options = {"batch_size": 9, "compile": False, **options}
    return nn.Trainer(net, loss or nn.CrossEntropyLoss(), optimizer, data or (X, CLASSES), threads=threads, **options)


IMAGES, TOKENS = RNG.standard_normal((22, 1, 6, 6)).astype(np.float32), RNG.integers(0, 7, (22, 4))


class Last(nn.Module):
    """A recurrent layer, and what is made of its last output."""

    def __init__(self, kind: Any) -> None:
        self.layer, self.out = kind(5, 4, batch_first=True), nn.Linear(4, 3)

    def forward(self, x: Any) -> Any:
        return self.out(self.layer(x)[0][:, -1])


class Shifted(nn.Module):
    """Logits that are all shifted alike: the gradient of the shift is 0, but for rounding."""

    def __init__(self) -> None:
        self.layer, self.shift = nn.Linear(5, 3), nn.Parameter([0.5])

    def forward(self, x: Any) -> Any:
        return self.layer(x) + self.shift


NETWORKS: dict[str, tuple[Build, Any]] = {
    "mlp with dropout": (
        lambda: nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Dropout(0.3), nn.Linear(7, 7), nn.PReLU(), nn.Dropout(0.5),
                              nn.Linear(7, 3)), X),
    "dropout of its own": (
        lambda: nn.Sequential(nn.Linear(5, 7), nn.Dropout(0.3, rng=np.random.default_rng(3)), nn.Linear(7, 3)), X),
    "normalised": (lambda: nn.Sequential(nn.Linear(5, 6), nn.LayerNorm(6), nn.GELU(), nn.Linear(6, 3)), X),
    "conv": (
        lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(0.2),
                              nn.Flatten(), nn.Linear(16, 3)), IMAGES),
    "shifted": (Shifted, X),
    "lstm": (lambda: Last(nn.LSTM), np.stack([X] * 3, axis=1)),
    "gru": (lambda: Last(nn.GRU), np.stack([X] * 3, axis=1)),
    "embedding": (lambda: nn.Sequential(nn.Embedding(7, 4, padding_idx=0), nn.Flatten(), nn.Linear(16, 3)), TOKENS),
    "transformer": (
        lambda: nn.Sequential(nn.Embedding(7, 4), nn.TransformerEncoderLayer(4, 2, 8, dropout=0.2, batch_first=True),
                              nn.Flatten(), nn.Linear(16, 3)), TOKENS),
}  # fmt: skip
