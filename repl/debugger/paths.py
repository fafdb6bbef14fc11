"""All paths by which a gradient reaches a place, each with its share: the shares add up to the whole gradient.

A path's share is what comes through if the gradient is handed on along this path alone; a rule is linear in the
gradient that arrives, so the paths add up. There may be exponentially many: then those that end with the same step are
taken together, and what that step added is known already.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.reverse import Parts, prepare
from autograd.tape import Node

from ..graphview.stats import largest
from ..results import PathRow, Paths
from .amounts import Index, amount
from .places import Place, Places
from .records import Records

MOST_PATHS = 64  # that are followed one by one
MOST_STEPS = 20_000  # that following them may take
MOST_ROWS = 12


def paths_to(places: Places, records: Records, target: Place, at: Index | None) -> Paths:
    """The paths from the loss to `target`; the pass is watched to its end for that."""
    root = places.order[0]
    last = len(places.order) - 1
    whole, _ = (records[0].gradient, 1) if target is root else records.sum_at(target, last)
    counts = _counts(places, target)
    count = counts.get(root, 0)
    lengths = _lengths(places, target, counts)
    if count <= MOST_PATHS and lengths <= MOST_STEPS and not isinstance(whole, Parts):
        found = _followed(places, records, target, counts)
        merged = False
    else:
        found = _by_last_step(places, records, target)
        merged = True
    if isinstance(whole, Parts) or whole is None:
        whole = np.zeros(()) if whole is None else next(iter(whole.items.values()))
    look = at if at is not None else largest(whole)
    of = () if at is None else at  # all elements, or the chosen one
    rows = sorted(found, key=lambda each: -float(np.abs(np.nan_to_num(each[2][of])).sum()))
    shown = [_row(places, whole, each, look) for each in rows[:MOST_ROWS]]
    if rest := rows[MOST_ROWS:]:
        together = ((), sum(each[1] for each in rest), sum(each[2] for each in rest))
        shown.append(_row(places, whole, together, look))
    return Paths(places.names[target], amount(whole, look), count, merged, tuple(shown))


Found = tuple[tuple[Place, ...], int, Any]


def _row(places: Places, whole: Any, found: Found, look: Index) -> PathRow:
    through, paths, share = found
    return PathRow(tuple(places.names[place] for place in through), paths, amount(share, look), _part(share, whole))


def _part(share: Any, whole: Any) -> float | None:
    """Which part of the whole a share is, along the whole's own direction: the parts add up to 1; None of nothing."""
    a, b = np.asarray(share, np.float64).ravel(), np.asarray(whole, np.float64).ravel()
    with np.errstate(all="ignore"):
        top = np.abs(b).max(initial=0.0)
        return float((a / top) @ (b / top) / ((b / top) @ (b / top))) if 0 < top < np.inf else None


def _counts(places: Places, target: Place) -> dict[Place, int]:
    """From each node that leads to `target`, by how many paths: exact, however many there are."""
    counts: dict[Place, int] = {target: 1}
    for node in reversed(places.order):  # oldest first: what a node is made of has been counted
        if node is not target:
            count = sum(counts.get(place, 0) for place in node.inputs if place is not None)
            if count:
                counts[node] = count
    return counts


def _lengths(places: Places, target: Place, counts: dict[Place, int]) -> int:
    """The steps of all paths together; it is what following them costs, at most."""
    lengths: dict[Place, int] = {target: 0}
    for node in reversed(places.order):
        if node is not target and node in counts:
            inner = [place for place in node.inputs if place is not None and place in counts]
            whole = sum(lengths[place] + counts[place] for place in inner)
            lengths[node] = min(whole, 1 << 64)  # so that the numbers stay short
    return lengths.get(places.order[0], 0)


def _followed(places: Places, records: Records, target: Place, counts: dict[Place, int]) -> list[Found]:
    """Each path by itself, with what comes through it."""
    root = places.order[0]
    found: list[Found] = []
    links: list[tuple[Place, Any, Any]] = [(root, records[0].gradient, None)]  # a place, what arrives, the path so far
    with np.errstate(all="ignore"):
        while links:
            place, g, before = links.pop()
            path = (place, before)
            if place is target:
                found.append((_unrolled(path), 1, g))
                continue
            assert isinstance(place, Node)
            for i, share in (place.op.shares or prepare(place.op))(place, g):
                parent = place.inputs[i]
                if parent is not None and parent in counts:
                    links.append((parent, share, path))
    return found


def _unrolled(path: Any) -> tuple[Place, ...]:
    places: list[Place] = []
    while path is not None:
        place, path = path
        places.append(place)
    return tuple(reversed(places))


def _by_last_step(places: Places, records: Records, target: Place) -> list[Found]:
    """The paths that end with the same step taken together: their share is what that step added."""
    counts = _from_root(places)
    return [
        ((record.node, target), counts[record.node], arrival.share)
        for record in records.upto(len(places.order) - 1)
        for arrival in record.arrivals
        if arrival.place is target and hasattr(arrival.share, "shape")
    ]


def _from_root(places: Places) -> dict[Place, int]:
    counts: dict[Place, int] = {places.order[0]: 1}
    for node in places.order:
        for place in node.inputs:
            if place is not None:
                counts[place] = counts.get(place, 0) + counts.get(node, 0)
    return counts
