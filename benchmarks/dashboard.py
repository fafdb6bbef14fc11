"""What the dashboard takes from training: `python -m benchmarks.dashboard`.

The same run is made with the dashboard and without, turn by turn, in a process whose terminal is a pseudo-terminal of
a size. Compared are steps per second of the process's own time, which other programs do not change much, and steps per
second on the clock.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from .places import ROOT

SIZES = ((80, 24), (120, 40))
RUNS = ("spiral", "digits")
OPENED = b"\x1b[?1049h"  # what a terminal is sent when a program takes the whole screen
WARM_UP = 500  # steps before the clock starts


class Row(NamedTuple):
    """One turn: with the dashboard or without, and what it came to."""

    live: bool
    steps: int
    seconds: float
    cpu: float


def run_of(name: str) -> tuple[Any, Any]:
    """A fresh run and its data: 2-16-16-3 on a spiral, or 64-128-10 on digits, in batches of 32."""
    import nn

    made = nn.data.spiral(n=300, seed=0) if name == "spiral" else nn.data.digits()
    data = made.split(test=0.25, seed=0, standardize=True)
    nn.manual_seed(0)
    layers = [nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)]
    if name == "spiral":
        layers = [nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3)]
    net = nn.Sequential(*layers)
    optimizer = nn.optim.Adam(net.parameters(), lr=0.003)
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, data.train, batch_size=32, seed=0), data


def turns(name: str, rounds: int, seconds: float, target: Path) -> None:
    """In the terminal: make the turns, which change places from round to round, and write them down."""
    from repl.dashboard import live

    rows = []
    for number in range(rounds):
        for seen in (False, True) if number % 2 else (True, False):
            trainer, data = run_of(name)
            trainer.run(WARM_UP)
            start, cpu = time.perf_counter(), time.process_time()
            if seen:
                live(trainer, data)
            while not seen and time.perf_counter() - start < seconds:
                trainer.run(200)
            spent = time.perf_counter() - start, time.process_time() - cpu
            rows.append(Row(seen, trainer.step_count - WARM_UP, *spent))
    target.write_text(json.dumps(rows))


def measured(name: str, size: tuple[int, int], rounds: int, seconds: float) -> list[Row]:
    """Make the turns in a terminal of a size, and press q when the dashboard has been open for so long."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "rows.json"
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        command = [sys.executable, "-m", "benchmarks.dashboard", "--rounds", str(rounds), "--seconds", str(seconds)]
        child = subprocess.Popen(
            [*command, "--turns", name, str(target)], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )  # fmt: skip
        os.close(theirs)
        due, tail = float("inf"), b""
        while child.poll() is None:
            if select.select([ours], [], [], 0.05)[0]:
                try:
                    tail = (tail + os.read(ours, 65536))[-200_000:]
                except OSError:  # the child has closed its side
                    break
            if OPENED in tail:
                due, tail = time.monotonic() + seconds, b""
            if time.monotonic() >= due:
                os.write(ours, b"q")
                due = float("inf")
        errors = child.communicate()[1].decode()
        os.close(ours)
        if child.returncode:
            raise RuntimeError(f"benchmarks.dashboard: got exit code {child.returncode}; expected 0; see\n{errors}")
        return [Row(*row) for row in json.loads(target.read_text())]


def ratios(rows: list[Row], per: str) -> list[float]:
    """Steps with the dashboard over steps without, per second of `cpu` or of `seconds`, for each round."""
    speeds = [[row.steps / getattr(row, per) for row in rows if row.live is live] for live in (True, False)]
    return [live / plain for live, plain in zip(*speeds, strict=True)]


def main() -> None:
    """Measure all, and print a row for each run and size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each turn")
    parser.add_argument("--turns", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.turns:
        turns(options.turns[0], options.rounds, options.seconds, Path(options.turns[1]))
        return
    print("speed with the dashboard, of that without (median of the rounds, least to most)")
    for name in RUNS:
        for size in SIZES:
            rows = measured(name, size, options.rounds, options.seconds)
            told = []
            for per, what in (("cpu", "CPU"), ("seconds", "clock")):
                found = ratios(rows, per)
                told.append(f"{what} {median(found):.3f} ({min(found):.3f} to {max(found):.3f})")
            print(f"{name:7} {size[0]:3}x{size[1]}  " + "  ".join(told), flush=True)


if __name__ == "__main__":
    main()
