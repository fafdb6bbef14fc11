"""The dashboard in a real terminal: keys, sizes, leaving in every way; the terminal is afterwards as it was."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Opener = Callable[..., Any]

# From Python 3.12 on a process with threads warns when it forks; here the child runs another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

PARTS = ["data spiral n=60", "net 4 tanh", "optim adam lr=0.01"]
WIPE = b"\x1b[2J"
PAUSED, TRAINING = "|| paused", " steps/s"  # which is told once a few were made


def opened(terminal: Opener, line: str = "live 20", **how: Any) -> Any:
    """The shell with the dashboard open, having made its steps if it has a number of them."""
    shell = terminal(**how)
    shell.ready()
    for part in PARTS:
        shell.type(part)
    shell.send(f"{line} pace=0\r")
    shell.wait(TRAINING if line == "live" else "(20 of 20)")
    return shell


def typed(shell: Any, key: str, wanted: str) -> None:
    shell.send(key)
    shell.wait(wanted)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), pytest.param(120, 40, marks=pytest.mark.slow)])
def test_a_run_is_watched_and_steered_and_can_be_exported(
    terminal: Opener, tmp_path: Path, columns: int, rows: int
) -> None:
    shell = opened(terminal, columns=columns, rows=rows)
    shell.wait("All 20 steps are made")
    for number, name in enumerate(["loss", "decision boundary", "gradient flow by layer", "activations by layer"], 1):
        assert any(f"{number} {name}" in line for line in shell.lines)
    typed(shell, "s", "One step: loss")
    typed(shell, "+", "Rate 0.01 -> 0.015, from step 22 on")
    typed(shell, "s", "step 22 ")
    typed(shell, "b", "Back by 10 steps, to step 12")
    typed(shell, "p", "Saved live-step-12.svg")
    typed(shell, "2", "The ground is the class that the network sees")  # large, with room for how to read it
    assert not any("gradient flow" in line for line in shell.lines)
    typed(shell, "0", "gradient flow")
    typed(shell, "?", "times 1.5, divided by 1.5")
    shell.send("q")
    shell.wait("22 steps in")
    shell.ready()
    assert "  trainer.rewind(10)" in shell.lines
    assert (tmp_path / "live-step-12.svg").read_text().startswith("<svg")
    shell.type("export run.py")
    script = (tmp_path / "run.py").read_text()
    wanted = 'trainer.run(21)\noptimizer.param_groups[0]["lr"] = 0.015\ntrainer.run(1)\ntrainer.rewind(10)\n'
    assert wanted in script


@pytest.mark.slow
def test_space_pauses_and_goes_on(terminal: Opener) -> None:
    shell = opened(terminal, "live")
    typed(shell, " ", PAUSED)
    typed(shell, " ", TRAINING)
    shell.send("\x03")  # Ctrl-C: leaves between two steps
    shell.wait("steps in")
    shell.ready()
    shell.type("len(trainer.history) == trainer.step_count")
    assert "True" in shell.lines


def test_escape_leaves_and_what_is_typed_ahead_is_the_shells(terminal: Opener) -> None:
    shell = opened(terminal)
    shell.send("\x1b")
    shell.wait("20 steps in")
    shell.ready()
    shell.send("live 1\r")
    shell.wait("(1 of 1)")
    shell.send("q6 * 7\r")
    shell.wait(lambda lines: "42" in lines)


def test_it_begins_at_a_speed_at_which_one_can_watch(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    for part in ("data iris standardize=no", *PARTS[1:]):
        shell.type(part)
    shell.send("live\r")
    shell.wait(", held to 30")
    shell.wait("f full  ? help  q leave")
    typed(shell, "<", "At most 10 steps a second: > is faster")
    typed(shell, "f", "As fast as it can")
    shell.wait(lambda lines: not any("held to" in line for line in lines))
    shell.send("q")
    shell.wait("steps in")
    shell.wait("Note: ")  # what was noticed of the run is told once the screen is back
    shell.ready()


def test_any_size_will_do_and_a_small_one_says_so(terminal: Opener) -> None:
    shell = opened(terminal, "live")
    for rows, columns, wanted in [(20, 60, "too small: 60x20"), (1, 1, ""), (5, 18, "step"), (24, 80, "4 activations")]:
        wiped = shell.raw.count(WIPE)
        shell.child.setwinsize(rows, columns)
        shell.screen.resize(rows, columns)
        shell.wait(lambda lines, wiped=wiped: shell.raw.count(WIPE) > wiped)
        shell.wait(lambda lines, wanted=wanted: not wanted or any(wanted in line for line in lines))
    shell.send("q")
    shell.wait("steps in")
    assert b"Traceback" not in shell.raw


LEAVING = {"key": "q", "interrupt": "\x03"}
NOTE_PID = 'import os; n = open("pid", "w").write(str(os.getpid()))'
FAILING = ("trainer = nn.Trainer(net, loss, optimizer, data.train)",
           "trainer.observers.append(lambda event: 1 / (3 - event.step))")  # fmt: skip


@pytest.mark.parametrize(
    "way", [*(pytest.param(way, marks=pytest.mark.slow) for way in LEAVING), "failure", "terminated"]
)
def test_the_terminal_is_left_as_it_was(terminal: Opener, tmp_path: Path, way: str) -> None:
    start = "stty -a; echo began; " + f'"{sys.executable}" -m repl; stty -a; echo over'
    shell = terminal("-c", start, program="/bin/sh")
    shell.ready()
    for part in (*PARTS, "loss cross_entropy", NOTE_PID, *(FAILING if way == "failure" else ())):
        shell.type(part)
    shell.send("live\r")
    if way != "failure":
        shell.wait(TRAINING)
    if way == "terminated":
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
    elif way in LEAVING:
        shell.send(LEAVING[way])
    if way != "terminated":
        shell.wait("live: ZeroDivisionError" if way == "failure" else "steps in")
        shell.ready()
        shell.send("\x04")
    shell.wait("over")
    text = shell.raw.decode()
    before, after = text[: text.index("began")].split(), text[text.rindex("speed") : text.rindex("over")].split()
    assert after == before[-len(after) :]
    assert text.rindex("\x1b[?1049l") > text.rindex("\x1b[?1049h")  # the other screen is gone
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")  # the cursor is there
