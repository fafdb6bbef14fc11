"""What `undo` needs: for each command that ran, how to put back what it changed.

The newest are kept, as many as their copies of parameters leave room for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MOST = 50  # commands
BYTES = 256 << 20  # of copies, together; the newest command can be taken back whatever it takes

MISSING: Any = object()

Bound = dict[str, tuple[Any, Any]]  # names, with what they were bound to before and after; MISSING if to nothing


@dataclass(frozen=True, slots=True)
class Line:
    """A line of Python that changed what the command before it would put back."""

    entry: Any
    names: Bound


@dataclass(frozen=True, slots=True)
class Change:
    """What one command changed.

    It has the entry in the history, the names that were bound, and how to put back the objects; `nbytes` is what that
    keeps in memory. `since` are the lines of Python whose effect goes with the command's.
    """

    entry: Any
    names: Bound
    restore: Callable[[], None]
    nbytes: int
    since: list[Line] = field(default_factory=list)

    @property
    def entries(self) -> list[Any]:
        """What goes from the history."""
        return [self.entry, *(line.entry for line in self.since)]

    @property
    def bound(self) -> set[str]:
        """The names that were bound by it, or since."""
        return {*self.names, *(name for line in self.since for name in line.names)}


class Changes:
    """The changes that can be taken back, newest last."""

    def __init__(self) -> None:
        self._kept: deque[Change] = deque(maxlen=MOST)

    def add(self, change: Change) -> None:
        """Remember one more, and forget the oldest if there is no room."""
        self._kept.append(change)
        while len(self._kept) > 1 and sum(each.nbytes for each in self._kept) > BYTES:
            self._kept.popleft()

    @property
    def newest(self) -> Change | None:
        """The one that would be taken back next."""
        return self._kept[-1] if self._kept else None

    def take(self, namespace: dict[str, Any]) -> Change:
        """Take the newest back."""
        change = self._kept.pop()
        for line in reversed(change.since):
            _unbind(line.names, namespace)
        _unbind(change.names, namespace)
        change.restore()
        return change


def _unbind(names: Bound, namespace: dict[str, Any]) -> None:
    """Bind names as they were before; one that the user has bound to something else since stays as it is."""
    for name, (before, after) in names.items():
        if namespace.get(name, MISSING) is not after:
            continue
        if before is MISSING:
            namespace.pop(name, None)
        else:
            namespace[name] = before
