"""Where a forward pass stopped: the operation that raised, what it was given, and all that had been computed for it.

    try:
        net(x)
    except ValueError as error:
        trace = stopped(error)          the tape up to there; its last row is the operation that failed

Nothing is recorded for that: an exception keeps the frames that it came through, and they hold the operands.
"""

from __future__ import annotations

import traceback
from collections.abc import Collection
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

import nn
from autograd import Tensor
from autograd.errors import GraphError
from autograd.op import Op
from autograd.sources import is_ours, line_at
from autograd.tape import Node, Scope, current_scope, next_seq

from ..errors import message
from ..messages import foreign, marked, tr
from .trace import Trace, unpassed

MISSING = marked("no backward yet: the forward pass stopped here")


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed: `what` in a word, `got` and `expected` in a few words to be said, with the tape up to there."""

    trace: Trace
    what: str
    got: str
    expected: str
    source: str


@dataclass(slots=True)
class _Call:
    """A call found in a traceback: of a row of the table, or of a function or module that looked before it computed."""

    name: str
    op: Op | None
    operands: list[Any]


def stopped(error: BaseException, *, opened: Collection[str] = ("linear",)) -> Failure:
    """Find in an exception the operation that raised it.

    Raises:
        GraphError: it came from no operation on tensors.

    Example:
        >>> x = Tensor(np.ones((2, 3)), requires_grad=True)
        >>> try:
        ...     np.tanh(x) @ np.ones((4, 5))
        ... except ValueError as error:
        ...     failure = stopped(error)
        >>> failure.what, failure.got, failure.expected
        ('@', '(2, 3) and (4, 5)', 'inner sizes that agree: 3 and 4 do not')
    """
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    call = _find_call([frame for frame, _ in frames])
    if call is None:
        got = tr("{error}, which came from no operation on tensors", error=type(error).__name__)
        raise GraphError(message("graph", got, "an exception of a forward pass", "look at its traceback"))
    where, *told = getattr(next(iter(error.args), ""), "parts", ("",))  # those of autograd and nn have them
    shapes = [tuple(np.shape(_array(x))) for x in call.operands if _is_array(x)]
    got = foreign(told[0]) if told else _listed([str(shape) for shape in shapes])
    expected = foreign(told[1]) if told else _expected(call, shapes, error)
    inputs = tuple(x.node if isinstance(x, Tensor) else None for x in call.operands)
    values = tuple(map(_array, call.operands))
    what = call.op.symbol if call.op is not None else where or call.name
    op = call.op or Op(name=call.name, forward=lambda *xs: xs, symbol=what, variadic=True, why="")
    node = Node(next_seq(), op, inputs, values, None, None, _scope([frame for frame, _ in frames]))
    return Failure(unpassed(node, opened, MISSING), what, got, expected, _source(frames))


def _find_call(frames: list[FrameType]) -> _Call | None:
    """The innermost operation; else the innermost module of ours; else the function of ours that was called first."""
    for frame in reversed(frames):
        held = frame.f_locals
        op = held.get("op")
        if isinstance(op, Op) and is_ours(frame.f_code.co_filename):
            if isinstance(held.get("xs"), tuple):
                return _Call(op.name, op, [x for x in held["xs"] if _is_array(x)])
            if isinstance(held.get("self"), Tensor):
                return _Call(op.name, op, [held[name] for name in ("self", "other") if name in held])
    for frame in reversed(frames):
        module = frame.f_locals.get("self")
        if isinstance(module, nn.Module) and frame.f_code.co_name == "forward":
            own = [parameter for _, parameter in module.named_parameters(recurse=False)]
            given = _arguments(frame)
            return _Call(type(module).__name__, None, [*given, *own]) if given else None
    for frame in frames:
        if is_ours(frame.f_code.co_filename) and any(isinstance(x, Tensor) for x in _arguments(frame)):
            return _Call(frame.f_code.co_name, None, _arguments(frame))
    return None


def _arguments(frame: FrameType) -> list[Any]:
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount]
    return [frame.f_locals[name] for name in names if _is_array(frame.f_locals.get(name))]


def _is_array(x: Any) -> bool:
    return isinstance(x, (Tensor, np.ndarray))


def _array(x: Any) -> Any:
    return x.readonly if isinstance(x, Tensor) else x


def _listed(words: list[str]) -> str:
    """`a, b and c`."""
    first, last = ", ".join(words[:-1]), words[-1] if words else ""
    return marked("{first} and {last}", first=first, last=last) if first else last


def _expected(call: _Call, shapes: list[tuple[int, ...]], error: BaseException) -> str:
    """What an operation of NumPy wants, in fewer words than NumPy's."""
    if call.name == "matmul" and len(shapes) == 2 and all(shapes):
        inner = shapes[0][-1], shapes[1][-2 if len(shapes[1]) > 1 else 0]
        if inner[0] != inner[1]:
            return marked("inner sizes that agree: {one} and {other} do not", one=inner[0], other=inner[1])
    if call.op is not None and call.op.broadcasts and len(shapes) == 2:
        pairs = zip(shapes[0][::-1], shapes[1][::-1], strict=False)
        clash = next(((a, b) for a, b in pairs if a != b and 1 not in (a, b)), None)
        if clash is not None:
            told = marked("sizes that are equal or 1, from the right: {one} and {other} are not")
            return marked(told, one=clash[0], other=clash[1])
    return " ".join(str(error).split())


def _scope(frames: list[FrameType]) -> Scope:
    """The scope that the operation would have been made in: that of the modules that were being called."""
    scope = current_scope()
    for frame in frames:
        module = frame.f_locals.get("self")
        if isinstance(module, nn.Module) and frame.f_code is nn.Module.__call__.__code__ and module._name:
            scope = Scope(module._name, scope, type(module).__name__, True, Node)
    return scope


def _source(frames: list[tuple[FrameType, int]]) -> str:
    """The innermost line of the program itself, from which the libraries were called."""
    own = []
    for frame, line in frames:
        if is_ours(frame.f_code.co_filename):
            break
        own.append((frame.f_code.co_filename, line))
    deeper = [
        (frame.f_code.co_filename, line)
        for frame, line in frames
        if isinstance(frame.f_locals.get("self"), nn.Module) and not is_ours(frame.f_code.co_filename)
    ]
    place = (deeper or own)[-1:]
    return line_at(*place[0]) if place else ""
