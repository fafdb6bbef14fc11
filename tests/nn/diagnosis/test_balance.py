"""One judgement of a gradient's size for diagnose, for plots and for pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

import nn
from nn.diagnosis import Balance
from tests.nn.diagnosis.makers import dense, trainer


@dataclass
class Step:
    loss: float


def run_of(*losses: float) -> list[Step]:
    return [Step(loss) for loss in losses]


@pytest.mark.parametrize(
    ("size", "word"),
    [(math.nan, "not finite"), (math.inf, "not finite"), (0.0, "zero"), (9e-5, "vanishing"), (2e-4, "ok"), (9e2, "ok"),
     (2e3, "exploding")],
)  # fmt: skip
def test_a_size_beside_that_at_the_loss_side(size: float, word: str) -> None:
    assert Balance().judge(size, 1.0) == word


@pytest.mark.parametrize("reference", [0.0, math.inf, math.nan])
def test_beside_nothing_nothing_is_judged(reference: float) -> None:
    assert Balance().judge(1e-30, reference) == "ok"


def test_where_the_loss_stands_still_a_gradient_vanishes_sooner() -> None:
    assert Balance.of(run_of(*[1.1] * 29)).judge(5e-4, 1.0) == "ok"
    assert Balance.of(run_of(*[1.1] * 30)).judge(5e-4, 1.0) == "vanishing"
    assert Balance.of(run_of(*[1.1] * 500)).judge(5e-4, 1.0) == "vanishing"
    assert Balance.of(run_of(*[1.1] * 20, *[0.5] * 480)).judge(5e-4, 1.0) == "ok"


def test_gradients_are_flat_unless_the_run_has_learned() -> None:
    tiny = [1e-9, 0.0, 1e-12]
    assert Balance.of([]).is_flat(tiny)
    assert Balance.of(run_of(*[1.0] * 100)).is_flat(tiny)
    assert not Balance.of(run_of(*[1.0] * 50, *[1e-6] * 50)).is_flat(tiny)
    assert not Balance().is_flat([*tiny, 1e-5])
    assert not Balance().is_flat([])
    assert not Balance().is_flat([math.nan])


def test_a_run_without_any_gradient_to_speak_of_is_a_finding() -> None:
    run = trainer(dense(2, 8, 2), nn.data.moons(seed=0), loss=lambda out, y: nn.CrossEntropyLoss()(out, y) * 1e-12)
    found = nn.diagnose(run)
    assert found.names == ("no gradient",)
    assert "a step moves nothing, whatever the rate" in found[0].sentence
