"""A batch divided over threads makes the step of the whole batch, to rounding, and each run the same bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from nn import catalog
from nn.training.splitting import shares
from tests.nn.training.divided import CLASSES, NETWORKS, REAL, X, made, mlp


def agree(*arguments: Any, steps: int = 4, threads: int = 2, **options: Any) -> None:
    """One thread and several give the same losses, gradients and weights, and what is random goes the same way."""
    one, several = (made(*arguments, threads=count, **options) for count in (1, threads))
    for trainer in (one, several):
        nn.manual_seed(5)
        trainer.run(steps)
    assert (one.threads, several.threads, several.why_one_thread) == (1, threads, "")
    losses = [[event.loss for event in trainer.history] for trainer in (one, several)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4, atol=1e-6)
    for event, other in zip(one.history, several.history, strict=True):
        assert list(event.grad_norms) == list(other.grad_norms)
        assert list(other.grad_norms.values()) == pytest.approx(list(event.grad_norms.values()), rel=1e-3, abs=1e-6)
    for name, values in one.net.state_dict().items():
        np.testing.assert_allclose(several.net.state_dict()[name], values, rtol=1e-3, atol=1e-5, err_msg=name)
    several.close()


# -- the same step


LOSSES: dict[str, tuple[Callable[[], Any], Any]] = {
    "cross entropy": (nn.CrossEntropyLoss, CLASSES),
    "of weighted classes": (lambda: nn.CrossEntropyLoss([1.0, 5.0, 0.1], label_smoothing=0.1), CLASSES),
    "of classes without weight": (lambda: nn.CrossEntropyLoss([1.0, 0.0, 2.0]), CLASSES),
    "but for one class": (lambda: nn.CrossEntropyLoss(ignore_index=1, base=2), CLASSES),
    "summed": (lambda: nn.CrossEntropyLoss(reduction="sum", ignore_index=1), CLASSES),
    "of probabilities": (lambda: nn.CrossEntropyLoss([1.0, 5.0, 0.1]), np.eye(3, dtype=np.float32)[CLASSES]),
    "mse": (nn.MSELoss, REAL),
    "mse summed": (lambda: nn.MSELoss("sum"), REAL),
    "l1": (nn.L1Loss, REAL),
    "smooth l1": (nn.SmoothL1Loss, REAL),
    "huber": (nn.HuberLoss, REAL),
    "poisson": (nn.PoissonNLLLoss, np.abs(REAL)),
    "bce": (lambda: nn.BCEWithLogitsLoss(pos_weight=[1.0, 2.0, 3.0]), (REAL > 0).astype(np.float32)),
    "kl": (lambda: nn.KLDivLoss("batchmean"), np.abs(REAL)),
    "soft margin": (nn.SoftMarginLoss, np.sign(REAL)),
    "multi margin": (lambda: nn.MultiMarginLoss(weight=[1.0, 2.0, 3.0]), CLASSES),
    "a mean of one's own": (lambda: lambda out, y: ((out - y) ** 2).mean() * 3.0, REAL),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str) -> None:
    make, target = LOSSES[name]
    agree(mlp, make(), (X, target), threads=3)


def test_a_sum_of_ones_own() -> None:
    def loss(out: Any, y: Any) -> Any:
        return ((out - y) ** 2).sum()

    refused = made(loss=loss, data=(X, REAL))
    refused.run(1)
    assert refused.threads == 1
    assert "is taken for a mean, unless it has an attribute reduction='sum'" in refused.why_one_thread
    loss.reduction = "sum"  # type: ignore[attr-defined]
    agree(mlp, loss, (X, REAL), lambda p: nn.optim.SGD(p, lr=0.01))


class Pair(nn.Module):
    """A network of two inputs."""

    def __init__(self) -> None:
        self.layer = nn.Bilinear(5, 5, 3)

    def forward(self, x: Any, y: Any) -> Any:
        return self.layer(x, y)


@pytest.mark.parametrize("way", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str, way: bool) -> None:
    build, x = NETWORKS[name]
    agree(build, None, (x, CLASSES), compile=way)


@pytest.mark.parametrize("way", [False, True])
def test_two_inputs(way: bool) -> None:
    agree(Pair, None, (X, X[::-1].copy(), CLASSES), compile=way)


@pytest.mark.parametrize("name", sorted(catalog.OPTIMIZERS))
def test_optimizers(name: str) -> None:
    kind = getattr(nn.optim, catalog.OPTIMIZERS[name].target.rpartition(".")[2])
    agree(mlp, None, None, kind, steps=6, clip_norm=0.3 if name in ("sgd", "adam") else None)


def test_parameters_of_the_loss_and_frozen_ones() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            self.scale = nn.Parameter([1.5])

        def forward(self, out: Any, y: Any) -> Any:
            return ((out * self.scale - y) ** 2).mean()

    runs = []
    for threads in (1, 2):
        nn.manual_seed(0)
        net, loss = mlp(), Scaled()
        net[0].requires_grad_(False)
        optimizer = nn.optim.Adam([*net[2].parameters(), *loss.parameters()], lr=0.01)
        trainer = nn.Trainer(net, loss, optimizer, (X, REAL), batch_size=9, threads=threads)
        trainer.run(3)
        net[0].requires_grad_(True)
        trainer.run(3)
        runs.append((trainer, loss.scale.item()))
    (one, scale), (two, other) = runs
    assert two.threads == 2
    assert other == pytest.approx(scale, rel=1e-5)
    assert scale != 1.5
    assert [list(event.grad_norms) for event in two.history] == [list(event.grad_norms) for event in one.history]
    np.testing.assert_allclose(two.net[0].weight.grad.data, one.net[0].weight.grad.data, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("way", [False, True])
def test_a_gradient_is_its_holders_own_where_it_is_so_in_one_piece(way: bool) -> None:
    trainer = made(compile=way)
    trainer.run(1)
    grad = trainer.net[0].weight.grad
    before = grad.data.copy()
    trainer.run(1)
    assert np.array_equal(grad.data, before) is not way  # of a compiled step it is memory that the next one writes to


def test_where_programs_end_gradients_are_their_holders_own() -> None:
    seen: list[int] = []
    noting = {"on": False}

    def loss(out: Any, y: Any) -> Any:
        if noting["on"]:
            seen.append(len(y))  # which no program does
        return nn.functional.cross_entropy(out, y)

    trainer = made(loss=loss, compile=None)
    trainer.run(2)
    assert trainer.compiled
    noting["on"] = True
    trainer.run(1)
    assert (trainer.compiled, trainer.threads) == (False, 2)
    grad = trainer.net[0].weight.grad
    before = grad.data.copy()
    trainer.run(2)
    assert np.array_equal(grad.data, before)
    assert {4, 5} <= set(seen)


# -- shares


def test_shares_add_up_to_the_whole() -> None:
    target = np.array([0, 1, 1, 2, 2])
    assert shares(nn.MSELoss(), target, [0, 1, 5]) == [0.2, 0.8]
    assert shares(nn.NLLLoss([8.0, 1.0, 0.0]), target, [0, 1, 5]) == [0.8, 0.2]
    assert shares(nn.CrossEntropyLoss(ignore_index=2), target, [0, 1, 3, 5]) == [1 / 3, 2 / 3, 0.0]
    assert shares(nn.CrossEntropyLoss(ignore_index=2), np.full(4, 2), [0, 2, 4]) == [0.0, 0.0]


def test_a_part_in_which_nothing_counts() -> None:
    labels = np.where(np.arange(22) < 11, CLASSES, 2)
    loader = [nn.data.DataLoader((X, labels), 11, shuffle=False) for _ in range(2)]
    one, two = (
        made(loss=nn.CrossEntropyLoss(ignore_index=2), data=each, threads=n) for n, each in enumerate(loader, 1)
    )
    labels[11] = 0  # of the second batch the first part counts, and the second does not
    for trainer in (one, two):
        trainer.run(4)
    assert two.threads == 2
    assert [e.loss for e in two.history] == pytest.approx([e.loss for e in one.history], rel=1e-5)
    assert two.history[1].loss == pytest.approx(one.history[1].loss, rel=1e-5)
