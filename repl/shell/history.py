"""The lines of earlier sessions, kept in XDG_STATE_HOME/chainrule/history: `kept()`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory


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
