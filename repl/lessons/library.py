"""Finds the lessons: beside the packages in a source tree, within `repl` once installed.

for entry in listed("en"):
    print(entry.number, entry.title)
lesson = find("lesson", 3, "ko")
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from .. import files
from ..errors import FileError, UsageError, message
from ..messages import tr
from . import cells

LANGUAGES = ("en", "ko")
_HOMES = (Path(__file__).parents[1] / "tutorials", Path(__file__).parents[2] / "tutorials")


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson as the list shows it."""

    number: int
    title: str
    path: Path


def listed(language: str) -> tuple[Entry, ...]:
    """The lessons of a language, in order; the English ones stand in for those that it lacks."""
    found: dict[int, Entry] = {}
    for tongue in dict.fromkeys(("en", language)):
        for home in _HOMES:
            for path in sorted((home / tongue).glob("[0-9][0-9]-*.md")):
                number = int(path.name[:2])
                found[number] = Entry(number, _title(path), path)
    return tuple(found[number] for number in sorted(found))


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        first = next((line for line in file if line.startswith("# ")), "# ")
    return re.sub(r"^# (?:Lesson )?\d*(?:과)?\.?\s*", "", first).strip()


def find(where: str, number: int, language: str) -> cells.Lesson:
    """The lesson of that number, its pictures by their place on the disk.

    Raises:
        UsageError: there is none.
        FileError: it is there and cannot be read.
    """
    entries = listed(language)
    entry = next((entry for entry in entries if entry.number == number), None)
    if entry is None and not entries:
        raise FileError(message(where, "no lessons here", "the files that come with chainrule", "install it again"))
    if entry is None:
        known = tr("one of {number} to {number2}", number=entries[0].number, number2=entries[-1].number)
        raise UsageError(message(where, tr("lesson {number}", number=number), known, "say `lesson` for the list"))
    text = files.read_text(where, entry.path)
    lesson = cells.parse(text, number=number, language=entry.path.parent.name, where=entry.path.name)
    return replace(lesson, cells=tuple(_placed(cell, entry.path.parent) for cell in lesson.cells))


def _placed(cell: cells.Cell, folder: Path) -> cells.Cell:
    if isinstance(cell, cells.Picture):
        return replace(cell, path=str((folder / cell.path).resolve()))
    return cell
