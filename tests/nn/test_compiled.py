"""Every layer, loss and optimiser gives compiled what it gives eagerly."""

from __future__ import annotations

import numpy as np
import pytest

import nn
from nn import catalog
from tests.nn.compiling import CLASSES, agree, batches, mlp, trained


def target_of(entry):
    return getattr(nn.optim if "optim" in entry.target else nn, entry.target.rpartition(".")[2])


@pytest.mark.parametrize("name", sorted(catalog.ACTIVATIONS))
def test_activations(name):
    agree(mlp(target_of(catalog.ACTIVATIONS[name])), batches(8, 5, targets=CLASSES))


@pytest.mark.parametrize("name", sorted(catalog.OPTIMIZERS))
def test_optimizers(name):
    kind = target_of(catalog.OPTIMIZERS[name])
    data = batches(8, 5, targets=CLASSES)
    agree(mlp(nn.Tanh), data, optimizer=kind, steps=9)
    _, eager = trained(mlp(nn.Tanh), False, data, optimizer=kind)
    _, fast = trained(mlp(nn.Tanh), True, data, optimizer=kind)
    for number, entry in eager.state_dict()["state"].items():
        for key, value in entry.items():
            np.testing.assert_allclose(fast.state_dict()["state"][number][key], value, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    "make",
    [
        lambda p: nn.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
        lambda p: nn.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5, maximize=True),
        lambda p: nn.optim.Adam(p, amsgrad=True, weight_decay=0.1),
        nn.optim.AdamW,
        lambda p: nn.optim.ASGD(p, t0=2),
        lambda p: nn.optim.SGD([{"params": [q], "lr": 0.1 / i} for i, q in enumerate(p, 1)], lr=0.1),
    ],
)
def test_options_of_optimizers(make):
    data = batches(8, 5, targets=CLASSES)
    agree(mlp(nn.Tanh), data, optimizer=make, steps=8)


LAYERS = {
    "batch norm": (lambda: nn.BatchNorm1d(6),),
    "layer norm": (lambda: nn.LayerNorm(6),),
    "rms norm": (lambda: nn.RMSNorm(6),),
    "group norm": (lambda: nn.GroupNorm(2, 6),),
    "dropout": (lambda: nn.Dropout(0.3),),
    "dropout twice": (lambda: nn.Dropout(0.3), nn.Tanh, lambda: nn.Dropout(0.3)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_of_features(name):
    agree(mlp(*LAYERS[name]), batches(8, 5, targets=CLASSES))


IMAGES = {
    "conv": (lambda: nn.Conv2d(2, 4, 3),),
    "conv, batch norm": (lambda: nn.Conv2d(2, 4, 3), lambda: nn.BatchNorm2d(4), nn.ReLU),
    "max pool": (lambda: nn.Conv2d(2, 4, 3), lambda: nn.MaxPool2d(2)),
    "average pool": (lambda: nn.Conv2d(2, 4, 3, padding=1), lambda: nn.AvgPool2d(2)),
    "adaptive pool": (lambda: nn.Conv2d(2, 4, 3), lambda: nn.AdaptiveAvgPool2d(2)),
    "transposed": (lambda: nn.ConvTranspose2d(2, 3, 3, stride=2),),
    "dropout2d": (lambda: nn.Conv2d(2, 4, 3), lambda: nn.Dropout2d(0.5)),
    "instance norm": (lambda: nn.Conv2d(2, 4, 3), lambda: nn.InstanceNorm2d(4)),
    "gelu": (lambda: nn.Conv2d(2, 4, 3), nn.GELU),
}


@pytest.mark.parametrize("name", IMAGES)
def test_layers_of_images(name):
    data = batches(2, 2, 6, 6, targets=np.array([0, 2]))

    def make():
        layers = [make() for make in IMAGES[name]]
        width = nn.Sequential(*layers, nn.Flatten())(data[0][0]).shape[1]
        nn.manual_seed(1)
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(width, 3)), nn.CrossEntropyLoss()

    agree(make, data)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.core, self.head = kind(5, 4, batch_first=True), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.core(x)[0][:, -1])


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_recurrent_layers(kind):
    agree(lambda: (Recurrent(kind), nn.CrossEntropyLoss()), batches(4, 3, 5, targets=np.array([0, 2, 1, 1])))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.attention, self.head = (
            nn.Embedding(7, 4),
            nn.MultiheadAttention(4, 2, batch_first=True),
            nn.Linear(4, 3),
        )

    def forward(self, x):
        y = self.table(x)
        return self.head(self.attention(y, y, y)[0].mean(axis=1))


def test_embedding_and_attention():
    words = [(np.array(rows), np.array([0, 2, 1])) for rows in ([[0, 1], [2, 6], [3, 3]], [[5, 1], [2, 2], [4, 3]])]
    agree(lambda: (Words(), nn.CrossEntropyLoss()), words)


def loss_data(kind):
    if kind in (nn.CrossEntropyLoss, nn.NLLLoss, nn.MultiMarginLoss):
        return batches(8, 5, targets=CLASSES)
    values = np.abs(np.cos(np.arange(24).reshape(8, 3))).astype(np.float32)
    if kind in (nn.HingeEmbeddingLoss, nn.SoftMarginLoss):
        values = np.sign(values - 0.5).astype(np.float32)
    return batches(8, 5, targets=values)


TWO_OPERANDS = [
    name
    for name in sorted(catalog.LOSSES)
    if name not in ("gaussian_nll", "margin_ranking", "triplet_margin", "cosine_embedding")
]


@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_losses(name):
    kind = target_of(catalog.LOSSES[name])
    last = [nn.Sigmoid()] if kind is nn.BCELoss else []
    agree(lambda: (nn.Sequential(nn.Linear(5, 3), *last), kind()), loss_data(kind))


def test_losses_of_more_operands():
    values = np.cos(np.arange(24).reshape(8, 3)).astype(np.float32)
    sign = np.sign(values[:, 0]).astype(np.float32)
    losses = [
        lambda y, t: nn.functional.gaussian_nll_loss(y, t, np.abs(t) + 0.5),
        lambda y, t: nn.functional.margin_ranking_loss(y[:, 0], y[:, 1], sign),
        lambda y, t: nn.functional.triplet_margin_loss(y, t, -t),
        lambda y, t: nn.functional.cosine_embedding_loss(y, t, sign),
    ]
    for loss in losses:
        agree(lambda loss=loss: (nn.Linear(5, 3), loss), batches(8, 5, targets=values))
