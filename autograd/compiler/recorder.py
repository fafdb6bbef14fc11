"""A step is run on arrays that write down what is done with them, and run again to see that nothing got lost.

    recorder = Recorder(step, Given(leaves, arrays, structure), surroundings)
    recorder.recording, recorder.made, recorder.grads      what it does, what it gives, what it leaves in `.grad`

What was there before the step is there again afterwards, and so it is when the step fails or is refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..errors import message
from ..hooks import on_step
from ..op import Op
from ..pytree import Structure, flatten, unflatten
from ..reverse import Step
from ..rules.shape import OUTPUT
from ..tape import Leaf, Node, Scope, current_scope, in_scope
from ..tensor import Tensor
from . import traced as writing
from .contents import Stale, locked_out
from .disturbance import DISTURBED, SHAKEN, Disturbance, blocks
from .opaque import leaks, with_one_call
from .program import CONSTANT, INPUT, STATE, Leak, Recording, ReplayError, arrays_in
from .surroundings import Surroundings
from .traced import Traced, plain, traced
from .witness import frozen, refused


class Given(NamedTuple):
    """The arguments of a call, flat: what they are, the arrays of those that are inputs, and their structure."""

    leaves: list[Any]
    arrays: list[Any]
    structure: Structure


class Recorder:
    """What a step does, and what it gives: `made`, flat, of `structure`, and gradients of leaves in `grads`.

    `forms` are arrays that lie as the inputs should, and None for arguments that are no arrays.

    Raises:
        UnsupportedError: it can't be replayed.
    """

    def __init__(self, step: Callable[..., Any], given: Given, surroundings: Surroundings) -> None:
        self._step, self._given, self._surroundings = step, given, surroundings
        self._whole: dict[str, Op] = {}  # the rows that are recorded as one call each, by name
        self._copied = False  # whether all that the step can reach is copied before it runs: see `Contents`
        self.forms: list[Any] = []
        self.made: list[Any] = []
        self.grads: list[tuple[Leaf, Any]] = []
        self.recording = self._recorded()

    def tracked(self) -> list[tuple[Any, Leaf]]:
        """The tensors around the step that want a gradient, and their leaves."""
        return [(x, x.node) for x, _ in self._surroundings.tensors if isinstance(x.node, Leaf)]

    def results(self) -> list[Any]:
        """The arrays that are needed after the last call."""
        return list(arrays_in([_data(x) for x in (*self.made, *(grad for _, grad in self.grads))]))

    def _recorded(self) -> Recording:
        while (recording := self._attempt()) is None:
            pass
        return recording

    def _attempt(self) -> Recording | None:
        """Record the step; None where it is to be done in another way, with a row as one call or with copies."""
        try:
            recording, witness = self._twice()
        except ReplayError:
            self._rehearse()
            raise
        except Leak as leak:
            self._keep_whole(leak.op, "the row")
            return None
        except Stale:
            self._copied = True
            return None
        except ValueError as error:
            if self._copied or not locked_out(error):
                raise
            self._rehearse()
            raise _written_unseen() from error
        lost = frozen(recording, witness, self._whole)
        if lost is None:
            return recording
        origin, op = lost
        self._keep_whole(op, origin)
        return None

    def _twice(self) -> tuple[Recording, Recording]:
        """Record the step twice: whatever is not the same on other numbers was lost on the way."""
        recording = self._trace()
        self._surroundings.refuse_effects()
        kept = self.made, self.grads, self.forms
        witness = self._witness()
        self.made, self.grads, self.forms = kept
        return recording, witness

    def _rehearse(self) -> None:
        """Run a step that was refused, and take it back: if it fails by itself, that is the error to see."""
        self._copied = True
        with suppress(ReplayError, Leak):
            self._trace(permissive=True)

    def _witness(self) -> Recording:
        """A recording on other numbers; a step that fails on some is tried on closer ones."""
        try:
            return self._trace(DISTURBED)
        except ReplayError:
            raise
        except Exception as error:
            if locked_out(error) and not self._copied:
                raise
            try:
                return self._trace(SHAKEN)
            except Exception as error:
                raise ReplayError(
                    message("compile", f"a step that fails on other numbers ({error})", "one that runs on the numbers "
                            "around these, on which it is tried", "do not compile this step")
                ) from error  # fmt: skip

    def _keep_whole(self, op: Op | None, origin: str) -> None:
        if op is None or op.name in self._whole:
            raise refused(op.name if op is not None and origin == "the row" else origin)
        self._whole[op.name] = op

    def _trace(self, disturbance: Disturbance | None = None, *, permissive: bool = False) -> Recording:
        recording = Recording(writer=Traced, permissive=permissive)
        args, kwargs = self._arguments(recording, disturbance)
        token = writing._active.set(recording)
        try:
            with (
                self._surroundings.watched(recording, disturbance, copied=self._copied),
                _kept_whole(self._whole.values()),
                _labelling(recording, self._whole, self._surroundings.leaves),
                warnings.catch_warnings(),
            ):
                if disturbance is not None:
                    warnings.simplefilter("ignore")
                earlier = {leaf: _placeholder(recording, tensor) for tensor, leaf in self.tracked()}
                for leaf, grad in earlier.items():
                    leaf.grad = grad
                with on_step(lambda passed: _passed(recording, passed)):
                    made = self._step(*args, **kwargs)
                writing.settle(recording)
                recording.label("the end")
                self._finish(recording, made, earlier)
        finally:
            writing._active.reset(token)
        return recording

    def _arguments(self, recording: Recording, disturbance: Disturbance | None) -> Any:
        """The step's arguments, with copies of the inputs that write down what is done with them."""
        self.forms, stand_ins = [], []
        for leaf, array in zip(self._given.leaves, self._given.arrays, strict=True):
            if array is None:
                self.forms.append(None)
                stand_ins.append(leaf)
                continue
            copy = np.array(array, order="C")
            if copy.size:
                if disturbance is not None:
                    for block in blocks(copy) or ():
                        block[...] = disturbance.there(block)
                recording.places.add(INPUT, copy)
            self.forms.append(recording.places.stand_in(copy))
            stand_ins.append(Tensor.linked(traced(copy), None) if isinstance(leaf, Tensor) else traced(copy))
        return unflatten(self._given.structure, stand_ins)

    def _finish(self, recording: Recording, made: Any, earlier: dict[Leaf, Any]) -> None:
        """Note what the step gives and leaves in `.grad`."""
        self.made, self.structure = flatten(made)
        self.grads = [(leaf, leaf.grad) for leaf, grad in earlier.items() if leaf.grad is not grad]
        changed = {id(memory) for call in recording.calls for memory in call.makes}
        for result in (*self.made, *(grad for _, grad in self.grads)):
            array = plain(_data(result))
            memory = recording.places.find(array) if isinstance(array, np.ndarray) else None
            if memory is not None:
                memory.pinned = True
            followed = memory is not None and (memory.kind != CONSTANT or id(memory) in changed)
            recording.results.append(None if followed else array)
        read = {id(memory) for call in recording.calls for memory in call.needs}
        for leaf, grad in earlier.items():
            memory = recording.places.find(plain(grad._data))
            if memory is not None and id(memory) in read:
                raise ReplayError(
                    message(f"compile (.grad of {leaf.name or 'a leaf'})", "gradients that are added to those of an "
                            "earlier call", "a step that begins with its gradients at None",
                            "call optimizer.zero_grad() in the step before backward()")
                )  # fmt: skip
        self.made = [_written_down(recording, x) for x in self.made]  # what was computed for it can go
        self.grads = [(leaf, _written_down(recording, grad)) for leaf, grad in self.grads]


def _data(x: Any) -> Any:
    return x._data if isinstance(x, Tensor) else x


def _written_down(recording: Recording, x: Any) -> Any:
    """A result as the recording knows it."""
    array = plain(_data(x))
    if not isinstance(array, np.ndarray):
        return x
    array = recording.places.stand_in(array)
    return Tensor.linked(array, None) if isinstance(x, Tensor) else array


def _placeholder(recording: Recording, tensor: Any) -> Any:
    """A gradient that stands for whatever an earlier call left: one element, seen as many, as nobody may look."""
    array = as_strided(np.ones(1, tensor.dtype), tensor.shape, (0,) * tensor.ndim)
    if array.size:
        recording.places.add(STATE, array)
    return Tensor.linked(traced(array), None)


@contextmanager
def _kept_whole(rows: Collection[Op]) -> Iterator[None]:
    """Let those rows be one call each, for this recording alone: another step may be able to follow them."""
    before = [(op, op.forward) for op in rows]
    for op in rows:
        op.keep_whole()
    try:
        yield
    finally:
        for op, forward in before:
            op.forward = forward


def _labelling(recording: Recording, whole: Mapping[str, Op], leaves: list[Leaf]) -> in_scope:
    """Record nodes as before, and say of each call of NumPy to which it belongs."""
    here = current_scope()
    make, known = here.maker, frozenset(leaves)

    def labelled(seq: int, op: Op, inputs: Any, values: Any, params: Any, out: Any, scope: Scope) -> Node:
        for place, value in zip(inputs, values, strict=True):
            if isinstance(place, Leaf) and place not in known and not isinstance(value, Traced):
                raise _out_of_sight(place)
        if leaks(recording, [list(values), params], out):
            raise Leak(op)
        row = with_one_call(op) if whole.get(op.name) is op else op
        node: Node = make(seq, row, inputs, values, params, out, scope)
        recording.label(_where(node), op)
        return node

    return in_scope(Scope(here.name, here.parent, here.kind, here.recording, labelled))


def _out_of_sight(leaf: Leaf) -> ReplayError:
    return ReplayError(
        message(f"compile ({leaf.name or 'a leaf'})", "a tensor that the step reaches in a way that can't be followed",
                "tensors in its arguments, its variables and the attributes of what is there",
                "pass it, or the object that holds it, as an argument")
    )  # fmt: skip


def _written_unseen() -> ReplayError:
    return ReplayError(
        message("compile", "a write to a parameter or an array around the step in a way that is not recorded",
                "x[...] = y, x += y, np.copyto or out= with x as it is", "write to it so, not to np.asarray(x)")
    )  # fmt: skip


def _passed(recording: Recording, passed: Step) -> None:
    """Label what one step of the backward pass did, and see that it is recorded."""
    node = passed.node
    writing.settle(recording)
    if node.op is not OUTPUT:
        given = [passed.cotangent, list(node.values or ()), node.out, node.params]
        for _, share in passed.contributions:
            if leaks(recording, given, share):  # unless it is the same at every run
                memory = recording.memory(share)
                recording.suspects[id(memory)] = memory, node.op
    recording.label(f"{_where(node)}, its gradient", node.op)


def _where(node: Node) -> str:
    return f"{node.scope.path}: {node.op.name}" if node.scope.path else node.op.name
