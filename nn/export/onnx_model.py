"""ONNX: a network as a graph of standard operators, which many programs run.

nn.export.to_onnx(net, "net.onnx", x)       # x is an example of the input
session = onnxruntime.InferenceSession("net.onnx")
session.run(None, {"input": x})
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.errors import message

from ..checkpoint.files import replace
from ..errors import ConfigError, StateError
from ..layers import Embedding
from ..module import Module
from ..training.evaluation import evaluating
from . import onnx_rules, onnx_shapes
from .onnx_graph import OPSET, RULES, Graph
from .trace import Call, Input, Operand, Result, Trace, batch_axes, trace

Array = NDArray[Any]

TABLES = (onnx_rules, onnx_shapes)  # loading them fills RULES
IR_VERSION = 10  # what runtimes of 2024 and later read


def to_onnx(
    net: Module,
    path: str | PathLike[str] | None,
    example: Any,
    *,
    dynamic_batch: bool = True,
    batch_axis: int | Sequence[int | None] | None = 0,
    check: bool = True,
) -> Any:
    """A network as an ONNX model, as it is in evaluation mode; it is written to `path` and returned.

    The dtype is the network's; onnxruntime has many operators, convolutions among them, in float32 only.
    Everything that the network computes with tensors goes into the graph, also what its `forward` does beside its
    layers; the example is only run through it. Inputs are called input, or input1, input2, ...; outputs likewise.

    Args:
        net: the network.
        path: where to write it, or None.
        example: an input with its batch, or a tuple of them; integers for an Embedding.
        dynamic_batch: whether the model takes batches of any size.
        batch_axis: on which axis each input has its batch: one number for all, or one for each, with None for an input
            that has none. A GRU that is given its first state takes (T, N, F) and (layers, N, H): batch_axis=1.
        check: see that the model passes onnx's checker, and that onnx's own evaluator gives what the network gives, on
            other numbers and another batch.

    Raises:
        ConfigError: the onnx package is missing, an op has no ONNX operator, or it depends on the batch's size.
        StateError: the model gives other numbers, as when a number was computed from the input outside of tensors.

    Source: ONNX operators, version 20, https://onnx.ai/onnx/operators/.

    Example:
        >>> import nn
        >>> net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
        >>> model = nn.export.to_onnx(net, None, np.zeros((1, 2), np.float32))
        >>> [node.op_type for node in model.graph.node], [each.name for each in model.graph.input]
        (['Gemm', 'Tanh', 'Gemm', 'Identity'], ['input'])
    """
    onnx = _package()
    inputs = tuple(_array(each) for each in (example if isinstance(example, tuple) else (example,)))
    axes = batch_axes("to_onnx", inputs, batch_axis)
    _check_tables(net)
    traced = trace(net, inputs, axes if dynamic_batch else (None,) * len(inputs))
    model = _model(onnx, net, traced)
    if check:
        _passes(onnx, model)
        _compare(onnx, model, net, traced)
    if path is not None:
        replace(f"to_onnx({path})", Path(path), lambda stream: stream.write(model.SerializeToString()))
    return model


def _package() -> Any:
    try:
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
        import onnx.reference
        import onnx.shape_inference
    except ImportError as error:
        do = "pip install 'chainrule[interop]'"
        raise ConfigError(message("to_onnx", "no onnx package", "it for this format", do)) from error
    return onnx


def _array(given: Any) -> Array:
    array = given.readonly if isinstance(given, Tensor) else np.asarray(given)
    if array.dtype.kind not in "iuf" or array.size == 0 or array.ndim == 0:
        got = f"an example of shape {array.shape} and dtype {array.dtype}"
        do = "make floats of it, to be added or multiplied" if array.dtype.kind == "b" else "pass x[:1] of your data"
        raise ConfigError(message("to_onnx", got, "numbers with a batch", do))
    return array.astype(np.int64) if array.dtype.kind in "iu" else array


def _check_tables(net: Module) -> None:
    for name, module in net.named_modules():
        if isinstance(module, Embedding) and module.max_norm is not None:
            got, do = f"max_norm={module.max_norm}", "shorten the rows once, and set max_norm to None"
            raise ConfigError(message(f"to_onnx of {name or 'Embedding'}", got, "rows that stay as they are", do))


def _passes(onnx: Any, model: Any) -> None:
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        do = "change the dtype, or the operation that it names"
        got = f"a model that ONNX does not allow ({str(error).strip()})"
        raise ConfigError(message("to_onnx", got, "one that passes onnx's checker", do)) from error


def _model(onnx: Any, net: Module, traced: Trace) -> Any:
    names = _numbered("input", len(traced.inputs))
    graph = Graph(onnx, traced, names)
    for number, call in traced.calls.items():
        rule = RULES.get(call.op)
        if rule is None:
            raise _unknown(call)
        operands = graph.operands_of(call)
        if call.op != "getitem" and not graph.cells.keys().isdisjoint(operands):
            raise onnx_shapes.all_cells(call)
        graph.results[number] = rule(graph, call, operands)
    outputs = _numbered("output", len(traced.outputs))
    for output, name in zip(traced.outputs, outputs, strict=True):
        given = graph.name_of(output)
        if given in graph.cells and isinstance(output, Result):
            raise onnx_shapes.all_cells(traced.calls[output.number])
        graph.node("Identity", [given], name=name)
    nodes = _needed(graph.nodes, outputs)
    used = {name for node in nodes for name in node.input}
    if left := [name for name in names if name not in used]:
        do = "use it as an index of an Embedding, or make it floats"
        raise ConfigError(message("to_onnx", f"{left[0]}, which no operator reads", "inputs that are used", do))
    weights = [each for each in graph.initializers if each.name in used]
    described = [_described(onnx, graph, Input(i), name) for i, name in enumerate(names)]
    made = [_described(onnx, graph, output, name) for output, name in zip(traced.outputs, outputs, strict=True)]
    helper = onnx.helper
    whole = helper.make_graph(nodes, type(net).__name__, described, made, weights)
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(whole, opset_imports=opsets, ir_version=IR_VERSION, producer_name="chainrule")


def _needed(nodes: list[Any], outputs: list[str]) -> list[Any]:
    """The nodes that the outputs depend on, in order."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    return kept[::-1]


def _described(onnx: Any, graph: Graph, operand: Operand, name: str) -> Any:
    dtype = graph.traced.dtype_of(operand)
    shape = ["batch" if n < 0 else n for n in graph.traced.shape_of(operand)]
    return onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(dtype), shape)


def _numbered(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}{i + 1}" for i in range(count)]


def _unknown(call: Call) -> ConfigError:
    where = f"to_onnx of {call.place}" if call.place else "to_onnx"
    got, do = f"the op {call.op!r}", "write it with operations that have one, or leave it to the program that reads it"
    return ConfigError(message(where, got, "an op that has an ONNX operator", do))


def _compare(onnx: Any, model: Any, net: Module, traced: Trace) -> None:
    rng = np.random.default_rng(0)
    inputs = [_other(rng, x, axis) for x, axis in zip(traced.inputs, traced.axes, strict=True)]
    with evaluating(net):
        expected = list(_flat(net(*inputs)))
    fed = dict(zip(_numbered("input", len(inputs)), inputs, strict=True))
    try:
        got = onnx.reference.ReferenceEvaluator(model).run(None, fed)
    except Exception:  # noqa: BLE001  # it does not know all operators with all their options; the checker has passed them
        return
    for ours, theirs in zip(expected, got, strict=True):
        scale = float(np.abs(ours).max(initial=1e-3))
        if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=1e-4, atol=1e-4 * scale):
            got_text = "a model that gives other numbers than the network"
            do = "compute with tensors all that depends on the input: .data, float() and int() leave the graph"
            raise StateError(message("to_onnx", got_text, "the same on other inputs", do))


def _other(rng: np.random.Generator, x: Array, axis: int | None) -> Array:
    shape = tuple(2 if i == axis else n for i, n in enumerate(x.shape))
    if x.dtype.kind == "f":
        return rng.standard_normal(shape).astype(x.dtype)
    return rng.integers(int(x.min()), int(x.max()) + 1, shape)


def _flat(output: Any) -> list[Array]:
    if isinstance(output, (Tensor, np.ndarray)):
        return [output.readonly if isinstance(output, Tensor) else output]
    return [each for part in output for each in _flat(part)] if isinstance(output, (tuple, list)) else []
