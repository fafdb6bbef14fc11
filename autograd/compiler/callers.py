"""Who asks for a value while a step is recorded: the line of the user's own code, and the row that is at work."""

from __future__ import annotations

import sys
from types import FrameType

from ..op import Op

_LIBRARY = ("autograd", "nn")


def caller() -> tuple[str, str]:
    """The module and the line of whoever asked for a value."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("autograd.compiler"):
        frame = frame.f_back
    home = frame.f_globals.get("__name__", "")
    while frame.f_back is not None and is_library(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return home, f"{frame.f_code.co_name}, line {frame.f_lineno}"


def row_at_work() -> Op | None:
    """The row whose forward or rule is running, if one is: it can be recorded as one call."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__") in ("autograd.tensor", "autograd.reverse"):
            op = frame.f_locals.get("op")
            return op if isinstance(op, Op) else None
        frame = frame.f_back
    return None


def is_library(module: str) -> bool:
    """Whether a module is of this project, or NumPy's."""
    return module.split(".", 1)[0] in (*_LIBRARY, "numpy")
