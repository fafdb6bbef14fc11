"""What a step computes of a batch before it updates anything: the loss, and its gradients."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from typing import Any

from autograd import Tensor
from autograd.compiler import active
from autograd.compiler.program import ReplayError
from autograd.errors import message
from autograd.reverse import cotangents, started

from ..errors import ConfigError
from ..module import Module


class _Refusing(io.TextIOBase):
    """A standard output that one thread may not print to."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._thread = stream, threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            return int(self._stream.write(text))
        do = "print after the step, from an observer, or pass compile=False"
        raise ReplayError(message("compile", f"a step that prints {text[:40]!r}", "one that only computes", do))


@contextmanager
def refusing_print() -> Iterator[None]:
    """Refuse to print while a step is recorded: it would print then, and never again."""
    with redirect_stdout(_Refusing(sys.stdout)), redirect_stderr(_Refusing(sys.stderr)):
        yield


def loss_of(net: Module, loss: Any, batch: Sequence[Any]) -> Tensor:
    """The loss on inputs and targets.

    Raises:
        ConfigError: the loss gives something else than a Tensor.
    """
    with refusing_print() if active() is not None else nullcontext():
        value = loss(net(*batch[:-1]), batch[-1])
    if not isinstance(value, Tensor):
        do = "compute it from the network's output by tensor operations, without float() or .data"
        raise ConfigError(message("Trainer", f"a loss of type {type(value).__name__}", "a Tensor", do))
    return value


def forget(params: Iterable[Tensor]) -> None:
    """Let no gradient be there of those that are trained."""
    for param in params:
        if param.requires_grad:
            param.grad = None


def gradients_of(net: Module, loss: Any) -> Callable[..., tuple[Tensor, list[Any], list[Any]]]:
    """A function of a weight, inputs and targets: the weighted loss, the leaves that it depends on, their gradients.

    No `.grad` is touched, so that several threads can do so at once.
    """

    def gradients(weight: Any, *batch: Any) -> tuple[Tensor, list[Any], list[Any]]:
        value = loss_of(net, loss, batch)
        value = value * weight.astype(value.dtype)
        root, seed = started(value, None)
        found = cotangents(root, seed, retain=False, wrap=Tensor.wrapped)
        return value.detach(), list(found), list(found.values())

    return gradients
