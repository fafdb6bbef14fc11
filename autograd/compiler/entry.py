"""One program, and all that it needs: its inputs' memory, its surroundings, what it gives."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..errors import GraphError, message
from ..hooks import on_step
from ..op import Op, table
from ..pytree import Structure, flatten, unflatten
from ..reverse import Step
from ..rules.shape import OUTPUT
from ..tape import Leaf, Node, Scope, current_scope, in_scope, mark_changed
from ..tensor import Tensor
from . import traced as writing
from .emit import Differs, Program, readable, write
from .gate import gate, kinds, places
from .liveness import Layout, order
from .opaque import leaks, with_one_call
from .program import CONSTANT, INPUT, STATE, Call, Leak, Memory, Recording, ReplayError
from .rewriting import rewritten
from .surroundings import Surroundings
from .traced import Traced, plain, traced
from .witness import STATIC, disturbed, frozen, refused, shaken


def input_array(leaf: Any) -> Any:
    """An argument's array if it is an input of the program, else None."""
    if isinstance(leaf, np.ndarray):
        return leaf
    if isinstance(leaf, Tensor) and leaf.node is None:
        return leaf._data
    return leaf if isinstance(leaf, np.generic) else None


def key_of(leaf: Any) -> Any:
    """What of an argument a program is made for: an input's shape and dtype, a number's value, else which object.

    Raises:
        GraphError: a tensor that was computed.
    """
    array = input_array(leaf)
    if array is not None:
        return isinstance(leaf, Tensor), array.shape, array.dtype
    if isinstance(leaf, Tensor) and not isinstance(leaf.node, Leaf):
        raise GraphError(
            message("compile", f"an argument that was computed by {leaf.node.op.name!r}",  # type: ignore[union-attr]
                    "arrays, constants and leaves", "compute it inside the step, or pass detach()")
        )  # fmt: skip
    return (type(leaf), leaf) if isinstance(leaf, STATIC) else id(leaf)


def names_of(step: Callable[..., Any], leaves: list[Any], flat: bool) -> list[str]:
    """How a program calls its inputs: by the step's own names, where each argument is one array."""
    code = getattr(step, "__code__", None)
    own = code.co_varnames[hasattr(step, "__self__") : code.co_argcount] if code is not None and flat else ()
    return [own[i] if i < len(own) else f"x{i}" for i in range(len(leaves))]


class Entry:
    """One program, with all that it needs: its inputs' memory, its surroundings, what it gives."""

    def __init__(self, step: Callable[..., Any], leaves: list[Any], structure: Structure, lent: bool) -> None:
        flat = flatten((tuple(leaves), {}))[1] == structure  # one array, or whatever it is, an argument
        self._tracking = current_scope().recording
        others = [leaf for leaf in leaves if input_array(leaf) is None]
        self.surroundings = Surroundings(step, others)
        self._forms: list[Any] = []  # of the inputs: arrays that lie as they should; None for other arguments
        self._buffers: list[Any] = []  # memory for inputs that are not read where they lie, as far as it was needed
        self._made: list[Any] = []
        self._grads: list[tuple[Leaf, Any]] = []
        self._whole: set[str] = set()  # the rows that are recorded as one call each
        recording = self._recorded(step, leaves, structure)  # goes at the end, and all that was made in it
        calls = rewritten(recording, order(recording))
        layout = Layout(calls)
        self.program = self._write(recording, calls, layout, names_of(step, leaves, flat))
        self._place_results(recording, layout, lent)
        self._before, self._after = recording.before, recording.after
        written = {id(memory) for call in calls if not call.update for memory in call.makes}
        found = [(leaf, recording.places.find(tensor._data)) for tensor, leaf in self._leaves()]
        self._assigned = [leaf for leaf, memory in found if id(memory) in written]
        self.serves = self._gate(leaves) if flat and all(type(leaf) is np.ndarray for leaf in leaves) else _never

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
        self._buffers = [None] * len(names)
        for i, (name, form) in enumerate(zip(names, self._forms, strict=True)):
            home = None if form is None else recording.places.find(form)
            if home is not None and readable(calls, home):
                read[name], self._read_there[i] = home, form.strides
            elif home is not None:
                layout.put(home, self._buffer(i))
        program = write(recording, layout, read)
        written = [memory.owner for call in calls for memory in call.makes if memory.lasting]
        self._held = [*written, *layout.buffers]  # so that their ids stay theirs
        for array in self._held:
            if isinstance(array.base, np.ndarray) and not any(array.base is held for held in self._held):
                self._held.append(array.base)
        self._written = {id(array) for array in self._held}
        self._all_direct = None not in self._read_there
        return program

    def _recorded(self, step: Any, leaves: list[Any], structure: Structure) -> Recording:
        """Record the step twice: whatever is not the same on other numbers was lost on the way.

        A row in which that happens is recorded as one call instead.
        """
        while True:
            try:
                recording = self._trace(step, leaves, structure, None)
                self.surroundings.refuse_effects()
                kept = self._made, self._grads, self._forms
                witness = self._witness(step, leaves, structure)
                self._made, self._grads, self._forms = kept
            except ReplayError:
                self._rehearse(step, leaves, structure)
                raise
            except Leak as leak:
                self._keep_whole(leak.op, "the row")
                continue
            lost = frozen(recording, witness, self._whole)
            if lost is None:
                return recording
            origin, op = lost
            self._keep_whole(op, origin)

    def _rehearse(self, step: Any, leaves: list[Any], structure: Structure) -> None:
        """Run a step that was refused, and take it back: if it fails by itself, that is the error to see."""
        with suppress(ReplayError, Leak):
            self._trace(step, leaves, structure, None, permissive=True)

    def _witness(self, step: Any, leaves: list[Any], structure: Structure) -> Recording:
        """A recording on other numbers; a step that fails on some is tried on closer ones."""
        try:
            return self._trace(step, leaves, structure, disturbed)
        except ReplayError:
            raise
        except Exception:  # noqa: BLE001  # whatever a step may raise
            try:
                return self._trace(step, leaves, structure, shaken)
            except Exception as error:
                raise ReplayError(
                    message("compile", f"a step that fails on other numbers ({error})", "one that runs on the numbers "
                            "around these, on which it is tried", "do not compile this step")
                ) from error  # fmt: skip

    def _keep_whole(self, op: Op | None, origin: str) -> None:
        if op is None or op.name in self._whole:
            raise refused(op.name if op is not None and origin == "the row" else origin)
        self._whole.add(op.name)

    def _trace(
        self, step: Any, leaves: list[Any], structure: Structure, disturb: Any, *, permissive: bool = False
    ) -> Recording:
        recording = Recording(writer=Traced, permissive=permissive)
        copies = [self._copied(leaf, recording, disturb) for leaf in leaves]
        self._forms = [recording.places.stand_in(plain(_data(x))) if x is not None else None for x in copies]
        args, kwargs = unflatten(structure, [x if c is None else c for c, x in zip(copies, leaves, strict=True)])
        del copies
        token = writing._active.set(recording)
        try:
            with (
                self.surroundings.watched(recording, disturb),
                _kept_whole(self._whole),
                _labelling(recording, self._whole, self.surroundings.leaves),
                warnings.catch_warnings(),
            ):
                if disturb is not None:
                    warnings.simplefilter("ignore")
                earlier = {leaf: _placeholder(recording, tensor) for tensor, leaf in self._leaves()}
                for leaf, grad in earlier.items():
                    leaf.grad = grad
                with on_step(lambda passed: _passed(recording, passed)):
                    made = step(*args, **kwargs)
                writing.settle(recording)
                recording.label("the end")
                self._finish(recording, made, earlier)
        finally:
            writing._active.reset(token)
        return recording

    @staticmethod
    def _copied(leaf: Any, recording: Recording, disturb: Any) -> Any:
        """The recording's own copy of an input, which writes down what is done with it; None for other arguments."""
        array = input_array(leaf)
        if array is None:
            return None
        copy = np.array(array, order="C")
        if copy.size:
            if disturb is not None:
                copy[...] = disturb(copy)
            recording.places.add(INPUT, copy)
        return Tensor.linked(traced(copy), None) if isinstance(leaf, Tensor) else traced(copy)

    def _leaves(self) -> list[tuple[Any, Leaf]]:
        return [(tensor, tensor.node) for tensor, _ in self.surroundings.tensors if isinstance(tensor.node, Leaf)]

    def _finish(self, recording: Recording, made: Any, earlier: dict[Leaf, Any]) -> None:
        """Note what the step gives and leaves in `.grad`."""
        self._made, self._structure = flatten(made)
        self._grads = [(leaf, leaf.grad) for leaf, grad in earlier.items() if leaf.grad is not grad]
        changed = {id(memory) for call in recording.calls for memory in call.makes}
        for result in (*self._made, *(grad for _, grad in self._grads)):
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
        self._made = [_written_down(recording, x) for x in self._made]  # what was computed for it can go
        self._grads = [(leaf, _written_down(recording, grad)) for leaf, grad in self._grads]

    def _place_results(self, recording: Recording, layout: Layout, lent: bool) -> None:
        """Look for what the step gave in the program's own memory."""
        find = recording.places.find

        def placed(x: Any) -> Any:
            array = plain(_data(x))
            memory = find(array) if isinstance(array, np.ndarray) else None
            return array if memory is None else layout.at(array, memory)

        grads = [(leaf, None if grad is None else Tensor.linked(placed(grad), None)) for leaf, grad in self._grads]
        self._grads = grads
        tensors = [isinstance(x, Tensor) for x in self._made]
        results = [placed(x) for x in self._made]
        structure = self._structure
        self._made = []
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
def _kept_whole(names: set[str]) -> Iterator[None]:
    """Let those rows be one call each, for this recording alone: another step may be able to follow them."""
    before = {name: table[name].forward for name in names}
    for name in names:
        table[name].keep_whole()
    try:
        yield
    finally:
        for name, forward in before.items():
            table[name].forward = forward


def _labelling(recording: Recording, whole: set[str], leaves: list[Leaf]) -> in_scope:
    """Record nodes as before, and say of each call of NumPy to which it belongs."""
    here = current_scope()
    make, known = here.maker, frozenset(leaves)

    def labelled(seq: int, op: Op, inputs: Any, values: Any, params: Any, out: Any, scope: Scope) -> Node:
        for place, value in zip(inputs, values, strict=True):
            if isinstance(place, Leaf) and place not in known and not isinstance(value, Traced):
                raise _out_of_sight(place)
        if leaks(recording, [list(values), params], out):
            raise Leak(op)
        node: Node = make(seq, with_one_call(op) if op.name in whole else op, inputs, values, params, out, scope)
        recording.label(_where(node), op)
        return node

    return in_scope(Scope(here.name, here.parent, here.kind, here.recording, labelled))


def _out_of_sight(leaf: Leaf) -> ReplayError:
    return ReplayError(
        message(f"compile ({leaf.name or 'a leaf'})", "a tensor that the step reaches in a way that can't be followed",
                "tensors in its arguments, its variables and the attributes of what is there",
                "pass it, or the object that holds it, as an argument")
    )  # fmt: skip


def _passed(recording: Recording, passed: Step) -> None:
    """Label what one step of the backward pass did, and see that it is recorded."""
    node = passed.node
    writing.settle(recording)
    if node.op is not OUTPUT:
        given = [passed.cotangent, list(node.values or ()), node.out]
        for _, share in passed.contributions:
            if leaks(recording, given, share):  # unless it is the same at every run
                recording.suspects[id(recording.memory(share))] = node.op
    recording.label(f"{_where(node)}, its gradient", node.op)


def _where(node: Node) -> str:
    return f"{node.scope.path}: {node.op.name}" if node.scope.path else node.op.name
