"""Remembers the state of objects, and puts it back into the same objects when a command fails half-way.

    before = Snapshot([net, optimizer, trainer])
    ...                                             # 57 of 200 steps, then an error
    before.changed()                                # whether any array, counter or list is another than it was
    before.restore()                                # every one is as it was

It knows nothing of networks: it walks attributes, lists, dicts and arrays. What cannot change is left alone. A running
generator cannot be wound back: an attribute that held one becomes None, and its owner makes another.
"""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_FIXED = (
    *(type(None), bool, int, float, complex, str, bytes, range, frozenset, type),
    *(types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.CodeType),
)


Kept = tuple[Callable[[], None], Callable[[], bool]]  # puts something back; says whether it is as it was


class Snapshot:
    """The state of everything that can be reached from `roots`, as it is now."""

    def __init__(self, roots: Iterable[object]) -> None:
        self._restores: list[Callable[[], None]] = []
        self._same: list[Callable[[], bool]] = []
        self._seen: dict[int, object] = {}  # holds the objects too, so that no id is used twice
        self.nbytes = 0  # of the arrays that were copied
        waiting = list(roots)
        while waiting:  # not by recursion: a learner's objects may be linked a thousand deep
            value = waiting.pop()
            if not isinstance(value, _FIXED) and id(value) not in self._seen:
                self._seen[id(value)] = value
                waiting.extend(self._remember(value))

    def restore(self) -> None:
        """Put everything back."""
        for restore in self._restores:
            restore()

    def changed(self) -> bool:
        """Whether anything is not as it was."""
        return not all(same() for same in self._same)

    def _add(self, kept: Kept) -> None:
        restore, same = kept
        self._restores.append(restore)
        self._same.append(same)

    def _remember(self, value: Any) -> Iterable[object]:
        import numpy as np  # a command that has objects to remember has loaded it long ago

        if type(value).__module__.startswith("autograd.compiler"):
            return ()  # a program's memory: every step fills it anew
        if isinstance(value, np.ndarray):
            self._add(_array(value))
            self.nbytes += value.nbytes
            return ()
        if isinstance(value, np.random.Generator):
            self._add(_generator(value))
            return ()
        if isinstance(value, (list, deque, dict, set)):
            self._add(_container(value))
            return (*value.keys(), *value.values()) if isinstance(value, dict) else tuple(value)
        if isinstance(value, tuple):
            return value
        if getattr(getattr(value, "__dataclass_params__", None), "frozen", False):
            return ()  # data sets and events: large, and never written to
        return self._attributes(value)

    def _attributes(self, value: Any) -> Iterator[object]:
        slots = [name for kind in type(value).__mro__ for name in _slots(kind)]
        if slots:
            held = {name: getattr(value, name) for name in slots if hasattr(value, name)}
            self._add(_slotted(value, slots, held))
            yield from held.values()
        attributes = getattr(value, "__dict__", None)
        if isinstance(attributes, dict):
            self._add(_container(attributes))
            yield from attributes.values()


def _slots(kind: type) -> tuple[str, ...]:
    names = kind.__dict__.get("__slots__", ())
    names = (names,) if isinstance(names, str) else tuple(names)
    return tuple(
        f"_{kind.__name__.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name
        for name in names
        if name not in ("__dict__", "__weakref__")
    )


def _array(value: Any) -> Kept:
    if not value.flags.writeable:
        return lambda: None, lambda: True
    held = value.copy()

    def restore() -> None:
        value[...] = held

    return restore, lambda: value.tobytes() == held.tobytes()


def _generator(value: Any) -> Kept:
    held = value.bit_generator.state  # a new dict each time

    def restore() -> None:
        value.bit_generator.state = held

    return restore, lambda: repr(value.bit_generator.state) == repr(held)


def _container(value: Any) -> Kept:
    before = value.copy()
    held = before
    if isinstance(held, dict):
        held = {key: None if isinstance(each, types.GeneratorType) else each for key, each in held.items()}
    add = value.extend if isinstance(value, (list, deque)) else value.update

    def restore() -> None:
        value.clear()
        add(held)

    def same() -> bool:
        if len(value) != len(before):
            return False
        if isinstance(value, dict):
            return all(key in value and _equal(value[key], each) for key, each in before.items())
        if isinstance(value, set):
            return bool(value == before)
        return all(map(_equal, value, before))

    return restore, same


def _slotted(value: Any, slots: list[str], held: dict[str, Any]) -> Kept:
    def restore() -> None:
        for name in slots:
            if name in held:
                if getattr(value, name, None) is not held[name]:
                    object.__setattr__(value, name, held[name])
            elif hasattr(value, name):
                object.__delattr__(value, name)

    def same() -> bool:
        return all(hasattr(value, name) == (name in held) for name in slots) and all(
            _equal(getattr(value, name), each) for name, each in held.items()
        )

    return restore, same


def _equal(one: Any, other: Any) -> bool:
    """One object, or equal numbers or texts; what is inside a container is compared by itself."""
    return one is other or (type(one) is type(other) and isinstance(one, _FIXED) and bool(one == other))
