"""An ONNX model that is being made: its nodes and constants, and the table of the rules that add them.

A rule says how one op is written in ONNX: it gets the graph, the call and the names of its operands, adds nodes, and
gives the name of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .trace import Call, Input, Operand, Result, Trace, Weight

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
        self.results: list[str] = []  # the name of what each call gave
        self.cells: dict[str, str] = {}  # of an LSTM's result, the last cell state
        self._constants: dict[str, str] = {}

    def name_of(self, operand: Operand) -> str:
        """The name of an operand."""
        if isinstance(operand, Input):
            return self.inputs[operand.number]
        if isinstance(operand, Result):
            return self.results[operand.number]
        return self.constant(operand.array, operand.name if isinstance(operand, Weight) else "")

    def shape_of(self, operand: Operand) -> tuple[int, ...]:
        """The shape of an operand, with -1 where it depends on the batch."""
        if isinstance(operand, Result):
            return self.traced.calls[operand.number].shape
        if isinstance(operand, Input):
            shape = self.traced.inputs[operand.number].shape
            return (-1, *shape[1:]) if self.traced.dynamic else shape
        return operand.array.shape

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
