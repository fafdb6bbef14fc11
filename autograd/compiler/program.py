"""What a recording is made of: calls of NumPy functions, and the memory that they read and write.

A recording knows memory, not names: two arrays are the same value when they look at the same bytes. So views cost
nothing, and code that writes in place (`e /= total`, an optimiser's update) is recorded as it stands.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import ref

import numpy as np

from ..errors import UnsupportedError
from ..guard import fingerprint
from ..op import Op
from .contents import Contents, Stale, unlocked
from .reserve import LINE, Reserve

INPUT, STATE, CONSTANT, MADE = "input", "state", "constant", "made"


class Leak(BaseException):
    """A row gave an array of which the recording does not know how it was made: it is to be recorded as one call."""

    def __init__(self, op: Op) -> None:
        super().__init__(op.name)
        self.op = op


class ReplayError(UnsupportedError):
    """A step can't be replayed: the message names what stands in the way."""


class Differs(Exception):  # noqa: N818  # a message from a program to who runs it
    """A check came out otherwise than when the program was recorded."""


@dataclass(eq=False, slots=True)
class Memory:
    """A stretch of memory that belongs together: an argument, a parameter, a constant, or what a call made.

    `print` is of what a constant held when it was first seen; `initial` is that, where a recorded call writes to it.
    """

    kind: str
    owner: Any
    low: int
    high: int
    print: bytes = b""
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


def each_array(tree: Any, function: Callable[[Any], Any], done: dict[int, tuple[Any, Any]] | None = None) -> Any:
    """The same tree of arguments, with what `function` gives for each array in it.

    One object stays one object; `done` is what was there, and what it became.
    """
    if done is None:
        done = {}
    if isinstance(tree, np.ndarray):
        if id(tree) not in done:
            done[id(tree)] = tree, function(tree)
        return done[id(tree)][1]
    if isinstance(tree, (list, tuple)):
        parts = [each_array(item, function, done) for item in tree]
        return tree._make(parts) if hasattr(tree, "_make") else type(tree)(parts)
    return {name: each_array(item, function, done) for name, item in tree.items()} if type(tree) is dict else tree


def start(array: Any) -> int:
    """The address of the first element."""
    return int(array.__array_interface__["data"][0])


def span(array: Any) -> tuple[int, int]:
    """The first address of an array, and the one after its last."""
    low = high = array.__array_interface__["data"][0]
    if array.flags.c_contiguous:
        return low, low + array.nbytes
    for length, stride in zip(array.shape, array.strides, strict=True):
        reach = (length - 1) * stride
        low, high = low + min(reach, 0), high + max(reach, 0)
    return low, high + array.itemsize


def location(array: Any) -> tuple[Any, ...]:
    """Where the elements of an array are, and what: two arrays are the `same` if this is."""
    return start(array), array.shape, array.strides, array.dtype


def alike(a: Any, b: Any) -> bool:
    """Whether two arrays have one shape, and their elements lie in one order."""
    return location(a)[1:] == location(b)[1:]


def same(a: Any, b: Any) -> bool:
    """Whether two arrays look at the same elements in the same way."""
    return location(a) == location(b)


def holder_of(array: Any) -> Any:
    """The array at whose end the memory of `array` and all of its neighbours goes."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def owner_of(array: Any) -> Any:
    """The same as an ordinary array."""
    return np.asarray(holder_of(array))


def _print(array: Any) -> bytes:
    return bytes(array.tobytes()) if array.dtype.hasobject else fingerprint(array)


class _Known(NamedTuple):
    """An entry of `Places`: where memory ends, and what is held so that it stays, or that tells when it goes."""

    end: int
    memory: Memory
    held: Any


class Places:
    """Which memory an array looks at: by address, since NumPy makes views of views in too many ways to follow.

    Inputs and what a call made are the recorded step's own, and freed when it lets go of them: then other memory may be
    at their address. What is written down are their stand-ins, which lie alike at addresses that are no memory at all.
    """

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._known: dict[int, _Known] = {}
        self._gone: list[int] = []  # where there was memory that has been freed
        self._reserve = Reserve()

    def find(self, array: Any) -> Memory | None:
        """The memory of an array, if it is known and the array is not empty."""
        found = self._find(array)
        return None if found is None else found[1].memory

    def _find(self, array: Any) -> tuple[int, _Known] | None:
        if not array.size:
            return None
        self._forget()
        first = array.__array_interface__["data"][0]  # where its first element is, which is as good as any
        place = bisect_right(self._starts, first)
        if not place:
            return None
        start = self._starts[place - 1]
        known = self._known[start]
        return (start, known) if first < known.end else None

    def add(self, kind: str, array: Any) -> Memory:
        """Enter the memory of an array that has elements."""
        self._forget()
        holder = holder_of(array)
        owner = np.asarray(holder)
        low, high = span(owner)
        if kind not in (MADE, INPUT) or holder.base is not None or owner.dtype.hasobject:
            memory = Memory(kind, owner, low, high, _print(owner) if kind == CONSTANT else b"")
            self._enter(low, _Known(high, memory, holder))
            return memory
        stretch = self._reserve.stretch(high - low, low % LINE)
        memory = Memory(kind, np.ndarray(owner.shape, owner.dtype, stretch, 0, owner.strides), *span(stretch))
        self._enter(memory.low, _Known(memory.high, memory, stretch))
        gone = self._gone
        self._enter(low, _Known(high, memory, ref(holder, lambda _: gone.append(low))))
        return memory

    def stand_in(self, array: Any) -> Any:
        """What is written down for an array: one that lies alike, if it is an input or a result, else itself."""
        found = self._find(array)
        if found is None:
            return array
        start, (_, memory, _) = found
        if memory.kind == STATE:
            return unlocked(array, memory.owner)
        if start == memory.low:
            return array
        offset = array.__array_interface__["data"][0] - start
        return np.ndarray(array.shape, array.dtype, self._known[memory.low].held, offset, array.strides)

    def _enter(self, low: int, known: _Known) -> None:
        insort(self._starts, low)
        self._known[low] = known

    def _forget(self) -> None:
        """Leave out what has been freed: by now there may be something else."""
        while self._gone:
            low = self._gone.pop()
            del self._known[low]
            del self._starts[bisect_right(self._starts, low) - 1]


class Accesses:
    """Which calls read or write a stretch of memory: found by address, as a deep network asks for every layer."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._found: dict[int, list[tuple[int, int, bool]]] = {}  # by length: first address, call, whether it writes
        for i, call in enumerate(calls):
            for writes, arrays in ((False, call.reads), (True, call.writes)):
                for low, high in map(span, arrays):
                    self._found.setdefault(high - low, []).append((low, i, writes))
        for found in self._found.values():
            found.sort()

    def of(self, array: Any) -> Iterator[tuple[int, bool]]:
        """The numbers of the calls that look at some of the same bytes, and whether they write there."""
        low, high = span(array)
        for length, found in self._found.items():
            first, last = bisect_left(found, (low - length + 1,)), bisect_left(found, (high,))
            yield from ((i, writes) for _, i, writes in found[first:last])


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
    suspects: dict[int, tuple[Memory, Op]] = field(default_factory=dict)  # constants that rows made of recorded arrays
    results: list[Any] = field(default_factory=list)  # what the step gave that is no memory of the program
    permissive: bool = False  # values may be looked at: it is made to see whether the step fails by itself
    writer: Any = None  # the class of the arrays that write down
    contents: Contents | None = None  # what is around the step holds this, to be put back

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
        """Write down an optimiser's step, or a block of it: it comes last, and overflows in it are seen in the values.

        What it wrote is taken back at the end, so that no copy of all parameters is needed.
        """
        self.label("")
        self.origin, self.updating = origin, True
        try:
            yield
        finally:
            if self.contents is not None:
                self.contents.take_back()
            self.updating = False
            self.labelled = len(self.calls)

    def label(self, origin: str, op: Any = None) -> None:
        """Say of what the calls since the last label were part."""
        for call in self.calls[self.labelled :]:
            call.origin, call.op = call.origin or origin, op
        self.labelled = len(self.calls)

    def looked_at(self, arrays: Iterable[Any], *, decides: bool = False) -> None:
        """Note that arrays are about to be read: what was taken back is not what the step would see.

        An optimiser's step may do so, unless it `decides` something by it.
        """
        stale = self.contents.stale if self.contents is not None and (decides or not self.updating) else ()
        for memory in (self.memory(array) for array in arrays if array.size):
            if stale and id(memory.owner) in stale:
                raise Stale

    def opened(self, seen: Any, written: list[Any]) -> Any:
        """A tree of arrays, of which those in `written` are about to be written to."""
        for array in written:
            memory = self.memory(array) if array.size else None
            if memory is None:
                continue
            if memory.kind == CONSTANT and memory.initial is None:
                memory.initial = memory.owner.copy()
            if memory.kind == STATE and not memory.scratch and self.contents is not None:
                self.contents.before_write(memory.owner, array, update=self.updating)
        return each_array(seen, self._unlocked)

    def _unlocked(self, array: Any) -> Any:
        memory = None if array.flags.writeable else self.places.find(array)
        return array if memory is None or memory.kind != STATE else unlocked(array, memory.owner)

    def append(self, call: Call) -> None:
        """Enter a call."""
        call.reads, call.writes = [a for a in call.reads if a.size], [a for a in call.writes if a.size]
        call.needs, call.makes = [self.memory(a) for a in call.reads], [self.memory(a) for a in call.writes]
        seen = (call.args, call.options, call.reads, call.writes)
        call.args, call.options, call.reads, call.writes = each_array(seen, self.places.stand_in)
        call.update = self.updating
        if self.updating:
            call.origin = self.origin
        self.calls.append(call)
