"""The commands that steer training: back, goto, lr, freeze, unfreeze, reset, watch, unwatch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from .. import watching
from ..arguments import AtLeast, Existing, Rest
from ..errors import StateError, UsageError, message, unknown
from ..messages import marked, tr
from ..registry import command
from ..results import Note
from ..session import Plan, Session
from . import existing
from .catalog import spelled
from .replaying import Setting
from .training import Way, is_fresh, trainer_of


@command("train")
def back(
    session: Session,
    count: Annotated[int, AtLeast(1), "how many steps"] = 1,
) -> Plan:
    """Go back in time, by a step or by many: weights, optimiser and random state are exactly as they were.

    The steps from there are the same again, bit for bit, and so is what you changed between them, such as the learning
    rate, until you change something else; `goto` then also goes forth.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.01
        > step 5
        > back 2
    """
    trainer = _trainer(session, "back")
    if not trainer.step_count:
        do = "`goto N` goes forth again" if trainer.steps_made else "do `step` or `train 100` first"
        raise StateError(message("back", "a run at its beginning", "steps to go back", do))
    if count > trainer.step_count:
        do = tr("say `goto 0` for the beginning, or `back {step_count}`", step_count=trainer.step_count)
        raise StateError(
            message(
                "back",
                tr("{count} steps", count=f"{count:,}"),
                tr("at most {step_count}, as were made", step_count=f"{trainer.step_count:,}"),
                do,
            )
        )
    return Plan((f"trainer.rewind({count})",), lambda _: _place(session), remarks=Setting.of(session).then)


@command("train")
def goto(
    session: Session,
    step: Annotated[int, AtLeast(0), "the number of a step; 0 is before the first"],
) -> Plan:
    """Be as it was after a step, however far back; having gone back, also forth again.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.01
        > train 100
        > goto 20
        > goto 100
    """
    trainer = _trainer(session, "goto")
    made = trainer.steps_made
    if step > made:
        more = step - made
        do = (
            tr("do `train {more}`", more=more)
            if trainer.step_count == made
            else tr("do `goto {made}`, then `train {more}`", made=made, more=more)
        )
        raise StateError(
            message(
                "goto",
                tr("step {step}", step=f"{step:,}"),
                tr("0 to {made}, the steps that were made", made=f"{made:,}"),
                do,
            )
        )
    return Plan((f"trainer.goto({step})",), lambda _: _place(session), remarks=Setting.of(session).then)


def _trainer(session: Session, where: str) -> Any:
    """The trainer, of the present parts."""
    trainer = session.namespace.get("trainer")
    if trainer is None:
        raise StateError(message(where, "no steps yet", "some to go back to", "do `step` or `train 100` first"))
    if not is_fresh(session):
        got = "another net, data, loss or optimizer than the steps were made with"
        raise StateError(message(where, got, "the same", "`undo` takes the change back; `step` starts anew"))
    return trainer


def _place(session: Session) -> Note:
    trainer: Any = session.namespace["trainer"]
    if not trainer.history:
        return Note(tr("Before the first step: everything is as it was then"))
    last = trainer.history[-1]
    told = marked("After step {step}, epoch {epoch}: loss {loss}, as it was then")
    return Note(tr(told, step=f"{last.step:,}", epoch=f"{last.epoch:,}", loss=f"{last.loss:.4g}"))


@command("train")
def lr(
    session: Session,
    rate: Annotated[float | None, "the new learning rate; left out, it is shown"] = None,
) -> Plan:
    """Show the learning rate, or change it from the next step on.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.01
        > lr 0.001
        > lr
    """
    (optimizer,) = session.need("lr", "optimizer")
    before = ", ".join(dict.fromkeys(f"{group['lr']:g}" for group in optimizer.param_groups))
    if rate is None:
        return Plan((), lambda _: Note(tr("learning rate {rate}", rate=before)))
    if not math.isfinite(rate) or rate < 0:
        raise UsageError(message("lr", f"{rate:g}", "0 or more", "try `lr 0.01`"))
    places = [f'optimizer.param_groups[{i}]["lr"]' for i in range(len(optimizer.param_groups))]
    code = " = ".join([*places, spelled(rate)])
    told = tr("learning rate {rate}, from the next step on; it was {before}", rate=f"{rate:g}", before=before)
    return Plan((code,), lambda _: Note(told))


@command("train")
def freeze(
    session: Session,
    *layers: Annotated[
        str, Existing(existing.layers), "paths of layers or parameters, as `summary` shows them: 0, or 0.weight"
    ],
) -> Plan:
    """Keep layers as they are while the others learn; without a name, say what is frozen.

    Example:
        > data iris
        > net 8 tanh
        > freeze 0
        > freeze
    """
    (net,) = session.need("freeze", "net")
    parts = dict(net.named_parameters())
    if not layers:
        frozen = [name for name, each in parts.items() if not each.requires_grad]
        told = tr("frozen: {names}", names=", ".join(frozen)) if frozen else tr("nothing is frozen")
        return Plan((), lambda _: Note(told))
    code = tuple(_switch(session, "freeze", layer, learns=False) for layer in layers)
    left = [
        name
        for name, each in parts.items()
        if each.requires_grad and not any(name == layer or name.startswith(f"{layer}.") for layer in layers)
    ]
    if not left:
        raise StateError(message("freeze", "all that learns", "something left to learn", "leave a layer out"))
    return Plan(code, lambda _: _learning(session))


@command("train")
def unfreeze(
    session: Session,
    *layers: Annotated[str, Existing(existing.frozen), "paths of layers or parameters; without any, all"],
) -> Plan:
    """Let frozen layers learn again.

    Example:
        > data iris
        > net 8 tanh
        > freeze 0
        > unfreeze 0
    """
    session.need("unfreeze", "net")
    code = tuple(_switch(session, "unfreeze", layer, learns=True) for layer in layers) or ("net.requires_grad_(True)",)
    return Plan(code, lambda _: _learning(session))


def _switch(session: Session, where: str, path: str, *, learns: bool) -> str:
    """The line that freezes what stands at a path of the network, or frees it."""
    net: Any = session.namespace["net"]
    modules = {name: module for name, module in net.named_modules() if name and list(module.parameters())}
    parameters = dict(net.named_parameters())
    if path not in modules and path not in parameters:
        raise UsageError(unknown(where, "layer", path, modules, also=parameters))
    steps = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))
    return f"net{steps}.requires_grad_({learns})"


def _learning(session: Session) -> Note:
    parts: Any = dict(session.namespace["net"].named_parameters())
    learning = sum(each.size for each in parts.values() if each.requires_grad)
    count = sum(each.size for each in parts.values())
    return Note(tr("{learning} of {count} parameters learn", learning=f"{learning:,}", count=f"{count:,}"))


@command("train")
def reset(session: Session) -> Plan:
    """Give the network the weights that it began with, and start training again from step 0.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.01
        > train 100
        > reset
    """
    session.need("reset", "net")
    source, optimizer = session.made("net"), session.made("optimizer")
    trainer: Any = session.namespace.get("trainer")
    if source is None or (optimizer is None and session.namespace.get("optimizer") is not None):
        if not is_fresh(session):
            got = "a network or optimizer of your own, which the session cannot make again"
            raise StateError(message("reset", got, "one that a command made", "make it again, as you made it"))
        return Plan(("trainer.goto(0)",), lambda _: _place(session))
    lines = list(_making(session, source))
    if optimizer is not None:
        lines.append(optimizer)
    if trainer is not None and is_fresh(session):
        net, data = session.namespace["net"], session.namespace["data"]
        lines.append(trainer_of(net, data, Way.of(trainer)))
    return Plan(tuple(lines), lambda _: Note(tr("The weights are as at the beginning; nothing has been learned yet")))


def _making(session: Session, source: str) -> Sequence[str]:
    """The lines by which the network was made, with the `init` that came after, if there was one."""
    lines: list[str] = []
    for entry in session.history:
        if entry.command == "net" and source in entry.code:
            lines = list(entry.code[: entry.code.index(source) + 1])
        elif entry.command == "init":
            lines.append(entry.code[0])
    return lines or [source]


@command("train")
def watch(
    session: Session,
    expression: Annotated[str, Rest(), "any expression of Python; left out, those watched are listed"] = "",
) -> Plan:
    """Show the value of an expression after every step, beside the loss.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.01
        > step 3
        > watch net[0].weight.std()
    """
    if not expression:
        return Plan((), lambda _: _watched(session))
    try:
        code = watching.compiled(expression)
    except (SyntaxError, ValueError):
        do = "try `watch net[0].weight.std()`"
        raise UsageError(message("watch", repr(expression), "an expression of Python", do)) from None

    def report(_: object) -> Note:
        session.load(expression)
        session.watches[expression] = code
        return _watched(session)

    return Plan(
        (), report, script=("# shown after each step; printed here after each command",), holds=(session.watches,)
    )


@command("train")
def unwatch(
    session: Session,
    number: Annotated[
        int | None, AtLeast(1), Existing(existing.watched), "its number in the list of `watch`; left out, all"
    ] = None,
) -> Plan:
    """Watch an expression no more.

    Example:
        > watch 1 + 1
        > unwatch 1
    """
    names = list(session.watches)
    if number is not None and number > len(names):
        expected = tr("1 to {names}", names=len(names)) if names else "something that is watched"
        raise UsageError(message("unwatch", str(number), expected, "`watch` lists them"))

    def report(_: object) -> Note:
        for name in names if number is None else [names[number - 1]]:
            del session.watches[name]
        return _watched(session)

    return Plan((), report, script=("# not printed any more",), holds=(session.watches,))


def _watched(session: Session) -> Note:
    found = watching.values(session.watches, session.namespace)
    rows = [f"{number}: {name} = {value}" for number, (name, value) in enumerate(found, 1)]
    return Note("\n".join(rows) or tr("nothing is watched; `watch EXPR` adds an expression"))
