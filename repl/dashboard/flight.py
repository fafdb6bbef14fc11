"""Opens the dashboard on a run, and tells afterwards what was done: `live`."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import nn

from .. import files
from ..errors import ReplError, StateError, message
from ..messages import tr
from ..views.plot import Grid, Pen
from ..views.screen import Screen
from .layout import Facts
from .pilot import Pilot, Scene, Watched
from .svg import document

MOST_PRINTED = 200  # lines that were printed meanwhile and are shown afterwards


@dataclass(frozen=True, slots=True)
class Flight:
    """What was done at the dashboard.

    Attributes:
        lines: the same as Python, of a `trainer` and its `optimizer`.
        made: steps, those that were gone back over included.
        seconds: how long it was open.
        pictures: the files that were written.
    """

    lines: tuple[str, ...]
    made: int
    seconds: float
    pictures: tuple[str, ...] = ()


def terminal_is_there() -> bool:
    """Whether there is a terminal on which the whole screen can be used."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def live(
    trainer: Any,
    data: Any = None,
    *,
    steps: int | None = None,
    pace: float = 0.0,
    watched: Callable[[], Watched] = tuple,
    colours: Literal["dark", "light", "none"] | None = None,
) -> Flight:
    """Train on another thread, and show and steer it on the whole screen, until it is left.

    Args:
        trainer: a Trainer; nothing else may touch it meanwhile.
        data: its Split or Dataset, for the boundary, the samples and the accuracy.
        steps: after so many it waits; None to go on.
        pace: the most steps a second to begin with; 0 for as many as it can.
        watched: gives (name, value) pairs to show besides, such as `lambda: (("bias", str(net[0].bias.readonly)),)`.
        colours: those of the screen; None for what the terminal says.

    Raises:
        StateError: there is no terminal.
        whatever a training step raises; the terminal is then as it was.
    """
    if not terminal_is_there():
        do = "call trainer.run(200) instead"
        raise StateError(message("live", "no terminal for the dashboard", "one", do))
    from prompt_toolkit.application import get_app_session  # whose keyboard and screen the prompt has too

    from .terminal import Terminal

    start, printed, screen = time.perf_counter(), _Printed(), Screen.of(sys.stdout)
    camera = _Camera(Pen.of(screen if colours is None else screen.dressed(colours)))
    pilot = Pilot(trainer, data, goal=steps, pace=pace, watched=watched)
    facts = Facts(described(trainer.net), str(getattr(data, "name", "")), getattr(trainer.loader, "seed", None))
    session = get_app_session()
    shown = Terminal(pilot, facts, camera.pen, session.input, session.output, camera.take)
    try:
        with warnings.catch_warnings(), redirect_stdout(printed), redirect_stderr(printed):
            warnings.simplefilter("ignore", RuntimeWarning)  # the panels mark what is not a number
            shown.show()
    finally:
        sys.stdout.write(printed.text())
    if pilot.error is not None:
        raise pilot.error
    if shown.signal not in (None, signal.SIGINT):
        signal.raise_signal(shown.signal)
    return Flight(pilot.journal.lines, pilot.journal.made, time.perf_counter() - start, tuple(camera.taken))


class _Camera:
    """Writes the screen to files."""

    def __init__(self, pen: Pen) -> None:
        self.pen, self.taken = pen, list[str]()

    def take(self, grid: Grid, scene: Scene) -> str:
        """Write the screen to a file of its own; what to say of it."""
        name = f"live-step-{scene.step}"
        path, number = Path(f"{name}.svg"), 1
        while path.exists():
            number += 1
            path = Path(f"{name}-{number}.svg")
        try:
            title = tr("chainrule live, step {step}", step=f"{scene.step:,}")
            files.write("live", path, document(grid, self.pen, title).encode())
        except ReplError as error:
            return str(error)
        self.taken.append(str(path))
        return tr("Saved {path}", path=path)


class _Printed(io.TextIOBase):
    """What a callback of the user's prints while the screen is taken: the last lines of it, for afterwards."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MOST_PRINTED)

    def write(self, text: str) -> int:
        first, *more = text.splitlines(keepends=True) or [""]
        if self._lines and not self._lines[-1].endswith("\n"):
            first = self._lines.pop() + first
        self._lines.extend([first, *more])
        return len(text)

    def text(self) -> str:
        """All that is kept, ending in a line's end."""
        text = "".join(self._lines)
        return text if not text or text.endswith("\n") else text + "\n"


def described(net: Any) -> str:
    """A network in a few words: its widths and activations where it is a plain one, else its class and size.

    Example:
        >>> described(nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 3)))
        '2-16-3 tanh'
        >>> described(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()))
        'Sequential, 20 parameters'
    """
    layers = list(net) if isinstance(net, nn.Sequential) else []
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    others = [layer for layer in layers if not isinstance(layer, nn.Linear)]
    if linear and not any(list(layer.parameters()) for layer in others):
        widths = "-".join(map(str, [linear[0].in_features, *(layer.out_features for layer in linear)]))
        return " ".join([widths, *dict.fromkeys(type(layer).__name__.lower() for layer in others)])
    count = sum(param.size for param in net.parameters())
    return f"{type(net).__name__}, {tr('{count} parameters', count=f'{count:,}')}"
