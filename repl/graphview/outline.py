"""What of a graph can be folded and opened again: modules with their layers, and stretches of neighbours, as a tree.

    for each in outline(view):
        each.members            ids of nodes and of other folds, in the order of computing
        each.open               whether a picture begins with it open

A fold never has more than about 24 things in it, whatever the graph: long rows of layers, and layers of many steps, are
cut into stretches of neighbours. So each thing that is opened adds a handful of cards, and 10,000 nodes stay usable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ..messages import joined, marked
from .folding import BUDGET, CARDS, Group, layers_between, steps_between
from .model import GraphView, Kind, Stats, Verdict, ViewNode
from .stats import judge

ROOT = "root"
DETAIL = 1500  # nodes that are given one by one; what is beyond stays in cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One card, and what it opens into. `of` is "W" if the gradient is that of weights; `ends` its first and its last.

    `members` is empty where there would be too many nodes to give; then `hidden` has the ids of all that are inside.
    `nodes` counts them.
    """

    id: str
    label: str
    note: str
    members: tuple[str, ...]
    open: bool
    nodes: int
    hidden: tuple[str, ...] = ()
    parameters: int = 0
    shape: tuple[int, ...] = ()
    value: Stats | None = None
    gradient: Stats | None = None
    of: str = ""
    ends: tuple[Stats, ...] = ()
    verdict: Verdict = Verdict.OK
    spine: bool = False


@dataclass(slots=True)
class _Part:
    """A fold in the making; its members are ids of operations and other parts."""

    id: str
    label: str
    note: str = ""
    path: str = ""
    number: int = 0
    last: int = 0
    members: list[str | _Part] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)  # parameters and data that only it uses
    open: bool = False
    sealed: bool = False
    originals: list[str | _Part] = field(default_factory=list)  # of a stretch, what there was before it was cut

    def parts(self) -> list[_Part]:
        """The members that are folds themselves."""
        return [member for member in self.members if isinstance(member, _Part)]

    def nodes(self) -> list[str]:
        """The ids of all nodes inside."""
        found: list[str] = []
        waiting: list[_Part] = [self]
        while waiting:
            part = waiting.pop()
            found += [member for member in part.members if isinstance(member, str)] + part.cards
            waiting += part.parts()
        return found


def outline(view: GraphView, *, budget: int = BUDGET, detail: int = DETAIL) -> tuple[Fold, ...]:
    """The folds of a graph, the whole of it first; a graph of at most `budget` nodes begins with all of them open.

    Args:
        view: a graph as `look` gives it.
        budget: how many nodes one picture can show and still be read.
        detail: how many nodes may be members; folds beyond are sealed.

    Example:
        >>> import nn
        >>> import numpy as np
        >>> from .assemble import look
        >>> net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
        >>> for each in outline(look(net(np.ones((4, 2))).sum(), net=net)):
        ...     print(each.id, each.members)
        root ('input0', 'layer1', 'layer2', 'op5', 'loss')
        layer1 ('op0', 'op1', 'op2', 'leaf0', 'leaf1')
        layer2 ('op3', 'op4', 'leaf2', 'leaf3')
    """
    root = _Part(ROOT, "")
    _plant(view, root)
    for part in _all_parts(root):
        _divide(part, _kept(view) if part is root else ())
    _hang(view, root)
    _seal(root, detail)
    _open(view, root, budget)
    return tuple(_finished(view, part) for part in _all_parts(root))


def _all_parts(root: _Part) -> list[_Part]:
    """Every part, those outside before those inside."""
    found = [root]
    for part in found:
        found += part.parts()
    return found


def _kept(view: GraphView) -> frozenset[str]:
    """The operations of the loss, which no card swallows, if they are as few as losses have."""
    return view.loss_side if len(view.loss_side) <= CARDS // 2 else frozenset()


def _plant(view: GraphView, root: _Part) -> None:
    """Operations into layers, layers into the modules that hold them."""
    layers = {layer.id: layer for layer in view.layers}
    planted: dict[str, _Part] = {}
    modules: dict[str, _Part] = {"": root}
    for node in view.nodes:
        if node.kind is not Kind.OP:
            continue
        if node.layer:
            if node.layer not in planted:
                layer = layers[node.layer]
                note = layer.summary if layer.number else ""
                part = _Part(layer.id, layer.name, note, layer.path, layer.number, layer.number)
                planted[layer.id] = part
                _module(modules, layer.path.rpartition(".")[0]).members.append(part)
            planted[node.layer].members.append(node.id)
        else:
            home = "" if node.id in view.loss_side else node.path
            _module(modules, home).members.append(node.id)
    _prune(root)


def _module(modules: dict[str, _Part], path: str) -> _Part:
    """The part of a module, and those of the modules around it."""
    missing = []
    while path not in modules:
        missing.append(path)
        path = path.rpartition(".")[0]
    for inner in reversed(missing):
        made = _Part(f"module:{inner}", inner, path=inner)
        modules[path].members.append(made)
        modules[inner] = made
        path = inner
    return modules[path]


def _prune(root: _Part) -> None:
    """A module that holds one thing only is no fold of its own. Those inside come before those around them."""
    for part in reversed(_all_parts(root)):
        part.members = [_only(member) for member in part.members]
        if part.path and not part.number:
            part.note = _told(part.members)


def _only(member: str | _Part) -> str | _Part:
    if isinstance(member, _Part) and not member.number and len(member.members) == 1:
        return member.members[0]
    return member


def _told(members: Sequence[str | _Part]) -> str:
    """What is inside, in a few words: `4→8 tanh ×3`, or the first and the last."""
    notes = [member.note or member.label if isinstance(member, _Part) else "" for member in members]
    named = [note for note in notes if note]
    if not named:
        return marked("{members} steps", members=len(members))
    runs = [(note, len(list(same))) for note, same in groupby(named)]
    words = [joined(" ×", (note, str(times))) if times > 1 else note for note, times in runs]
    return joined(" · ", words) if len(words) <= 3 else joined(" … ", (words[0], words[-1]))


def _divide(part: _Part, kept: Iterable[str]) -> None:
    """Cut what has too many members into stretches of neighbours, and those again, until each has few."""
    stay = set(kept)
    rest = [member for member in part.members if not (isinstance(member, str) and member in stay)]
    last = [member for member in part.members if isinstance(member, str) and member in stay]
    level = 0
    while len(rest) > CARDS:
        level += 1
        size = CARDS if len(rest) > CARDS * CARDS else -(-len(rest) // CARDS)
        pieces = [rest[i : i + size] for i in range(0, len(rest), size)]
        rest = [_stretch(f"{part.id}/{level}.{i}", piece) for i, piece in enumerate(pieces)]
    part.members = [*rest, *last]


def _stretch(id: str, members: Sequence[str | _Part]) -> _Part:
    """Neighbours as one part, which is called after the layers, modules or steps that are in it."""
    inside = [each for m in members for each in (m.originals if isinstance(m, _Part) and m.originals else [m])]
    made = _Part(id, "", _told(inside), members=list(members), originals=inside)
    first, last = inside[0], inside[-1]
    if isinstance(first, str) or isinstance(last, str):
        steps = [_number(each) + 1 for each in inside if isinstance(each, str)]
        made.label = steps_between(steps[0], steps[-1])
        made.note = marked("{members} steps", members=f"{len(inside):,}") if len(steps) == len(inside) else made.note
    elif first.number and last.number:
        made.number, made.last = first.number, last.last
        made.label = layers_between(made.number, made.last)
    else:
        made.label = joined(" … ", (first.label, last.label))
    return made


def _number(id: str) -> int:
    """Of an operation's id, its place in the order of recording."""
    return int(id.removeprefix("op"))


def _hang(view: GraphView, root: _Part) -> None:
    """Parameters and data into the innermost fold that holds all their users; what the path starts from stays out."""
    above: dict[str, list[_Part]] = {}
    waiting: list[tuple[_Part, list[_Part]]] = [(root, [root])]
    while waiting:
        part, line = waiting.pop()
        for member in part.members:
            if isinstance(member, _Part):
                waiting.append((member, [*line, member]))
            else:
                above[member] = line
    users: dict[str, list[list[_Part]]] = {}
    for edge in view.edges:
        if edge.head in above:
            users.setdefault(edge.tail, []).append(above[edge.head])
    first: list[str | _Part] = []
    for node in view.nodes:
        if node.kind not in (Kind.PARAMETER, Kind.INPUT):
            continue
        if node.spine:
            first.append(node.id)
        else:
            lines = users.get(node.id, [[root]])
            common = [parts[0] for parts in zip(*lines, strict=False) if all(part is parts[0] for part in parts)]
            common[-1].cards.append(node.id)
    root.members = [*first, *root.members]


def _seal(root: _Part, detail: int) -> None:
    """Keep the number of members in bounds, from the outside in."""
    left = detail
    for part in _all_parts(root):
        size = len(part.members) + len(part.cards)
        part.sealed = part is not root and size > left
        left -= 0 if part.sealed else size
    for part in _all_parts(root):
        for inner in part.parts():
            inner.sealed = inner.sealed or part.sealed


def _open(view: GraphView, root: _Part, budget: int) -> None:
    """Everything, if it is little; else modules as far as there is room, and the layer where the trouble begins."""
    parts = _all_parts(root)
    if len(view.nodes) <= budget:
        for part in parts:
            part.open = not part.sealed
        return
    root.open = True
    visible = len(root.members)
    for part in parts:
        inner = part.parts()
        if part is not root and inner and not part.sealed and visible - 1 + len(part.members) <= CARDS:
            part.open = True
            visible += len(part.members) - 1
    seen = [part for part in parts if part.number and not part.parts() and not part.sealed]
    shown = [part for part in seen if _shown(root, part)]
    for part in sorted(shown, key=lambda each: -each.number):
        if judge(_group(view, part).gradient, view.reference, view.balance) is not Verdict.OK:
            part.open = len(part.members) <= CARDS
            return


def _shown(root: _Part, wanted: _Part) -> bool:
    """Whether everything around a part is open."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part is wanted:
            return True
        if part.open:
            waiting += part.parts()
    return False


def _group(view: GraphView, part: _Part) -> Group:
    """The part as one card, which knows whose gradient to show."""
    members: list[ViewNode] = [view.by_id[id] for id in part.nodes()]
    members.sort(key=lambda node: _number(node.id) if node.kind is Kind.OP else -1)  # the last operation comes last
    return Group(part.id, part.label, part.note, members, (), part.number)


def _finished(view: GraphView, part: _Part) -> Fold:
    members = () if part.sealed else (*(m if isinstance(m, str) else m.id for m in part.members), *part.cards)
    if part.id == ROOT:
        rest = [node.id for node in view.nodes if node.kind is Kind.REST]
        whole = (*rest[:1], *members, *rest[1:], view.loss.id)
        return Fold(id=ROOT, label="", note="", members=whole, open=True, nodes=view.total)
    group = _group(view, part)
    gradient = group.gradient
    inner = [_group(view, each).gradient for each in part.parts()]
    ends = tuple(stats for stats in (inner[0], inner[-1]) if stats is not None) if len(inner) > 1 else ()
    verdicts = [judge(stats, view.reference, view.balance) for stats in (*ends, gradient)]
    return Fold(
        id=part.id,
        label=part.label,
        note=part.note,
        members=members,
        open=part.open,
        nodes=len(group.members),
        hidden=tuple(node.id for node in group.members) if part.sealed else (),
        parameters=sum(node.parameters for node in group.members),
        shape=group.last.shape,
        value=group.last.value,
        gradient=gradient,
        of=group.of,
        ends=ends,
        verdict=next((verdict for verdict in verdicts if verdict is not Verdict.OK), Verdict.OK),
        spine=any(node.spine for node in group.members),
    )
