"""The command that explains: explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from ..arguments import Choice
from ..registry import command
from ..results import Rule
from ..session import Plan, Session
from .catalog import section


def _operations() -> Mapping[str, str]:
    from autograd import ops

    return {name: op.why for name, op in ops.table.items() if name != "output"}  # bookkeeping, not mathematics


def _aliases() -> Mapping[str, str]:
    """Symbols, and the names that layers and losses have in nn, for the operations behind them."""
    from autograd import ops

    names = {"cross_entropy": "softmax_cross_entropy"}
    for name, op in ops.table.items():
        names.setdefault(op.symbol, name)  # + is add, and not the sign that came later
    for part in ("LAYERS", "ACTIVATIONS", "LOSSES"):
        for entry in section(part).values():
            for alias in (entry.target.rpartition(".")[2], *entry.aliases):
                names.setdefault(alias, names.get(entry.name, entry.name))
    return {word: name for word, name in names.items() if name in ops.table}


@command("inspect")
def explain(
    session: Session,
    name: Annotated[str, Choice("operation", _operations, _aliases), "which operation, layer or loss"],
) -> Plan:
    """Print the rule by which a gradient passes through an operation, and what it means.

    In the formula, g is the gradient that arrives, y the output, the other letters are the inputs.

    Example:
        > explain tanh
        > explain linear
        > explain cross_entropy
    """
    from autograd import ops

    why = ops.table[name].why

    def report(values: Sequence[Any]) -> Rule:
        lines = str(values[-1]).splitlines()
        return Rule(name, "\n".join(line for line in lines if line != why), why)

    return Plan((f'explain("{name}")',), report, script=())
