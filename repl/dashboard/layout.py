"""The screen as cells: two lines on top, the panels, the verdict, the keys.

    grid = compose(scene, View(), Facts("2-16-3 tanh", "spiral", 0), pen, 80, 24, Sheets())

A panel whose figure is the same object as before, at the same size, is not drawn again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..figures import Bars, Boundary, Curves, Histograms, Images
from ..messages import marked, retold, tr
from ..views.labels import clip, width
from ..views.plot import Grid, Pen, sheet
from ..views.plot.pen import BOLD, DIM, NONE
from ..views.screen import broken
from .keys import HELP, View
from .pilot import Scene
from .probes import HEALTHY, Look

LEAST = (80, 24)  # columns and lines
HEAD, FOOT = 2, 3  # lines above the panels and below them
ROOMY = 15  # lines from which on a panel of layers has room for the sentence on how to read it
TITLES = {
    "loss": marked("loss"), "boundary": marked("decision boundary"), "samples": marked("test samples"),
    "weights": marked("first-layer weights"), "flow": marked("gradient flow by layer"),
    "activations": marked("activations by layer"),
}  # fmt: skip
KEYS = marked("space pause  s step  + - rate  b back  < > speed  f full  ? help  q leave")


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change while the dashboard is open."""

    network: str
    data: str
    seed: int | None


@dataclass(slots=True)
class Sheets:
    """The panels as they were drawn last, by name."""

    kept: dict[str, tuple[Look, tuple[Any, ...], Grid]] = field(default_factory=dict)

    def draw(self, name: str, look: Look, pen: Pen, size: tuple[int, int], *, reading: bool) -> Grid:
        """The panel in so many columns and lines."""
        how = (pen, size, reading)
        old = self.kept.get(name)
        if old is None or old[0] is not look or old[1] != how:
            old = self.kept[name] = look, how, _panel(look, pen, size, reading=reading)
        return old[2]


def compose(
    scene: Scene, view: View, facts: Facts, pen: Pen, size: tuple[int, int], sheets: Sheets, said: str = ""
) -> Grid:
    """The whole screen in exactly `size` columns and lines, however few those are; `said` comes before all messages."""
    columns, lines = size
    grid = Grid(columns, lines, ascii_only=pen.ascii_only)
    if columns < LEAST[0] or lines < LEAST[1]:
        _too_small(grid, scene)
        return grid
    _head(grid, scene, facts, pen)
    if view.help:
        _help(grid)
    else:
        _panels(grid, scene, view, pen, sheets)
    _foot(grid, scene, pen, said or scene.message)
    return grid


def _too_small(grid: Grid, scene: Scene) -> None:
    told = (
        tr("too small: {size}", size=f"{grid.width}x{grid.height}"),
        tr("needs {size}", size=f"{LEAST[0]}x{LEAST[1]}"),
        tr(marked("step {step}, paused") if scene.paused else marked("step {step}, training"), step=f"{scene.step:,}"),
        tr("loss {loss}", loss=_number(scene.loss)),
        tr("q leaves"),
    )
    for row, text in enumerate(told):
        grid.text(row, 0, clip(text, max(grid.width - 1, 0), dots=""))


# -- the top


def _head(grid: Grid, scene: Scene, facts: Facts, pen: Pen) -> None:
    state = _state(scene)
    left = f"live  {facts.network}"
    if facts.data:
        left = tr("live  {network} on {data}", network=facts.network, data=facts.data)
    room = grid.width - width(state) - 4
    grid.text(0, 1, clip(left, room), BOLD)
    grid.text(0, grid.width - width(state) - 1, state, pen.hue(1 if scene.paused else 2) if pen.depth else BOLD)
    column = 1
    for name, value in _numbers(scene, facts):
        if column + width(name) + width(value) + 2 > grid.width:
            break
        grid.text(1, column, name, DIM)
        grid.text(1, column + width(name) + 1, value, BOLD)
        column += width(name) + width(value) + 4


def _state(scene: Scene) -> str:
    if scene.paused:
        return tr("|| paused")
    speed = tr("{rate} steps/s", rate=f"{scene.speed:,.0f}") if scene.speed else ""
    held = tr(", held to {pace}", pace=f"{scene.pace:,.0f}") if scene.pace else ""
    return f"{tr('> training')} {speed}{held}".rstrip()


def _numbers(scene: Scene, facts: Facts) -> list[tuple[str, str]]:
    """Names and values of the second line, the most important first."""
    under_way = scene.goal is not None and scene.made <= scene.goal
    goal = " " + tr("({made} of {goal})", made=f"{scene.made:,}", goal=f"{scene.goal:,}") if under_way else ""
    found = [(tr("step"), f"{scene.step:,}{goal}"), (tr("epoch"), f"{scene.epoch:,}")]
    found.append((tr("loss"), _number(scene.loss)))
    if scene.accuracy is not None:
        name = marked("test accuracy") if scene.part == "test" else marked("train accuracy")
        found.append((tr(name), f"{scene.accuracy:.1%}"))
    if scene.rates:
        found.append((tr("rate"), ", ".join(dict.fromkeys(f"{rate:.4g}" for rate in scene.rates))))
    if facts.seed is not None:
        found.append((tr("seed"), str(facts.seed)))
    return found


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4g}"


# -- the middle


def _panels(grid: Grid, scene: Scene, view: View, pen: Pen, sheets: Sheets) -> None:
    panels = view.panels(scene.views)
    places = _places(len(panels), grid.width, grid.height - HEAD - FOOT)
    for (number, name), (row, column, wide, high) in zip(panels, places, strict=True):
        _title(grid, row + HEAD, column, wide, f"{number} {_title_of(name, scene.figures.get(name, ''))}")
        look = scene.figures.get(name, tr("looking ..."))
        roomy = len(panels) == 1 or (number > 2 and high >= ROOMY)  # a list of layers leaves lines empty
        drawn = sheets.draw(name, look, pen, (wide, high - 1), reading=roomy)
        grid.paste(row + HEAD + 1, column, drawn)
    if len(panels) > 1:
        _between(grid, places)


def _places(count: int, columns: int, lines: int) -> list[tuple[int, int, int, int]]:
    """Row, column, width and height of each panel: one, or two times two."""
    if count == 1:
        return [(0, 0, columns, lines)]
    left, top = (columns - 1) // 2, lines // 2
    right, bottom = columns - 1 - left, lines - top
    return [(0, 0, left, top), (0, left + 1, right, top), (top, 0, left, bottom), (top, left + 1, right, bottom)]


def _title(grid: Grid, row: int, column: int, wide: int, text: str) -> None:
    rule = "-" if grid.ascii_only else "─"
    for place in range(wide):
        grid.put(row, column + place, rule, DIM)
    grid.text(row, column + 1, f" {clip(text, wide - 5)} ", BOLD)


def _between(grid: Grid, places: Sequence[tuple[int, int, int, int]]) -> None:
    """The line between left and right."""
    column, middle = places[1][1] - 1, places[2][0] + HEAD
    for row in range(HEAD, grid.height - FOOT):
        crosses = row in (HEAD, middle)
        letter = ("+" if crosses else "|") if grid.ascii_only else "┬" if row == HEAD else "┼" if crosses else "│"
        grid.put(row, column, letter, DIM)


def _title_of(name: str, look: Look) -> str:
    """The name of a panel, with what the figure's own title would say besides."""
    if name == "samples" and isinstance(look, Images):
        wrong = sum(image.wrong for image in look.images)
        return tr("test samples, {wrong} of {count} wrong", wrong=wrong, count=len(look.images))
    return tr(TITLES[name])


def _panel(look: Look, pen: Pen, size: tuple[int, int], *, reading: bool) -> Grid:
    if not isinstance(look, (Curves, Bars, Histograms, Boundary, Images)):
        grid = Grid(*size, ascii_only=pen.ascii_only)
        grid.text(size[1] // 3, 2, clip(str(look), size[0] - 4), DIM)
        return grid
    return sheet(look, pen, *size, title=False, reading=reading)


def _help(grid: Grid) -> None:
    grid.text(3, 4, tr("Keys"), BOLD)
    for row, (key, does) in enumerate(HELP, 5):
        grid.text(row, 4, key, BOLD)
        grid.text(row, 16, tr(does))
    grid.text(6 + len(HELP), 4, tr("Training goes on while you read, unless it is paused."), DIM)


# -- the bottom


def _foot(grid: Grid, scene: Scene, pen: Pen, told: str) -> None:
    """What is wrong, or that nothing is, and what is watched; below it what the last key did, or the keys."""
    if scene.trouble:
        trouble = retold(scene.trouble)
        verdict, hue = trouble[0].upper() + trouble[1:], pen.hue(3)
    else:
        verdict, hue = scene.verdict, pen.hue(2 if scene.verdict == tr(HEALTHY) else 1)
    lines = broken(verdict, grid.width - 3, most=FOOT - 1)
    for row, line in enumerate(lines, grid.height - FOOT):
        grid.text(row, 1, line, hue)
    if len(lines) < FOOT - 1:
        watched = "   ".join(f"{name} = {value}" for name, value in scene.watched)
        grid.text(grid.height - 2, 1, clip(watched, grid.width - 3))
    text, ink = (told, NONE) if told else (tr(KEYS), DIM)
    grid.text(grid.height - 1, 1, clip(text, grid.width - 3), ink)
