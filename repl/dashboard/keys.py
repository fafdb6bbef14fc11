"""What the keys of the dashboard do: a key and how things stand give what to show from now on, and what to have done.

    press("b", View(), Scene())     (View(), ("back", 10))
    press("3", View(), Scene())     (View(chosen=3), None)
    HELP                            the table of keys that `?` shows

Nothing here knows of terminals or threads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..messages import marked
from .pilot import Deed, Scene
from .probes import PANELS

FACTOR = 1.5  # of the learning rate
BACK, FAR_BACK = 10, 100  # steps
PACES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)  # steps a second, below full speed
WATCHED = 25.0  # seconds that a run of so many steps is to last, about
UNCOUNTED = 30.0  # steps a second of a run that has no number of them

Asked = tuple[Deed | Literal["picture", "leave"], Any]

HELP = (
    ("space", marked("pause, and go on")),
    ("s", marked("one step, then wait")),
    ("+  -", marked("learning rate times 1.5, divided by 1.5")),
    ("b  B", marked("back in time by 10 steps, by 100; everything is as it was then")),
    ("<  >", marked("slower, faster: a speed at which one can watch")),
    ("f", marked("full speed: as fast as it can")),
    ("1-4  tab", marked("one panel large, the next; 0 shows all")),
    ("v", marked("second panel: the next of boundary, samples, weights")),
    ("l", marked("loss on a logarithmic scale")),
    ("p", marked("a picture of the screen, as SVG")),
    ("?", marked("this page, and back")),
    ("q  esc", marked("leave; `export` then has what was done, `undo` takes it back")),
)
"""Each key with what it does."""

_DEEDS: dict[str, Asked] = {
    " ": ("turn", None),
    "s": ("step", None),
    "+": ("rate", FACTOR),
    "=": ("rate", FACTOR),  # the same key without shift
    "-": ("rate", 1 / FACTOR),
    "_": ("rate", 1 / FACTOR),
    "f": ("pace", 0.0),
    "b": ("back", BACK),
    "B": ("back", FAR_BACK),
    "p": ("picture", None),
    "q": ("leave", None),
    "c-c": ("leave", None),
    "c-d": ("leave", None),
}


@dataclass(frozen=True, slots=True)
class View:
    """What the screen shows: `chosen` is the number of the large panel, 0 for all; `second` counts the presses of v."""

    chosen: int = 0
    help: bool = False
    second: int = 0
    log: bool = False

    def panels(self, views: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
        """Numbers and names of the panels that are to be seen.

        Example:
            >>> View(chosen=2).panels(("samples", "weights"))
            ((2, 'samples'),)
        """
        second = views[self.second % len(views)] if views else "weights"
        named = tuple((n, second if name == "view" else name) for n, name in enumerate(PANELS, 1))
        return named if not self.chosen else named[self.chosen - 1 : self.chosen]


def press(key: str, view: View, scene: Scene) -> tuple[View, Asked | None]:
    """What follows from a key.

    Args:
        key: a letter, or a name as prompt_toolkit has them: "escape", "c-i" for tab.
        view: what is shown.
        scene: how the run stands.
    """
    if key == "?":
        return replace(view, help=not view.help), None
    if key == "escape":
        return (replace(view, help=False), None) if view.help else (view, ("leave", None))
    if key in _DEEDS:
        return replace(view, help=False), _DEEDS[key]
    if key in ("<", ">"):
        return view, ("pace", _pace(scene, slower=key == "<"))
    if key == "c-i":
        return replace(view, help=False, chosen=(view.chosen + 1) % (len(PANELS) + 1)), None
    if key.isdecimal() and int(key) <= len(PANELS):
        chosen = 0 if int(key) == view.chosen else int(key)  # the same number once more leads back to all
        return replace(view, help=False, chosen=chosen), None
    if key == "v":
        return replace(view, help=False, second=view.second + 1), None
    if key == "l":
        return replace(view, help=False, log=not view.log), None
    return view, None


def watchable(steps: int | None) -> float:
    """The pace at which a run of so many steps begins, in steps a second: so that one can read while it goes on.

    Example:
        >>> watchable(200), watchable(5000), watchable(20), watchable(None)
        (10.0, 300.0, 3.0, 30.0)
    """
    if steps is None:
        return UNCOUNTED
    return min(PACES[1:], key=lambda pace: abs(math.log(pace * WATCHED / max(steps, 1))))


def _pace(scene: Scene, *, slower: bool) -> float:
    """The next pace; 0 for full speed, from which the first slower one is below the present speed."""
    if slower:
        below = [pace for pace in PACES if pace < (scene.pace or scene.speed or PACES[-1])]
        return below[-1] if below else PACES[0]
    above = [pace for pace in PACES if pace > scene.pace] if scene.pace else []
    return above[0] if above else 0.0
