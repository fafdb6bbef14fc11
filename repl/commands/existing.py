"""What commands may name of what is there now, for completion: layers, parameters, tensors, what is watched or asked.

Annotated[str, Existing(layers), "..."]      `freeze 0<Tab>` offers 0, 0.weight and 0.bias
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import looking, messages
from ..session import Session
from .catalog import section

Names = Mapping[str, str]


def layers(session: Session, _: Sequence[str] = ()) -> Names:
    """The layers that have something to learn, and their parameters, by path."""
    net: Any = session.namespace.get("net")
    if not hasattr(net, "named_modules"):
        return {}
    found: dict[str, str] = {}
    for path, module in net.named_modules():
        own = dict(module.named_parameters(recurse=False))
        if path and own:
            found[path] = looking.meaning(module)
        for name, each in own.items():
            frozen = "" if each.requires_grad else ", frozen"
            found[f"{path}.{name}" if path else name] = f"{each.shape}{frozen}"
    return found


def frozen(session: Session, _: Sequence[str] = ()) -> Names:
    """Those of them that are frozen."""
    return {name: what for name, what in layers(session).items() if what.endswith(", frozen")}


def modules(session: Session, _: Sequence[str] = ()) -> Names:
    """All modules within the network, by path."""
    net: Any = session.namespace.get("net")
    found = net.named_modules() if hasattr(net, "named_modules") else ()
    return {path: looking.meaning(module) for path, module in found if path}


def tensors(session: Session, _: Sequence[str] = ()) -> Names:
    """The user's tensors by name."""
    return {name: looking.meaning(value) for name, value in session.names().items() if hasattr(value, "backward")}


def parts_of_a_graph(session: Session, _: Sequence[str] = ()) -> Names:
    """What a picture can have in its middle: modules, parameters, tensors."""
    return {**modules(session), **layers(session), **tensors(session)}


def subjects(session: Session, before: Sequence[str]) -> Names:
    """What `plot` takes after its first word: an activation function, or a layer."""
    match before[:1]:
        case ["activation"]:
            return {name: entry.summary for name, entry in section("ACTIVATIONS").items()}
        case ["drift"]:
            return modules(session)
    return {}


def watched(session: Session, _: Sequence[str] = ()) -> Names:
    """The numbers of the expressions that are watched."""
    return {str(number): expression for number, expression in enumerate(session.watches, 1)}


def choices(session: Session, _: Sequence[str] = ()) -> Names:
    """The letters that the question on the present page of a lesson offers."""
    question = session.walk.question if session.walk is not None else None
    return {} if question is None else {letter: looking.first_sentence(words) for letter, words in question.choices}


def lessons(session: Session, _: Sequence[str] = ()) -> Names:
    """The lessons by number."""
    from ..lessons import library

    return {str(entry.number): entry.title for entry in library.listed(messages.language())}
