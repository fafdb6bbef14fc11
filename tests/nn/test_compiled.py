"""Every layer, loss and optimiser gives compiled what it gives eagerly."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
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


class Around(nn.Module):
    """One layer, with a parameter before and after it, so that gradients go through; of several results the first."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.scale = layer, nn.Parameter(np.array(0.9, np.float32))

    def forward(self, *operands):
        y = self.layer(*[x * self.scale if x.dtype.kind == "f" else x for x in operands])
        return (y[0] if isinstance(y, tuple) else y) * self.scale


def encoder():
    return nn.TransformerEncoderLayer(4, 2, 8, dropout=0.1, batch_first=True)


FEATURES, LINES, IMAGES, SEQUENCES = (4, 6), (2, 4, 9), (2, 4, 6, 6), (3, 5, 4)
NUMBERS = [np.array([[0, 1, 6], [2, 6, 6]])]
# How each layer is made, and the shapes of its operands, or the operands. A new layer needs a line here.
LAYERS = {
    "linear": (lambda: nn.Linear(6, 3), [FEATURES]),
    "bilinear": (lambda: nn.Bilinear(6, 6, 3), [FEATURES, FEATURES]),
    "conv1d": (lambda: nn.Conv1d(4, 3, 3, padding=1), [LINES]),
    "conv2d": (lambda: nn.Conv2d(4, 2, 3), [IMAGES]),
    "conv_transpose1d": (lambda: nn.ConvTranspose1d(4, 3, 3, stride=2), [LINES]),
    "conv_transpose2d": (lambda: nn.ConvTranspose2d(4, 3, 3, stride=2), [IMAGES]),
    "max_pool1d": (lambda: nn.MaxPool1d(2), [LINES]),
    "max_pool2d": (lambda: nn.MaxPool2d(3, stride=2, padding=1), [IMAGES]),
    "avg_pool1d": (lambda: nn.AvgPool1d(2), [LINES]),
    "avg_pool2d": (lambda: nn.AvgPool2d(2), [IMAGES]),
    "adaptive_avg_pool1d": (lambda: nn.AdaptiveAvgPool1d(4), [LINES]),
    "adaptive_avg_pool2d": (lambda: nn.AdaptiveAvgPool2d(2), [IMAGES]),
    "batch_norm1d": (lambda: nn.BatchNorm1d(6), [FEATURES]),
    "batch_norm2d": (lambda: nn.BatchNorm2d(4), [IMAGES]),
    "layer_norm": (lambda: nn.LayerNorm(6), [FEATURES]),
    "group_norm": (lambda: nn.GroupNorm(2, 4), [IMAGES]),
    "instance_norm1d": (lambda: nn.InstanceNorm1d(4, affine=True, track_running_stats=True), [LINES]),
    "instance_norm2d": (lambda: nn.InstanceNorm2d(4), [IMAGES]),
    "cosine_similarity": (nn.CosineSimilarity, [FEATURES, FEATURES]),
    "pairwise_distance": (nn.PairwiseDistance, [FEATURES, FEATURES]),
    "rms_norm": (lambda: nn.RMSNorm(6), [FEATURES]),
    "dropout": (lambda: nn.Dropout(0.3), [FEATURES]),
    "dropout2d": (lambda: nn.Dropout2d(0.5), [IMAGES]),
    "embedding": (lambda: nn.Embedding(7, 4, padding_idx=1), NUMBERS),
    "flatten": (nn.Flatten, [IMAGES]),
    "unflatten": (lambda: nn.Unflatten(1, (2, 3)), [FEATURES]),
    "identity": (nn.Identity, [FEATURES]),
    "zero_pad2d": (lambda: nn.ZeroPad2d(1), [IMAGES]),
    "constant_pad1d": (lambda: nn.ConstantPad1d(2, 0.5), [LINES]),
    "constant_pad2d": (lambda: nn.ConstantPad2d(1, 0.5), [IMAGES]),
    "glu": (nn.GLU, [FEATURES]),
    "threshold": (lambda: nn.Threshold(0.1, -1.0), [FEATURES]),
    "rnn": (lambda: nn.RNN(4, 3, batch_first=True), [SEQUENCES]),
    "lstm": (lambda: nn.LSTM(4, 3, num_layers=2, dropout=0.2), [SEQUENCES]),
    "gru": (lambda: nn.GRU(4, 3, bidirectional=True), [SEQUENCES]),
    "rnn_cell": (lambda: nn.RNNCell(6, 3), [FEATURES]),
    "lstm_cell": (lambda: nn.LSTMCell(6, 3), [FEATURES]),
    "gru_cell": (lambda: nn.GRUCell(6, 3), [FEATURES]),
    "multihead_attention": (lambda: nn.MultiheadAttention(4, 2, batch_first=True), [SEQUENCES] * 3),
    "transformer_encoder_layer": (encoder, [SEQUENCES]),
    "transformer_encoder": (lambda: nn.TransformerEncoder(encoder(), 2), [SEQUENCES]),
}


@pytest.mark.parametrize("name", sorted(catalog.LAYERS))
def test_layers(name):
    make, operands = LAYERS[name]

    def drawn(rng):
        return [rng.normal(size=x).astype(np.float32) if isinstance(x, tuple) else x for x in operands]

    rng = np.random.default_rng(0)
    data = [(*drawn(rng), np.array(0.1, np.float32)) for _ in range(2)]
    loss = lambda y, target: ((y - target) ** 2).mean()  # noqa: E731
    agree(lambda: (Around(make()), loss), data, optimizer=lambda params: nn.optim.SGD(params, lr=0.01))


@pytest.mark.parametrize("momentum", [0.1, None])
def test_two_dropouts_and_a_norm_beside_each_other(momentum):
    between = (lambda: nn.Dropout(0.3), nn.Tanh, lambda: nn.BatchNorm1d(6, momentum=momentum), lambda: nn.Dropout(0.3))
    if momentum is None:  # the share of a batch follows from how many there were
        with pytest.raises(autograd.errors.UnsupportedError):
            agree(mlp(*between), batches(8, 5, targets=CLASSES))
    else:
        agree(mlp(*between), batches(8, 5, targets=CLASSES))


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


@pytest.mark.parametrize(
    "loss",
    [
        nn.CrossEntropyLoss(label_smoothing=0.1),
        nn.CrossEntropyLoss(np.array([1.0, 0.5, 2.0], np.float32)),
        nn.CrossEntropyLoss(np.array([1.0, 0.5, 2.0], np.float32), ignore_index=1, label_smoothing=0.2),
        nn.CrossEntropyLoss(reduction="sum"),
        nn.NLLLoss(ignore_index=2),
    ],
    ids=["smooth", "weighted", "all of it", "sum", "ignoring"],
)
def test_options_of_losses(loss):
    agree(lambda: (nn.Linear(5, 3), loss), batches(8, 5, targets=CLASSES))


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
