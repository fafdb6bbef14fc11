"""The rule of an operation as text: `dL/da = g * b; dL/db = g * a`, printed by running it on symbols."""

from __future__ import annotations

from functools import lru_cache

from autograd.op import Op, table
from autograd.symbols import formulas


@lru_cache(maxsize=512)
def rule_text(op: Op) -> str:
    """The formulas of a row of the table; nothing for an operation that is not in it, or has no rule to print.

    Example:
        >>> rule_text(table["tanh"])
        'dL/dx = g * (1 - y * y)'
    """
    if table.get(op.name) is not op or not op.samples:
        return ""
    return "; ".join(f"dL/d{name} = {formula}" for name, formula in formulas(op).items())
