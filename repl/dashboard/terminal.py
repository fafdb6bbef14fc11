"""The dashboard in a terminal: raw keys in, changed lines out, and the terminal given back as it was.

prompt_toolkit reads keys, knows the size and switches screens; the picture is ours, written line by line where it has
changed, which costs a tenth of what laying it out anew would. The frame rate gives way when drawing is dear, or the
machine busy: Python lets one thread run at a time, so whatever this one takes is taken from training.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

import numpy as np
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.output import Output

from ..views.plot import Grid, Pen
from .keys import View, press
from .layout import Facts, Sheets, compose
from .pilot import Pilot, Scene, Wishes

FRAMES = 4.5  # a second, at most
SHARE = 0.06  # of the time that looking and drawing may take together; frames get fewer where that is too little
SLOWEST = 2.0  # seconds to a frame
RECENT = 7  # frames whose median is what a frame costs: the first and a verdict's take longer
LEAST_WAIT = 0.02  # seconds, while a step takes long and the scene that was asked for is still to come
ESCAPE_SECONDS = 0.1  # after which the escape key is not the beginning of another


class Terminal:
    """The screen and the keys of one dashboard.

    Args:
        pilot: what trains; it is started and ended here.
        facts: what does not change.
        pen: what the terminal can show.
        keys: where keys come from.
        out: where lines go.
        picture: called with the screen and the scene for a screenshot; gives a message.
    """

    def __init__(
        self, pilot: Pilot, facts: Facts, pen: Pen, keys: Input, out: Output, picture: Callable[[Grid, Scene], str]
    ) -> None:
        self._pilot, self._facts, self._pen, self._keys, self._out = pilot, facts, pen, keys, out
        self._picture = picture
        self._view, self._sheets = View(), Sheets()
        self._grid: Grid | None = None
        self._drawn: tuple[Any, ...] = ()
        self._said = ""  # by the dashboard itself, until the next key
        self._due = 0.0
        self._costs: deque[float] = deque(maxlen=RECENT)
        self._asked: Scene | None = None  # the scene that was there when another was asked for
        self._over = False
        self.signal: int | None = None

    def show(self) -> None:
        """Show the run until it is left, a signal comes, or training fails; the terminal is then as it was."""
        with _screen(self._out):
            asyncio.run(self._follow())

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def arrived() -> None:
            loop.call_soon_threadsafe(woken.set)

        def take(read: Callable[[], list[KeyPress]]) -> None:
            self._take(read())
            woken.set()

        def read() -> None:
            take(self._keys.read_keys)
            loop.call_later(ESCAPE_SECONDS, take, self._keys.flush_keys)

        self._pilot.arrived = arrived

        try:
            with self._signals(loop, woken.set), self._keys.raw_mode(), self._keys.attach(read):
                self._pilot.start()
                self._take(get_typeahead(self._keys))
                while not self._over and self._pilot.running:
                    self._ask(loop.time())
                    self._draw()
                    try:
                        await asyncio.wait_for(woken.wait(), max(self._due - loop.time(), LEAST_WAIT))
                    except TimeoutError:
                        continue
                    woken.clear()
        finally:
            self._pilot.end()

    def _ask(self, now: float) -> None:
        """Ask for the next scene when it is due, and the last one that was asked for has come."""
        if now < self._due or self._asked is self._pilot.scene:
            return
        self._asked = self._pilot.scene
        figures = tuple(name for _, name in self._view.panels(self._asked.views))
        self._pilot.order("look", Wishes(figures, self._view.log))
        cost = median(self._costs) if self._costs else 0.0
        self._due = now + min(max(1 / FRAMES, cost / SHARE), SLOWEST)

    # -- keys

    def _take(self, presses: list[KeyPress]) -> None:
        for place, each in enumerate(presses):
            if self._over:  # what was typed ahead is the shell's
                store_typeahead(self._keys, presses[place:])
                return
            self._press(str(getattr(each.key, "value", each.key)))

    def _press(self, key: str) -> None:
        self._said = ""
        self._pilot.order("hush")  # what was said of the key before has been read
        self._view, asked = press(key, self._view, self._pilot.scene)
        self._due = 0.0
        if asked is None:
            return
        deed, value = asked
        if deed == "leave":
            self._over = True
        elif deed == "picture":
            self._said = self._picture(self._grid, self._pilot.scene) if self._grid is not None else ""
        else:
            self._pilot.order(deed, value)

    @contextmanager
    def _signals(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> Iterator[None]:
        """Leave in good order when the process is asked to end; whoever handled it before hears of it afterwards."""

        def noted(number: int) -> None:
            self.signal, self._over = number, True
            wake()

        with ExitStack() as stack:
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)
                if number is None:
                    continue
                before = signal.getsignal(number)
                try:
                    loop.add_signal_handler(number, noted, number)
                except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
                    continue
                stack.callback(signal.signal, number, before)
                stack.callback(loop.remove_signal_handler, number)
            yield

    # -- the picture

    def _draw(self) -> None:
        """Write the lines that are others than before."""
        size = self._out.get_size()
        now = (self._pilot.scene, self._view, self._said, size.columns, size.rows)
        if now == self._drawn:
            return
        start = time.perf_counter()
        resized = self._drawn[3:] != now[3:]
        self._drawn = now
        scene = self._pilot.scene
        grid = compose(scene, self._view, self._facts, self._pen, (size.columns, size.rows), self._sheets, self._said)
        rows = range(grid.height) if resized or self._grid is None else _changed(grid, self._grid)
        if resized:
            self._out.erase_screen()
        for row, line in zip(rows, _part(grid, rows).lines(self._pen), strict=True):
            self._out.cursor_goto(row + 1, 1)
            self._out.write_raw(line)
        self._out.flush()
        self._grid = grid
        self._costs.append(scene.cost + time.perf_counter() - start)


@contextmanager
def _screen(out: Output) -> Iterator[None]:
    """A screen of our own, and afterwards the one that was there."""
    out.enter_alternate_screen()
    out.hide_cursor()
    out.disable_autowrap()  # a line that is as wide as the screen must not begin another
    out.flush()
    try:
        yield
    finally:
        out.reset_attributes()
        out.erase_screen()  # for terminals that have but one
        out.enable_autowrap()
        out.show_cursor()
        out.quit_alternate_screen()
        out.flush()


def _changed(grid: Grid, before: Grid) -> list[int]:
    """The rows that are not as they were."""
    pairs = ((getattr(grid, name), getattr(before, name)) for name in ("letters", "ink", "ground"))
    others = np.logical_or.reduce([(new != old).any(axis=1) for new, old in pairs])
    return [int(row) for row in np.flatnonzero(others)]


def _part(grid: Grid, rows: Any) -> Grid:
    """Some of the rows as a grid of their own."""
    part = Grid(grid.width, len(rows), ascii_only=grid.ascii_only)
    for name in ("letters", "ink", "ground"):
        setattr(part, name, getattr(grid, name)[list(rows)])
    return part
