"""What a network computes, read off its tape as a plain list of calls, for batches of any size.

The network runs twice, on other numbers and on batches of different sizes: where the two tapes have other shapes,
these depend on the batch; where they hold other constants, somebody computed with numbers instead of tensors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, enable_grad
from autograd.errors import AutogradError, message
from autograd.tape import Leaf, Node, walk

from ..errors import ConfigError, NNError, ShapeError, StateError
from ..layers import Embedding
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
    """An array that is part of the computation.

    If it has a row for each sample, all alike, `spread` is the axis of the samples, and `array` has one of them.
    """

    array: Array
    spread: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What call number `number` gave."""

    number: int


Operand = Input | Weight | Constant | Result


@dataclass(frozen=True, slots=True)
class Call:
    """One op: its operands, its options, the shape and dtype of what comes out, and the module that it is in.

    In `shape`, what depends on the size of the batch is -1.
    """

    op: str
    operands: tuple[Operand, ...]
    params: dict[str, Any]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    place: str


@dataclass(frozen=True, slots=True)
class PartCall:
    """One call of a module inside: its path, what it was given, and the calls that gave its outputs.

    An argument is an operand, a plain value, or a tuple or list of them. `arrays` are the arguments by position as
    arrays, if all of them are tensors, and `axes` the axes of their batch. Beside each output's call stands how it is
    taken out of what the module gave: "" for a tensor, "[0]" out of a tuple.
    """

    path: str
    arguments: tuple[Any, ...]
    named: dict[str, Any]
    arrays: tuple[Array, ...] | None
    axes: tuple[int | None, ...]
    outputs: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A network's inputs with the axis of the batch in each, the calls by number, in order, and the outputs.

    Of the parts that were asked for there are calls of the whole module instead of the calls inside.
    """

    inputs: tuple[Array, ...]
    axes: tuple[int | None, ...]
    calls: dict[int, Call]
    outputs: tuple[Operand, ...]
    parts: tuple[PartCall, ...] = ()

    @property
    def batch(self) -> tuple[int, int] | None:
        """An input and its axis whose length is the size of the batch; None if that is fixed."""
        return next(((i, axis) for i, axis in enumerate(self.axes) if axis is not None), None)

    def shape_of(self, operand: Operand) -> tuple[int, ...]:
        """The shape of an operand, with -1 where it depends on the batch."""
        if isinstance(operand, Result):
            return self.calls[operand.number].shape
        if isinstance(operand, Input):
            axis = self.axes[operand.number]
            return tuple(-1 if i == axis else n for i, n in enumerate(self.inputs[operand.number].shape))
        spread = operand.spread if isinstance(operand, Constant) else None
        return tuple(-1 if i == spread else n for i, n in enumerate(operand.array.shape))

    def dtype_of(self, operand: Operand) -> np.dtype[Any]:
        """The dtype of an operand."""
        if isinstance(operand, Result):
            return self.calls[operand.number].dtype
        return self.inputs[operand.number].dtype if isinstance(operand, Input) else operand.array.dtype


class _Tape:
    """One run: its nodes in order, and what their operands are."""

    def __init__(self, net: Module, inputs: tuple[Array, ...], parts: Mapping[str, Module], mode: Any) -> None:
        self.arrays = inputs
        self.called: list[tuple[str, tuple[Any, ...], dict[str, Any], list[tuple[str, Tensor]]]] = []
        with ExitStack() as stack:
            stack.enter_context(mode(net))
            stack.enter_context(enable_grad())
            stack.enter_context(np.errstate(all="ignore"))  # the other numbers may suit the network less
            for path, part in parts.items():
                stack.enter_context(part.register_forward_hook(self._noting(path), with_kwargs=True))
            given = [Tensor(x, requires_grad=True) if x.dtype.kind == "f" else x for x in inputs]
            made = net(*given)
        self.tensors = [tensor for _, tensor in _placed(made)]
        self.made = made
        self.inputs = {id(x.node): i for i, x in enumerate(given) if isinstance(x, Tensor)}
        self.kept = given  # ids stay those of these
        self.params = {id(p.node): name for name, p in net.named_parameters() if p.requires_grad}
        nodes = {node.seq: node for tensor in self.tensors for node in walk(tensor.node)}
        self.nodes = [nodes[seq] for seq in sorted(nodes)]
        self.number = {id(node): i for i, node in enumerate(self.nodes)}

    def _noting(self, path: str) -> Any:
        def note(module: Module, args: tuple[Any, ...], named: dict[str, Any], output: Any) -> None:
            self.called.append((path, args, named, list(_placed(output))))

        return note


def trace(
    net: Module,
    inputs: tuple[Array, ...],
    axes: tuple[int | None, ...],
    *,
    parts: Mapping[str, Module] = MappingProxyType({}),
    mode: Any = evaluating,
) -> Trace:
    """The calls of a network for inputs like these, for any length of those axes of theirs that are their batch.

    The calls of `parts`, modules by their path, stand for what is inside. `mode` gives the context in which the
    network runs.

    Raises:
        ConfigError: the network does something that depends on the size of the batch in another way.
        StateError: the network computes with numbers instead of tensors, or gives no tensors.
    """
    frozen = [param for param in net.parameters() if not param.requires_grad]
    for param in frozen:
        param.requires_grad_(True)
    try:
        with _plain_rows(net):
            first = _Tape(net, inputs, parts, mode)
            second = _second(net, inputs, axes, parts, mode)
    finally:
        for param in frozen:
            param.requires_grad_(False)
    if not first.tensors:
        got = f"an output of type {type(first.made).__name__}"
        do = "give what is computed from the input with tensors; what cannot be, such as argmax, is for the reader"
        raise StateError(message("export", got, "a tensor, or a tuple of them", do))
    if [node.op for node in first.nodes] != [node.op for node in second.nodes]:
        got, do = "other ops for other input", "let no `if` and no loop depend on the input or on its length"
        raise ConfigError(message("export", got, "the same for every input", do))
    return _Reading(first, second, axes).trace()


def batch_axes(where: str, inputs: tuple[Array, ...], given: Any) -> tuple[int | None, ...]:
    """The axis of the batch in each input, from what the user gave for all or for each."""
    axes = tuple(given) if isinstance(given, (tuple, list)) else (given,) * len(inputs)
    fits = len(axes) == len(inputs) and all(
        axis is None or (isinstance(axis, int) and -x.ndim <= axis < x.ndim)
        for axis, x in zip(axes, inputs, strict=True)
    )
    if not fits:
        got = f"batch_axis={given!r} for inputs of shapes {', '.join(str(x.shape) for x in inputs)}"
        raise ConfigError(message(where, got, "one of the axes of each", "give a number for all, or one for each"))
    sizes = {x.shape[axis] for x, axis in zip(inputs, axes, strict=True) if axis is not None}
    if len(sizes) > 1:
        got = f"batches of {', '.join(map(str, sorted(sizes)))} samples on the axes {axes}"
        do = "say where each input has its batch: batch_axis=1, or (0, 1), with None for an input without"
        raise ConfigError(message(where, got, "as many in every input", do))
    return tuple(None if axis is None else axis % x.ndim for axis, x in zip(axes, inputs, strict=True))


def _second(net: Module, inputs: tuple[Array, ...], axes: Sequence[int | None], parts: Any, mode: Any) -> _Tape:
    """The run on other numbers, and on one sample more."""
    rng = np.random.default_rng(0)
    others = []
    for x, axis in zip(inputs, axes, strict=True):
        mixed = rng.permuted(x.reshape(-1)).reshape(x.shape)  # so that they stay in the range that the example has
        others.append(mixed if axis is None else np.concatenate([mixed, mixed.take([0], axis)], axis))
    try:
        return _Tape(net, tuple(others), parts, mode)
    except (NNError, AutogradError, ValueError, IndexError) as error:
        got = f"a network that takes the example, and not one sample more ({str(error).rstrip('.')})"
        do = "say on which axis each input has its batch: batch_axis=1, or (0, 1), with None for an input without"
        raise ShapeError(message("export", got, "one for any batch", do)) from error


@contextmanager
def _plain_rows(net: Module) -> Iterator[None]:
    """Look up the rows of embeddings without what is for gradients only, which a tape would show."""
    tables = [module for module in net.modules() if isinstance(module, Embedding)]
    before = [(table.padding_idx, table.scale_grad_by_freq, table.max_norm) for table in tables]
    for table in tables:
        table.padding_idx, table.scale_grad_by_freq, table.max_norm = None, False, None
    try:
        yield
    finally:
        for table, options in zip(tables, before, strict=True):
            table.padding_idx, table.scale_grad_by_freq, table.max_norm = options


def _placed(output: Any, at: str = "") -> Iterator[tuple[str, Tensor]]:
    """The tensors in an output, each with how it is taken out."""
    if isinstance(output, Tensor):
        yield at, output
    elif isinstance(output, (tuple, list)):
        for i, each in enumerate(output):
            yield from _placed(each, f"{at}[{i}]")


class _Reading:
    """Two runs side by side."""

    def __init__(self, first: _Tape, second: _Tape, axes: tuple[int | None, ...]) -> None:
        self.first, self.second, self.axes = first, second, axes
        sizes = [(x.shape[k], y.shape[k]) for x, y, k in zip(first.arrays, second.arrays, axes, strict=True)
                 if k is not None]  # fmt: skip
        self.sizes = sizes[0] if sizes else None

    def trace(self) -> Trace:
        outputs = tuple(
            self._operand(a.node, a.readonly, b.readonly, "")
            for a, b in zip(self.first.tensors, self.second.tensors, strict=True)
        )
        parts = tuple(self._part_calls())
        inside = {number: part for part in parts for number, _ in part.outputs}
        waiting: list[Any] = list(outputs)
        calls: dict[int, Call] = {}
        seen: set[int] = set()
        while waiting:
            each = waiting.pop()
            if isinstance(each, (tuple, list)):
                waiting += each
            elif isinstance(each, Result) and each.number not in seen:
                seen.add(each.number)
                part = inside.get(each.number)
                calls[each.number] = call = self._call(each.number, whole=part is None)
                waiting += call.operands if part is None else [*part.arguments, *part.named.values()]
        return Trace(self.first.arrays, self.axes, dict(sorted(calls.items())), outputs, parts)

    def _call(self, number: int, *, whole: bool) -> Call:
        """A call; if not `whole`, only what comes out of it."""
        a, b = self.first.nodes[number], self.second.nodes[number]
        place = a.scope.path
        # an op of several results has no shape of its own
        out, other = (np.asarray(node.out[0] if isinstance(node.out, (tuple, list)) else node.out) for node in (a, b))
        shape = tuple(n if n == m else -1 for n, m in zip(out.shape, other.shape, strict=True))
        if not whole:
            return Call(a.op.name, (), {}, shape, out.dtype, place)
        if a.op.name == "broadcast_to" and any(
            n != m and (n, m) != self.sizes for n, m in zip(out.shape, other.shape, strict=True)
        ):
            raise self._depends(f"a broadcast to {out.shape}", place)
        params = {key: self._same(a.op.name, key, value, (b.params or {})[key], place)
                  for key, value in (a.params or {}).items()}  # fmt: skip
        return Call(a.op.name, self._operands(a, b), params, shape, out.dtype, place)

    def _operands(self, a: Node, b: Node) -> tuple[Operand, ...]:
        place = a.scope.path
        if a.op.name == "output":  # one of the results of an op that has several; its value is in the tape no more
            return (Result(self.first.number[id(a.inputs[0])]),)
        found: list[Operand] = []
        for i, (source, x, y) in enumerate(zip(a.inputs, a.values or (), b.values or (), strict=True)):
            if a.op.name == "dropout" and i == 1:
                found.append(Constant(np.asarray(x)))  # a mask, another one each time
            elif x is not None:  # None stands for an operand that is left out, such as a bias
                found.append(self._operand(source, x, y, place))
        return tuple(found)

    def _operand(self, source: Any, x: Any, y: Any, place: str) -> Operand:
        if isinstance(source, Node):
            return Result(self.first.number[id(source)])
        if isinstance(source, Leaf) and id(source) in self.first.inputs:
            return Input(self.first.inputs[id(source)])
        if isinstance(source, Leaf) and id(source) in self.first.params:
            return Weight(self.first.params[id(source)], np.array(x))
        return self._constant(np.asarray(x), np.asarray(y), place)

    def _constant(self, x: Array, y: Array, place: str) -> Constant:
        if x.shape == y.shape and np.array_equal(x, y, equal_nan=x.dtype.kind == "f"):
            return Constant(x)
        longer = [i for i, (n, m) in enumerate(zip(x.shape, y.shape, strict=False)) if n != m]
        if x.ndim == y.ndim and len(longer) == 1 and (x.shape[longer[0]], y.shape[longer[0]]) == self.sizes:
            row = x.take([0], longer[0])
            if (x == row).all() and (y == row).all():
                return Constant(row, longer[0])
        if x.shape == y.shape or x.dtype.kind in "iub":
            do = "compute with tensors: .data, float() and len() leave the graph; a mask can be an input, of floats"
            got = "numbers that depend on the input and are not computed with tensors"
            raise StateError(message(_where(place), got, "tensors all the way", do))
        raise self._depends(f"an array of shape {x.shape} that depends on the input", place)

    def _same(self, op: str, key: str, x: Any, y: Any, place: str) -> Any:
        """An option that both runs have; an index that is an input becomes that."""
        if op in ("reshape", "broadcast_to"):
            return None  # the call's shape says it
        if isinstance(x, (tuple, list)) and isinstance(y, (tuple, list)) and len(x) == len(y):
            return tuple(self._same(op, key, a, b, place) for a, b in zip(x, y, strict=True))
        if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
            for i, (a, b) in enumerate(zip(self.first.arrays, self.second.arrays, strict=True)):
                if a.dtype.kind in "iu" and np.array_equal(x, a) and np.array_equal(y, b):
                    return Input(i)
            if x.shape != y.shape:
                raise self._depends(f"an index of shape {x.shape} that depends on the input", place)
            return self._constant(x, y, place).array
        if not isinstance(x, type(y)) or x != y:
            raise self._depends(f"{key}={x!r}, which is {y!r} for another batch size", place)
        return x

    def _depends(self, got: str, place: str) -> ConfigError:
        do = "give it as an input of its own; or for ONNX pass dynamic_batch=False"
        return ConfigError(message(_where(place), got, "the same for every batch", do))

    def _part_calls(self) -> Iterator[PartCall]:
        """The calls of the parts that computed something."""
        number = self.first.number
        for (path, args, named, outputs), (_, other, others, _) in zip(
            self.first.called, self.second.called, strict=True
        ):
            found = [(number[id(each.node)], at) for at, each in outputs if id(each.node) in number]
            if not found or any(each is arg for _, each in outputs for arg in args):
                continue
            arguments = tuple(self._argument(a, b, path) for a, b in zip(args, other, strict=True))
            options = {name: self._argument(value, others[name], path) for name, value in named.items()}
            plain = not named and all(isinstance(arg, (Tensor, np.ndarray)) for arg in args)
            arrays = tuple(_array(arg) for arg in args) if plain else None
            axes = tuple(_longer(_array(a), _array(b)) for a, b in zip(args, other, strict=True)) if plain else ()
            yield PartCall(path, arguments, options, arrays, axes, tuple(found))

    def _argument(self, x: Any, y: Any, place: str) -> Any:
        """What a part was given."""
        if isinstance(x, Tensor):
            return self._operand(x.node, x.readonly, y.readonly, place)
        if isinstance(x, np.ndarray):
            given = next((i for i, array in enumerate(self.first.arrays) if array is x), None)
            return self._constant(x, y, place) if given is None else Input(given)
        if isinstance(x, (tuple, list)):
            return type(x)(self._argument(a, b, place) for a, b in zip(x, y, strict=True))
        if x is not None and x != y:
            raise self._depends(f"an argument {x!r}, which is {y!r} for another batch size", place)
        return x


def _array(given: Any) -> Array:
    array: Array = given.readonly if isinstance(given, Tensor) else given
    return array


def _longer(x: Array, y: Array) -> int | None:
    """The axis that has another length."""
    return next((i for i, (n, m) in enumerate(zip(x.shape, y.shape, strict=True)) if n != m), None)


def _where(place: str) -> str:
    return f"export of {place}" if place else "export"
