"""Makes sure, without importing it, that `autograd` is chainrule's own and not HIPS/autograd, which has that name too.

`nn` does the same by importing autograd; the shell's prompt is there sooner without. The words of the error are nn's.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path


def check() -> None:
    """Raise ImportError, with the cure, when `autograd` is not the package beside this one."""
    if not _looks_right():
        importlib.import_module("nn._neighbour")  # raises, unless the look was wrong


def _looks_right() -> bool:
    try:
        found = importlib.util.find_spec("autograd")
        if found is None or found.origin is None:
            return False
        # pip merges two packages of one name into one folder: the file that is there has to bear our mark
        return "__chainrule__" in Path(found.origin).read_text(encoding="utf-8")
    except (OSError, ValueError, UnicodeDecodeError):
        return False
