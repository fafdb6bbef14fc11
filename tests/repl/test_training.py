"""What the commands need of a trainer: one made by hand serves as well as one of theirs."""

from __future__ import annotations

from typing import Any


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
