"""What a sweep found: a row for each run, as a table, sorted, and as CSV."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from autograd.errors import indefinite, message

from ..errors import ConfigError, StateError
from .space import Settings

Number = int | float
_WIDEST = 40  # letters of a cell


@dataclass(frozen=True)
class Row:
    """One run: its settings and seed, and what it gave; or the error that it ended with, and no metrics."""

    number: int  # its place in the sweep, from 0
    settings: Settings
    seed: int
    metrics: dict[str, Number] = field(default_factory=dict)
    error: str = ""
    traceback: str = field(default="", repr=False)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it came to its end."""
        return not self.error

    def record(self) -> dict[str, Any]:
        """Everything by name, in one dict: for pandas.DataFrame(found.records())."""
        whole = {"number": self.number, **self.settings, "seed": self.seed, **self.metrics}
        return {**whole, "seconds": self.seconds, "error": self.error}


class Results(Sequence[Row]):
    """The rows of a sweep, in the order of a metric, the best first; printed, they are a table.

    Rows without the metric come last: NaN first, then failed runs. Without a metric the order is that of the runs.

    Example:
        >>> found = Results([Row(0, {"lr": 0.1}, 5, {"loss": 0.7}), Row(1, {"lr": 0.2}, 5, {"loss": 0.25})], "loss")
        >>> print(found)
        run   lr  seed  loss  seconds
          1  0.2     5  0.25        0
          0  0.1     5   0.7        0
        >>> found.best.settings
        {'lr': 0.2}
    """

    def __init__(self, rows: Sequence[Row], metric: str | None = None, mode: str = "min") -> None:
        check_mode(mode)
        known = dict.fromkeys(name for row in rows for name in row.metrics)
        if metric is not None and known and metric not in known:
            got, expected = f"metric={metric!r}", f"one of {', '.join(known)}"
            raise ConfigError(message("Results", got, expected, "choose one that the runs give"))
        self.metric, self.mode, self.names = metric, mode, tuple(known)
        self._rows = sorted(rows, key=self._place)

    def _place(self, row: Row) -> tuple[int, float, int]:
        value = row.metrics.get(self.metric, math.nan) if self.metric is not None else 0.0
        if not row.ok or math.isnan(value):
            return (1 if row.ok else 2, 0.0, row.number)
        return (0, value if self.mode == "min" else -value, row.number)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]

    @property
    def best(self) -> Row:
        """The first row.

        Raises StateError without a metric to judge by, or when no run gave one.
        """
        if self.metric is None:
            do = 'use found.sorted_by("loss").best'
            raise StateError(message("Results.best", "no metric", "one that says what is good", do))
        if not self._rows or self._place(self._rows[0])[0]:
            do = "look at found.failed"
            raise StateError(message("Results.best", f"no run with {indefinite(self.metric)}", "at least one", do))
        return self._rows[0]

    @property
    def failed(self) -> list[Row]:
        """The runs that ended with an error."""
        return [row for row in self._rows if not row.ok]

    def sorted_by(self, metric: str, *, mode: str = "min") -> Results:
        """The same rows in the order of another metric, the smallest first, or with mode="max" the largest.

        Raises ConfigError for a metric that no run gave, or another mode.
        """
        return Results(sorted(self._rows, key=lambda row: row.number), metric, mode)

    def records(self) -> list[dict[str, Any]]:
        """Each row as one dict: for pandas.DataFrame(found.records())."""
        return [row.record() for row in self._rows]

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write the rows with a line of names above them; numbers keep all their digits.

        Raises StateError when the file cannot be written.
        """
        head, records = self._columns(), self.records()
        try:
            with Path(path).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, head, restval="")
                writer.writeheader()
                writer.writerows(records)
        except OSError as error:
            got = error.strerror or str(error)
            raise StateError(message(f"to_csv({path})", got, "a file to write to", "check the path")) from error

    def _columns(self) -> list[str]:
        return list(dict.fromkeys(["number", *self._settings(), "seed", *self.names, "seconds", "error"]))

    def _settings(self) -> list[str]:
        return list(dict.fromkeys(name for row in self._rows for name in row.settings))

    def __str__(self) -> str:
        errors = ["error"] if self.failed else []
        head = ["run", *self._settings(), "seed", *self.names, "seconds", *errors]
        lines = [head]
        for row in self._rows:
            cells = [row.settings.get(name, "") for name in self._settings()]
            found = [row.metrics.get(name, "") for name in self.names]
            told = [row.error] if errors else []
            lines.append([shown(cell) for cell in (row.number, *cells, row.seed, *found, round(row.seconds, 2), *told)])
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        right = len(head) - len(errors)
        return "\n".join(
            "  ".join(
                cell.rjust(width) if i < right else cell
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )

    def __repr__(self) -> str:
        failed = f", {len(self.failed)} failed" if self.failed else ""
        return f"Results({len(self)} runs{failed})"


def check_mode(mode: Any) -> None:
    """Raise ConfigError unless it is "min" or "max"."""
    if mode not in ("min", "max"):
        do = 'pass mode="max" for an accuracy'
        raise ConfigError(message("nn.sweep", f"mode={mode!r}", '"min" or "max"', do))


def shown(value: Any) -> str:
    """A cell of the table: numbers with four figures."""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3].rstrip()}..."
