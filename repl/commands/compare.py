"""The command that sets runs beside each other: compare."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Annotated, Any

from ..arguments import AtLeast, File, literal
from ..errors import UsageError, message
from ..plan import Plan
from ..registry import command
from ..results import ComparedRun, Comparing
from ..session import Session
from .catalog import spelled
from .training import fresh, is_fresh

CURVES = "plots.loss_curve(*[run.losses for run in comparison.runs], names=[run.name for run in comparison.runs])"


@command("learn")
def compare(
    session: Session,
    *settings: Annotated[str, "what to vary, and the values: lr=0.1,1 or net.norm=none,batch"],
    steps: Annotated[int, AtLeast(1), "how far each run goes"] = 200,
    svg: Annotated[str | None, File((".svg",)), "write the curves as a picture"] = None,
) -> Plan:
    """Train the network under several settings, from the same first weights, and show the runs side by side.

    A setting is `lr`, `momentum` or any other number of the optimiser, `optim`, `init`, `batch`, `seed`, or one of the
    network: `net.activation`, `net.norm` (none, batch, layer), `net.drop`. Several of them make a grid. Your own run
    stays where it is; Ctrl-C stops between two steps.

    Example:
        > data spiral
        > net 16 tanh 16 tanh
        > optim sgd lr=0.1
        > compare init=alexnet,xavier,he steps=50
        > compare net.norm=none,batch lr=0.1,1 steps=20
    """
    making = () if is_fresh(session) else fresh(session, "compare")
    chosen = dict(_setting(word) for word in settings)
    if not chosen:
        raise UsageError(message("compare", "nothing to vary", "a setting and its values", "try `compare lr=0.1,1`"))
    grid = "{" + ", ".join(f"{spelled(name)}: {_listed(values)}" for name, values in chosen.items()) + "}"
    code = [*making, f"comparison = nn.compare(trainer, {grid}, steps={steps}, test=data.test)"]
    if svg:
        svg = svg if svg.lower().endswith(".svg") else f"{svg}.svg"
        code.append(f"{CURVES}.save({spelled(svg)})")
    total = steps * prod(len(values) for values in chosen.values())

    def report(values: Sequence[Any]) -> Comparing:
        return _report(session.namespace["comparison"], svg or "")

    return Plan(tuple(code), report, around=lambda: session.observer.copies(total))


def _setting(word: str) -> tuple[str, list[Any]]:
    name, equals, values = word.partition("=")
    found = [literal(value) for value in values.split(",") if value]
    if not equals or not found:
        do = "write the name, = and the values with commas: lr=0.1,1"
        raise UsageError(message("compare", repr(word), "a setting and its values", do))
    return name.removeprefix("net."), found


def _listed(values: Sequence[Any]) -> str:
    return f"[{', '.join(spelled(value) for value in values)}]"


def _report(comparison: Any, path: str) -> Comparing:
    rows = [
        ComparedRun(run.name, run.losses, run.loss, run.accuracy, run.fate, run.error, run is comparison.best)
        for run in comparison.runs
    ]
    return Comparing(tuple(rows), comparison.steps, comparison.sentence, path)
