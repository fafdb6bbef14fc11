"""The trainer that the commands make: what its batches are."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("net", "train", "steps"),
    [
        ("net 8 bn tanh", "train 1 epochs", 7),  # 225 = 7 * 32 + 1
        ("net 8 bn tanh", "train 1 epochs batch=14", 16),  # 225 = 16 * 14 + 1
        ("net 8 bn tanh", "train 1 epochs batch=50", 5),
        ("net 8 tanh", "train 1 epochs", 8),
    ],
)
def test_batch_norm_is_not_given_a_last_batch_of_one_sample(shell: Any, net: str, train: str, steps: int) -> None:
    shell.run("data spiral", net, "optim sgd lr=0.1", train)
    trainer = shell.session.namespace["trainer"]
    assert trainer.step_count == steps
    shell.run("reset", train)
    assert shell.session.namespace["trainer"].step_count == steps
