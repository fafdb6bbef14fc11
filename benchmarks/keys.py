"""How long after a key the screen has changed: the shell in a pseudo-terminal, with a hundred names and a network.

From the moment the key is written to the last byte that comes back before the shell is quiet: colours, suggestions,
the toolbar and completions are in it.
"""

from __future__ import annotations

import os
import select
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from .report import Section, duration, table
from .worker import environment

NAMES = 100
QUIET = 0.03  # seconds without a byte, after which the shell has answered
PATIENCE = 30  # seconds until a shell that does not answer is an error
SIZE = (24, 80)
ASKED = b"\x1b[6n"  # where the cursor is, which a terminal answers
ANSWER = b"\x1b[1;1R"
CLEAR = "\x03"

PYTHON = "total = values_17.mean() + weights_3[0] * np.tanh(values_8).max()"
COMMAND = "train until acc>0.95 most=500 batch=16"
BLOCK = "def f(x):\n" + "".join(f"    y_{number} = np.tanh(x * {number}) + values_{number}\n" for number in range(40))
MADE = ("data spiral", "net 2 16 tanh 16 tanh 3", "optim adam lr=0.01", "train 20")


def run(*, rounds: int) -> Section:
    """Print a line for each kind of key: the median, the 95th percentile, and the slowest."""
    if sys.platform == "win32":
        print("left out: this system has no pseudo-terminals")
        return Section({})
    times: dict[str, list[float]] = {}
    with opened() as shell:
        for number in range(rounds + 1):
            for kind, taken in measured(shell):
                if number:  # the first round fills caches
                    times.setdefault(kind, []).extend(taken)
    data: dict[str, Any] = {}
    for kind, taken in times.items():
        middle, high = np.percentile(taken, (50, 95))
        data[kind] = {"median": float(middle), "p95": float(high), "most": max(taken), "keys": len(taken)}
    rows = [[kind, *(duration(found[part]) for part in ("median", "p95", "most"))] for kind, found in data.items()]
    print(table(["key", "median", "95 % within", "slowest"], rows))
    return Section(data)


def measured(shell: Shell) -> Iterator[tuple[str, list[float]]]:
    """Type each kind of line once, key by key; the seconds of each key."""
    for kind, line in (("a letter of Python", PYTHON), ("a letter of a command", COMMAND)):
        yield kind, [shell.press(key) for key in line]
        shell.press(CLEAR)
    shell.press(f"\x1b[200~{BLOCK}\x1b[201~")
    yield "a letter in a block of 40 lines", [shell.press(key) for key in "    return y_3 + y_5"]
    shell.press(CLEAR)
    shell.press("values")
    yield f"Tab, among {NAMES} names", [shell.press("\t")]
    shell.press(CLEAR)


class Shell:
    """The shell on the other side of a pseudo-terminal."""

    def __init__(self, child: Any) -> None:
        self._file: int = child.child_fd

    def press(self, keys: str, *, quiet: float = QUIET) -> float:
        """Write keys, and read until the shell is quiet; the seconds until its last byte."""
        start = time.perf_counter()
        self.write(keys)
        self._read(PATIENCE)
        last = time.perf_counter()
        while self._read(quiet):
            last = time.perf_counter()
        return last - start

    def write(self, keys: str) -> None:
        """Write keys, and read nothing yet."""
        os.write(self._file, keys.encode())

    def wait(self, text: bytes) -> None:
        """Read until the shell has written that."""
        seen = b""
        while text not in seen:
            written = self._read(PATIENCE)
            if not written:
                raise TimeoutError(f"the shell did not show {text!r} within {PATIENCE} s")
            seen += written

    def _read(self, patience: float) -> bytes:
        """What comes next, the question that a terminal answers answered; nothing if nothing comes for so long."""
        ready, _, _ = select.select([self._file], [], [], patience)
        if not ready:
            return b""
        written = os.read(self._file, 1 << 16)
        for _ in range(written.count(ASKED)):
            os.write(self._file, ANSWER)
        return written


@contextmanager
def opened() -> Iterator[Shell]:
    """The shell at its prompt, with a network that has been trained and names beside it, and an empty home."""
    import pexpect

    with tempfile.TemporaryDirectory() as home:
        file = Path(home, "names.repl")
        others = [f"values_{n} = np.arange({n}.0, {n + 9}.0)" for n in range(NAMES // 2)]
        others += [f"weights_{n} = Tensor([{n}.0], requires_grad=True)" for n in range(NAMES - NAMES // 2)]
        file.write_text("\n".join([*MADE, *others]), "utf-8")
        variables = {**environment(), "TERM": "xterm-256color", "HOME": home}
        variables.update({f"XDG_{kind}_HOME": home for kind in ("STATE", "CONFIG", "CACHE", "DATA")})
        command = ["-m", "repl", "-q", "-i", str(file)]
        child = pexpect.spawn(sys.executable, command, env=variables, dimensions=SIZE, timeout=PATIENCE)
        shell = Shell(child)
        shell.wait(b"lr 0.01")  # in the toolbar
        shell.press(" ", quiet=0.5)
        shell.press(CLEAR)
        try:
            yield shell
        finally:
            child.close(force=True)
