"""What a step can reach besides its arguments: parameters, buffers, optimisers, counters, generators.

    found = Surroundings(step)      reads the function's closure, globals and defaults, and all that hangs on them
    with found.watched(...): ...    arrays write down what is done with them; afterwards everything is as it was

Parameters and arrays are found so that the program works on them, wherever they are changed. Everything else is
compared afterwards: a step that counts, appends or draws can't be replayed, and is told so by name.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..errors import message
from ..tape import Leaf
from ..tensor import Tensor
from .contents import Contents
from .disturbance import Disturbance
from .gate import gate
from .program import STATE, Recording, ReplayError, owner_of
from .traced import Traced, plain, traced

_FOREIGN = ("numpy", "autograd", "nn", "builtins", "typing", "collections", "itertools", "functools", "contextlib")
_SCALARS = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype, type, types.ModuleType)


@runtime_checkable
class Participant(Protocol):
    """An object that writes itself down, such as an optimiser: it is left alone by the search."""

    def ready_to_record(self) -> list[Any]:
        """Get into order for a recording; give the tensors and the arrays that a step changes, and dicts of options.

        Options may differ from run to run, and are the participant's to read; a step does not change them.
        """
        ...


class Surroundings:
    """What hangs on a function, found once for each recording."""

    def __init__(self, function: Callable[..., Any], others: list[Any]) -> None:
        self.tensors: list[tuple[Any, Any]] = []  # each with its array
        self.places: list[tuple[Any, Any, Any]] = []  # container, key, array
        self.containers: list[tuple[str, Any, Any]] = []  # name, dict or list, a shallow copy
        self.variables: list[tuple[str, Callable[[], Any], Callable[[Any], None], Any]] = []
        self.generators: list[tuple[str, Any, Any]] = []
        self.participants: list[Participant] = []
        self._arrays: list[Any] = []
        self._apart: list[Any] = []  # those in places where no other array can be put
        self._options: list[tuple[str, Any, Any]] = []
        self._changed = ""
        self._root = function
        self._seen: dict[int, Any] = {}
        todo: list[tuple[str, Any]] = [("argument", others), (getattr(function, "__name__", "step"), function)]
        while todo:
            name, thing = todo.pop()
            if isinstance(thing, _SCALARS) or id(thing) in self._seen:
                continue
            self._seen[id(thing)] = thing
            todo.extend(self._enter(name, thing))
        for participant in self.participants:
            for thing in participant.ready_to_record():
                if isinstance(thing, dict):
                    self._options.append((getattr(participant, "kind", "an option"), thing, thing.copy()))
                elif not isinstance(thing, Tensor):
                    self._arrays.append(thing)
                elif id(thing) not in self._seen:
                    self._seen[id(thing)] = thing
                    self.tensors.append((thing, thing._data))
        self.tensors = [(tensor, tensor._data) for tensor, _ in self.tensors]
        self._nodes = [(tensor, tensor._node) for tensor, _ in self.tensors]
        self._arrays += [array for _, array in self.tensors] + [array for *_, array in self.places] + self._apart

    def _enter(self, name: str, thing: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(thing, Tensor):
            thing._data = np.asarray(thing._data)
            self.tensors.append((thing, thing._data))
        elif isinstance(thing, Participant):
            self.participants.append(thing)
        elif isinstance(thing, types.FunctionType):
            yield from self._enter_function(name, thing)
        elif isinstance(thing, types.MethodType):
            yield from ((name, thing.__self__), (name, thing.__func__))
        elif isinstance(thing, functools.partial):
            yield from ((name, thing.func), (name, thing.args), (name, thing.keywords))
        elif isinstance(thing, np.random.Generator):
            self.generators.append((name, thing, thing.bit_generator.state))
        else:
            yield from self._enter_data(name, thing)

    def _enter_data(self, name: str, thing: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(thing, (dict, list)):
            yield from self._enter_container(name, thing)
        elif isinstance(thing, (tuple, set, frozenset)):
            yield from ((f"{name}[...]", item) for item in thing)
        elif isinstance(thing, np.ndarray):
            self._apart.append(thing)
        elif _home(type(thing)) == "autograd":  # the engine's own, such as rows; of a compiled function its step
            yield name, getattr(thing, "__wrapped__", None)
        elif hasattr(thing, "__dict__"):
            yield from self._enter_container(name, vars(thing))
            for cls in filter(_own, type(thing).__mro__):
                yield from ((name, part) for part in vars(cls).values() if isinstance(part, types.FunctionType))

    def _enter_container(self, name: str, container: Any) -> Iterator[tuple[str, Any]]:
        self.containers.append((name, container, container.copy()))
        for key, value in container.items() if isinstance(container, dict) else enumerate(container):
            called = f"{name}.{key}" if isinstance(key, str) else f"{name}[{key!r}]"
            if type(value) is np.ndarray:
                self.places.append((container, key, value))
            else:
                yield called, value

    def _enter_function(self, name: str, function: Any) -> Iterator[tuple[str, Any]]:
        for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            yield from self._enter_variable(
                variable,
                lambda cell=cell: cell.cell_contents,
                lambda value, cell=cell: setattr(cell, "cell_contents", value),
            )
        if not _own(function) and function is not self._root:
            return
        for variable in _names(function.__code__):
            if variable in function.__globals__:
                home = function.__globals__
                yield from self._enter_variable(
                    variable,
                    lambda home=home, variable=variable: home[variable],
                    lambda value, home=home, variable=variable: home.__setitem__(variable, value),
                )
        yield from ((name, function.__defaults__), (name, function.__kwdefaults__))

    def _enter_variable(self, name: str, get: Any, put: Any) -> Iterator[tuple[str, Any]]:
        try:
            value = get()
        except ValueError:  # a variable that is assigned later
            return
        self.variables.append((name, get, put, value))
        if type(value) is np.ndarray:
            self._arrays.append(value)
        else:
            yield name, value

    @property
    def leaves(self) -> list[Leaf]:
        """The leaves among the tensors that were found."""
        return [tensor.node for tensor, _ in self.tensors if isinstance(tensor.node, Leaf)]

    def unchanged(self) -> bool:
        """Whether everything that was found is where it was, so that a program recorded then still holds."""
        try:
            return self._as_it_was()
        except (ValueError, KeyError):  # NumPy can't say whether two arrays are one; a variable is gone
            return False

    @functools.cached_property
    def _as_it_was(self) -> Callable[[], bool]:
        return gate(*self.conditions())

    def conditions(self) -> tuple[dict[str, Any], list[str]]:
        """The constants and conditions for everything to be where it is; asking may raise, which is a no."""
        known: dict[str, Any] = {}
        conditions = []
        for i, (_, container, copy) in enumerate(self.containers):
            known |= {f"container{i}": container, f"copy{i}": copy}
            conditions.append(f"container{i} == copy{i}")
        for i, ((tensor, array), (_, node)) in enumerate(zip(self.tensors, self._nodes, strict=True)):
            known |= {f"tensor{i}": tensor, f"array{i}": array, f"node{i}": node}
            conditions.append(f"tensor{i}._data is array{i} and tensor{i}._node is node{i}")
        for i, (_, get, _, value) in enumerate(self.variables):
            known |= {f"get{i}": get, f"value{i}": value}
            conditions.append(f"get{i}() is value{i}")
        return known, conditions

    def _put_back(self) -> None:
        for tensor, array in self.tensors:
            tensor._data = array
        for tensor, node in self._nodes:
            tensor._node = node
        for _, container, copy in (*self.containers, *self._options):
            if not _same(container, copy) or any(isinstance(x, Traced) for x in _values(container)):
                _refill(container, copy)
        for _, get, put, value in self.variables:
            if get() is not value:
                put(value)

    def difference(self) -> str:
        """What is no longer where it was, in words."""
        for tensor, array in self.tensors:
            if tensor._data is not array:
                return f"the array of {tensor.name or 'a tensor'}"
        return self._what_changed(Recording())

    @contextmanager
    def watched(
        self, recording: Recording, disturbance: Disturbance | None = None, *, copied: bool = False
    ) -> Iterator[None]:
        """Let all arrays write down what is done with them; put everything back at the end, also after an error.

        `disturbance` changes the numbers for the time being; `copied` is for `Contents`.
        """
        contents = Contents(map(owner_of, self._arrays), map(owner_of, self._apart), copied=copied)
        recording.contents = contents
        grads = [(leaf, leaf.grad, leaf.changed) for leaf in self.leaves]
        self.generators = [(name, gen, gen.bit_generator.state) for name, gen, _ in self.generators]
        for array in self._arrays:
            if array.size and recording.places.find(array) is None:
                recording.places.add(STATE, array)
        try:
            if disturbance is not None:
                contents.disturb(disturbance)
            for tensor, array in self.tensors:
                tensor._data = traced(contents.locked(array))
            for container, key, array in self.places:
                container[key] = traced(contents.locked(array))
            for _, _, put, value in self.variables:
                if type(value) is np.ndarray:
                    put(traced(contents.locked(value)))
            yield
        finally:
            self._changed = self._what_changed(recording)
            self._put_back()
            contents.restore()
            recording.contents = None
            for leaf, grad, changed in grads:
                leaf.grad, leaf.changed = grad, changed
            for generator, state in [*recording.generators.values(), *(found[1:] for found in self.generators)]:
                generator.bit_generator.state = state

    def refuse_effects(self) -> None:
        """Refuse a step that did more than compute.

        Raises:
            UnsupportedError: names what it changed.
        """
        if self._changed:
            raise ReplayError(
                message(f"compile ({self._changed})", "a side effect that can't be replayed", "a step that only "
                        "computes, and updates by an optimiser", "do it outside the step, or do not compile it")
            )  # fmt: skip

    def _what_changed(self, recording: Recording) -> str:
        for tensor, node in self._nodes:
            if tensor._node is not node:
                return f"{tensor.name or 'a tensor'} is tracked, or no longer tracked"
        for name, container, copy in (*self.containers, *self._options):
            if not _same(container, copy):
                return f"{name} is changed"
        for name, get, _, value in self.variables:
            if not _one(get(), value):
                return f"{name} is given another value"
        for name, generator, state in self.generators:
            if id(generator) not in recording.generators and generator.bit_generator.state != state:
                return f"{name} is drawn from"
        return ""


def _own(thing: Any) -> bool:
    """Whether a class or a function is the user's, whose code may use whatever is around it."""
    return _home(thing) not in _FOREIGN


def _home(thing: Any) -> str:
    return str(getattr(thing, "__module__", None) or "").split(".", 1)[0]


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _same(container: Any, copy: Any) -> bool:
    if len(container) != len(copy):
        return False
    pairs = (
        [(container.get(key), value) for key, value in copy.items()]
        if isinstance(container, dict)
        else list(zip(container, copy, strict=True))
    )
    return all(_one(a, b) for a, b in pairs)


def _one(a: Any, b: Any) -> bool:
    if a is b or not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)):
        return a is b
    return bool(_place(plain(a)) == _place(plain(b)))


def _place(array: Any) -> Any:
    """Where an array looks, whether it can be written to or not."""
    looked_at = array.__array_interface__
    return {**looked_at, "data": looked_at["data"][0]}


def _values(container: Any) -> Any:
    return container.values() if isinstance(container, dict) else container


def _refill(container: Any, copy: Any) -> None:
    container.clear()
    if isinstance(container, dict):
        container.update(copy)
    else:
        container.extend(copy)
