"""The first hour of a learner in a real terminal: its screens are the golden ones, and its script gives its numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.repl import first_hour
from tests.repl.first_hour import PICTURES, SIZES, Hour, Moment

# From Python 3.12 on a process with threads warns when it forks; here the child runs another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

REDO = "run `python -m tests.repl.first_hour`, and look at the screens and pictures that changed"
MOST_BYTES = 100_000


@pytest.fixture(scope="module", params=SIZES)
def hour(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Hour]:
    return request.param, first_hour.play(request.param, tmp_path_factory.mktemp("hour"))


@pytest.mark.slow
def test_the_screens_are_the_golden_ones(hour: tuple[str, Hour]) -> None:
    size, played = hour
    there = {path.name for path in first_hour.GOLDEN.glob(f"first_hour_{size}_*.txt")}
    assert there == {first_hour.golden(size, moment).name for moment in played.moments}, REDO
    for moment in played.moments:
        assert moment.text == first_hour.golden(size, moment).read_text("utf-8"), REDO


@pytest.mark.slow
def test_no_line_is_wider_than_the_terminal_and_nothing_of_ours_shows(hour: tuple[str, Hour]) -> None:
    size, played = hour
    assert len(played.moments) > 10
    assert all(len(line) <= SIZES[size][0] for moment in played.moments for line in moment.lines)
    assert b"Traceback" not in played.terminal.raw
    assert not any(str(first_hour.ROOT) in line for moment in played.moments for line in moment.lines)


@pytest.mark.slow
def test_the_exported_script_has_the_same_losses_bit_for_bit(hour: tuple[str, Hour]) -> None:
    _, played = hour
    in_the_shell = (played.folder / "losses.json").read_text("utf-8")
    by_the_script = first_hour.losses_of_the_script(played.folder)
    assert [len(run) for run in json.loads(in_the_shell)] == [500, 500, 500]
    assert by_the_script == in_the_shell


@pytest.mark.slow
def test_what_the_cure_promised_came_true(hour: tuple[str, Hour]) -> None:
    _, played = hour
    first, deep, cured = json.loads((played.folder / "losses.json").read_text("utf-8"))
    last = {name: float.fromhex(run[-1]) for name, run in (("first", first), ("deep", deep), ("cured", cured))}
    assert last["deep"] > 1.0  # a guess among three classes costs ln 3
    assert last["first"] < 0.2
    assert last["cured"] < 0.2
    (tried,) = [moment for moment in played.moments if moment.name == "why_try"]
    assert any("Confirmed: vanishing gradients" in line for line in tried.lines)


def test_every_picture_is_there_and_small() -> None:
    names = {path.name.split("_", 3)[3].removesuffix(".txt") for path in first_hour.GOLDEN.glob("first_hour_*.txt")}
    pictures = {path.stem.removeprefix("first_hour_"): path for path in PICTURES.glob("first_hour_*.png")}
    assert set(pictures) == names
    assert {name: path.stat().st_size for name, path in pictures.items() if path.stat().st_size > MOST_BYTES} == {}


def test_what_varies_is_masked_and_the_rest_stays() -> None:
    line = "500 steps in 0.15 s (3,342 steps/s). Step 500, epoch 167: loss 1.214 → 1.099 with lr=0.05"
    assert Moment("trained", [line], exact=False).text == (
        "500 steps in # s (# steps/s). Step 500, epoch 167: loss #.# → #.# with lr=0.05\n"
    )
    assert Moment("graph", ["│ w    -1.5 │  "], exact=True).text == "│ w    -1.5 │\n"
    assert Moment("plot", ["  1 ┤⣄⠤ ●▲░  │"], exact=False).text == " 1 ┤ │\n"


def test_an_hour_that_does_not_come_to_its_end_leaves_no_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Hour] = []

    def fail(self: Hour) -> None:
        seen.append(self)
        raise AssertionError("here")

    monkeypatch.setattr(Hour, "graph_by_hand", fail)
    with pytest.raises(AssertionError, match="here"):
        first_hour.play("80x24", tmp_path)
    assert not seen[0].terminal.child.isalive()
