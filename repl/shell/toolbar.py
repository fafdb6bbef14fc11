"""The line at the bottom: the network in short, step, loss, learning rate, seed, how steps are made, and the lesson.

parts(session)      [("", "net 2-16-3 tanh"), ("strong", "step 200"), ("", "loss 0.1234"), ("", "lr 0.01"), ...]
line(session, 80)   as many of them as there is room for, the most telling first
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from ..messages import tr
from ..session import PARTS, Session
from ..views.screen import cells

Part = tuple[str, str]  # a style within the toolbar, and the text

_BETWEEN = "  "
_FIRST_TO_GO = ("mode", "seed", "data", "lesson", "lr", "net", "loss", "next", "vi", "step")
_ACTIVATIONS = "nn.layers.activation"  # where their base class is; naming it here would load nn
MOST_WIDTHS = 6  # that a network in short has; of more, the ends are shown


def line(session: Session, width: int, *, vi: str = "") -> list[Part]:
    """The parts that fit into `width` columns; `vi` is the mode that vi's keys are in."""
    found = dict(_named(session))
    if vi:
        found["vi"] = ("strong", vi)
    for name in _FIRST_TO_GO:
        if _length(list(found.values())) <= width:
            break
        found.pop(name, None)
    return list(found.values())


def parts(session: Session) -> list[Part]:
    """All parts."""
    return [part for _, part in _named(session)]


def _length(found: list[Part]) -> int:
    return sum(cells(text) + len(_BETWEEN) for _, text in found) + len(_BETWEEN)


def _named(session: Session) -> Iterator[tuple[str, Part]]:
    makers: tuple[tuple[str, Callable[[Session], Part | None]], ...] = (
        ("lesson", _lesson), ("data", _data), ("net", _network), ("step", _step), ("loss", _loss), ("lr", _rate),
        ("seed", _seed), ("mode", _way), ("next", _next),
    )  # fmt: skip
    for name, make in makers:
        try:
            part = make(session)
        except Exception:  # noqa: BLE001  # whatever the user has put in their place, typing goes on
            part = None
        if part is not None:
            yield name, part


def _lesson(session: Session) -> Part | None:
    walk = session.walk
    if walk is None:
        return None
    place, total = walk.place, len(walk.lesson.cells)
    return "strong", tr("lesson {number} [{place} of {total}]", number=walk.lesson.number, place=place, total=total)


def _data(session: Session) -> Part | None:
    data: Any = session.namespace.get("data")
    return None if data is None else ("", f"{data.name} {len(data.train):,}")


def _network(session: Session) -> Part | None:
    net: Any = session.namespace.get("net")
    return ("", short(net)) if hasattr(net, "named_modules") else None


def short(net: Any) -> str:
    """A network in a few letters: the widths of its layers, and its activations; else the name of its class.

    Example:
        >>> import nn
        >>> short(nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 3)))
        '2-16-3 tanh'
    """
    widths: list[str] = []
    activations: dict[str, None] = {}
    for module in net.modules():
        kind = type(module)
        if hasattr(module, "out_features"):
            widths += [str(module.out_features)] if widths else [str(module.in_features), str(module.out_features)]
        elif hasattr(module, "out_channels"):
            widths += [f"conv{module.out_channels}"]
        elif any(base.__module__ == _ACTIVATIONS for base in kind.__mro__):
            activations[kind.__name__.lower()] = None
    if not widths:
        return type(net).__name__
    if len(widths) > MOST_WIDTHS:
        widths = [*widths[: MOST_WIDTHS // 2], "…", *widths[-MOST_WIDTHS // 2 :]]
    return " ".join(["-".join(widths), *list(activations)[:2]])


def _step(session: Session) -> Part | None:
    trainer: Any = session.namespace.get("trainer")
    return None if trainer is None else ("strong", tr("step {step}", step=f"{trainer.step_count:,}"))


def _loss(session: Session) -> Part | None:
    trainer: Any = session.namespace.get("trainer")
    if trainer is None or not trainer.history:
        return None
    loss = float(trainer.history[-1].loss)
    return "" if math.isfinite(loss) else "bad", tr("loss {loss}", loss=f"{loss:.4g}")


def _rate(session: Session) -> Part | None:
    optimizer: Any = session.namespace.get("optimizer")
    if optimizer is None:
        return None
    rates = dict.fromkeys(f"{group['lr']:g}" for group in optimizer.param_groups)
    return "", f"lr {', '.join(list(rates)[:2])}"


def _seed(session: Session) -> Part | None:
    trainer: Any = session.namespace.get("trainer")
    return None if trainer is None else ("", f"seed {trainer.loader.seed}")


def _way(session: Session) -> Part | None:
    compiled = getattr(session.namespace.get("trainer"), "compiled", None)
    return None if compiled is None else ("", tr("compiled") if compiled else tr("eager"))


def _next(session: Session) -> Part | None:
    """What to do first, as long as there is nothing to show; in the debugger, what it understands."""
    if session.mode is not None:
        return "strong", tr("`n` next; `b` back; `why NAME`; `check`; `h` help; `q` leave")
    if session.walk is not None or any(session.namespace.get(name) is not None for name in (*PARTS, "trainer")):
        return None
    return "", tr("`lesson 0` shows the way; `data spiral` begins; `help` lists the commands")
