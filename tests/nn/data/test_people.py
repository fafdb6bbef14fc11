from __future__ import annotations

import numpy as np
import pytest

import nn
from nn.data import Standardize, health, health_table
from nn.data.people import BODY_TYPES
from nn.errors import ConfigError


def test_the_table_of_the_lecture_notes() -> None:
    table = health_table(n=1000, seed=1)
    assert table.names == ("height", "weight", "pressure", "sex", "type", "risk")
    assert table.nominal == ("sex", "type", "risk")
    assert set(table["type"].tolist()) == set(BODY_TYPES)
    assert 1.3 < table["height"].min() < table["height"].max() < 2.1
    assert 30 < table["weight"].min() < table["weight"].max() < 140
    assert 60 < table["pressure"].min() < table["pressure"].max() < 200
    assert np.corrcoef(table["weight"], table["pressure"])[0, 1] > 0.2


def test_scales_differ_and_all_are_positive() -> None:
    """What the notes warn of: weight is spread a hundred times as far as height, and nothing is below 0."""
    data = health()
    spread = data.x[:, :3].std(axis=0)
    assert spread[1] / spread[0] > 70
    assert (data.x >= 0).all()
    assert (data.x[:, :3] > 0).all()

    def condition(x: np.ndarray) -> float:
        rows = np.column_stack((x.astype(np.float64), np.ones(len(x))))
        return float(np.linalg.cond(rows.T @ rows))

    assert condition(data.x[:, :3]) > 1e6
    assert condition(Standardize().fit_transform(data.x[:, :3])) < 10


def test_who_is_at_risk_can_be_learned() -> None:
    parts = health(n=400).split(test=0.25, seed=0, standardize=True)
    net = nn.Linear(9, 2)
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=0.05), parts.train)
    trainer.run(epochs=20)
    accuracy = trainer.evaluate(parts.test).accuracy
    assert accuracy is not None
    assert accuracy > 0.75
    assert parts.train.counts.tolist() == [150, 150]


def test_the_same_seed_gives_the_same_people() -> None:
    np.testing.assert_array_equal(health(seed=3).x, health(rng=np.random.default_rng(3)).x)
    assert not np.array_equal(health(seed=3).x, health(seed=4).x)
    with pytest.raises(ConfigError, match="health: got n=1"):
        health(n=1)
