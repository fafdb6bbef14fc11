"""More samples than there are: a little noise, or a picture moved by a pixel, is the same thing to us.

loader = nn.data.DataLoader(data.train, 32, augment=[nn.data.Shift(1, image_shape=(8, 8)), nn.data.Noise(0.1)])

What changes is drawn anew in every epoch, from the loader's seed, the epoch and the batch: the same seed gives the same
run. Any function of a batch and a generator can stand in their place. Test data are not augmented.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..errors import ConfigError, ShapeError
from .checks import amount, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

Augmentation = Callable[[Any, Any], Any]  # of a batch and a generator


class Noise:
    """Gaussian noise of deviation `std`, added to every feature of every sample.

    On standardised features, 0.1 is a tenth of a feature's own spread. To a linear model it is a penalty on
    the weights.

    Raises ConfigError for a negative deviation.

    Source: Bishop 1995, "Training with noise is equivalent to Tikhonov regularization", Neural Computation 7(1).

    Example:
        >>> Noise(0.5)(np.zeros((1, 3)), np.random.default_rng(0)).round(3)
        array([[ 0.063, -0.066,  0.32 ]])
    """

    def __init__(self, std: float) -> None:
        self.std = amount("Noise", "std", std, do="use Noise(0.1)")

    def __call__(self, x: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        """Take any shape, give the same shape and dtype."""
        noise = (self.std * rng.standard_normal(x.shape)).astype(x.dtype, copy=False)
        noisy: NDArray[Any] = x + noise
        return noisy

    def __repr__(self) -> str:
        return f"Noise({self.std:g})"


class Shift:
    """Each picture moved by up to `most` pixels along both axes; what comes in at the edge is `fill`.

    x is (N, H, W), (N, C, H, W), or (N, H * W) with `image_shape=(H, W)`. On standardised pixels 0 is the mean, which
    may not be the background.

    Raises ConfigError for a shift below 0, ShapeError for an x that holds no such pictures.

    Example:
        >>> pictures = np.arange(1.0, 10.0).reshape(1, 3, 3)
        >>> Shift(1)(pictures, np.random.default_rng(0)).tolist()
        [[[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]
    """

    def __init__(self, most: int, *, image_shape: tuple[int, int] | None = None, fill: float = 0.0) -> None:
        self.most = whole("Shift", "most", most, least=0, do="use Shift(1)")
        pair = isinstance(image_shape, (tuple, list)) and len(image_shape) == 2
        if image_shape is not None and not pair:
            got = f"image_shape={image_shape!r}"
            raise ConfigError(message("Shift", got, "rows and columns", "use image_shape=(8, 8)"))
        self.image_shape = image_shape
        self.fill = float(fill)

    def __call__(self, x: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        """Take pictures, give as many of the same shape."""
        pictures = self._pictures(x)  # (N, C, H, W)
        n, _, rows, columns = pictures.shape
        m = self.most
        padded = np.pad(pictures, ((0, 0), (0, 0), (m, m), (m, m)), constant_values=self.fill)
        down, right = rng.integers(-m, m + 1, size=(2, n))
        i = (m - down)[:, None, None] + np.arange(rows)[None, :, None]  # where a pixel comes from
        j = (m - right)[:, None, None] + np.arange(columns)[None, None, :]
        moved = padded.transpose(0, 2, 3, 1)[np.arange(n)[:, None, None], i, j]  # (N, H, W, C)
        return np.ascontiguousarray(moved.transpose(0, 3, 1, 2)).reshape(x.shape)

    def _pictures(self, x: NDArray[Any]) -> NDArray[Any]:
        if self.image_shape is not None and x.ndim == 2 and x.shape[1] == self.image_shape[0] * self.image_shape[1]:
            return x.reshape(len(x), 1, *self.image_shape)
        if self.image_shape is None and x.ndim in (3, 4):
            return x if x.ndim == 4 else x[:, None]
        expected = "(N, H, W) or (N, C, H, W)"
        if self.image_shape is not None:
            expected = f"(N, {self.image_shape[0] * self.image_shape[1]})"
        raise ShapeError(message("Shift", f"x of shape {x.shape}", expected, "pass image_shape=(H, W) if x is flat"))

    def __repr__(self) -> str:
        return (
            f"Shift({self.most})" if self.image_shape is None else f"Shift({self.most}, image_shape={self.image_shape})"
        )
