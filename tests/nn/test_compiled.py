"""Every layer, loss and optimiser gives compiled what it gives eagerly; schedules, checkpoints and modes take part."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
import nn
from nn import catalog

RTOL = {"rtol": 1e-5, "atol": 1e-6}


def target_of(entry):
    return getattr(nn.optim if "optim" in entry.target else nn, entry.target.rpartition(".")[2])


def batches(*shape, targets, count=2):
    size = int(np.prod(shape))
    return [(np.sin(np.arange(size).reshape(shape) + i).astype(np.float32), targets) for i in range(count)]


CLASSES = np.arange(8) % 3


def stepping(net, loss, optimizer):
    def step(*batch):
        optimizer.zero_grad()
        value = loss(net(*batch[:-1]), batch[-1])
        value.backward()
        optimizer.step()
        return value

    return step


def trained(make, compiled, data, steps=5, optimizer=None):
    """Losses, parameters, buffers and gradients after some steps."""
    nn.manual_seed(0)
    net, loss = make()
    optimizer = (optimizer or (lambda params: nn.optim.SGD(params, lr=0.1)))(net.parameters())
    step = stepping(net, loss, optimizer)
    if compiled:
        step = autograd.compile(step)
    losses = [step(*data[i % len(data)]).item() for i in range(steps)]
    state = list(net.state_dict().values())
    grads = [param.grad.data.copy() for param in net.parameters()]
    return [np.array(losses), *state, *grads], optimizer


def agree(make, data, **options):
    eager, _ = trained(make, False, data, **options)
    fast, _ = trained(make, True, data, **options)
    for a, b in zip(eager, fast, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(b, a, **RTOL)


def mlp(*between):
    return lambda: (
        nn.Sequential(nn.Linear(5, 6), *(make() for make in between), nn.Linear(6, 3)),
        nn.CrossEntropyLoss(),
    )


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


def pair(make_optimizer=lambda p: nn.optim.SGD(p, lr=0.1, momentum=0.9), between=(nn.Tanh,)):
    """The same net twice: its compiled step, its eager step, and the parts of both."""
    parts = []
    for compiled in (True, False):
        nn.manual_seed(0)
        net, loss = mlp(*between)()
        optimizer = make_optimizer(net.parameters())
        step = stepping(net, loss, optimizer)
        parts.append((autograd.compile(step) if compiled else step, net, optimizer))
    return parts


def test_schedules_and_options_between_steps():
    (fast, net, optimizer), (slow, twin, other) = pair()
    schedules = [nn.optim.lr_scheduler.StepLR(each, step_size=2, gamma=0.5) for each in (optimizer, other)]
    x, t = batches(8, 5, targets=CLASSES)[0]
    for i in range(8):
        if i == 5:
            for each in (optimizer, other):
                each.param_groups[0]["weight_decay"] = 0.1  # a term that was not there: another program
        assert fast(x, t).item() == pytest.approx(slow(x, t).item(), rel=1e-5)
        for schedule in schedules:
            schedule.step()
    assert optimizer.param_groups[0]["lr"] == other.param_groups[0]["lr"] == 0.1 / 16
    np.testing.assert_allclose(net[0].weight.data, twin[0].weight.data, **RTOL)


def test_a_checkpoint_that_is_loaded_between_two_steps_is_seen():
    (fast, net, optimizer), _ = pair(lambda p: nn.optim.Adam(p, lr=0.1))
    x, t = batches(8, 5, targets=CLASSES)[0]
    fast(x, t)
    saved = net.state_dict(), optimizer.state_dict()
    first = [fast(x, t).item() for _ in range(3)]
    net.load_state_dict(saved[0])
    optimizer.load_state_dict(saved[1])
    assert [fast(x, t).item() for _ in range(3)] == first
    assert optimizer.state_dict()["state"][0]["step"] == 4


def test_a_bad_batch_fails_as_ever_and_changes_nothing():
    (fast, net, optimizer), (slow, *_) = pair(between=(lambda: nn.BatchNorm1d(6), nn.Tanh))
    x, t = batches(8, 5, targets=CLASSES)[0]
    fast(x, t), slow(x, t)
    before, state = net.state_dict(), optimizer.state_dict()
    for wrong in ((x, t + 5), (x[:, :4], t), (x, t[:4])):
        with pytest.raises(nn.errors.NNError) as compiled:
            fast(*wrong)
        with pytest.raises(nn.errors.NNError) as eager:
            slow(*wrong)
        assert str(compiled.value) == str(eager.value)
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    np.testing.assert_array_equal(
        optimizer.state_dict()["state"][0]["momentum_buffer"], state["state"][0]["momentum_buffer"]
    )
    assert fast(x, t).item() == pytest.approx(slow(x, t).item(), rel=1e-5)


def test_modes_are_part_of_the_program():
    (fast, net, _), (slow, twin, _) = pair(between=(lambda: nn.BatchNorm1d(6), lambda: nn.Dropout(0.5)))
    x, t = batches(8, 5, targets=CLASSES)[0]
    for mode in (False, True, False):
        net.train(mode)
        twin.train(mode)
        nn.manual_seed(1)
        first = fast(x, t).item()
        nn.manual_seed(1)
        assert first == pytest.approx(slow(x, t).item(), rel=1e-5)


def test_eager_steps_between_compiled_ones():
    (fast, net, optimizer), (slow, twin, _) = pair(lambda p: nn.optim.Adam(p, lr=0.05))
    plain = fast.__wrapped__
    x, t = batches(8, 5, targets=CLASSES)[0]
    for i in range(6):
        step = plain if i % 3 == 1 else fast
        assert step(x, t).item() == pytest.approx(slow(x, t).item(), rel=1e-5)
    assert optimizer.state_dict()["state"][0]["step"] == 6
    np.testing.assert_allclose(net[0].weight.data, twin[0].weight.data, **RTOL)


def test_gradients_made_where_the_optimiser_wants_them():
    (fast, *_), _ = pair()
    fast(*batches(8, 5, targets=CLASSES)[0])
    update = fast.source.split("# SGD.step")[1]
    assert "copyto" not in update
    assert "out=" not in update
