"""How ops that move elements are said in ONNX: shapes, order, selection; and recurrent layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import message

from ..errors import ConfigError
from .onnx_graph import Graph, rule
from .trace import Call, Constant, Input, Operand, Result, Weight

Array = NDArray[Any]

_END = np.iinfo(np.int64).max

# Shapes


@rule("reshape")
def _reshape(graph: Graph, call: Call, xs: list[str]) -> str:
    if sum(n < 0 for n in call.shape) > 1:
        got = f"a reshape to {call.shape} with several axes that depend on the batch's size"
        raise ConfigError(message("to_onnx", got, "one", "pass dynamic_batch=False"))
    return graph.node("Reshape", [xs[0], graph.ints(*call.shape)])


@rule("broadcast_to")
def _broadcast_to(graph: Graph, call: Call, xs: list[str]) -> str:
    return graph.spread(xs[0], call.shape)


@rule("stack")
def _stack(graph: Graph, call: Call, xs: list[str]) -> str:
    axis = int(call.params.get("axis", 0))
    return graph.node("Concat", [graph.node("Unsqueeze", [x, graph.ints(axis)]) for x in xs], axis=axis)


@rule("transpose")
def _transpose(graph: Graph, call: Call, xs: list[str]) -> str:
    axes = call.params.get("axes")
    ndim = len(call.shape)
    return graph.node("Transpose", xs, perm=[a % ndim for a in axes] if axes is not None else list(range(ndim))[::-1])


@rule("swapaxes")
def _swapaxes(graph: Graph, call: Call, xs: list[str]) -> str:
    order = list(range(len(call.shape)))
    a, b = call.params["axis1"], call.params["axis2"]
    order[a], order[b] = order[b], order[a]
    return graph.node("Transpose", xs, perm=order)


@rule("moveaxis")
def _moveaxis(graph: Graph, call: Call, xs: list[str]) -> str:
    source, target = call.params["source"], call.params["destination"]
    moved = np.moveaxis(np.empty(range(len(call.shape))), source, target)  # its shape is the order
    return graph.node("Transpose", xs, perm=list(moved.shape))


@rule("split")
def _split(graph: Graph, call: Call, xs: list[str]) -> str:
    return xs[0]  # each output is a slice of it


@rule("output")
def _output(graph: Graph, call: Call, xs: list[str]) -> str:
    source = graph.traced.calls[call.operands[0].number] if isinstance(call.operands[0], Result) else None
    if source is None or source.op != "split":
        got, do = f"several results of {source.op if source else 'an op'}", "write it with other operations"
        raise ConfigError(message(f"to_onnx of {call.place}", got, "those of split", do))
    axis, where = int(source.params.get("axis", 0)), np.asarray(source.params["indices_or_sections"])
    length = graph.traced.shape_of(source.operands[0])[axis]
    if where.ndim == 0 and length < 0:
        raise ConfigError(message("to_onnx", "a split of the batch", "one of another axis", "pass dynamic_batch=False"))
    bounds = [0, *(where if where.ndim else np.arange(1, int(where)) * (length // int(where))).tolist(), _END]
    start, end = bounds[call.params["index"]], bounds[call.params["index"] + 1]
    return graph.node("Slice", [xs[0], graph.ints(start), graph.ints(end), graph.ints(axis)])


@rule("squeeze")
def _squeeze(graph: Graph, call: Call, xs: list[str]) -> str:
    axis = call.params.get("axis")
    if axis is None:
        return graph.node("Squeeze", xs)
    return graph.node("Squeeze", [xs[0], graph.ints(*(axis if isinstance(axis, tuple) else (axis,)))])


@rule("expand_dims")
def _expand_dims(graph: Graph, call: Call, xs: list[str]) -> str:
    axis = call.params["axis"]
    return graph.node("Unsqueeze", [xs[0], graph.ints(*(axis if isinstance(axis, tuple) else (axis,)))])


@rule("pad")
def _pad(graph: Graph, call: Call, xs: list[str]) -> str:
    widths = call.params["pad_width"]
    return graph.node("Pad", [xs[0], graph.ints(*(w[0] for w in widths), *(w[1] for w in widths))], mode="constant")


@rule("astype")
def _astype(graph: Graph, call: Call, xs: list[str]) -> str:
    return graph.node("Cast", xs, to=graph.onnx.helper.np_dtype_to_tensor_dtype(call.dtype))


_REDUCTIONS = {
    "sum": "ReduceSum", "mean": "ReduceMean", "max": "ReduceMax", "min": "ReduceMin", "logsumexp": "ReduceLogSumExp",
}  # fmt: skip


@rule(*_REDUCTIONS)
def _reduce(graph: Graph, call: Call, xs: list[str]) -> str:
    axis = call.params.get("axis")
    axes = [] if axis is None else [graph.ints(*(axis if isinstance(axis, tuple) else (axis,)))]
    return graph.node(_REDUCTIONS[call.op], [*xs, *axes], keepdims=int(bool(call.params.get("keepdims", False))))


@rule("getitem")
def _getitem(graph: Graph, call: Call, xs: list[str]) -> str:
    key = call.params["index"]
    if isinstance(key, Input):  # an Embedding: rows of a weight by an input
        return graph.node("Gather", [xs[0], graph.inputs[key.number]], axis=0)
    before = graph.traced.shape_of(call.operands[0])
    key = key if isinstance(key, tuple) else (key,)
    spelled = _spelled(key, len(before))
    if xs[0] in graph.cells:
        return _of_lstm(graph, call, xs[0], graph.cells[xs[0]], spelled)
    return _indexed(graph, call, xs[0], spelled)


def _of_lstm(graph: Graph, call: Call, hidden: str, cell: str, key: tuple[Any, ...]) -> str:
    """Our row gives hidden states beside cell states; ONNX has all of the former and the last of the latter."""
    width = graph.traced.shape_of(call.operands[0])[-1] // 2
    last = key[-1].indices(2 * width) if isinstance(key[-1], slice) else None
    if last == (width, 2 * width, 1) and key[0] == -1 and len(key) == 3:
        return _indexed(graph, call, cell, (0, key[1], slice(None)))
    if last == (0, width, 1):
        return _indexed(graph, call, hidden, key)
    raise all_cells(call)


def all_cells(call: Call) -> ConfigError:
    """For an LSTM whose cell states are read at times before the last."""
    do = "use its output and its last states, or step an LSTMCell in a loop, which gives them all"
    got = "the cell states of an LSTM before the last, which ONNX's operator keeps to itself"
    return ConfigError(message(f"to_onnx of {call.place}" if call.place else "to_onnx", got, "the last ones", do))


def _spelled(key: tuple[Any, ...], ndim: int) -> tuple[Any, ...]:
    """An index with an entry for every axis, and None for new ones."""
    named = sum(each is not None and each is not Ellipsis for each in key)
    place = next((i for i, each in enumerate(key) if each is Ellipsis), len(key))
    return (*key[:place], *[slice(None)] * (ndim - named), *key[place + 1 :])


def _indexed(graph: Graph, call: Call, x: str, key: tuple[Any, ...]) -> str:
    slices: list[tuple[int, int, int, int]] = []
    picked: list[tuple[int, Array]] = []
    dropped = [axis for axis, each in enumerate(e for e in key if e is not None) if isinstance(each, (int, np.integer))]
    for axis, each in enumerate(e for e in key if e is not None):
        if isinstance(each, (int, np.integer)):
            slices.append((axis, int(each), _END if each == -1 else int(each) + 1, 1))
        elif isinstance(each, slice):
            slices += [] if each == slice(None) else [(axis, *_bounds(each))]
        elif isinstance(each, np.ndarray) and each.ndim == 1 and each.dtype.kind in "iu" and not picked:
            picked.append((axis, each))
        else:
            got = f"an index with {type(each).__name__}"
            raise ConfigError(message(f"to_onnx of {call.place}", got, "integers, slices and None", "use those"))
    if slices:
        axes, starts, ends, steps = zip(*slices, strict=True)
        x = graph.node("Slice", [x, graph.ints(*starts), graph.ints(*ends), graph.ints(*axes), graph.ints(*steps)])
    for axis, rows in picked:
        x = graph.node("Gather", [x, graph.constant(rows.astype(np.int64))], axis=axis)
    x = graph.node("Squeeze", [x, graph.ints(*dropped)]) if dropped else x
    kept = [each for each in key if not isinstance(each, (int, np.integer))]
    added = [place for place, each in enumerate(kept) if each is None]
    return graph.node("Unsqueeze", [x, graph.ints(*added)]) if added else x


def _bounds(each: slice) -> tuple[int, int, int]:
    step = 1 if each.step is None else int(each.step)
    start = (0 if step > 0 else _END) if each.start is None else int(each.start)
    stop = (_END if step > 0 else -_END) if each.stop is None else int(each.stop)
    return start, stop, step


# Recurrent layers: the op for what is recurrent, and the linear one before it, are one operator

_GATES = {"rnn": ("RNN", (0,)), "gru": ("GRU", (1, 0, 2)), "lstm": ("LSTM", (0, 3, 1, 2))}  # in ONNX's order


@rule("rnn", "gru", "lstm")
def _recurrent(graph: Graph, call: Call, xs: list[str]) -> str:
    kind, order = _GATES[call.op]
    source, inward = _inward(graph, call)
    states = call.operands[1:3] if call.op == "lstm" else call.operands[1:2]
    weights = call.operands[1 + len(states) :]
    if not all(isinstance(each, Weight) or (isinstance(each, Constant) and each.spread is None) for each in weights):
        got, do = "a recurrence whose weights are computed", "compute them before, into parameters"
        raise ConfigError(message(f"to_onnx of {call.place}", got, "parameters", do))
    recurrent = [each.array for each in weights if isinstance(each, (Weight, Constant))]
    zeros = np.zeros(len(recurrent[0]), recurrent[0].dtype)
    biases = [pair[1] if len(pair) > 1 else zeros for pair in (inward, recurrent)]
    operands = [
        graph.name_of(source),
        *(graph.constant(_reordered(each, order)[None]) for each in (inward[0], recurrent[0])),
        graph.constant(np.concatenate([_reordered(bias, order) for bias in biases])[None]),
    ]
    if any(not isinstance(state, Constant) or state.array.any() for state in states):  # they are zeros if not given
        firsts = xs[1 : 1 + len(states)]
        operands += ["", *(graph.node("Unsqueeze", [first, graph.ints(0)]) for first in firsts)]
    options: dict[str, Any] = {"hidden_size": recurrent[0].shape[1]}
    if call.op == "gru":
        options["linear_before_reset"] = 1
    if call.op == "rnn" and call.params.get("relu"):
        options["activations"] = ["Relu"]
    made = graph.node(kind, operands, outputs=3 if call.op == "lstm" else 2, **options)  # (T, directions, N, hidden)
    result = graph.node("Squeeze", [made, graph.ints(1)])
    if call.op == "lstm":
        graph.cells[result] = f"{made}.2"
    return result


def _inward(graph: Graph, call: Call) -> tuple[Operand, list[Array]]:
    """What goes into the linear part of a recurrent layer, and the weight and bias of that."""
    before = call.operands[0]
    source = graph.traced.calls[before.number] if isinstance(before, Result) else None
    if source is None or source.op != "linear" or not isinstance(source.operands[1], Weight):
        got, do = "a recurrence whose input is no linear layer", "use nn.RNN, nn.GRU or nn.LSTM"
        raise ConfigError(message(f"to_onnx of {call.place}", got, "a recurrent layer", do))
    return source.operands[0], [each.array for each in source.operands[1:] if isinstance(each, Weight)]


def _reordered(array: Array, order: Sequence[int]) -> Array:
    """The gates of a weight or bias in another order; each has a part of the first axis."""
    return np.concatenate([np.split(array, len(order))[i] for i in order])
