"""No finding on a healthy run, at its beginning, on its way, and at its end."""

from __future__ import annotations

from typing import Any

import pytest

import nn
from tests.nn.diagnosis.makers import HEALTHY
from tests.nn.training.runs import everything, rich


@pytest.mark.parametrize(
    "make",
    [pytest.param(make, id=name, marks=[pytest.mark.slow] * (name == "pictures")) for name, make in HEALTHY.items()],
)
def test_no_finding(make: Any) -> None:
    trainer = make()
    done = 0
    for steps in (0, 1, 30, 150) if make is HEALTHY["pictures"] else (0, 1, 30, 200, 600):
        trainer.run(steps - done)
        done = steps
        found = nn.diagnose(trainer)
        assert not found, f"after {steps} steps: {found!r}"
    assert repr(found) == "no finding"


def test_it_has_learned() -> None:
    """The runs above are healthy indeed: most of the loss is gone."""
    for name in ("moons", "digits", "letters", "attention"):
        trainer = HEALTHY[name]()
        trainer.run(200)
        assert trainer.history[-1].loss < 0.6 * trainer.history[0].loss, name


def test_a_look_changes_nothing() -> None:
    looked = rich()
    looked.run(7)
    looked.net[3].eval()
    before = everything(looked)
    grads = [param.grad for param in looked.net.parameters()]
    modes = [module.training for module in looked.net.modules()]
    nn.diagnose(looked)
    assert everything(looked) == before
    assert all(param.grad is grad for param, grad in zip(looked.net.parameters(), grads, strict=True))
    assert [module.training for module in looked.net.modules()] == modes
    looked.net.train()
    looked.run(5)
    after = everything(looked)
    alone = rich()
    alone.run(12)
    assert everything(alone) == after


def test_what_is_no_trainer_is_named() -> None:
    with pytest.raises(nn.errors.ConfigError, match="diagnose: got a Linear; expected a Trainer"):
        nn.diagnose(nn.Linear(2, 2))  # type: ignore[arg-type]
