"""Networks to export, each with an example of its input."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn


def draw(*shape: int) -> Any:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def letters(*shape: int, count: int = 7) -> Any:
    return np.random.default_rng(0).integers(0, count, shape)


class Block(nn.Module):
    """A residual block, with a parameter of its own."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layer, self.norm, self.drop = nn.Linear(width, width), nn.BatchNorm1d(width), nn.Dropout(0.0)
        self.scale = nn.Parameter(np.full(width, 0.5, np.float32))

    def forward(self, x: Any) -> Any:
        return x + self.drop(np.tanh(self.norm(self.layer(x)))) * self.scale


class Stack(nn.Module):
    """A list of blocks, and functions between them."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Block(4), Block(4)])
        self.out = nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        for block in self.blocks:
            x = block(x)
        return self.out(nn.functional.relu(x)[:, ::1]) * 2.0 - 1.0


class Letters(nn.Module):
    """A character model."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(7, 5)
        self.recurrent = nn.GRU(5, 6, batch_first=True)
        self.out = nn.Linear(6, 7)

    def forward(self, x: Any) -> Any:
        h, _ = self.recurrent(self.embedding(x))
        return self.out(h).reshape(-1, 7)


class Many(nn.Module):
    """What a forward may do beside its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.ModuleDict({"one": nn.Linear(6, 3), "two": nn.Linear(6, 3)})
        self.mask = np.array([1.0, 0.0, 1.0], np.float32)

    def forward(self, x: Any) -> Any:
        h = np.exp(-np.abs(self.a(x))) + np.sqrt(self.a(x) ** 2 + 1.0)
        one, two = self.b["one"](h) * self.mask, nn.functional.softmax(self.b["two"](h), dim=1)
        joined = np.concatenate([one, two], axis=1)
        pooled = np.stack([joined, joined * 0.5], axis=1).mean(axis=1)
        return np.transpose(pooled.reshape(-1, 2, 3), (0, 2, 1)).sum(axis=2).swapaxes(0, 1).T


class Twice(nn.Module):
    """Two inputs and two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(3, 2), nn.Linear(4, 2)

    def forward(self, x: Any, y: Any) -> Any:
        return self.a(x) * self.b(y), np.maximum(self.a(x), self.b(y))


def moved(net: nn.Module, x: Any) -> nn.Module:
    """A network whose running statistics have moved."""
    net(x)
    return net


def convolutional() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, stride=2), nn.BatchNorm2d(4, momentum=0.2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.0), nn.Linear(16, 4),
    )  # fmt: skip


NETWORKS: dict[str, Any] = {
    "feed-forward": lambda: (nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2, bias=False)), draw(5, 3)),
    "convolutional": lambda: (moved(convolutional(), draw(6, 1, 8, 8)), draw(5, 1, 8, 8)),
    "gru": lambda: (nn.GRU(3, 4, num_layers=2, batch_first=True), draw(5, 6, 3)),
    "gru both ways": lambda: (nn.GRU(3, 4, bidirectional=True), draw(6, 5, 3)),
    "lstm": lambda: (nn.LSTM(3, 4, num_layers=2, batch_first=True), draw(5, 6, 3)),
    "lstm both ways": lambda: (nn.LSTM(3, 4, bidirectional=True, bias=False), draw(6, 5, 3)),
    "rnn": lambda: (nn.RNN(3, 4, nonlinearity="relu", batch_first=True), draw(5, 6, 3)),
    "rnn without bias": lambda: (nn.RNN(3, 4, bias=False), draw(6, 5, 3)),
    "gru cell": lambda: (nn.GRUCell(3, 4), draw(5, 3)),
    "lstm cell": lambda: (nn.LSTMCell(3, 4), draw(5, 3)),
    "transformer": lambda: (
        nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu", batch_first=True), draw(5, 6, 8)
    ),
    "transformers": lambda: (
        nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True, norm_first=True), 2),
        draw(5, 6, 8),
    ),
    "attention": lambda: (nn.MultiheadAttention(8, 2, bias=False), (draw(5, 3, 8),) * 3),
    "embedding": lambda: (nn.Sequential(nn.Embedding(7, 3), nn.Flatten(), nn.Linear(6, 2)), letters(5, 2)),
    "letters": lambda: (Letters(), letters(5, 4)),
    "block": lambda: (moved(Block(4), draw(6, 4)), draw(5, 4)),
    "stack": lambda: (moved(Stack(), draw(6, 4)), draw(5, 4)),
    "block in a chain": lambda: (nn.Sequential(nn.Linear(3, 4), Block(4)), draw(5, 3)),
    "many functions": lambda: (Many(), draw(5, 4)),
    "two and two": lambda: (Twice(), (draw(5, 3), draw(5, 4))),
    "named": lambda: (nn.Sequential({"first": nn.Linear(3, 4), "second": nn.ELU(0.5)}), draw(5, 3)),
    "bilinear": lambda: (nn.Bilinear(3, 4, 2), (draw(5, 3), draw(5, 4))),
    "convolutions": lambda: (
        nn.Sequential(
            nn.Conv1d(2, 4, 3, padding=1, stride=2, groups=2, dilation=2),
            nn.ConvTranspose1d(4, 2, 3, stride=2, padding=1, output_padding=1), nn.AvgPool1d(2),
        ),
        draw(5, 2, 13),
    ),
    "transposed": lambda: (
        nn.ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1, groups=2), draw(5, 2, 4, 4)
    ),
    "circular": lambda: (nn.Conv1d(2, 4, 3, padding=1, padding_mode="circular"), draw(5, 2, 9)),
    "pools": lambda: (
        nn.Sequential(nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), nn.AvgPool2d(2, ceil_mode=True)),
        draw(5, 2, 10, 10),
    ),
    "pools that do not count the border": lambda: (
        nn.Sequential(nn.AvgPool2d(3, padding=1, count_include_pad=False), nn.AdaptiveAvgPool2d((2, 1))),
        draw(5, 2, 7, 7),
    ),
    "norms": lambda: (
        nn.Sequential(
            nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.LayerNorm([4, 3, 3]), nn.RMSNorm(3, eps=1e-5)
        ),
        draw(5, 4, 3, 3),
    ),
    "pads": lambda: (nn.Sequential(nn.ZeroPad2d((1, 2, 3, 0)), nn.Conv2d(2, 1, 2)), draw(5, 2, 3, 3)),
    "constant pad": lambda: (nn.ConstantPad1d((1, 2), 3.0), draw(5, 2, 3)),
    "prelu": lambda: (nn.PReLU(3), draw(5, 3, 2, 2)),
}  # fmt: skip

ACTIVATIONS: dict[str, Any] = {
    name: getattr(nn, name) for name in
    ("CELU", "ELU", "GELU", "GLU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU", "LogSigmoid",
     "Mish", "PReLU", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softmin", "Softplus", "Softshrink", "Softsign",
     "Tanh", "Tanhshrink")
} | {
    "GELU by tanh": lambda: nn.GELU("tanh"),
    "ELU of a half": lambda: nn.ELU(0.5),
    "CELU of a half": lambda: nn.CELU(0.5),
    "Softplus with options": lambda: nn.Softplus(2.0, 5.0),
    "Threshold": lambda: nn.Threshold(0.1, 2.0),
    "Softmax": lambda: nn.Softmax(dim=1),
    "LogSoftmax": lambda: nn.LogSoftmax(dim=1),
}  # fmt: skip


def arrays(output: Any) -> list[Any]:
    """The arrays of an output."""
    if isinstance(output, np.ndarray):
        return [output]
    return [output.data] if hasattr(output, "data") else [each for part in output for each in arrays(part)]
