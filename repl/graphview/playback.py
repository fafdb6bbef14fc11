"""The backward pass of a view as a film: where the engine stopped, in its order, and what had arrived where by then.

    film = play(loss, net=net)
    for moment in film.moments:
        moment.node                 whose rule ran
        moment.shares               what it handed on, to which node, and the sum that is there now

Nothing is computed here that the engine has not computed: its pass is run once more and watched, `.grad` is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import nn
from autograd.symbols import formulas
from autograd.tape import Leaf, Node

from .assemble import locate
from .histograms import Histogram, histogram
from .model import GraphView, Stats
from .stats import describe
from .trace import Place, Stop, record
from .worked import Worked, work


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a stop adds to the gradient of one operand, and the sum that has come together there after it.

    `to` is the operand's node in the view. `running` is None where the sum is that of an unseen step on the way, such
    as the transpose of a weight: the next stop hands it on.
    """

    operand: int
    to: str
    gradient: Stats
    running: Stats | None
    worked: Worked | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One stop. `number` counts the engine's steps from 1; the stops inside an opened `composite` share its number."""

    number: int
    node: str
    op: str
    gradient: Stats | None
    shares: tuple[Share, ...]
    composite: str = ""


@dataclass(frozen=True, kw_only=True)
class Film:
    """The moments of a pass, and for each node the distribution of its value and of its gradient.

    `rules` has the formula for each operand of an operation, as text, by the operation's name.
    """

    view: GraphView
    moments: tuple[Moment, ...]
    values: dict[str, Histogram] = field(default_factory=dict)
    gradients: dict[str, Histogram] = field(default_factory=dict)
    rules: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Seen:
    """A stop with the arrays that it is described from."""

    stop: Stop
    sums: dict[Place, Any]


def play(
    loss: Any,
    *,
    net: nn.Module | None = None,
    names: Mapping[str, object] | None = None,
    opened: Collection[str] = ("linear",),
    gradient: Any = None,
    shown: Collection[str] | None = None,
) -> Film:
    """Watch the backward pass of a loss; arguments as of `look`.

    Args:
        loss: a tracked tensor, whose record is still there.
        net: the network, which names its parameters.
        names: variables by name.
        opened: composite operations to show as their steps.
        gradient: the cotangent to start with; without it a tensor of several elements has no pass, and no moments.
        shown: ids of the nodes to give in detail, with histograms and worked examples; None for all. Of what happens
            between others only the stops are given.

    Raises:
        GraphError: `loss` is not tracked, or its record was freed.

    Example:
        >>> from autograd import Tensor
        >>> x = Tensor(3.0, requires_grad=True, name="x")
        >>> for moment in play(x * x + x).moments:
        ...     print(moment.op, [(share.to, share.gradient.mean, share.running.mean) for share in moment.shares])
        add [('op0', 1.0, 1.0), ('leaf0', 1.0, 1.0)]
        multiply [('leaf0', 3.0, 7.0), ('leaf0', 3.0, 7.0)]
    """
    seen: list[_Seen] = []
    watcher = _Watcher(seen)
    trace = record(loss, opened=opened, gradient=gradient, watch=watcher)
    view, ids = locate(trace, net=net, names=names)
    with np.errstate(all="ignore"):  # what overflows is in the picture
        return _Developing(view, ids, shown).film(seen)


class _Watcher:
    """Keeps, at every stop, the sums that have come together at the operands: the pass goes on changing its dict."""

    def __init__(self, seen: list[_Seen]) -> None:
        self.seen = seen
        self.whole: Any = None  # the engine's step that is being watched, perhaps from inside
        self.before: dict[Place, Any] = {}  # the sums that there were before it
        self.after: dict[Place, Any] = {}  # and what it changed them to

    def __call__(self, stop: Stop) -> None:
        if stop.whole is not self.whole:
            self.before.update(self.after)
            self.whole = stop.whole
            places = [place for place in stop.whole.node.inputs if place is not None]
            self.after = {place: stop.whole.cotangents.get(place) for place in places}
        touched = [stop.step.node.inputs[i] for i, _ in stop.step.contributions]
        self.seen.append(_Seen(stop, {place: self.sum(stop, place) for place in touched if place is not None}))

    def sum(self, stop: Stop, place: Place) -> Any:
        """What has come together at a place; inside a composite, with what was there before it."""
        here = stop.step.cotangents.get(place)
        earlier = self.before.get(stop.outer[place]) if place in stop.outer else None
        return here if earlier is None or here is None else earlier + here


@dataclass(slots=True)
class _Developing:
    """Stops with arrays on their way to moments with numbers."""

    view: GraphView
    ids: Mapping[object, str]
    shown: Collection[str] | None

    def film(self, seen: list[_Seen]) -> Film:
        film = Film(view=self.view, moments=tuple(self.moment(each) for each in seen))
        for each in seen:
            self.distributions(each, film)
            op = each.stop.step.node.op
            if op.name not in film.rules:
                film.rules[op.name] = formulas(op) if op.samples else {}
        return film

    def wanted(self, node: str) -> bool:
        """Whether a node is to be given in detail."""
        return self.shown is None or node in self.shown

    def moment(self, seen: _Seen) -> Moment:
        stop, step = seen.stop, seen.stop.step
        node = self.ids[stop.place]
        here = self.wanted(node)
        shares = [
            self.share(seen, i, given, here)
            for i, given in step.contributions
            if hasattr(given, "shape") and (here or self.wanted(self.ids[self.outside(seen, i)]))
        ]
        return Moment(
            number=stop.number,
            node=node,
            op=step.node.op.name,
            gradient=describe(step.cotangent) if hasattr(step.cotangent, "shape") else None,
            shares=tuple(shares),
            composite=stop.whole.node.op.name if stop.outer else "",
        )

    def outside(self, seen: _Seen, operand: int) -> Place:
        """The place that an operand is; inside a composite, what stands for it outside."""
        inner = seen.stop.step.node.inputs[operand]
        assert inner is not None  # a constant gets no share
        return seen.stop.outer.get(inner, inner)

    def share(self, seen: _Seen, operand: int, given: Any, wanted: bool) -> Share:
        place = self.outside(seen, operand)
        total = seen.sums.get(seen.stop.step.node.inputs[operand])  # type: ignore[arg-type]  # a constant has no share
        unseen = isinstance(place, Node) and not self.ids[place].startswith("op")
        return Share(
            operand=operand,
            to=self.ids[place],
            gradient=describe(given),
            running=describe(total) if hasattr(total, "shape") and not unseen else None,
            worked=work(seen.stop.step, operand, given) if wanted else None,
        )

    def distributions(self, seen: _Seen, film: Film) -> None:
        """Of the result and its gradient; of operands that are leaves or data, and of the sums that end there."""
        stop, step = seen.stop, seen.stop.step
        self.add(film.values, self.ids[stop.place], step.node.out)
        self.add(film.gradients, self.ids[stop.place], step.cotangent)
        for inner, value in zip(step.node.inputs, step.node.values or (), strict=True):
            if inner is None:
                self.add(film.values, self.ids.get(id(value), ""), value)
                continue
            place = stop.outer.get(inner, inner)
            if isinstance(place, Leaf):
                film.gradients.pop(self.ids[place], None)  # the last stop that adds to a leaf has its whole gradient
                self.add(film.values, self.ids[place], value)
                self.add(film.gradients, self.ids[place], seen.sums.get(inner))

    def add(self, into: dict[str, Histogram], node: str, array: Any) -> None:
        """The histogram of an array, if it is wanted and there is something to see."""
        if node and self.wanted(node) and node not in into and hasattr(array, "shape"):
            made = histogram(array)
            if made is not None:
                into[node] = made
