"""Bring every feature to a common scale, with statistics taken from the training set only.

    scale = nn.data.Standardize().fit(x_train)      # mean 0, standard deviation 1
    x_train, x_test = scale.transform(x_train), scale.transform(x_test)
    nn.data.MinMax().fit_transform(x_train)         # from 0 to 1

Features of different size make a loss surface long and narrow, and features that are all positive force the weights
of a unit to move together; both slow gradient descent down (LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp").
Standardising cures both, a range from 0 to 1 only the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from autograd.errors import indefinite, message

from ..errors import ConfigError, DataError, ShapeError, StateError
from .checks import counted, finite, float_dtype, sample_rows, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Rescaling:
    """What the maps x -> (x - offset) / unit share, feature by feature, with offset and unit learned by `fit`.

    x is (N, F) or (N, ...): the statistics run over the samples. They are computed and kept in float64; the output has
    x's own float dtype (integers become nn's default dtype). A feature that never changes has nothing to scale: its
    unit is given as 1.

    Raises DataError for NaN, Inf or no samples, ShapeError for another width, StateError before `fit`;
    a `fit` that fails leaves the earlier statistics as they were.
    """

    def __init__(self) -> None:
        self._offset: NDArray[np.float64] | None = None
        self._unit: NDArray[np.float64] | None = None
        self._constant = 0

    def fit(self, x: Any) -> Self:
        """Learn offset and unit of every feature of x (N, F), and return self.

        Example:
            >>> Standardize().fit([[1.0, 7.0], [3.0, 7.0]]).std
            array([1., 1.])
        """
        where = f"{self._kind}.fit"
        rows = sample_rows(where, "x", x)
        if rows.size == 0:
            do = "check how the data was read or filtered"
            raise DataError(message(where, f"x of shape {rows.shape}", "at least one sample", do))
        finite(where, rows, rows, do="drop that row or fill the value in before fitting")
        offset, unit, constant = self._learned(rows)
        for statistic in (offset, unit):
            statistic.flags.writeable = False
        self._offset, self._unit, self._constant = offset, unit, int(constant.sum())
        return self

    def transform(self, x: Any) -> NDArray[Any]:
        """Apply the map with the fitted statistics, to training and test data alike.

        Example:
            >>> Standardize().fit([[1.0], [3.0]]).transform([[1.0], [3.0], [5.0]])
            array([[-1.],
                   [ 1.],
                   [ 3.]])
        """
        rows, offset, unit = self._ready(f"{self._kind}.transform", x)
        with np.errstate(over="ignore"):  # reported below, with the place
            out = self._placed((rows.astype(np.float64) - offset) / unit).astype(float_dtype(rows))
        finite(f"{self._kind}.transform", rows, out, do="remove the outlier, or fit on data that covers it")
        return out

    def inverse(self, z: Any) -> NDArray[Any]:
        """Back from scaled values to the feature's own unit.

        Example:
            >>> Standardize().fit([[1.0], [3.0]]).inverse([[-1.0], [0.0]])
            array([[1.],
                   [2.]])
        """
        rows, offset, unit = self._ready(f"{self._kind}.inverse", z)
        with np.errstate(over="ignore"):
            out = (self._unplaced(rows.astype(np.float64)) * unit + offset).astype(float_dtype(rows))
        finite(f"{self._kind}.inverse", rows, out, do="pass values that transform() gave")
        return out

    def fit_transform(self, x: Any) -> NDArray[Any]:
        """`fit(x)`, then `transform(x)`: for the training set.

        Example:
            >>> Standardize().fit_transform([[1.0, 7.0], [3.0, 7.0]])
            array([[-1.,  0.],
                   [ 1.,  0.]])
        """
        return self.fit(x).transform(x)

    def __repr__(self) -> str:
        if self._offset is None:
            return f"{self._kind}(not fitted)"
        constant = f", {self._constant} constant" if self._constant else ""
        return f"{self._kind}({counted(self._offset.size, 'feature')}{constant}{self._range()})"

    # -- what a subclass states

    def _learned(self, rows: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Offset, unit and whether it is constant, of each feature."""
        raise NotImplementedError

    def _placed(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """The scaled values where they are wanted."""
        return z

    def _unplaced(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        return z

    def _range(self) -> str:
        return ""

    # -- what they share

    @property
    def _kind(self) -> str:
        return type(self).__name__

    def _fitted(self, where: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if self._offset is None or self._unit is None:
            do = "call fit(x_train) first"
            raise StateError(message(where, f"{indefinite(self._kind)} that is not fitted", "statistics to use", do))
        return self._offset, self._unit

    def _ready(self, where: str, x: Any) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
        offset, unit = self._fitted(where)
        rows = sample_rows(where, "x", x)
        if rows.shape[1:] != offset.shape:
            wanted = ", ".join(("N", *map(str, offset.shape)))
            do = "pass the features it was fitted on, or fit again"
            raise ShapeError(message(where, f"x of shape {rows.shape}", f"({wanted})", do))
        finite(where, rows, rows, do="drop that row or fill the value in first")
        return rows, offset, unit


class Standardize(Rescaling):
    """The map x -> (x - mean) / std, feature by feature, with mean and std learned by `fit`.

    x is (N, F) or (N, ...): the statistics run over the samples. `std` is the population's, divided by N, as in
    scikit-learn. They are computed and kept in float64; the output has x's own float dtype (integers become nn's
    default dtype), so mean 0 and std 1 hold to 1e-12 in float64 and to rounding in float32. A feature that never
    changes has nothing to scale: it is centred, and its std is given as 1.

    Raises DataError for NaN, Inf or no samples, ShapeError for another width, StateError before `fit`;
    a `fit` that fails leaves the earlier statistics as they were.

    Example:
        >>> scale = Standardize().fit(np.array([[170.0, 60.0], [180.0, 80.0]]))
        >>> scale.mean, scale.std
        (array([175.,  70.]), array([ 5., 10.]))
        >>> scale.transform(np.array([[185.0, 70.0]]))
        array([[2., 0.]])
        >>> scale.inverse(np.array([[2.0, 0.0]]))
        array([[185.,  70.]])
        >>> scale
        Standardize(2 features)
    """

    @property
    def mean(self) -> NDArray[np.float64]:
        """The mean of each feature, float64."""
        return self._fitted("Standardize.mean")[0]

    @property
    def std(self) -> NDArray[np.float64]:
        """The standard deviation of each feature, float64; 1 where the feature is constant."""
        return self._fitted("Standardize.std")[1]

    def _learned(self, rows: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        return _statistics(rows)


class MinMax(Rescaling):
    """The map that takes each feature's least value to `low` and its largest to `high`, as seen by `fit`.

    Values outside the range that was fitted land outside of low..high. A feature that never changes goes to `low`.
    One outlier decides the scale of all: where there are some, `Standardize` is the better choice.

    Raises what `Standardize` raises, and ConfigError unless low < high.

    Example:
        >>> scale = MinMax().fit(np.array([[170.0, 60.0], [180.0, 80.0]]))
        >>> scale.transform(np.array([[175.0, 65.0], [190.0, 60.0]]))
        array([[0.5 , 0.25],
               [2.  , 0.  ]])
        >>> scale.inverse(np.array([[0.5, 1.0]]))
        array([[175.,  80.]])
        >>> MinMax(-1, 1).fit([[0.0], [10.0]])
        MinMax(1 feature, -1 to 1)
    """

    def __init__(self, low: float = 0.0, high: float = 1.0) -> None:
        super().__init__()
        numbers = all(isinstance(bound, (int, float, np.integer, np.floating)) for bound in (low, high))
        if not numbers or not -np.inf < low < high < np.inf:
            got = f"low={shown(low)} and high={shown(high)}"
            raise ConfigError(message("MinMax", got, "two numbers, low below high", "use MinMax(0, 1)"))
        self.low, self.high = float(low), float(high)

    @property
    def least(self) -> NDArray[np.float64]:
        """The least value of each feature, float64."""
        return self._fitted("MinMax.least")[0]

    @property
    def span(self) -> NDArray[np.float64]:
        """The largest value of each feature less the least, float64; 1 where the feature is constant."""
        return self._fitted("MinMax.span")[1]

    def _learned(self, rows: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        wide = rows.astype(np.float64)
        least = wide.min(axis=0)
        span = wide.max(axis=0) - least
        if not np.isfinite(span).all():  # the ends of float64 are further apart than float64 reaches
            got, do = "a feature whose range is not a float64", "divide it by a constant first"
            raise DataError(message("MinMax.fit", got, "a range below 1.8e308", do))
        constant = np.asarray(span == 0)
        return least, np.where(constant, 1.0, span), constant

    def _placed(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.low + (self.high - self.low) * z

    def _unplaced(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        return (z - self.low) / (self.high - self.low)

    def _range(self) -> str:
        return f", {self.low:g} to {self.high:g}"


def _statistics(rows: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Mean, std and whether it is constant, of each feature."""
    wide = rows.astype(np.float64)
    # scaled by a power of two, which is exact, so that squares of 1e200 or 1e-200 neither overflow nor vanish
    exponent = np.frexp(np.abs(wide).max(axis=0))[1]
    unit = np.ldexp(wide, -exponent)
    mean = unit.mean(axis=0)
    mean += (unit - mean).mean(axis=0)  # the second pass takes out the rounding of a long sum
    std = np.sqrt(np.square(unit - mean).mean(axis=0))
    # 0.3 and 0.1 * 3 differ in the last digit: spread of that size is rounding, and dividing by it would blow it up
    rounding = 8 * np.finfo(rows.dtype if rows.dtype.kind == "f" else np.float64).eps
    constant = np.asarray(std <= rounding)
    std = np.where(constant, 1.0, np.ldexp(std, exponent))
    return np.ldexp(mean, exponent), std, constant
