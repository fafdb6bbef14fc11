"""A part of a graph: what is within a few steps of one tensor or module; the rest is two words, before and after.

focus(view, places, depth=2, on="W₆")        `places` are ids of nodes, as `found` gives them for a tensor or a name
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import nn
from autograd import Tensor
from autograd.errors import an_instance

from ..errors import MOST_LISTED, UsageError, message
from ..messages import marked, tr
from .model import Flow, GraphView, Kind, ViewEdge, ViewNode

BEFORE, AFTER = "before", "after"
_REST = {
    BEFORE: (marked("… 1 node before"), marked("… {count} nodes before")),
    AFTER: (marked("… 1 node after"), marked("… {count} nodes after")),
}


def found(
    wanted: Tensor | nn.Module | str | int, view: GraphView, places: Mapping[object, str], net: nn.Module | None
) -> tuple[set[str], str]:
    """The ids of what is meant by a tensor, a module or a name, and what to call it.

    Args:
        wanted: a tensor that was computed or is a leaf; a module of `net`; a node's or layer's name, label or number.
        view: the graph.
        places: the ids of places on the tape, as `locate` gives them.
        net: the network, which knows the paths of its modules.

    Raises:
        UsageError: nothing in the graph is meant by it.
    """
    if isinstance(wanted, Tensor):
        here = {places[wanted.node]} & set(view.by_id) if wanted.node in places else set()
        called = next((view.by_id[id].label for id in here), "")
    elif isinstance(wanted, nn.Module):
        paths = [path for path, module in (net.named_modules() if net is not None else ()) if module is wanted and path]
        here = {id for path in paths for id in _inside(view, path)}
        called = marked("module {path}", path=paths[0]) if paths else ""
    else:
        called = str(wanted)
        here = (_named(view, called) or _inside(view, called)) if called else set()
    if not here:
        what = an_instance(wanted) if isinstance(wanted, (Tensor, nn.Module)) else repr(wanted)
        names = ", ".join([node.name for node in view.nodes if node.kind is Kind.PARAMETER][:MOST_LISTED])
        expected = tr("a tensor or module of this graph, or its name ({names})", names=names)
        raise UsageError(message("graph", f"focus={what}", expected, "look at the tree, print(graph(loss))"))
    return here, called


def _named(view: GraphView, name: str) -> set[str]:
    layers = {layer.id for layer in view.layers if layer.number and name in (str(layer.number), layer.name)}
    return {node.id for node in view.nodes if name in (node.name, node.label, node.id) or node.layer in layers}


def _inside(view: GraphView, path: str) -> set[str]:
    """What was made in a module, or in one inside it."""
    layers = {layer.id for layer in view.layers if layer.path == path or layer.path.startswith(f"{path}.")}
    nodes = {node.id for node in view.nodes if node.path == path or node.path.startswith(f"{path}.")}
    return nodes | {node.id for node in view.nodes if node.layer in layers}


def focus(view: GraphView, places: Collection[str], *, depth: int, on: str) -> GraphView:
    """The nodes that are at most `depth` arrows away from `places`, in either direction, and always the loss.

    An operation is shown with the tensors that hang on it.

    Args:
        view: a graph that is not folded.
        places: ids of its nodes.
        depth: how many arrows, 0 or more.
        on: what the places are called, for the line that says what was left out.
    """
    kept = _within(view, places, depth) | {view.loss.id}
    kept |= {edge.tail for edge in view.edges if edge.head in kept and _hangs(view.by_id[edge.tail])}
    if len(kept) == len(view.nodes):
        return view
    later = _reached(view, places)
    edges, rest = _edges(view, kept)
    hidden = [node for node in view.nodes if node.id not in kept]
    counts = {BEFORE: sum(n.id not in later for n in hidden), AFTER: sum(n.id in later for n in hidden)}
    ends = {side: _rest(side, counts[side], any(e.spine for e in found)) for side, found in rest.items() if found}
    nodes = [*filter(None, [ends.get(BEFORE)]), *(node for node in view.nodes if node.id in kept)]
    if AFTER in ends:
        nodes.insert(-1, ends[AFTER])
    used = {node.layer for node in nodes}
    near = marked("{kept} of {total} nodes: what is within one step of {on}")
    far = marked("{kept} of {total} nodes: what is within {depth} steps of {on}")
    return replace(
        view,
        nodes=tuple(nodes),
        edges=tuple(edges),
        layers=tuple(layer for layer in view.layers if layer.id in used),
        folded=marked(near if depth == 1 else far, kept=len(kept), total=f"{view.total:,}", depth=depth, on=on),
    )


def _within(view: GraphView, places: Collection[str], depth: int) -> set[str]:
    beside: dict[str, list[str]] = {}
    for edge in view.edges:
        beside.setdefault(edge.tail, []).append(edge.head)
        beside.setdefault(edge.head, []).append(edge.tail)
    found = edge_of = set(places)
    for _ in range(depth):
        edge_of = {other for each in edge_of for other in beside.get(each, ())} - found
        found = found | edge_of
    return found


def _hangs(node: ViewNode) -> bool:
    """Whether it is a card beside an operation, which is shown with it."""
    return node.kind in (Kind.PARAMETER, Kind.INPUT) and not node.spine


def _reached(view: GraphView, places: Iterable[str]) -> set[str]:
    """Everything that is computed from the places, directly or not."""
    heads: dict[str, list[str]] = {}
    for edge in view.edges:
        heads.setdefault(edge.tail, []).append(edge.head)
    found, waiting = set(places), list(places)
    while waiting:
        for head in heads.get(waiting.pop(), ()):
            if head not in found:
                found.add(head)
                waiting.append(head)
    return found


def _edges(view: GraphView, kept: set[str]) -> tuple[list[ViewEdge], dict[str, list[ViewEdge]]]:
    """The arrows between what is kept, with those that leave it cut short; and the latter by side.

    Of several arrows to the same end the largest gradient is shown.
    """
    inside: list[ViewEdge] = []
    cut: dict[tuple[str, str], ViewEdge] = {}
    for edge in view.edges:
        tail = edge.tail if edge.tail in kept else BEFORE
        head = edge.head if edge.head in kept else AFTER
        if (tail, head) == (edge.tail, edge.head):
            inside.append(edge)
        elif tail != BEFORE or head != AFTER:
            shown = replace(edge, tail=tail, head=head)
            cut[tail, head] = max(cut.get((tail, head), shown), shown, key=_size)
    loss = view.loss.id
    if (BEFORE, loss) in cut:  # nothing that was kept leads straight to the loss: it comes after the rest
        last = cut.pop((BEFORE, loss))
        cut[AFTER, loss] = replace(last, tail=AFTER)
    sides = {
        BEFORE: [edge for (tail, _), edge in cut.items() if tail == BEFORE],
        AFTER: [edge for (tail, head), edge in cut.items() if AFTER in (tail, head)],
    }
    return [*inside, *cut.values()], sides


def _size(edge: ViewEdge) -> tuple[bool, bool, float]:
    return edge.spine, edge.flow is Flow.GRADIENT, edge.gradient.rms if edge.gradient is not None else 0.0


def _rest(side: str, hidden: int, spine: bool) -> ViewNode:
    one, many = _REST[side]
    label = one if hidden == 1 else marked(many, count=f"{hidden:,}")
    return ViewNode(id=side, kind=Kind.REST, label=label, name="", spine=spine)
