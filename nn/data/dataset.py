"""Samples with their targets and what is known about them, and the two parts of a split.

data = nn.data.iris()                       # Dataset(iris: 150 samples, 4 features, 3 classes)
data = nn.data.Dataset(x, y, name="mine")   # your own arrays
parts = data.split(test=0.25, standardize=True)
parts.train.x, parts.test.y, parts.features, parts.classes
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from autograd.errors import message

from ..defaults import get_default_dtype
from ..errors import ConfigError, DataError, ShapeError
from .checks import counted, finite, fraction, numeric, same_length, sample_rows, shown, whole
from .preprocessing import Standardize
from .splitting import choose

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """N samples `x` with targets `y`; arrays and all else are read-only, and copies of what was given.

    - `x` (N, F), or (N, ...) for samples of more axes: finite numbers, in nn's default dtype.
    - `y` (N,): class labels 0 .. classes-1, kept as int64, if y holds integers or `classes` is given; otherwise
      (N,) or (N, K) numbers to predict, in nn's default dtype, and `classes` is None.
    - `classes`: how many there are; without it the largest label plus one, or the number of `class_names`.
    - `feature_names`, `class_names`: filled in as x1, x2, ... and 0, 1, ... when left out.
    - `image_shape`: rows and columns, where a sample is a small image.
    - `source`: where the data come from, and their licence.

    Raises DataError for NaN, Inf, text or labels out of range, ShapeError for arrays that do not belong together,
    ConfigError for names or an image shape that do not fit.

    Example:
        >>> data = Dataset([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], name="gate")
        >>> data
        Dataset(gate: 4 samples, 2 features, 2 classes)
        >>> len(data), data.features, data.classes, data.x.dtype.name, data.y.dtype.name
        (4, 2, 2, 'float32', 'int64')
        >>> data[1]
        (array([0., 1.], dtype=float32), np.int64(1))
        >>> data[data.y == 1]
        Dataset(gate: 2 samples, 2 features, 2 classes)
    """

    x: NDArray[Any]
    y: NDArray[Any]
    _: KW_ONLY
    name: str = "data"
    classes: int | None = None
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    source: str = ""
    image_shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        where = f"Dataset({self.name})"
        given = sample_rows(where, "x", self.x)
        targets = numeric(where, "y", self.y)
        if targets.ndim == 0:
            raise ShapeError(message(where, "y as a single number", "(N,)", "pass one target per sample"))
        same_length(where, [len(given), len(targets)])
        x = _converted(where, given)
        classes = _class_count(where, targets, self.classes, len(self.class_names))
        y = _converted(where, targets) if classes is None else _labels(where, targets, classes)
        features = math.prod(x.shape[1:])
        values: dict[str, Any] = {
            "x": x,
            "y": y,
            "classes": classes,
            "feature_names": _names(where, "feature_names", self.feature_names, features, first="x1"),
            "class_names": _names(where, "class_names", self.class_names, classes or 0, first="0"),
        }
        if self.image_shape is not None and math.prod(self.image_shape) != features:
            got = f"image_shape={self.image_shape} for {features} features"
            raise ConfigError(message(where, got, "rows * columns = features", "leave image_shape out if none fits"))
        for field, value in values.items():  # only now, when nothing can fail any more
            object.__setattr__(self, field, value)

    @property
    def features(self) -> int:
        """How many numbers describe one sample.

        Example:
            >>> Dataset([[1, 2, 3]], [0.5]).features
            3
        """
        return math.prod(self.x.shape[1:])

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many samples each class has, (classes,). Raises DataError when the targets are not classes.

        Example:
            >>> Dataset([[1], [2], [3]], [0, 2, 2]).counts
            array([1, 0, 2])
        """
        if self.classes is None:
            do = "pass classes= when the targets are labels"
            raise DataError(message(f"Dataset({self.name}).counts", "targets that are numbers", "class labels", do))
        return np.bincount(self.y, minlength=self.classes)

    def __len__(self) -> int:
        return len(self.x)

    def __iter__(self) -> Iterator[tuple[NDArray[Any], Any]]:
        return iter(zip(self.x, self.y, strict=True))

    @overload
    def __getitem__(self, index: int) -> tuple[NDArray[Any], Any]: ...
    @overload
    def __getitem__(self, index: slice | list[int] | NDArray[Any]) -> Dataset: ...
    def __getitem__(self, index: int | slice | list[int] | NDArray[Any]) -> tuple[NDArray[Any], Any] | Dataset:
        if isinstance(index, (int, np.integer)):
            return self.x[index], self.y[index]
        return replace(self, x=self.x[index], y=self.y[index])

    def __repr__(self) -> str:
        return f"Dataset({self.name}: {len(self):,} samples, {self.summary})"

    @property
    def summary(self) -> str:
        """What a sample is and what is asked of it, in words.

        Example:
            >>> Dataset([[1], [2], [3]], [0.1, 0.2, 0.3]).summary
            '1 feature, numbers to predict'
        """
        features = counted(self.features, "feature")
        if self.image_shape is not None:
            features += " ({}x{} images)".format(*self.image_shape)
        return f"{features}, " + ("numbers to predict" if self.classes is None else counted(self.classes, "class"))

    def split(self, *, test: float = 0.25, validation: float = 0.0, seed: int = 0, standardize: bool = False) -> Split:
        """A training part and a test part, and a validation part if wanted; drawn at random, the same for a seed.

        `test` is the share of the test part, between 0 and 1, `validation` that of the part on which to choose settings
        and to stop early, 0 for none; the test part is the same with and without it. Classes keep their proportion in
        all parts, to within one sample. `standardize=True` brings every feature to the scale in which the training part
        has mean 0 and standard deviation 1; `Split.scale` is that map.

        Raises ConfigError for shares outside (0, 1) or a bad seed, DataError for too few samples.

        Example:
            >>> data = Dataset([[1.0], [2.0], [3.0], [6.0]], [0, 0, 1, 1], name="tiny")
            >>> parts = data.split(test=0.5, seed=0, standardize=True)
            >>> parts
            Split(tiny: 2 train + 2 test samples, 1 feature, 2 classes, standardized)
            >>> parts.train.counts, parts.test.counts
            (array([1, 1]), array([1, 1]))
        """
        where = f"Dataset({self.name}).split"
        train_rows, test_rows = choose(where, len(self), test, seed, None if self.classes is None else self.y)
        train, held_out, middle = self[train_rows], self[test_rows], None
        if validation != 0:
            share = fraction(where, validation, "validation") / (1 - test)  # of what the test part has left
            if share >= 1:
                got, do = f"test={test} and validation={validation}", "leave a part for training"
                raise ConfigError(message(where, got, "together less than 1", do))
            rows = choose(where, len(train), share, seed, None if self.classes is None else train.y)
            train, middle = train[rows[0]], train[rows[1]]
        return Split.of(train, held_out, middle, standardize=standardize)


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """A data set in parts: `train` to learn from, `test` to measure with, and the `scale` that was applied, or None.

    `validation` is the part to choose settings on, or None.

    Raises ConfigError when the parts do not have the same features and classes.

    Example:
        >>> parts = Dataset([[1.0], [2.0], [3.0], [6.0]], [0.5, 1.0, 1.5, 3.0], name="line").split(test=0.25)
        >>> parts
        Split(line: 3 train + 1 test samples, 1 feature, numbers to predict)
        >>> parts.features, parts.classes, parts.name, parts.scale
        (1, None, 'line', None)
    """

    train: Dataset
    test: Dataset
    scale: Standardize | None = None
    validation: Dataset | None = None

    def __post_init__(self) -> None:
        for name, part in (("test", self.test), ("validation", self.validation)):
            if part is not None and (self.train.features, self.train.classes) != (part.features, part.classes):
                got = f"{self.train.summary} in train, {part.summary} in {name}"
                raise ConfigError(message("Split", got, "the same in both", "make both from one Dataset"))

    @classmethod
    def of(
        cls, train: Dataset, test: Dataset, validation: Dataset | None = None, *, standardize: bool = False
    ) -> Split:
        """The parts, brought to the scale of the training part if that is wanted."""
        if not standardize:
            return cls(train, test, None, validation)
        scale = Standardize().fit(train.x)

        def scaled(part: Dataset) -> Dataset:
            return replace(part, x=scale.transform(part.x))

        return cls(scaled(train), scaled(test), scale, None if validation is None else scaled(validation))

    @property
    def name(self) -> str:
        """The name of the data set."""
        return self.train.name

    @property
    def features(self) -> int:
        """How many numbers describe one sample: the input size of a network."""
        return self.train.features

    @property
    def classes(self) -> int | None:
        """How many classes there are: the output size of a classifier. None when targets are numbers."""
        return self.train.classes

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The name of each feature."""
        return self.train.feature_names

    @property
    def class_names(self) -> tuple[str, ...]:
        """The name of each class."""
        return self.train.class_names

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Rows and columns, where a sample is an image."""
        return self.train.image_shape

    def __repr__(self) -> str:
        scaled = ", standardized" if self.scale is not None else ""
        middle = "" if self.validation is None else f" + {len(self.validation):,} validation"
        sizes = f"{len(self.train):,} train{middle} + {len(self.test):,} test samples"
        return f"Split({self.name}: {sizes}, {self.train.summary}{scaled})"


def _sealed(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


def _converted(where: str, values: NDArray[Any]) -> NDArray[Any]:
    """A read-only copy in nn's default dtype, all of it finite."""
    with np.errstate(over="ignore"):  # reported by `finite`, with the place
        made = np.array(values, dtype=get_default_dtype(), order="C")
    finite(where, values, made, do="drop that row or fill the value in first")
    if made.size == 0:
        raise ShapeError(message(where, f"an array of shape {made.shape}", "at least one feature", "add a column"))
    return _sealed(made)


def _class_count(where: str, y: NDArray[Any], classes: int | None, names: int) -> int | None:
    """How many classes y means; None if it holds numbers to predict."""
    if classes is not None:
        return whole(where, "classes", classes, least=1, do="give the number of classes, such as classes=2")
    if names:
        return names
    if y.dtype.kind == "f":
        return None
    count = max(int(y.max()) + 1, 1)
    # house prices in whole euros would ask for a network with 250,001 outputs
    if count > max(len(y), 2) and y.ndim == 1:
        got = f"integer targets up to {count - 1:,} for {counted(len(y), 'sample')}"
        do = f"pass y as floats to predict numbers, or classes={count} if they are labels"
        raise DataError(message(where, got, "labels 0, 1, ... classes-1", do))
    return count


def _labels(where: str, y: NDArray[Any], classes: int) -> NDArray[np.int64]:
    """The labels as read-only int64, all of them in 0 .. classes-1."""
    if y.ndim != 1:
        do = "use y.argmax(axis=1) if it is one-hot, y.ravel() if it is one column"
        raise ShapeError(message(where, f"labels of shape {y.shape}", "(N,)", do))
    with np.errstate(invalid="ignore"):  # NaN becomes some integer, which then differs from NaN
        labels = y.astype(np.int64)
    wrong = (labels != y) | (labels < 0) | (labels >= classes)
    if wrong.any():
        row = int(np.argmax(wrong))
        do = "number the classes from 0: names, y = np.unique(y, return_inverse=True)"
        raise DataError(message(where, f"label {y[row]} at row {row}", f"integers 0 .. {classes - 1}", do))
    return _sealed(labels)


def _names(where: str, field: str, names: Any, count: int, *, first: str) -> tuple[str, ...]:
    """The names as a tuple of `count` strings, numbered on from `first` when there are none."""
    if isinstance(names, str):  # a string is a sequence too, of one-letter names
        raise ConfigError(message(where, f"{field}={shown(names)}", "a list of names", f"write [{names!r}]"))
    if len(names) not in (0, count):
        got = f"{counted(len(names), 'name')} in {field} for {count}"
        raise ConfigError(message(where, got, "one name for each", f"leave {field} out to number them"))
    prefix, start = first[:-1], int(first[-1])
    return tuple(str(name) for name in names) or tuple(f"{prefix}{i}" for i in range(start, start + count))
