"""What a network computes, read off its tape as a plain list of calls, for batches of any size.

The network runs twice, on batches of different sizes: what differs between the two tapes is what depends on the batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, enable_grad
from autograd.errors import message
from autograd.tape import Leaf, Node, walk

from ..errors import ConfigError, StateError
from ..module import Module
from ..training.evaluation import evaluating

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Input:
    """A graph's input, by number."""

    number: int


@dataclass(frozen=True, slots=True)
class Weight:
    """A parameter, by name."""

    name: str
    array: Array


@dataclass(frozen=True, slots=True)
class Constant:
    """An array that is part of the computation; `per_sample` if it was the same for every sample of the batch."""

    array: Array


@dataclass(frozen=True, slots=True)
class Result:
    """What call number `number` gave."""

    number: int


Operand = Input | Weight | Constant | Result


@dataclass(frozen=True, slots=True)
class Call:
    """One op: its operands, its options, the shape and dtype of what comes out, and the module that it is in.

    In `params` and `shape`, what depends on the size of the batch is -1.
    """

    op: str
    operands: tuple[Operand, ...]
    params: dict[str, Any]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    place: str


@dataclass(frozen=True, slots=True)
class PartCall:
    """One call of a module inside: its path, what it was given, as arrays too, and the calls that gave its outputs.

    Beside each output's call stands how it is taken out of what the module gave: "" for a tensor, "[0]" out of a tuple.
    """

    path: str
    operands: tuple[Operand, ...]
    arrays: tuple[Any, ...]
    outputs: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A network's inputs, calls and outputs; and the calls of those modules inside that were asked for."""

    inputs: tuple[Array, ...]
    calls: tuple[Call, ...]
    outputs: tuple[Operand, ...]
    dynamic: bool
    parts: tuple[PartCall, ...] = ()


class _Tape:
    """One run: its nodes in order, and what their operands are."""

    def __init__(self, net: Module, inputs: tuple[Array, ...], parts: Mapping[str, Module], mode: Any) -> None:
        self.arrays = inputs
        self.called: list[tuple[str, tuple[Any, ...], list[tuple[str, Tensor]]]] = []
        with ExitStack() as stack:
            stack.enter_context(mode(net))
            stack.enter_context(enable_grad())
            for path, part in parts.items():
                stack.enter_context(part.register_forward_hook(self._noting(path)))
            given = [Tensor(x, requires_grad=True) if x.dtype.kind == "f" else x for x in inputs]
            made = net(*given)
        self.tensors = [tensor for _, tensor in _placed(made)]
        self.inputs = {id(x.node): i for i, x in enumerate(given) if isinstance(x, Tensor)}
        self.kept = given  # ids stay those of these
        self.params = {id(p.node): name for name, p in net.named_parameters() if p.requires_grad}
        nodes = {node.seq: node for tensor in self.tensors for node in walk(tensor.node)}
        self.nodes = [nodes[seq] for seq in sorted(nodes)]
        self.number = {id(node): i for i, node in enumerate(self.nodes)}

    def _noting(self, path: str) -> Any:
        def note(module: Module, args: tuple[Any, ...], output: Any) -> None:
            self.called.append((path, args, list(_placed(output))))

        return note

    def part_calls(self) -> Iterator[PartCall]:
        """The calls of the parts that computed something."""
        for path, args, outputs in self.called:
            found = [(self.number[id(each.node)], at) for at, each in outputs if id(each.node) in self.number]
            if not found or any(each is arg for _, each in outputs for arg in args):
                continue
            arrays = tuple(arg.readonly if isinstance(arg, Tensor) else arg for arg in args)
            operands = tuple(_argument(arg, self) for arg in args)
            yield PartCall(path, operands, arrays, tuple(found))


def trace(
    net: Module,
    inputs: tuple[Array, ...],
    dynamic: bool,
    *,
    parts: Mapping[str, Module] = MappingProxyType({}),
    mode: Any = evaluating,
) -> Trace:
    """The calls of a network for inputs like these; with `dynamic` for any length of their first axis.

    The calls of `parts`, modules by their path, are noted too. `mode` gives the context in which the network runs.

    Raises:
        ConfigError: the network does something that depends on the size of the batch in another way.
        StateError: the network has parameters that are frozen or outputs that do not depend on its inputs.
    """
    frozen = [param for param in net.parameters() if not param.requires_grad]
    for param in frozen:
        param.requires_grad_(True)
    try:
        first = _Tape(net, inputs, parts, mode)
        longer = tuple(np.concatenate([x, x[:1]]) for x in inputs)
        second = _Tape(net, longer, parts, mode) if dynamic else first
    finally:
        for param in frozen:
            param.requires_grad_(False)
    if [node.op for node in first.nodes] != [node.op for node in second.nodes]:
        raise _depends("other ops for another batch size", "")
    calls = tuple(_call(a, b, first, second) for a, b in zip(first.nodes, second.nodes, strict=True))
    outputs = tuple(_operand(tensor.node, tensor.readonly, tensor.readonly, first, "") for tensor in first.tensors)
    if not outputs or not any(isinstance(output, Result) for output in outputs):
        do = "give an output that is computed from the input"
        raise StateError(message("export", "a network whose output is no computation", "one that is", do))
    return Trace(inputs, calls, outputs, dynamic, tuple(first.part_calls()))


def _argument(arg: Any, tape: _Tape) -> Operand:
    """What a part was given."""
    if isinstance(arg, Tensor):
        return _operand(arg.node, arg.readonly, arg.readonly, tape, "")
    for i, given in enumerate(tape.arrays):
        if arg is given:
            return Input(i)
    return Constant(np.asarray(arg))


def _placed(output: Any, at: str = "") -> Iterator[tuple[str, Tensor]]:
    """The tensors in an output, each with how it is taken out."""
    if isinstance(output, Tensor):
        yield at, output
    elif isinstance(output, (tuple, list)):
        for i, each in enumerate(output):
            yield from _placed(each, f"{at}[{i}]")


def _call(a: Node, b: Node, first: _Tape, second: _Tape) -> Call:
    place = a.scope.path
    pairs = zip(a.inputs, a.values or (), b.values or (), strict=True)
    # None stands for an operand that is left out, such as a bias
    operands = tuple(_operand(source, x, y, first, place) for source, x, y in pairs if x is not None)
    params = {key: _same(key, value, (b.params or {})[key], place, first) for key, value in (a.params or {}).items()}
    out, other = np.asarray(a.out), np.asarray(b.out)
    shape = tuple(n if n == m else -1 for n, m in zip(out.shape, other.shape, strict=True))
    return Call(a.op.name, operands, params, shape, out.dtype, place)


def _operand(source: Any, x: Any, y: Any, first: _Tape, place: str) -> Operand:
    if isinstance(source, Node):
        return Result(first.number[id(source)])
    if isinstance(source, Leaf) and id(source) in first.inputs:
        return Input(first.inputs[id(source)])
    if isinstance(source, Leaf) and id(source) in first.params:
        return Weight(first.params[id(source)], np.array(x))
    return Constant(_constant(np.asarray(x), np.asarray(y), place))


def _constant(x: Array, y: Array, place: str) -> Array:
    if x.shape == y.shape:
        if not np.array_equal(x, y, equal_nan=x.dtype.kind == "f"):
            raise _depends("numbers that are computed from the input outside the tape", place)
        return x
    alike = x.ndim == y.ndim and x.shape[1:] == y.shape[1:] and (x == x[:1]).all() and (y == x[:1]).all()
    if not alike:
        raise _depends(f"an array of shape {x.shape} that is another one for another batch size", place)
    return x[:1]  # the same for every sample: it broadcasts


def _same(key: str, x: Any, y: Any, place: str, first: _Tape) -> Any:
    """An option that both runs have, with -1 where it is the batch's size; an index that is an input becomes that."""
    if isinstance(x, (tuple, list)) and isinstance(y, (tuple, list)) and len(x) == len(y):
        return tuple(_same(key, a, b, place, first) for a, b in zip(x, y, strict=True))
    if isinstance(x, np.ndarray):
        for i, given in enumerate(first.arrays):
            if given.dtype.kind in "iu" and x.shape == given.shape and np.array_equal(x, given):
                return Input(i)
        return _constant(x, np.asarray(y), place)
    if isinstance(x, (int, np.integer)) and isinstance(y, (int, np.integer)) and x != y:
        return -1
    if not isinstance(x, type(y)) or x != y:
        raise _depends(f"{key}={x!r}, which is {y!r} for another batch size", place)
    return x


def _depends(got: str, place: str) -> ConfigError:
    where = f"export of {place}" if place else "export"
    return ConfigError(message(where, got, "the same for every batch", "pass dynamic_batch=False"))
