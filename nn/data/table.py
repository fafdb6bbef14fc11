"""Columns with names, of numbers and of words: what a CSV file holds, and how it becomes a Dataset.

table = nn.data.read_csv("patients.csv")
table                                       # the first rows, and what each column holds
data = table.dataset(target="risk")         # words become one-hot codes, the target classes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..errors import ConfigError
from .checks import counted, numeric, same_length
from .dataset import Dataset
from .encoding import LabelEncoder, OneHot

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEW = 20  # whole numbers of at most so many different values are taken for classes
_SHOWN = 5


class Table:
    """Columns of one length: numbers (int64 or float64), or words, which are nominal values.

    Args:
        columns: the name of each column and its values; they are copied.
        name: what the table is called.
        source: where it comes from.

    Raises:
        ConfigError: no columns.
        ShapeError, DataError: columns of different lengths, or without values.

    Example:
        >>> table = Table({"height": [1.8, 1.5], "sex": ["m", "f"], "ill": [0, 1]}, name="two")
        >>> table
        Table(two: 2 rows)
        height   sex   ill
        numbers  m, f  0..1
        1.8      m     0
        1.5      f     1
        >>> table.numeric, table.nominal
        (('height', 'ill'), ('sex',))
        >>> data = table.dataset(target="ill")
        >>> data.feature_names, data.x.tolist()[0] == [np.float32(1.8), 0.0, 1.0]
        (('height', 'sex=f', 'sex=m'), True)
    """

    def __init__(self, columns: Mapping[str, Any], *, name: str = "table", source: str = "") -> None:
        if not columns:
            raise ConfigError(message("Table", "no columns", "at least one", "write Table({'height': [1.8, 1.5]})"))
        made = {str(key): _sealed(values) for key, values in columns.items()}
        same_length(f"Table({name})", [len(column) for column in made.values()])
        self.columns: Mapping[str, NDArray[Any]] = MappingProxyType(made)
        self.name, self.source = name, source

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(self.columns)

    @property
    def numeric(self) -> tuple[str, ...]:
        """The names of the columns that hold numbers."""
        return tuple(name for name, column in self.columns.items() if column.dtype.kind in "biuf")

    @property
    def nominal(self) -> tuple[str, ...]:
        """The names of the columns that hold words."""
        return tuple(name for name in self.columns if name not in self.numeric)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[self._known(name)]

    def dataset(
        self, target: str | None = None, *, features: Iterable[str] | None = None, classes: bool | None = None
    ) -> Dataset:
        """The columns as samples with targets; nominal features become one-hot codes.

        Args:
            target: the column to predict; None for the last one.
            features: the columns to predict it from; None for all others.
            classes: whether the target's values are classes. None lets the column decide: words are, and whole
                numbers of at most 20 different values, which may be -1 and 1. Classes are ordered as `LabelEncoder`
                orders them; their names are the values.

        Raises:
            ConfigError: an unknown column, or no features.
            DataError: values that are not finite.

        Example:
            >>> table = Table({"x": [0.5, 1.5, 2.5], "side": [-1, 1, 1]})
            >>> data = table.dataset()
            >>> data.y.tolist(), data.class_names
            ([0, 1, 1], ('-1', '1'))
        """
        target = self.names[-1] if target is None else self._known(target)
        if features is None:
            chosen = [name for name in self.columns if name != target]
        else:
            chosen = [self._known(name) for name in features]
        if not chosen:
            do = "name other columns than the target"
            raise ConfigError(message(f"Table({self.name}).dataset", "no features", "at least one", do))
        x, names = self._features(chosen)
        y, class_names = self._target(target, classes)
        return Dataset(x, y, name=self.name, feature_names=names, class_names=class_names, source=self.source)

    def _features(self, chosen: list[str]) -> tuple[NDArray[Any], tuple[str, ...]]:
        parts: list[NDArray[Any]] = []
        names: list[str] = []
        for name in chosen:
            column = self.columns[name]
            if name in self.nominal:
                codes = OneHot().fit(column)
                parts.append(codes.transform(column))
                names += codes.names([name])
            else:
                parts.append(column[:, None].astype(np.float64))
                names.append(name)
        return np.concatenate(parts, axis=1), tuple(names)

    def _target(self, name: str, classes: bool | None) -> tuple[NDArray[Any], tuple[str, ...]]:
        column = self.columns[name]
        few = column.dtype.kind in "biu" and len(np.unique(column)) <= _FEW
        if classes is False or (classes is None and name in self.numeric and not few):
            return numeric(f"Table({self.name}).dataset", name, column).astype(np.float64), ()
        labels = LabelEncoder().fit(column)
        return labels.transform(column), tuple(map(str, labels.classes))

    def _known(self, name: str) -> str:
        if name in self.columns:
            return name
        from difflib import get_close_matches  # only for a message

        near = get_close_matches(str(name), self.names, 1)
        do = f"did you mean {near[0]!r}" if near else "choose one of them"
        raise ConfigError(message(f"Table({self.name})", repr(name), f"one of {', '.join(self.names)}", do))

    def __repr__(self) -> str:
        columns = list(self.columns.values())
        rows = [list(self.names), [_content(column) for column in columns]]
        rows += [[str(column[i]) for column in columns] for i in range(min(len(self), _SHOWN))]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.names))]
        lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        more = [f"... {len(self) - _SHOWN:,} more rows"] if len(self) > _SHOWN else []
        return "\n".join([f"Table({self.name}: {counted(len(self), 'row')})", *lines, *more])


def _content(column: NDArray[Any]) -> str:
    """What a column holds, in a few letters."""
    if column.dtype.kind in "biu":
        return f"{column.min()}..{column.max()}"
    if column.dtype.kind == "f":
        return "numbers"
    values = list(dict.fromkeys(column.tolist()))
    return ", ".join(values[:4]) + ("" if len(values) <= 4 else f", ... {len(values)} in all")


def _sealed(values: Any) -> NDArray[Any]:
    array = np.array(values)
    if array.dtype.kind not in "biuf":
        array = array.astype(str)
    array.flags.writeable = False
    return array
