"""Ctrl-C between two steps only: an update of the parameters is never cut in half."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Uninterrupted:
    """A `with` in which Ctrl-C is noted, and raised as KeyboardInterrupt at the next `pause` or at the end.

    Where the program handles Ctrl-C itself, and in threads other than the main one, it does nothing.
    """

    __slots__ = ("_previous", "pressed")

    def __init__(self) -> None:
        self._previous: Any = None
        self.pressed = False

    def __enter__(self) -> Uninterrupted:
        if threading.current_thread() is threading.main_thread():
            present = signal.getsignal(signal.SIGINT)
            if present is signal.default_int_handler:
                self._previous = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None
            self.pause()

    def pause(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed since the last time."""
        if self.pressed:
            self.pressed = False
            raise KeyboardInterrupt

    def _note(self, _: int, __: FrameType | None) -> None:
        self.pressed = True
