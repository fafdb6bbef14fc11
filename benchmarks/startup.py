"""How long until something can be used: imports, one command, the prompt; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .engines import Engine
from .measure import difference
from .report import Section, bounds, duration, table
from .worker import environment

BASE = "import numpy"
PEERS_ROUNDS = 6  # for imports that take seconds; as many as give an interval
PROMPT_TIMEOUT = 30  # seconds until a prompt that does not come is an error

COMMANDS = {
    "python, nothing imported": ["-c", "pass"],
    BASE: ["-c", "import numpy"],
    "import autograd": ["-c", "import autograd"],
    "import autograd, nn": ["-c", "import autograd, nn"],
    'chainrule -c "1+1"': ["-m", "repl", "-c", "1+1"],
}


def run(engines: Sequence[Engine], *, rounds: int) -> Section:
    """Print a line for each command, its time and how much that is above NumPy's import."""
    contenders = {name: command(Path(sys.executable), arguments) for name, arguments in COMMANDS.items()}
    if sys.platform != "win32":  # pexpect needs a terminal of the POSIX kind
        contenders["chainrule, to the prompt"] = prompt
    others = peers(engines)
    contenders |= others
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for measured in contenders.values():  # fills the file cache and __pycache__
        measured()
    for i in range(rounds):
        for name, measured in contenders.items():
            if i < PEERS_ROUNDS or name not in others:
                times[name].append(measured())
    data: dict[str, Any] = {}
    for name, taken in times.items():
        data[name] = {"seconds": float(np.median(taken)), "above": list(difference(taken, times[BASE][: len(taken)]))}
    lines = [
        [name, duration(found["seconds"]), bounds(found["above"], 1e3) if name != BASE else "0"]
        for name, found in data.items()
    ]
    print(table(["start", "time", "above NumPy's import, ms [95 %]"], lines))
    return Section(data)


def peers(engines: Sequence[Engine]) -> dict[str, Callable[[], float]]:
    """The import of each peer's package, in its environment."""
    return {
        f"{engine.peer}: import {engine.needs[0]}": command(
            engine.python, ["-P", "-c", f"import {engine.needs[0]}"], tree=False
        )
        for engine in engines
        if engine.peer
    }


def command(python: Path, arguments: list[str], *, tree: bool = True) -> Callable[[], float]:
    """A function that runs Python with these arguments and gives the seconds from start to exit."""
    variables = environment()
    if not tree:
        del variables["PYTHONPATH"]

    def measured() -> float:
        start = time.perf_counter()
        subprocess.run([str(python), *arguments], check=True, env=variables, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    return measured


def prompt() -> float:
    """Seconds from starting the shell in a terminal to the prompt, with an empty home."""
    import pexpect

    with tempfile.TemporaryDirectory() as home:
        variables = {**environment(), "TERM": "xterm-256color", "HOME": home}
        variables.update({f"XDG_{kind}_HOME": home for kind in ("STATE", "CONFIG", "CACHE", "DATA")})
        start = time.perf_counter()
        shell = pexpect.spawn(sys.executable, ["-m", "repl"], env=variables, encoding="utf-8", timeout=PROMPT_TIMEOUT)
        shell.expect_exact("> ")
        took = time.perf_counter() - start
        shell.sendeof()
        shell.expect(pexpect.EOF)
        shell.close()
    return took
