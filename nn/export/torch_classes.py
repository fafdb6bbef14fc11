"""Modules as PyTorch source: layers by their options, containers by their parts, modules of one's own as classes."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.errors import message

from .. import layers, losses
from ..containers import ModuleDict, ModuleList, ParameterList, Sequential
from ..defaults import default_generator
from ..errors import ConfigError
from ..layers import MultiheadAttention, TransformerEncoder, TransformerEncoderLayer
from ..module import Module, Parameter
from .torch_forward import forward_source
from .trace import PartCall, trace

Array = NDArray[Any]
Axes = tuple[int | None, ...]

_OURS = (
    "rng",
    "dtype",
    "inplace",
    "init",
    "temperature",
)  # options that PyTorch has not, or that are over once a layer is made
_WINDOW = ("kernel_size", "stride", "padding", "output_padding", "dilation")
_CONTAINERS = (Sequential, ModuleList, ModuleDict)  # and not what is derived from them, which may have a forward
_KNOWN = {kind for module in (layers, losses) for kind in vars(module).values() if isinstance(kind, type)}


class Classes:
    """The classes that a program needs, and the expressions that make its modules."""

    def __init__(self) -> None:
        self.sources: list[str] = []
        self._classes: dict[str, str] = {}  # what each is, and its name

    def expression(
        self, module: Module, inputs: tuple[Array, ...] | None, axes: Axes | None = None, indent: str = ""
    ) -> str:
        """What makes a module like this one, which gets inputs like these with their batch on these axes."""
        if type(module) in _CONTAINERS:
            return self._container(module, inputs, axes, indent)
        if isinstance(module, TransformerEncoder):
            parts = list(module.children())
            inner = [each for part in parts for each in (part if isinstance(part, ModuleList) else [part])]
            return f"nn.TransformerEncoder({self.expression(inner[0], None)}, {module.num_layers})"
        if not _is_own(module):
            return f"nn.{type(module).__name__}({_arguments(module)})"
        return f"{self._own(module, inputs, axes)}()"

    def _container(self, module: Any, inputs: tuple[Array, ...] | None, axes: Axes | None, indent: str) -> str:
        inner = indent + "    "
        pieces = []
        for name, part in module.named_children():
            given = _seen(module, part, inputs) if isinstance(module, Sequential) and _is_own(part) else None
            made = self.expression(part, given, axes, inner)
            pieces.append(f"{inner}{name!r}: {made},\n" if isinstance(module, ModuleDict) else f"{inner}{made},\n")
        kind = type(module).__name__
        if isinstance(module, Sequential):
            named = [name for name, _ in module.named_children()] != [str(i) for i in range(len(pieces))]
            if named:
                names = [name for name, _ in module.named_children()]
                lines = [
                    f"{inner}({n!r}, {made.removeprefix(inner)[:-2]}),\n" for n, made in zip(names, pieces, strict=True)
                ]
                return f"nn.Sequential(OrderedDict([\n{''.join(lines)}{indent}]))"
            return f"nn.Sequential(\n{''.join(pieces)}{indent})" if pieces else "nn.Sequential()"
        opened, closed = ("({", "})") if isinstance(module, ModuleDict) else ("([", "])")
        return f"nn.{kind}{opened}\n{''.join(pieces)}{indent}{closed}"

    def _own(self, module: Module, inputs: tuple[Array, ...] | None, axes: Axes | None) -> str:
        """The name of the class for a module of one's own; its source is added, after those that it needs."""
        kind = type(module).__name__
        if inputs is None:
            do = "pass an example of the input: to_torch(net, x)"
            raise ConfigError(message("to_torch", f"a module of your own, {kind}", "an example to trace it with", do))
        parts = dict(_boundary(module, ""))
        axes = axes if axes is not None and len(axes) == len(inputs) else (0,) * len(inputs)
        traced = trace(module, inputs, axes, parts=parts, mode=training)
        first = {call.path: call for call in reversed(traced.parts)}
        lines = ["        super().__init__()"]
        for name, value in vars(module).items():
            if isinstance(value, Module):
                made = self._attribute(value, name, first)
                kept = f"self.{name} = {made}" if name.isidentifier() else f"self.add_module({name!r}, {made})"
                lines.append(f"        {kept}")
            elif isinstance(value, Parameter):
                lines.append(f"        self.{name} = nn.Parameter(torch.empty({value.shape}))")
        for name, buffer in module.named_buffers(recurse=False):
            array = buffer.readonly if isinstance(buffer, Tensor) else np.asarray(buffer)
            lines.append(f'        self.register_buffer("{name}", torch.zeros({array.shape}))')
        constants, forward = forward_source(traced)
        lines += [f"        self.register_buffer({name!r}, {text}, persistent=False)" for name, text in constants]
        body = "(nn.Module):\n    def __init__(self):\n" + "\n".join(lines) + "\n\n" + forward
        if body not in self._classes:
            taken = sum(name.rstrip("0123456789") == kind for name in self._classes.values())
            self._classes[body] = name = f"{kind}{taken + 1}" if taken else kind
            self.sources.append(f"class {name}{body}")
        return self._classes[body]

    def _attribute(self, value: Module, name: str, first: dict[str, PartCall]) -> str:
        if isinstance(value, (ModuleList, ModuleDict)):
            opened, closed = ("[", "]") if isinstance(value, ModuleList) else ("{", "}")
            pieces = []
            for key, part in value.named_children():
                made = self._attribute(part, f"{name}.{key}", first)
                pieces.append(made if isinstance(value, ModuleList) else f"{key!r}: {made}")
            return f"nn.{type(value).__name__}({opened}{', '.join(pieces)}{closed})"
        if isinstance(value, ParameterList):
            shapes = ", ".join(f"torch.empty({param.shape})" for param in value)
            return f"nn.ParameterList([{shapes}])"
        call = first.get(name)
        if call is not None and call.arrays is None and _is_own(value):
            do = "give it tensors by position, one by one"
            got = f"a module of your own that is given more than tensors, {type(value).__name__}"
            raise ConfigError(message(f"to_torch of {name}", got, "tensors", do))
        given, axes = (None, None) if call is None else (call.arrays, call.axes)
        return self.expression(value, given, axes, "        ")


def _is_own(module: Module) -> bool:
    """Whether it is no module of PyTorch: of a class of one's own, or with an option that PyTorch's has not."""
    known = type(module) in _KNOWN or type(module) in _CONTAINERS
    return not known or getattr(module, "temperature", 1.0) != 1.0


def _boundary(module: Module, path: str) -> Iterator[tuple[str, Module]]:
    """The modules that the forward of a module may call, through lists and dicts of modules."""
    for name, part in module.named_children():
        inner = f"{path}.{name}" if path else name
        if isinstance(part, (ModuleList, ModuleDict)):
            yield from _boundary(part, inner)
        else:
            yield inner, part


def _seen(net: Module, part: Module, inputs: tuple[Array, ...] | None) -> tuple[Array, ...] | None:
    """What a part is given when the network gets `inputs`."""
    if inputs is None:
        return None
    seen: list[Any] = []
    with training(net), part.register_forward_hook(lambda module, args, output: seen.append(args)):
        net(*inputs)
    return tuple(each.readonly if isinstance(each, Tensor) else each for each in seen[0]) if seen else None


@contextmanager
def training(net: Module) -> Iterator[None]:
    """Training mode, in which dropout and batch norm show; statistics, random state and modes are put back."""
    state, modes = net.state_dict(), [(module, module.training) for module in net.modules()]
    random = default_generator().bit_generator.state
    net.train()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        net.load_state_dict(state)
        default_generator().bit_generator.state = random


# The options of layers and losses


def _arguments(module: Module) -> str:
    options = _options(module)
    parts = []
    plain = True
    for parameter in inspect.signature(type(module)).parameters.values():
        if parameter.name not in options:
            continue
        value, default = options[parameter.name], parameter.default
        if default is not parameter.empty and _same(value, default):
            plain = False
            continue
        positional = plain and default is parameter.empty
        parts.append(spelled(value) if positional else f"{parameter.name}={spelled(value)}")
    return ", ".join(parts)


def _same(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and bool(np.all(value == default)))


def _options(module: Module) -> dict[str, Any]:
    """The options by which a layer or loss was made, as they are in its attributes."""
    if isinstance(module, TransformerEncoderLayer):
        return _encoder_options(module)
    found = {}
    for name in inspect.signature(type(module)).parameters:
        if name not in _OURS and hasattr(module, name):
            value = getattr(module, name)
            if name == "bias" and not isinstance(value, bool):
                scaled = getattr(module, "affine", getattr(module, "elementwise_affine", True))
                value = value is not None or not scaled
            if name in _WINDOW and isinstance(value, tuple) and len(set(value)) == 1:
                value = value[0]  # one number stands for all axes
            found[name] = value
    if isinstance(module, MultiheadAttention):
        found |= {"bias": module.in_proj_bias is not None, "add_bias_kv": module.bias_k is not None}
        found |= {name: None for name in ("kdim", "vdim") if found.get(name) == module.embed_dim}
    return found


def _encoder_options(module: Any) -> dict[str, Any]:
    return {
        "d_model": module.linear1.in_features,
        "nhead": module.self_attn.num_heads,
        "dim_feedforward": module.linear1.out_features,
        "dropout": module.dropout1.p,
        "activation": module.activation.__name__,
        "layer_norm_eps": module.norm1.eps,
        "batch_first": module.self_attn.batch_first,
        "norm_first": module.norm_first,
        "bias": module.linear1.bias is not None,
    }


def spelled(value: Any) -> str:
    """A value as source.

    Example:
        >>> spelled((1, 2.5)), spelled(np.float64(0.1)), spelled(np.array([1.0, 2.0]))
        ('(1, 2.5)', '0.1', 'torch.tensor([1.0, 2.0])')
    """
    if isinstance(value, Tensor):
        value = value.readonly
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype in (np.float32, np.float64, np.int64) else f", dtype=torch.{value.dtype}"
        return f"torch.tensor({value.tolist()!r}{dtype})"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if value is None or isinstance(value, (bool, int, str, float)):
        return repr(value)
    if isinstance(value, (tuple, list)):
        inside = ", ".join(map(spelled, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside},)" if len(value) == 1 else f"({inside})"
    do = "make that part in PyTorch by hand"
    raise ConfigError(message("to_torch", f"an option of type {type(value).__name__}", "numbers and words", do))
