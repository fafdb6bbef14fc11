"""What the commands need of a trainer: lines that make one when there is none, or when its parts were replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import watching
from ..errors import StateError, UsageError, message
from ..messages import retold, tr
from ..session import PARTS, Session
from .architecture import check_fit, ends
from .catalog import spelled

BATCH_SIZE = 32
OF_THE_TRAINER = "loss = trainer.loss"
PRINTED = 'print(f"step {trainer.step_count}: loss {trainer.history[-1].loss}")'


@dataclass(frozen=True, slots=True)
class Way:
    """How a trainer takes the data: examples in a batch, the seed of their order, the threads that share a batch."""

    batch: int = BATCH_SIZE
    seed: int = 0
    threads: int | str = 1

    @classmethod
    def of(cls, trainer: Any) -> Way:
        """That of a trainer; the usual one where there is none."""
        loader = getattr(trainer, "loader", None)
        size, seed = getattr(loader, "batch_size", BATCH_SIZE), getattr(loader, "seed", 0)
        return cls(size, seed, getattr(trainer, "threads_asked", 1))


def fresh(
    session: Session, where: str, *, batch: int | None = None, seed: int | None = None, threads: int | str | None = None
) -> tuple[str, ...]:
    """The lines of Python after which `trainer` trains the present net on the present data; none if it does already.

    What is not given of batch, seed and threads stays as it is.

    Raises:
        StateError: a part is missing, or two do not fit.
        UsageError: there are more threads than a batch has room for.
    """
    lines = list(default_loss(session))
    data, net, optimizer = session.need(where, *(name for name in PARTS if name != "loss"))
    trainer: Any = session.namespace.get("trainer")
    adopted = lines == [OF_THE_TRAINER]
    loss = trainer.loss if adopted else None if lines else session.need(where, "loss")[0]
    _check(where, data, net, loss)
    if _is_of_another_net(optimizer, net):
        lines.append(_optimizer_again(session, where))
    present = Way.of(trainer)
    way = Way(batch or present.batch, present.seed if seed is None else seed, threads or present.threads)
    same = lines in ([], [OF_THE_TRAINER]) and trainer is not None and _is_made_of(trainer, net, loss, optimizer, data)
    if same and way == present:
        return tuple(lines)
    _check_threads(where, way)
    return (*lines, trainer_of(net, data, way))


def _check_threads(where: str, way: Way) -> None:
    from nn.training.splitting import LEAST

    if isinstance(way.threads, int) and way.threads > 1 and way.threads * LEAST > way.batch:
        got = tr("{threads} threads for batches of {size}", threads=way.threads, size=way.batch)
        expected = tr("at most {most} for them", most=max(way.batch // LEAST, 1))
        do = tr("make the batches larger, as in `batch={size}`, or say `threads=1`", size=way.threads * LEAST)
        raise UsageError(message(where, got, expected, do))


def trainer_of(net: Any, data: Any, way: Way) -> str:
    """The line that makes a trainer. Batch norm has no variance of one sample: a last batch of one is left out."""
    from nn import BatchNorm1d

    size, seed = way.batch, way.seed
    threads = "" if way.threads == 1 else f", threads={spelled(way.threads)}"
    alone = size < len(data.train) and len(data.train) % size == 1
    if alone and any(isinstance(module, BatchNorm1d) for module in net.modules()):
        batches = f"nn.data.DataLoader(data.train, {size}, seed={seed}, drop_last=True)"
        return f"trainer = nn.Trainer(net, loss, optimizer, {batches}{threads})"
    return f"trainer = nn.Trainer(net, loss, optimizer, data.train, batch_size={size}, seed={seed}{threads})"


def told_of_threads(session: Session, making: Sequence[str]) -> tuple[str, ...]:
    """What to say of a trainer that was just made, and has made steps: how many threads "auto" took, or why but one."""
    trainer: Any = session.namespace["trainer"]
    if not making or trainer.threads_asked == 1:
        return ()
    if why := trainer.why_one_thread:
        return (tr("One thread: {why}.", why=retold(why)),)
    told = tr("Each batch is divided over {count} threads.", count=trainer.threads)
    return (told,) if trainer.threads_asked == "auto" else ()


def printed(session: Session) -> tuple[str, ...]:
    """The lines by which a script prints what the session shows after steps: the loss, and what is watched.

    Called when they have been made: what has no value then would end the script.
    """
    loss = (PRINTED,) if session.namespace["trainer"].history else ()
    working = watching.working(session.watches, session.namespace)
    return (*loss, *(f"print({spelled(expression + ' =')}, {expression})" for expression in working))


def default_loss(session: Session) -> tuple[str, ...]:
    """The line that makes a loss when `loss` names none: that of a trainer of this net, or what the data call for."""
    data: Any = session.namespace.get("data")
    net, trainer = session.namespace.get("net"), session.namespace.get("trainer")
    if session.namespace.get("loss") is not None:
        return ()
    if net is not None and getattr(trainer, "net", None) is net and hasattr(trainer, "loss"):
        return (OF_THE_TRAINER,)  # someone made it by hand, perhaps with validation data or a schedule
    if not hasattr(data, "classes"):
        return ()
    return ("loss = nn.MSELoss()" if data.classes is None else "loss = nn.CrossEntropyLoss()",)


def batch_size(session: Session, asked: int | None) -> int:
    """The examples in a batch: what was asked for, else what the trainer has, else 32."""
    return asked or Way.of(session.namespace.get("trainer")).batch


def is_fresh(session: Session) -> bool:
    """Whether there is a trainer of the present parts."""
    parts = [session.namespace.get(name) for name in ("trainer", "net", "loss", "optimizer", "data")]
    return all(part is not None for part in parts) and _is_made_of(*parts)


def need_fit(session: Session, where: str, *names: str) -> None:
    """Raise StateError unless there are a net, data and `names`, and the net is for the data."""
    net, data, *_ = session.need(where, "net", "data", *names)
    _check_fit(where, net, data)


def need_a_net_or_name(session: Session, where: str) -> None:
    """Raise StateError where there is no network: whoever began with numbers by hand means one of them, by name."""
    if session.namespace.get("net") is not None:
        return
    own = [name for name, value in session.names().items() if not getattr(value, "is_leaf", True) and value.size == 1]
    do = (
        tr("say `{where} {own}`", where=where, own=own[-1])
        if own
        else tr("do `data digits` first, or `{where} y` on your own y", where=where)
    )
    raise StateError(message(where, "no net yet", "one, or the name of a tensor that was computed", do))


def _check_fit(where: str, net: Any, data: Any) -> None:
    found = ends(net)
    if found is not None:
        check_fit(where, *found, data)


def _check(where: str, data: Any, net: Any, loss: Any) -> None:
    import nn

    _check_fit(where, net, data)
    if isinstance(loss, nn.MSELoss) and data.classes is not None:
        got = tr("MSELoss on {name}, whose targets are classes", name=data.name)
        raise StateError(message(where, got, "a loss for classes", "do `loss cross_entropy`"))


def _is_made_of(trainer: Any, net: Any, loss: Any, optimizer: Any, data: Any) -> bool:
    x = data.train.x if hasattr(data, "train") else None
    made_of = [getattr(trainer, name, None) for name in ("net", "loss", "optimizer")]
    same = all(one is other for one, other in zip(made_of, (net, loss, optimizer), strict=True))
    return same and trainer.loader.arrays[0] is x


def _is_of_another_net(optimizer: Any, net: Any) -> bool:
    updated = {id(each) for group in optimizer.param_groups for each in group["params"]}
    return updated.isdisjoint(id(each) for each in net.parameters())


def _optimizer_again(session: Session, where: str) -> str:
    source = session.made("optimizer")
    if source is None:
        got, do = "an optimizer over another network's parameters", "make it again, from net.parameters()"
        raise StateError(message(where, got, "one over those of net", do))
    return source
