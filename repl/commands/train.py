"""The commands that train: step, train."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from ..arguments import AtLeast, Choice, Existing, Kind, convert
from ..errors import UsageError, message, unknown
from ..messages import tr
from ..registry import command
from ..results import Note, StepRow, Steps, Training
from ..session import Plan, Session
from . import goals
from .replaying import Setting
from .training import batch_size, fresh, printed, told_of_threads

MOST = 5_000  # steps of `train until`, unless asked otherwise


def _counts() -> Mapping[str, str]:
    return {"until": "it is good enough: acc>0.95, or loss<0.1"}


def _units() -> Mapping[str, str]:
    return {"steps": "a step is one batch", "epochs": "an epoch is all of the training data"}


def _threads(_: Session, __: Sequence[str]) -> Mapping[str, str]:
    """How many threads one may want here: one, or as many as there are cores, by powers of two; or `auto`."""
    from nn.threads import cores

    counts = [2**power for power in range(cores().bit_length())]
    several = {str(count): tr("each batch in {count} parts, at once", count=count) for count in counts[1:]}
    return {"1": tr("each batch in one piece"), **several, "auto": tr("two where that is quicker, else one")}


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
    making = fresh(session, "step")
    code = (*making, f"trainer.run({count})")

    def report(values: Sequence[Any]) -> Steps:
        events, seen = values[-1], list(session.observer.seen)
        seen = [()] * (len(events) - len(seen)) + seen  # of very many steps only the last were kept
        rows = [
            StepRow(each.step, each.epoch, each.loss, _whole_norm(each), watched)
            for each, watched in zip(events, seen, strict=True)
        ]
        return Steps(tuple(rows))

    script, remarks = lambda: (*code, *printed(session)), _remarks(session, making)
    return Plan(code, report, script=script, steps=count, remarks=remarks)


def _remarks(session: Session, making: tuple[str, ...]) -> Callable[[], tuple[str, ...]]:
    """What there is to say below the steps: of settings that came back, and of a new trainer's threads."""
    settings = Setting.of(session)
    return lambda: (*settings.then(), *told_of_threads(session, making))


def _whole_norm(event: Any) -> float:
    return math.hypot(*event.grad_norms.values())


@command("train")
def train(
    session: Session,
    count: Annotated[str, Choice("number of steps", _counts, strict=False), "how many; or the word"],
    *unit: Annotated[str, Choice("unit", _units, strict=False), "steps or epochs, or what `until` waits for"],
    batch: Annotated[int | None, AtLeast(1), "examples in a batch, 32 unless given"] = None,
    seed: Annotated[int | None, AtLeast(0), "shuffles the batches, 0 unless given"] = None,
    threads: Annotated[
        int | Literal["auto"] | None, AtLeast(1), Existing(_threads), "how many share each batch, 1 unless given"
    ] = None,
    most: Annotated[int, AtLeast(1), "steps after which `until` gives up"] = MOST,
) -> Plan:
    """Train for many steps, or for many epochs, or until it is good enough. Ctrl-C stops between two steps.

    A step is one batch, an epoch all of the training data. `until acc>0.95` looks at the accuracy on the test data
    after every epoch, `until loss<0.1` at the loss on the training data; both give up after `most` steps.

    `batch`, `seed` and `threads` stay until you give another; then a new trainer is made, whose steps count from 1.
    What was learned stays.

    `threads=2` computes the halves of each batch at once, which pays for large networks: `threads=auto` says whether it
    does for yours. The results agree to rounding, and the same number of threads is the same bits again.

    Example:
        > data iris
        > net 8 tanh
        > loss cross_entropy
        > optim adam lr=0.01
        > train 20 epochs
        > train 200
        > train 200 batch=64 threads=2
        > train until acc>0.9
        > train until loss<0.2 most=500
    """
    making = fresh(session, "train", batch=batch, seed=seed, threads=threads)
    if count == "until":
        return _until(session, goals.read("".join(unit), session.namespace["data"]), making, most)
    number = convert("train", "count", count, Kind(int, (AtLeast(1),), ""))
    epochs = _unit(unit) == "epochs"
    running = f"trainer.run(epochs={number})" if epochs else f"trainer.run({number})"
    steps = number * _steps_per_epoch(session, batch) if epochs else number
    start = time.perf_counter()

    def report(values: Sequence[Any]) -> Training:
        return _training(session, values[-1], steps, time.perf_counter() - start)

    script, remarks = lambda: (*making, running, *printed(session)), _remarks(session, making)
    return Plan((*making, running), report, script=script, steps=steps, remarks=remarks)


def _unit(words: tuple[str, ...]) -> str:
    if len(words) > 1:
        cure = "leave it out, or say `help train`"
        raise UsageError(
            message(
                "train", tr("{words} as one word too many", words=repr(words[1])), "train COUNT [steps|epochs]", cure
            )
        )
    word = words[0] if words else "steps"
    if word not in _units():
        raise UsageError(unknown("train", "unit", word, _units()))
    return word


def _until(session: Session, goal: goals.Goal, making: tuple[str, ...], most: int) -> Plan:
    begun = 0 if making else session.namespace["trainer"].step_count
    running = f"while trainer.step_count < {begun + most} and {goal.waiting}: trainer.run(epochs=1)"
    start = time.perf_counter()

    def report(_: object) -> Training | Note:
        trainer: Any = session.namespace["trainer"]
        value = goal.measured(trainer, session.namespace["data"])
        events = trainer.history[begun:]
        if not events:
            already = tr("{name} is {value} already: no step was needed", name=goal.name, value=f"{value:.4g}")
            return Note(already)
        said = f"{goal.name} {value:.4g}"
        if not session.observer.stopped and goal.reached(value):
            said += tr(": {goal} is reached", goal=goal.text)
        elif not session.observer.stopped:
            said += tr(": {goal} is not reached; try more steps", goal=goal.text)
        return _training(session, events, most, time.perf_counter() - start, goal=said)

    def script() -> tuple[str, ...]:
        return (*making, running, *printed(session))

    remarks = _remarks(session, making)
    return Plan((*making, running), report, script=script, steps=most, loops=True, remarks=remarks)


def _training(session: Session, events: Sequence[Any], asked: int, seconds: float, *, goal: str = "") -> Training:
    return Training(
        steps=len(events),
        asked=asked,
        first_loss=events[0].loss,
        last_loss=events[-1].loss,
        seconds=seconds,
        step=events[-1].step,
        epoch=events[-1].epoch,
        stopped=session.observer.stopped,
        trouble=next((event.trouble for event in events if not event.finite), ""),
        goal=goal,
        watched=session.observer.seen[-1] if session.observer.seen else (),
    )


def _steps_per_epoch(session: Session, batch: int | None) -> int:
    return -(-len(session.namespace["data"].train) // batch_size(session, batch))
