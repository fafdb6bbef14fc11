"""Bring every feature to mean 0 and standard deviation 1, with statistics taken from the training set only.

    scale = nn.data.Standardize().fit(x_train)
    x_train, x_test = scale.transform(x_train), scale.transform(x_test)

Features of different size make a loss surface long and narrow, and features that are all positive force the weights
of a unit to move together; both slow gradient descent down (LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..errors import DataError, ShapeError, StateError
from .checks import counted, finite, float_dtype, sample_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Standardize:
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

    def __init__(self) -> None:
        self._mean: NDArray[np.float64] | None = None
        self._std: NDArray[np.float64] | None = None
        self._constant = 0

    def fit(self, x: Any) -> Standardize:
        """Learn mean and std of every feature of x (N, F), and return self.

        Example:
            >>> Standardize().fit([[1.0, 7.0], [3.0, 7.0]]).std
            array([1., 1.])
        """
        rows = sample_rows("Standardize.fit", "x", x)
        if rows.size == 0:
            do = "check how the data was read or filtered"
            raise DataError(message("Standardize.fit", f"x of shape {rows.shape}", "at least one sample", do))
        finite("Standardize.fit", rows, rows, do="drop that row or fill the value in before fitting")
        mean, std, constant = _statistics(rows)
        for statistic in (mean, std):
            statistic.flags.writeable = False
        self._mean, self._std, self._constant = mean, std, int(constant.sum())
        return self

    def transform(self, x: Any) -> NDArray[Any]:
        """Apply (x - mean) / std with the fitted statistics, to training and test data alike.

        Example:
            >>> Standardize().fit([[1.0], [3.0]]).transform([[1.0], [3.0], [5.0]])
            array([[-1.],
                   [ 1.],
                   [ 3.]])
        """
        rows, mean, std = self._ready("Standardize.transform", x)
        with np.errstate(over="ignore"):  # reported below, with the place
            out = ((rows.astype(np.float64) - mean) / std).astype(float_dtype(rows))
        finite("Standardize.transform", rows, out, do="remove the outlier, or fit on data that covers it")
        return out

    def inverse(self, z: Any) -> NDArray[Any]:
        """Back from standardised values to the feature's own unit: z * std + mean.

        Example:
            >>> Standardize().fit([[1.0], [3.0]]).inverse([[-1.0], [0.0]])
            array([[1.],
                   [2.]])
        """
        rows, mean, std = self._ready("Standardize.inverse", z)
        with np.errstate(over="ignore"):
            out = (rows.astype(np.float64) * std + mean).astype(float_dtype(rows))
        finite("Standardize.inverse", rows, out, do="pass values that transform() gave")
        return out

    def fit_transform(self, x: Any) -> NDArray[Any]:
        """`fit(x)`, then `transform(x)`: for the training set.

        Example:
            >>> Standardize().fit_transform([[1.0, 7.0], [3.0, 7.0]])
            array([[-1.,  0.],
                   [ 1.,  0.]])
        """
        return self.fit(x).transform(x)

    @property
    def mean(self) -> NDArray[np.float64]:
        """The mean of each feature, float64."""
        return self._fitted("Standardize.mean")[0]

    @property
    def std(self) -> NDArray[np.float64]:
        """The standard deviation of each feature, float64; 1 where the feature is constant."""
        return self._fitted("Standardize.std")[1]

    def __repr__(self) -> str:
        if self._mean is None:
            return "Standardize(not fitted)"
        constant = f", {self._constant} constant" if self._constant else ""
        return f"Standardize({counted(self._mean.size, 'feature')}{constant})"

    def _fitted(self, where: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if self._mean is None or self._std is None:
            do = "call fit(x_train) first"
            raise StateError(message(where, "a Standardize that is not fitted", "statistics to use", do))
        return self._mean, self._std

    def _ready(self, where: str, x: Any) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
        mean, std = self._fitted(where)
        rows = sample_rows(where, "x", x)
        if rows.shape[1:] != mean.shape:
            wanted = ", ".join(("N", *map(str, mean.shape)))
            do = "pass the features it was fitted on, or fit again"
            raise ShapeError(message(where, f"x of shape {rows.shape}", f"({wanted})", do))
        finite(where, rows, rows, do="drop that row or fill the value in first")
        return rows, mean, std


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
