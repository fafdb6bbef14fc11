"""Small data sets in the plane, made on the spot: each is a shape that some network cannot learn and another can.

    data = nn.data.spiral(n=300, noise=0.1, seed=0)     # Dataset(spiral: 300 samples, 2 features, 3 classes)

`n` is the number of all samples; classes are equal in size, to within one. The same seed gives the same points.
Give `rng=` to draw from a generator of your own instead. Samples come class by class (in xor corner by corner):
`split` and `DataLoader` mix them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..errors import ShapeError
from .checks import amount, finite, generator, numeric, whole
from .dataset import Dataset

if TYPE_CHECKING:
    from numpy.typing import NDArray


def xor(*, n: int = 200, noise: float = 0.2, seed: int = 0, rng: np.random.Generator | None = None) -> Dataset:
    """Exclusive or: four corners (±1, ±1), of class 1 where the signs differ. No straight line parts the classes.

    `noise` is the standard deviation around the corners; n=4 with noise=0 is the truth table. The problem that a
    single layer cannot solve: Minsky & Papert 1969, "Perceptrons".

    Raises ConfigError for n below 4 or a negative noise.

    Example:
        >>> data = xor(n=4, noise=0)
        >>> data.x.tolist(), data.y.tolist()
        ([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]], [0, 1, 1, 0])
        >>> xor().counts
        array([100, 100])
    """
    sizes, noise, rng = _asked("xor", n, 4, noise, seed=seed, rng=rng)
    corners = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    x = np.repeat(corners, sizes, axis=0) + noise * rng.standard_normal((n, 2))
    return _plane("xor", x, np.repeat([0, 1, 1, 0], sizes), 2)


def moons(*, n: int = 200, noise: float = 0.1, seed: int = 0, rng: np.random.Generator | None = None) -> Dataset:
    """Two half circles that interlock, as in scikit-learn's `make_moons`.

    Class 0 is (cos t, sin t), class 1 is (1 - cos t, 1/2 - sin t), for t from 0 to pi; `noise` is the standard
    deviation of what is added to both coordinates.

    Raises ConfigError for n below 2 or a negative noise.

    Example:
        >>> moons(n=4, noise=0).x.round(2).tolist()
        [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]]
        >>> moons(n=201).counts
        array([101, 100])
    """
    sizes, noise, rng = _asked("moons", n, 2, noise, seed=seed, rng=rng)
    outer, inner = (np.linspace(0, np.pi, size) for size in sizes)
    x = np.concatenate(
        (np.stack((np.cos(outer), np.sin(outer)), axis=1), np.stack((1 - np.cos(inner), 0.5 - np.sin(inner)), axis=1))
    )
    return _plane("moons", x + noise * rng.standard_normal((n, 2)), np.repeat([0, 1], sizes), 2)


def circles(
    *, n: int = 200, noise: float = 0.05, classes: int = 2, seed: int = 0, rng: np.random.Generator | None = None
) -> Dataset:
    """Rings around the origin, one for each class, the innermost first: class k has radius (k + 1) / classes.

    Points are spaced evenly on a ring; `noise` is the standard deviation of what is added to both coordinates.
    The radius alone tells the class, which a net has to find out from x1 and x2.

    Raises ConfigError for n below `classes`, a negative noise or no class.

    Example:
        >>> circles(n=4, noise=0).x.round(2).tolist()
        [[0.5, 0.0], [-0.5, 0.0], [1.0, 0.0], [-1.0, 0.0]]
        >>> circles(n=10, classes=3).counts
        array([4, 3, 3])
    """
    classes = _classes("circles", classes)
    sizes, noise, rng = _asked("circles", n, classes, noise, seed=seed, rng=rng)
    y = np.repeat(np.arange(classes), sizes)
    turn = np.concatenate([np.linspace(0, 2 * np.pi, size, endpoint=False) for size in sizes])
    radius = (y + 1) / classes
    x = np.stack((radius * np.cos(turn), radius * np.sin(turn)), axis=1)
    return _plane("circles", x + noise * rng.standard_normal((n, 2)), y, classes)


def spiral(
    *, n: int = 300, noise: float = 0.1, classes: int = 3, seed: int = 0, rng: np.random.Generator | None = None
) -> Dataset:
    """Arms that wind out from the origin, one for each class: linear nets fail, small nets with a bend succeed.

    Along arm k, r goes evenly from 0 to 1 and the angle is t = 2 pi k / classes + 4 r, plus Gaussian `noise` in
    radians; the point is (r sin t, r cos t). After Stanford's CS231n (Karpathy), which has noise 0.2 and spaces its
    three arms by 4 radians; here they are spaced evenly, so that any number of arms works.

    Raises ConfigError for n below `classes`, a negative noise or no class.

    Example:
        >>> data = spiral(n=300, noise=0.1, classes=3, seed=0)
        >>> data
        Dataset(spiral: 300 samples, 2 features, 3 classes)
        >>> data.x[99].round(3), data.counts
        (array([-0.658, -0.753], dtype=float32), array([100, 100, 100]))
    """
    classes = _classes("spiral", classes)
    sizes, noise, rng = _asked("spiral", n, classes, noise, seed=seed, rng=rng)
    y = np.repeat(np.arange(classes), sizes)
    r = np.concatenate([np.linspace(0, 1, size) for size in sizes])
    turn = 2 * np.pi * y / classes + 4 * r + noise * rng.standard_normal(n)
    return _plane("spiral", np.stack((r * np.sin(turn), r * np.cos(turn)), axis=1), y, classes)


def blobs(
    *,
    n: int = 300,
    noise: float = 0.5,
    classes: int = 3,
    dims: int = 2,
    spread: float = 2.0,
    centers: Any = None,
    seed: int = 0,
    rng: np.random.Generator | None = None,
) -> Dataset:
    """Round clouds of points, one for each class, with Gaussian `noise` around its centre in every dimension.

    The centres lie evenly on a circle of radius `spread` in the first two of `dims` dimensions (in one dimension:
    evenly from -spread to spread). Or give `centers` (classes, dims) yourself, which sets those two numbers.
    Where noise is well below half the distance of two centres, a linear classifier is enough.

    Raises ConfigError for n below `classes`, a negative noise or spread, no class or dimension,
    ShapeError for centres that are not a table.

    Example:
        >>> blobs(n=4, noise=0, classes=4).x.round(2).tolist()
        [[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0], [-0.0, -2.0]]
        >>> blobs(n=100, centers=[[0, 0, 0], [5, 5, 5]])
        Dataset(blobs: 100 samples, 3 features, 2 classes)
    """
    where = "blobs"
    middles = _ring(where, classes, dims, spread) if centers is None else _centers(where, centers)
    classes, dims = middles.shape
    sizes, noise, rng = _asked(where, n, classes, noise, seed=seed, rng=rng)
    x = np.repeat(middles, sizes, axis=0) + noise * rng.standard_normal((n, dims))
    return _plane(where, x, np.repeat(np.arange(classes), sizes), classes)


def _asked(
    where: str, n: int, groups: int, noise: float, *, seed: int, rng: np.random.Generator | None
) -> tuple[NDArray[np.int64], float, np.random.Generator]:
    """The checked arguments that all generators share: the size of each group, the noise, the generator."""
    n = whole(where, "n", n, least=groups, do=f"ask for more samples, such as n={100 * groups}")
    noise = amount(where, "noise", noise, do="use noise=0 for none")
    sizes = n // groups + (np.arange(groups) < n % groups)
    return sizes, noise, generator(where, seed, rng)


def _classes(where: str, classes: int) -> int:
    return whole(where, "classes", classes, least=1, do="use classes=3")


def _ring(where: str, classes: int, dims: int, spread: float) -> NDArray[np.float64]:
    classes = _classes(where, classes)
    dims = whole(where, "dims", dims, least=1, do="use dims=2 for points in the plane")
    spread = amount(where, "spread", spread, do="use spread=2, the distance of the centres from the origin")
    middles = np.zeros((classes, dims))
    if dims == 1:
        middles[:, 0] = np.linspace(-spread, spread, classes)
        return middles
    turn = 2 * np.pi * np.arange(classes) / classes
    middles[:, 0], middles[:, 1] = spread * np.cos(turn), spread * np.sin(turn)
    return middles


def _centers(where: str, centers: Any) -> NDArray[np.float64]:
    table = numeric(where, "centers", centers).astype(np.float64)
    if table.ndim != 2 or table.size == 0:
        do = "write one row per class, such as centers=[[0, 0], [3, 3]]"
        raise ShapeError(message(where, f"centers of shape {table.shape}", "(classes, dims)", do))
    finite(where, table, table, do="give every centre a place")
    return table


def _plane(name: str, x: NDArray[np.float64], y: NDArray[Any], classes: int) -> Dataset:
    return Dataset(x, y, name=name, classes=classes, source=f"made by nn.data.{name}()")
