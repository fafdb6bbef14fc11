"""Nothing that the backward pass needs may change unseen between forward and backward.

Three kinds of array can change behind the tape's back, and each is met where it costs least:
- an operand that is the user's own array: a small one is copied when it is recorded, so the gradient stays right;
  a large one leaves a fingerprint on the node, and the backward pass refuses to go on if it no longer matches;
- an array handed out by `.data`: from then on it is fingerprinted whenever it is recorded;
- a leaf that an optimiser or `assign_` writes to: the leaf notes when, and a node knows when it was made.

A run that touches no `.data` pays for the first kind only.
"""

from __future__ import annotations

import weakref
from typing import Any, NamedTuple

import numpy as np

from .errors import MutationError, message
from .op import Op
from .operands import complex_operand
from .tape import Leaf, Node, next_seq

COPIED = 1 << 20  # bytes up to which a foreign operand is copied: cheaper than two fingerprints, and never refused


class Exposure(NamedTuple):
    """An array that someone outside holds: what it was then, and when that was."""

    owner: weakref.ref[Any]
    print: bytes
    seq: int


exposed: dict[int, Exposure] = {}


def owner_of(array: Any) -> Any:
    """The array that owns the memory; views of one array have one owner."""
    base = array.base
    return array if base is None or not isinstance(base, np.ndarray) else base


def fingerprint(array: Any) -> bytes:
    """A digest that changes when elements change or change places.

    Exclusive-ors of the bits along the columns and along the rows of a table of them: one pass at memory speed each.
    """
    bits = np.ascontiguousarray(array).view(np.uint8).reshape(-1)
    whole = bits.size // 8192 * 8192
    if not whole:
        return bytes(bits)
    table = bits[:whole].view(np.uint64).reshape(-1, 1024)
    columns, rows = np.bitwise_xor.reduce(table, axis=0), np.bitwise_xor.reduce(table, axis=1)
    return bytes(columns) + bytes(rows) + bytes(bits[whole:])


def expose(array: Any) -> None:
    """Note that someone outside can write to this array from now on."""
    owner = owner_of(array)
    key = id(owner)
    if key not in exposed:
        gone = weakref.ref(owner, lambda _: exposed.pop(key, None))
        exposed[key] = Exposure(gone, fingerprint(owner), next_seq())


def held(operand: Any, op: Op, i: int) -> Any:
    """A constant operand as the tape should keep it: the user's small arrays as copies, if a rule looks at them.

    Raises:
        DTypeError: it is complex.
    """
    if type(operand) is not np.ndarray:
        if isinstance(operand, (np.ndarray, np.complexfloating)) and operand.dtype.kind == "c":
            raise complex_operand(op.name)
        return operand
    if operand.dtype.kind == "c":
        raise complex_operand(op.name)
    if i not in op.reads:
        return operand
    if operand.base is None and not operand.flags.writeable:
        return operand
    if operand.nbytes <= COPIED:
        return operand.copy()
    expose(operand)
    return operand


def _looked_at(node: Node) -> frozenset[int]:
    """The operands (-1 is the output) at which those rules look that will run for this node."""
    rules = node.op.rule_reads
    if not node.op.vjps and node.op.joint is None:
        return frozenset()  # one output of several: it hands its cotangent on as it is
    if node.op.variadic:
        return frozenset(range(-1, len(node.inputs)))
    return frozenset().union(*(rules[i] for i, place in enumerate(node.inputs) if place is not None))


def note(node: Node) -> None:
    """Fingerprint those operands of a new node that its rules look at and that someone outside can write to."""
    prints = {}
    looked_at = _looked_at(node)
    for i, value in enumerate(node.values or ()):
        if type(value) is np.ndarray and id(owner_of(value)) in exposed and i in looked_at:
            prints[i] = fingerprint(value)
    if prints:
        node.prints = prints


def verify(node: Node, everything: bool) -> None:
    """Refuse to go back through a node when an array that its rules look at is no longer what it was.

    A pass that is recorded itself looks at `everything`.

    Raises:
        MutationError: names the op and the operand, or the leaf.
    """
    prints = getattr(node, "prints", {})
    looked_at = range(-1, len(node.inputs)) if everything else _looked_at(node)
    for i, parent in enumerate(node.inputs):
        if isinstance(parent, Leaf) and parent.changed > node.seq and i in looked_at:
            raise _changed(node, i)
    outputs = node.out if node.op.multiple else (node.out,)
    for i, value in [*((-1, out) for out in outputs), *enumerate(node.values or ())]:
        if type(value) is not np.ndarray or i not in looked_at:
            continue
        seen = exposed.get(id(owner_of(value)))
        if seen is None:
            continue
        if i in prints:
            changed = fingerprint(value) != prints[i]
        else:  # handed out after it was recorded
            changed = seen.seq > node.seq and fingerprint(owner_of(value)) != seen.print
        if changed:
            raise _changed(node, i)


def _changed(node: Node, i: int) -> MutationError:
    if i < 0:
        name, which, value = node.name, "its result", node.out
    else:
        place = node.inputs[i]
        name, which, value = place.name if place else None, f"operand {i}", (node.values or ())[i]
    called = f"{name}, {which}" if name else which
    return MutationError(
        message(
            f"backward through {node.op.name!r}",
            f"an array ({called}, shape {np.shape(value)}) that was written to after the forward pass",
            "the values that the forward pass saw",
            "compute the output again after the write, or write to a copy",
        )
    )
