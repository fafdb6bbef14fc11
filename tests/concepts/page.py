"""Reads and writes docs/concepts.md: the ideas by hand, and below them the table of what was measured, generated."""

from __future__ import annotations

import re
from pathlib import Path

from . import (  # noqa: F401  # each registers its experiments
    activations,
    generalisation,
    initialisation,
    losses,
    normalisation,
    optimisers,
    preprocessing,
)
from .experiment import EXPERIMENTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "concepts.md"
BEGIN, END = "<!-- measured: written by `python -m tests.concepts` -->", "<!-- end of what was measured -->"


def ideas() -> dict[int, str]:
    """The idea of each row, from the table that is written by hand."""
    text = PAGE.read_text("utf-8").partition(BEGIN)[0]
    return {int(found[1]): found[2].strip() for found in re.finditer(r"^\| (\d+) \| (.*?) \|", text, re.MULTILINE)}


def figures() -> dict[int, str]:
    """The figure of each row, from the table that is generated."""
    text = PAGE.read_text("utf-8").partition(BEGIN)[2]
    return {int(row[1]): row[2] for row in re.finditer(r"^\| (\d+) \| .* \| (.*?) \|$", text, re.MULTILINE)}


def write(found: dict[int, str]) -> None:
    """Write the table with these figures."""
    head, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    lines = ["| # | lesson | experiment | figure |", "|---|---|---|---|"]
    for row, each in sorted(EXPERIMENTS.items()):
        module = each.run.__module__.rpartition(".")[2]
        link = f"[{each.name}](../tests/concepts/{module}.py)"
        lines.append(f"| {row} | {lesson(each.lesson)} | {link} | {found[row]} |")
    table = "\n".join(lines)
    PAGE.write_text(f"{head}{BEGIN}\n\n{table}\n\n{END}{tail}", "utf-8")


def lesson(number: int) -> str:
    """A link to a lesson."""
    path = next((ROOT / "tutorials" / "en").glob(f"{number:02}-*.md"), None)
    return f"[{number}](../tutorials/en/{path.name})" if path else str(number)
