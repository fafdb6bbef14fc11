"""Parameters laid end to end in one array, so that an optimiser updates them all with a handful of NumPy calls.

Small networks spend most of an update in the overhead of NumPy calls, so small parameters share them: their gradients
are gathered into one array first. Large ones spend it waiting for memory: they are updated in blocks that stay in
the processor's cache, and their gradients are read where they are. An element's result is the same either way.

The weights of a small linear layer lie turned, (in, out), right before their biases: both together are then the matrix
of one product with inputs that have a column of ones, which `autograd.compile` makes use of.

    bucket.params        stay ordinary tensors, whose arrays are views of `bucket.flat`
    bucket.state[name]   what the optimiser remembers, laid out alike
    bucket.memory[i]     numbers that it remembers of parameter i as a whole
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise, starmap
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.errors import message
from autograd.tape import mark_changed

from ..errors import StateError

Array = NDArray[Any]

BLOCK_BYTES = 131_072  # a block, its gradient, state and scratch fit a second-level cache together
GATHERED = 8_192  # elements up to which copying a gradient is cheaper than NumPy calls of its own


class Rule(Protocol):
    """What a bucket needs to know of an optimiser."""

    def slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        """The names of the state arrays."""
        ...

    def begin(self, group: dict[str, Any]) -> dict[str, float]:
        """What the state begins at where that is not 0, and the numbers in a parameter's memory."""
        ...

    def numbers(self, group: dict[str, Any], step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """The numbers of a step; it may change the memory."""
        ...

    def rule(self, group: dict[str, Any], p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """Update a stretch of parameters in place."""
        ...


class Block(NamedTuple):
    """The piece of a run that one call of an update rule works on."""

    where: slice  # in the run's gradient
    values: Array
    s: Array  # scratch
    t: Array
    state: tuple[Array, ...]


class Run:
    """Parameters that lie side by side, have a gradient and are at the same step: one sequence of calls serves them."""

    __slots__ = ("_cells", "_numbers", "blocks", "dtype", "members", "start", "stop")

    def __init__(self, members: list[int], start: int, stop: int, blocks: list[Block], dtype: np.dtype[Any]) -> None:
        self.members, self.start, self.stop, self.blocks, self.dtype = members, start, stop, blocks, dtype
        self._numbers: tuple[float, ...] = ()
        self._cells: tuple[Array, ...] = ()

    def cells(self, numbers: tuple[float, ...]) -> tuple[Array, ...]:
        """The numbers as 0-d arrays of the parameters' dtype: a Python float costs each NumPy call 300 ns more."""
        if len(numbers) != len(self._cells):
            self._cells = tuple(np.array(number, self.dtype) for number in numbers)
        elif numbers != self._numbers:
            for cell, number in zip(self._cells, numbers, strict=True):
                cell[()] = number
        self._numbers = numbers
        return self._cells


class Bucket:
    """Parameters of one dtype, the state of an optimiser beside them, and how often each was updated."""

    def __init__(self, params: Sequence[Tensor]) -> None:
        # small ones first, so that they lie side by side
        self.params = sorted(params, key=lambda param: param.size > GATHERED)
        ends = list(accumulate((param.size for param in self.params), initial=0))
        self._spans = list(pairwise(ends))
        self._turned = [*starmap(_before_its_biases, pairwise(self.params)), False]
        dtype = self.params[0].dtype
        self.flat: Array = np.empty(ends[-1], dtype)
        self.state: dict[str, Array] = {}
        self.steps = [0] * len(self.params)
        self.memory: list[dict[str, float]] = [{} for _ in self.params]
        self.version = 0  # counts the changes of steps and memory
        small = sum(param.size for param in self.params if param.size <= GATHERED)
        self._gathered: Array = np.empty(small, dtype)
        self._views = [self.view(self.flat, i) for i in range(len(self.params))]
        self._slots = [  # where each small gradient is gathered
            self.view(self._gathered, i) for i, (_, b) in enumerate(self._spans) if b <= small
        ]
        block = min(ends[-1], BLOCK_BYTES // dtype.itemsize)
        self._scratch = (np.empty(block, dtype), np.empty(block, dtype))
        self._plan: tuple[Any, Any] = (None, None)
        self._runs: list[Run] = []
        self._adopt()

    def __getstate__(self) -> dict[str, Any]:
        """What a copy needs: views do not survive copying, so it lays its own parameters out anew."""
        return {"params": self.params, "state": self.state, "steps": self.steps, "memory": self.memory}

    def __setstate__(self, saved: dict[str, Any]) -> None:
        self.__init__(saved["params"])  # type: ignore[misc]  # the same layout: the order is kept
        self.state, self.steps, self.memory = saved["state"], saved["steps"], saved["memory"]

    def view(self, flat: Array, place: int) -> Array:
        """Parameter number `place`, or what is kept of it, in an array that is laid out as `flat`."""
        a, b = self._spans[place]
        shape = self.params[place].shape
        return flat[a:b].reshape(shape[::-1]).T if self._turned[place] else flat[a:b].reshape(shape)

    def in_order(self, array: Array, place: int) -> Array:
        """An array of the shape of parameter number `place` as a vector in the order of `flat`, if it can be a view."""
        return (array.T if self._turned[place] else array).reshape(-1)

    def _adopt(self) -> None:
        """Make each parameter's array a view of `flat`: at first, and after someone else gave it another array."""
        for param, view in zip(self.params, self._views, strict=True):
            data = param._data
            if data is view:
                continue
            if data.shape != view.shape or data.dtype != view.dtype:
                got = f"{param.name or 'a parameter'} of shape {data.shape} and dtype {data.dtype}"
                expected = f"shape {view.shape} and dtype {view.dtype}, as when the optimiser was made"
                raise StateError(message("optimiser.step", got, expected, "make a new optimiser"))
            np.copyto(view, data)
            param._data = view

    def of(self, place: int, name: str) -> Array:
        """The state called `name` of parameter number `place`, in the parameter's shape."""
        return self.view(self.state[name], place)

    def set_step(self, place: int, step: int, memory: dict[str, float]) -> None:
        """Say how often parameter number `place` has been updated, and what is remembered of it."""
        self.steps[place], self.memory[place] = step, memory
        self.version += 1
        self._plan = (None, None)

    def snapshot(self) -> tuple[Any, ...]:
        """A copy of the parameters' values and of all that is remembered of them, for `restore`."""
        self._adopt()
        state = {name: array.copy() for name, array in self.state.items()}
        return self.flat.copy(), state, list(self.steps), [dict(memory) for memory in self.memory]

    def restore(self, snapshot: tuple[Any, ...]) -> None:
        """Put values and memory back as they were; gradients are forgotten."""
        self._adopt()
        flat, state, steps, memory = snapshot
        np.copyto(self.flat, flat)
        for name, array in self.state.items():
            array[...] = state.get(name, 0.0)
        for i, (step, remembered) in enumerate(zip(steps, memory, strict=True)):
            self.set_step(i, step, dict(remembered))
        for param in self.params:
            param.mark_changed()
            if param.requires_grad:
                param.grad = None

    def keep(self, names: tuple[str, ...]) -> None:
        """Have state arrays of these names; new ones begin at 0."""
        for name in names:
            if name not in self.state:
                self.state[name] = np.zeros_like(self.flat)

    def update(self, optimizer: Rule, group: dict[str, Any]) -> None:
        """Apply the optimiser's rule wherever there is a gradient, and count the step."""
        self._adopt()
        leaves: list[Any] = [param._node for param in self.params]
        grads = [None if leaf is None else leaf.grad for leaf in leaves]
        names = optimizer.slots(group)
        plan = ([grad is not None for grad in grads], names)
        if plan != self._plan:
            self._runs, self._plan = self._planned(*plan), plan
        for run in self._runs:
            gradient = self._gradient(run, grads)
            first = run.members[0]
            step = self.steps[first] + 1
            if step == 1:
                self._begin(run, optimizer.begin(group))
            memory = self.memory[first]
            cells = run.cells(optimizer.numbers(group, step, memory))
            for where, values, s, t, state in run.blocks:
                optimizer.rule(group, values, gradient[where], s, t, cells, *state)
            self.count(run, step, memory)
            mark_changed(*[self.params[i]._node for i in run.members])

    def count(self, run: Run, step: int, memory: dict[str, float]) -> None:
        """Note how often the parameters of a run have been updated."""
        a, b = run.members[0], run.members[-1] + 1
        self.steps[a:b] = [step] * (b - a)
        if memory:  # one each: the next step may leave some of them out
            self.memory[a:b] = [dict(memory) for _ in run.members]
        self.version += 1

    def level(self, run: Run) -> bool:
        """Whether the parameters of a run are still all at one step."""
        a, b = run.members[0], run.members[-1] + 1
        memory = self.memory[a]
        return self.steps[a:b].count(self.steps[a]) == b - a and (not memory or self.memory[a:b].count(memory) == b - a)

    def _begin(self, run: Run, starts: dict[str, float]) -> None:
        memory = {name: start for name, start in starts.items() if name not in self.state}
        for i in run.members:
            self.memory[i] = dict(memory)
        for name in starts.keys() - memory.keys():
            self.state[name][run.start : run.stop] = starts[name]

    def _gradient(self, run: Run, grads: list[Any]) -> Array:
        """The gradients of a run as one vector."""
        if len(run.members) == 1:
            (i,) = run.members
            return self.in_order(grads[i].data, i).astype(run.dtype, copy=False)
        for i in run.members:
            self._slots[i][...] = grads[i]._data
        return self._gathered[run.start : run.stop]

    def _planned(self, present: list[bool], names: tuple[str, ...]) -> list[Run]:
        self.keep(names)
        groups: list[list[int]] = []
        for i in range(len(self.params)):
            if present[i]:
                if groups and self._joins(groups[-1][-1], i):
                    groups[-1].append(i)
                else:
                    groups.append([i])
        return [self._run(members, names) for members in groups]

    def _joins(self, left: int, right: int) -> bool:
        small = self.params[right].size <= GATHERED
        same = self.steps[left] == self.steps[right] and self.memory[left] == self.memory[right]
        return right == left + 1 and small and same

    def _run(self, members: list[int], names: tuple[str, ...]) -> Run:
        start, stop = self._spans[members[0]][0], self._spans[members[-1]][1]
        blocks = []
        size = max(1, len(self._scratch[0]))
        for a in range(start, stop, size):
            b = min(a + size, stop)
            s, t = (scratch[: b - a] for scratch in self._scratch)
            state = tuple(self.state[name][a:b] for name in names)
            blocks.append(Block(slice(a - start, b - start), self.flat[a:b], s, t, state))
        return Run(members, start, stop, blocks, self.flat.dtype)


def _before_its_biases(param: Tensor, following: Tensor) -> bool:
    """Whether these look like the weights and the biases of a linear layer, and are small."""
    if param.size > GATHERED or following.size > GATHERED:
        return False
    return param.ndim == 2 and following.shape == param.shape[:1]
