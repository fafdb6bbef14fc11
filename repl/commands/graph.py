"""The command that draws: graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any, Literal

from ..arguments import AtLeast, Choice, Existing, File
from ..errors import StateError, UsageError, message, unknown
from ..messages import tr
from ..registry import command
from ..results import Drawing
from ..session import Plan, Session
from . import existing
from .catalog import spelled
from .training import BATCH_SIZE, default_loss, is_fresh, need_a_net_or_name, need_fit

_OF_THE_NET = f"loss(net(data.train.x[:{BATCH_SIZE}]), data.train.y[:{BATCH_SIZE}])"
_SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".html")


def _nothing() -> Mapping[str, str]:
    return {
        "net": "the loss of the network on the first samples",
        "error": "where the forward pass stopped that failed last",
    }


@command("inspect")
def graph(
    session: Session,
    name: Annotated[
        str,
        Choice("tensor", _nothing, strict=False),
        Existing(existing.tensors),
        "what to draw: `net`, or a tensor of yours",
    ] = "net",
    *,
    svg: Annotated[str | None, File((".svg",)), "write a picture"] = None,
    png: Annotated[str | None, File((".png",)), "write a bitmap"] = None,
    pdf: Annotated[str | None, File((".pdf",)), "write a page"] = None,
    dot: Annotated[str | None, File((".dot",)), "write Graphviz's language"] = None,
    html: Annotated[str | None, File((".html",)), "write a page to step through in a browser"] = None,
    theme: Annotated[Literal["light", "dark"], "colours of the picture"] = "light",
    level: Annotated[Literal["op", "opened", "module"], "operations, their steps too, or layers"] = "op",
    focus: Annotated[
        str | None, Existing(existing.parts_of_a_graph), "only what is round this tensor, module or layer"
    ] = None,
    depth: Annotated[int, AtLeast(0), "how many arrows away from it"] = 2,
) -> Plan:
    """Draw what was computed, with every value and gradient: as text here, or as a picture in a file.

    Without a name it is the loss of the network on the first 32 samples of the training data; after a line whose
    forward pass failed, it is what had been computed, and the operation that stopped it (`graph error` shows that at
    any time). `graph flow.svg` is short for `graph --svg flow.svg`. A page plays the backward pass, and the training
    run if there was one.

    Example:
        > data iris
        > net 8 tanh
        > loss cross_entropy
        > graph
        > graph --svg flow.svg
        > graph --focus 0.weight --depth 1
        > graph --level opened
        > graph --html flow.html
    """
    asked = zip((svg, png, pdf, dot, html), _SUFFIXES, strict=True)
    written = [_with_suffix(path, suffix) for path, suffix in asked if path is not None]
    if name.endswith(_SUFFIXES):
        name, written = "net", [name, *written]
    if len(written) > 1:
        raise UsageError(
            message(
                "graph", tr("{written} files", written=len(written)), "one at a time", "draw them one after the other"
            )
        )
    path = written[0] if written else ""
    if name == "net" and session.failed and _stopped(session):
        name = "error"
    settings = _settings(theme=(theme, "light"), level=(level, "op"), focus=(focus, None))
    settings += f", depth={depth}" if focus is not None and depth != 2 else ""
    if _means_the_net(session, name) and is_fresh(session) and session.namespace["trainer"].history:
        settings += ", history=trainer.history"
    drawing = f"graph({_subject(session, name)}{settings})"
    code = f"{drawing}.save({spelled(path)})" if path else drawing

    of_the_net = _means_the_net(session, name)
    making = default_loss(session) if of_the_net else ()
    # a pass through the network moves running statistics and draws from the random state: the run must not notice
    script = f"with untouched(net):\n    {code}" if of_the_net else code

    def report(values: Sequence[Any]) -> Drawing:
        made = values[-1]
        return Drawing(made.instead, str(made.path), made.advice) if path else Drawing(made)

    around = (lambda: _looking(session)) if of_the_net else nullcontext
    return Plan((*making, code), report, script=(*making, script) if path else making, around=around)


def _looking(session: Session) -> AbstractContextManager[None]:
    from ..figures.subject import untouched

    return untouched(session.namespace["net"])


def _settings(**given: tuple[object, object]) -> str:
    """Arguments of `repl.graph`, those left out that are what they are anyway."""
    return "".join(f", {name}={spelled(value)}" for name, (value, usual) in given.items() if value != usual)


def _stopped(session: Session) -> bool:
    """Whether the last error came from an operation on tensors."""
    from autograd.errors import GraphError

    from ..graphview import stopped

    try:
        stopped(session.namespace["last_error"])
    except (KeyError, GraphError):
        return False
    return True


def _with_suffix(path: str, suffix: str) -> str:
    """The file's name, ending as its option says."""
    return path if path.lower().endswith(_SUFFIXES) else path + suffix


def _means_the_net(session: Session, name: str) -> bool:
    """Whether the loss of the network is asked for; `loss` may also be a tensor that the user computed."""
    return name == "net" or (name == "loss" and not hasattr(session.get("loss"), "backward"))


def _subject(session: Session, name: str) -> str:
    """The Python for what is drawn: a loss, and the network for the names of its parameters."""
    if _means_the_net(session, name):
        need_a_net_or_name(session, "graph")
        need_fit(session, "graph", *(() if default_loss(session) else ("loss",)))
        return f"{_OF_THE_NET}, net=net"
    if name == "error":
        if "last_error" not in session.namespace:
            raise StateError(message("graph", "no error yet", "a line that failed", "say `graph` for the network"))
        return f"last_error, {'net=net, ' if hasattr(session.get('net'), 'named_parameters') else ''}names=globals()"
    value = session.namespace.get(name)
    if value is None:
        tensors = [each for each, value in session.names().items() if hasattr(value, "backward")]
        raise UsageError(unknown("graph", "tensor", name, ["net", "error", *tensors]))
    if not hasattr(value, "backward"):
        from autograd.errors import an_instance

        got = f"{name}, {an_instance(value)}"
        raise UsageError(message("graph", got, "a tensor that was computed", "say `graph net`, or give a loss"))
    return f"{name}, names=globals()"
