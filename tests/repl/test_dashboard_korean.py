"""The dashboard in Korean: every view at every size fills the screen exactly, and has no English of ours."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nn
from repl import messages
from repl.dashboard import flight
from repl.dashboard.keys import View
from repl.dashboard.layout import Facts, Sheets, compose
from repl.dashboard.pilot import Scene, Wishes
from repl.figures import Images
from repl.results import Lived
from repl.views.plot import Pen
from repl.views.screen import Screen, cells
from repl.views.terminal import draw
from tests.repl import flights
from tests.repl.flights import flown, run_of, small
from tests.repl.leftover import english

KNOWN = ["live", "moons", "digits", "tanh", "Tanh", "Linear", "space", "esc", "tab", "rms", "SVG", "NaN", "nan", "inf"]
FACTS = Facts("2-4-2 tanh", "moons", 0)
VIEWS = [View(), *(View(chosen=number) for number in range(1, 5)), View(help=True), View(log=True)]
ORDERS: list[tuple[tuple[Any, ...], ...]] = [
    (), (("step",),), (("step",),) * 60, (("step",),) * 60 + (("back", 30),), (("step",), ("back", 1)), (("back", 1),),
    (("rate", 1.5),), (("pace", 3.0),), (("pace", 0.0),),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _korean(_own_state: None) -> None:
    messages.use("ko")


@pytest.fixture(scope="module")
def moons() -> Any:
    return flights.moons()


def shown(scene: Scene, view: View, size: tuple[int, int], facts: Facts = FACTS) -> list[str]:
    return compose(scene, view, facts, Pen(), size, Sheets()).lines(Pen())


@pytest.mark.parametrize("orders", ORDERS, ids=lambda orders: " ".join(dict.fromkeys(map(str, orders)))[:40])
def test_every_view_fills_the_screen_and_is_korean(moons: Any, orders: tuple[tuple[Any, ...], ...]) -> None:
    scene = flown(small(moons), moons, *orders).scene
    for size in ((80, 24), (81, 25), (120, 40)):
        for view in VIEWS:
            lines = shown(scene, view, size)
            assert {cells(line) for line in lines} == {size[0]}
            assert len(lines) == size[1]
            told = "\n".join(lines)
            assert english(told, KNOWN) == []
            assert "멈춤" in told


def test_pictures_and_weights(moons: Any) -> None:
    digits = nn.data.digits().split(test=0.25, seed=0)
    trainer = run_of(digits, nn.Linear(64, 10))
    scene = flown(
        trainer, digits, ("step",), wishes=Wishes(("loss", "samples", "weights", "flow", "activations"))
    ).scene
    assert isinstance(scene.figures["samples"], Images)
    for view in (View(), View(second=1), View(chosen=2), View(chosen=2, second=1)):
        lines = shown(scene, view, (80, 24), Facts("64-10", "digits", 0))
        assert {cells(line) for line in lines} == {80}
        assert english("\n".join(lines), KNOWN) == []


@pytest.mark.parametrize("size", [(79, 24), (40, 10), (20, 5), (7, 3), (1, 1)])
@pytest.mark.parametrize("paused", [True, False])
def test_a_small_terminal(size: tuple[int, int], paused: bool) -> None:
    lines = shown(Scene(paused=paused), View(), size)
    assert [cells(line) for line in lines] == [size[0]] * size[1]
    assert english("\n".join(lines)) == []
    assert lines[0].startswith("화면이 작음"[: max(size[0] // 2 - 1, 0)])


def test_what_is_not_on_record(moons: Any) -> None:
    scene = flown(run_of(moons, nn.Linear(2, 2), keep=0), moons, ("step",), ("step",), ("back", 1)).scene
    assert english(scene.message, ["Trainer", "rewind"]) == [], scene.message
    assert "keep=0 없이" in scene.message


def test_what_goes_wrong_while_it_trains(moons: Any) -> None:
    trainer = run_of(moons, nn.Linear(2, 4), nn.Linear(4, 2), lr=1e30)
    scene = flown(trainer, moons, *[("step",)] * 4).scene
    assert scene.trouble
    scene = dataclasses.replace(scene, speed=120.0, pace=30.0, paused=False, made=3, goal=9)
    lines = shown(scene, View(), (80, 24))
    told = "\n".join([*lines[:2], *lines[-3:]])
    assert english(told, [*KNOWN, "weight", "bias"]) == []
    assert "초당 120단계, 30까지만" in told
    assert "손실이 nan" in told or "경사도가 " in told


def test_a_picture_of_it_has_its_words(moons: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scene = flown(small(moons), moons, ("step",)).scene
    camera = flight._Camera(Pen(24))
    said = camera.take(compose(scene, View(), FACTS, Pen(24), (80, 24), Sheets()), scene)
    assert said == "live-step-1.svg에 저장했습니다"
    assert "결정 경계" in Path("live-step-1.svg").read_text("utf-8")


def test_what_is_said_when_it_is_left(screen: Callable[..., Screen]) -> None:
    code = tuple(f"trainer.run({count})" for count in range(40))
    for loss, trouble, steps in ((0.5, "", 40), (None, "", 1), (float("nan"), "step 3: the loss is nan", 3)):
        report = Lived(code, steps, 1.0, 3, 1, loss, 0.1, trouble, ("live.svg",))
        for width in (40, 80):
            text = draw(report, screen(width))
            assert max(map(cells, text.split("\n"))) <= width
            assert english(text, ["trainer", "run", "svg", "live", "nan"]) == []


def test_without_a_terminal(shell: Any, screen: Callable[..., Screen]) -> None:
    shell.quick()
    told = draw(shell.run("live 3").report, screen(80))
    assert english(told) == []


def test_the_verdict_and_its_lines(moons: Any) -> None:
    layers = [layer for _ in range(12) for layer in (nn.Linear(8, 8), nn.Sigmoid())]
    trainer = run_of(moons, nn.Linear(2, 8), nn.Sigmoid(), *layers, nn.Linear(8, 2))
    scene = flown(trainer, moons, *[("step",)] * 5).scene
    assert "소실" in scene.verdict
    lines = shown(scene, View(), (80, 24))
    assert {cells(line) for line in lines} == {80}
    assert english("\n".join(lines[-3:]), KNOWN) == []
