"""One program, and all that it needs: its inputs' memory, its surroundings, what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..pytree import Structure, flatten, unflatten
from ..tape import current_scope, mark_changed
from ..tensor import Tensor
from .arguments import input_array, names_of
from .columns import in_columns
from .emit import Program, readable, write
from .gate import gate, kinds, places
from .liveness import Layout, order
from .ones import with_ones
from .program import Call, Differs, Memory, Recording
from .recorder import Given, Recorder
from .rewriting import rewritten
from .surroundings import Surroundings
from .turning import Standing


class Entry:
    """One program, with all that it needs: its inputs' memory, its surroundings, what it gives."""

    def __init__(self, step: Callable[..., Any], leaves: list[Any], structure: Structure, lent: bool) -> None:
        flat = flatten((tuple(leaves), {}))[1] == structure  # one array, or whatever it is, an argument
        self._tracking = current_scope().recording
        arrays = [input_array(leaf) for leaf in leaves]
        self.surroundings = Surroundings(step, [x for x, array in zip(leaves, arrays, strict=True) if array is None])
        self._make(step, Given(leaves, arrays, structure), names_of(step, leaves, flat), lent)
        self.serves = self._gate(leaves) if flat and all(type(leaf) is np.ndarray for leaf in leaves) else _never

    def _make(self, step: Callable[..., Any], given: Given, names: list[str], lent: bool) -> None:
        """Record the step and write its program; what was needed for it goes at the end."""
        recorder = Recorder(step, given, self.surroundings)
        recording, self._forms = recorder.recording, recorder.forms
        self._buffers: list[Any] = [None] * len(names)  # for inputs that are not read where they lie, once needed
        held = recorder.results()
        calls, stands = with_ones(recording, order(recording), held)
        calls = rewritten(recording, in_columns(recording, calls, held))
        layout = Layout(calls)
        self.program = self._write(recording, calls, layout, names)
        self._place_results(recorder, stands, layout, lent)
        self._before, self._after = recording.before, recording.after
        written = {id(memory) for call in calls if not call.update for memory in call.makes}
        found = [(leaf, recording.places.find(tensor._data)) for tensor, leaf in recorder.tracked()]
        self._assigned = [leaf for leaf, memory in found if id(memory) in written]

    def _gate(self, leaves: list[Any]) -> Callable[[tuple[Any, ...], bool], bool]:
        """What says whether arguments and surroundings are as they were recorded: the usual case, asked at once."""
        known, conditions = {"before": self._tracking}, ["tracking is before"]
        parts = [kinds(leaves), self.surroundings.conditions()]
        if self._all_direct:
            parts.insert(1, places(self._read_there, self._written))
        for more, others in parts:
            known |= more
            conditions += others
        return gate(known, conditions, "args, tracking")

    def holds(self) -> bool:
        """Whether everything around the step is as it was recorded."""
        return self.surroundings.unchanged()

    def run(self, inputs: Sequence[Any], *, served: bool = False) -> Any:
        """Run the program on other inputs; `served` says that `serves` was asked about them."""
        given = inputs if served and self._all_direct else self._staged(inputs)
        for prepare in self._before:
            if not prepare():
                raise Differs
        self.program.run(*given)
        for finish in self._after:
            finish()
        for leaf, grad in self._grads:
            leaf.grad = grad
        for leaf in self._assigned:
            mark_changed(leaf)
        return self._give()

    def _staged(self, inputs: Sequence[Any]) -> list[Any]:
        """What the program is given: inputs that it can read where they lie; the others are copied first."""
        given = []
        for i, (array, strides) in enumerate(zip(inputs, self._read_there, strict=True)):
            if strides is not None and self._readable(array, strides):
                given.append(array)
            elif array is not None:
                buffer = self._buffer(i)
                np.copyto(buffer, array)
                if strides is not None:
                    given.append(buffer)
        return given

    def _buffer(self, i: int) -> Any:
        """The memory for input i, made when it is first needed."""
        if self._buffers[i] is None:
            self._buffers[i] = np.empty(self._forms[i].shape, self._forms[i].dtype)
        return self._buffers[i]

    def _readable(self, array: Any, strides: tuple[int, ...]) -> bool:
        """Whether an input lies as the program reads it, and not in memory that the program writes to."""
        apart = id(array) not in self._written and (array.base is None or id(array.base) not in self._written)
        return type(array) is np.ndarray and array.strides == strides and apart

    def _write(self, recording: Recording, calls: list[Call], layout: Layout, names: list[str]) -> Program:
        """Make the program; inputs that it only looks at are read where they lie, the others are copied first."""
        read: dict[str, Memory] = {}
        self._read_there: list[Any] = [None] * len(names)
        for i, (name, form) in enumerate(zip(names, self._forms, strict=True)):
            home = None if form is None else recording.places.find(form)
            if home is not None and readable(calls, home):
                read[name], self._read_there[i] = home, form.strides
            elif home is not None:
                layout.put(home, self._buffer(i))
        program = write(recording, layout, read)
        written = [memory.owner for call in calls for memory in call.makes if memory.lasting]
        self._written: dict[int, Any] = {}  # where the program writes, by id, and held so that their ids stay theirs
        for array in (*written, *layout.buffers):
            while isinstance(array, np.ndarray) and id(array) not in self._written:
                self._written[id(array)] = array
                array = array.base
        self._all_direct = None not in self._read_there
        return program

    def _place_results(self, recorder: Recorder, stands: Standing, layout: Layout, lent: bool) -> None:
        """Look for what the step gave in the program's own memory."""
        find = recorder.recording.places.find

        def placed(x: Any) -> Any:
            array = stands(x._data if isinstance(x, Tensor) else x)
            memory = find(array) if isinstance(array, np.ndarray) else None
            return array if memory is None else layout.at(array, memory)

        grads = recorder.grads
        self._grads = [(leaf, None if grad is None else Tensor.linked(placed(grad), None)) for leaf, grad in grads]
        tensors = [isinstance(x, Tensor) for x in recorder.made]
        results = [placed(x) for x in recorder.made]
        structure = recorder.structure
        if lent:
            given = [Tensor.linked(x, None) if k else x for x, k in zip(results, tensors, strict=True)]
            self._give: Callable[[], Any] = lambda: unflatten(structure, given)
        elif structure.is_leaf and tensors[0]:
            (result,) = results
            linked = Tensor.linked
            self._give = lambda: linked(result.copy(), None)
        else:
            self._give = lambda: unflatten(structure, [_given(x, k) for x, k in zip(results, tensors, strict=True)])


def _never(args: tuple[Any, ...], tracking: bool) -> bool:
    """For arguments that are no plain arrays."""
    return False


def _given(result: Any, tensor: bool) -> Any:
    """A result that is the caller's own."""
    copied = result.copy() if isinstance(result, np.ndarray) else result
    if tensor:
        return Tensor.linked(copied, None)
    return copied[()] if isinstance(copied, np.ndarray) and not copied.ndim else copied
