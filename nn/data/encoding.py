"""Nominal values, which tell things apart and have no order, as numbers: classes from 0, or one bit for each value.

codes = nn.data.OneHot().fit([["male", "A"], ["female", "B"]])
codes.transform([["female", "B"]])              # [[1, 0, 0, 1]]
labels = nn.data.LabelEncoder().fit(["cat", "dog", "cat"])
labels.transform(["dog"])                       # [1]

A single number for a nominal value would say that body type 4 is four times body type 1, and nearer to 3 than to 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..defaults import get_default_dtype
from ..errors import DataError, ShapeError, StateError
from .checks import counted, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray


class LabelEncoder:
    """Class names, or other values that tell classes apart, as labels 0 .. C-1.

    `fit` orders the values: numbers by size, text alphabetically. Give `classes` to fix the order yourself.

    Raises DataError for a value that was not fitted and for NaN, ShapeError for anything but one axis, StateError
    before `fit`.

    Example:
        >>> labels = LabelEncoder().fit(["dog", "cat", "dog", "owl"])
        >>> labels.classes
        ('cat', 'dog', 'owl')
        >>> labels.transform(["owl", "cat"]).tolist(), labels.inverse([2, 0]).tolist()
        ([2, 0], ['owl', 'cat'])
        >>> LabelEncoder([1, -1]).transform([-1, 1, 1]).tolist()
        [1, 0, 0]
    """

    def __init__(self, classes: Iterable[Any] | None = None) -> None:
        self._classes: tuple[Any, ...] | None = None
        self._place: dict[Any, int] = {}
        if classes is not None:
            self._set(tuple(_column("LabelEncoder", np.asarray(list(classes))).tolist()))

    def fit(self, y: Any) -> LabelEncoder:
        """Learn the values of y (N,), and return self."""
        values = _column("LabelEncoder.fit", y)
        self._set(tuple(np.unique(values).tolist()))
        return self

    def transform(self, y: Any) -> NDArray[np.int64]:
        """The label of each value, (N,) int64."""
        self._fitted("LabelEncoder.transform")
        return _found("LabelEncoder.transform", _column("LabelEncoder.transform", y), self._place, "")

    def fit_transform(self, y: Any) -> NDArray[np.int64]:
        """`fit(y)`, then `transform(y)`."""
        return self.fit(y).transform(y)

    def inverse(self, labels: Any) -> NDArray[Any]:
        """The value of each label, (N,)."""
        classes = self._fitted("LabelEncoder.inverse")
        numbers = np.asarray(labels)
        if numbers.dtype.kind not in "iu" or ((numbers < 0) | (numbers >= len(classes))).any():
            got, expected = f"labels {shown(labels)}", f"integers 0..{len(classes) - 1}"
            raise DataError(message("LabelEncoder.inverse", got, expected, "pass what transform() gave"))
        values: NDArray[Any] = np.array(classes)[numbers]
        return values

    @property
    def classes(self) -> tuple[Any, ...]:
        """The values in the order of their labels."""
        return self._fitted("LabelEncoder.classes")

    def _set(self, classes: tuple[Any, ...]) -> None:
        self._classes, self._place = classes, {value: i for i, value in enumerate(classes)}
        if len(self._place) != len(classes):
            do = "list each class once"
            raise DataError(message("LabelEncoder", f"classes={shown(list(classes))}", "different values", do))

    def _fitted(self, where: str) -> tuple[Any, ...]:
        if self._classes is None:
            raise StateError(message(where, "a LabelEncoder that is not fitted", "classes to use", "call fit(y) first"))
        return self._classes

    def __repr__(self) -> str:
        if self._classes is None:
            return "LabelEncoder(not fitted)"
        return f"LabelEncoder({counted(len(self._classes), 'class')}: {shown(list(self._classes))[1:-1]})"


class OneHot:
    """Each nominal column as so many columns as it has values: 1 in the place of its value, 0 in the others.

    x is (N,) for one column or (N, F) for several; the output (N, total) has nn's default dtype. Two values have a
    distance of sqrt(2), whichever they are. Values are ordered as `LabelEncoder` orders them, unless given as
    `values`, a list for each column.

    Raises DataError for a value that was not fitted, naming its place and the values that are known; ShapeError for
    another number of columns, StateError before `fit`.

    Example:
        >>> codes = OneHot().fit([["male", "B"], ["female", "A"], ["male", "C"]])
        >>> codes.names(["sex", "type"])
        ('sex=female', 'sex=male', 'type=A', 'type=B', 'type=C')
        >>> codes.transform([["male", "A"]]).astype(int).tolist()
        [[0, 1, 1, 0, 0]]
        >>> codes.inverse([[0, 1, 1, 0, 0]]).tolist()
        [['male', 'A']]
    """

    def __init__(self, values: Iterable[Iterable[Any]] | None = None) -> None:
        self._encoders: list[LabelEncoder] | None = None
        if values is not None:
            self._encoders = [LabelEncoder(column) for column in values]

    def fit(self, x: Any) -> OneHot:
        """Learn the values of every column of x, and return self."""
        self._encoders = [LabelEncoder().fit(column) for column in _columns("OneHot.fit", x)]
        return self

    def transform(self, x: Any) -> NDArray[Any]:
        """The codes, (N, total)."""
        encoders = self._fitted("OneHot.transform")
        columns = _columns("OneHot.transform", x)
        if len(columns) != len(encoders):
            got, expected = counted(len(columns), "column"), f"{len(encoders)}, as fitted"
            raise ShapeError(message("OneHot.transform", got, expected, "pass the columns it was fitted on"))
        parts = []
        for i, (column, encoder) in enumerate(zip(columns, encoders, strict=True)):
            which = f", column {i}" if len(encoders) > 1 else ""
            labels = _found("OneHot.transform", column, encoder._place, which)
            parts.append(np.eye(len(encoder.classes), dtype=get_default_dtype())[labels])
        return np.concatenate(parts, axis=1)

    def fit_transform(self, x: Any) -> NDArray[Any]:
        """`fit(x)`, then `transform(x)`: for the training set."""
        return self.fit(x).transform(x)

    def inverse(self, codes: Any) -> NDArray[Any]:
        """The value of the largest code in each column's part, (N, F), or (N,) for one column."""
        encoders = self._fitted("OneHot.inverse")
        table = np.asarray(codes)
        if table.ndim != 2 or table.shape[1] != self.width:
            got = f"codes of shape {table.shape}"
            raise ShapeError(message("OneHot.inverse", got, f"(N, {self.width})", "pass what transform() gave"))
        values, start = [], 0
        for encoder in encoders:
            stop = start + len(encoder.classes)
            values.append(encoder.inverse(table[:, start:stop].argmax(axis=1)))
            start = stop
        if len(values) == 1:
            return values[0]
        kind = object if len({value.dtype.kind for value in values}) > 1 else None
        return np.stack([value.astype(kind) if kind else value for value in values], axis=1)

    @property
    def values(self) -> tuple[tuple[Any, ...], ...]:
        """The values of each column, in the order of their codes."""
        return tuple(encoder.classes for encoder in self._fitted("OneHot.values"))

    @property
    def width(self) -> int:
        """How many columns the codes have."""
        return sum(map(len, self.values))

    def names(self, columns: Iterable[str]) -> tuple[str, ...]:
        """A name for each column of the codes, such as "sex=male"."""
        return tuple(f"{name}={value}" for name, values in zip(columns, self.values, strict=True) for value in values)

    def _fitted(self, where: str) -> list[LabelEncoder]:
        if self._encoders is None:
            raise StateError(message(where, "a OneHot that is not fitted", "values to use", "call fit(x_train) first"))
        return self._encoders

    def __repr__(self) -> str:
        if self._encoders is None:
            return "OneHot(not fitted)"
        return f"OneHot({counted(len(self._encoders), 'column')} as {self.width})"


def _column(where: str, values: Any) -> NDArray[Any]:
    """`values` as an array of one axis whose values can be compared."""
    array = np.asarray(values)
    if array.ndim != 1:
        do = "pass one value per sample"
        raise ShapeError(message(where, f"values of shape {array.shape}", "(N,)", do))
    if len(array) == 0:
        raise DataError(message(where, "no values", "at least one", "check how the data was read or filtered"))
    missing = [
        i for i, value in enumerate(array.tolist()) if value is None or (isinstance(value, float) and math.isnan(value))
    ]
    if missing:
        got = f"{array[missing[0]]} at row {missing[0]}"
        raise DataError(message(where, got, "a value", "drop that row, or give what is missing a name of its own"))
    if array.dtype.kind == "O" and len({isinstance(value, str) for value in array.tolist()}) > 1:
        do = "write all of them as text, or all as numbers"
        raise DataError(message(where, "text and numbers in one column", "values of one kind", do))
    return array


def _columns(where: str, x: Any) -> list[NDArray[Any]]:
    array = np.asarray(x)
    if array.ndim not in (1, 2):
        raise ShapeError(message(where, f"x of shape {array.shape}", "(N,) or (N, F)", "pass one row per sample"))
    columns = [array] if array.ndim == 1 else list(array.T)
    return [_column(where, column) for column in columns]


def _found(where: str, values: NDArray[Any], place: dict[Any, int], which: str) -> NDArray[np.int64]:
    """The place of each value, or DataError at the first that has none."""
    labels = []
    for row, value in enumerate(values.tolist()):
        if value not in place:
            got, known = f"{value!r} at row {row}{which}", shown(list(place))[1:-1]
            raise DataError(message(where, got, f"one of {known}", "fit on data that has every value"))
        labels.append(place[value])
    return np.array(labels, dtype=np.int64)
