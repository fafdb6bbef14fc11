"""Every operation of the table, and graphs of ten thousand nodes, can be stepped through."""

from __future__ import annotations

import dataclasses
import json

import numpy as np

from autograd import Tensor, ops
from autograd.symbols import drawn
from autograd.tape import Leaf
from repl import Debugger


def test_every_row_of_the_table_can_be_stepped_through() -> None:
    for op in ops.table.values():
        if not op.samples or op.name == "output":
            continue
        values, params = drawn(op)
        operands = [
            Tensor(x, requires_grad=True) if isinstance(x, np.ndarray) and x.dtype.kind == "f" and i not in op.deaf
            else x
            for i, x in enumerate(values)
        ]  # fmt: skip
        made = op(*operands, **params)
        parts = [each for each in (made if isinstance(made, tuple) else (made,)) if getattr(each, "node", None)]
        if not parts or isinstance(parts[0].node, Leaf):
            continue
        debugger = Debugger((parts[0] * 1.0).sum())
        for _ in range(len(debugger)):
            assert json.loads(json.dumps(dataclasses.asdict(debugger.stop())))
            debugger.next()


def test_ten_thousand_nodes() -> None:
    x = Tensor(0.5, requires_grad=True)
    y = x * 1.0
    for _ in range(10_000):
        y = np.sin(y)
    debugger = Debugger(y, names={"x": x})
    assert len(debugger) == 10_001
    assert debugger.stop().number == 1
    assert debugger.next(9_999).number == 10_000
    assert debugger.back(5_000).number == 5_000
    assert debugger.why("x").count == 1
    assert all(row.agrees for row in debugger.check().rows)
    assert debugger.go() is None
    assert debugger.finish().finished


def test_ten_thousand_leaves() -> None:
    leaves = [Tensor(float(i), requires_grad=True) for i in range(5_000)]
    y = leaves[0] * 1.0
    for leaf in leaves[1:]:
        y = y + leaf * 2.0
    debugger = Debugger(y, names={"first": leaves[0]})
    assert len(debugger) == 9_999
    found = debugger.why("first")
    assert (found.count, found.merged) == (1, False)
    debugger.next(20_000)
    assert debugger.stop().contributions[0].to == "first"
