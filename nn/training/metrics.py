"""How good a network is: loss, accuracy, perplexity, and which classes it takes for which."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.errors import message

from ..errors import DataError, ShapeError

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Metrics:
    """How good a network is on a data set; `accuracy` is the share of samples right, None if targets are numbers.

    `base` is that of the loss's logarithm: e, or 2 for a loss in bits.
    """

    loss: float
    accuracy: float | None
    base: float = field(default=math.e, repr=False)

    @property
    def perplexity(self) -> float:
        """base**loss: among how many equally likely classes a cross-entropy of that size would have to guess.

        Example:
            >>> round(Metrics(math.log(10), None).perplexity, 6), Metrics(3.0, None, base=2.0).perplexity
            (10.0, 8.0)
        """
        try:
            return float(self.base**self.loss)
        except OverflowError:
            return math.inf


def predicted(output: Any, *, threshold: float | None = None) -> Array:
    """The class that each output stands for: the largest of C, or with a threshold 1 above it and 0 below.

    Args:
        output: (N, C), or (N, C, ...) with more axes after the classes; with a threshold (N,) or (N, 1).
        threshold: for one output per sample: 0 for a logit, 0.5 for a probability.

    Example:
        >>> predicted(np.array([[0.1, 2.0], [3.0, 0.0]])), predicted(np.array([-1.0, 0.5]), threshold=0.0)
        (array([1, 0]), array([0, 1]))
    """
    array = output.readonly if isinstance(output, Tensor) else np.asarray(output)
    if threshold is not None:
        return (array.reshape(len(array)) > threshold).astype(np.int64)
    classes: Array = array.argmax(axis=1)
    return classes


def accuracy(output: Any, target: Any, *, threshold: float | None = None) -> float:
    """The share of samples whose class is predicted right, from 0 to 1.

    Args:
        output: what a network gave: see `predicted`.
        target: the true classes, (N,) or (N, ...).
        threshold: for one output per sample.

    Raises:
        ShapeError: the two do not belong together.

    Example:
        >>> accuracy(np.array([[0.1, 2.0], [3.0, 0.0]]), np.array([1, 1]))
        0.5
    """
    classes = predicted(output, threshold=threshold)
    truth = np.asarray(target.readonly if isinstance(target, Tensor) else target)
    truth = truth.reshape(len(truth)) if threshold is not None else truth
    _same_shape("accuracy", classes, truth)
    return float((classes == truth).mean())


@dataclass(frozen=True, eq=False, repr=False)
class ConfusionMatrix:
    r"""How often each true class (a row) was taken for each class (a column).

    `table` is (C, C) of counts; its diagonal is what was right.

    Example:
        >>> found = confusion_matrix([0, 1, 1, 0, 0], [0, 1, 0, 0, 1], names=["cat", "dog"])
        >>> found
        true \ predicted  cat  dog  recall
        cat                 2    1   66.7%
        dog                 1    1   50.0%
        precision       66.7% 50.0%   60.0% right
        >>> found.recall.round(3).tolist(), found.accuracy
        ([0.667, 0.5], 0.6)
    """

    table: NDArray[np.int64]
    names: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        """The share of samples that are right; NaN if there are none."""
        total = self.table.sum()
        return float(np.trace(self.table) / total) if total else math.nan

    @property
    def recall(self) -> NDArray[np.float64]:
        """For each class, the share of its samples that was found; NaN where there are none."""
        return _shares(np.diag(self.table), self.table.sum(axis=1))

    @property
    def precision(self) -> NDArray[np.float64]:
        """For each class, the share of what was taken for it that is right; NaN where nothing was."""
        return _shares(np.diag(self.table), self.table.sum(axis=0))

    @property
    def f1(self) -> NDArray[np.float64]:
        """For each class, the harmonic mean of precision and recall; NaN where neither has a sample."""
        return _shares(2 * np.diag(self.table), self.table.sum(axis=0) + self.table.sum(axis=1))

    def __repr__(self) -> str:
        cells = [[f"{count:,}" for count in row] for row in self.table.tolist()]
        percent = [[_percent(share) for share in shares] for shares in (self.recall.tolist(), self.precision.tolist())]
        head = ["true \\ predicted", *self.names, "recall"]
        rows = [head, *([n, *row, share] for n, row, share in zip(self.names, cells, percent[0], strict=True))]
        rows.append(["precision", *percent[1], f"{_percent(self.accuracy)} right"])
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        first = widths.pop(0)
        lines = []
        for label, *others in rows:
            columns = "  ".join(f"{cell:>{width}}" for cell, width in zip(others, widths, strict=True))
            lines.append(f"{label:{first}}  {columns}")
        return "\n".join(lines)


def confusion_matrix(
    predictions: Any, target: Any, *, classes: int | None = None, names: Sequence[str] = ()
) -> ConfusionMatrix:
    """Count how often each true class was taken for each class.

    Args:
        predictions: the predicted classes, or a network's outputs with one more axis, (N, C) for targets (N,).
        target: the true classes.
        classes: how many there are; without it the largest class plus one, or the number of `names`.
        names: what they are called; numbers if left out.

    Raises:
        ShapeError: the two do not belong together.
        DataError: classes that are no integers from 0 to `classes` - 1.

    Example:
        >>> confusion_matrix(np.array([[0.2, 0.8], [0.9, 0.1]]), [1, 1]).table
        array([[0, 0],
               [1, 1]])
    """
    where = "confusion_matrix"
    guessed = np.asarray(predictions.readonly if isinstance(predictions, Tensor) else predictions)
    truth = np.asarray(target.readonly if isinstance(target, Tensor) else target)
    if guessed.ndim == truth.ndim + 1:
        classes = guessed.shape[1] if classes is None else classes
        guessed = predicted(guessed)
    _same_shape(where, guessed, truth)
    for name, labels in (("predictions", guessed), ("target", truth)):
        if labels.dtype.kind not in "iu":
            got = f"{name} of dtype {labels.dtype}"
            raise DataError(message(where, got, "integer classes", "use argmax, or astype(int)"))
    if classes is None:
        classes = len(names) or int(max(guessed.max(initial=-1), truth.max(initial=-1))) + 1
    for name, labels in (("predictions", guessed), ("target", truth)):
        if labels.size and (labels.min() < 0 or labels.max() >= classes):
            got = f"class {labels.min() if labels.min() < 0 else labels.max()} in {name}"
            raise DataError(message(where, got, f"0..{classes - 1}", "number the classes from 0, or pass classes="))
    table = np.bincount((truth * classes + guessed).reshape(-1), minlength=classes**2).reshape(classes, classes)
    return ConfusionMatrix(table, tuple(map(str, names)) or tuple(map(str, range(classes))))


def _same_shape(where: str, classes: Array, truth: Array) -> None:
    if classes.shape != truth.shape:
        got, do = f"predictions of shape {classes.shape} and target {truth.shape}", "give one class per prediction"
        raise ShapeError(message(where, got, "equal shapes", do))


def _shares(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    out = np.full(part.shape, np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.1f}%"
