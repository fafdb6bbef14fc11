"""A rule with this node's own numbers: one element of what a step hands on, worked out to be checked by hand.

The element with the largest contribution is taken, if none is asked for. Its formula is the rule itself, run on symbols
whose texts are the numbers, so it cannot differ from the engine; and it is given only if its value is the engine's.

    tanh                 0.0072 * (1 - 0.31 * 0.31)
    a @ b, for a         0.012 * 0.31 + 0.0051 * -0.2 + …      one product for each column of g
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from autograd.op import COMPOSITE, ELEMENTWISE
from autograd.reverse import Step
from autograd.symbols import Sym

from .stats import largest

TERMS = 3  # of a sum, that are written out
Index = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    """One element of a contribution. `upstream` and `slope` are of the one output it went to; None if it went to many.

    `text` is the calculation, `terms` how many products or shares were added up in all; `text` has the first three.
    """

    index: Index
    value: float
    text: str = ""
    terms: int = 1
    upstream: float | None = None
    slope: float | None = None


def work(step: Step, operand: int, share: Any, at: Index | None = None) -> Worked:
    """The element `at`, or the largest, of what a step adds to the gradient of operand number `operand`.

    Example:
        >>> import autograd
        >>> from autograd.reverse import steps
        >>> x = autograd.Tensor([0.0, 0.5], requires_grad=True)
        >>> step = next(steps(np.tanh(x), np.array([0.1, 2.0])))
        >>> found = work(step, *next(iter(step.contributions)))
        >>> found.index, found.text, round(found.value, 4), round(found.slope, 4)
        ((1,), '2 * (1 - 0.462 * 0.462)', 1.5729, 0.7864)
    """
    if not share.size:
        return Worked((), 0.0)
    index = largest(share) if at is None else at
    value = float(share[index])
    node, g = step.node, step.cotangent
    found = None
    if np.isfinite(value) and hasattr(g, "shape"):
        x = (node.values or ())[operand]
        if node.op.name == "linear" and g.ndim == 2:
            return _linear(step, operand, index, value) or Worked(index, value)
        if node.op.kind in (ELEMENTWISE, COMPOSITE) and not node.op.multiple and np.shape(x) == share.shape:
            found = _pointwise(step, operand, index, value)
        if found is None and node.op.name == "matmul":
            found = _product(step, operand, index, value)
        if found is None and node.op.name in ("sum", "mean") and g.ndim == 0:
            divided = f" / {share.size}" if node.op.name == "mean" else ""
            found = _checked(Worked(index, value, f"{_text(float(g))}{divided}", 1, float(g)), float(g) / _parts(step))
        if found is None and node.op.name == "softmax":
            found = _softmax(step, index, value)
        if found is None and node.op.name == "softmax_cross_entropy":
            found = _cross_entropy(step, index, value)
    return found or Worked(index, value)


def _parts(step: Step) -> int:
    return np.size((step.node.values or (0,))[0]) if step.node.op.name == "mean" else 1


def _text(x: float) -> str:
    return f"{x:.3g}"


def _checked(found: Worked, computed: float) -> Worked | None:
    """What was worked out, if it comes to what the engine has."""
    return found if np.isclose(computed, found.value, rtol=1e-3, atol=1e-30) else None


def _symbol(x: Any) -> Sym:
    value = np.asarray(x)
    text = _text(float(value))
    return Sym(f"({text})" if text.startswith("-") else text, value)


def _pointwise(step: Step, operand: int, index: Index, value: float) -> Worked | None:
    """A rule that treats each element by itself: run on symbols, once for each output that the element went to."""
    node, g = step.node, step.cotangent
    rule: Any = node.op.vjps[operand] if operand < len(node.op.vjps) else None
    shape = np.shape(node.out)
    if rule is None or node.op.saves or node.params or node.values is None:
        return None
    places = list(islice(_went_to(shape, np.shape(node.values[operand]), index), TERMS))
    count = int(np.prod(shape, dtype=int)) // max(1, int(np.prod(np.shape(node.values[operand]), dtype=int)))
    try:
        terms = [
            rule(_symbol(g[at]), _symbol(node.out[at]), *(_symbol(np.broadcast_to(x, shape)[at]) for x in node.values))
            for at in places
        ]
    except (TypeError, ValueError, IndexError):  # the rule needs whole arrays: it is not of this kind
        return None
    if not all(isinstance(term, Sym) for term in terms):
        return None
    upstream = float(g[places[0]]) if count == 1 else None
    slope = value / upstream if upstream else None
    found = Worked(index, value, " + ".join(map(str, terms)), count, upstream, slope)
    # Of a long sum only the beginning was computed here: there is nothing to compare.
    return found if count > len(terms) else _checked(found, sum(float(term.value) for term in terms))


def _went_to(shape: Index, operand: Index, index: Index) -> Iterator[Index]:
    """The elements of the output that an element of an operand was stretched to."""
    lead = len(shape) - len(operand)
    fixed = [None] * lead + [
        None if n == 1 and m != 1 else i for n, m, i in zip(operand, shape[lead:], index, strict=True)
    ]
    for at in np.ndindex(*(m if i is None else 1 for i, m in zip(fixed, shape, strict=True))):
        yield tuple(j if i is None else i for i, j in zip(fixed, at, strict=True))


def _product(step: Step, operand: int, index: Index, value: float) -> Worked | None:
    """A matrix product: the row of one factor times the column of the other that meet in this element."""
    a, b = step.node.values or (None, None)
    g = step.cotangent
    if a is None or b is None or a.ndim < 2 or b.ndim < 2:
        return None
    if operand == 0 and (b.ndim == 2 or b.shape[:-2] == a.shape[:-2]):
        left, right = g[index[:-1]], b[(*index[:-2], index[-1])] if b.ndim > 2 else b[index[-1]]
    elif operand == 1 and b.ndim == 2:
        left, right = a[..., index[0]].reshape(-1), g[..., index[1]].reshape(-1)
    elif operand == 1 and b.shape[:-2] == a.shape[:-2]:
        left, right = a[(*index[:-2], slice(None), index[-2])], g[(*index[:-2], slice(None), index[-1])]
    else:
        return None
    text = " + ".join(_pair(x, y) for x, y in zip(left[:TERMS].tolist(), right[:TERMS].tolist(), strict=True))
    return _added(Worked(index, value, text, len(left)), left, right)


def _linear(step: Step, operand: int, index: Index, value: float) -> Worked | None:
    """A layer: the gradient's row or column times the other factor's; for the bias, the gradient's column alone."""
    g, (x, weight, *_) = step.cotangent, step.node.values or (None, None)
    if operand == 2:
        left, right = g[:, index[0]], None
    else:
        left, right = (g[index[0]], weight[:, index[1]]) if operand == 0 else (g[:, index[0]], x[:, index[1]])
    terms = [_text(float(each)) for each in left[:TERMS]]
    if right is not None:
        terms = [f"{term} * {_text(float(each))}" for term, each in zip(terms, right, strict=False)]
    return _added(Worked(index, value, " + ".join(terms), len(left)), left, 1 if right is None else right)


def _added(found: Worked, left: Any, right: Any) -> Worked | None:
    """A sum of products, if it comes to what the engine has, but for rounding."""
    products = left.astype(np.float64) * np.asarray(right, np.float64)
    return found if abs(float(products.sum()) - found.value) <= 1e-3 * float(np.abs(products).sum()) else None


def _pair(x: float, y: float) -> str:
    return f"{_symbol(x)} * {_symbol(y)}"


def _softmax(step: Step, index: Index, value: float) -> Worked | None:
    """The output times what its gradient is above the average, which is weighted by the outputs."""
    axis = int((step.node.params or {}).get("axis", -1))
    along = tuple(slice(None) if i == axis % len(index) else at for i, at in enumerate(index))
    y, g = step.node.out, step.cotangent
    mean = float((g[along].astype(np.float64) * y[along]).sum())
    text = f"{_symbol(y[index])} * ({_symbol(g[index])} - {_symbol(mean)})"
    return _checked(Worked(index, value, text, 1, float(g[index])), float(y[index]) * (float(g[index]) - mean))


def _cross_entropy(step: Step, index: Index, value: float) -> Worked | None:
    """`(p - [this is the class]) / N`, for a mean over a batch of logits with one axis of classes."""
    softmax = getattr(step.node, "saved", None)
    logits, target = (*(step.node.values or ()), None, None)[:2]
    if (
        not isinstance(softmax, np.ndarray)
        or softmax.shape != np.shape(logits)
        or np.ndim(target) != 1
        or step.cotangent.ndim
    ):
        return None
    g, p, hit = float(step.cotangent), float(softmax[index]), int(target[index[0]] == index[-1])
    text = f"{_text(g)} / {len(target)} * ({_text(p)} - {hit})"
    return _checked(Worked(index, value, text), g / len(target) * (p - hit))
