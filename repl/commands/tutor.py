"""The commands that find out why: why, check, notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from ..arguments import AtLeast, Choice
from ..errors import StateError, UsageError, message, unknown
from ..messages import tr
from ..registry import command
from ..results import Counterfactual, FindingRow, Findings, GradientCheck, GradientRow, Note
from ..session import Plan, Session
from ..slips import SLIPS
from .architecture import LAYER
from .catalog import section
from .training import BATCH_SIZE, default_loss, fresh, is_fresh, need_fit

ELEMENTS = 500  # that `check` measures, two forward passes each
EXPERIMENT_STEPS = 100  # of each of the two copies, unless the experiment says otherwise


@command("learn")
def why(
    session: Session,
    number: Annotated[int | None, AtLeast(1), "which finding, by its number; without it, all"] = None,
    *,
    try_: Annotated[bool, "run the experiment that it proposes, beside the run as it is"] = False,
) -> Plan:
    """Look at the run and say what is probably wrong: each finding with its evidence, and a way to make sure.

    `why --try` runs the experiment of the first finding: two copies of the run go on, one with one thing changed. Your
    own run stays where it is. They go on for 100 steps; where these decide nothing, for up to 1,000.

    Example:
        > data spiral
        > net 16 sigmoid 16 sigmoid 16 sigmoid 16 sigmoid 16 sigmoid
        > init alexnet
        > optim sgd lr=0.1
        > train 20
        > why
        > why --try
    """
    making = () if is_fresh(session) else fresh(session, "why")
    if not try_:
        failed = (making or session.failed) and "last_error" in session.namespace  # the run never got going, or stopped
        code = (*making, f"nn.diagnose(trainer, {'error=last_error, ' * bool(failed)}test=data.test)")
        return Plan(code, lambda values: _findings(session, values[-1], number), script=making)
    finding = _one(session, making, number)
    experiment = finding.experiment

    def report(values: Sequence[Any]) -> Counterfactual | Findings:
        race = values[-1]
        if not hasattr(race, "confirmed"):  # an error from the start: the experiment shows what it is about
            return Findings((_row(number or 1, finding, shown=repr(race)),), "")
        return Counterfactual(
            finding.name, _change(experiment), race.steps, race.measure, race.as_it_is, race.changed, race.confirmed,
            race.clear, race.decided, race.averaged, race.spreads, race.losses, race.losses_changed,
            _cure(session, experiment),
        )  # fmt: skip

    steps = 2 * int(found[1] if (found := re.search(r"steps=(\d+)", experiment)) else EXPERIMENT_STEPS)
    return Plan((*making, experiment), report, script=making, around=lambda: session.observer.copies(steps))


def _one(session: Session, making: Sequence[str], number: int | None) -> Any:
    """The finding that is to be put to the test."""
    import nn

    if making:
        got = "no run to make an experiment of"
        raise StateError(message("why", got, "a trainer", "say `why` first, or take a step"))
    found = nn.diagnose(session.namespace["trainer"], test=session.namespace["data"].test)
    if not found:
        raise StateError(message("why", "no finding to try", "one", "say `compare lr=0.01,0.1` to try something else"))
    if number is not None and number > len(found):
        raise UsageError(
            message(
                "why",
                tr("finding {number}", number=number),
                tr("1 to {found}", found=len(found)),
                "say `why` for the list",
            )
        )
    return found[(number or 1) - 1]


def _findings(session: Session, diagnosis: Any, number: int | None) -> Findings:
    trainer = session.namespace["trainer"]
    step = f"{trainer.step_count:,}"
    looked = tr("step {step}", step=step) if trainer.step_count else tr("the run before its first step")
    rows = [_row(place, finding, cure=_cure(session, finding.experiment)) for place, finding in enumerate(diagnosis, 1)]
    if number is not None and not 1 <= number <= len(rows):
        known = tr("1 to {rows}", rows=len(rows)) if rows else "none, for nothing was found"
        raise UsageError(message("why", tr("finding {number}", number=number), known, "say `why` for all"))
    return Findings(tuple(rows if number is None else rows[number - 1 : number]), looked)


def _row(place: int, finding: Any, *, cure: tuple[str, ...] = (), shown: str = "") -> FindingRow:
    evidence = [(name, f"{value:.3g}" if isinstance(value, float) else str(value))
                for name, value in finding.evidence.items()]  # fmt: skip
    if shown:
        evidence.append((finding.experiment, shown))
    return FindingRow(
        place, finding.name, finding.where, finding.sentence, tuple(evidence), finding.experiment, cure
    )  # fmt: skip


def _change(experiment: str) -> str:
    """What an experiment changes, as it is written: the call within the race."""
    found = re.search(r"nn\.diagnosis\.race\(trainer, nn\.diagnosis\.(.*)\)$", experiment)
    return found[1] if found else experiment


# The command by which a change becomes the run's own, from the change as it is written.
_CURES: tuple[tuple[str, Callable[[Session, re.Match[str]], str]], ...] = (
    (r"rate(?:_times\(|=)([\d.e+-]+)\)", lambda session, found: f"lr {_rate(session) * float(found[1]):.3g}"),
    (r"reinitialised\('(\w+)'", lambda session, found: f"init {found[1]}"),
    (r"standardised\(\)", lambda session, found: _again(session, "standardize=yes")),
    (r"with_activation\(nn\.(\w+)\)", lambda session, found: _other_activation(session, found[1])),
    (r"weight_decay\(([\d.e+-]+)\)", lambda session, found: _decay(session, found[1])),
)


def _cure(session: Session, experiment: str) -> tuple[str, ...]:
    """The commands that make the change, none where no command does."""
    found = [write(session, match) for pattern, write in _CURES if (match := re.search(pattern, experiment))]
    return tuple(filter(None, reversed(found)))


def _rate(session: Session) -> float:
    return float(session.namespace["optimizer"].param_groups[0]["lr"])


def _last(session: Session, name: str) -> str:
    """The last line that ran that command."""
    return next((entry.line.strip() for entry in reversed(session.history) if entry.command == name), "")


def _again(session: Session, option: str) -> str:
    """The `data` command with another option."""
    words = _last(session, "data").split()
    name = option.partition("=")[0]
    return " ".join([*(word for word in words if not word.startswith(f"{name}=")), option]) if words else ""


def _decay(session: Session, strength: str) -> str:
    last = _last(session, "optim")
    return f"{last} weight_decay={strength}" if last and "weight_decay" not in last else ""


def _other_activation(session: Session, name: str) -> str:
    """The `net` command with that activation in the place of those that it has."""
    words = _last(session, "net").split(" ")
    named = [LAYER.named(word) in section("ACTIVATIONS") for word in words]
    return " ".join(name.lower() if there else word for word, there in zip(words, named, strict=True))


@command("learn")
def check(
    session: Session,
    elements: Annotated[int | None, AtLeast(1), "how many elements of each parameter, 10 unless there are many"] = None,
) -> Plan:
    """Check backpropagation: compare the gradient of every parameter with finite differences, on the first samples.

    Example:
        > data iris
        > net 8 tanh
        > check
    """
    lines = default_loss(session)
    need_fit(session, "check", *(() if lines else ("loss",)))
    batch = f"data.train.x[:{BATCH_SIZE}], data.train.y[:{BATCH_SIZE}]"
    count = len(list(session.namespace["net"].parameters()))
    chosen = elements or max(1, min(10, ELEMENTS // max(count, 1)))
    code = f"nn.diagnosis.check_gradients(net, loss, {batch}, elements={chosen})"

    def report(values: Sequence[Any]) -> GradientCheck:
        from nn.diagnosis.gradients import TOLERANCE

        rows = [
            GradientRow(
                row.parameter, row.elements, row.engine, row.measured, row.error, row.right, row.corners, row.faint
            )
            for row in values[-1]
        ]
        return GradientCheck(tuple(rows), TOLERANCE)

    return Plan((*lines, code), report, script=lines)


def _slips() -> Mapping[str, str]:
    return {name: tr(what) for name, what in SLIPS.items()}


@command("learn")
def notes(
    session: Session,
    switch: Annotated[Literal["on", "off"] | None, "tell them, or not; left out, which are told is shown"] = None,
    *slip: Annotated[str, Choice("slip", _slips, strict=False), "which; without it, all"],
) -> Plan:
    """Switch the quiet notes on classic slips on or off, all of them or one.

    Example:
        > notes
        > notes off softmax twice
        > notes on
    """
    name = " ".join(slip)
    if name and name not in SLIPS:
        raise UsageError(unknown("notes", "slip", name, SLIPS))
    chosen = {name} if name else set(SLIPS)

    def report(_: object) -> Note:
        if switch == "off":
            session.slips.off |= chosen
        elif switch == "on":
            session.slips.off -= chosen
        state = {each: "off" if each in session.slips.off else "on " for each in SLIPS}
        lines = [f"{state[each]}  {each}: {tr(what)}" for each, what in SLIPS.items()]
        return Note("\n".join(lines))

    return Plan((), report)
