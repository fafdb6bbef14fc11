"""The tape of a loss, read once: every operation with its value, its gradient and what it passes on, in numbers.

    trace = record(loss, opened={"linear"})
    trace.rows        the operations, in the order in which they were recorded
    trace.leaves      the gradient of every leaf

The numbers come from the engine's own backward pass, which is run here and watched; no `.grad` is touched, and the
record stays usable. A composite operation is opened by recording its definition and watching the pass through that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor, enable_grad
from autograd.errors import GraphError
from autograd.op import Op
from autograd.reverse import Step, steps
from autograd.sources import source_of
from autograd.tape import Leaf, Node, Scope, walk

from ..errors import message
from ..messages import marked, tr
from .model import Stats
from .stats import describe

Place = Node | Leaf
NO_NUMBER = marked("no backward yet: it starts from one number, and this has shape {shape}")


@dataclass(slots=True)
class Row:
    """One operation. `shares[i]` is what it adds to the gradient of operand i; `place` is what its result is called."""

    place: Node
    op: Op
    inputs: tuple[Place | None, ...]
    values: tuple[Any, ...]
    params: dict[str, Any]
    out: Any
    scope: Scope
    name: str
    source: str
    gradient: Stats | None
    shares: dict[int, Stats]


class Stop(NamedTuple):
    """One stop of the pass: a step of the engine, or one inside a composite operation that was opened.

    `number` counts the engine's steps from 1; all stops inside one composite have its number, and its `whole` step.
    `place` is what the result is called outside, `outer` what the leaves of a definition stand for.
    """

    number: int
    place: Node
    step: Step
    whole: Step
    outer: Mapping[Place, Place]


@dataclass(slots=True)
class Trace:
    """Every operation under a loss, oldest first, and the gradient of every leaf.

    `missing` says why there is no gradient anywhere; then no backward pass was run.
    """

    root: Node
    rows: list[Row]
    leaves: dict[Leaf, Stats]
    missing: str = ""


def record(
    loss: Any,
    *,
    opened: Collection[str] = (),
    gradient: Any = None,
    watch: Callable[[Stop], object] | None = None,
) -> Trace:
    """Read the tape under `loss`, and run the backward pass over it.

    Args:
        loss: a tracked tensor. With more than one element it has a backward pass only if `gradient` is given.
        opened: composite operations to show as their steps, by name or by the path of their module; "all" is every one.
        gradient: the cotangent to start with, of the tensor's shape; 1 for a single element.
        watch: called at every stop of the pass, in the engine's order. Arrays can be kept, the dicts go on changing.

    Raises:
        GraphError: `loss` is not a tracked result, or its record was freed.
        ShapeError: `gradient` has another shape than `loss`.
        MutationError: a leaf was written to after the forward pass.
    """
    root = _checked(loss)
    if loss.size != 1 and gradient is None:
        return unpassed(root, opened, marked(NO_NUMBER, shape=loss.shape))
    reading = _Reading(opened, watch or _unwatched, [])
    watched: dict[Node, list[Row]] = {}
    leaves: dict[Place, Any] = {}
    with np.errstate(all="ignore"):  # the pass is run to be looked at: what overflows is in the picture
        for number, step in enumerate(steps(loss, gradient), start=1):
            watched[step.node] = reading.rows(step, number)
            leaves = step.cotangents
    rows = [row for node in walk(root) for row in watched[node]]
    found = {leaf: describe(g) for leaf, g in leaves.items() if isinstance(leaf, Leaf)}
    return Trace(root, rows, found)


def unpassed(root: Node, opened: Collection[str], missing: str) -> Trace:
    """What is on the tape under `root`, where no backward pass can be run; `missing` says why."""
    rows: list[Row] = []
    for node in walk(root):
        inside: list[Row] = []
        if node.out is not None and node.op.definition is not None and _is_opened(node, opened):
            result, outer = _defined(node)
            if isinstance(result.node, Node):
                inside = _linked(node, [_row(each, node.scope) for each in walk(result.node)], outer)
        rows += inside or [_row(node, node.scope)]
    return Trace(root, rows, {}, missing)


def _checked(loss: Any) -> Node:
    do = "compute the loss from tensors with requires_grad=True, outside no_grad, and pass that tensor"
    if not isinstance(loss, Tensor):
        raise GraphError(message("graph", f"{type(loss).__name__} {loss!r:.40}", "a tracked Tensor", do))
    if loss.node is None:
        raise GraphError(message("graph", "a tensor that is not tracked", "a loss computed from tracked tensors", do))
    if isinstance(loss.node, Leaf):
        raise GraphError(message("graph", "a leaf, which nothing was computed for", "a result of operations", do))
    freed = next((node for node in walk(loss.node) if node.values is None), None)
    if freed is not None:
        again = "compute the loss again, or call backward(retain_graph=True)"
        got = tr("a graph whose values were freed by backward(), at op {name}", name=repr(freed.op.name))
        raise GraphError(message("graph", got, "a loss on which backward() was not called yet", again))
    return loss.node


def _unwatched(stop: Stop) -> None:
    """Look away."""


@dataclass(slots=True)
class _Reading:
    """How a pass is read: what is opened, who watches, and what the step before handed on, with its statistics."""

    opened: Collection[str]
    watch: Callable[[Stop], object]
    handed: list[tuple[Any, Stats]]

    def rows(self, step: Step, number: int) -> list[Row]:
        node = step.node
        if node.op.definition is not None and _is_opened(node, self.opened):
            steps_inside = self.open(step, number)
            if steps_inside:
                return steps_inside
        self.watch(Stop(number, node, step, step, {}))
        return [self.row(step, node.scope)]

    def row(self, step: Step, scope: Scope) -> Row:
        row = _row(step.node, scope)
        # An op with several outputs has one cotangent for each: its outputs carry them, it has none of its own.
        if hasattr(step.cotangent, "shape"):
            row.gradient = self.described(step.cotangent)
        given = [(i, share) for i, share in step.contributions if hasattr(share, "shape")]
        for i, share in given:
            row.shares[i] = row.gradient if share is step.cotangent and row.gradient else describe(share)
        self.handed = [(share, row.shares[i]) for i, share in given]
        return row

    def described(self, cotangent: Any) -> Stats:
        """The statistics of a cotangent: in a chain it is the very array that the step before handed on."""
        return next((stats for array, stats in self.handed if array is cotangent), None) or describe(cotangent)

    def open(self, step: Step, number: int) -> list[Row]:
        """The steps of a composite operation, linked to what is outside; none if its definition is one step or less."""
        node = step.node
        result, outer = _defined(node)
        if not isinstance(result.node, Node):
            return []
        watched = {}
        for inside in steps(result, step.cotangent):
            watched[inside.node] = self.row(inside, node.scope)
            place = node if inside.node is result.node else inside.node
            self.watch(Stop(number, place, inside, step, outer))
        return _linked(node, [watched[each] for each in walk(result.node)], outer)


def _is_opened(node: Node, opened: Collection[str]) -> bool:
    if "all" in opened or node.op.name in opened:
        return True
    path = node.scope.path
    return any(path == each or path.startswith(f"{each}.") for each in opened)


def _row(node: Node, scope: Scope) -> Row:
    """What the tape has of one operation; its gradient is for a pass to find."""
    return Row(
        place=node,
        op=node.op,
        inputs=node.inputs,
        values=node.values or (),
        params=node.params or {},
        out=node.out,
        scope=scope,
        name=node.name or "",
        source=source_of(node),
        gradient=None,
        shares={},
    )


def _defined(node: Node) -> tuple[Any, dict[Place, Place]]:
    """What the definition of a composite operation gives, recorded from leaves of its own, and what those stand for."""
    assert node.op.definition is not None
    operands: list[Any] = []
    outer: dict[Place, Place] = {}
    for value, place in zip(node.values or (), node.inputs, strict=True):
        if place is None:
            operands.append(value)
        else:
            inner = Leaf()
            outer[inner] = place
            operands.append(Tensor.linked(value, inner))
    with enable_grad():
        return node.op.definition(*operands, **(node.params or {})), outer


def _linked(node: Node, rows: list[Row], outer: Mapping[Place, Place]) -> list[Row]:
    """The rows of a definition as a part of the whole. Whoever uses the result knows it by the composite's node."""
    for row in rows:
        row.inputs = tuple(outer.get(place, place) if isinstance(place, Leaf) else place for place in row.inputs)
        row.source = source_of(node)
    rows[-1].place, rows[-1].name = node, node.name or ""
    return rows
