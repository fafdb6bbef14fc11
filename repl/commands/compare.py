"""The commands that set runs beside each other: compare, and sweep for many."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from math import prod
from typing import Annotated, Any

from ..arguments import AtLeast, File, literal
from ..errors import UsageError, message
from ..plan import Plan
from ..registry import command
from ..results import ComparedRun, Comparing, Swept
from ..session import Session
from .catalog import spelled
from .training import fresh, is_fresh

CURVES = (
    "plots.loss_curve(*[run.losses for run in comparison.runs], names=[run.name for run in comparison.runs], log=None)"
)

DECADES = 100.0  # how many times the one end of a range is the other, from which on it is drawn by its logarithm


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

    What ends within the noise of the lowest is marked: then more steps, or several seeds beside the other settings
    (`seed=0,1,2`), tell more.

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

    script = (*code, "print(comparison)")
    return Plan(tuple(code), report, script=script, around=lambda: session.observer.copies(total))


@command("learn")
def sweep(
    session: Session,
    *settings: Annotated[str, "what to vary: lr=0.01,0.1 (a list), or lr=1e-4..1 (a range, with runs=N)"],
    steps: Annotated[int, AtLeast(1), "how far each run goes"] = 200,
    runs: Annotated[int | None, AtLeast(1), "draw so many settings at random; without it, the whole grid"] = None,
    repeats: Annotated[int, AtLeast(1), "how often each is run, with other first weights"] = 1,
    file: Annotated[str | None, File((".jsonl",)), "keep the rows there; a sweep that was interrupted goes on"] = None,
) -> Plan:
    """Train the network under many settings, on all cores, and list them, the smallest loss first.

    Settings are those of `compare`. A range is drawn from evenly, over several powers of ten by its logarithm. A run
    that fails is a row with its error. A network of a class that you typed in cannot go to other processes: its runs
    are made one after the other.

    Example:
        > data spiral
        > net 8 tanh
        > optim adam lr=0.01
        > sweep lr=0.01,0.1 batch=16,32 steps=20
    """
    making = () if is_fresh(session) else fresh(session, "sweep")
    space = ", ".join(f"{spelled(name)}: {text}" for name, text in map(_spaced, settings))
    if not space:
        raise UsageError(message("sweep", "nothing to vary", "a setting and its values", "try `sweep lr=0.01,0.1`"))
    if runs is None and "(" in space:
        raise UsageError(message("sweep", "a range without runs=", "how many to draw from it", "add runs=20"))
    options = [
        f"{name}={value}" for name, value, usual in (("runs", runs, None), ("repeats", repeats, 1)) if value != usual
    ]
    options += [f"file={spelled(file)}"] if file else []
    train = f"nn.comparison.Variation(trainer, steps={steps}, test=data.test)"
    calling = f'found = nn.sweep({", ".join([train, "{" + space + "}", *options])}, metric="loss"'
    # other processes import a script before they run anything of it: there the sweep has this one alone
    here = f"{calling}, workers=0)"
    code = f"{calling})" if _can_be_sent(session) else here

    def report(_: object) -> Swept:
        found = session.namespace["found"]
        names = list(dict.fromkeys(name for row in found for name in (*row.settings, *row.metrics)))
        rows = [
            (*(_cell(({**row.settings, **row.metrics}).get(name)) for name in names), str(row.seed), row.error)
            for row in found
        ]
        return Swept((*names, "seed", ""), tuple(rows), sum(not row.ok for row in found))

    return Plan((*making, code), report, script=(*making, here, "print(found)"), around=session.observer.rows)


def _can_be_sent(session: Session) -> bool:
    """Whether other processes can make what is trained: not from classes and functions that were typed in."""
    parts = [session.namespace[name] for name in ("net", "loss", "optimizer") if name in session.namespace]
    try:
        pickle.dumps(parts)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def _spaced(word: str) -> tuple[str, str]:
    """A setting, and what is tried of it as Python: a list, or a distribution for a range."""
    name, _, values = word.partition("=")
    low, dots, high = values.partition("..")
    if not dots:
        name, found = _setting(word)
        return name, _listed(found)
    ends = [literal(low), literal(high)]
    if not all(isinstance(end, (int, float)) for end in ends) or not ends[0] < ends[1]:
        raise UsageError(message("sweep", repr(word), "a range from less to more", "write lr=1e-4..1"))
    whole = all(isinstance(end, int) for end in ends)
    kind = "integers" if whole else "loguniform" if ends[0] > 0 and ends[1] >= DECADES * ends[0] else "uniform"
    return name.removeprefix("net."), f"nn.sweeping.{kind}({ends[0]!r}, {ends[1]!r})"


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


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
    best, tied = comparison.best, comparison.tied
    rows = [
        ComparedRun(run.name, run.losses, run.loss, run.accuracy, run.fate, run.error, run is best, run in tied)
        for run in comparison.runs
    ]
    return Comparing(tuple(rows), comparison.steps, comparison.sentence, path)
