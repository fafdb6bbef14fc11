"""What a picture of a graph is made of: plain frozen records, which the terminal, DOT and HTML views draw.

A `GraphView` has nodes (operations, and the tensors that hang on them), edges (what flows between them: a value
forward, a gradient back) and layers (the nodes of one module and the activation after it). Nothing here knows how it
will look; nothing here holds an array.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from nn.diagnosis import Balance

from ..messages import joined, marked


class Kind(StrEnum):
    """What a node stands for."""

    OP = "op"
    PARAMETER = "parameter"  # a leaf: it gets a gradient
    INPUT = "input"  # a constant array: it gets none
    LOSS = "loss"  # what was differentiated
    MODULE = "module"  # several nodes folded into one
    FAILED = "failed"  # the operation, or the module, at which a forward pass stopped
    REST = "rest"  # what is not in the picture, before or after what is


class Verdict(StrEnum):
    """What to say of a gradient, judged against the loss side of the same graph."""

    OK = "ok"
    VANISHING = "vanishing"
    EXPLODING = "exploding"
    ZERO = "zero"
    NAN = "not finite"
    CANCELLED = "zero but for rounding"  # as of a bias before batch norm: the sum that it is cancels


class Flow(StrEnum):
    """What an edge carries back."""

    GRADIENT = "gradient"
    NOTHING = "nothing"  # its tail is data, or the rule has no gradient for this operand
    VALUE = "value"  # there was no backward pass: only the value that flows forward
    SEED = "seed"  # from the loss itself: dL/dL, neutral


@dataclass(frozen=True, slots=True)
class Stats:
    """An array in numbers. `rms` is NaN or infinite when an element is; `low` and `high` are of the finite ones."""

    size: int
    rms: float
    mean: float
    low: float
    high: float
    zeros: float
    nans: int
    infs: int

    @property
    def scalar(self) -> bool:
        """Whether there is one element: then `mean` is the number itself."""
        return self.size == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewNode:
    """One box or card.

    `label` is short, for the picture ("@", "W₁"); `name` is whole ("0.weight"). `times` says how many equal
    neighbours a folded card stands for; `span` is then the gradient at its first and its last. `note` is what a card
    has to say of itself; of a failed operation, what it got and expected. `source` is the line that made it, if noted.
    """

    id: str
    kind: Kind
    label: str
    name: str
    op: str = ""
    why: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    value: Stats | None = None
    gradient: Stats | None = None
    verdict: Verdict = Verdict.OK
    path: str = ""
    layer: str = ""
    spine: bool = False
    note: str = ""
    source: str = ""
    rule: str = ""
    of: str = ""
    parameters: int = 0
    times: int = 1
    span: tuple[Stats, ...] = ()

    @property
    def classes(self) -> bool:
        """Whether this is integer data, of which the range is worth more than the mean."""
        return self.kind is Kind.INPUT and self.dtype.startswith(("int", "uint"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewEdge:
    """One arrow. The value flows from `tail` to `head`, and `gradient` is what this edge brings back to `tail`."""

    tail: str
    head: str
    shape: tuple[int, ...] = ()
    value: Stats | None = None
    gradient: Stats | None = None
    verdict: Verdict = Verdict.OK
    flow: Flow = Flow.GRADIENT
    spine: bool = False
    through: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A module that has parameters, and what follows it without any: `Linear(2, 16) + Tanh`.

    Number 0 is no layer of the network, but a backward pass that was itself recorded.
    """

    id: str
    number: int
    title: str
    summary: str
    path: str
    parameters: int
    signature: tuple[object, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: `layer 3`, or by its title."""
        return marked("layer {number}", number=self.number) if self.number else self.title

    @property
    def heading(self) -> str:
        """Its name, and what it is made of."""
        return joined(" · ", (self.name, self.title)) if self.number else self.title


@dataclass(frozen=True, kw_only=True)
class GraphView:
    """A whole picture's content.

    `loss_side` are the operations at the end that make up the loss, and `reference` is the gradient that leaves them:
    what verdicts are judged against, within the bounds of `balance`. `total` counts the nodes before anything was
    folded. `missing` says why there are no gradients, where there are none.
    """

    nodes: tuple[ViewNode, ...]
    edges: tuple[ViewEdge, ...]
    layers: tuple[Layer, ...]
    reference: float
    loss_side: frozenset[str]
    total: int
    folded: str = ""
    missing: str = ""
    balance: Balance = field(default_factory=Balance)

    @cached_property
    def by_id(self) -> dict[str, ViewNode]:
        """The nodes by their id."""
        return {node.id: node for node in self.nodes}

    @property
    def loss(self) -> ViewNode:
        """The node that was differentiated, or at which the forward pass stopped."""
        return next(node for node in self.nodes if node.kind in (Kind.LOSS, Kind.FAILED))

    @property
    def scalars(self) -> bool:
        """Whether every tensor in the picture is a single number, as in a first lecture."""
        return all(node.value is None or node.value.scalar for node in self.nodes)

    def members(self, layer: str) -> list[ViewNode]:
        """The nodes drawn inside a layer."""
        return self._by_layer.get(layer, [])

    @cached_property
    def _by_layer(self) -> dict[str, list[ViewNode]]:
        found: dict[str, list[ViewNode]] = {}
        for node in self.nodes:
            found.setdefault(node.layer, []).append(node)
        return found
