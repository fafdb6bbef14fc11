"""The whole of a graph as nodes and edges: operations, the tensors that hang on them, layers, verdicts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

import nn
from autograd.tape import Leaf, Node
from nn.diagnosis import Balance

from ..messages import joined, marked
from .failure import Failure
from .layers import Draft, find_layers, finish
from .model import Flow, GraphView, Kind, Layer, Stats, Verdict, ViewEdge, ViewNode
from .naming import Names, name_inputs, name_leaves
from .rules import rule_text
from .stats import NO_RUN, cancelled, describe, judge
from .trace import Place, Row, Trace, record
from .wiring import Source, Wiring, gradient_before, is_loss, is_number, loss_side, wire

SEED = describe(1.0)


def look(
    loss: Any,
    *,
    net: nn.Module | None = None,
    names: Mapping[str, object] | None = None,
    opened: Collection[str] = ("linear",),
    gradient: Any = None,
) -> GraphView:
    """Everything that a picture of `loss` can show, from the tape and one watched backward pass.

    Args:
        loss: a tracked tensor, on which `backward()` was not called without `retain_graph`.
        net: the network, which names its parameters.
        names: variables by name, such as `locals()`, after which tensors and data are called.
        opened: composite operations to show as their steps, by name or module path; "all" among them opens every one.
        gradient: the cotangent to start with. A tensor of more than one element has no backward pass without it.

    Raises:
        GraphError: `loss` is not tracked, or its record was freed.

    Example:
        >>> from autograd import Tensor
        >>> w = Tensor(-3.0, requires_grad=True, name="w")
        >>> view = look(np.tanh(w * 2.0))
        >>> [(node.kind.value, node.label) for node in view.nodes]
        [('op', '* 2'), ('op', 'tanh'), ('parameter', 'w'), ('loss', 'output')]
    """
    return locate(record(loss, opened=opened, gradient=gradient), net=net, names=names)[0]


def look_at_failure(
    failure: Failure, *, net: nn.Module | None = None, names: Mapping[str, object] | None = None
) -> GraphView:
    """What had been computed when a forward pass stopped, and at its end the operation that stopped it."""
    view = locate(failure.trace, net=net, names=names)[0]
    told = marked("got {got}", got=failure.got), marked("expected {expected}", expected=failure.expected)
    note = joined("\n", told)
    end = view.nodes[-1]
    return replace(view, nodes=(*view.nodes[:-1], replace(end, note=note, label=failure.what, source=failure.source)))


def locate(
    trace: Trace,
    *,
    net: nn.Module | None = None,
    names: Mapping[str, object] | None = None,
    balance: Balance = NO_RUN,
) -> tuple[GraphView, dict[object, str]]:
    """The view of a trace, and under which id each place of the tape is in it.

    Its gradients are judged within the bounds of `balance`, those of the run that it is from.
    A step that is drawn as part of an arrow, such as the transpose of a weight, has the id of what it is applied to.
    """
    wiring = wire(trace)
    drafts = find_layers(wiring)
    inside = {i for draft in drafts for i in draft.rows}
    complete = wiring.rows[-1].out is not None
    count = loss_side(wiring, inside) if complete else 0
    assembly = _Assembly(
        trace=trace,
        wiring=wiring,
        names=Names.of(net, names),
        layers=finish(drafts),
        layer_of={i: number for number, draft in enumerate(drafts) for i in draft.rows},
        loss_rows=set(wiring.spine[len(wiring.spine) - count :]),
        reference=gradient_before(wiring, count, trace.leaves, SEED).rms,
        balance=balance,
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
    balance: Balance
    ids: dict[object, str] = field(default_factory=dict)
    known: dict[int, Stats] = field(default_factory=dict)  # by the identity of arrays, which the rows keep alive

    def view(self, drafts: list[Draft]) -> GraphView:
        operations = self.operations()
        cards = [*self.parameters(drafts), *self.inputs()]
        if self.complete:
            nodes = [*operations, *cards, self.loss()]
        else:  # the operation that failed stands where the loss would
            nodes = [*operations[:-1], *cards, replace(operations[-1], kind=Kind.FAILED)]
        edges = self.edges()
        return GraphView(
            nodes=tuple(nodes),
            edges=tuple(edges),
            layers=tuple(self.layers),
            reference=self.reference,
            loss_side=frozenset(f"op{i}" for i in self.loss_rows),
            total=len(nodes),
            missing=self.trace.missing,
            balance=self.balance,
        )

    @property
    def complete(self) -> bool:
        """Whether the forward pass came to its end."""
        return self.wiring.rows[-1].out is not None

    def described(self, array: Any) -> Stats:
        """The statistics of a value: a result is described once, though every use of it shows them."""
        if id(array) not in self.known:
            self.known[id(array)] = describe(array)
        return self.known[id(array)]

    def start(self) -> object:
        """The card that the spine starts from: data if there is any, else a leaf; its key in `ids`, or None."""
        sources = self.wiring.sources[self.wiring.spine[0]]
        data = [s for s in sources if s.place is None and not is_number(s.value)]
        leaves = [s for s in sources if isinstance(s.place, Leaf)]
        return _key((data or leaves)[0]) if data or leaves else None

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
                    rule=rule_text(row.op),
                    source=row.source,
                    shape=tuple(row.out.shape) if single else (),
                    dtype=str(row.out.dtype) if single else "",
                    value=self.described(row.out) if single else None,
                    gradient=row.gradient,
                    verdict=self.judged(row.place, row.gradient),
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
                    value=self.described(values[leaf]),
                    gradient=gradient,
                    verdict=self.judged(leaf, gradient),
                    layer=homes[leaf],
                    spine=leaf is start,
                    parameters=int(np.size(values[leaf])),
                )
            )
        return nodes

    def judged(self, place: Place | None, gradient: Stats | None) -> Verdict:
        """A verdict. Of a sum over a gradient that cancels, as a bias's may, only what rounding makes of it is left.

        The loss side is what others are judged against: of itself only zeros and what is no number are told.
        """
        if not isinstance(place, Leaf):
            aside = any(place is self.wiring.rows[i].place for i in self.loss_rows)
            return judge(gradient, 0.0 if aside else self.reference, self.balance)
        users = self.wiring.users[place]
        row = self.wiring.rows[users[0]]
        k = next(k for k, source in enumerate(self.wiring.sources[users[0]]) if source.place is place)
        adds = row.op.name == "add" or (k < len(row.op.operands) and row.op.operands[k] == "bias")
        if gradient is not None and len(users) == 1 and adds and cancelled(gradient, row.gradient, row.out):
            return Verdict.CANCELLED
        return judge(gradient, self.reference, self.balance)

    def home(self, leaf: Leaf) -> str:
        """The layer that a leaf belongs to; none if several use it. A recorded backward pass uses them all."""
        passes = {layer.id for layer in self.layers if not layer.number}
        users = {self.layer_id(row) for row in self.wiring.users[leaf]} - passes
        return users.pop() if len(users) == 1 else ""

    def inputs(self) -> list[ViewNode]:
        found: dict[object, tuple[Source, str]] = {}
        for i, sources in enumerate(self.wiring.sources):
            for source in sources:
                if source.place is None and not is_number(source.value):
                    found.setdefault(_key(source), (source, self.role(i, source.value)))
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
                    value=self.described(source.value),
                    spine=key == start,
                )
            )
        return nodes

    def role(self, row: int, value: Any) -> str:
        """What a constant array is, by the operation that uses it: x goes in, y is what a loss compares with."""
        if value.dtype.kind == "f" and np.isinf(value).any():
            return "mask"
        if row in self.layer_of and not self.layers[self.layer_of[row]].number:
            return "seed"  # of the backward pass that was recorded
        return "y" if row in self.loss_rows or is_loss(self.wiring.rows[row]) else "x"

    def loss(self) -> ViewNode:
        root = self.wiring.rows[-1]
        name = self.names.of_node(root.place, root.name) or (marked("loss") if self.loss_rows else marked("output"))
        return ViewNode(
            id="loss",
            kind=Kind.LOSS,
            label=name,
            name=name,
            shape=tuple(root.out.shape),
            dtype=str(root.out.dtype),
            value=self.described(root.out),
            gradient=None if self.trace.missing else root.gradient,
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
        if self.complete:
            root = self.wiring.rows[-1]
            flow = Flow.VALUE if self.trace.missing else Flow.SEED
            last = f"op{len(self.wiring.rows) - 1}"
            edges.append(ViewEdge(tail=last, head="loss", flow=flow, gradient=root.gradient, spine=True))
        return edges

    def path(self) -> dict[str, str]:
        """For each operation on the spine, where the spine comes to it from."""
        ids = [self.ids[self.wiring.rows[i].place] for i in self.wiring.spine]
        start = self.start()
        return dict(zip(ids, [self.ids[start], *ids], strict=False)) if start is not None else dict(pairwise(ids[::-1]))

    def edge(self, source: Source, tail: str, head: str, gradient: Stats | None, spine: bool) -> ViewEdge:
        return ViewEdge(
            tail=tail,
            head=head,
            shape=tuple(np.shape(source.value)),
            name=self.names.of_node(source.place, "") if isinstance(source.place, Node) else "",
            value=self.described(source.value),
            gradient=gradient,
            verdict=self.judged(source.place, gradient),
            flow=self.flow(source, gradient),
            spine=spine,
            through=source.through,
        )

    def flow(self, source: Source, gradient: Stats | None) -> Flow:
        if gradient is not None:
            return Flow.GRADIENT
        return Flow.VALUE if self.trace.missing and source.place is not None else Flow.NOTHING


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
