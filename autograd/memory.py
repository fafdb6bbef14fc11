"""What does a graph keep? The bytes that each node holds for the backward pass.

print(memory_report(loss))
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .guard import owner_of
from .tape import Leaf, Node, walk


class Kept(NamedTuple):
    """One node: its op, where in the program it was made, its output's shape, and the bytes that only it adds."""

    op: str
    path: str
    shape: tuple[int, ...]
    bytes: int


class MemoryReport(NamedTuple):
    """What the nodes of a graph keep, oldest first; an array that several hold counts where it is first held.

    `leaves` are the bytes of the leaves themselves, which exist without the graph.
    """

    nodes: tuple[Kept, ...]
    leaves: int

    @property
    def total(self) -> int:
        """The bytes that are there because of the graph."""
        return sum(node.bytes for node in self.nodes)

    def __str__(self) -> str:
        rows = sorted(self.nodes, key=lambda node: -node.bytes)[:20]
        lines = [f"{node.bytes:>12,}  {node.op:<22} {node.path:<16} {node.shape}" for node in rows]
        left = len(self.nodes) - len(rows)
        lines += [f"{'':>12}  and {left} nodes that keep less"] if left else []
        return "\n".join([f"{'bytes':>12}  op {'':<19} {'module':<16} shape", *lines, f"{self.total:>12,}  in all"])


def memory_report(tensor: Any) -> MemoryReport:
    """The bytes that each node under `tensor` keeps for the backward pass.

    Example:
        >>> import autograd
        >>> x = autograd.Tensor(np.ones(1000), requires_grad=True)
        >>> y = np.tanh(x) * 2.0
        >>> [(node.op, node.bytes) for node in memory_report(y).nodes]
        [('tanh', 8000), ('multiply', 8000)]
    """
    nodes = walk(tensor.node)
    counted: set[int] = set()
    arrays = {
        place: value
        for node in nodes
        for place, value in zip(node.inputs, node.values or (), strict=False)
        if isinstance(place, Leaf)
    }
    own = sum(_count(value, counted) for value in arrays.values())
    rows = []
    for node in nodes:
        held = (node.out, node.values, getattr(node, "saved", None))
        rows.append(Kept(node.op.name, node.scope.path, _shape(node), sum(_count(x, counted) for x in held)))
    return MemoryReport(tuple(rows), own)


def _count(x: Any, counted: set[int]) -> int:
    if isinstance(x, tuple):
        return sum(_count(part, counted) for part in x)
    if not isinstance(x, np.ndarray):
        return 0
    owner = owner_of(x)
    if id(owner) in counted:
        return 0
    counted.add(id(owner))
    return int(owner.nbytes)


def _shape(node: Node) -> tuple[int, ...]:
    return () if node.out is None or node.op.multiple else np.shape(node.out)
