"""Which results may lie turned, with columns in one piece instead of rows, and arrays that stand for others.

    groups = Groups(recording, calls, held)
    groups.of(arrays)           the results that turn with each of these, as they meet in element-wise calls
    standing.put(array, other)  from now on, `other` stands for all of the memory of `array`
    standing(tree)              a tree of arrays, with what stands for them

A matrix that is turned keeps its place and its shape: only its strides change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .program import CONSTANT, MADE, Call, Memory, Recording, arrays_in, each_array, location


def is_product(call: Call) -> bool:
    """Whether a call is a product that is written to where it is told to."""
    if call.function is not np.dot or call.style != "plain" or call.options or len(call.args) != 3:
        return False
    return all(isinstance(x, np.ndarray) and x.size for x in call.args)


def turned(matrix: Any) -> Any:
    """The same place and shape, with columns in one piece."""
    return as_strided(matrix, matrix.shape, (matrix.itemsize, len(matrix) * matrix.itemsize))


def noted(recording: Recording, call: Call) -> Call:
    """A call with the memories of what it reads and writes."""
    call.needs, call.makes = [recording.memory(a) for a in call.reads], [recording.memory(a) for a in call.writes]
    return call


def steady(recording: Recording, calls: Sequence[Call]) -> Callable[[Any], bool]:
    """A function that says of arrays whether they are constants that no call changes."""
    changed = {id(memory) for call in calls for memory in call.makes}

    def is_steady(array: Any) -> bool:
        memory = recording.memory(array)
        return memory.kind == CONSTANT and id(memory) not in changed

    return is_steady


class Groups:
    """Results that are matrices, in groups that turn together or not at all; `held` are results that are kept."""

    def __init__(self, recording: Recording, calls: Sequence[Call], held: Sequence[Any]) -> None:
        self._find = recording.places.find
        self._steady = steady(recording, calls)
        self._wholes: dict[int, Any] = {}  # of a memory, by its id: an array of all of it, in rows
        self._leaders: dict[int, int] = {}
        self._fixed: set[int] = set()
        for call in calls:
            for array, memory in zip(call.writes, call.makes, strict=False):
                if memory.kind == MADE and _in_rows(array) and array.nbytes == memory.high - memory.low:
                    self._wholes.setdefault(id(memory), array)
        self._keep_unless_whole(held)
        for call in calls:
            self._look(call)
        self._members: dict[int, list[Any]] = {}  # arrays of the results in each group that can turn, by its leader
        fixed = {self._leader(key) for key in self._fixed}
        for key, whole in self._wholes.items():
            if (leader := self._leader(key)) not in fixed:
                self._members.setdefault(leader, []).append(whole)

    def of(self, arrays: Iterable[Any]) -> Iterator[list[Any]]:
        """The groups that these are in, each once: arrays of all the results in it. What can't turn is in none."""
        memories = filter(None, map(self._find, arrays))
        for leader in dict.fromkeys(self._leader(id(memory)) for memory in memories):
            if leader in self._members:
                yield self._members[leader]

    def _whole(self, array: Any) -> Any:
        """The array of all of a memory if `array` is that, as it is or transposed; else None."""
        memory = self._find(array)
        found = None if memory is None else self._wholes.get(id(memory))
        return found if found is not None and (_over(array, found) or _over(array, found.T)) else None

    def _leader(self, key: int) -> int:
        while (leader := self._leaders.get(key, key)) != key:
            self._leaders[key] = self._leaders.get(leader, leader)  # so that the way is half as long the next time
            key = leader
        return key

    def _keep_unless_whole(self, arrays: Any, *, any_way: bool = False) -> None:
        """Let results stay as they are that someone sees in part, or `any_way`."""
        for array in arrays:
            memory = self._find(array)
            if memory is not None and (any_way or self._whole(array) is None):
                self._fixed.add(id(memory))

    def _look(self, call: Call) -> None:
        """Note what a call asks of the results that it reads or writes."""
        given = list(arrays_in([list(call.args), call.options]))
        arrays = [*given, *call.writes]
        self._keep_unless_whole(arrays)
        if not _indifferent(call):
            self._keep_unless_whole(given, any_way=True)
        if call.elementwise or call.function is np.copyto:
            self._meet([a for a in arrays if a.ndim == 2 and a.shape == call.writes[0].shape])

    def _meet(self, arrays: list[Any]) -> None:
        """Matrices of one shape that meet in a call are to lie alike; constants can be had either way."""
        arrays = [a for a in arrays if min(a.shape) > 1 and not self._steady(a)]
        keys = [id(self._find(a)) for a in arrays if (whole := self._whole(a)) is not None and _over(a, whole)]
        if len(keys) < len(arrays):
            self._fixed.update(keys)
        for key in keys[1:]:
            self._leaders[self._leader(key)] = self._leader(keys[0])


def _over(a: Any, b: Any) -> bool:
    """Whether two arrays look at the same places in the same way, be it that one sees bits as other numbers."""
    return location(a)[:3] == location(b)[:3]


def _in_rows(array: Any) -> bool:
    return bool(array.ndim == 2 and min(array.shape) > 1 and array.flags.c_contiguous)


def _indifferent(call: Call) -> bool:
    """Whether NumPy does a call on arrays whose axes lie in any order, as well or better."""
    if call.elementwise or is_product(call) or call.function in (np.copyto, np.ndarray.__getitem__):
        return True
    return getattr(call.function, "__name__", "") == "reduce" and isinstance(
        getattr(call.function, "__self__", None), np.ufunc
    )


class Standing:
    """Arrays that stand for others."""

    def __init__(self, recording: Recording, calls: Sequence[Call]) -> None:
        self._recording = recording
        self.steady = steady(recording, calls)
        self._columns: dict[Any, Any] = {}
        self._instead: dict[int, tuple[Any, Any]] = {}

    def put(self, array: Any, other: Any) -> None:
        """Let `other` stand for all of the memory of `array`."""
        self._instead[id(self._recording.memory(array))] = array, other

    def __contains__(self, memory: Memory) -> bool:
        return id(memory) in self._instead

    def __call__(self, tree: Any) -> Any:
        """A tree of arguments, with what stands for the arrays in it; one object stays one object."""
        return each_array(tree, self._other)

    def _other(self, array: Any) -> Any:
        memory = self._recording.places.find(array)
        if memory is None or memory not in self:
            return array
        whole, other = self._instead[id(memory)]
        other = other if _over(array, whole) else other.T
        return other if other.dtype == array.dtype else other.view(array.dtype)

    def call(self, call: Call) -> Call:
        """A call on what stands for its arrays; a product is turned if its result is."""
        args, options, reads, writes = self((call.args, call.options, call.reads, call.writes))
        if is_product(call):
            return product(self._recording, call, *args)
        out = writes[0] if call.elementwise else None
        if out is not None and out.ndim == 2 and not out.flags.c_contiguous:
            parts = (args, options, reads, writes)
            args, options, reads, writes = each_array(parts, lambda x: self._upright(x, out))
        return noted(self._recording, replace(call, args=args, options=options, reads=reads, writes=writes))

    def _upright(self, x: Any, out: Any) -> Any:
        """An operand of an element-wise call whose result lies turned, transposed: so it lies as NumPy likes it."""
        if x.shape == out.shape and x.strides != out.strides and self.steady(x):
            x = self._in_columns(x)
        return x.T if x.ndim == 2 else x.reshape(-1, 1) if x.ndim else x

    def _in_columns(self, x: Any) -> Any:
        """A constant matrix with its columns in one piece; no copy if all of it is one number."""
        key = location(x)
        if key not in self._columns:
            same_anyway = x.flags.c_contiguous and bool((x == x[0, 0]).all())
            self._columns[key] = turned(x) if same_anyway else np.asfortranarray(x)
            self._recording.memory(self._columns[key])
        return self._columns[key]


def product(recording: Recording, call: Call, a: Any, b: Any, out: Any) -> Call:
    """A product in the place of `call`; the other way round if the result lies turned."""
    if not out.flags.c_contiguous and out.T.flags.c_contiguous:
        a, b, out = b.T, a.T, out.T
    return noted(recording, replace(call, args=(a, b, out), reads=[a, b], writes=[out]))
