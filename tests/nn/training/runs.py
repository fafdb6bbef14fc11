"""Trainers to run a test on, and what makes two of them equal."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
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


def repeats(trainer: nn.Trainer, step: int) -> bool:
    """Whether the steps behind `step`, when they are gone to again, give the same bits."""
    end, before = trainer.step_count, everything(trainer)
    trainer.goto(step)
    trainer.goto(end)
    return everything(trainer) == before


def ways_to_14(make: Callable[..., nn.Trainer]) -> Iterator[dict[str, Any]]:
    """A run of 14 steps, and the same in pieces, with some of them taken again, and from a state of another one.

    `make(seed=1)` is to be as `make()`, with other weights and random numbers.
    """
    whole = make()
    whole.run(14)
    yield everything(whole)
    pieces = make()
    for n in (1, 5, 8):
        pieces.run(n)
    yield everything(pieces)
    pieces.goto(3)
    pieces.run(11)
    yield everything(pieces)
    pieces.goto(3)
    pieces.goto(14)
    yield everything(pieces)
    other = make()
    other.run(6)
    saved = copy.deepcopy(other.state_dict())
    fresh = make(seed=1)
    fresh.load_state_dict(saved)
    fresh.run(8)
    yield everything(fresh)


def plain(value: Any) -> Any:
    """`value` with its arrays as bytes, so that == compares bit for bit."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value
