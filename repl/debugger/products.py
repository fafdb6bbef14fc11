"""One element of a contribution that is a sum over many, worked out: `0.012 * 0.31 + 0.0051 * -0.2 + … (32 terms)`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.reverse import Step

from ..graphview.worked import TERMS, work
from ..messages import tr
from .amounts import Index, largest
from .places import number
from .records import Record


def sum_of_products(record: Record, operand: int, share: Any, at: Index | None) -> str:
    """The calculation of the element `at`, with the value that it comes to; '' where the op is of no known form."""
    node = record.node
    if at is None or not hasattr(record.gradient, "shape") or not hasattr(share, "shape"):
        return ""
    if node.op.name == "linear" and np.ndim(record.gradient) == 2:
        pairs = _linear(record, operand, at)
        terms = [number(float(g), 3) + (f" * {number(float(x), 3)}" if x is not None else "") for g, x in pairs[:TERMS]]
        return _told(" + ".join(terms), len(pairs), share[at])
    if at != largest(share):
        return ""
    found = work(Step(node, record.gradient, (), {}), operand, share)
    return _told(found.text, found.terms, share[at]) if found.text and found.index == at else ""


def _told(text: str, terms: int, value: Any) -> str:
    more = " + … " + tr("({count} terms)", count=terms) if terms > TERMS else ""
    result = number(float(value), 4)
    return text if text == result else f"{text}{more} = {result}"


def _linear(record: Record, operand: int, at: Index) -> list[tuple[Any, Any]]:
    """What is multiplied and added up for one element: the gradient's row or column with the other factor's."""
    g, (x, weight, *_) = record.gradient, record.node.values or (None, None)
    if operand == 0:
        return list(zip(g[at[0]], weight[:, at[1]], strict=True))
    if operand == 1:
        return list(zip(g[:, at[0]], x[:, at[1]], strict=True))
    return [(each, None) for each in g[:, at[0]]]
