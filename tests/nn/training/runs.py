"""Trainers to run a test on, and what makes two of them equal."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn

POINTS = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
LABELS = (POINTS.sum(axis=1) > 0).astype(np.int64)
OTHERS = np.random.default_rng(1).standard_normal((30, 2)).astype(np.float32)
VALIDATION = (OTHERS, (OTHERS.sum(axis=1) > 0).astype(np.int64))


def rich(seed: int = 0, dtype: Any = np.float32, **options: Any) -> nn.Trainer:
    """A run with all that a state can have: statistics, random masks, a schedule, clipping, callbacks.

    It is eager unless asked otherwise: to record its steps takes longer than to make the few of a test.
    """
    nn.manual_seed(seed)
    drop = nn.Dropout(0.3, rng=np.random.default_rng(5))
    net = nn.Sequential(
        nn.Linear(2, 8, bias=False, dtype=dtype),  # before a batch norm biases have no gradient but rounding errors
        nn.BatchNorm1d(8, dtype=dtype),
        nn.Tanh(),
        nn.Dropout(0.2),
        nn.Linear(8, 8, dtype=dtype),
        nn.ReLU(),
        drop,
        nn.Linear(8, 2, dtype=dtype),
    )
    optimizer = nn.optim.NAdam(net.parameters(), lr=0.05, weight_decay=0.01)
    settings: dict[str, Any] = {
        "batch_size": 16,
        "validation": (OTHERS.astype(dtype), VALIDATION[1]),
        "scheduler": nn.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5),
        "clip_norm": 0.5,
        "callbacks": [nn.EarlyStopping(patience=50)],
        "compile": False,
    }
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, (POINTS.astype(dtype), LABELS), **{**settings, **options})


def everything(trainer: nn.Trainer) -> dict[str, Any]:
    """All that two equal runs have equal, without arrays in it."""
    return plain(trainer.state_dict())


def plain(value: Any) -> Any:
    """`value` with its arrays as bytes, so that == compares bit for bit."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value
