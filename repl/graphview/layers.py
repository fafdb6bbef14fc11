"""Which nodes form a layer: those of one module that has parameters, and the activation that follows it.

The module a node was made in is its scope. `Linear(2, 16) + Tanh` is one layer whether the tanh is a module of its
own or a line `np.tanh(self.hidden(x))` in the user's forward.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from autograd.tape import BACKWARD, Leaf, Scope

from ..messages import joined, marked
from .model import Layer
from .wiring import Wiring, is_loss_scope, is_number

_ONE_LAYER = frozenset({"MultiheadAttention"})


@dataclass(slots=True)
class Draft:
    """A layer in the making: its rows, its leaves with the operand that each is, and the words of its title."""

    path: str
    rows: list[int] = field(default_factory=list)
    leaves: dict[Leaf, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    recorded: bool = False  # no layer, but a backward pass that was itself recorded


def find_layers(wiring: Wiring) -> list[Draft]:
    """Sort rows into layers, in the order of the forward pass. Rows that belong to none are left out."""
    units: dict[Scope, list[int]] = {}
    scopes = [_whole(row.scope) for row in wiring.rows]
    for i, scope in enumerate(scopes):
        units.setdefault(scope, []).append(i)
    containers = _containers(units)
    drafts: list[Draft] = []
    owner: dict[int, Draft] = {}
    open_units: dict[Scope, Draft | None] = {}
    passes: dict[Scope, Draft] = {}
    for i, scope in enumerate(scopes):
        if is_loss_scope(scope):
            continue
        draft = None
        passing = _backward(scope)
        if passing is not None:
            draft = passes.get(passing)
            if draft is None:
                draft = passes[passing] = Draft(passing.path, kinds=[marked("recorded backward pass")], recorded=True)
                drafts.append(draft)
        elif scope.parent is not None and scope not in containers:
            if scope not in open_units:
                open_units[scope] = _start(wiring, scope, units[scope], owner, drafts)
            draft = open_units[scope]
        elif _is_activation(wiring, i):
            draft = _joined(wiring, i, owner)
            if draft is not None:
                draft.kinds.append(wiring.rows[i].op.name)
        if draft is not None:
            draft.rows.append(i)
            owner[i] = draft
            if draft.recorded:
                continue  # it uses the layers' parameters, but they are not its own
            _note_leaves(wiring, i, draft)
    return [draft for draft in drafts if draft.rows]


def finish(drafts: Iterable[Draft]) -> list[Layer]:
    """The records of the layers; those of the network are counted from 1."""
    numbers = count(1)
    return [_finished(draft, at, 0 if draft.recorded else next(numbers)) for at, draft in enumerate(drafts, start=1)]


def _finished(draft: Draft, at: int, number: int) -> Layer:
    """The record of a layer: title for a cluster, summary for a folded card."""
    shapes = tuple(shape for _, shape in draft.leaves.values())
    title = list(draft.kinds)
    summary = joined(" ", draft.kinds)
    if draft.kinds[0] == "Linear" and shapes:
        outs, ins = shapes[0][0], shapes[0][-1]
        title[0] = f"Linear({ins}, {outs})"
        summary = " ".join([f"{ins}→{outs}", *(kind.lower() for kind in draft.kinds[1:])])
    return Layer(
        id=f"layer{at}",
        number=number,
        title=joined(" + ", title),
        summary=summary,
        path=draft.path,
        parameters=sum(_size(shape) for shape in shapes),
        signature=(summary, shapes),
    )


def _whole(scope: Scope) -> Scope:
    """The scope itself, or the module around it that is read as one layer although it has modules inside."""
    found, here = scope, scope.parent
    while here is not None:
        if here.kind in _ONE_LAYER:
            found = here
        here = here.parent
    return found


def _backward(scope: Scope) -> Scope | None:
    """The outermost recorded backward pass that a scope is in, if it is in one."""
    found, here = None, scope
    while here.parent is not None:
        if here.kind == BACKWARD:
            found = here
        here = here.parent
    return found


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def _containers(scopes: Iterable[Scope]) -> set[Scope]:
    """The scopes that others lie in: networks and blocks, whose own lines are glue."""
    found: set[Scope] = set()
    for scope in scopes:
        parent = scope.parent
        while parent is not None and parent not in found:
            found.add(parent)
            parent = parent.parent
    return found


def _start(
    wiring: Wiring, scope: Scope, members: list[int], owner: dict[int, Draft], drafts: list[Draft]
) -> Draft | None:
    """The layer that a module's rows go to: a new one if the module has parameters, else the one before."""
    kind = scope.kind or scope.name
    if any(_leaf_operands(wiring, j) for j in members):
        draft = Draft(scope.path, kinds=[kind])
        drafts.append(draft)
        return draft
    before = _joined(wiring, members[0], owner)
    if before is not None:
        before.kinds.append(kind)
    return before


def _joined(wiring: Wiring, i: int, owner: dict[int, Draft]) -> Draft | None:
    """The layer whose last result is this row's only operand, if nobody else uses that."""
    places = [source.place for source in wiring.sources[i] if source.place is not None]
    before = wiring.index.get(places[0]) if len(places) == 1 else None
    if before is None or not wiring.single_user(before):
        return None
    return owner.get(before)


def _is_activation(wiring: Wiring, i: int) -> bool:
    row = wiring.rows[i]
    if len(row.values) > 1:
        numbers = [s.place is None and is_number(s.value) for s in wiring.sources[i]]
        return row.op.name in ("maximum", "minimum", "clip", "where") and numbers.count(False) == 1
    return row.op.kind in ("elementwise", "composite")


def _leaf_operands(wiring: Wiring, i: int) -> list[int]:
    found = [k for k, source in enumerate(wiring.sources[i]) if isinstance(source.place, Leaf)]
    if wiring.spine[0] != i or 0 not in found:
        return found
    # What the spine starts from is data, even if somebody wants its gradient; but an embedding starts from a weight.
    place = wiring.sources[i][0].place
    return found if place is not None and place.name == "weight" else found[1:]


def _note_leaves(wiring: Wiring, i: int, draft: Draft) -> None:
    for k in _leaf_operands(wiring, i):
        source = wiring.sources[i][k]
        assert isinstance(source.place, Leaf)
        operands = wiring.rows[i].op.operands
        role = operands[k] if k < len(operands) else ""
        shape = source.value.shape if hasattr(source.value, "shape") else ()
        draft.leaves.setdefault(source.place, (role, tuple(shape)))
