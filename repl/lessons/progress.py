"""Keeps how far a reader is in each lesson, between sessions: a small JSON file under XDG_STATE_HOME.

Progress is a convenience: a file that cannot be read or written, or that somebody else wrote, is as good as none.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .. import files
from ..errors import FileError


@dataclass(slots=True)
class Progress:
    """How far one lesson is: the cell that comes next, and what was answered right (True) or wrong, by cell."""

    cell: int = 0
    done: bool = False
    answers: dict[str, bool] = field(default_factory=dict)


def path() -> Path:
    """The file."""
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "chainrule" / "lessons.json"


def load() -> dict[int, Progress]:
    """What is known of each lesson that was begun."""
    try:
        stored: Any = json.loads(path().read_text("utf-8"))
        return {int(number): Progress(**each) for number, each in stored.items() if _is_sound(each)}
    except (OSError, ValueError, TypeError, AttributeError, RuntimeError):  # RuntimeError: there is no home
        return {}


def _is_sound(each: dict[str, Any]) -> bool:
    whole = isinstance(each["cell"], int) and each["cell"] >= 0 if "cell" in each else False
    return whole and isinstance(each.get("done"), bool) and isinstance(each.get("answers"), dict)


def save(known: dict[int, Progress]) -> None:
    """Keep it, where that can be done."""
    try:
        target = path()
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({str(number): asdict(each) for number, each in known.items()}, indent=1)
        files.write("lesson", target, text.encode())
    except (OSError, RuntimeError, FileError):
        return
