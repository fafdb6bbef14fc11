from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.data import DataLoader, TensorDataset
from nn.errors import ConfigError, DataError, NNError, ShapeError


def test_rows_belong_together() -> None:
    x, y = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])
    data = TensorDataset(x, y)
    assert data.tensors[0] is x
    row = data[2]
    assert (row[0].tolist(), row[1]) == ([4.0, 5.0], 0)
    assert [part.tolist() for part in data[1:3]] == [[[2.0, 3.0], [4.0, 5.0]], [1, 0]]
    assert [int(label) for _, label in data] == [0, 1, 0, 1]
    assert repr(data) == "TensorDataset(4 samples of shapes (2,), ())"


def test_a_loader_and_a_trainer_take_it() -> None:
    x, y = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])
    batches = [batch[0] for batch in DataLoader(TensorDataset(Tensor(x)), 2, shuffle=False)]
    assert [batch.tolist() for batch in batches] == [x[:2].tolist(), x[2:].tolist()]
    net = nn.Linear(2, 2)
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters()), TensorDataset(x, y), batch_size=2)
    assert trainer.run(1)[0].step == 1


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (TensorDataset, ConfigError, "TensorDataset: got no arrays"),
        (lambda: TensorDataset(np.zeros(2), np.zeros(3)), ShapeError, "2 and 3 samples"),
        (lambda: TensorDataset(3.0), ShapeError, "a single number"),
        (lambda: TensorDataset(np.zeros((0, 2))), DataError, "0 samples"),
        (lambda: TensorDataset(Tensor([1.0], requires_grad=True)), ConfigError, r"pass \.detach\(\)"),
    ],
)
def test_what_does_not_belong_together_is_named(make: Any, error: type[NNError], says: str) -> None:
    with pytest.raises(error, match=says):
        make()
