"""One run of a function on tracked stand-ins for its arguments: what all the transforms are made of.

    run = trace("grad", function, args, kwargs, argnums)
    run.pull(seeds)         cotangents of the outputs, back to the arguments (reverse mode)
    run.push(tangents)      tangents of the arguments, on to the outputs (forward mode)

Arrays go in and come out. Only if something outside is being differentiated too (an outer `grad`, a leaf that the
function closes over) are the results Tensors, whose own record leads there.

Which stand-in is whose is never in doubt: each run makes its own, and a pass stops at them. That is all it takes for
derivatives to nest (see Siskind and Pearlmutter, "Nesting forward-mode AD in a functional framework", 2008, for what
goes wrong where stand-ins are told apart by level only).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from . import forward
from .errors import DTypeError, ShapeError, message
from .forward import packed
from .guard import COPIED, expose
from .op import Op, as_operand
from .operands import NUMBERS
from .pytree import Structure, flatten, unflatten
from .reverse import Parts, Place, cotangents
from .rules.elementwise import POSITIVE
from .tape import BACKWARD, Node, current_scope, enable_grad, next_seq, scope, walk
from .tensor import Tensor

Argnums = int | Sequence[int]
_RECORDING = nullcontext()  # where recording is on already
ARGUMENT = Op(name="argument", forward=lambda x, /: x, why="Where a transform begins: passes stop here.")


class Entry(NamedTuple):
    """A stand-in: the place where passes stop, the array, and whether the argument is itself being tracked."""

    place: Node
    data: Any
    tracked: bool


@dataclass(slots=True)
class Run:
    """What a function did with its arguments.

    `entries` are the leaves of the arguments, `outputs` those of the result, tensors where they depend on something
    tracked. `outer` says that something outside is being differentiated, so that the passes must be recorded; `live`
    are the places that lead there. Passes stop at `ends`.
    """

    entries: list[Entry]
    inputs: Structure
    outputs: list[Any]
    structure: Structure
    aux: Any
    outer: bool
    live: frozenset[Place]
    ends: frozenset[Place]

    def value(self) -> Any:
        """What the function gave: a tree of arrays, or of Tensors if something outside is being differentiated."""
        return unflatten(self.structure, [y if self.outer else _plain(y) for y in self.outputs])

    def handed_out(self) -> Any:
        """The value, safe to write to while the record is kept for later passes."""
        return self.value() if self.outer else unflatten(self.structure, [_safe(_plain(y)) for y in self.outputs])

    def extra(self) -> Any:
        """What the function gave on the side, as the value."""
        return self.aux if self.outer else constants(self.aux)

    def pull(self, seeds: Sequence[Any], *, record: bool, free: bool = False) -> list[Any]:
        """The cotangent of each entry, given those of the outputs (None for zero).

        `record` makes Tensors of them; `free` lets go of the record on the way, as no other pass will follow.
        """
        places, values, starts = [], [], []
        for y, seed in zip(self.outputs, seeds, strict=True):
            node = _node(y)
            if seed is not None and node is not None:
                places.append(node)
                values.append(y._data)
                starts.append(Tensor.linked(seed, None) if record and not isinstance(seed, Tensor) else seed)
        found: dict[Place, Any] = {}
        start = next_seq()
        if places:
            root, seed = places[0], starts[0]
            if len(places) > 1:
                root, seed = packed(places, values), Parts(dict(enumerate(starts)))
            with scope(BACKWARD, BACKWARD) if record else nullcontext():
                found = cotangents(root, seed, stop=self.ends, lift=Tensor.linked if record else None, retain=not free)
        shares = []
        for entry in self.entries:
            share = found.get(entry.place)
            shares.append(np.zeros_like(entry.data) if share is None else share)
        return self._cut(shares, seeds, start) if record else _owned(shares, seeds)

    def push(self, tangents: Sequence[Any], *, record: bool) -> list[Any]:
        """The tangent of each output, given those of the entries (None for zero)."""
        starts: dict[Place, Any] = {
            entry.place: Tensor.linked(t, None) if record and not isinstance(t, Tensor) else t
            for entry, t in zip(self.entries, tangents, strict=True)
            if t is not None
        }
        places, start = [_node(y) for y in self.outputs], next_seq()
        root = packed(places, [_raw(y) for y in self.outputs])
        moved = forward.push(root, starts, Tensor.linked, record=record, stop=self.ends) or [None] * len(places)
        zeroed = [np.zeros_like(_raw(y)) if t is None else t for t, y in zip(moved, self.outputs, strict=True)]
        return self._cut(zeroed, tangents, start) if record else _owned(zeroed, tangents)

    def _cut(self, results: list[Any], starts: Sequence[Any], begun: int) -> list[Any]:
        """The results of a pass that was recorded, without the ties to this run's own stand-ins.

        Those are nobody's variables any more. Left tied, a result would look as if it were being differentiated.
        """
        live: set[Place] = {*self.live, *(node for x in starts if (node := _node(x)) is not None)}
        nodes = {node for y in results for node in walk(_node(y), stop=live)}
        for node in sorted(nodes, key=attrgetter("seq")):
            if any(place in live for place in node.inputs):
                live.add(node)
                if node.seq > begun:  # made by this pass; what the function made stays as it is, for other passes
                    node.inputs = tuple(place if place in live else None for place in node.inputs)
        return [Tensor.linked(y._data, None) if (n := _node(y)) and n not in live else y for y in results]


def trace(
    where: str,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    argnums: Argnums,
    *,
    has_aux: bool = False,
    keep: bool = False,
) -> Run:
    """Call `function` on tracked stand-ins for the arguments that `argnums` names.

    Args:
        where: which transform asks, for messages.
        function: gives a tree of arrays; with `has_aux` a pair of that and anything else.
        args: all positional arguments; those named are trees of float arrays and numbers.
        kwargs: passed on as they are.
        argnums: which positional arguments to differentiate.
        has_aux: whether the function gives a pair.
        keep: the record will be used after this call has returned, when the caller may have written to the arrays.

    Raises:
        DTypeError: a leaf cannot carry a gradient; the message says which.
        ShapeError: `argnums` names an argument that is not there, or `has_aux` and the function gave no pair.
    """
    places = positions(where, argnums, len(args))
    wanted = tuple(args[i] for i in places)
    leaves, inputs = flatten(wanted)
    outer = current_scope().recording
    start = next_seq()  # whatever is older was made outside
    with _RECORDING if outer else enable_grad():
        entries = _entries(where, leaves, inputs, places, keep)
        inner = list(args)
        stand_ins = unflatten(inputs, [Tensor.linked(entry.data, entry.place) for entry in entries])
        for i, x in zip(places, stand_ins, strict=True):
            inner[i] = x
        made = function(*inner, **kwargs)
    made, aux = _pair(where, made) if has_aux else (made, None)
    outputs, structure = flatten(made)
    ours = [entry.place for entry in entries]
    others = outside(outputs, ours, start)
    live = frozenset([*others, *[entry.place for entry in entries if entry.tracked]])
    return Run(entries, inputs, outputs, structure, aux, outer and bool(live), live, frozenset([*ours, *others]))


def positions(where: str, argnums: Argnums, count: int) -> tuple[int, ...]:
    """`argnums` as places among `count` positional arguments; negative ones count from the end.

    Raises:
        ShapeError: there is no such argument.
    """
    places = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for i in places:
        if not -count <= i < count:
            raise ShapeError(
                message(
                    where,
                    f"argnums {i} for {count} positional argument{'' if count == 1 else 's'}",
                    "the place of one of them",
                    "pass the argument to differentiate by position, not by keyword",
                )
            )
    return tuple(i % count for i in places)


def _entries(where: str, leaves: list[Any], inputs: Structure, places: tuple[int, ...], keep: bool) -> list[Entry]:
    try:
        return [stand_in(x, keep=keep) for x in leaves]
    except DTypeError:
        paths = [
            path for i, child in zip(places, inputs.children, strict=True) for path in child.paths(f"argument {i}")
        ]
        path, x = next((path, x) for path, x in zip(paths, leaves, strict=True) if not _is_float(x))
        raise _no_float(where, path, x) from None


def stand_in(x: Any, *, keep: bool = False) -> Entry:
    """A place for `x` of which nobody else knows; `keep` guards its array against later writes."""
    if not _is_float(x):
        raise DTypeError
    if isinstance(x, Tensor) and x.node is not None:
        alias: Tensor = Tensor.bind(POSITIVE, (x,), None)
        place, data, tracked = alias.node, alias._data, True
    else:
        data, tracked = _raw(x), False
        data = _safe(data) if keep else data
        # A node rather than a leaf: the function may assign into its argument, as into anything computed.
        place = Node(next_seq(), ARGUMENT, (), (), None, data, current_scope())
    assert isinstance(place, Node)
    if isinstance(x, Tensor) and x.name is not None:
        place.name = x.name
    return Entry(place, data, tracked)


def _is_float(x: Any) -> bool:
    return isinstance(x, float) or (isinstance(x, (np.ndarray, np.generic, Tensor)) and x.dtype.kind == "f")


def _no_float(where: str, path: str, x: Any) -> DTypeError:
    if isinstance(x, (*NUMBERS, Tensor)):
        got, do = f"{path} of dtype {np.result_type(_raw(x))}", "write floats, as 1.0, or use astype(float)"
    else:
        got, do = f"{path} of type {type(x).__name__}", "pass it as another argument, or mark its field static"
    return DTypeError(message(where, got, "floats, since a gradient is a small change", do))


def _pair(where: str, made: Any) -> tuple[Any, Any]:
    if not (isinstance(made, tuple) and len(made) == 2):
        raise ShapeError(
            message(where, f"a result of type {type(made).__name__} with has_aux=True", "a pair (value, aux)",
                    "return both, or leave has_aux out")
        )  # fmt: skip
    return made


def outside(outputs: Iterable[Any], ours: Iterable[Place], start: int) -> dict[Place, Any]:
    """The tracked places older than `start` on which the outputs depend, each with its array.

    These are leaves, and nodes made before the run. `ours` are not gone through.
    """
    roots = [y for y in outputs if isinstance(y, Tensor) and y.node is not None]
    stack = [packed([y.node for y in roots], [y._data for y in roots])]
    seen: set[Place] = set(ours)
    found: dict[Place, Any] = {}
    while stack:
        node = stack.pop()
        for i, place in enumerate(node.inputs):
            if place is None or place in seen:
                continue
            seen.add(place)
            if type(place) is Node and (place.seq >= start or place.op.multiple):
                stack.append(place)
            else:
                found[place] = node.values[i] if node.values is not None else None
    return found


def _node(y: Any) -> Place | None:
    return y.node if isinstance(y, Tensor) else None


def _raw(y: Any) -> Any:
    return y._data if isinstance(y, Tensor) else as_operand(y)


def _safe(array: Any) -> Any:
    """An array that someone outside may write to, as a record that is kept may hold it: copied, or watched if large."""
    if type(array) is not np.ndarray:
        return array
    if array.nbytes <= COPIED:
        return array.copy()
    expose(array)
    return array


def outer_or_array(x: Any) -> Any:
    """A tensor that is being tracked as it is, anything else as an array."""
    if isinstance(x, Tensor):
        return x if x.node is not None and current_scope().recording else x._data
    return as_operand(x)


def _plain(y: Any) -> Any:
    """A result as NumPy would have given it: an array, or a NumPy scalar."""
    return y._data[()] if isinstance(y, Tensor) else y


def _owned(arrays: Sequence[Any], taken: Sequence[Any]) -> list[Any]:
    """The arrays, each with memory of its own, so that whoever gets them may write to one; scalars for 0-d ones."""
    seen = {id(x) for x in taken}
    made = []
    for g in arrays:
        if g.ndim and (type(g) is not np.ndarray or g.base is not None or id(g) in seen):
            g = np.array(g, subok=True)
        seen.add(id(g))
        made.append(g if g.ndim else g[()])
    return made


def constants(tree: Any) -> Any:
    """A tree with arrays in the place of its tensors, for what leaves a transform on the side."""
    leaves, structure = flatten(tree)
    return unflatten(structure, [_plain(x) for x in leaves])
