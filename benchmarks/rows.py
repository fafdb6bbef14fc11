"""Each row of autograd's table, forward and backward, beside the same by hand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Tensor, ops

from .by_hand import ROWS, Row
from .measure import interleave, ratio, sampler
from .report import Section, bounds, duration, table

SIZES = (16, 512)
# The engine's own bookkeeping, an operand that can't have a gradient, and an order that is not unique.
NOT_COMPARABLE = {"output", "one_hot", "partition"}


def run(only: Sequence[str], *, rounds: int, seconds: float) -> Section:
    """Print a line for each row and size; it has agreed if all values and gradients did."""
    lines, agreed = [], True
    place = {name: i for i, name in enumerate(ops.table)}
    for row in sorted((row for row in ROWS if row.op in only), key=lambda row: place[row.op]):
        for n in SIZES:
            by_hand, recorded = contenders(row, n)
            same = agree(by_hand(), recorded())
            agreed &= same
            samplers = {"hand": sampler(by_hand), "chainrule": sampler(recorded)}
            times = interleave(samplers, rounds=rounds, seconds=seconds)
            compared = bounds(ratio(times["chainrule"], times["hand"])) if same else "VALUES DIFFER"
            medians = [duration(float(np.median(times[name]))) for name in samplers]
            lines.append([f"{row.op}, {row.case}" if row.case else row.op, str(n), *medians, compared])
    print(table(["op, forward and backward", "n", "by hand", "chainrule", "ratio [95 %]"], lines))
    if absent := sorted(set(ops.table) - {row.op for row in ROWS} - NOT_COMPARABLE):
        told = f"Not written by hand yet, so not measured: {', '.join(absent)}."
        print("", textwrap.fill(told, 110), sep="\n")
    return Section(lines, agreed)


def contenders(row: Row, n: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Two functions that compute a row's output and gradients: by hand, and through the tape."""
    arrays, options, op = row.operands(n), row.options(n), ops.table[row.op]
    value = op(*arrays, **options)
    y = np.asarray(value if row.output is None else value[row.output])
    g = np.random.default_rng(0).standard_normal(y.shape).astype(y.dtype)
    tensors = [Tensor(a, requires_grad=True) if a.dtype.kind == "f" else a for a in arrays]
    tracked = [tensor for tensor in tensors if isinstance(tensor, Tensor)]
    hand = row.hand

    def by_hand() -> Any:
        return hand(g, *arrays)

    def recorded() -> Any:
        out = op(*tensors, **options)
        if row.output is not None:
            out = out[row.output]
        out.backward(g)
        gradients = [tensor.grad for tensor in tracked]
        for tensor in tracked:
            tensor.grad = None
        return out, gradients

    return by_hand, recorded


def agree(by_hand: Any, recorded: Any) -> bool:
    """Whether outputs and gradients have the same shapes and, to rounding, the same values."""
    (y, gradients), (out, got) = by_hand, recorded
    pairs = [(y, out.data), *zip(gradients, (tensor.data for tensor in got), strict=True)]
    return all(np.shape(a) == np.shape(b) and close(np.asarray(a), np.asarray(b)) for a, b in pairs)


def close(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Equal to float32 rounding at the scale of the largest element: sums may run in another order."""
    scale = float(np.abs(a).max(initial=0.0)) + 1e-6
    return bool(np.abs(a - b).max(initial=0.0) <= 1e-4 * scale)
