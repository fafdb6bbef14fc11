"""How ops that compute are said in ONNX: arithmetic, activations, products, convolutions, pooling, normalisation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import message

from ..errors import ConfigError
from .onnx_graph import RULES, Graph, rule
from .trace import Call, Constant, Weight

# One node with the same operands

_PLAIN = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "power": "Pow", "matmul": "MatMul",
    "maximum": "Max", "minimum": "Min", "relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid", "exp": "Exp",
    "log": "Log", "sqrt": "Sqrt", "abs": "Abs", "negative": "Neg", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "erf": "Erf", "reciprocal": "Reciprocal", "floor": "Floor", "ceil": "Ceil", "sign": "Sign", "softsign": "Softsign",
    "mish": "Mish", "hardswish": "HardSwish", "selu": "Selu", "copy": "Identity", "positive": "Identity",
    "prelu": "PRelu", "where": "Where",
}  # fmt: skip


def _plain(graph: Graph, call: Call, xs: list[str]) -> str:
    return graph.node(_PLAIN[call.op], xs)


RULES.update(dict.fromkeys(_PLAIN, _plain))

# One node with options

_OPTIONS: dict[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "leaky_relu": lambda p: ("LeakyRelu", {"alpha": float(p["slope"])}),
    "elu": lambda p: ("Elu", {"alpha": float(p.get("alpha", 1.0))}),
    "gelu": lambda p: ("Gelu", {"approximate": "none"}),
    "gelu_tanh": lambda p: ("Gelu", {"approximate": "tanh"}),
    "softmax": lambda p: ("Softmax", {"axis": int(p.get("axis", -1))}),
    "log_softmax": lambda p: ("LogSoftmax", {"axis": int(p.get("axis", -1))}),
    "hardsigmoid": lambda p: ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "hardshrink": lambda p: ("Shrink", {"lambd": float(p["lambd"]), "bias": 0.0}),
    "softshrink": lambda p: ("Shrink", {"lambd": float(p["lambd"]), "bias": float(p["lambd"])}),
    "concatenate": lambda p: ("Concat", {"axis": int(p.get("axis", 0))}),
    "einsum": lambda p: ("Einsum", {"equation": p["subscripts"]}),
}


def _with_options(graph: Graph, call: Call, xs: list[str]) -> str:
    kind, attributes = _OPTIONS[call.op](call.params)
    return graph.node(kind, xs, **attributes)


RULES.update(dict.fromkeys(_OPTIONS, _with_options))

# Activations of several nodes


@rule("silu")
def _silu(graph: Graph, call: Call, xs: list[str]) -> str:
    return graph.node("Mul", [xs[0], graph.node("Sigmoid", xs)])


@rule("celu")
def _celu(graph: Graph, call: Call, xs: list[str]) -> str:
    """Written out, since ONNX's Celu takes float32 only."""
    alpha, zero = (graph.constant(np.array(value, call.dtype)) for value in (call.params.get("alpha", 1.0), 0.0))
    scaled = graph.node("Div", [graph.node("Min", [xs[0], zero]), alpha])
    below = graph.node("Mul", [graph.node("Elu", [scaled], alpha=1.0), alpha])
    return graph.node("Add", [graph.node("Max", [xs[0], zero]), below])


@rule("tanhshrink")
def _tanhshrink(graph: Graph, call: Call, xs: list[str]) -> str:
    return graph.node("Sub", [xs[0], graph.node("Tanh", xs)])


@rule("log_sigmoid")
def _log_sigmoid(graph: Graph, call: Call, xs: list[str]) -> str:
    return graph.node("Neg", [graph.node("Softplus", [graph.node("Neg", xs)])])


@rule("softplus")
def _softplus(graph: Graph, call: Call, xs: list[str]) -> str:
    beta, threshold = call.params.get("beta", 1.0), call.params.get("threshold", 20.0)
    scale = graph.constant(np.array(beta, call.dtype))
    scaled = xs[0] if beta == 1.0 else graph.node("Mul", [xs[0], scale])
    soft = graph.node("Softplus", [scaled])
    soft = soft if beta == 1.0 else graph.node("Div", [soft, scale])
    if threshold >= 15.0:  # from there on the two are the same in float32
        return soft
    above = graph.node("Greater", [scaled, graph.constant(np.array(threshold, call.dtype))])
    return graph.node("Where", [above, xs[0], soft])


@rule("hardtanh", "clip")
def _clip(graph: Graph, call: Call, xs: list[str]) -> str:
    low, high = (call.params.get(a, call.params.get(b)) for a, b in (("low", "a_min"), ("high", "a_max")))
    bounds = ["" if bound is None else graph.constant(np.array(bound, call.dtype)) for bound in (low, high)]
    return graph.node("Clip", [xs[0], *bounds])


@rule("threshold")
def _threshold(graph: Graph, call: Call, xs: list[str]) -> str:
    above, value = (graph.constant(np.array(call.params[key], call.dtype)) for key in ("threshold", "value"))
    return graph.node("Where", [graph.node("Greater", [xs[0], above]), xs[0], value])


@rule("square")
def _square(graph: Graph, call: Call, xs: list[str]) -> str:
    return graph.node("Mul", [xs[0], xs[0]])


# Products, convolutions and pooling


def _transposed(graph: Graph, call: Call, i: int, x: str) -> str:
    operand = call.operands[i]
    if isinstance(operand, (Weight, Constant)):
        name = f"{operand.name}.T" if isinstance(operand, Weight) else ""
        return graph.constant(operand.array.T.astype(call.dtype), name)
    return graph.node("Transpose", [x], perm=[1, 0])


@rule("linear")
def _linear(graph: Graph, call: Call, xs: list[str]) -> str:
    if len(call.shape) == 2:
        return graph.node("Gemm", xs, transB=1)
    product = graph.node("MatMul", [xs[0], _transposed(graph, call, 1, xs[1])])
    return graph.node("Add", [product, xs[2]]) if len(xs) > 2 else product


def _window(call: Call, ndim: int) -> dict[str, Any]:
    ones = (1,) * ndim
    padding = call.params.get("padding") or ((0, 0),) * ndim
    return {
        "strides": list(call.params.get("stride") or ones),
        "pads": [pair[0] for pair in padding] + [pair[1] for pair in padding],
        "dilations": list(call.params.get("dilation") or ones),
    }


@rule("conv")
def _conv(graph: Graph, call: Call, xs: list[str]) -> str:
    window = _window(call, len(call.shape) - 2)
    return graph.node("Conv", xs, group=int(call.params.get("groups", 1)), **window)


@rule("conv_transpose")
def _conv_transpose(graph: Graph, call: Call, xs: list[str]) -> str:
    window = _window(call, len(call.shape) - 2)
    # the op's padding and size say what is left; here it is what is taken off before, and what is added at the end
    kernel = graph.traced.shape_of(call.operands[1])[2:]
    source = graph.traced.shape_of(call.operands[0])[2:]
    ndim = len(kernel)
    before = [pair[0] for pair in call.params.get("padding") or ((0, 0),) * ndim]
    full = [(n - 1) * s + d * (k - 1) + 1 for n, s, d, k in
            zip(source, window["strides"], window["dilations"], kernel, strict=True)]  # fmt: skip
    after = [f - b - size for f, b, size in zip(full, before, call.shape[2:], strict=True)]
    extra = [max(-a, 0) for a in after]
    window |= {"pads": before + [max(a, 0) for a in after]}
    return graph.node("ConvTranspose", xs, group=int(call.params.get("groups", 1)), output_padding=extra, **window)


@rule("max_pool")
def _max_pool(graph: Graph, call: Call, xs: list[str]) -> str:
    kernel = list(call.params["kernel"])
    window = _window(call, len(kernel))
    window["strides"] = list(call.params.get("stride") or kernel)
    return graph.node("MaxPool", xs, kernel_shape=kernel, **window)


@rule("avg_pool")
def _avg_pool(graph: Graph, call: Call, xs: list[str]) -> str:
    kernel = list(call.params["kernel"])
    window = _window(call, len(kernel))
    window["strides"] = list(call.params.get("stride") or kernel)
    divisor = call.params.get("divisor")
    pooled = graph.node("AveragePool", xs, kernel_shape=kernel, count_include_pad=1, **window)
    if divisor is None:
        return pooled
    scale = np.asarray(math.prod(kernel) / np.asarray(divisor, np.float64), call.dtype)
    return graph.node("Mul", [pooled, graph.constant(scale)])


# Normalisation


@rule("layer_norm")
def _layer_norm(graph: Graph, call: Call, xs: list[str]) -> str:
    axis = -len(graph.traced.shape_of(call.operands[1]))
    return graph.node("LayerNormalization", xs, axis=axis, epsilon=float(call.params.get("eps", 1e-5)))


def _normalised(graph: Graph, call: Call, x: str, axes: list[int], centre: bool) -> str:
    over = graph.ints(*axes)
    if centre:
        x = graph.node("Sub", [x, graph.node("ReduceMean", [x, over], keepdims=1)])
    variance = graph.node("ReduceMean", [graph.node("Mul", [x, x]), over], keepdims=1)
    eps = graph.constant(np.array(call.params["eps"], call.dtype))
    return graph.node("Div", [x, graph.node("Sqrt", [graph.node("Add", [variance, eps])])])


@rule("rms_norm")
def _rms_norm(graph: Graph, call: Call, xs: list[str]) -> str:
    count = len(graph.traced.shape_of(call.operands[1])) if len(xs) > 1 else 1
    normed = _normalised(graph, call, xs[0], list(range(-count, 0)), centre=False)
    return graph.node("Mul", [normed, xs[1]]) if len(xs) > 1 else normed


@rule("standardize")
def _standardize(graph: Graph, call: Call, xs: list[str]) -> str:
    axes = call.params.get("axes")
    axes = [-1] if axes is None else [axes] if isinstance(axes, int) else list(axes)
    return _normalised(graph, call, xs[0], axes, centre=True)


@rule("batch_norm")
def _batch_norm(graph: Graph, call: Call, xs: list[str]) -> str:
    """By the statistics of the batch, as without running ones."""
    ndim = len(call.shape)
    normed = _normalised(graph, call, xs[0], [0, *range(2, ndim)], centre=True)
    channels = graph.ints(-1, *(1,) * (ndim - 2))
    scale, shift = (graph.node("Reshape", [x, channels]) for x in xs[1:])
    return graph.node("Add", [graph.node("Mul", [normed, scale]), shift])


@rule("var", "std")
def _var(graph: Graph, call: Call, xs: list[str]) -> str:
    shape = graph.traced.shape_of(call.operands[0])
    axis, less = call.params.get("axis"), call.params.get("ddof", 0)
    axes = tuple(range(len(shape))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    count = math.prod(shape[each] for each in axes)
    if less and any(shape[each] < 0 for each in axes):
        got, do = f"{call.op} over the batch with ddof={less}", "take ddof=0, or pass dynamic_batch=False"
        raise ConfigError(message(f"to_onnx of {call.place}", got, "one over other axes", do))
    over = graph.ints(*axes)
    centred = graph.node("Sub", [xs[0], graph.node("ReduceMean", [xs[0], over], keepdims=1)])
    keep = int(bool(call.params.get("keepdims", False)))
    variance = graph.node("ReduceMean", [graph.node("Mul", [centred, centred]), over], keepdims=keep)
    if less:
        variance = graph.node("Mul", [variance, graph.constant(np.array(count / (count - less), call.dtype))])
    return variance if call.op == "var" else graph.node("Sqrt", [variance])
