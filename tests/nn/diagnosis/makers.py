"""Runs for the diagnosis: healthy ones, ones with a fault, and the same ones cured."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

import nn

DIGITS = nn.data.digits().split(standardize=True, validation=0.2)


def trainer(
    net: nn.Module, data: Any, lr: float = 0.01, *, loss: Any = None, optimizer: Any = None, **options: Any
) -> Any:
    made = (optimizer or nn.optim.Adam)(net.parameters(), lr=lr)
    return nn.Trainer(net, loss or nn.CrossEntropyLoss(), made, data, **options)


def dense(*widths: int, activation: Any = nn.Tanh, last: tuple[nn.Module, ...] = ()) -> nn.Sequential:
    nn.manual_seed(0)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths[:-1]):
        layers += [nn.Linear(a, b), activation()]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]), *last)


def initialised(net: nn.Module, scheme: str, **options: Any) -> Any:
    return nn.init.initialize_(
        net, scheme, **({"seed": 0, **options} if scheme not in ("constant", "zeros") else options)
    )


class Letters(nn.Module):
    """A character model: embedding, GRU, classes at each place."""

    def __init__(self, recurrent: Any) -> None:
        super().__init__()
        self.embedding = nn.Embedding(12, 8)
        self.recurrent = recurrent
        self.out = nn.Linear(16, 12)

    def forward(self, x: Any) -> Any:
        h, _ = self.recurrent(self.embedding(x))
        return self.out(h).reshape(-1, 12)


def letters() -> Any:
    nn.manual_seed(0)
    text = np.random.default_rng(0).integers(0, 12, 400).cumsum() % 12
    x = np.stack([text[i : i + 10] for i in range(300)])
    y = np.stack([text[i + 1 : i + 11] for i in range(300)])
    net = Letters(nn.GRU(8, 16, batch_first=True))
    return trainer(net, (x, y), loss=lambda out, target: nn.functional.cross_entropy(out, target.reshape(-1)))


def regression(**options: Any) -> Any:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((300, 3))
    y = x @ np.array([[1.0], [2.0], [-1.0]]) + 0.1 * rng.standard_normal((300, 1))
    return trainer(dense(3, 16, 1), (x, y), loss=nn.MSELoss(), **options)


def pictures() -> Any:
    nn.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip
    return trainer(net, (DIGITS.train.x.reshape(-1, 1, 8, 8), DIGITS.train.y), 0.005)


def normed() -> nn.Sequential:
    nn.manual_seed(0)
    return nn.Sequential(
        nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 32), nn.BatchNorm1d(32),
        nn.ReLU(), nn.Linear(32, 10),
    )  # fmt: skip


def attending() -> Any:
    nn.manual_seed(0)
    net = nn.Sequential(
        nn.Embedding(12, 16), nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True), nn.Flatten(),
        nn.Linear(96, 12),
    )  # fmt: skip
    x = np.random.default_rng(0).integers(0, 12, (300, 6))
    return trainer(net, (x, (x[:, 0] + x[:, -1]) % 12), 0.003)


def moons() -> Any:
    return nn.data.moons(seed=0)


def pixels() -> Any:
    """Digits less their mean, not standardised: some pixels are next to never set."""
    data = nn.data.digits()
    rows = data.x.reshape(len(data.x), -1) / data.x.max()
    return rows - rows.mean(axis=0), data.y


def line() -> Any:
    """Targets in the thousands, as prices are."""
    x = np.random.default_rng(0).standard_normal((200, 1))
    return x, 5000.0 * x + 20000.0


def xor_by_hand() -> Any:
    return np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


class Last(nn.Module):
    """What comes next in a series, from the state after it."""

    def __init__(self) -> None:
        super().__init__()
        self.recurrent, self.out = nn.LSTM(1, 12, batch_first=True), nn.Linear(12, 1)

    def forward(self, x: Any) -> Any:
        return self.out(self.recurrent(x)[0][:, -1])


def sine() -> Any:
    nn.manual_seed(0)
    wave = np.sin(np.linspace(0.0, 40.0, 260))
    windows = np.lib.stride_tricks.sliding_window_view(wave, 13)
    return trainer(Last(), (windows[:, :12, None].copy(), windows[:, 12:].copy()), 0.01, loss=nn.MSELoss())


HEALTHY: dict[str, Any] = {
    "moons": lambda: trainer(dense(2, 16, 2), nn.data.moons(seed=0), 0.05),
    "spiral by momentum": lambda: trainer(
        dense(2, 50, 50, 3), nn.data.spiral(seed=0), 0.1,
        optimizer=lambda params, lr: nn.optim.SGD(params, lr, momentum=0.9),
    ),
    "spiral by relu": lambda: trainer(dense(2, 50, 50, 3, activation=nn.ReLU), nn.data.spiral(seed=0), 0.5,
                                      optimizer=nn.optim.SGD),
    "digits": lambda: trainer(dense(64, 64, 10, activation=nn.ReLU), DIGITS.train, validation=DIGITS.validation),
    "digits by sigmoid": lambda: trainer(dense(64, 32, 10, activation=nn.Sigmoid), DIGITS.train),
    "digits with batch norm": lambda: trainer(normed(), DIGITS.train),
    "deep relu": lambda: trainer(
        initialised(dense(*[64] * 9, 10, activation=nn.ReLU), "kaiming_normal"), DIGITS.train, 0.001
    ),
    "deep tanh": lambda: trainer(initialised(dense(*[64] * 11, 10), "xavier_uniform"), DIGITS.train, 0.001),
    "pictures": pictures,
    "iris": lambda: trainer(dense(4, 8, 3), nn.data.iris().split(standardize=True).train),
    "health": lambda: trainer(dense(9, 16, 2), nn.data.health().split(standardize=True).train),
    "regression": regression,
    "regression by rmsprop": lambda: regression(optimizer=nn.optim.RMSprop),
    "two classes": lambda: trainer(
        dense(2, 16, 1, last=(nn.Sigmoid(),)), (nn.data.moons(seed=0).x, nn.data.moons(seed=0).y[:, None] * 1.0), 0.05,
        loss=nn.BCELoss(),
    ),
    "letters": letters,
    "attention": attending,
    "pixels as they are": lambda: trainer(dense(64, 32, 10, activation=nn.ReLU), pixels(), 0.003),
    "a plain perceptron": lambda: trainer(dense(2, 1), (moons().x, moons().y[:, None] * 1.0), 0.1,
                                          loss=nn.BCEWithLogitsLoss(), optimizer=nn.optim.SGD),
    "large numbers": lambda: trainer(dense(1, 1), line(), 0.1, loss=nn.MSELoss(), optimizer=nn.optim.SGD),
    "four points": lambda: trainer(dense(2, 4, 2), xor_by_hand(), 0.5, optimizer=nn.optim.SGD, batch_size=4),
    "a sine by LSTM": sine,
}  # fmt: skip


@cache
def overfitted() -> Any:
    """A large network on a few noisy points, for a hundred epochs."""
    noisy = nn.data.moons(n=80, noise=0.5, seed=2).split(validation=0.3, seed=0)
    made = trainer(dense(2, 64, 64, 2), noisy.train, validation=noisy.validation)
    made.run(400)
    return made
