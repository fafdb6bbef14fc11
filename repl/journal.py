"""Keeps the lines of a session in a file while it runs, so that a crash does not lose them.

    journal = Journal.begin()        # at the prompt
    journal.add("data digits")       # after each line that worked
    journal.end()                    # when the session is left
    lost()                           # sessions that ended without that

The files lie under XDG_STATE_HOME, one for each session, named by its process. Where none can be written there is none.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOST_KEPT = 5  # lost sessions; older ones are forgotten


def folder() -> Path:
    """Where the files lie."""
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "chainrule" / "sessions"


class Journal:
    """The lines of one session. `path` is None where no file can be kept."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    @classmethod
    def begin(cls) -> Journal:
        """A journal of this process's session, and none where the folder cannot be written."""
        try:
            folder().mkdir(parents=True, exist_ok=True)
            path = folder() / f"{os.getpid()}.jsonl"
            path.write_text("")
        except (OSError, RuntimeError):  # RuntimeError: there is no home
            return cls(None)
        return cls(path)

    def add(self, line: str) -> None:
        """Keep a line that worked."""
        if self.path is None:
            return
        try:
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(json.dumps(line) + "\n")
        except OSError:
            self.path = None  # the disk is full: the session goes on without

    def end(self) -> None:
        """Forget the lines: the session was left as it should be."""
        if self.path is not None:
            with suppress(OSError):
                self.path.unlink()


@dataclass(frozen=True, slots=True)
class Lost:
    """A session that ended without being left: its lines, and when it ended."""

    path: Path
    lines: tuple[str, ...]
    when: str

    def forget(self) -> None:
        """Remove its file."""
        with suppress(OSError):
            self.path.unlink()


def lost() -> list[Lost]:
    """The sessions that were lost, oldest first; those without a line are forgotten at once."""
    found: list[Lost] = []
    try:
        paths = sorted(folder().glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
    except (OSError, RuntimeError):
        return found
    for path in paths:
        if _is_alive(path.stem):
            continue
        lines = _read(path)
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime)) if path.exists() else ""
        found.append(Lost(path, lines, when))
    for each in [each for each in found if not each.lines] + [each for each in found if each.lines][:-MOST_KEPT]:
        each.forget()
    return [each for each in found if each.lines][-MOST_KEPT:]


def _read(path: Path) -> tuple[str, ...]:
    """The lines of a journal, up to one that was not written whole."""
    lines = []
    try:
        for text in path.read_text("utf-8").splitlines():
            line = json.loads(text)
            if not isinstance(line, str):
                break
            lines.append(line)
    except (OSError, ValueError):
        pass
    return tuple(lines)


def _is_alive(process: str) -> bool:
    """Whether a process of that number runs; its number may have gone to another, which then keeps the file a while."""
    if not process.isdigit():
        return True  # not a journal of ours
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
