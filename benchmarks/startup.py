"""How long until something can be used: imports, one command, the prompt; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

from .measure import difference
from .report import bounds, duration, table
from .worker import environment

BASE = "import numpy"
PROMPT_TIMEOUT = 30  # seconds until a prompt that does not come is an error

COMMANDS = {
    "python, nothing imported": ["-c", "pass"],
    BASE: ["-c", "import numpy"],
    "import autograd": ["-c", "import autograd"],
    "import autograd, nn": ["-c", "import autograd, nn"],
    'chainrule -c "1+1"': ["-m", "repl", "-c", "1+1"],
}


def run(*, rounds: int) -> bool:
    """Print a line for each command, its time and how much that is above NumPy's import."""
    contenders = {name: command(arguments) for name, arguments in COMMANDS.items()}
    if sys.platform != "win32":  # pexpect needs a terminal of the POSIX kind
        contenders["chainrule, to the prompt"] = prompt
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for measured in contenders.values():  # fills the file cache and __pycache__
        measured()
    for _ in range(rounds):
        for name, measured in contenders.items():
            times[name].append(measured())
    lines = [
        [name, duration(float(np.median(t))), bounds(difference(t, times[BASE]), 1e3) if name != BASE else "0"]
        for name, t in times.items()
    ]
    print(table(["start", "time", "above NumPy's import, ms [95 %]"], lines))
    return True


def command(arguments: list[str]) -> Callable[[], float]:
    """A function that runs Python with these arguments and gives the seconds from start to exit."""

    def measured() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, env=environment(), stdout=subprocess.DEVNULL)
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
