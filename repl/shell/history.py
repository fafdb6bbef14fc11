"""The lines that were typed: the session's, kept in XDG_STATE_HOME/chainrule/history, and the debugger's of today.

lines = Lines()
lines.of(session)       what Up goes through and suggestions come from, as things stand: a `n` is no line of the session
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ..session import Session


class Lines:
    """A history for the session's lines, and one in memory for those of a mode, such as the debugger."""

    def __init__(self) -> None:
        self.of_the_session, self._of_a_mode = kept(), InMemoryHistory()

    def of(self, session: Session) -> History:
        """The one that the next line belongs to."""
        return self.of_the_session if session.mode is None else self._of_a_mode


def kept() -> History:
    """The lines of earlier sessions, or of this one only where no file can be kept."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    try:
        path = Path(state).expanduser() / "chainrule" / "history"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.open("a").close()
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return InMemoryHistory()
    return _KeptHistory(str(path))


class _KeptHistory(FileHistory):
    """A file of lines; when the disk is full, lines are lost but not the session."""

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            return

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except (OSError, ValueError):
            return []
