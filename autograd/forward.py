"""Forward mode: a tangent pushed along the tape, from the inputs to the output.

It needs hardly a rule of its own. An element-wise rule is diagonal, so it is its own transpose: fed a tangent instead
of a cotangent it gives the tangent of the output. An op that is linear in an input pushes the tangent through its own
forward. A composite is opened into its definition. Only the rest state a jvp.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .errors import UnsupportedError, message
from .op import COMPOSITE, ELEMENTWISE, MULTILINEAR
from .reverse import Place
from .rules.shape import OUTPUT
from .tape import Node, walk


def push(root: Place, tangents: Mapping[Place, Any], lift: Any) -> Any:
    """The tangent of what `root` made, given the tangents of some leaves; None if it does not depend on them.

    `lift` makes a Tensor of an array and its place; composites are opened with it.
    """
    known = dict(tangents)
    for node in walk(root, stop=tangents):
        reached = {i: known[place] for i, place in enumerate(node.inputs) if place in known}
        if reached:
            known[node] = _tangent(node, reached, lift)
    return known.get(root)


def _tangent(node: Node, reached: dict[int, Any], lift: Any) -> Any:
    op, values, params = node.op, node.values or (), node.params or {}
    if op is OUTPUT:
        return reached[0][params["index"]]
    if op.kind == COMPOSITE and op.definition is not None:
        xs = [x if p is None else lift(x, p) for x, p in zip(values, node.inputs, strict=True)]
        opened = op.definition(*xs, **params)
        starts = {p: reached[i] for i, p in enumerate(node.inputs) if i in reached and p is not None}
        return np.broadcast_to(push(opened.node, starts, lift), node.out.shape)
    total: Any = None
    for i, tangent in reached.items():
        part = _part(node, i, tangent)
        total = part if total is None else _added(total, part)
    return total if op.multiple else np.broadcast_to(total, node.out.shape).astype(node.out.dtype)


def _part(node: Node, i: int, tangent: Any) -> Any:
    """What operand number `i` adds to the tangent of the output."""
    op, values, params = node.op, node.values or (), node.params or {}
    if op.variadic:  # the items of a list are joined, not multiplied: a tangent meets zeros, not its neighbours
        return op.forward(*(tangent if j == i else np.zeros_like(x) for j, x in enumerate(values)), **params)
    if op.kind == MULTILINEAR:
        return op.forward(*values[:i], tangent, *values[i + 1 :], **params)
    rules = op.vjps if op.kind == ELEMENTWISE else op.jvps
    if not rules:
        raise UnsupportedError(
            message(
                f"jvp of {op.name!r}", "an op without a forward rule", "a row with jvps", "use reverse mode, or add it"
            )
        )
    rule = rules[i]
    assert rule is not None  # an operand without a rule is recorded as a constant
    return rule(tangent, node.out, *values, **params)


def _added(total: Any, part: Any) -> Any:
    return tuple(a + b for a, b in zip(total, part, strict=True)) if isinstance(total, tuple) else total + part
