"""What `undo` needs: for each command that ran, how to put back what it changed.

The newest are kept, as many as their copies of parameters leave room for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST = 50  # commands
BYTES = 256 << 20  # of copies, together; the newest command can be taken back whatever it takes

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Change:
    """What one command changed.

    It has the entry in the history, the names that were bound, with what they were bound to before (MISSING if to
    nothing), and how to put back the objects; `nbytes` is what that keeps in memory.
    """

    entry: Any
    names: dict[str, Any]
    restore: Callable[[], None]
    nbytes: int


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
        for name, value in change.names.items():
            if value is MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = value
        change.restore()
        return change
