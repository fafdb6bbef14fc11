"""Which way the data goes: who uses what, which path a picture draws as a straight line, where the loss begins.

Every function here is a loop over rows in the order of recording, in which operands come before results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.tape import Leaf, Node, Scope

from .model import Stats
from .trace import Place, Row, Trace

# These move elements without changing them. Right behind a leaf they are a detail of the arrow, not a step.
_MOVES = frozenset({"transpose", "swapaxes", "reshape", "broadcast_to", "expand_dims", "astype"})
_OUTPUT = "output"
_PRODUCTS = frozenset({"matmul", "linear"})

# What losses are made of. The first kind is one; the second only belongs to one that has the first kind below it.
_LOSSES = frozenset({"mean", "sum", "logsumexp", "log_softmax", "softmax_cross_entropy", "squared_error"})
_SHAPING = frozenset({
    "abs", "absolute", "bce", "bce_with_logits", "clip", "divide", "getitem", "huber", "log", "maximum", "minimum",
    "multiply", "negative", "power", "reshape", "sqrt", "subtract", "where",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where an operand comes from: a place (or a constant array), and the moves on the way, as "T"."""

    place: Place | None
    value: Any
    through: str = ""


@dataclass(slots=True)
class Wiring:
    """The rows that are drawn, and how they hang together; `moved` has those that are not, and where they lead."""

    rows: list[Row]
    sources: list[tuple[Source, ...]]
    index: dict[Place, int]
    users: dict[Place, list[int]]
    spine: list[int]
    moved: dict[Place, Source]

    def single_user(self, row: int) -> bool:
        """Whether the result of a row goes to one place only."""
        return len(self.users.get(self.rows[row].place, ())) == 1


def is_number(value: Any) -> bool:
    """Whether an operand is a number of the program's text, as the 2 in `2 * x`, and so not data."""
    return not isinstance(value, np.ndarray) or value.dtype == bool


def wire(trace: Trace) -> Wiring:
    """Join operands to results, leaving out the moves right behind a leaf and the places of several outputs."""
    moved: dict[Place, Source] = {}
    rows: list[Row] = []
    sources: list[tuple[Source, ...]] = []
    for row in trace.rows:
        found = tuple(
            moved.get(place, Source(place, value)) if place is not None else Source(None, value)
            for place, value in zip(row.inputs, row.values, strict=True)
        )
        if row.place is not trace.root and _passes(row, found):
            first = found[0]
            if row.op.name == _OUTPUT:
                moved[row.place] = Source(first.place, row.out, f"[{row.params['index']}]")
            else:
                moved[row.place] = Source(first.place, first.value, f"{first.through} {row.op.symbol}".strip())
        else:
            rows.append(row)
            sources.append(found)
    index: dict[Place, int] = {row.place: i for i, row in enumerate(rows)}
    users: dict[Place, list[int]] = {}
    for i, found in enumerate(sources):
        for source in found:
            if source.place is not None:
                users.setdefault(source.place, []).append(i)
    return Wiring(rows, sources, index, users, _spine(rows, sources, index), moved)


def _passes(row: Row, found: tuple[Source, ...]) -> bool:
    if row.op.name == _OUTPUT:
        return True
    return row.op.name in _MOVES and len(found) == 1 and isinstance(found[0].place, Leaf)


def _spine(rows: list[Row], sources: list[tuple[Source, ...]], index: dict[Place, int]) -> list[int]:
    """The longest path from data to the loss, oldest first; where there is no data, the longest path."""
    rank: list[tuple[bool, int]] = []  # (data leads here, steps on the way)
    before: list[int | None] = []
    for row, found in zip(rows, sources, strict=True):
        best, way = (_data_enters(row, found), 0), None
        for source in found:
            i = index.get(source.place) if isinstance(source.place, Node) else None
            if i is not None and (way is None or rank[i] > rank[way]):
                way = i
        if way is not None and not rank[way][0] and row.op.name in _PRODUCTS and _is_data(found[0]):
            way = None  # data meets weights that were computed: the path is the data's
        elif way is not None:
            best = (best[0] or rank[way][0], rank[way][1] + 1)
        rank.append(best)
        before.append(way)
    path: list[int] = []
    at: int | None = len(rows) - 1
    while at is not None:
        path.append(at)
        at = before[at]
    return path[::-1]


def _data_enters(row: Row, found: tuple[Source, ...]) -> bool:
    """Whether an operand is data; what a result is compared with is not meant."""
    return row.op.name != "subtract" and not is_loss(row) and any(_is_data(source) for source in found)


def _is_data(source: Source) -> bool:
    return source.place is None and not is_number(source.value)


def is_loss_scope(scope: Scope | None) -> bool:
    """Whether a scope is, or is inside, a module whose class is called a loss."""
    while scope is not None:
        if scope.kind.endswith("Loss"):
            return True
        scope = scope.parent
    return False


def is_loss(row: Row) -> bool:
    """Whether an operation only a loss has: in a loss module, or a reduction by name."""
    return is_loss_scope(row.scope) or row.op.name in _LOSSES


def loss_side(wiring: Wiring, inside: set[int]) -> int:
    """How many rows at the end of the spine make up the loss: a loss module, or a mean over what was compared.

    `inside` are the rows of layers, which are never part of it. The gradient just before these rows is the one that
    every other is judged against.
    """
    sure = 0
    for count, i in enumerate(reversed(wiring.spine), start=1):
        row, found = wiring.rows[i], wiring.sources[i]
        if i in inside:
            break
        compares = row.op.name == "subtract" and any(_is_data(source) for source in found)
        measures = sure == count - 1 > 0 and _is_measure(row, found)
        if is_loss(row) or compares or measures:
            sure = count
        elif not _shapes_loss(row) or any(isinstance(s.place, Leaf) for s in found):
            break
    return sure


def _is_measure(row: Row, found: tuple[Source, ...]) -> bool:
    """A square or a size, of which a loss is the mean."""
    itself = row.op.name == "multiply" and found[0].place is found[-1].place
    return itself or row.op.name in ("power", "abs")


def _shapes_loss(row: Row) -> bool:
    return row.op.name in _SHAPING or (row.op.name == "add" and np.size(row.out) == 1)


def gradient_before(wiring: Wiring, count: int, leaves: Mapping[Leaf, Stats], seed: Stats) -> Stats:
    """The whole gradient of what the last `count` rows of the spine were given."""
    if count < len(wiring.spine):
        return wiring.rows[wiring.spine[-count - 1]].gradient or seed
    places = [source.place for source in wiring.sources[wiring.spine[0]]]
    return next((leaves[place] for place in places if isinstance(place, Leaf) and place in leaves), seed)
