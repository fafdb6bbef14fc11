"""Ops that the learner made, and where an operation appears in the session: what `explain` adds to a rule.

own(session)                    {"sine": "The sine, of my own."}, by the names of the variables that hold them
written(sine)                   the source of its rules
appearances(session, row)       ["net[2]", "loss_of_mine"]: modules that ran it, tensors that it had a part in
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from ..looking import first_sentence
from ..session import Session
from .existing import Names
from .inspect import one_pass

MOST_LINES = 24  # of a rule's source


def row_of(value: object) -> Any:
    """The op that a value is, made by `autograd.primitive` in either form; None if it is none."""
    from autograd.op import Op

    return next((each for each in (value, getattr(value, "op", None)) if isinstance(each, Op)), None)


def own(session: Session, _: Sequence[str] = ()) -> Names:
    """The learner's ops by name, with what they are."""
    found = {name: row_of(value) for name, value in session.names().items() if callable(value)}
    return {name: first_sentence(row.why) for name, row in found.items() if row is not None}


def written(value: Any) -> str:
    """How the rules were written: of those that stand in one statement with the function, the whole of it; or ''."""
    rules: Sequence[Callable[..., Any] | None] = getattr(value, "rules", ()) or row_of(value).vjps
    sources = dict.fromkeys(_source(rule) for rule in rules if rule is not None)
    lines = "\n".join(filter(None, sources)).split("\n")
    return "\n".join(lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], "..."])


def _source(rule: Callable[..., Any]) -> str:
    try:
        return inspect.cleandoc(inspect.getsource(rule))
    except (OSError, TypeError):  # written where nobody kept it, or not in Python
        return ""


def appearances(session: Session, row: Any) -> list[str]:
    """The modules of the network that run it, and the session's tensors that it had a part in."""
    from autograd import Tensor
    from autograd.tape import walk

    def ran(tensor: Any) -> list[Any]:
        there = isinstance(tensor, Tensor) and tensor.node is not None
        return [node for node in walk(tensor.node) if node.op is row] if there else []

    net: Any = session.namespace.get("net")
    paths = dict.fromkeys(node.scope.path for node in ran(one_pass(session, net))) if callable(net) else {}
    places = ["net" + (f"[{path}]" if path.isdigit() else f".{path}" if path else "") for path in paths]
    return places + [name for name, value in session.names().items() if name != "net" and ran(value)]
