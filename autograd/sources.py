"""Which line of the program made a node? `record_sources` remembers it, for the time of a `with`.

    with record_sources():
        loss = model(x)
    source_of(loss.node)        'train.py:12: loss = ((y - out) ** 2).mean()'

Nodes don't know where they were made: asking costs about as much as the op itself. So it is asked for, by messages
that name a line and by pictures.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from .op import Op
from .tape import Node, Scope, current_scope, in_scope

_lines: WeakKeyDictionary[Node, str] = WeakKeyDictionary()


@contextmanager
def record_sources() -> Iterator[None]:
    """Let nodes remember the line that makes them, in this thread, for the time of a `with`.

    Example:
        >>> import autograd
        >>> x = autograd.Tensor(3.0, requires_grad=True)
        >>> with record_sources():
        ...     y = x * x
        >>> source_of(y.node)
        '<doctest autograd.sources.record_sources[2]>:2: y = x * x'
    """
    here = current_scope()
    # Whoever makes nodes in a way of its own by now, as anomaly detection does, notes their lines too.
    maker = _noted_node if here.maker is Node else here.maker
    with in_scope(Scope(here.name, here.parent, here.kind, here.recording, maker)):
        yield


def _noted_node(  # called in place of Node
    seq: int, op: Op, inputs: tuple[Any, ...], values: tuple[Any, ...], params: Any, out: Any, scope: Scope
) -> Node:
    node = Node(seq, op, inputs, values, params, out, scope)
    note_source(node)
    return node


def note_source(node: Node) -> str:
    """Remember, and give, the line of the program that is making `node`."""
    _lines[node] = line = user_line()
    return line


def source_of(node: Node, *, unknown: str = "") -> str:
    """The line that made `node`, as `file:number: text`; `unknown` if nobody noted it."""
    return _lines.get(node, unknown)


def user_line() -> str:
    """The line of the program that called us: file, number and text."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return line_at(frame.f_code.co_filename, frame.f_lineno)


def line_at(filename: str, number: int) -> str:
    """A line of a program, as messages and pictures show it."""
    text = linecache.getline(filename, number).strip()
    return f"{filename}:{number}" + (f": {text}" if text else "")


def is_ours(filename: str) -> bool:
    """Whether a file belongs to the libraries, rather than to the program that uses them."""
    return filename.startswith(_ours())


@cache
def _ours() -> tuple[str, ...]:
    """The folders of the packages that lie beside one another."""
    from pathlib import Path  # it takes a tenth of the time of importing autograd, and few programs ask for lines

    here = Path(__file__).resolve().parent
    return tuple(str(here.parent / name) for name in (here.name, "nn", "repl"))
