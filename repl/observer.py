"""Watches training from outside: tells how far it is, and stops it between two steps when asked.

The session runs every line under `Observer.watching`, so `trainer.run(200)` typed as Python shows progress and can be
interrupted just as `train 200` can.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from .results import Event, Progress

MOST_WATCHED = 10_000  # steps whose watched values are kept until they are shown

Watched = tuple[tuple[str, str], ...]


class Observer:
    """Listens to the trainer in a namespace while a line runs.

    Attributes:
        done: the steps since the line began.
        stopped: whether the user asked to stop.
        seen: for each of the last steps, what was watched: (expression, value) pairs.
    """

    def __init__(self, tell: Callable[[Event], None], watched: Callable[[], Watched] = tuple) -> None:
        self.done = 0
        self.stopped = False
        self.seen: deque[Watched] = deque(maxlen=MOST_WATCHED)
        self._tell = tell
        self._watched = watched
        self._total = 0
        self._loops = False
        self._start = 0.0
        self._trainer: Any = None

    @contextmanager
    def watching(self, namespace: Mapping[str, Any], total: int, *, loops: bool = False) -> Iterator[None]:
        """Listen to `namespace["trainer"]`, if there is one, which is about to take `total` steps (0: unknown).

        `loops` says that it is started again and again by a loop, which a stop has to end too.
        """
        self.done, self.stopped, self._total, self._loops = 0, False, total, loops
        self.seen.clear()
        trainer = namespace.get("trainer")
        self._trainer = trainer if isinstance(getattr(trainer, "observers", None), list) else None
        if self._trainer is not None:
            self._trainer.observers.append(self._step)
        self._start = time.perf_counter()
        previous = self._take_interrupts()
        try:
            yield
        finally:
            if previous is not None:
                signal.signal(signal.SIGINT, previous)
            if self._trainer is not None and self._step in self._trainer.observers:
                self._trainer.observers.remove(self._step)
            self._trainer = None

    @contextmanager
    def copies(self, total: int) -> Iterator[None]:
        """Listen to the copies of a run that a line trains, `total` steps of all of them together; a stop ends them."""
        from nn.training import watching

        done, start = 0, time.perf_counter()

        def step(event: Any) -> None:
            nonlocal done
            done += 1
            self.raise_if_stopped()
            rate = done / max(time.perf_counter() - start, 1e-9)
            left = max(total - done, 0) / rate
            self._tell(Progress(done, max(total, done), event.step, event.epoch, float(event.loss), rate, left))

        with watching(step):
            yield

    @contextmanager
    def rows(self) -> Iterator[None]:
        """Listen to the runs of a sweep, which other processes make; a stop ends it."""
        from nn.sweeping import following

        start = time.perf_counter()

        def row(found: Any, done: int, total: int) -> None:
            self.raise_if_stopped()
            rate = done / max(time.perf_counter() - start, 1e-9)
            loss = found.metrics.get("loss", math.nan) if found is not None else math.nan
            self._tell(Progress(done, total, done, 0, float(loss), rate, (total - done) / max(rate, 1e-9), unit="run"))

        with following(row):
            yield

    def _take_interrupts(self) -> Any:
        """Handle Ctrl-C from now on, unless the program around us handles it; give the handler to put back."""
        previous = signal.getsignal(signal.SIGINT)
        if previous is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
            return None
        return signal.signal(signal.SIGINT, self._interrupt)

    def _step(self, event: Any) -> None:
        self.done += 1
        watched = self._watched()
        self.seen.append(watched)
        if self._total:
            rate = self.done / max(time.perf_counter() - self._start, 1e-9)
            left = (self._total - self.done) / rate
            loss = float(event.loss)
            self._tell(Progress(self.done, self._total, event.step, event.epoch, loss, rate, left, watched))
        if self._loops or not self._total:
            # a loop would only start the trainer again: leave the loop as well, between two steps
            self.raise_if_stopped()

    def stop(self) -> None:
        """End the training that runs after the step that it is in."""
        self.stopped = True
        if self._trainer is not None:
            self._trainer.stop()

    def raise_if_stopped(self) -> None:
        """Raise KeyboardInterrupt if the user asked to stop."""
        if self.stopped:
            raise KeyboardInterrupt

    def _interrupt(self, _: int, frame: FrameType | None) -> None:
        """Handle Ctrl-C: during a training step wait for its end, at any other time raise KeyboardInterrupt.

        An update of the parameters is never cut in half, however often the key is pressed.
        """
        while self._trainer is not None and frame is not None:
            if frame.f_globals.get("__name__", "").startswith("nn.training."):
                self.stop()
                return
            frame = frame.f_back
        raise KeyboardInterrupt
