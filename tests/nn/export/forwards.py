"""Networks whose forward does something beside calling layers, each with an input, and if need be its batch's axes."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn
import nn.functional as F
from tests.nn.export.networks import Letters, draw, letters


class Doing(nn.Module):
    """A forward that is a function of the module and its input."""

    def __init__(self, what: Any, **parts: Any) -> None:
        super().__init__()
        self.what = what
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs: Any) -> Any:
        return self.what(self, *inputs)


def doing(what: Any, wide: int = 3) -> Any:
    """A network that does something with what a Linear gives, and an input for it."""
    return lambda: (Doing(what, layer=nn.Linear(3, wide)), draw(5, 3))


class Tied(nn.Module):
    """One table at both ends."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.out = nn.Embedding(7, 5, padding_idx=2), nn.Linear(5, 7, bias=False)
        self.out.weight = self.embedding.weight

    def forward(self, x: Any) -> Any:
        return self.out(self.embedding(x).mean(axis=1))


class Text(nn.Module):
    """A language model: positions, a mask over what comes later, dropout as it is made."""

    def __init__(self, mask: Any) -> None:
        super().__init__()
        self.embedding, self.position, self.mask = nn.Embedding(7, 8), nn.Embedding(10, 8), mask
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.encoder, self.out = nn.TransformerEncoder(layer, 2), nn.Linear(8, 7)

    def forward(self, x: Any) -> Any:
        times = x.shape[1]
        h = self.embedding(x) + self.position(np.arange(times))
        return self.out(self.encoder(h, mask=self.mask(np.triu(np.ones((times, times), bool), 1))))


class Translator(nn.Module):
    """An encoder whose last states are the decoder's first."""

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.encoder, self.decoder = kind(3, 4, 2, batch_first=True), kind(3, 4, 2, batch_first=True)

    def forward(self, x: Any) -> Any:
        return self.decoder(x, self.encoder(x)[1])


class Steps(nn.Module):
    """A cell in a loop."""

    def __init__(self, cell: Any) -> None:
        super().__init__()
        self.cell, self.out = cell(3, 4), nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        state, made = None, []
        for t in range(x.shape[1]):
            state = self.cell(x[:, t], state)
            made.append(self.out(state[0] if isinstance(state, tuple) else state))
        return np.stack(made, axis=1)


class Learned(nn.Module):
    """First states that are parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.first = nn.GRU(3, 4, batch_first=True), nn.Parameter(draw(1, 1, 4))

    def forward(self, x: Any) -> Any:
        return self.layer(x, np.broadcast_to(self.first, (1, len(x), 4)))[0]


class Pooled(nn.Module):
    """Layers as functions, as in many a LeNet."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.out = nn.Conv2d(1, 4, 3), nn.Linear(16, 3)
        self.kernel, self.scale = nn.Parameter(draw(4, 1, 3, 3)), nn.Parameter(draw(4))

    def forward(self, x: Any) -> Any:
        h = F.max_pool2d(F.relu(self.conv(x)), 2)
        h = F.avg_pool2d(F.group_norm(h + F.conv2d(x, self.kernel, self.scale)[..., ::2, ::2], 2, self.scale), 2, 1)
        return self.out(F.layer_norm(F.rms_norm(h, (2,)), (2, 2)).reshape(len(x), -1))


class Doubled(nn.Sequential):
    """A Sequential with a forward of its own."""

    def forward(self, x: Any) -> Any:
        return super().forward(x) * 2


class Split(nn.Module):
    """A part that gets its batch on another axis than the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Doing(lambda self, x: self.layer(x)[0].reshape(x.shape[0], -1, 2, 2), layer=nn.GRU(3, 4))

    def forward(self, x: Any) -> Any:
        return self.inner(x.swapaxes(0, 1))


def _given(kind: Any, *inputs: Any, axes: Any = 1, **options: Any) -> Any:
    """A recurrent layer whose first states are inputs."""
    what = lambda self, x, *states: self.layer(x, states if len(states) > 1 else states[0])  # noqa: E731
    return lambda: (Doing(what, layer=kind(3, 4, **options)), inputs, (axes,) * len(inputs))


FORWARDS: dict[str, Any] = {
    "tied": lambda: (Tied(), letters(5, 3)),
    "text": lambda: (Text(lambda later: np.where(later, -np.inf, 0.0).astype(np.float32)), letters(5, 4)),
    "text with a mask of bools": lambda: (Text(lambda later: later), letters(5, 4)),
    "gru from a state": _given(nn.GRU, draw(6, 5, 3), draw(4, 5, 4), num_layers=2, bidirectional=True),
    "rnn from a state": _given(nn.RNN, draw(6, 5, 3), draw(1, 5, 4)),
    "lstm from states": _given(nn.LSTM, draw(6, 5, 3), draw(1, 5, 4), 2 * draw(1, 5, 4)),
    "cell from a state": _given(nn.GRUCell, draw(5, 3), draw(5, 4), axes=0),
    "translator": lambda: (Translator(nn.GRU), draw(5, 6, 3)),
    "translator with cells": lambda: (Translator(nn.LSTM), draw(5, 6, 3)),
    "steps": lambda: (Steps(nn.RNNCell), draw(5, 3, 3)),
    "steps of an lstm": lambda: (Steps(nn.LSTMCell), draw(5, 3, 3)),
    "learned state": lambda: (Learned(), draw(5, 6, 3)),
    "functions": lambda: (Pooled(), draw(5, 1, 8, 8)),
    "doubled": lambda: (Doubled(nn.Linear(3, 2), nn.ReLU()), draw(5, 3)),
    "split axes": lambda: (Split(), draw(5, 6, 3)),
    "many parts": lambda: (nn.Sequential({"first": Doubled(nn.Linear(3, 3)), "next": Doubled(nn.Tanh())}), draw(5, 3)),
    "letters in a chain": lambda: (nn.Sequential(Letters(), nn.ReLU()), letters(5, 4)),
    "by name": lambda: (
        Doing(lambda self, x: self.attention(query=x, key=x, value=x)[0],
              attention=nn.MultiheadAttention(8, 2, batch_first=True)),
        draw(5, 3, 8),
    ),
    "positions": lambda: (
        Doing(lambda self, x, place: self.a(x) + self.b(place), a=nn.Embedding(7, 3), b=nn.Embedding(7, 3)),
        (letters(5, 4), np.arange(4)),
        (0, None),
    ),
    "a constant beside each": doing(
        lambda self, x: np.concatenate([self.layer(x), np.ones((len(x), 1), np.float32)], axis=1)
    ),
    "a parameter beside each": lambda: (
        Doing(lambda self, x: np.concatenate([np.broadcast_to(self.first, (len(x), 1, 3)), x], axis=1),
              first=nn.Parameter(draw(1, 3))),
        draw(5, 4, 3),
    ),
    "choices": doing(lambda self, x: np.where(np.array([True, False, True]), self.layer(x), 0.5 * x)),
    "sums": doing(lambda self, x: np.einsum("ni,mi->nm", self.layer(x), self.layer.weight)),
    "variances": doing(lambda self, x: np.std(self.layer(x), axis=0) + self.layer(x).var(axis=1, ddof=1).mean()),
    "logsumexp": doing(lambda self, x: F.logsumexp(np.moveaxis(self.layer(x)[:, :, None], 1, 2), dim=2)),
    "pieces": doing(lambda self, x: np.concatenate(np.split(self.layer(x), [1, 3], axis=-1)[::-1], axis=1), 5),
    "halves": doing(lambda self, x: np.subtract(*np.split(self.layer(x), 2, axis=1)), 4),
    "padded": doing(lambda self, x: F.pad(self.layer(x), (1, 2), value=3.0)),
    "normalised": doing(lambda self, x: np.maximum(F.normalize(self.layer(x), dim=1), 0.1)),
    "by the batch": doing(lambda self, x: F.batch_norm(self.layer(x), None, None, training=True)),
    "causal": lambda: (
        Doing(lambda self, x: F.scaled_dot_product_attention(self.layer(x), x, x, is_causal=True),
              layer=nn.Linear(3, 3)),
        draw(5, 4, 3),
    ),
    "activations": doing(
        lambda self, x: F.celu(F.hardshrink(self.layer(x), 0.1), 0.7) + F.threshold(self.layer(x), 0.1, 0.2)
        + F.softshrink(self.layer(x), 0.2) + np.minimum(0.3, self.layer(x)) + F.glu(x[:, :2])
    ),
    "temperature": lambda: (nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=1, temperature=2.0)), draw(5, 3)),
    "wider": doing(lambda self, x: (self.layer(x) * np.float64(0.1) + np.arange(3)) @ np.ones((3, 2))),
    "the input too": doing(lambda self, x: (self.layer(x), x)),
    "nothing": lambda: (nn.Identity(), draw(5, 3)),
}  # fmt: skip
