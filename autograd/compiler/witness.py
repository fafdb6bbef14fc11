"""How a value that got lost on the way is found: the step is recorded a second time, on other numbers.

A recording holds all that is computed with arrays that write down. Where a step leaves them, by `.data`, a list or a
random draw, what comes back in is a constant. If it is another constant on other numbers, it was none.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from ..errors import message
from ..op import Op
from .arguments import STATIC
from .liveness import needed
from .program import CONSTANT, Call, Memory, Recording, ReplayError


def frozen(recording: Recording, witness: Recording, whole: Collection[str]) -> tuple[str, Op | None] | None:
    """Where a value is used which depends on the inputs, and of which there is no record; and the row to blame.

    Rows in `whole` are one call already.
    """
    calls, others = needed(recording.calls), needed(witness.calls)
    suspects = _suspects(recording, witness, whole)
    for call, other in zip(calls, others, strict=False):
        if call.style == other.style == "check" and call.expected != other.expected:
            return None  # another way through the step, which the program checks for
        same = _name(call) == _name(other) and len(call.needs) == len(other.needs)
        if not same or _literals(call) != _literals(other):
            return call.origin, call.op
        for memory, twin in zip(call.needs, other.needs, strict=True):
            if not _agree(memory, twin):
                _, known = recording.suspects.get(id(memory), (memory, None))
                return call.origin, next((op for op in (known, suspects[0], call.op, suspects[1]) if op), None)
    more = calls[len(others) :] or others[len(calls) :]
    if more:
        return more[0].origin, more[0].op
    results = zip(recording.results, witness.results, strict=True)
    if all(_equal(a, b) for a, b in results):
        return None
    return "the result", suspects[0] or suspects[1]


def _suspects(recording: Recording, witness: Recording, whole: Collection[str]) -> tuple[Op | None, Op | None]:
    """The first row that gave a constant which is another one on other numbers, and the first that gave any."""
    given = [(memory, op) for memory, op in recording.suspects.values() if op.name not in whole]
    twins = [memory for memory, op in witness.suspects.values() if op.name not in whole]
    differing = (op for (memory, op), twin in zip(given, twins, strict=False) if not _agree(memory, twin))
    return next(differing, None), given[0][1] if given else None


def _equal(result: Any, twin: Any) -> bool:
    """Whether two results that are no memory of the program are the same."""
    if isinstance(result, np.ndarray):
        return bool(np.array_equal(result, twin, equal_nan=result.dtype.kind == "f"))
    return result is twin or (isinstance(result, STATIC) and result == twin) or not isinstance(result, STATIC)


def refused(origin: str) -> ReplayError:
    """The error for a value that got lost."""
    return ReplayError(
        message(f"compile (near {origin or 'the first op'})", "a value that depends on the inputs, and is used "
                "without a record of how", "NumPy functions and methods on the arguments, parameters and buffers",
                "compute it with them (not through lists or other libraries; random numbers by autograd.compiler.live)"
                ", or do not compile this step")
    )  # fmt: skip


def _name(call: Call) -> str:
    return str(getattr(call.function, "__qualname__", call.function))


def _agree(memory: Memory, other: Memory) -> bool:
    if memory.kind != other.kind or memory.high - memory.low != other.high - other.low:
        return False
    return memory.kind != CONSTANT or memory.print == other.print


def _literals(call: Call) -> list[Any]:
    return [x for x in _flat([call.args, call.options]) if isinstance(x, (*STATIC, np.generic))]


def _flat(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, slice):
        tree = [tree.start, tree.stop, tree.step]
    return [leaf for item in tree for leaf in _flat(item)] if isinstance(tree, (list, tuple)) else [tree]
