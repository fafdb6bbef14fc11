"""A look at a run leaves no trace: the steps that follow are the same, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from repl import plots
from tests.repl.runs import run

LOOKS: dict[str, Callable[[nn.Trainer], Any]] = {
    "loss_curve": plots.loss_curve,
    "gradient_flow": plots.gradient_flow,
    "activations": plots.activation_histograms,
    "weights": plots.weight_histograms,
    "gradients": plots.gradient_histograms,
    "boundary": lambda trainer: plots.decision_boundary(trainer, resolution=5),
    "surface": lambda trainer: plots.loss_surface(trainer, optimizers=("sgd", "adam"), steps=3, grid=3),
    "confusion": lambda trainer: plots.confusion(trainer, trainer.loader.arrays),
    "drift": lambda trainer: plots.input_drift(trainer, steps=3),
}


def lively() -> nn.Trainer:
    """A run whose layers draw at random and keep statistics."""
    trainer = run(layers=(nn.BatchNorm1d(8), nn.Dropout(0.3)))
    trainer.run(3)
    return trainer


def state(trainer: nn.Trainer) -> dict[str, Any]:
    net = trainer.net
    return {
        **net.state_dict(),
        **{
            f"grad of {name}": param.grad.numpy().copy()
            for name, param in net.named_parameters()
            if param.grad is not None
        },
        "modes": [module.training for module in net.modules()],
        "observers": len(trainer.observers),
        "steps": trainer.step_count,
    }


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_changes_nothing(name: str) -> None:
    trainer, other = lively(), lively()
    nn.manual_seed(7)
    expected = [event.loss for event in other.run(4)]
    trainer.net.train()
    nn.manual_seed(7)
    before = state(trainer)
    LOOKS[name](trainer)
    after = state(trainer)
    assert before.keys() == after.keys()
    for key, value in before.items():
        assert np.array_equal(value, after[key]), key
    assert [event.loss for event in trainer.run(4)] == expected


def test_gradients_that_wait_for_a_step_are_still_there() -> None:
    trainer = lively()
    for param in trainer.net.parameters():
        param.grad = np.ones(param.shape, param.dtype)
    held = [param.grad for param in trainer.net.parameters()]
    plots.gradient_histograms(trainer)
    assert all(param.grad is grad for param, grad in zip(trainer.net.parameters(), held, strict=True))


def test_a_look_that_fails_changes_nothing_either() -> None:
    trainer = lively()
    before = state(trainer)
    with pytest.raises(Exception, match="expected"):
        plots.activation_histograms(trainer.net, np.ones((3, 5), np.float32))
    after = state(trainer)
    assert all(np.array_equal(before[key], after[key]) for key in before)
