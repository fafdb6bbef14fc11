"""The file of a sweep: a line of JSON for each run that is done, appended in one write, so that none is half there.

The first line names the function. A last line without its end is what a crash left: it is passed over.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any

from autograd.errors import message

from ..errors import StateError
from .results import Row

FORMAT = 1


class Journal:
    """The rows that a file holds, and a way to add one."""

    def __init__(self, path: str | PathLike[str], function: str) -> None:
        self.path, self.where = Path(path), f"nn.sweep(file={os.fspath(path)!r})"
        self.rows: list[Row] = []
        try:
            text = self.path.read_bytes().decode("utf-8", errors="replace") if self.path.exists() else ""
            whole, _, broken = text.rpartition("\n")
            lines = whole.split("\n") if whole else []
            if lines:
                self._check(lines[0], function)
                self.rows = [self._row(number, line) for number, line in enumerate(lines[1:], start=2)]
            elif broken and not '{"sweep":'.startswith(broken[:9]):
                raise self._foreign(broken)
            if not lines:
                self._write(json.dumps({"sweep": function, "format": FORMAT}) + "\n", fresh=True)
            elif broken:
                self._cut(len((whole + "\n").encode("utf-8")))
        except OSError as error:
            got = error.strerror or str(error)
            raise StateError(message(self.where, got, "a file to read and write", "check the path")) from error

    def add(self, row: Row) -> None:
        """Append a row, and see it onto the disk.

        Raises StateError when that fails.
        """
        line = {**asdict(row), "metrics": {name: _strict(value) for name, value in row.metrics.items()}}
        try:
            self._write(json.dumps(line) + "\n")
        except OSError as error:
            got, do = error.strerror or str(error), "make room, and run it again: what is in the file is not lost"
            raise StateError(message(self.where, got, "a row to be written", do)) from error

    def _write(self, text: str, *, fresh: bool = False) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | (os.O_TRUNC if fresh else 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.path, flags, 0o666)
        try:
            os.write(descriptor, text.encode("utf-8"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _cut(self, length: int) -> None:
        with self.path.open("r+b") as file:
            file.truncate(length)

    def _check(self, line: str, function: str) -> None:
        try:
            head = json.loads(line)
            named, form = head["sweep"], head["format"]
        except (ValueError, KeyError, TypeError):
            raise self._foreign(line) from None
        if named != function or form != FORMAT:
            got = f"the file of a sweep over {named}" + (f" in format {form}" if form != FORMAT else "")
            raise StateError(message(self.where, got, f"one over {function}", "choose another file"))

    def _foreign(self, line: str) -> StateError:
        got = f"a file that begins with {line[:30]!r}"
        return StateError(message(self.where, got, "a new file, or that of a sweep", "choose another file"))

    def _row(self, number: int, line: str) -> Row:
        try:
            found: dict[str, Any] = json.loads(line)
            metrics = {name: _number(value) for name, value in found.pop("metrics").items()}
            return Row(**found, metrics=metrics)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            got, do = f"line {number}, which is no row ({error})", "mend or remove that line, or choose another file"
            raise StateError(message(self.where, got, "a line of JSON for each run", do)) from error


def _strict(value: float) -> float | str:
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(float(value))


def _number(value: Any) -> int | float:
    return float(value) if isinstance(value, str) else value
