"""Two real data sets that come with the library: nothing to download, read on first use and then kept.

    digits = nn.data.digits()      # 1,797 handwritten digits, 8x8 pixels each
    iris = nn.data.iris()          # 150 flowers, four lengths each

LICENSES.md, beside this file, says where each comes from, under which licence, and how the files were made.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import message

from ..errors import DataError
from .dataset import Dataset

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from numpy.typing import NDArray

_DIGITS = (
    "E. Alpaydin & C. Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, "
    "doi:10.24432/C50P49; test part, as in scikit-learn; CC BY 4.0"
)
_IRIS = (
    "R. A. Fisher 1936, The use of multiple measurements in taxonomic problems, Annals of Eugenics 7(2), 179-188; "
    "UCI Machine Learning Repository, doi:10.24432/C56C76, with its two wrong rows corrected; CC BY 4.0"
)


def digits() -> Dataset:
    """The UCI handwritten digits: 1,797 images of 8x8 pixels, x (1797, 64) from 0 to 16, y the digit, 0 to 9.

    A pixel is the number of ink dots in a 4x4 block of the scanned 32x32 image; rows come first, from the top left.
    `split(standardize=True)` brings the pixels to a scale on which nets learn well.

    Raises DataError when the file in this installation cannot be read.

    Source: E. Alpaydin & C. Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, doi:10.24432/C50P49, the test part (13 writers), as in scikit-learn. CC BY 4.0.

    Example:
        >>> data = digits()
        >>> data
        Dataset(digits: 1,797 samples, 64 features (8x8 images), 10 classes)
        >>> data.x[0].reshape(8, 8)[:2].tolist()
        [[0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0], [0.0, 0.0, 13.0, 15.0, 10.0, 15.0, 5.0, 0.0]]
        >>> data.y[:10].tolist(), data.counts.tolist()
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    """
    x, y = _kept("digits.npz")
    pixels = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
    return Dataset(x, y, name="digits", classes=10, feature_names=pixels, source=_DIGITS, image_shape=(8, 8))


def iris() -> Dataset:
    """Fisher's iris: 150 flowers of three species, x (150, 4) in cm, y the species, 50 of each in order.

    Setosa is apart from the others, versicolor and virginica overlap a little. The values are Fisher's own, as in R
    and scikit-learn; UCI's file has errors in its rows 35 and 38 (counted from 1), which are corrected here.

    Raises DataError when the file in this installation cannot be read.

    Source: R. A. Fisher 1936, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7(2),
    179-188; data collected by E. Anderson. UCI Machine Learning Repository, doi:10.24432/C56C76. CC BY 4.0.

    Example:
        >>> data = iris()
        >>> data
        Dataset(iris: 150 samples, 4 features, 3 classes)
        >>> data.x[[34, 37]].round(1).tolist() == np.float32([[4.9, 3.1, 1.5, 0.2], [4.9, 3.6, 1.4, 0.1]]).tolist()
        True
        >>> data.class_names
        ('setosa', 'versicolor', 'virginica')
    """
    x, y = _kept("iris.npz")
    return Dataset(
        x,
        y,
        name="iris",
        classes=3,
        feature_names=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        class_names=("setosa", "versicolor", "virginica"),
        source=_IRIS,
    )


@cache
def _kept(name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    from importlib.resources import files  # costs more than the rest of this package's import together

    return read(files(__package__) / name)


def read(file: Traversable) -> tuple[NDArray[Any], NDArray[Any]]:
    """The arrays `x` and `y` of an .npz file. Raises DataError when it is missing, cut short or changed."""
    from tokenize import TokenError
    from zipfile import BadZipFile
    from zlib import error as ZlibError

    # what zipfile, zlib and NumPy raise over one changed byte or another, as found by changing every byte
    damage = (OSError, EOFError, ValueError, KeyError, RuntimeError, BadZipFile, ZlibError, TokenError)
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return archive["x"], archive["y"]
    except damage as error:
        do = "install chainrule again"
        raise DataError(message("nn.data", f"{file} ({error})", "the data file as released", do)) from error
