"""One stop in numbers: what arrives at a node, the rule with this node's numbers, and what it adds to whom."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.op import Op
from autograd.reverse import Parts, prepare
from autograd.sources import source_of
from autograd.symbols import Sym, formulas, rules_on
from autograd.tape import Node

from ..graphview.stats import largest
from ..results import Amount, Contribution, Stop
from .amounts import Index, amount, fitting, stretched, summed, written
from .places import Places, elementwise, level_of, number
from .products import sum_of_products
from .records import Arrival, Record

Slopes = dict[int, tuple[Amount, str]]  # by operand: the local derivative, and what element of the output it is of

OF_ARRAYS = (".size", ".shape")  # what a rule may ask of an array, and nobody of a number
LONGEST = 200  # characters of a formula: beyond that it says less than the numbers


def stop_at(places: Places, record: Record, at: int, chosen: Index | None, note: str = "") -> Stop:
    """All that there is to say of step number `at`; `chosen` is the element to look at, if the user chose one."""
    node, total = record.node, len(places.order)
    look = element_of(record, chosen)
    following = places.order[at + 1] if at + 1 < total else None
    operands, slopes = places.operands(node), local_derivatives(node, look)
    shown = look if elementwise(node) or look == chosen else None  # elsewhere no number of the rule belongs to it alone
    return Stop(
        number=at + 1,
        total=total,
        name=places.names[node],
        op=node.op.name,
        expression=places.expression(node),
        module=_module(node),
        rule=_rule(node.op),
        why=node.op.why,
        upstream=_numbers("g", outputs_of(node, record.gradient), shown),
        output=_numbers("y", node.out if isinstance(node.out, tuple) else (node.out,), shown),
        operands=tuple(
            (letter, name, amount(x, _of_operand(node, look, x))) for letter, name, x in operands if x is not None
        ),
        contributions=tuple(_contribution(places, record, each, look, chosen, slopes) for each in record.arrivals),
        following="" if following is None else places.expression(following),
        source=source_of(node) if places.sources > 1 else "",
        note=note,
    )


def element_of(record: Record, chosen: Index | None) -> Index:
    """The output's element to look at: the chosen one if there is one, else the one with the largest gradient."""
    node = record.node
    if isinstance(node.out, tuple):
        return ()
    shape = np.shape(node.out)
    if chosen is not None and fitting(chosen, shape):
        return chosen
    return largest(record.gradient) if hasattr(record.gradient, "shape") else ()


def outputs_of(node: Node, gradient: Any) -> tuple[Any, ...]:
    """The gradient of each output: one, but for ops that give several."""
    return gradient.filled(node.out) if isinstance(gradient, Parts) else (gradient,)


def _numbers(letter: str, arrays: tuple[Any, ...], look: Index | None) -> tuple[tuple[str, Amount], ...]:
    if len(arrays) == 1:
        return ((letter, amount(arrays[0], look)),)
    return tuple((f"{letter}{i}", amount(array)) for i, array in enumerate(arrays))


def _of_operand(node: Node, look: Index, x: Any) -> Index | None:
    """The operand's element that goes with the output's, where there is one such."""
    shape = np.shape(x)
    return stretched(look, shape) if elementwise(node) and len(shape) <= len(look) else None


def _module(node: Node) -> str:
    path = node.scope.path
    return f"{path} {node.scope.kind}".strip() if path else ""


def _rule(op: Op) -> tuple[str, ...]:
    """The rule as `explain` prints it."""
    return tuple(f"dL/d{name} = {text}" for name, text in formulas(op).items()) if op.samples else ()


def _contribution(
    places: Places, record: Record, arrival: Arrival, look: Index, chosen: Index | None, slopes: Slopes
) -> Contribution:
    node, i = record.node, arrival.operand
    value = (node.values or (None,) * (i + 1))[i]
    formula, numbers = written_rule(node, places.letters(node), record.gradient, i, look)
    local, local_of = slopes.get(i, (None, ""))
    if numbers and local is not None:
        slope = local.element if local.element is not None else local.value
        g = np.asarray(record.gradient)
        product = "" if slope is None else number(slope * float(g.reshape(-1)[0] if g.size == 1 else g[look]))
        numbers += "" if product in ("", numbers) else f" = {product}"
    share = outputs_of(node, arrival.share)[0] if not isinstance(arrival.share, Parts) else record.gradient
    at = _element_of_share(node, share, value, look, chosen)
    place = look if numbers or not np.ndim(share) else at or ()
    if not numbers:
        numbers = sum_of_products(record, i, share, at)
    sums = [each if hasattr(each, "shape") else None for each in (arrival.before, arrival.after)]
    before, after = (None if each is None else amount(each, at) for each in sums)
    return Contribution(
        to=places.names[arrival.place],
        letter=places.letters(node)[i] if node.values is not None else "x",
        formula=formula,
        numbers=numbers,
        at=written(place),
        local=local,
        local_of=local_of,
        added=amount(share, at),
        undone=_undone(node, record.gradient, i, value),
        before=before,
        after=after,
        arrived=arrival.count,
        expected=places.expected[arrival.place],
    )


def _element_of_share(node: Node, share: Any, value: Any, look: Index, chosen: Index | None) -> Index | None:
    """The element of a contribution to look at: the one that goes with the output's, the chosen one, or the largest."""
    if elementwise(node):
        return _of_operand(node, look, value)
    if chosen is not None and fitting(chosen, np.shape(share)):
        return chosen
    return largest(share) if np.ndim(share) else None


def _options(node: Node, i: int) -> dict[str, Any]:
    options = dict(node.params or {})
    if node.op.saves:
        options[node.op.saves] = node.saved
    return {**options, "which": i} if node.op.variadic else options


def _undone(node: Node, g: Any, i: int, value: Any) -> str:
    """Where NumPy stretched an operand, its gradient is summed: over which axes."""
    if not node.op.broadcasts:
        return ""
    if elementwise(node):
        return summed(np.shape(node.out), np.shape(value))
    rule: Any = node.op.rule_for(i)
    with np.errstate(all="ignore"):
        raw = rule(outputs_of(node, g) if node.op.multiple else g, node.out, *(node.values or ()), **_options(node, i))
    return summed(np.shape(raw), np.shape(value))


def written_rule(node: Node, letters: list[str], g: Any, i: int, look: Index) -> tuple[str, str]:
    """The rule of operand number `i` on this node: with letters, and with the numbers at the element `look`."""
    if node.op.name == "output":
        return "g", ""
    values = [np.asarray(value) for value in node.values or ()]
    many = isinstance(node.out, tuple)
    ys = node.out if many else (node.out,)
    gs = outputs_of(node, g)
    named = _symbols(letters, values)
    general = _run(node, i, named, _symbols(_lettered("g", gs), gs), _symbols(_lettered("y", ys), ys), many)
    if not elementwise(node) or not np.size(node.out) or node.op.saves:
        return general, ""
    chosen = [_element(node, look, x) for x in (*values, gs[0], ys[0])]
    texts = [number(x.item()) for x in chosen]
    *xs, g0, y0 = _symbols(texts, chosen)
    worked = _run(node, i, xs, [g0], [y0], many=False)
    return general, "" if any(name in worked for name in OF_ARRAYS) else worked


def _lettered(letter: str, arrays: tuple[Any, ...]) -> list[str]:
    return [letter] if len(arrays) == 1 else [f"{letter}{i}" for i in range(len(arrays))]


def _symbols(texts: list[str], values: Any) -> list[Sym]:
    return [Sym(text, np.asarray(value), level_of(text)) for text, value in zip(texts, values, strict=True)]


def _element(node: Node, look: Index, x: Any) -> Any:
    array = np.asarray(x)
    return array.reshape(-1)[:1].reshape(()) if array.size == 1 else array[stretched(look, array.shape)]


def _run(node: Node, i: int, xs: list[Sym], g: list[Sym], y: list[Sym], many: bool) -> str:
    """The rule run on symbols; where that is not possible, '': it may look at what a single number does not have."""
    try:
        with np.errstate(all="ignore"):
            found = rules_on(
                node.op, xs, node.params or {}, tuple(g) if many else g[0], tuple(y) if many else y[0],
                getattr(node, "saved", None),
            )  # fmt: skip
    except Exception:  # noqa: BLE001  # the rule as `explain` prints it is shown in any case
        return ""
    text = found.get(i, "")
    return text if len(text) <= LONGEST else ""


def local_derivatives(node: Node, look: Index) -> Slopes:
    """For each operand how the output moves as it does, and which element of the output that is about, if not all.

    It is what the rule gives for a gradient of 1: for all elements at once where each has its own, for one otherwise.
    """
    if isinstance(node.out, tuple) or node.op.name == "output" or not np.size(node.out):
        return {}
    y = np.asarray(node.out)
    found: Slopes = {}
    with np.errstate(all="ignore"):
        if elementwise(node):
            ones = np.ones_like(y) if y.ndim else y.dtype.type(1)
            for i, place in enumerate(node.inputs):
                if place is not None:
                    rule: Any = node.op.rule_for(i)
                    found[i] = amount(rule(ones, node.out, *(node.values or ()), **_options(node, i)), look), ""
            return found
        one = np.zeros_like(y)
        one[look] = 1
        for i, share in (node.op.shares or prepare(node.op))(node, one if y.ndim else y.dtype.type(1)):
            found[i] = amount(share, largest(share)), written(look) if y.ndim else ""
    return found
