"""What the dashboard shows: keys, looks at the run, the loss over time, the screen at several sizes, screenshots."""

from __future__ import annotations

import dataclasses
import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from repl.dashboard import flight
from repl.dashboard.keys import HELP, View, press
from repl.dashboard.layout import Facts, Sheets, compose
from repl.dashboard.pilot import Scene
from repl.dashboard.probes import HEALTHY, Probes
from repl.dashboard.svg import document
from repl.dashboard.trace import MOST, Trace
from repl.figures import Boundary, Histograms, Images
from repl.views.palette import LIGHT
from repl.views.plot import Pen
from tests.repl import flights
from tests.repl.flights import flown, run_of, small


@pytest.fixture(scope="module")
def moons() -> Any:
    return flights.moons()


@pytest.fixture
def trainer(moons: Any) -> Any:
    return small(moons)


# -- keys


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        (" ", ("turn", None)),
        ("s", ("step", None)),
        ("+", ("rate", 1.5)),
        ("-", ("rate", 1 / 1.5)),
        ("b", ("back", 10)),
        ("B", ("back", 100)),
        ("p", ("picture", None)),
        ("q", ("leave", None)),
        ("escape", ("leave", None)),
        ("c-c", ("leave", None)),
        ("x", None),
        ("up", None),
    ],
)
def test_a_key_asks_for_something(key: str, asked: Any) -> None:
    view, found = press(key, View(), Scene())
    assert (view, found) == (View(), asked)


def test_keys_choose_panels() -> None:
    names = ("samples", "weights")

    def shown(keys: list[str]) -> list[str]:
        view = View()
        for key in keys:
            view, asked = press(key, view, Scene())
            assert asked is None
        return [name for _, name in view.panels(names)]

    assert shown([]) == ["loss", "samples", "flow", "activations"]
    assert shown(["2"]) == ["samples"]
    assert shown(["2", "v"]) == ["weights"]
    assert shown(["2", "v", "v"]) == ["samples"]
    assert shown(["3", "3"]) == shown(["3", "0"]) == shown([])
    assert [shown(["c-i"] * n) for n in (1, 4)] == [["loss"], ["activations"]]
    assert shown(["c-i"] * 5) == shown([])


def test_help_is_left_by_the_key_that_opened_it_and_by_escape() -> None:
    opened, _ = press("?", View(), Scene())
    assert opened.help
    assert press("?", opened, Scene()) == (View(), None)
    assert press("escape", opened, Scene()) == (View(), None)
    assert press("3", opened, Scene())[0] == View(chosen=3)


def test_every_key_of_the_help_does_something() -> None:
    names = {"space": " ", "esc": "escape", "tab": "c-i", "1-4": "4"}
    for keys, _ in HELP:
        for key in keys.split():
            assert press(names.get(key, key), View(), Scene(speed=500.0)) != (View(), None), key


@pytest.mark.parametrize(
    ("key", "pace", "speed", "then"),
    [("<", 0, 16_000, 3000), ("<", 0, 40, 30), ("<", 3, 3, 1), ("<", 1, 1, 1), (">", 1, 1, 3), (">", 3000, 0, 0),
     (">", 0, 5, 0), ("f", 10, 10, 0), ("f", 0, 900, 0)],
)  # fmt: skip
def test_slower_and_faster(key: str, pace: float, speed: float, then: float) -> None:
    assert press(key, View(), Scene(pace=pace, speed=speed))[1] == ("pace", then)


# -- looks


def test_the_second_panel_shows_what_the_data_are() -> None:
    digits = nn.data.digits().split(test=0.25, seed=0)
    found = Probes(run_of(digits, nn.Linear(64, 10)), digits)
    assert found.views == ("samples", "weights")
    assert isinstance(found.figure("samples"), Images)
    spiral = nn.data.spiral(n=30, seed=0).split(test=0.25, seed=0)
    found = Probes(run_of(spiral, nn.Linear(2, 3)), spiral)
    assert found.views == ("boundary", "weights")
    assert isinstance(found.figure("boundary"), Boundary)
    iris = nn.data.iris().split(test=0.25, seed=0)
    assert Probes(run_of(iris, nn.Linear(4, 3)), iris).views == ("weights", "boundary")


def test_histograms_are_of_what_leaves_the_activations(moons: Any, trainer: Any) -> None:
    figure = Probes(trainer, moons).figure("activations")
    assert isinstance(figure, Histograms)
    assert [row.kind for row in figure.rows] == ["Tanh"]


def test_a_look_of_the_same_state_is_not_taken_again(moons: Any, trainer: Any) -> None:
    probes = Probes(trainer, moons)
    before = probes.figure("boundary")
    assert probes.figure("boundary") is before
    trainer.run(1)
    assert probes.figure("boundary") is not before


def test_a_look_that_fails_is_a_sentence(moons: Any, trainer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = Probes(trainer, moons)
    monkeypatch.setattr(trainer.net, "forward", lambda x: 1 / 0)
    assert probes.figure("activations") == "no picture: ZeroDivisionError: division by zero"


def test_the_verdict_is_taken_seldom(moons: Any, trainer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = Probes(trainer, moons)
    assert probes.verdict() == HEALTHY
    monkeypatch.setattr(nn, "diagnose", lambda _: pytest.fail("too soon"))
    trainer.run(1)
    assert probes.verdict() == HEALTHY
    assert probes.judged == 0


# -- the loss over time


@dataclasses.dataclass(frozen=True)
class Event:
    step: int
    loss: float


def events(count: int) -> list[Event]:
    return [Event(step, math.sin(step)) for step in range(1, count + 1)]


@pytest.mark.parametrize("count", [0, 1, MOST, MOST + 1, 10 * MOST + 7])
@pytest.mark.parametrize("gulp", [1, 100, 1_000_000])
def test_a_long_history_becomes_few_points_with_the_means(count: int, gulp: int) -> None:
    history, trace = events(count), Trace()
    for end in (*range(0, count, gulp * (1 + count // 500)), count):
        trace.take(history[:end])
    points = trace.points
    assert len(points) <= MOST + 1
    start = 0
    for step, mean in points:
        assert mean == pytest.approx(np.mean([event.loss for event in history[start : int(step)]]))
        start = int(step)
    assert start == count


def test_after_going_back_the_old_curve_stays_beside_the_new() -> None:
    history, trace = events(1000), Trace()
    trace.take(history)
    trace.cut(history[:301])
    assert trace.points[-1][0] == 301
    figure = trace.figure()
    assert not isinstance(figure, str)
    left = figure.series[-1]
    assert (left.style, left.x[-1]) == ("dashed", 1000)
    trace.take([*history[:301], Event(302, 5.0)])
    assert trace.points[-1][0] == 302


def test_going_back_reaches_the_curve(moons: Any, trainer: Any) -> None:
    orders = [("step",)] * 30 + [("back", 10)]
    figure = flown(trainer, moons, *orders).scene.figures["loss"]
    assert not isinstance(figure, str)
    assert [(series.style, series.x[-1]) for series in figure.series] == [("line", 20), ("dashed", 30)]


# -- the screen

FACTS = Facts("2-4-2 tanh", "moons", 0)


@pytest.fixture(scope="module")
def scene(moons: Any) -> Scene:
    trainer = small(moons)
    return flown(trainer, moons, *[("step",)] * 60).scene


PENS = [Pen(24), Pen(8), Pen(4), Pen(0), Pen(24, theme=LIGHT), Pen(0, ascii_only=True)]


@pytest.mark.parametrize("pen", PENS, ids=lambda pen: f"{pen.depth}-{pen.theme.name}-{pen.ascii_only}")
@pytest.mark.parametrize("size", [(80, 24), (81, 25), (120, 40), (200, 60)])
def test_the_screen_fills_the_terminal_exactly(scene: Scene, size: tuple[int, int], pen: Pen) -> None:
    for view in (View(), View(chosen=1), View(chosen=2), View(help=True)):
        grid = compose(scene, view, FACTS, pen, size, Sheets())
        lines = grid.lines(Pen(ascii_only=pen.ascii_only))
        assert [len(line) for line in lines] == [size[0]] * size[1]
        if pen.ascii_only:
            assert all(line.isascii() for line in lines)
        told = "\n".join(lines)
        # In words, whatever the colours are.
        assert "2-4-2 tanh on moons" in told
        assert "|| paused" in told
        assert "step 60" in told
        assert HEALTHY in told


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 30), (79, 24), (80, 23), (20, 5)])
def test_a_small_terminal_is_told_what_it_lacks(scene: Scene, size: tuple[int, int]) -> None:
    lines = compose(scene, View(), FACTS, Pen(24), size, Sheets()).lines(Pen())
    assert [len(line) for line in lines] == [size[0]] * size[1]
    if size[0] > 19:
        assert lines[0].strip() == f"too small: {size[0]}x{size[1]}"
        assert lines[1].strip() == "needs 80x24"


def test_what_has_not_changed_is_not_drawn_again(scene: Scene) -> None:
    sheets = Sheets()
    compose(scene, View(), FACTS, Pen(24), (80, 24), sheets)
    before = {name: kept[2] for name, kept in sheets.kept.items()}
    assert len(before) == 4
    moved = dataclasses.replace(scene, step=61, figures={**scene.figures, "loss": "no loss"})
    compose(moved, View(), FACTS, Pen(24), (80, 24), sheets)
    same = {name for name, kept in sheets.kept.items() if kept[2] is before[name]}
    assert same == {"boundary", "flow", "activations"}


def test_trouble_and_messages_are_shown(scene: Scene) -> None:
    odd = dataclasses.replace(scene, trouble="step 60: the loss is nan", message="Rate 1 -> 1.5")
    lines = compose(odd, View(), FACTS, Pen(), (80, 24), Sheets(), "Saved live.svg").lines(Pen())
    assert lines[-3].strip() == "Step 60: the loss is nan"
    assert lines[-1].strip() == "Saved live.svg"


def test_what_is_watched_is_below_the_verdict(scene: Scene) -> None:
    odd = dataclasses.replace(scene, watched=(("net[0].bias.std()", "0.1"), ("1 + 1", "2")))
    lines = compose(odd, View(), FACTS, Pen(), (80, 24), Sheets()).lines(Pen())
    assert lines[-2].strip() == "net[0].bias.std() = 0.1   1 + 1 = 2"


def test_a_long_verdict_has_two_lines(scene: Scene) -> None:
    lines = compose(
        dataclasses.replace(scene, verdict="Dead units: " + "word " * 80), View(), FACTS, Pen(), (80, 24), Sheets()
    ).lines(Pen())
    assert lines[-3].startswith(" Dead units: word word")
    assert lines[-2].rstrip().endswith("word ...")


def test_a_screenshot_is_well_formed_and_has_its_words_as_text(scene: Scene) -> None:
    for pen in (Pen(24), Pen(0)):
        grid = compose(scene, View(), FACTS, pen, (80, 24), Sheets())
        root = ET.fromstring(document(grid, pen, "step <60>"))
        names = [element.tag.rpartition("}")[2] for element in root.iter()]
        words = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
        assert root.find("{*}title").text == "step <60>"  # type: ignore[union-attr]
        assert names.count("path") >= 3
        assert any("3 gradient flow by layer" in text for text in words)
        colours = {element.get("fill") for element in root.iter() if element.get("fill")}
        assert len(colours) == 3 if not pen.depth else len(colours) > 8


def test_a_picture_never_takes_the_place_of_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    taken = flight._Camera(Pen(24))
    grid = compose(Scene(step=4), View(), FACTS, Pen(24), (80, 24), Sheets())
    assert [taken.take(grid, Scene(step=4)) for _ in range(2)] == ["Saved live-step-4.svg", "Saved live-step-4-2.svg"]
    tmp_path.chmod(0o500)
    said = taken.take(grid, Scene(step=5))
    tmp_path.chmod(0o700)
    assert "cannot be written" in said or Path("live-step-5.svg").exists()  # root may write anywhere
