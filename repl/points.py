"""The session at a moment: before a command, to be put back; before a line of Python, to see what it changes."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .plan import PARTS, Entry
from .snapshot import Snapshot
from .taking_back import MISSING, Bound, Change

if TYPE_CHECKING:
    from .session import Session


class Point:
    """The session as it was before a command, so that what the command does can be put back, or written down."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before, self._made = dict(session.namespace), dict(session._made)
        self._given = set(session._given)
        self._held: list[Snapshot] = []
        self._random: dict[str, Any] = {}

    def hold(self, others: Iterable[object] = ()) -> None:
        """Remember the state of all that commands change, and of `others`."""
        self._random = _random_state()
        self.hold_too([*_parts(self._session), self._session.watches, *others])

    def hold_too(self, objects: Iterable[object]) -> None:
        """Remember the state of more objects, as it is now."""
        self._held.append(Snapshot(objects))

    def put_back(self) -> None:
        """Bind all names as they were, and put the objects back; a library that was loaded since stays."""
        session = self._session
        loaded = {name: value for name, value in session._given.items() if name not in self._given}
        session.namespace.clear()
        session.namespace.update(loaded | self._before)
        self._restore()

    def _restore(self) -> None:
        self._session._made = dict(self._made)
        for held in reversed(self._held):
            held.restore()
        if self._held:
            # another generator by now, if it was seeded
            importlib.import_module("nn").default_generator().bit_generator.state = self._random

    def record(self, entry: Entry, code: Iterable[str]) -> None:
        """Write a command into the history, if it leaves anything there, with what takes it back."""
        session = self._session
        before, now = self._before, session.namespace
        names = {name for name in {*before, *now} if before.get(name, MISSING) is not now.get(name, MISSING)}
        for source in code:
            name = source.partition(" = ")[0]
            if name in names:
                session._made[name] = (source, now[name])
        if entry.code:
            session.history.append(entry)
            bound = {name: (before.get(name, MISSING), now.get(name, MISSING)) for name in names - set(session._given)}
            session._changes.add(Change(entry, bound, self._restore, sum(held.nbytes for held in self._held)))


class Since:
    """The session before a line of Python: whether the line changes what the last command would put back.

    Example:
        >>> may_change("x = 3"), may_change("trainer.run(2)"), may_change("net[0].bias.data[:] = 0")
        (False, True, True)
    """

    def __init__(self, session: Session, source: str) -> None:
        self._session, self._looks = session, may_change(source)
        if self._looks:
            self._before, self._random = dict(session.namespace), _random_state()
            self._held = Snapshot(_parts(session))

    def changed(self) -> bool:
        """Whether it has. What only drew numbers for an object of the user's own, such as another layer, has not."""
        return self._looks and (self._held.changed() or (not self.names() and self._drew()))

    def _drew(self) -> bool:
        return repr(_random_state()) != repr(self._random)

    def names(self) -> Bound:
        """The names that it bound, with what they were bound to and what they are bound to now."""
        if not self._looks:
            return {}
        before, now = self._before, self._session.namespace
        return {
            name: (before.get(name, MISSING), now.get(name, MISSING))
            for name in {*before, *now} - {*self._session._given, "_"}
            if before.get(name, MISSING) is not now.get(name, MISSING)
        }


def may_change(source: str) -> bool:
    """Whether a piece of Python could change an object: if it only computes with what is there, it cannot."""
    try:
        found = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    stores = [each for each in found if isinstance(each, (ast.Attribute, ast.Subscript))]
    return any(isinstance(each, (ast.Call, ast.AugAssign, ast.With, ast.Delete)) for each in found) or any(
        not isinstance(each.ctx, ast.Load) for each in stores
    )


def _parts(session: Session) -> list[Any]:
    names = session.namespace
    return [names[name] for name in (*PARTS, "trainer") if name in names]


def _random_state() -> dict[str, Any]:
    state: dict[str, Any] = importlib.import_module("nn").default_generator().bit_generator.state
    return state
