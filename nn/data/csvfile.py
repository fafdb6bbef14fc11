"""Read a CSV file as a Table: which columns are numbers and which are words is found out, and what is wrong is named.

table = nn.data.read_csv("iris.csv")
data = table.dataset(target="species").split(test=0.25, standardize=True)

Comma, semicolon, tab or bar may part the columns; lines may end as on any system; a byte order mark is passed over.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.errors import message

from ..errors import DataError
from .checks import counted, shown
from .table import Table

if TYPE_CHECKING:
    from pathlib import Path

_DELIMITERS = ",;\t|"
_MISSING = frozenset(("", "nan", "na", "n/a", "null", "none", "?"))


class _Row(NamedTuple):
    line: int  # in the file, from 1
    cells: list[str]


class _Column(NamedTuple):
    where: str
    name: str
    number: int
    lines: list[int]
    cells: list[str]

    def place(self, i: int) -> str:
        return f"line {self.lines[i]}, column {self.number} ({self.name!r})"


def read_csv(
    path: str | PathLike[str],
    *,
    header: bool | None = None,
    delimiter: str | None = None,
    decimal: str = ".",
    nominal: Iterable[str] = (),
    drop_missing: bool = False,
    encoding: str = "utf-8",
) -> Table:
    r"""The columns of a CSV file, each as numbers or as words.

    A column whose cells are all numbers is numeric (whole numbers stay whole), one without any number is nominal. One
    that mixes them is refused at the first word, since that is a slip more often than not.

    Args:
        path: the file.
        header: whether the first line has the names; None looks: it has if none of its cells is a number.
        delimiter: what parts the columns; None takes what is most often in the first line.
        decimal: "." or ",": what parts a number's whole from its fraction.
        nominal: columns to be taken as words although they have numbers.
        drop_missing: leave out rows in which a cell is empty or one of NA, N/A, NaN, null, none, ?; otherwise they are
            refused.
        encoding: of the text.

    Raises:
        DataError: names the file, and the line and column of whatever is wrong: no rows, rows of different lengths,
            a missing value, a word among numbers, a number that float64 cannot hold, bytes of another encoding.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder) / "people.csv"
        ...     _ = file.write_text("height;sex\n1,80;m\n1,55;f\n")
        ...     table = read_csv(file, decimal=",")
        >>> table["height"].tolist(), table["sex"].tolist()
        ([1.8, 1.55], ['m', 'f'])
    """
    from pathlib import Path  # it brings a good part of the standard library, and most programs read no CSV

    where = f"read_csv({path})"
    rows = _rows(where, _text(where, Path(path), encoding), delimiter)
    names, body = _named(where, rows, header)
    if drop_missing:
        body = [row for row in body if not any(_is_missing(cell) for cell in row.cells)]
    if not body:
        raise DataError(message(where, "a header and no rows", "at least one row", "check how the file was made"))
    words = set(nominal)
    if unknown := words - set(names):
        got = f"nominal={shown(sorted(unknown))}"
        raise DataError(message(where, got, f"names among {', '.join(names)}", "check the spelling"))
    lines = [row.line for row in body]
    columns = {}
    for i, name in enumerate(names):
        column = _Column(where, name, i + 1, lines, [row.cells[i].strip() for row in body])
        columns[name] = _values(column, decimal, name in words)
    return Table(columns, name=Path(path).stem, source=str(path))


def _text(where: str, path: Path, encoding: str) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        do = "check the path"
        raise DataError(message(where, f"{error.strerror or error}", "a readable file", do)) from error
    try:
        text = raw.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        got = f"the byte 0x{raw[error.start]:02x} on line {line}, which is no {encoding}"
        raise DataError(
            message(where, got, f"text in {encoding}", "pass encoding='latin-1', or save it anew")
        ) from error
    except LookupError as error:
        raise DataError(message(where, f"encoding={encoding!r}", "one that Python knows", "use 'utf-8'")) from error
    return text


def _rows(where: str, text: str, delimiter: str | None) -> list[_Row]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise DataError(message(where, "an empty file", "a header and rows", "check how the file was made"))
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=first.count)  # the first of them when there is none
    elif len(delimiter) != 1:
        raise DataError(message(where, f"delimiter={delimiter!r}", "one character", "use ',' or ';'"))
    import csv

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [_Row(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        got = f"{error} on line {reader.line_num}"
        raise DataError(message(where, got, "cells in matching quotes", "check the quotes on that line")) from error
    width = len(rows[0].cells)
    for row in rows:
        if len(row.cells) != width:
            got = f"{counted(len(row.cells), 'cell')} on line {row.line}"
            do = f"check the delimiter, which is {delimiter!r}, and the decimal comma"
            raise DataError(message(where, got, f"{width}, as on line {rows[0].line}", do))
    return rows


def _named(where: str, rows: list[_Row], header: bool | None) -> tuple[list[str], list[_Row]]:
    first = rows[0].cells
    if header is None:
        header = not any(_number(cell.strip(), ".") is not None for cell in first)
    if not header:
        return [f"x{i + 1}" for i in range(len(first))], rows
    names = [cell.strip() or f"x{i + 1}" for i, cell in enumerate(first)]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        do = "give each column a name of its own, or pass header=False"
        raise DataError(message(where, f"two columns called {twice[0]!r}", "different names", do))
    return names, rows[1:]


def _is_missing(cell: str) -> bool:
    return cell.strip().lower() in _MISSING


def _values(column: _Column, decimal: str, as_words: bool) -> list[Any]:
    """The cells as numbers if they are all numbers, as words if none is or if that is wanted."""
    for i, cell in enumerate(column.cells):
        if _is_missing(cell):
            got = f"{cell or 'an empty cell'} at {column.place(i)}"
            do = "fill it in, or pass drop_missing=True"
            raise DataError(message(column.where, got, "a value", do))
    if as_words:
        return column.cells
    numbers = [_number(cell, decimal) for cell in column.cells]
    wrong = [i for i, number in enumerate(numbers) if number is None]
    if len(wrong) == len(numbers) and decimal == "." and all(_number(cell, ",") is not None for cell in column.cells):
        got = f"{column.cells[0]} at {column.place(0)}"
        raise DataError(message(column.where, got, "a number with a decimal point", "pass decimal=','"))
    if len(wrong) == len(numbers):
        return column.cells
    if wrong:
        got = f"{column.cells[wrong[0]]!r} at {column.place(wrong[0])}, where others are numbers"
        do = f"correct it, or pass nominal=[{column.name!r}]"
        raise DataError(message(column.where, got, "a number", do))
    for i, number in enumerate(numbers):
        if number is not None and not math.isfinite(number):
            got = f"{column.cells[i]} at {column.place(i)}"
            raise DataError(message(column.where, got, "a finite number below 1.8e308", "correct it, or drop the row"))
    if all(isinstance(number, int) for number in numbers) and max(map(abs, numbers), default=0) < 2**63:  # type: ignore[arg-type]
        return numbers
    return [float(number) for number in numbers]  # type: ignore[arg-type]


def _number(cell: str, decimal: str) -> int | float | None:
    """The number that a cell spells, or None."""
    plain = cell.replace(decimal, ".") if decimal != "." else cell
    if "_" in plain:  # Python's own way to group digits
        return None
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return None
