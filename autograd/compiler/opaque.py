"""Rows that are recorded as one call, forward and backward, because their code fills plain arrays piece by piece.

Most rows are NumPy calls on whole arrays, each of which is a line of the program. A convolution or a recurrent layer
loops over parts of arrays that it makes itself: what it does can't be followed from outside. Its forward and its
rule are then called as they are at each run, and what they give is copied to where the program wants it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from ..op import Op
from ..reverse import Parts, prepare
from ..tape import Leaf, Node
from .program import CONSTANT, Recording, arrays_in
from .traced import active, perform, plain


def leaks(recording: Recording, given: Any, made: Any) -> bool:
    """Whether something comes from recorded values, and is not recorded itself."""
    if not any(_known(recording, array) for array in arrays_in(plain(given))):
        return False
    if isinstance(made, np.generic):  # NumPy's numbers have no memory to be followed by
        return True
    return any(array.size and not _known(recording, array) for array in arrays_in(plain(made)))


def _known(recording: Recording, array: Any) -> bool:
    memory = recording.places.find(array)
    return memory is not None and memory.kind != CONSTANT


def with_one_call(op: Op) -> Op:
    """The row, with its rule as one call."""
    whole = copy.copy(op)
    whole.shares = _shares(op)
    return whole


def _shares(op: Op) -> Callable[[Node, Any], Any]:
    reads = op.joint_reads

    def shares(node: Node, g: Any) -> list[tuple[int, Any]]:
        gradient = _Gradient(op, node.inputs, isinstance(g, Parts))
        saved = node.saved if op.saves else None
        seen = (node.out, *(node.values or ()))
        out, *values = (x if i in reads else _form(x) for i, x in enumerate(seen, -1))
        given = (g.items if gradient.parts else g, out, values, saved, node.params)
        found: list[Any] = perform(gradient, given, {})
        return list(zip(gradient.places, found, strict=True))

    return shares


def _form(x: Any) -> Any:
    """An array of the same shape and dtype, for who does not look at the elements: so the memory of `x` is free."""
    return np.broadcast_to(np.zeros((), x.dtype), x.shape) if isinstance(x, np.ndarray) else x


_TRACKED = Leaf()  # stands for where a tracked operand came from: the tape itself is not to outlive the recording


class _Gradient:
    """A row's rule, applied to arrays."""

    def __init__(self, op: Op, inputs: Any, parts: bool) -> None:
        self.op, self.parts = op, parts
        self.inputs = tuple([None if place is None else _TRACKED for place in inputs])
        self.places: list[int] = []
        self.__qualname__ = self.__name__ = f"{op.name}_gradient"

    def __call__(self, g: Any, out: Any, values: Any, saved: Any, params: Any) -> list[Any]:
        """The cotangents that the operands get, each with memory of its own."""
        node = Node(0, self.op, self.inputs, tuple(values), params, out, None)  # type: ignore[arg-type]
        if self.op.saves:
            node.saved = saved
        found = list(prepare(self.op)(node, Parts(g) if self.parts else g))
        self.places = [i for i, _ in found]
        shares = [share for _, share in found]
        if active() is None:  # a run copies them to their places at once
            return shares
        return _apart(shares, [g, out, values, saved])


def _apart(shares: list[Any], given: Any) -> list[Any]:
    """The same arrays, copied where two of them, or one and something given, may share memory."""
    seen = {id(array) for array in arrays_in(given)}
    apart = []
    for share in shares:
        apart.append(share.copy(order="K") if share.base is not None or id(share) in seen else share)
        seen.add(id(share))
    return apart
