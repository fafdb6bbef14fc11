"""The contenders in `steps`, one file each. To add one, write `engines/NAME.py` with three things:

    TITLE = "PyTorch eager"                       # for the table
    NEEDS = ("torch",)                            # what it imports; without these it is left out, and the run says so
    def build(workload) -> Callable[[], float]    # makes a function that does one step and gives the loss

Each runs in a process of its own, so it may set up threads, defaults and even `sys.path` as it likes.
`plain_numpy` is the yardstick. Before anything is timed, the losses of the first steps are held against its losses.
"""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass
from pathlib import Path

BASE = "plain_numpy"


@dataclass(frozen=True)
class Engine:
    """What an engine's file says about itself."""

    name: str
    title: str
    needs: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """What it needs and can't be imported here."""
        return [package for package in self.needs if importlib.util.find_spec(package) is None]


def names() -> list[str]:
    """Every engine that there is a file for, the yardstick first."""
    found = {path.stem for path in Path(__file__).parent.glob("[!_]*.py")}
    return [BASE, *sorted(found - {BASE})]


def describe(name: str) -> Engine:
    """Read an engine's constants without running its file, whose imports may be slow or missing."""
    source = Path(__file__).with_name(f"{name}.py").read_text("utf-8")
    constants = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id in {"TITLE", "NEEDS"}
    }
    return Engine(name, constants["TITLE"], constants["NEEDS"])
