"""The command that trains on the whole screen: live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from .. import watching
from ..arguments import AtLeast
from ..errors import StateError, message
from ..messages import marked, tr
from ..registry import command
from ..results import Lived, Training
from ..session import Plan, Session
from .train import train
from .training import batch_size, fresh, printed

if TYPE_CHECKING:
    from ..dashboard import Flight

NO_TERMINAL = marked("There is no terminal for the dashboard: the steps were made without it.")


@command("train")
def live(
    session: Session,
    count: Annotated[int | None, AtLeast(1), "steps after which it waits; left out, it goes on until you leave"] = None,
    unit: Annotated[Literal["steps", "epochs"], "a step is one batch, an epoch all of the training data"] = "steps",
    *,
    pace: Annotated[
        float | None, AtLeast(0), "steps a second, 0 for all it can; left out, so that one can watch"
    ] = None,
) -> Plan:
    """Train on the whole screen: loss, boundary or samples, gradient flow and activations, steered by key.

    It begins at a speed at which one can watch: `>` is faster, `<` slower, `f` as fast as it can, and so is `pace=0`.
    Space pauses, `s` makes one step, `+` and `-` change the learning rate, `b` goes back in time, `p` saves the screen
    as SVG, `?` lists all keys, `q` leaves.

    Afterwards `export` has what was done, line by line, and `undo` takes all of it back. Without a terminal the steps
    are made all the same, and nothing is shown.

    Example:
        > data spiral
        > net 16 tanh
        > optim adam lr=0.01
        > live 50
        > live 2 epochs pace=100
    """
    from .. import dashboard  # it brings nn, which the prompt does not wait for

    making = fresh(session, "live")
    if not dashboard.terminal_is_there():
        return _unseen(session, count, unit)
    net, data = session.namespace["net"], session.namespace["data"]
    steps = count
    if count is not None and unit == "epochs":
        steps = count * -(-len(data.train) // batch_size(session, None))
    held = dashboard.watchable(steps) if pace is None else pace
    done: list[Flight] = []

    def watched() -> tuple[tuple[str, str], ...]:
        return watching.values(session.watches, session.namespace)

    def report(_: Sequence[Any]) -> Lived:
        trainer: Any = session.namespace["trainer"]
        colours = session.settings.colours
        done.append(dashboard.live(trainer, data, steps=steps, pace=held, watched=watched, colours=colours))
        return _told(trainer, done[0])

    def script() -> tuple[str, ...]:
        made = session.namespace["trainer"].history
        return (*making, *done[0].lines, *(printed(session) if made and done[0].lines else ()))

    # Held even where no line is to be run: then too `undo` takes the steps back.
    return Plan(making, report, script=script, holds=(net,), trains=True)


def _unseen(session: Session, count: int | None, unit: str) -> Plan:
    """The same steps where nothing can be shown."""
    if count is None:
        do = "say how many steps: `live 200`"
        raise StateError(message("live", "no terminal for the dashboard, and no number", "one of them", do))
    plan = train(session, str(count), unit)

    def report(values: Sequence[Any]) -> Training:
        told = plan.report(values)
        assert isinstance(told, Training)
        return replace(told, goal=tr(NO_TERMINAL))

    return replace(plan, report=report)


def _told(trainer: Any, flight: Flight) -> Lived:
    last = trainer.history[-1] if trainer.history else None
    return Lived(
        code=flight.lines,
        steps=flight.made,
        seconds=flight.seconds,
        step=trainer.step_count,
        epoch=last.epoch if last else 1,
        loss=last.loss if last else None,
        rate=float(trainer.optimizer.param_groups[0]["lr"]),
        trouble=last.trouble if last else "",
        pictures=flight.pictures,
    )
