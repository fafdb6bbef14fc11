"""One element of a contribution that is a sum over many, worked out: `0.012 * 0.31 + 0.0051 * -0.2 + … (32 terms)`."""

from __future__ import annotations

from typing import Any

from autograd.reverse import Step

from ..graphview.worked import TERMS, work
from ..messages import tr
from .amounts import Index
from .places import number
from .records import Record


def sum_of_products(record: Record, operand: int, share: Any, at: Index | None) -> str:
    """The calculation of the element `at`, with the value that it comes to; '' where the op is of no known form."""
    if at is None or not hasattr(record.gradient, "shape") or not hasattr(share, "shape"):
        return ""
    found = work(Step(record.node, record.gradient, (), {}), operand, share, at)
    return _told(found.text, found.terms, share[at]) if found.text else ""


def _told(text: str, terms: int, value: Any) -> str:
    more = " + … " + tr("({count} terms)", count=terms) if terms > TERMS else ""
    result = number(float(value), 4)
    return text if text == result else f"{text}{more} = {result}"
