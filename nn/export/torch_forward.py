"""The forward of a module of one's own as PyTorch source: what its tape says, with calls of its parts as calls."""

from __future__ import annotations

import re
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
    "expm1": "torch.expm1({0})", "copy": "{0}.clone()", "sign": "torch.sign({0})", "tan": "torch.tan({0})",
    "ceil": "torch.ceil({0})", "prelu": "F.prelu({0}, {1})", "where": "torch.where({0}, {1}, {2})",
}  # fmt: skip

_WITH_OPTIONS: dict[str, Callable[[Call], str]] = {
    "linear": lambda c: "F.linear({0}, {1}" + (", {2})" if len(c.operands) > 2 else ")"),
    "softmax": lambda c: f"torch.softmax({{0}}, dim={c.params.get('axis', -1)})",
    "log_softmax": lambda c: f"torch.log_softmax({{0}}, dim={c.params.get('axis', -1)})",
    "leaky_relu": lambda c: f"F.leaky_relu({{0}}, {c.params['slope']})",
    "elu": lambda c: f"F.elu({{0}}, {c.params.get('alpha', 1.0)})",
    "softplus": lambda c: f"F.softplus({{0}}, {c.params.get('beta', 1.0)}, {c.params.get('threshold', 20.0)})",
    "celu": lambda c: f"F.celu({{0}}, {c.params.get('alpha', 1.0)})",
    "hardshrink": lambda c: f"F.hardshrink({{0}}, {c.params['lambd']})",
    "softshrink": lambda c: f"F.softshrink({{0}}, {c.params['lambd']})",
    "threshold": lambda c: f"F.threshold({{0}}, {c.params['threshold']}, {c.params['value']})",
    "hardtanh": lambda c: f"F.hardtanh({{0}}, {c.params['low']}, {c.params['high']})",
    "clip": lambda c: f"torch.clamp({{0}}, {c.params.get('a_min')}, {c.params.get('a_max')})",
    "reshape": lambda c: f"{{0}}.reshape({_shape(c)})",
    "transpose": lambda c: f"{{0}}.permute({', '.join(map(str, _axes(c)))})",
    "swapaxes": lambda c: f"{{0}}.transpose({c.params['axis1']}, {c.params['axis2']})",
    "moveaxis": lambda c: f"torch.movedim({{0}}, {c.params['source']}, {c.params['destination']})",
    "split": lambda c: f"torch.tensor_split({{0}}, {_sections(c)}, dim={c.params.get('axis', 0)})",
    "output": lambda c: f"{{0}}[{c.params['index']}]",
    "pad": lambda c: f"F.pad({{0}}, {[n for pair in c.params['pad_width'][::-1] for n in pair]})",
    "einsum": lambda c: f"torch.einsum({c.params['subscripts']!r}, {_all(c)})",
    "expand_dims": lambda c: f"{{0}}.unsqueeze({c.params['axis']})",
    "squeeze": lambda c: f"{{0}}.squeeze({'' if c.params.get('axis') is None else c.params['axis']})",
    "concatenate": lambda c: f"torch.cat([{_all(c)}], dim={c.params.get('axis', 0)})",
    "stack": lambda c: f"torch.stack([{_all(c)}], dim={c.params.get('axis', 0)})",
    "getitem": lambda c: f"{{0}}[{_index(c)}]",
    "sum": lambda c: f"{{0}}.sum({_over(c)})",
    "mean": lambda c: f"{{0}}.mean({_over(c)})",
    "max": lambda c: f"{{0}}.amax({_over(c)})",
    "min": lambda c: f"{{0}}.amin({_over(c)})",
    "logsumexp": lambda c: f"torch.logsumexp({{0}}, {_over(c)})",
    "var": lambda c: f"{{0}}.var({_over(c, 'correction')})",
    "std": lambda c: f"{{0}}.std({_over(c, 'correction')})",
    "astype": lambda c: f"{{0}}.to(torch.{c.dtype})",
    "dropout": lambda c: f"F.{_dropping(c)}({{0}}, {_rate(c)}, self.training)",
    "conv": lambda c: f"F.conv{len(c.shape) - 2}d({_all(c)}{_window(c)})",
    "max_pool": lambda c: f"F.max_pool{len(c.shape) - 2}d({{0}}, {c.params['kernel']}{_window(c)})",
    "avg_pool": lambda c: f"F.avg_pool{len(c.shape) - 2}d({{0}}, {c.params['kernel']}{_window(c)})",
    "layer_norm": lambda c: f"F.layer_norm({{0}}, {{1}}.shape, {_all(c, 1)}, eps={c.params['eps']})",
    "rms_norm": lambda c: f"F.rms_norm({{0}}, {{1}}.shape, {{1}}, eps={c.params['eps']})",
    "standardize": lambda c: (
        f"({{0}} - {{0}}.mean({_along(c)})) / "
        f"torch.sqrt({{0}}.var({_along(c)}, correction=0) + {c.params.get('eps', 1e-5)})"
    ),
    "batch_norm": lambda c: f"F.batch_norm({{0}}, None, None, {{1}}, {{2}}, True, eps={c.params['eps']})",
}


def _axes(call: Call) -> list[int]:
    axes = call.params.get("axes")
    return [int(axis) for axis in axes] if axes is not None else list(range(len(call.shape)))[::-1]


def _all(call: Call, start: int = 0) -> str:
    return ", ".join(f"{{{i}}}" for i in range(start, len(call.operands)))


def _along(call: Call) -> str:
    axes = call.params.get("axes")
    return f"dim={-1 if axes is None else axes}, keepdim=True"


def _over(call: Call, ddof: str = "") -> str:
    axis, keep = call.params.get("axis"), call.params.get("keepdims", False)
    parts = [] if axis is None else [f"dim={axis}"]
    parts += [f"{ddof}={call.params.get('ddof', 0)}"] if ddof else []
    return ", ".join([*parts, *(["keepdim=True"] if keep else [])])


def _shape(call: Call) -> str:
    if call.shape.count(-1) > 1:
        raise _unknown(f"a reshape to {call.shape} with several axes that depend on the batch", call.place)
    return ", ".join(map(str, call.shape)) or "()"


def _sections(call: Call) -> Any:
    return np.asarray(call.params["indices_or_sections"]).tolist()


def _window(call: Call) -> str:
    """The options of a convolution or pooling that are not PyTorch's own."""
    found, options = "", call.params
    padding = options.get("padding") or ()
    if any(before != after for before, after in padding) or options.get("divisor") is not None:
        raise _unknown(f"{call.op} with a padding that differs from side to side", call.place)
    if options.get("stride"):
        found += f", stride={tuple(options['stride'])}"
    if any(before for before, _ in padding):
        found += f", padding={tuple(before for before, _ in padding)}"
    if set(options.get("dilation") or (1,)) != {1}:
        found += f", dilation={tuple(options['dilation'])}"
    return found + (f", groups={options['groups']}" if options.get("groups", 1) != 1 else "")


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


def _dropping(call: Call) -> str:
    """Whole channels, or elements."""
    mask = call.operands[1]
    channels = isinstance(mask, Constant) and mask.array.shape[-2:] == (1, 1) and call.shape[-2:] != (1, 1)
    return "dropout2d" if channels else "dropout"


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
        number, axis = traced.batch or (0, 0)
        self.batch = f"{_input(number)}.shape[{axis}]"

    def source(self) -> tuple[list[tuple[str, str]], str]:
        for number in self.traced.calls:
            if number in self.given:
                self._part(*self.given[number], number)
            else:
                self._call(number)
        outputs = ", ".join(self._operand(each) for each in self.traced.outputs)
        arguments = ", ".join(_input(i) for i in range(len(self.traced.inputs)))
        head = f"    def forward(self, {arguments}):\n"
        return self.constants, head + "".join(f"        {line}\n" for line in self.lines) + f"        return {outputs}"

    def _part(self, part: PartCall, at: str, number: int) -> None:
        if id(part) not in self.done:
            self.done[id(part)] = name = f"h{len(self.lines)}"
            arguments = [self._argument(each) for each in part.arguments]
            arguments += [f"{name}={self._argument(each)}" for name, each in part.named.items()]
            self.lines.append(f"{name} = self.{_path(part.path)}({', '.join(arguments)})")
        self.names[number] = self.done[id(part)] + at

    def _argument(self, given: Any) -> str:
        """What a part is given: an operand, a plain value, or several of them."""
        if isinstance(given, Operand):
            return self._operand(given)
        if isinstance(given, (tuple, list)):
            inside = ", ".join(map(self._argument, given))
            return f"({inside}{',' * (len(given) == 1)})" if isinstance(given, tuple) else f"[{inside}]"
        return literal(given)

    def _call(self, number: int) -> None:
        call = self.traced.calls[number]
        operands = [self._alike(each, call, i) for i, each in enumerate(call.operands)]
        plain = [isinstance(each, Constant) and each.array.ndim == 0 for each in call.operands]
        if call.op in ("maximum", "minimum") and any(plain):  # of a tensor and a number
            bound = "min" if call.op == "maximum" else "max"
            written = f"{operands[plain.index(False)]}.clamp({bound}={operands[plain.index(True)]})"
        elif call.op == "broadcast_to":
            sizes = ", ".join(self.batch if n < 0 else str(n) for n in call.shape)
            written = f"{operands[0]}.expand({sizes})"
        elif call.op in _WRITTEN:
            written = _WRITTEN[call.op].format(*operands)
        elif call.op in _WITH_OPTIONS:
            written = _WITH_OPTIONS[call.op](call).format(*operands)
        else:
            raise _unknown(f"the op {call.op!r}", call.place)
        self.names[number] = name = f"h{len(self.lines)}"
        self.lines.append(f"{name} = {written}")

    def _alike(self, operand: Operand, call: Call, i: int) -> str:
        """An operand in the dtype of the result, to which PyTorch might not widen it."""
        number = isinstance(operand, Constant) and operand.array.ndim == 0
        alike = number or self.traced.dtype_of(operand) == call.dtype
        if alike or call.op not in (*_WRITTEN, "linear", "concatenate", "stack") or (call.op == "where" and i == 0):
            return self._operand(operand)
        return f"{self._operand(operand)}.to(torch.{call.dtype})"

    def _operand(self, operand: Operand) -> str:
        if isinstance(operand, Input):
            return _input(operand.number)
        if isinstance(operand, Result):
            return self.names[operand.number]
        if isinstance(operand, Weight):
            return f"self.{_path(operand.name)}"
        if operand.array.ndim == 0:
            return literal(operand.array.item())
        name = f"constant{len(self.constants)}"
        values = literal(operand.array.tolist())
        self.constants.append((name, f"torch.tensor({values}, dtype=torch.{operand.array.dtype})"))
        if operand.spread is None:
            return f"self.{name}"
        shape = ["-1"] * operand.array.ndim
        shape[operand.spread] = self.batch
        return f"self.{name}.expand({', '.join(shape)})"


def literal(value: Any) -> str:
    """Numbers, and lists of them, as source, also those that Python has no name for.

    Example:
        >>> literal([1.0, -np.inf])
        "[1.0, -float('inf')]"
    """
    return re.sub(r"\b(inf|nan)\b", r"float('\1')", repr(value)) if not isinstance(value, str) else repr(value)


def _path(path: str) -> str:
    """A dotted path as an attribute: numbers are places in a list."""
    first, *rest = path.split(".")
    first = f"get_submodule({first!r})" if first.isdigit() else first
    return first + "".join(f"[{name}]" if name.isdigit() else f".{name}" for name in rest)
