"""`nn.summary`: a network as a table: each layer's output, parameters, multiply-adds, and what all of it takes.

print(nn.summary(net, (32, 64)))
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, enable_grad
from autograd.errors import message
from autograd.memory import memory_report
from autograd.tape import Node, walk

from .defaults import get_default_dtype
from .errors import ConfigError
from .layers import Embedding
from .module import Module
from .report import Count, count_parameters
from .training.evaluation import evaluating

Array = NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One module: its path, class and depth, what it gave, and what is its own: parameters and multiply-adds."""

    path: str
    kind: str
    depth: int
    output: tuple[Shape, ...]
    parameters: int
    multiply_adds: int
    shared: bool  # its parameters stand at an earlier row


@dataclass(frozen=True, repr=False)
class Summary:
    """What a network is made of, for inputs of certain shapes. Printed, it is a table.

    `kept` are the bytes that one forward pass keeps for the backward pass; an optimiser keeps up to three times
    `parameter_bytes` beside them.
    """

    rows: tuple[LayerRow, ...]
    inputs: tuple[Shape, ...]
    parameters: Count
    multiply_adds: int
    input_bytes: int
    parameter_bytes: int
    kept: int

    def __repr__(self) -> str:
        table = [("layer", "output", "parameters", "multiply-adds")]
        for row in self.rows:
            name = f"{row.path.rpartition('.')[2]} {row.kind}".strip()
            size = "shared" if row.shared else f"{row.parameters:,}" if row.parameters else ""
            output = ", ".join(map(str, row.output))
            table.append(("  " * row.depth + name, output, size, f"{row.multiply_adds:,}" if row.multiply_adds else ""))
        widths = [max(len(line[i]) for line in table) for i in range(4)]
        form = f"{{:{widths[0]}}}  {{:{widths[1]}}}  {{:>{widths[2]}}}  {{:>{widths[3]}}}"
        lines = [form.format(*line).rstrip() for line in table]
        rule = "-" * max(map(len, lines))
        total, trainable = self.parameters
        share = "all trainable" if trainable == total else f"{trainable:,} trainable"
        shapes = " and ".join(map(str, self.inputs))
        memory = f"parameters {_size(self.parameter_bytes)}, input {_size(self.input_bytes)}"
        return "\n".join(
            [
                *(lines[0], rule, *lines[1:], rule),
                f"{total:,} parameters, {share}",
                f"{self.multiply_adds:,} multiply-adds for input {shapes}",
                f"memory: {memory}, kept for the backward pass {_size(self.kept)}",
            ]
        )


def summary(net: Module, input_shape: Any, *, dtype: Any = None, depth: int | None = None) -> Summary:
    """Each module's output shape, parameters and multiply-adds, and the memory of a forward pass.

    The network runs once, in evaluation mode, on zeros; its state stays as it is. Multiply-adds are those of matrix
    products, convolutions and recurrent layers, without biases and element-wise work; a module's are those done in
    itself, not in the modules inside it.

    Args:
        net: the network.
        input_shape: the shape of an input, with the batch: (32, 64); a list of shapes for several inputs; or arrays.
        dtype: of the inputs; None for the parameters', or int64 before an Embedding.
        depth: how many levels of modules to show; None for all.

    Raises:
        ConfigError: something that is no shape.
        ShapeError: the network cannot take such an input.

    Example:
        >>> import nn
        >>> net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        >>> nn.summary(net, (100, 64))
        layer       output     parameters  multiply-adds
        ------------------------------------------------
        Sequential  (100, 10)
          0 Linear  (100, 32)       2,080        204,800
          1 ReLU    (100, 32)
          2 Linear  (100, 10)         330         32,000
        ------------------------------------------------
        2,410 parameters, all trainable
        236,800 multiply-adds for input (100, 64)
        memory: parameters 9.4 KiB, input 25.0 KiB, kept for the backward pass 28.9 KiB
    """
    inputs = _inputs(net, input_shape, dtype)
    outputs: dict[int, tuple[Shape, ...]] = {}
    counted, frozen = count_parameters(net), [param for param in net.parameters() if not param.requires_grad]
    with ExitStack() as stack, evaluating(net):
        for module in net.modules():
            stack.enter_context(module.register_forward_hook(_noting(outputs)))
        for param in frozen:  # all are tracked for once, so that none is taken for something that the graph keeps
            stack.callback(param.requires_grad_(True).requires_grad_, False)
        with enable_grad():
            tracked = [Tensor(x, requires_grad=True) if x.dtype.kind == "f" else x for x in inputs]
            made = net(*tracked)
    roots = [each for each in _tensors(made) if isinstance(each.node, Node)]
    work = _work(roots)
    kept = max((memory_report(root).total for root in roots), default=0)
    rows = [row for row in _rows(net, outputs, work) if depth is None or row.depth <= depth]
    return Summary(
        tuple(rows),
        tuple(x.shape for x in inputs),
        counted,
        sum(work.values()),
        sum(x.nbytes for x in inputs),
        sum(param.readonly.nbytes for param in net.parameters()),
        kept,
    )


def _inputs(net: Module, given: Any, dtype: Any) -> list[Array]:
    if isinstance(given, np.ndarray):
        return [given]
    if isinstance(given, (list, tuple)) and given and all(isinstance(each, np.ndarray) for each in given):
        return list(given)
    shapes = given if isinstance(given, list) else [given]
    if not all(isinstance(shape, tuple) and all(isinstance(n, (int, np.integer)) for n in shape) for shape in shapes):
        do = "pass (32, 64), or a list of such shapes for several inputs"
        raise ConfigError(message("summary", f"input_shape={given!r}", "a tuple of integers", do))
    if dtype is None:
        leaves = [module for module in net.modules() if not any(True for _ in module.children())]
        floats = next((param.dtype for param in net.parameters()), get_default_dtype())
        dtype = np.int64 if leaves and isinstance(leaves[0], Embedding) else floats
    return [np.zeros(shape, dtype) for shape in shapes]


def _noting(outputs: dict[int, tuple[Shape, ...]]) -> Any:
    def note(module: Module, _: Any, output: Any) -> None:
        outputs[id(module)] = tuple(each.shape for each in _tensors(output))

    return note


def _tensors(output: Any) -> Iterator[Any]:
    if isinstance(output, (tuple, list)):
        for each in output:
            yield from _tensors(each)
    elif hasattr(output, "shape"):
        yield output if isinstance(output, Tensor) else Tensor(output)


def _work(roots: list[Tensor]) -> dict[str, int]:
    """The multiply-adds done in each module, by its path."""
    nodes = {node.seq: node for root in roots for node in walk(root.node)}
    work: dict[str, int] = {}
    for node in nodes.values():
        path = node.scope.path
        work[path] = work.get(path, 0) + _multiply_adds(node)
    return work


def _multiply_adds(node: Node) -> int:
    shapes: list[Shape] = [np.shape(value) for value in node.values or ()]
    size = int(np.size(node.out)) if not node.op.multiple else 0
    if node.op.name == "linear":
        return size * shapes[1][1]
    if node.op.name == "matmul":
        return size * shapes[0][-1]
    if node.op.name == "conv":
        return size * math.prod(shapes[1][1:])
    if node.op.name == "conv_transpose":
        return math.prod(shapes[0]) * math.prod(shapes[1][1:])
    if node.op.name in ("rnn", "gru", "lstm"):  # what goes in is multiplied by a `linear` before
        gates = shapes[0][-1]
        weight = next(shape for shape in shapes[1:] if len(shape) == 2 and shape[0] == gates)
        return math.prod(shapes[0][:-1]) * math.prod(weight)
    return 0


def _rows(net: Module, outputs: dict[int, tuple[Shape, ...]], work: dict[str, int]) -> Iterator[LayerRow]:
    seen: set[int] = set()
    for path, module in net.named_modules(remove_duplicate=False):
        own = list(module.parameters(recurse=False))
        new = [param for param in own if id(param) not in seen]
        seen.update(id(param) for param in own)
        depth = path.count(".") + 1 if path else 0
        shared = bool(own) and not new
        size = sum(param.size for param in new)
        yield LayerRow(path, type(module).__name__, depth, outputs.get(id(module), ()), size, work.get(path, 0), shared)


def _size(count: int) -> str:
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"
