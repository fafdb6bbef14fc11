"""Which calls a program needs, in which order, and where in memory each result lies.

order(recording)     checks first, then the work, writes to what outlasts the step last; what nobody reads is left out
Layout(calls)        results whose lives do not overlap share memory, and copies that only move a result are gone
"""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import attrgetter
from typing import Any

import numpy as np

from ..errors import message
from .program import CONSTANT, MADE, Accesses, Call, Memory, Recording, ReplayError, alike, span
from .reserve import LINE, Reserve

_SIZE = attrgetter("nbytes")


def order(recording: Recording) -> list[Call]:
    """The calls that are needed, so arranged that nothing lasting is written before all that can fail is done."""
    calls = _with_resets(recording.calls)
    calls = needed(calls)
    calls = _checks_first(calls)
    return _effects_last(calls)


def _with_resets(calls: list[Call]) -> list[Call]:
    """Constants that are written to get their first content back at each run."""
    found: list[Call] = []
    done: set[int] = set()
    for call in calls:
        for memory, array in zip(call.makes, call.writes, strict=False):
            if memory.kind == CONSTANT and id(memory) not in done:
                done.add(id(memory))
                if not (_covers(array, memory) and memory not in call.needs):
                    reset = Call(np.copyto, (memory.owner, memory.initial), {}, [], [memory.owner], origin=call.origin)
                    reset.makes = [memory]
                    found.append(reset)
                memory.kind = MADE
        found.append(call)
    return found


def _covers(array: Any, memory: Memory) -> bool:
    return bool(span(array) == (memory.low, memory.high) and array.nbytes == memory.high - memory.low)


def needed(calls: list[Call]) -> list[Call]:
    """The calls on which a result, an effect or a check depends."""
    wanted: set[int] = set()
    kept = []
    for call in reversed(calls):
        if (
            call.style != "check"
            and not call.draws
            and not any(m.lasting or m.pinned or id(m) in wanted for m in call.makes)
        ):
            continue
        kept.append(call)
        for array, memory in zip(call.writes, call.makes, strict=False):
            if _covers(array, memory) and "where" not in call.options:  # who also reads it needs it again, below
                wanted.discard(id(memory))
        wanted.update(id(memory) for memory in call.needs)
    return kept[::-1]


def _checks_first(calls: list[Call]) -> list[Call]:
    wanted: set[int] = set()
    early = []
    for call in reversed(calls):
        if call.style == "check" or any(id(memory) in wanted for memory in call.makes):
            early.append(call)
            wanted.update(id(memory) for memory in call.needs)
            if any(memory.lasting for memory in call.makes):
                raise ReplayError(
                    message("compile", f"a check of what {call.origin or 'the step'} changed in this same step",
                            "checks of what was there before it", "do not compile this step")
                )  # fmt: skip
    first = {id(call) for call in early}
    if _crossed(calls, first):
        return calls
    return [*early[::-1], *(call for call in calls if id(call) not in first)]


def _crossed(calls: list[Call], first: set[int]) -> bool:
    """Whether one of the others reads or writes what one of the first, later in the step, writes."""
    written: set[int] = set()
    for call in reversed(calls):
        if id(call) in first:
            written.update(id(memory) for memory in call.makes)
        elif any(id(memory) in written for memory in (*call.needs, *call.makes)):
            return True
    return False


def _effects_last(calls: list[Call]) -> list[Call]:
    """Move writes to what outlasts the step behind everything else, where nobody reads it in between."""
    kept: list[Call] = []
    late: list[Call] = []
    touched: set[int] = set()
    written: set[int] = set()
    for call in reversed(calls):
        steady = not any(id(memory) in written for memory in call.needs)
        target = call.makes[0] if len(call.makes) == 1 else None
        if (
            call.function is np.copyto
            and target is not None
            and target.lasting
            and id(target) not in touched
            and steady
        ):
            late.append(call)
            touched.update(id(memory) for memory in call.makes)
        else:
            kept.append(call)
            touched.update(id(memory) for memory in (*call.needs, *call.makes))
            written.update(id(memory) for memory in call.makes)
    return [*kept[::-1], *late[::-1]]


class Layout:
    """Where results lie: `calls` are those left over, `at(array)` gives an array's place in the shared memory.

    That memory is there from `make` on; until then places are addresses that stand for it.
    """

    def __init__(self, calls: list[Call]) -> None:
        self.buffers: list[Any] = []
        self._reserve = Reserve()
        self._own: set[int] = set()  # the buffers made here, by id
        self._home: dict[int, tuple[Any, int]] = {}  # of a memory: where it lies instead
        self._same: dict[int, Memory] = {}  # a result that is made where another one, its copy, lies
        self._first: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._written: dict[int, int] = {}  # the last call that writes to it
        self._accesses = Accesses(calls)
        memories: dict[int, Memory] = {}
        for i, call in enumerate(calls):
            for memory in (*call.needs, *call.makes):
                if memory.kind == MADE:
                    memories[id(memory)] = memory
                    self._first.setdefault(id(memory), i)
                    self._last[id(memory)] = len(calls) if memory.pinned else i
            self._written.update((id(memory), i) for memory in call.makes)
        self.unshared = sum(memory.high - memory.low for memory in memories.values())
        idle = {i for i in reversed(range(len(calls))) if self._copies_for_nothing(i, calls)}
        self._assign(calls, idle, memories)
        self.calls = [call for i, call in enumerate(calls) if i not in idle]

    @property
    def nbytes(self) -> int:
        """The memory of all results together."""
        return sum(buffer.nbytes for buffer in self.buffers)

    def at(self, array: Any, memory: Memory) -> Any:
        """Where an array of the recording lies in the program."""
        if memory.kind != MADE and id(memory) not in self._home:
            return array
        buffer, offset = self._home[id(self._one(memory))]
        start = array.__array_interface__["data"][0] - memory.low + offset
        return np.ndarray(array.shape, array.dtype, buffer, start, array.strides)

    def make(self) -> None:
        """Have the memory: as late as can be, as the program's text takes some to compile."""
        made = {id(buffer): _aligned(buffer.nbytes) for buffer in self.buffers}
        self._home = {key: (made.get(id(buffer), buffer), offset) for key, (buffer, offset) in self._home.items()}
        self.buffers = list(made.values())

    def put(self, memory: Memory, array: Any) -> None:
        """Say where an input lies: in an array that was made for it."""
        self._home[id(memory)] = (array.reshape(-1).view(np.uint8), 0)

    def _one(self, memory: Memory) -> Memory:
        while (other := self._same.get(id(memory))) is not None:
            memory = other
        return memory

    def _copies_for_nothing(self, i: int, calls: list[Call]) -> bool:
        """Whether call i copies a result to where it could be made in the first place; then it will be."""
        call = calls[i]
        if call.function is not np.copyto or call.style != "plain" or call.options or len(call.reads) != 1:
            return False
        (source,), (target,), (memory,), (home,) = call.reads, call.writes, call.needs, call.makes
        dense = source.flags.c_contiguous and target.flags.c_contiguous
        if not dense or source.dtype != target.dtype or source.size != target.size:
            return False
        begun = self._first.get(id(memory), i)
        if memory.kind != MADE or begun == i or not _covers(source, memory) or id(memory) in self._home:
            return False
        if home.kind == MADE:
            if self._last[id(memory)] != i or self._first[id(home)] != i or not _covers(target, home):
                return False
            self._same[id(memory)] = home
            self._first[id(home)] = begun
            return True
        if not home.scratch or self._touched(target, memory, begun, i):
            return False
        self._home[id(memory)] = (target.reshape(-1).view(np.uint8), 0)
        return True

    def _touched(self, target: Any, memory: Memory, begun: int, i: int) -> bool:
        """Whether moving `memory` to where `target` lies, from call `begun` on, would get into another call's way."""
        if self._written.get(id(memory), i) > i:
            return True
        return any(j >= begun and j != i and (writes or j < i) for j, writes in self._accesses.of(target))

    def _assign(self, calls: list[Call], idle: set[int], memories: dict[int, Memory]) -> None:
        free: list[Any] = []  # the smallest first
        ending: dict[int, list[Memory]] = {}
        for key, memory in memories.items():
            if key not in self._same:
                ending.setdefault(self._last[key], []).append(memory)
        handed: set[int] = set()
        for i, call in enumerate(calls):
            for memory in map(self._one, (*call.needs, *call.makes)):
                key = id(memory)
                if memory.kind != MADE or key in self._home:
                    continue
                giver = self._handed_on(i, call, memory) if i not in idle else None
                if giver is not None:
                    self._home[key] = self._home[id(giver)]
                    handed.add(id(giver))
                else:
                    self._home[key] = (self._buffer(memory.high - memory.low, free), 0)
            for memory in ending.get(i, ()):
                buffer = self._home[id(memory)][0]
                if id(memory) not in handed and id(buffer) in self._own:
                    insort(free, buffer, key=_SIZE)

    def _handed_on(self, i: int, call: Call, memory: Memory) -> Memory | None:
        """An operand that nobody needs after this call, whose place the result can take."""
        if self._first[id(memory)] != i:
            return None
        if call.style == "copy":
            return self._replaced(i, call, memory)
        if not call.elementwise or len(call.writes) != 1:
            return None
        out = call.writes[0]
        if not _covers(out, memory) and self._one(call.makes[0]) is memory:
            return None
        for array, needed in zip(call.reads, call.needs, strict=True):
            source = self._one(needed)
            if not self._ends(source, i):
                continue
            beside = [a for a, n in zip(call.reads, call.needs, strict=True) if self._one(n) is source]
            alone = all(span(a) == span(array) and a.strides == array.strides for a in beside)
            if alike(array, out) and alone and _covers(array, needed):
                return source
        return None

    def _replaced(self, i: int, call: Call, memory: Memory) -> Memory | None:
        """The same for what is computed elsewhere, and then copied to its place: all operands have been read by then.

        Only what is copied last may do so, as the others might be seen through an operand until then.
        """
        *others, last = map(self._one, call.makes)
        if last is not memory or memory in others:
            return None
        for source in map(self._one, call.needs):
            if self._ends(source, i) and self._fits(self._home[id(source)][0], memory.high - memory.low):
                return source
        return None

    def _ends(self, source: Memory, i: int) -> bool:
        """Whether call i is the last that looks at a result, which has a place made here."""
        return source.kind == MADE and self._last[id(source)] == i and id(self._home[id(source)][0]) in self._own

    def _fits(self, buffer: Any, size: int) -> bool:
        """Whether so many bytes may lie there: not if it were wasted on them."""
        return bool(size <= buffer.nbytes <= 2 * size)

    def _buffer(self, size: int, free: list[Any]) -> Any:
        at = bisect_left(free, size, key=_SIZE)
        if at < len(free) and self._fits(free[at], size):
            return free.pop(at)
        self.buffers.append(self._reserve.stretch(size, 0))
        self._own.add(id(self.buffers[-1]))
        return self.buffers[-1]


def _aligned(size: int) -> Any:
    whole = np.zeros(size + LINE, np.uint8)
    start = -whole.__array_interface__["data"][0] % LINE
    return whole[start : start + size]
