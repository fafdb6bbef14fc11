"""An ONNX model that is being made: its nodes and constants, and the table of the rules that add them.

A rule says how one op is written in ONNX: it gets the graph, the call and the names of its operands, adds nodes, and
gives the name of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .trace import Call, Constant, Input, Operand, Result, Trace, Weight

Array = NDArray[Any]
Rule = Callable[["Graph", Call, list[str]], str]

OPSET = 20

RULES: dict[str, Rule] = {}


class Graph:
    """The nodes and constants of a model that is being made of a trace."""

    def __init__(self, onnx: Any, traced: Trace, inputs: list[str]) -> None:
        self.onnx, self.traced, self.inputs = onnx, traced, inputs
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.results: dict[int, str] = {}  # the name of what each call gave
        self.cells: dict[str, str] = {}  # of an LSTM's result, the last cell state
        self._constants: dict[str, str] = {}
        self._batch = ""

    def name_of(self, operand: Operand) -> str:
        """The name of an operand."""
        if isinstance(operand, Input):
            return self.inputs[operand.number]
        if isinstance(operand, Result):
            return self.results[operand.number]
        if isinstance(operand, Constant) and operand.spread is not None:
            return self.spread(self.constant(operand.array), self.traced.shape_of(operand))
        return self.constant(operand.array, operand.name if isinstance(operand, Weight) else "")

    def operands_of(self, call: Call) -> list[str]:
        """The names of a call's operands, in its dtype: ONNX's operators take numbers of one dtype only."""
        return [self._alike(operand, call, i) for i, operand in enumerate(call.operands)]

    def _alike(self, operand: Operand, call: Call, i: int) -> str:
        dtype = self.traced.dtype_of(operand)
        if dtype == call.dtype or call.op in ("astype", "output") or (call.op == "where" and i == 0):
            return self.name_of(operand)
        if isinstance(operand, Constant) and operand.spread is None:
            return self.constant(operand.array.astype(call.dtype))
        return self.node("Cast", [self.name_of(operand)], to=self.onnx.helper.np_dtype_to_tensor_dtype(call.dtype))

    def spread(self, name: str, shape: Sequence[int]) -> str:
        """Something repeated to a shape, in which -1 is the size of the batch."""
        return self.node("Expand", [name, self.shape(shape)])

    def shape(self, shape: Sequence[int]) -> str:
        """A shape, in which -1 is the size of the batch."""
        if -1 not in shape:
            return self.ints(*shape)
        if not self._batch:
            number, axis = self.traced.batch or (0, 0)
            self._batch = self.node("Shape", [self.inputs[number]], start=axis, end=axis + 1)
        pieces = [self._batch if n < 0 else self.ints(n) for n in shape]
        return self.node("Concat", pieces, axis=0) if len(pieces) > 1 else pieces[0]

    def node(self, kind: str, inputs: Sequence[str], *, name: str = "", outputs: int = 1, **attributes: Any) -> str:
        """Add a node; give the name of its first output."""
        made = name or f"{kind.lower()}_{len(self.nodes)}"
        names = [made, *(f"{made}.{i}" for i in range(1, outputs))]
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), names, **attributes))
        return made

    def constant(self, value: Any, name: str = "") -> str:
        """A constant by the name of it; the same numbers are kept once."""
        array = np.asarray(value)
        key = name or f"{array.dtype}{array.shape}{array.tobytes()!r}"
        if key not in self._constants:
            self._constants[key] = made = name or f"constant_{len(self.initializers)}"
            ordered = np.ascontiguousarray(array).reshape(array.shape)  # the first makes 0-d arrays 1-d
            self.initializers.append(self.onnx.numpy_helper.from_array(ordered, made))
        return self._constants[key]

    def ints(self, *values: int) -> str:
        """A vector of integers."""
        return self.constant(np.array(values, np.int64))


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Enter a function in the table."""

    def enter(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return enter
