"""A graph too large to read, made readable: each layer becomes one card, and long rows of equal cards become few.

    fold(view)                    above 60 nodes: layers to cards, but the one where the trouble begins stays open
    fold(view, unfold=["6"])      that layer open, by number or by module path

Operations outside any module are taken in stretches: one for each time that the code multiplies by new weights, so a
network written by hand folds into its layers too. At most about 25 cards remain, whatever the graph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from ..messages import joined, marked
from .model import GraphView, Kind, Layer, Stats, Verdict, ViewEdge, ViewNode
from .stats import judge, pool

BUDGET = 60  # nodes that one picture can show and still be read
LOSS = 12  # operations of a loss that stay open
CARDS = 24  # folded cards, likewise


@dataclass(slots=True)
class Group:
    """What one card will stand for: a layer, or a stretch of operations between layers."""

    id: str
    label: str
    note: str
    members: list[ViewNode]
    signature: tuple[object, ...]
    number: int = 0  # of its layer; 0 for a stretch
    places: tuple[int, ...] = ()  # of a stretch, of its first operation and its last among those outside layers
    times: int = 1
    span: tuple[Stats, ...] = ()

    @property
    def gradient(self) -> Stats | None:
        """That of its weights; of all its parameters, if none is called so; of its result, if it has none."""
        leaves = [node for node in self.members if node.kind is Kind.PARAMETER and node.gradient is not None]
        weights = [node for node in leaves if node.label.startswith("W")]
        found = [node.gradient for node in weights or leaves if node.gradient is not None]
        return pool(found) if found else self.last.gradient

    @property
    def of(self) -> str:
        """What that gradient is of: W for weights."""
        return "W" if any(n.kind is Kind.PARAMETER and n.label.startswith("W") for n in self.members) else ""

    @property
    def last(self) -> ViewNode:
        """The operation whose result leaves the group."""
        return [node for node in self.members if node.kind is Kind.OP][-1]


def fold(
    view: GraphView, *, budget: int = BUDGET, cards: int = CARDS, unfold: Collection[str] | None = None
) -> GraphView:
    """The same graph in at most about `budget` nodes; unchanged if it has no more than that.

    Args:
        view: a graph as `look` gives it.
        budget: how many nodes may stay.
        cards: how many folded cards may stand in a row before equal neighbours are joined.
        unfold: layers to leave open, by number ("6") or module path ("encoder.2"); None opens the one nearest to the
            loss whose gradient vanishes, explodes, is zero or is not finite, if there is one.
    """
    if len(view.nodes) <= budget:
        return view
    groups = _groups(view, budget)
    opened = _opened(view, groups, unfold)
    if unfold is None and len(groups) > cards:
        opened = set()
    kept = [group for group in groups if group.id not in opened]
    cut = _join(kept, cards)
    folded = _rebuilt(view, cut)
    counts = {"count": f"{len(view.nodes):,}", "left": len(folded.nodes)}
    told = [view.folded, marked("{count} nodes folded into {left}", **counts)]
    if opened:
        told.append(marked("{layers} unfolded", layers=joined(", ", [g.label for g in groups if g.id in opened])))
    if any(group.times > 1 for group in cut):
        told.append(marked("equal neighbours drawn as one (×)"))
    return replace(folded, folded=joined("; ", filter(None, told)))


def _opened(view: GraphView, groups: Sequence[Group], unfold: Collection[str] | None) -> set[str]:
    layers = {layer.id: layer for layer in view.layers}
    if unfold is not None:
        wanted = {str(each) for each in unfold}
        return {id for id, layer in layers.items() if str(layer.number) in wanted or layer.path in wanted}
    for group in reversed(groups):
        if group.number and judge(group.gradient, view.reference, view.balance) is not Verdict.OK:
            return {group.id}
    return set()


def _groups(view: GraphView, budget: int) -> list[Group]:
    """Every layer, and stretches of what is outside of them if that alone is too much; in the order of recording."""
    layers = {layer.id: layer for layer in view.layers}
    members: dict[str, list[ViewNode]] = {id: [] for id in layers}
    loose: list[ViewNode] = []
    for node in view.nodes:
        if node.layer:
            members[node.layer].append(node)
        elif node.kind is Kind.OP:
            loose.append(node)
    groups = [_layer_group(layers[id], found) for id, found in members.items() if found]
    if len(loose) + len(groups) > budget:
        # The loss stays open, if it is as short as losses are.
        kept = view.loss_side if len(view.loss_side) <= LOSS else frozenset(node.id for node in loose[-1:])
        groups += _stretches(view, [node for node in loose if node.id not in kept])
    order = {node.id: i for i, node in enumerate(view.nodes)}
    return sorted(groups, key=lambda group: order[group.members[0].id])


def _layer_group(layer: Layer, members: list[ViewNode]) -> Group:
    return Group(layer.id, layer.name, layer.summary if layer.number else "", members, layer.signature, layer.number)


def _stretches(view: GraphView, loose: Sequence[ViewNode]) -> list[Group]:
    """Cut operations where the code begins anew: at each one of the kind that first met a parameter."""
    cards: dict[str, list[ViewNode]] = {}
    heads: dict[str, set[str]] = {}
    for edge in view.edges:
        heads.setdefault(edge.tail, set()).add(edge.head)
        if view.by_id[edge.tail].kind is Kind.PARAMETER:
            cards.setdefault(edge.head, []).append(view.by_id[edge.tail])
    first = next((node.op for node in loose if node.id in cards), "")
    position = {node.id: i for i, node in enumerate(view.nodes)}
    runs: list[list[ViewNode]] = []
    for node in loose:
        begins = node.op == first and node.id in cards
        if not runs or begins or position[node.id] != position[runs[-1][-1].id] + 1:
            runs.append([])
        runs[-1].append(node)
    pieces = [piece for run in runs for piece in _pieces(run, len(loose))]
    groups = []
    count = 0
    for number, ops in enumerate(pieces, start=1):
        here = {node.id for node in ops}
        own = {card.id: card for node in ops for card in cards.get(node.id, []) if heads[card.id] <= here}
        signs = tuple((node.label, node.shape) for node in ops)
        note = " ".join(_repeated(label, len(list(same))) for label, same in groupby(node.label for node in ops))
        label = steps_between(count + 1, count + len(ops))
        count += len(ops)
        places = (count - len(ops) + 1, count)
        groups.append(Group(f"stretch{number}", label, note, [*ops, *own.values()], (signs, len(own)), places=places))
    return groups


def _repeated(label: str, times: int) -> str:
    return f"{label} ×{times}" if times > 1 else label


def steps_between(first: int, last: int) -> str:
    """What a stretch of operations is called, by their places in the order of recording."""
    if first == last:
        return marked("op {number}", number=f"{first:,}")
    return marked("ops {first}–{last}", first=f"{first:,}", last=f"{last:,}")


def layers_between(first: int, last: int) -> str:
    """What a row of layers is called, by their numbers."""
    if first == last:
        return marked("layer {number}", number=f"{first:,}")
    return marked("layers {first}–{last}", first=f"{first:,}", last=f"{last:,}")


def _pieces(run: list[ViewNode], total: int) -> Iterable[list[ViewNode]]:
    """A run, in equal pieces if it is more than a card's share of all."""
    size = max(12, -(-total // CARDS))
    return (run[i : i + size] for i in range(0, len(run), size))


def _join(groups: list[Group], cards: int) -> list[Group]:
    """Fewer groups: equal neighbours as one, in chunks as small as the number of cards allows.

    Where that is not enough, blocks of the same few layers, if the network is made of such; else unequal layers.
    """
    if len(groups) <= cards:
        return groups
    period, start = _period(groups)
    for runs, unit in (
        (_runs(groups, alike=True), 1),
        ([*([group] for group in groups[:start]), groups[start:]] if period > 1 else [], period),
        (_runs(groups, alike=False), 1),
    ):
        for size in range(unit, len(groups) + unit, unit) if runs else ():
            if sum(-(-len(run) // size) for run in runs) <= cards:
                return [_joined(run[i : i + size]) for run in runs for i in range(0, len(run), size)]
    size = -(-len(groups) // cards)
    return [_joined(groups[i : i + size]) for i in range(0, len(groups), size)]


def _runs(groups: list[Group], alike: bool) -> list[list[Group]]:
    runs = [[groups[0]]]
    for before, group in pairwise(groups):
        if bool(before.number) == bool(group.number) and (not alike or before.signature == group.signature):
            runs[-1].append(group)
        else:
            runs.append([group])
    return runs


def _period(groups: Sequence[Group]) -> tuple[int, int]:
    """After how many groups the same come again, most of the time (1 if they do not), and where that begins."""
    signs = [group.signature for group in groups]
    for period in range(1, min(LOSS, len(signs) - 1) + 1):
        again = [sign == later for sign, later in zip(signs, signs[period:], strict=False)]
        if sum(again) >= 0.8 * len(again):
            return period, again.index(True)
    return 1, 0


def _joined(groups: list[Group]) -> Group:
    if len(groups) == 1:
        return groups[0]
    period, _ = _period(groups)
    signs = [group.signature for group in groups]
    same = len(groups) % period == 0 and signs == signs[:period] * (len(groups) // period)
    layers = [group for group in groups if group.number]
    head = (layers or groups)[0]
    if layers:
        label = layers_between(head.number, layers[-1].number)
    else:
        places = [place for group in groups for place in group.places]
        label = steps_between(places[0], places[-1]) if places else head.label
    whole = replace(head, label=label, members=[node for group in groups for node in group.members])
    if not same:
        few = len(groups) <= 4
        notes = [group.note for group in groups]
        note = joined(" · ", notes) if few else joined(" … ", (notes[0], notes[-1]))
        alike = groups[0].of == groups[-1].of and not few
        return replace(whole, note=note, span=_ends(groups[:1], groups[-1:]) if alike else ())
    return replace(
        whole,
        note=joined(" · ", [group.note for group in groups[:period]]),
        times=len(groups) // period,
        span=_ends(groups[:period], groups[-period:]),
    )


def _ends(first: list[Group], last: list[Group]) -> tuple[Stats, ...]:
    """The gradients at the two ends of what is joined, each of the same kind."""
    blocks = [replace(part[0], members=[node for group in part for node in group.members]) for part in (first, last)]
    return tuple(block.gradient for block in blocks if block.gradient is not None)


def _rebuilt(view: GraphView, groups: Sequence[Group]) -> GraphView:
    """The graph with a card in the place of each group's members."""
    home: dict[str, str] = {}
    cards: dict[str, ViewNode] = {}
    for group in groups:
        card = _card(group, view)
        for node in group.members:
            home[node.id] = card.id
            cards[node.id] = card
    home |= _swallowed(view, home)
    nodes: dict[str, ViewNode] = {}
    for node in view.nodes:
        if node.id not in home:
            nodes[node.id] = node
        elif node.id in cards:
            nodes.setdefault(cards[node.id].id, cards[node.id])
    return replace(view, nodes=tuple(nodes.values()), edges=tuple(_rejoined(view, home)))


def _swallowed(view: GraphView, home: dict[str, str]) -> dict[str, str]:
    """Cards that go into a folded one: data that only it uses; and if there are too many, all that it uses first."""
    users: dict[str, list[str]] = {}
    for edge in view.edges:
        users.setdefault(edge.tail, []).append(home.get(edge.head, ""))
    hanging = [n for n in view.nodes if n.kind in (Kind.PARAMETER, Kind.INPUT) and n.id not in home and not n.spine]
    own = {n.id: users[n.id][0] for n in hanging if n.kind is Kind.INPUT and set(users[n.id]) == {users[n.id][0]}}
    if len(hanging) - len(own) > LOSS:
        own = {node.id: users[node.id][0] for node in hanging}
    return {id: card for id, card in own.items() if card}


def _rejoined(view: GraphView, home: dict[str, str]) -> list[ViewEdge]:
    """The edges between what is left; of several between the same two, the one on the spine, else the largest."""
    uses = Counter(edge.tail for edge in view.edges)
    bundles: dict[tuple[str, str], list[ViewEdge]] = {}
    kept: list[ViewEdge] = []
    for edge in view.edges:
        if edge.tail in home or edge.head in home:
            bundles.setdefault((edge.tail, home.get(edge.head, edge.head)), []).append(edge)
        else:
            kept.append(edge)
    found: dict[tuple[str, str], ViewEdge] = {}
    for (tail, head), bundle in bundles.items():
        start = home.get(tail, tail)
        if start != head:
            edge = _bundled(bundle, view.by_id[tail], uses[tail])
            edge = replace(edge, tail=start, head=head, through="" if head != edge.head else edge.through)
            found[start, head] = max(found.get((start, head), edge), edge, key=_weight)
    return [*kept, *found.values()]


def _bundled(bundle: list[ViewEdge], tail: ViewNode, uses: int) -> ViewEdge:
    """The edges from one tensor into one card. If they are all that it has, they bring back its whole gradient."""
    first = max(bundle, key=_weight)
    if len(bundle) == 1 or len(bundle) < uses:
        return first
    return replace(first, gradient=tail.gradient, verdict=tail.verdict)


def _weight(edge: ViewEdge) -> tuple[bool, float]:
    return edge.spine, edge.gradient.rms if edge.gradient is not None else 0.0


def _card(group: Group, view: GraphView) -> ViewNode:
    gradient, last = group.gradient, group.last
    ends = [judge(stats, view.reference, view.balance) for stats in group.span]
    verdict = next((v for v in ends if v is not Verdict.OK), judge(gradient, view.reference, view.balance))
    return ViewNode(
        id=f"card_{group.id}",
        kind=Kind.MODULE,
        label=group.label,
        name=group.label,
        shape=last.shape,
        dtype=last.dtype,
        value=last.value,
        gradient=gradient,
        verdict=verdict,
        path=last.path,
        layer=group.id if group.number else "",
        spine=any(node.spine for node in group.members),
        note=group.note,
        of=group.of,
        parameters=sum(node.parameters for node in group.members),
        times=group.times,
        span=group.span,
    )
