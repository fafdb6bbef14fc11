"""The commands that train: step, train."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from ..arguments import AtLeast
from ..registry import command
from ..results import StepRow, Steps, Training
from ..session import Plan, Session
from .training import batch_size, fresh

PRINTED = 'print(f"step {trainer.step_count}: loss {trainer.history[-1].loss}")'


@command("train")
def step(
    session: Session,
    count: Annotated[int, AtLeast(1), "how many"] = 1,
) -> Plan:
    """Take one training step, or a few, and show each.

    Example:
        > data iris
        > net 8 tanh
        > loss cross_entropy
        > optim adam lr=0.01
        > step 5
    """
    code = (*fresh(session, "step"), f"trainer.run({count})")

    def report(values: Sequence[Any]) -> Steps:
        rows = [StepRow(each.step, each.epoch, each.loss, _whole_norm(each)) for each in values[-1]]
        return Steps(tuple(rows))

    return Plan(code, report, script=(*code, PRINTED), steps=count)


def _whole_norm(event: Any) -> float:
    return math.hypot(*event.grad_norms.values())


@command("train")
def train(
    session: Session,
    count: Annotated[int, AtLeast(1), "how many"],
    unit: Annotated[Literal["steps", "epochs"], "a step is one batch, an epoch all of the training data"] = "steps",
    *,
    batch: Annotated[int | None, AtLeast(1), "examples in a batch, 32 unless given"] = None,
    seed: Annotated[int | None, AtLeast(0), "shuffles the batches, 0 unless given"] = None,
) -> Plan:
    """Train for many steps, or for many epochs, with progress. Ctrl-C stops between two steps.

    Another `batch` or `seed` makes a new trainer, whose steps count from 1; what was learned stays.

    Example:
        > data iris
        > net 8 tanh
        > loss cross_entropy
        > optim adam lr=0.01
        > train 20 epochs
        > train 200
    """
    making = fresh(session, "train", batch=batch, seed=seed)
    running = f"trainer.run(epochs={count})" if unit == "epochs" else f"trainer.run({count})"
    steps = count * _steps_per_epoch(session, batch) if unit == "epochs" else count
    start = time.perf_counter()

    def report(values: Sequence[Any]) -> Training:
        events = values[-1]
        return Training(
            steps=len(events),
            asked=steps,
            first_loss=events[0].loss,
            last_loss=events[-1].loss,
            seconds=time.perf_counter() - start,
            step=events[-1].step,
            epoch=events[-1].epoch,
            stopped=len(events) < steps,
            trouble=next((event.trouble for event in events if not event.finite), ""),
        )

    return Plan((*making, running), report, script=(*making, running, PRINTED), steps=steps)


def _steps_per_epoch(session: Session, batch: int | None) -> int:
    return -(-len(session.namespace["data"].train) // batch_size(session, batch))
