"""Results in columns, where the product that makes them is done faster so.

In x @ weight.T BLAS meets the weights across, and first copies all of them into another order. In weight @ x.T, which
is the same result lying in columns, it meets them along; and so does the product that goes back, if the gradient lies
in columns too. The fewer examples there are to a unit, the more that copy is of the time: on AVX-512 the forward
product of 32 examples takes half as long, and the whole of a layer three quarters.
"""

from __future__ import annotations

from typing import Any

from ..rules.composite import better_in_columns
from .program import Call, Recording
from .turning import Groups, Standing, is_product, turned


def in_columns(recording: Recording, calls: list[Call], held: list[Any]) -> list[Call]:
    """The calls with such results in columns; `held` are arrays that are needed afterwards, and stay as they lie."""
    made = [call.args[2] for call in calls if is_product(call) and _across(*call.args[1:])]
    if not made:
        return calls
    standing, groups = Standing(recording, calls), Groups(recording, calls, held)
    kept = {id(recording.places.find(array)) for array in held}
    for wholes in groups.of(made):
        if kept.isdisjoint(id(recording.memory(whole)) for whole in wholes):
            for whole in wholes:
                standing.put(whole, turned(whole))
    return [standing.call(call) for call in calls]


def _across(weights: Any, out: Any) -> bool:
    """Whether a product meets weights across, and would better meet them along."""
    return out.ndim == weights.ndim == 2 and not weights.flags.c_contiguous and better_in_columns(len(out), weights.T)
