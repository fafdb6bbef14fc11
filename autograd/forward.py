"""Forward mode: tangents pushed along the tape, from the inputs to the output.

It needs hardly a rule of its own. An element-wise rule is diagonal, so it is its own transpose: fed a tangent instead
of a cotangent it gives the tangent of the output. An op that is linear in an input pushes the tangent through its own
forward. A composite is opened into its definition. Only the rest state a jvp.

Worked example: y = x * x at x = 3, tangent 1.  multiply is linear in each operand, so the tangent goes through it
twice, once in each place: 1 * 3 + 3 * 1 = 6.

With `record` the rules run on Tensors, so what they compute can itself be differentiated: forward over forward,
reverse over forward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .errors import UnsupportedError, message
from .op import COMPOSITE, ELEMENTWISE, MULTILINEAR, Op
from .reverse import Place, output_node
from .rules.shape import OUTPUT
from .tape import Node, current_scope, enable_grad, next_seq, walk

Lift = Callable[[Any, Place | None], Any]

# Several results under one root, for passes that start from more than one. Its cotangent is a `reverse.Parts`, its
# tangent a tuple with None for what does not move.
PACK = Op(
    name="pack",
    forward=lambda *xs: xs,
    vjps=(lambda g, y, *xs, which: g[which],),
    variadic=True,
    multiple=True,
    why="Several results side by side: each gets its own gradient.",
)


def packed(places: Sequence[Place | None], values: Sequence[Any]) -> Node:
    """One node that stands for several results; never part of a user's graph."""
    return Node(next_seq(), PACK, tuple(places), tuple(values), None, tuple(values), current_scope())


def push(
    root: Place, tangents: Mapping[Place, Any], lift: Lift, *, record: bool = False, stop: Iterable[Place] = ()
) -> Any:
    """The tangent of what `root` made, given the tangents of some places under it; None if it does not move.

    Args:
        root: where to end.
        tangents: where to start, each with its tangent: arrays, or Tensors if `record`.
        lift: makes a Tensor of an array and its place; composites are opened with it.
        record: run the rules on Tensors, so that the result can be differentiated.
        stop: places that are not gone through, as nothing that moves lies behind them.

    Raises:
        UnsupportedError: an op on the way has no forward rule.
    """
    known = dict(tangents)
    for node in walk(root, stop=(*tangents, *stop)):
        reached = {i: known[place] for i, place in enumerate(node.inputs) if place in known}
        if reached:
            tangent = _Step(node, lift, record).tangent(reached)
            if tangent is not None:
                known[node] = tangent
    return known.get(root)


class _Step:
    """A node, with its operands and its result as the rules are to see them: arrays, or Tensors when recording."""

    def __init__(self, node: Node, lift: Lift, record: bool) -> None:
        self.node, self.lift, self.record = node, lift, record
        self.params = node.params or {}

    def operands(self, lifted: bool) -> Sequence[Any]:
        values = self.node.values or ()
        if not lifted:
            return values
        return [x if p is None else self.lift(x, p) for x, p in zip(values, self.node.inputs, strict=True)]

    def result(self) -> Any:
        node = self.node
        if not self.record:
            return node.out
        if not node.op.multiple:
            return self.lift(node.out, node)
        return tuple(self.lift(part, output_node(node, i)) for i, part in enumerate(node.out))

    def tangent(self, reached: dict[int, Any]) -> Any:
        """The tangent of the result, given those of the operands that move."""
        op = self.node.op
        if op is OUTPUT:
            return reached[0][self.params["index"]]
        if op is PACK:
            return tuple(reached.get(i) for i in range(len(self.node.inputs)))
        if op.kind == COMPOSITE and not op.jvps:
            total = self._opened(reached)
        elif op.variadic and not op.jvps:
            total = self._joined(reached)
        else:
            total = self._summed(reached)
        return total if op.multiple or total is None else _fitted(total, self.node.out)

    def _opened(self, reached: dict[int, Any]) -> Any:
        """Through the steps of a composite's definition."""
        op, inputs = self.node.op, self.node.inputs
        if op.definition is None:
            raise _no_rule(op)
        with enable_grad():  # the steps must leave a record, whoever asks
            opened = op.definition(*self.operands(lifted=True), **self.params)
        starts = {place: reached[i] for i, place in enumerate(inputs) if place is not None and i in reached}
        still = [place for place in inputs if place is not None and place not in starts]
        return push(opened.node, starts, self.lift, record=self.record, stop=still)

    def _joined(self, reached: dict[int, Any]) -> Any:
        """Through an op that joins the items of a list: it is linear in all of them at once."""
        op = self.node.op
        if op.kind != MULTILINEAR:
            raise _no_rule(op)
        values = self.node.values or ()
        return op(*(reached[i] if i in reached else np.zeros_like(x) for i, x in enumerate(values)), **self.params)

    def _summed(self, reached: dict[int, Any]) -> Any:
        """What each operand that moves adds to the tangent."""
        xs = self.operands(self.record)
        total: Any = None
        for i, tangent in reached.items():
            part = self._part(xs, i, tangent)
            total = part if total is None else _added(total, part)
        return total

    def _part(self, xs: Sequence[Any], i: int, tangent: Any) -> Any:
        op = self.node.op
        if op.kind == MULTILINEAR and not op.jvps:
            return op(*xs[:i], tangent, *xs[i + 1 :], **self.params)
        rules = op.vjps if op.kind == ELEMENTWISE and not op.jvps else op.jvps
        rule = rules[0 if op.variadic else i] if rules else None
        if rule is None:
            raise _no_rule(op)
        options = {**self.params, "which": i} if op.variadic else dict(self.params)
        if op.saves and not self.record:
            options[op.saves] = self.node.saved
        return rule(tangent, self.result(), *xs, **options)


def _fitted(tangent: Any, out: Any) -> Any:
    """The tangent with the result's shape and dtype; a rule may have left out what broadcasts."""
    if tangent.shape != out.shape:
        tangent = np.broadcast_to(tangent, out.shape)
    return tangent if tangent.dtype == out.dtype else tangent.astype(out.dtype)


def _added(total: Any, part: Any) -> Any:
    return tuple(a + b for a, b in zip(total, part, strict=True)) if isinstance(total, tuple) else total + part


def _no_rule(op: Op) -> UnsupportedError:
    return UnsupportedError(
        message(f"jvp of {op.name!r}", "an op without a forward rule", "a row with jvps", "use reverse mode, or add it")
    )
