"""The trainer that the commands make: what its batches are; and one that was made by hand, which they keep."""

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


def test_a_trainer_made_by_hand_is_trained_on_and_not_replaced(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh", "optim adam lr=0.01")
    shell.run(
        "trainer = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, data.train, validation=data.test, batch_size=16)"
    )
    made = shell["trainer"]
    shell.run("train 3 epochs")
    assert shell["trainer"] is made
    assert shell["loss"] is made.loss
    assert [event.validation is not None for event in made.epochs] == [True] * 3
    assert shell.echoes[-2:] == ["loss = trainer.loss", "trainer.run(epochs=3)"]
    shell.run("net 4 relu", "train 1")
    assert shell["trainer"] is not made
