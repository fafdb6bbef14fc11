"""What a recording is made of: calls of NumPy functions, and the memory that they read and write.

A recording knows memory, not names: two arrays are the same value when they look at the same bytes. So views cost
nothing, and code that writes in place (`e /= total`, an optimiser's update) is recorded as it stands.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import UnsupportedError
from ..op import Op

INPUT, STATE, CONSTANT, MADE = "input", "state", "constant", "made"


class Leak(BaseException):
    """A row gave an array of which the recording does not know how it was made: it is to be recorded as one call."""

    def __init__(self, op: Op) -> None:
        super().__init__(op.name)
        self.op = op


class ReplayError(UnsupportedError):
    """A step can't be replayed: the message names what stands in the way."""


@dataclass(eq=False, slots=True)
class Memory:
    """A stretch of memory that belongs together: an argument, a parameter, a constant, or what a call made.

    `initial` is what a constant held when it was first seen: a recorded call may write to it later.
    """

    kind: str
    owner: Any
    low: int
    high: int
    initial: Any = None
    pinned: bool = False  # needed after the last call
    scratch: bool = False  # nobody's but an optimiser's, who fills it afresh at each step

    @property
    def lasting(self) -> bool:
        """Whether it was there before the step and is there after it, so that writing to it is an effect."""
        return self.kind in (INPUT, STATE)


@dataclass(eq=False, slots=True)
class Call:
    """One line of the program.

    `reads` and `writes` are the arrays that it looks at and changes. `style` says how the line is written:
    "plain" is `function(*args)`, whose arguments name the arrays to write to; "copy" puts what `function` gives into
    the arrays of `writes`; "check" asks whether a truth value is still what it was.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    options: dict[str, Any]
    reads: list[Any]
    writes: list[Any]
    style: str = "plain"
    origin: str = ""
    op: Any = None  # the row
    update: bool = False  # part of an optimiser's step
    elementwise: bool = False
    draws: bool = False  # it moves a generator on, so it is needed whatever becomes of its result
    expected: Any = None
    picks: tuple[int, ...] = ()  # of several results, those that are written
    needs: list[Memory] = field(default_factory=list)
    makes: list[Memory] = field(default_factory=list)


def arrays_in(tree: Any) -> Iterator[Any]:
    """The arrays among arguments, in lists, tuples and dicts too."""
    if isinstance(tree, np.ndarray):
        yield tree
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from arrays_in(item)
    elif isinstance(tree, dict):
        yield from arrays_in(list(tree.values()))


def span(array: Any) -> tuple[int, int]:
    """The first address of an array, and the one after its last."""
    low = high = array.__array_interface__["data"][0]
    for length, stride in zip(array.shape, array.strides, strict=True):
        reach = (length - 1) * stride
        low, high = low + min(reach, 0), high + max(reach, 0)
    return low, high + array.itemsize


def owner_of(array: Any) -> Any:
    """The array, or what else, that holds the memory of `array` and all of its neighbours."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return np.asarray(array)


class Places:
    """Which memory an array looks at: by address, since NumPy makes views of views in too many ways to follow."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._known: dict[int, Memory] = {}

    def find(self, array: Any) -> Memory | None:
        """The memory of an array, if it is known and the array is not empty."""
        if not array.size:
            return None
        low, _ = span(array)
        place = bisect_right(self._starts, low)
        memory = self._known[self._starts[place - 1]] if place else None
        return memory if memory is not None and low < memory.high else None

    def add(self, kind: str, array: Any) -> Memory:
        """Enter the memory of an array that has elements."""
        owner = owner_of(array)
        low, high = span(owner)
        memory = Memory(kind, owner, low, high, owner.copy() if kind == CONSTANT else None)
        insort(self._starts, low)
        self._known[low] = memory
        return memory

    def move(self, lows: dict[int, int]) -> None:
        """Enter memories at other addresses, those of `lows` by the memory's id; what they held is let go."""
        known = list(self._known.values())
        for memory in known:
            if id(memory) in lows:
                low = lows[id(memory)]
                memory.low, memory.high, memory.owner = low, low + memory.high - memory.low, None
        self._known = {memory.low: memory for memory in known}
        self._starts = sorted(self._known)

    def __iter__(self) -> Iterator[Memory]:
        return iter(self._known.values())


@dataclass(eq=False, slots=True)
class Recording:
    """All that was recorded of one run of a step."""

    places: Places = field(default_factory=Places)
    calls: list[Call] = field(default_factory=list)
    origin: str = ""
    updating: bool = False
    labelled: int = 0
    copies: list[tuple[Any, Any]] = field(default_factory=list)
    before: list[Callable[[], bool]] = field(default_factory=list)  # at each run, first; False: this run is another
    after: list[Callable[[], None]] = field(default_factory=list)  # at each run, when all is done
    generators: dict[int, tuple[Any, Any]] = field(default_factory=dict)  # drawn from at each run; as they were
    suspects: dict[int, Any] = field(default_factory=dict)  # constants that a row gave for what was recorded
    results: list[Any] = field(default_factory=list)  # what the step gave that is no memory of the program
    permissive: bool = False  # values may be looked at: it is made to see whether the step fails by itself
    writer: Any = None  # the class of the arrays that write down

    def memory(self, array: Any) -> Memory:
        """The memory of an array with elements, entered as a constant if nobody has seen it before."""
        return self.places.find(array) or self.places.add(CONSTANT, array)

    def state(self, array: Any) -> Any:
        """An array that outlasts the step, as one that writes down what is done with it."""
        if array.size and self.places.find(array) is None:
            self.places.add(STATE, array)
        return array.view(self.writer)

    def scratch(self, array: Any) -> Any:
        """As `state`, for an array that holds nothing between two steps."""
        given = self.state(array)
        if array.size:
            self.memory(array).scratch = True
        return given

    @contextmanager
    def update(self, origin: str) -> Iterator[None]:
        """Write down an optimiser's step: it comes last, and overflows in it are seen in the values."""
        self.label("")
        self.origin, self.updating = origin, True
        try:
            yield
        finally:
            self.updating = False
            self.labelled = len(self.calls)

    def label(self, origin: str, op: Any = None) -> None:
        """Say of what the calls since the last label were part."""
        for call in self.calls[self.labelled :]:
            call.origin, call.op = call.origin or origin, op
        self.labelled = len(self.calls)

    def append(self, call: Call) -> None:
        """Enter a call."""
        call.reads, call.writes = [a for a in call.reads if a.size], [a for a in call.writes if a.size]
        call.needs, call.makes = [self.memory(a) for a in call.reads], [self.memory(a) for a in call.writes]
        call.update = self.updating
        if self.updating:
            call.origin = self.origin
        self.calls.append(call)
