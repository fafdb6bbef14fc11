r"""A learner's first hour, typed into the shell in a real terminal, with a look at the screen at its key moments.

    python -m tests.repl.first_hour         writes golden/first_hour_*.txt and docs/pictures/first_hour_*.png anew

A scalar graph by hand and its backward pass, a first network, the dashboard, gradients that vanish and their cure, a
comparison, a lesson, and the session as a script. What varies from machine to machine is masked in the text.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pexpect

from tests.repl import screenshots
from tests.repl.conftest import ROOT, Terminal, environment

GOLDEN = Path(__file__).with_name("golden")
PICTURES = ROOT / "docs" / "pictures"
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
SHOWN = "120x40"  # the size of the pictures

BY_HAND = (
    "w = Tensor(-1.5, requires_grad=True)",
    "x = Tensor(2.0)",
    "b = Tensor(0.5, requires_grad=True)",
    "y = np.tanh(w * x + b)",
)
DEEP = "net " + " ".join(["16 sigmoid"] * 6)
KEEP = "import json; n = open('losses.json', 'w').write(json.dumps([[s.loss.hex() for s in h] for h in {histories}]))"
HISTORIES = "(first, deep, cured)"

# What a run measures: times, and numbers whose last digits hang on the machine's arithmetic.
_TIMES = ((r"\d[\d,]* steps/s", "# steps/s"), (r"\d+(\.\d+)? (ms|s)\b", "# s"), (r"#/\d+ fps", "# fps"))
_NUMBERS = (r"(?<![=(\w.])\d[\d,]*\.\d+(e[+-]?\d+)?", "#.#")  # those of code stay: lr=0.05
_COUNTS = (r"(?<=run\()\d+|\d[\d,]*(?= steps in)|(?<=Step )[\d,]+|(?<=epoch )[\d,]+", "#")
_INK = re.compile(r"[\u2800-\u28ff█▉▊▋▌▍▎▏░▒▓▁▂▃▄▅▆▇▀●■▲]+")


@dataclass
class Moment:
    """What stood on the screen, and whether all of it is the same on every machine."""

    name: str
    lines: list[str]
    exact: bool
    counts: bool = False  # whether numbers of steps vary too

    @property
    def text(self) -> str:
        """The screen as text; where numbers vary, without them and without what is drawn from them."""
        lines = [_masked(line, exact=self.exact) for line in self.lines]
        return "\n".join(re.sub(*_COUNTS, line) if self.counts else line for line in lines) + "\n"


def _masked(line: str, *, exact: bool) -> str:
    for pattern, instead in _TIMES:
        line = re.sub(pattern, instead, line)
    if exact:
        return line.rstrip()
    line = _INK.sub(" ", re.sub(*_NUMBERS, line))
    return re.sub(r" +", " ", line).rstrip()


@dataclass
class Hour:
    """The hour in a terminal of one size; `moments` is what was seen, and `expected` what is to be seen, if known."""

    terminal: Terminal
    folder: Path
    picture: Callable[[str], Path | None] = lambda name: None
    expected: Callable[[Moment], str] | None = None
    moments: list[Moment] = field(default_factory=list)

    def ready(self) -> None:
        """Wait for an empty prompt above the toolbar."""
        self.terminal.wait(lambda lines: len(lines) > 1 and re.fullmatch(r"(backward \S+)?>", lines[-2]) is not None)

    def type(self, *lines: str) -> None:
        """Type lines, each when the shell has done the one before."""
        for line in lines:
            self.terminal.send(line)
            end = line[-12:]  # a long line has wrapped; behind it may stand what the shell suggests
            self.terminal.wait(lambda shown: len(shown) > 1 and end in shown[-2])  # noqa: B023  # called at once
            self.terminal.send("\r")
            self.ready()

    def clear(self) -> None:
        """Begin at the top of an empty screen, by Ctrl-L."""
        self.terminal.send("\x0c")
        self.terminal.wait(lambda lines: len(lines) == 2)

    def press(self, key: str, wanted: str) -> None:
        """Press a key of the dashboard, and wait until it shows what is wanted."""
        self.terminal.send(key)
        self.terminal.wait(wanted)

    def look(self, name: str, *, exact: bool = False, counts: bool = False) -> str:
        """Keep what is on the screen as the moment of that name; its text on one line."""
        moment = Moment(name, self.shown, exact, counts)
        if self.expected is not None:  # the dashboard may have drawn a part of what is waited for
            wanted = self.expected(moment)
            with contextlib.suppress(AssertionError):
                self.terminal.wait(lambda _: replace(moment, lines=self.shown).text == wanted, patience=10)
            moment.lines = self.shown
        self.moments.append(moment)
        if path := self.picture(name):
            screenshots.save(self.terminal.screen, path)
        return " ".join(line.strip() for line in moment.lines)

    @property
    def shown(self) -> list[str]:
        """The lines of the screen, the empty ones too."""
        return [line.rstrip() for line in self.terminal.screen.display]

    # -- the hour

    def graph_by_hand(self) -> None:
        self.ready()
        self.look("greeting", exact=True)
        self.type(*BY_HAND, "graph y")
        self.look("graph", exact=True)

    def backward_pass(self) -> None:
        self.clear()
        self.type("error = (y - 1) ** 2", "backward error", "n", "n")
        self.look("debugger", exact=True)
        self.type("why w", "check")
        self.look("debugger_why", exact=True)
        self.type("q")

    def first_network(self) -> None:
        self.clear()
        self.type("data spiral noise=0.05", "net 16 tanh 16 tanh", "optim sgd lr=0.05 momentum=0.9")
        self.type("train 500 batch=75")
        self.look("trained")
        self.clear()
        self.type("boundary")
        self.look("boundary")

    def dashboard(self) -> None:
        self.terminal.send("live 60 pace=0\r")
        self.press("", "All 60 steps are made")
        self.look("live")
        self.press(" ", "> training")
        self.press(" ", "|| paused")
        self.terminal.send("q")
        self.ready()
        self.type("goto 500")  # however many steps those were
        self.look("back_from_live", counts=True)
        self.type("first = trainer.history")

    def vanishing_gradient(self) -> None:
        self.clear()
        self.type(DEEP, "train 500 batch=75", "deep = trainer.history", "why")
        told = self.look("why")
        self.clear()
        self.type("why --try")
        self.look("why_try")
        (cure,) = re.findall(r"cure: `([^`]+)`", told)
        self.clear()
        self.type(cure, "train 500 batch=75", "cured = trainer.history", "flow")
        self.look("cured")

    def comparison(self) -> None:
        self.clear()
        self.type("compare init=alexnet,xavier,he steps=100")
        self.look("compare")

    def lesson(self) -> None:
        self.clear()
        self.type("lesson 3")
        self.look("lesson", exact=True)
        self.type("answer b", "next")
        self.look("lesson_answer", exact=True)

    def take_home(self) -> None:
        self.clear()
        self.type("export hour.py")
        self.look("export")
        self.type(KEEP.format(histories=HISTORIES))
        self.terminal.send("\x04")


def play(size: str, folder: Path, picture: Callable[[str], Path | None] | None = None) -> Hour:
    """Play the whole hour in a new shell, in an empty folder.

    With `picture`, which names the files, the pictures are drawn; without it the golden screens are waited for.
    """
    columns, rows = SIZES[size]
    env = environment(folder) | {"XDG_STATE_HOME": str(folder / "state")}
    command = [sys.executable, "-m", "repl", "--theme", "dark"]
    child = pexpect.spawn(command[0], command[1:], dimensions=(rows, columns), cwd=str(folder), env=env)
    hour = Hour(Terminal(child, screenshots.Screen(columns, rows)), folder)
    if picture is None:
        hour.expected = lambda moment: golden(size, moment).read_text("utf-8")
    else:
        hour.picture = picture
    try:
        for part in (
            *(hour.graph_by_hand, hour.backward_pass, hour.first_network, hour.dashboard),
            *(hour.vanishing_gradient, hour.comparison, hour.lesson, hour.take_home),
        ):
            part()
        assert hour.terminal.end() == 0
    finally:
        child.close(force=True)
    return hour


def losses_of_the_script(folder: Path) -> str:
    """Run the script that the hour exported, without the shell; what it writes about its losses."""
    script = (folder / "hour.py").read_text("utf-8")
    (folder / "again.py").write_text(f"{script}\n{KEEP.format(histories=HISTORIES)}\n", "utf-8")
    (folder / "losses.json").unlink()
    subprocess.run([sys.executable, "again.py"], cwd=folder, env=environment(folder), check=True, capture_output=True)
    return (folder / "losses.json").read_text("utf-8")


def golden(size: str, moment: Moment) -> Path:
    """The file with what a moment has to look like."""
    return GOLDEN / f"first_hour_{size}_{moment.name}.txt"


def renew() -> None:
    """Write the golden texts and the pictures."""
    GOLDEN.mkdir(exist_ok=True)
    for size in SIZES:
        draw: Callable[[str], Path | None] = lambda name: PICTURES / f"first_hour_{name}.png"  # noqa: E731
        with tempfile.TemporaryDirectory() as folder:
            hour = play(size, Path(folder), draw if size == SHOWN else lambda name: None)
        for moment in hour.moments:
            golden(size, moment).write_text(moment.text, "utf-8")
        print(f"{size}: {len(hour.moments)} screens")


if __name__ == "__main__":
    renew()
