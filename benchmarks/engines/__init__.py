"""The contenders in `steps`, one file each. To add one, write `engines/NAME.py` with:

    TITLE = "PyTorch eager"                       # for the table
    NEEDS = ("torch",)                            # what it imports; without these it is left out, and the run says so
    def build(workload) -> Callable[[], float]    # makes a function that does one step and gives the loss

and, where they apply:

    PEER = "torch"                                # its environment is .venv-peers/torch, not the one that runs this
    PROGRAMS = (("g++", "clang++"),)              # programs that it starts: one of each group has to be on PATH
    TRACED = True                                 # its arrays are NumPy's, so that tracemalloc counts them

Each runs in a process of its own, so it may set up threads, defaults and even `sys.path` as it likes. A peer's process
does not find this tree's packages, of which one has the import name of HIPS autograd.
`plain_numpy` is the yardstick. Before anything is timed, the losses of the first steps are held against its losses.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..places import PEERS

BASE = "plain_numpy"
OURS = ("chainrule_eager", "chainrule_compiled")
BY_HAND = (BASE, "optimised_numpy")

# Prints what can't be imported, then the versions of what can: one process answers both.
_ASK = """
import importlib.util, importlib.metadata as m, sys
names = sys.argv[1:]
print(*[n for n in names if importlib.util.find_spec(n) is None], sep=",")
for n in [*names, "numpy", "jaxlib"]:
    try: print(n, m.version(n))
    except m.PackageNotFoundError: pass
"""


@dataclass(frozen=True)
class Engine:
    """What an engine's file says about itself."""

    name: str
    title: str
    needs: tuple[str, ...]
    peer: str = ""
    programs: tuple[tuple[str, ...], ...] = ()
    traced: bool = False

    @property
    def python(self) -> Path:
        """The interpreter that it runs in; a peer's may be missing."""
        if not self.peer:
            return Path(sys.executable)
        folder = "Scripts" if sys.platform == "win32" else "bin"
        return PEERS / self.peer / folder / "python"

    @property
    def missing(self) -> str:
        """Why it can't run here, or nothing."""
        if not self.python.exists():
            return (
                f"there is no environment {self.python.parent.parent.name} in {PEERS.name}; make bench-peers makes it"
            )
        absent = [name for name in self._ask()[0].split(",") if name]
        if absent:
            return f"{', '.join(absent)} is not installed"
        lost = [group for group in self.programs if not any(map(shutil.which, group))]
        return f"it needs a program that is not on PATH: {' or '.join(lost[0])}" if lost else ""

    @property
    def versions(self) -> dict[str, str]:
        """What it runs on."""
        return dict(line.split() for line in self._ask()[1:])

    def _ask(self) -> list[str]:
        command = [str(self.python), "-P", "-c", _ASK, *self.needs]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def names() -> list[str]:
    """Every engine that there is a file for: the yardstick, by hand, ours, then the peers."""
    found = {path.stem for path in Path(__file__).parent.glob("[!_]*.py")}
    first = [*BY_HAND, *OURS]
    return [*first, *sorted(found - set(first))]


def describe(name: str) -> Engine:
    """Read an engine's constants without running its file, whose imports may be slow or missing."""
    source = Path(__file__).with_name(f"{name}.py").read_text("utf-8")
    constants = {
        statement.targets[0].id.lower(): ast.literal_eval(statement.value)
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id in {"TITLE", "NEEDS", "PEER", "PROGRAMS", "TRACED"}
    }
    return Engine(name, **constants)
