"""The forward of a module of one's own as PyTorch source: what its tape says, with calls of its parts as calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import message

from ..errors import ConfigError
from .trace import Call, Constant, Input, Operand, PartCall, Result, Trace, Weight

Array = NDArray[Any]

# How ops are written: {0}, {1} are operands.
_WRITTEN = {
    "add": "{0} + {1}", "subtract": "{0} - {1}", "multiply": "{0} * {1}", "divide": "{0} / {1}",
    "power": "{0} ** {1}", "matmul": "{0} @ {1}", "negative": "-{0}", "abs": "torch.abs({0})", "exp": "torch.exp({0})",
    "log": "torch.log({0})", "sqrt": "torch.sqrt({0})", "square": "torch.square({0})", "sin": "torch.sin({0})",
    "cos": "torch.cos({0})", "tanh": "torch.tanh({0})", "sigmoid": "torch.sigmoid({0})", "erf": "torch.erf({0})",
    "floor": "torch.floor({0})", "reciprocal": "torch.reciprocal({0})", "maximum": "torch.maximum({0}, {1})",
    "minimum": "torch.minimum({0}, {1})", "relu": "F.relu({0})", "selu": "F.selu({0})", "silu": "F.silu({0})",
    "mish": "F.mish({0})", "gelu": "F.gelu({0})", "gelu_tanh": "F.gelu({0}, approximate='tanh')",
    "softsign": "F.softsign({0})", "log_sigmoid": "F.logsigmoid({0})", "hardswish": "F.hardswish({0})",
    "hardsigmoid": "F.hardsigmoid({0})", "tanhshrink": "F.tanhshrink({0})", "log1p": "torch.log1p({0})",
    "expm1": "torch.expm1({0})", "copy": "{0}.clone()", "sign": "torch.sign({0})",
}  # fmt: skip

_WITH_OPTIONS: dict[str, Callable[[Call], str]] = {
    "linear": lambda c: "F.linear({0}, {1}" + (", {2})" if len(c.operands) > 2 else ")"),
    "softmax": lambda c: f"torch.softmax({{0}}, dim={c.params.get('axis', -1)})",
    "log_softmax": lambda c: f"torch.log_softmax({{0}}, dim={c.params.get('axis', -1)})",
    "leaky_relu": lambda c: f"F.leaky_relu({{0}}, {c.params['slope']})",
    "elu": lambda c: f"F.elu({{0}}, {c.params.get('alpha', 1.0)})",
    "softplus": lambda c: f"F.softplus({{0}}, {c.params.get('beta', 1.0)}, {c.params.get('threshold', 20.0)})",
    "hardtanh": lambda c: f"F.hardtanh({{0}}, {c.params['low']}, {c.params['high']})",
    "clip": lambda c: f"torch.clamp({{0}}, {c.params.get('a_min')}, {c.params.get('a_max')})",
    "reshape": lambda c: f"{{0}}.reshape({', '.join(map(str, c.shape))})" if c.shape else "{0}.reshape(())",
    "transpose": lambda c: f"{{0}}.permute({', '.join(map(str, _axes(c)))})",
    "swapaxes": lambda c: f"{{0}}.transpose({c.params['axis1']}, {c.params['axis2']})",
    "broadcast_to": lambda c: f"{{0}}.expand({', '.join(map(str, c.shape))})",
    "expand_dims": lambda c: f"{{0}}.unsqueeze({c.params['axis']})",
    "squeeze": lambda c: f"{{0}}.squeeze({'' if c.params.get('axis') is None else c.params['axis']})",
    "concatenate": lambda c: f"torch.cat([{_all(c)}], dim={c.params.get('axis', 0)})",
    "stack": lambda c: f"torch.stack([{_all(c)}], dim={c.params.get('axis', 0)})",
    "getitem": lambda c: f"{{0}}[{_index(c)}]",
    "sum": lambda c: f"{{0}}.sum({_over(c)})",
    "mean": lambda c: f"{{0}}.mean({_over(c)})",
    "max": lambda c: f"{{0}}.amax({_over(c)})",
    "min": lambda c: f"{{0}}.amin({_over(c)})",
    "astype": lambda c: f"{{0}}.to(torch.{c.dtype})",
    "dropout": lambda c: f"F.dropout({{0}}, {_rate(c)}, self.training)",
}


def _axes(call: Call) -> list[int]:
    axes = call.params.get("axes")
    return [int(axis) for axis in axes] if axes is not None else list(range(len(call.shape)))[::-1]


def _all(call: Call) -> str:
    return ", ".join(f"{{{i}}}" for i in range(len(call.operands)))


def _over(call: Call) -> str:
    axis, keep = call.params.get("axis"), call.params.get("keepdims", False)
    return ", ".join([*([] if axis is None else [f"dim={axis}"]), *(["keepdim=True"] if keep else [])])


def _index(call: Call) -> str:
    key = call.params["index"]
    return ", ".join(map(_one_index, key if isinstance(key, tuple) else (key,)))


def _one_index(each: Any) -> str:
    if isinstance(each, slice):
        if each.step is not None and each.step < 0:
            raise _unknown("an index that goes backwards", "")
        parts = ["" if bound is None else str(bound) for bound in (each.start, each.stop)]
        return ":".join([*parts, *([] if each.step is None else [str(each.step)])])
    if isinstance(each, Input):
        return _input(each.number)
    if isinstance(each, np.ndarray):
        return repr(each.tolist())
    return "..." if each is Ellipsis else str(each)


def _rate(call: Call) -> float:
    mask = call.operands[1]
    kept = float(mask.array.max()) if isinstance(mask, Constant) and mask.array.size else 1.0
    return round(1.0 - 1.0 / kept, 6) if kept > 0 else 1.0


def _input(number: int) -> str:
    return "x" if number == 0 else f"x{number + 1}"


def _unknown(got: str, place: str) -> ConfigError:
    where = f"to_torch of {place}" if place else "to_torch"
    do = "write that part in PyTorch by hand"
    return ConfigError(message(where, got, "what torch.nn or torch.nn.functional has", do))


def forward_source(traced: Trace) -> tuple[list[tuple[str, str]], str]:
    """The constants that a forward needs, as name and source, and the source of the forward."""
    return _Forward(traced).source()


class _Forward:
    def __init__(self, traced: Trace) -> None:
        self.traced = traced
        self.constants: list[tuple[str, str]] = []
        self.names: dict[int, str] = {}
        self.lines: list[str] = []
        # a part that is called stands for all calls of ops up to its outputs
        self.given = {number: (part, at) for part in traced.parts for number, at in part.outputs}
        self.done: dict[int, str] = {}

    def source(self) -> tuple[list[tuple[str, str]], str]:
        for number in self._needed():
            if number in self.given:
                self._part(*self.given[number], number)
            else:
                self._call(number)
        outputs = ", ".join(self._operand(each) for each in self.traced.outputs)
        arguments = ", ".join(_input(i) for i in range(len(self.traced.inputs)))
        head = f"    def forward(self, {arguments}):\n"
        return self.constants, head + "".join(f"        {line}\n" for line in self.lines) + f"        return {outputs}"

    def _needed(self) -> list[int]:
        """The calls that are written out, in order: those outside parts, and the outputs of parts."""
        waiting = [each.number for each in self.traced.outputs if isinstance(each, Result)]
        found: set[int] = set()
        while waiting:
            number = waiting.pop()
            if number in found:
                continue
            found.add(number)
            operands = self.given[number][0].operands if number in self.given else self.traced.calls[number].operands
            waiting += [each.number for each in operands if isinstance(each, Result)]
        return sorted(found)

    def _part(self, part: PartCall, at: str, number: int) -> None:
        if id(part) not in self.done:
            self.done[id(part)] = name = f"h{len(self.lines)}"
            arguments = ", ".join(self._operand(each) for each in part.operands)
            self.lines.append(f"{name} = self.{_path(part.path)}({arguments})")
        self.names[number] = self.done[id(part)] + at

    def _call(self, number: int) -> None:
        call = self.traced.calls[number]
        if call.op in _WRITTEN:
            written = _WRITTEN[call.op]
        elif call.op in _WITH_OPTIONS:
            written = _WITH_OPTIONS[call.op](call)
        else:
            raise _unknown(f"the op {call.op!r}", call.place)
        self.names[number] = name = f"h{len(self.lines)}"
        self.lines.append(f"{name} = {written.format(*map(self._operand, call.operands))}")

    def _operand(self, operand: Operand) -> str:
        if isinstance(operand, Input):
            return _input(operand.number)
        if isinstance(operand, Result):
            return self.names[operand.number]
        if isinstance(operand, Weight):
            return f"self.{_path(operand.name)}"
        if operand.array.ndim == 0:
            return repr(operand.array.item())
        name = f"constant{len(self.constants)}"
        self.constants.append((name, f"torch.tensor({operand.array.tolist()!r}, dtype=torch.{operand.array.dtype})"))
        return f"self.{name}"


def _path(path: str) -> str:
    """A dotted path as an attribute: numbers are places in a list."""
    first, *rest = path.split(".")
    return first + "".join(f"[{name}]" if name.isdigit() else f".{name}" for name in rest)
