"""Powers and products of features, with which a linear model draws curved boundaries.

curved = nn.data.Polynomial(degree=2).fit_transform(x)      # x1, x2, x1**2, x1*x2, x2**2
"""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import finite, float_dtype, sample_rows, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

_MOST = 100_000  # columns; more are a mistake, and would ask for memory before anyone can say so


class Polynomial:
    """All products of up to `degree` features, in the order of their degree, as scikit-learn's PolynomialFeatures.

    x is (N, F); the output has x's own float dtype. Standardise first: powers of large numbers are larger still.

    Args:
        degree: the most factors in a product, at least 1.
        interactions: only products of different features: no squares.
        bias: a column of ones first. A layer has its own bias, so it is left out.

    Raises:
        ConfigError: a degree below 1, or more than 100,000 columns.
        ShapeError: x is not (N, F), or has another width than was fitted.
        DataError: x or a product is not finite.

    Example:
        >>> Polynomial(2).fit_transform([[2.0, 3.0]])
        array([[2., 3., 4., 6., 9.]])
        >>> Polynomial(2).names(["a", "b"])
        ('a', 'b', 'a^2', 'a*b', 'b^2')
        >>> Polynomial(3, interactions=True).names("abc")
        ('a', 'b', 'c', 'a*b', 'a*c', 'b*c', 'a*b*c')
    """

    def __init__(self, degree: int = 2, *, interactions: bool = False, bias: bool = False) -> None:
        self.degree = whole("Polynomial", "degree", degree, least=1, do="use degree=2")
        self.interactions, self.bias = bool(interactions), bool(bias)

    def fit_transform(self, x: Any) -> NDArray[Any]:
        """The products, (N, columns). There is nothing to learn: training and test data are treated alike."""
        return self.transform(x)

    def transform(self, x: Any) -> NDArray[Any]:
        """The products, (N, columns)."""
        rows = sample_rows("Polynomial", "x", x)
        if rows.ndim != 2:
            do = "use x.reshape(len(x), -1)"
            raise ShapeError(message("Polynomial", f"x of shape {rows.shape}", "(N, F)", do))
        finite("Polynomial", rows, rows, do="drop that row or fill the value in first")
        powers = list(self._powers(rows.shape[1]))
        wide = rows.astype(np.float64)
        with np.errstate(over="ignore"):  # reported below, with the place
            columns = [wide[:, list(factors)].prod(axis=1) for factors in powers]
            out = np.stack(columns, axis=1).astype(float_dtype(rows))
        finite("Polynomial", out, out, do="standardise x first, or use a smaller degree")
        return out

    def names(self, features: Iterable[str]) -> tuple[str, ...]:
        """A name for each column, from the names of the features."""
        given = list(features)
        return tuple(_name([given[i] for i in factors]) for factors in self._powers(len(given)))

    def _powers(self, features: int) -> Iterator[tuple[int, ...]]:
        """The features in each product, by number."""
        columns = comb(features + self.degree, self.degree)  # with repetition, which is the most
        if columns > _MOST:
            got = f"{features:,} features to the degree of {self.degree}, which is {columns:,} columns"
            do = "use a smaller degree, or fewer features"
            raise ConfigError(message("Polynomial", got, f"at most {_MOST:,}", do))
        chosen = combinations if self.interactions else combinations_with_replacement
        for degree in range(0 if self.bias else 1, self.degree + 1):
            yield from chosen(range(features), degree)

    def __repr__(self) -> str:
        switches = (", interactions=True" if self.interactions else "") + (", bias=True" if self.bias else "")
        return f"Polynomial({self.degree}{switches})"


def _name(factors: list[str]) -> str:
    if not factors:
        return "1"
    counts = {name: factors.count(name) for name in factors}
    return "*".join(name if count == 1 else f"{name}^{count}" for name, count in counts.items())
