"""The whole of a graph as nodes and edges: operations, the tensors that hang on them, layers, verdicts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import nn
from autograd.tape import Leaf, Node

from .layers import Draft, find_layers, finish
from .model import Flow, GraphView, Kind, Layer, Stats, ViewEdge, ViewNode
from .naming import Names, name_inputs, name_leaves
from .stats import describe, judge
from .trace import Row, Trace, record
from .wiring import Source, Wiring, gradient_before, is_loss, is_number, loss_side, wire

SEED = describe(1.0)


def look(
    loss: Any,
    *,
    net: nn.Module | None = None,
    names: Mapping[str, object] | None = None,
    opened: Collection[str] = ("linear",),
) -> GraphView:
    """Everything that a picture of `loss` can show, from the tape and one watched backward pass.

    Args:
        loss: a tracked tensor with one element, on which `backward()` was not called without `retain_graph`.
        net: the network, which names its parameters.
        names: variables by name, such as `locals()`, after which tensors and data are called.
        opened: composite operations to show as their steps; "all" among them opens every one.

    Raises:
        GraphError: `loss` is not tracked, is no scalar, or its record was freed.

    Example:
        >>> from autograd import Tensor
        >>> w = Tensor(-3.0, requires_grad=True, name="w")
        >>> view = look(np.tanh(w * 2.0))
        >>> [(node.kind.value, node.label) for node in view.nodes]
        [('op', '* 2'), ('op', 'tanh'), ('parameter', 'w'), ('loss', 'output')]
    """
    return locate(record(loss, opened=opened), net=net, names=names)[0]


def locate(
    trace: Trace, *, net: nn.Module | None = None, names: Mapping[str, object] | None = None
) -> tuple[GraphView, dict[object, str]]:
    """The view of a trace, and under which id each place of the tape is in it.

    A step that is drawn as part of an arrow, such as the transpose of a weight, has the id of what it is applied to.
    """
    wiring = wire(trace)
    drafts = find_layers(wiring)
    inside = {i for draft in drafts for i in draft.rows}
    count = loss_side(wiring, inside)
    assembly = _Assembly(
        trace=trace,
        wiring=wiring,
        names=Names.of(net, names),
        layers=[finish(draft, number) for number, draft in enumerate(drafts, start=1)],
        layer_of={i: number for number, draft in enumerate(drafts) for i in draft.rows},
        loss_rows=set(wiring.spine[len(wiring.spine) - count :]),
        reference=gradient_before(wiring, count, trace.leaves, SEED).rms,
    )
    view = assembly.view(drafts)
    through: dict[object, str] = {place: assembly.ids[_key(source)] for place, source in wiring.moved.items()}
    return view, through | assembly.ids


@dataclass(slots=True)
class _Assembly:
    """One graph on its way from rows to records."""

    trace: Trace
    wiring: Wiring
    names: Names
    layers: list[Layer]
    layer_of: dict[int, int]
    loss_rows: set[int]
    reference: float
    ids: dict[object, str] = field(default_factory=dict)

    def view(self, drafts: list[Draft]) -> GraphView:
        nodes = [*self.operations(), *self.parameters(drafts), *self.inputs(), self.loss()]
        edges = self.edges()
        return GraphView(
            nodes=tuple(nodes),
            edges=tuple(edges),
            layers=tuple(self.layers),
            reference=self.reference,
            loss_side=frozenset(f"op{i}" for i in self.loss_rows),
            total=len(nodes),
        )

    def start(self) -> object:
        """The card that the spine starts from: data if there is any, else a leaf; its key in `ids`."""
        sources = self.wiring.sources[self.wiring.spine[0]]
        data = [s for s in sources if s.place is None and not is_number(s.value)]
        leaves = [s for s in sources if isinstance(s.place, Leaf)]
        return _key((data or leaves)[0])

    def layer_id(self, row: int) -> str:
        return self.layers[self.layer_of[row]].id if row in self.layer_of else ""

    def operations(self) -> list[ViewNode]:
        spine = set(self.wiring.spine)
        nodes = []
        for i, row in enumerate(self.wiring.rows):
            self.ids[row.place] = f"op{i}"
            single = hasattr(row.out, "shape")
            nodes.append(
                ViewNode(
                    id=f"op{i}",
                    kind=Kind.OP,
                    label=_op_label(row),
                    name=self.names.of_node(row.place, row.name),
                    op=row.op.name,
                    why=row.op.why,
                    shape=tuple(row.out.shape) if single else (),
                    dtype=str(row.out.dtype) if single else "",
                    value=describe(row.out) if single else None,
                    gradient=row.gradient,
                    verdict=judge(row.gradient, self.reference),
                    path=row.scope.path,
                    layer=self.layer_id(i),
                    spine=i in spine,
                )
            )
        return nodes

    def parameters(self, drafts: list[Draft]) -> list[ViewNode]:
        start = self.start()
        owned = {leaf: number for number, draft in enumerate(drafts) for leaf in draft.leaves}
        values = {s.place: s.value for found in self.wiring.sources for s in found if isinstance(s.place, Leaf)}
        homes = {leaf: self.home(leaf) if leaf in owned else "" for leaf in values}
        numbers = {leaf: self.layers[owned[leaf]].number if home else 0 for leaf, home in homes.items()}
        nodes = []
        for k, (leaf, (label, whole)) in enumerate(name_leaves(numbers, self.names, self.wiring).items()):
            gradient = self.trace.leaves.get(leaf)
            self.ids[leaf] = f"leaf{k}"
            nodes.append(
                ViewNode(
                    id=f"leaf{k}",
                    kind=Kind.PARAMETER,
                    label=label,
                    name=whole,
                    shape=tuple(np.shape(values[leaf])),
                    dtype=str(np.asarray(values[leaf]).dtype),
                    value=describe(values[leaf]),
                    gradient=gradient,
                    verdict=judge(gradient, self.reference),
                    layer=homes[leaf],
                    spine=leaf is start,
                    parameters=int(np.size(values[leaf])),
                )
            )
        return nodes

    def home(self, leaf: Leaf) -> str:
        """The layer that a leaf belongs to; none if several use it."""
        users = {self.layer_id(row) for row in self.wiring.users[leaf]}
        return users.pop() if len(users) == 1 else ""

    def inputs(self) -> list[ViewNode]:
        found: dict[object, tuple[Source, bool]] = {}
        for i, sources in enumerate(self.wiring.sources):
            for source in sources:
                if source.place is None and not is_number(source.value):
                    compared = i in self.loss_rows or is_loss(self.wiring.rows[i])
                    found.setdefault(_key(source), (source, compared))
        given = name_inputs(list(found.values()), self.names)
        start = self.start()
        nodes = []
        for k, ((key, (source, _)), name) in enumerate(zip(found.items(), given, strict=True)):
            self.ids[key] = f"input{k}"
            nodes.append(
                ViewNode(
                    id=f"input{k}",
                    kind=Kind.INPUT,
                    label=name,
                    name=name,
                    shape=tuple(source.value.shape),
                    dtype=str(source.value.dtype),
                    value=describe(source.value),
                    spine=key == start,
                )
            )
        return nodes

    def loss(self) -> ViewNode:
        root = self.wiring.rows[-1]
        name = self.names.of_node(root.place, root.name) or ("loss" if self.loss_rows else "output")
        return ViewNode(
            id="loss",
            kind=Kind.LOSS,
            label=name,
            name=name,
            shape=tuple(root.out.shape),
            dtype=str(root.out.dtype),
            value=describe(root.out),
            gradient=SEED,
            spine=True,
        )

    def edges(self) -> list[ViewEdge]:
        steps = self.path()
        edges = []
        for i, (row, sources) in enumerate(zip(self.wiring.rows, self.wiring.sources, strict=True)):
            head = f"op{i}"
            for k, source in enumerate(sources):
                if source.place is None and is_number(source.value):
                    continue
                tail = self.ids[_key(source)]
                on_spine = steps.get(head) == tail
                if on_spine:
                    del steps[head]  # x * x has two arrows: only the first is the path
                edges.append(self.edge(source, tail, head, row.shares.get(k), on_spine))
        last = f"op{len(self.wiring.rows) - 1}"
        edges.append(ViewEdge(tail=last, head="loss", flow=Flow.SEED, gradient=SEED, spine=True))
        return edges

    def path(self) -> dict[str, str]:
        """For each operation on the spine, where the spine comes to it from."""
        ids = [self.ids[self.wiring.rows[i].place] for i in self.wiring.spine]
        return dict(zip(ids, [self.ids[self.start()], *ids], strict=False))

    def edge(self, source: Source, tail: str, head: str, gradient: Stats | None, spine: bool) -> ViewEdge:
        return ViewEdge(
            tail=tail,
            head=head,
            shape=tuple(np.shape(source.value)),
            name=self.names.of_node(source.place, "") if isinstance(source.place, Node) else "",
            value=describe(source.value),
            gradient=gradient,
            verdict=judge(gradient, self.reference),
            flow=Flow.NOTHING if gradient is None else Flow.GRADIENT,
            spine=spine,
            through=source.through,
        )


def _key(source: Source) -> object:
    """What makes two operands one card: the place, or the identity of a constant array."""
    return source.place if source.place is not None else id(source.value)


def _op_label(row: Row) -> str:
    """The sign of an operation, with the number of the program's text that it has on one side: `* 2`, `1 -`."""
    if len(row.values) == 2:
        left, right = (
            _number(value) if place is None else "" for place, value in zip(row.inputs, row.values, strict=True)
        )
        if left:
            return f"{left} {row.op.symbol}"
        if right:
            return f"{row.op.symbol} {right}"
    return row.op.symbol


def _number(value: Any) -> str:
    return f"{float(value):.3g}" if is_number(value) and np.ndim(value) == 0 else ""
