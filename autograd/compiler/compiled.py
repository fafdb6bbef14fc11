"""`compile`: a training step, or any function of tensors, recorded once and then run as straight-line NumPy.

fast = autograd.compile(step)
loss = fast(x, y)              the first call with these shapes and dtypes records; the others run the program
print(fast.source)             the program, with the ops that its lines came from
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import update_wrapper
from threading import RLock
from typing import Any

import numpy as np

from ..errors import GraphError, message
from ..hooks import hooked, observers
from ..pytree import Structure, flatten
from ..tape import Node, current_scope
from . import traced as writing
from .arguments import input_array, key_of
from .entry import Entry
from .program import Differs, ReplayError
from .traced import perform

_MOST = 8  # programs for one set of shapes, beyond which something changes at every call


def compile(step: Callable[..., Any]) -> Compiled:
    """A function that does what `step` does, as straight-line NumPy into memory made once.

    `step` computes from its arguments, calls `backward()`, and may update parameters by an optimiser of `nn.optim`.
    It is recorded at the first call with arguments of these shapes and dtypes. Arrays and constant tensors among the
    arguments are inputs; numbers and other objects are part of the program, which is recorded anew for others.
    Parameters, buffers, step counts and learning rates are live.

    The numbers are the eager step's to rounding: to 1e-5 of their size in float32, to 1e-12 in float64, or of the size
    of the terms where a sum cancels out, as the gradient of a bias before a batch norm does. Two compiled runs of one
    seed are the same bit for bit. While a hook or an observer of gradients is there, or anomalies are
    looked for, the step runs eagerly. Recording takes the memory of an eager step, and the time of some dozen; copies
    of what the step can reach come on top where it reads parameters that an optimiser has just changed.

    What comes back are constants: gradients are taken inside the step. A parameter's `.grad` is memory that the next
    call writes to again.

    Raises:
        UnsupportedError: the step does what can't be replayed; nothing was changed then. The message names it: a
            branch on a tensor's value, a side effect, random numbers, gradients added to those of an earlier call.

    Example:
        >>> import autograd
        >>> w = autograd.Tensor([1.0, 2.0], requires_grad=True)
        >>> @autograd.compile
        ... def step(x):
        ...     w.grad = None
        ...     loss = ((w * x) ** 2).sum()
        ...     loss.backward()
        ...     return loss
        >>> step(np.array([3.0, 4.0])).item(), w.grad.tolist()
        (73.0, [18.0, 64.0])
    """
    return Compiled(step)


def live(
    function: Callable[..., Any], *args: Any, draws_from: np.random.Generator | None = None, **options: Any
) -> Any:
    """Call a function that gives an array; in a compiled step again at every run, for draws of random numbers.

    `draws_from` is the generator that it draws from, if the function is not a method of it.

    Example:
        >>> live(np.random.default_rng(0).integers, 10, size=3)
        array([8, 6, 5])
    """
    recording = writing.active()
    if recording is None:
        return function(*args, **options)
    generator = draws_from or getattr(function, "__self__", None)
    if isinstance(generator, np.random.Generator):
        recording.generators.setdefault(id(generator), (generator, generator.bit_generator.state))
    return perform(function, args, options, draws=True)


class Compiled:
    """A step and the programs that were recorded of it.

    What it gives is the caller's own, or, if it is `lent`, the program's memory, which the next call writes to again.
    """

    def __init__(self, step: Callable[..., Any], lent: bool = False) -> None:
        self._step, self._lent = step, lent
        self._programs: dict[Any, list[Entry]] = {}
        self._latest: Entry | None = None
        self._lock = RLock()  # a program works in memory of its own, in one thread at a time
        update_wrapper(self, step, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do the step."""
        scope = current_scope()
        if writing.active() is not None or observers or hooked or scope.maker is not Node:
            return self._step(*args, **kwargs)  # part of a larger step, or someone watches
        latest = self._latest
        if latest is not None and not kwargs and self._served(latest, args, scope.make is not None):
            with self._lock:  # the usual case, kept short
                try:
                    return latest.run(args, served=True)
                except Differs:
                    pass  # looked into below
        inputs, entries, leaves, structure = self._found(args, kwargs)
        with self._lock:
            for entry in entries:
                if entry.holds():
                    try:
                        return self._run(entry, inputs)
                    except Differs:  # this batch fails a check: another program's, or the step itself says how
                        continue
            return self._run(self._record(leaves, structure, entries), inputs)

    def prepared(self, *args: Any) -> Callable[[], Any]:
        """The same step, ready to be made by another thread: what has to be recorded is recorded here.

        Several programs may run at once that read the same parameters; while a step is recorded, its parameters hold
        other numbers for a while. What is given raises `Differs` if a check fails: then the step is to be called.
        """
        inputs, entries, leaves, structure = self._found(args, {})
        holding = [entry for entry in entries if entry.holds()] or [self._record(leaves, structure, entries)]

        def run() -> Any:
            with self._lock:
                for entry in holding:
                    with suppress(Differs):
                        return self._run(entry, inputs)
            raise Differs

        return run

    @staticmethod
    def _served(entry: Entry, args: tuple[Any, ...], tracking: bool) -> bool:
        try:
            return entry.serves(args, tracking)
        except (ValueError, KeyError):  # as in `Surroundings.unchanged`
            return False

    def _found(self, args: Any, kwargs: Any) -> tuple[list[Any], list[Entry], list[Any], Structure]:
        """The inputs among the arguments, the programs for such, and what a recording needs."""
        leaves, structure = flatten((args, kwargs))
        key = (structure, current_scope().recording, *map(key_of, leaves))
        return [input_array(leaf) for leaf in leaves], self._programs.setdefault(key, []), leaves, structure

    def _run(self, entry: Entry, inputs: list[Any]) -> Any:
        given = entry.run(inputs)
        self._latest = entry
        return given

    def _record(self, leaves: list[Any], structure: Structure, entries: list[Entry]) -> Entry:
        if len(entries) >= _MOST:
            what = entries[0].surroundings.difference() or "a value that the step checks"
            raise ReplayError(
                message(f"compile ({what})", "another value at every call", "surroundings that stay as they are",
                        "pass it as an array argument, or do not compile this step")
            )  # fmt: skip
        entry = Entry(self._step, leaves, structure, self._lent)
        entries.insert(0, entry)
        return entry

    def __reduce__(self) -> Any:
        """Copies and pickles keep the step; they record anew."""
        return Compiled, (self._step, self._lent)

    @property
    def source(self) -> str:
        """The program of the latest call, commented with the ops that its lines came from.

        Raises:
            GraphError: there was no call yet.
        """
        return self._used.program.source

    @property
    def memory(self) -> tuple[int, int]:
        """The bytes that the results of the latest program share, and those that they would take apart.

        Raises:
            GraphError: there was no call yet.
        """
        return self._used.program.memory

    @property
    def _used(self) -> Entry:
        if self._latest is None:
            raise GraphError(message("compile", "no call yet", "a program", "call the step once"))
        return self._latest
