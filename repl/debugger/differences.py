"""Finite differences at one stop: an element is moved a little, what comes after it is computed again, and compared.

Two things can be wrong at a node: what arrives there, and what its rule makes of that. Both are measured: the gradient
that arrived by moving the output and running the rest of the graph up to the loss, each contribution by moving the
operand and running this op alone. All is computed in float64.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.tape import Node

from ..graphview.stats import largest
from ..messages import marked, tr
from ..results import Check, CheckRow
from .amounts import Index, fitting, stretched, written
from .places import Places, elementwise
from .records import Record
from .stops import element_of

STEP = float(
    np.cbrt(np.finfo(np.float64).eps)
)  # the best for a central difference: Press et al., Numerical Recipes 5.7
TOLERANCE = {np.dtype(np.float64): 1e-6, np.dtype(np.float32): 1e-3, np.dtype(np.float16): 1e-1}


def checked(places: Places, record: Record, at: int, chosen: Index | None) -> Check:
    """The engine's numbers at step number `at` beside finite differences of the same."""
    node = record.node
    if isinstance(node.out, tuple) or node.op.name == "output":
        return Check((), tr("{op} has several outputs: check at the nodes around it", op=node.op.name))
    look = element_of(record, chosen)
    try:
        with np.errstate(all="ignore"):
            rows = [_upstream(places, record, at, look)]
            rows += [_share(places, record, arrival, look, chosen) for arrival in record.arrivals]
    except Exception as error:  # noqa: BLE001  # an op of the user's may do anything
        got = " ".join(str(error).split()) or type(error).__name__
        told = marked("{op} cannot be computed again on changed numbers ({reason})")
        return Check((), tr(told, op=node.op.name, reason=got))
    wrong = [row for row in rows if not row.agrees]
    told = marked("A difference at a kink, such as relu at 0, or between numbers near 0 is no mistake.")
    if wrong and all(math.isnan(row.engine + row.measured) for row in wrong):
        told = marked("What is not a number cannot be checked.")
    return Check(tuple(rows), tr(told) if wrong else "")


def forward(node: Node, values: Any) -> Any:
    """What a node computes from these operands."""
    made = node.op.forward(*values, **(node.params or {}))
    return made[0] if node.op.saves else made


def _wide(x: Any) -> Any:
    """A float array in float64; anything else as it is."""
    array = np.asarray(x)
    return array.astype(np.float64) if array.dtype.kind == "f" else x


def _moved(x: Any, at: Index, by: float) -> Any:
    array = np.array(x, np.float64)
    array[at] += by
    return array


def _step(x: Any) -> float:
    return STEP * max(1.0, abs(float(x)))


def _upstream(places: Places, record: Record, at: int, look: Index) -> CheckRow:
    """The gradient that arrived: the output is moved, and all that was computed from it."""
    node = record.node
    later = places.order[:at][::-1]  # the newer nodes, oldest first
    y = np.asarray(node.out)
    h = _step(y[look])
    high, low = (_loss(places, node, later, _moved(y, look, by)) for by in (h, -h))
    name = places.names[node] + written(look)
    root = places.names[places.order[0]]
    return _compared(f"d{root}/d{name}", np.asarray(record.gradient)[look], (high - low) / (2 * h), y.dtype)


def _loss(places: Places, start: Node, later: list[Node], value: Any) -> float:
    """The loss as it would be if `start` had given this value."""
    values: dict[Any, Any] = {start: value}
    for node in later:
        if any(place in values for place in node.inputs if place is not None):
            operands = zip(node.inputs, node.values or (), strict=True)
            xs = [values[place] if place in values else _wide(x) for place, x in operands]
            picked = (node.params or {}).get("index") if node.op.name == "output" else None
            values[node] = xs[0] if picked is None else xs[0][picked]
            if node.op.name != "output":
                values[node] = forward(node, xs)
    return float(np.asarray(values[places.order[0]]).sum())


def _share(places: Places, record: Record, arrival: Any, look: Index, chosen: Index | None) -> CheckRow:
    """One contribution: the operand is moved, this op alone computed again, and its output weighed by what arrived."""
    node, i = record.node, arrival.operand
    x = np.asarray((node.values or ())[i])
    share = np.asarray(arrival.share)
    if elementwise(node) and x.ndim <= len(look):
        at = stretched(look, x.shape)
    else:
        at = chosen if chosen is not None and fitting(chosen, x.shape) else largest(share)
    h = _step(x[at])
    sums = []
    for by in (h, -h):
        values = [_moved(each, at, by) if j == i else _wide(each) for j, each in enumerate(node.values or ())]
        sums.append(float((np.asarray(forward(node, values)) * np.asarray(record.gradient, np.float64)).sum()))
    what = tr("added to {name}", name=places.names[arrival.place] + written(at))
    return _compared(what, share[at], (sums[0] - sums[1]) / (2 * h), x.dtype)


def _compared(what: str, engine: Any, measured: float, dtype: Any) -> CheckRow:
    found = float(engine)
    near = TOLERANCE.get(np.dtype(dtype), 1e-6) * max(1.0, abs(found), abs(measured))
    return CheckRow(what, found, float(measured), bool(abs(found - measured) <= near))
