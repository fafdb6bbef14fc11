"""What the commands need of a trainer: lines that make one when there is none, or when its parts were replaced."""

from __future__ import annotations

from typing import Any

from .. import watching
from ..errors import StateError, message
from ..session import PARTS, Session
from .architecture import check_fit, ends
from .catalog import spelled

BATCH_SIZE = 32
OF_THE_TRAINER = "loss = trainer.loss"
PRINTED = 'print(f"step {trainer.step_count}: loss {trainer.history[-1].loss}")'


def fresh(session: Session, where: str, *, batch: int | None = None, seed: int | None = None) -> tuple[str, ...]:
    """The lines of Python after which `trainer` trains the present net on the present data; none if it does already.

    Raises:
        StateError: a part is missing, or two do not fit.
    """
    lines = list(default_loss(session))
    data, net, optimizer = session.need(where, *(name for name in PARTS if name != "loss"))
    trainer: Any = session.namespace.get("trainer")
    adopted = lines == [OF_THE_TRAINER]
    loss = trainer.loss if adopted else None if lines else session.need(where, "loss")[0]
    _check(where, data, net, loss)
    if _is_of_another_net(optimizer, net):
        lines.append(_optimizer_again(session, where))
    same = lines in ([], [OF_THE_TRAINER]) and trainer is not None and _is_made_of(trainer, net, loss, optimizer, data)
    if same and batch in (None, trainer.loader.batch_size) and seed in (None, trainer.loader.seed):
        return tuple(lines)
    return (*lines, trainer_of(net, data, batch_size(session, batch), 0 if seed is None else seed))


def trainer_of(net: Any, data: Any, size: int, seed: int) -> str:
    """The line that makes a trainer. Batch norm has no variance of one sample: a last batch of one is left out."""
    from nn import BatchNorm1d

    alone = size < len(data.train) and len(data.train) % size == 1
    if alone and any(isinstance(module, BatchNorm1d) for module in net.modules()):
        batches = f"nn.data.DataLoader(data.train, {size}, seed={seed}, drop_last=True)"
        return f"trainer = nn.Trainer(net, loss, optimizer, {batches})"
    return f"trainer = nn.Trainer(net, loss, optimizer, data.train, batch_size={size}, seed={seed})"


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
    loader = getattr(session.namespace.get("trainer"), "loader", None)
    size: int = getattr(loader, "batch_size", BATCH_SIZE)
    return asked or size


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
    do = f"say `{where} {own[-1]}`" if own else f"do `data digits` first, or `{where} y` on your own y"
    raise StateError(message(where, "no net yet", "one, or the name of a tensor that was computed", do))


def _check_fit(where: str, net: Any, data: Any) -> None:
    found = ends(net)
    if found is not None:
        check_fit(where, *found, data)


def _check(where: str, data: Any, net: Any, loss: Any) -> None:
    import nn

    _check_fit(where, net, data)
    if isinstance(loss, nn.MSELoss) and data.classes is not None:
        got = f"MSELoss on {data.name}, whose targets are classes"
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
