"""Dropout: in training some elements, or whole channels, are set to 0 at random and the others scaled up to make up.

`inplace`, taken for PyTorch's sake, changes nothing: the result is a new array either way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler import live
from autograd.errors import message

from ..defaults import default_generator
from ..drawing import source, uniform
from ..errors import ShapeError
from .checks import array, check_range

_dropout = ops.dropout


def dropout(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, rng: np.random.Generator | None = None
) -> Any:
    """Each element 0 with probability `p`, else divided by 1 - p; the input itself unless `training`.

    The expectation is the input's, so nothing changes for evaluation. `rng` is nn's default generator if not given;
    the same state of it drops the same elements, in any dtype.

    Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".

    Raises ConfigError for a `p` that is no probability.

    Example:
        >>> dropout(np.ones(8), 0.5, rng=np.random.default_rng(0))
        array([2., 2., 2., 0., 0., 0., 0., 0.])
        >>> dropout(np.ones(3), 1.0), dropout(np.ones(3), 0.5, training=False)
        (array([0., 0., 0.]), array([1., 1., 1.]))
    """
    p = check_range("dropout", "p", p, 0.0, 1.0)
    x = array(input)
    return x if not training or p == 0 else _dropout(x, mask(x.shape, p, x.dtype, rng))


def dropout2d(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, rng: np.random.Generator | None = None
) -> Any:
    """Whole channels of (N, C, H, W) or (C, H, W) 0 with probability `p`, the others divided by 1 - p.

    Neighbouring places of an image are alike, so dropping them one by one hides little (Tompson et al. 2014,
    arXiv:1411.4280).

    Raises ConfigError for a `p` that is no probability, ShapeError for another number of axes.

    Example:
        >>> dropout2d(np.ones((1, 4, 1, 2)), 0.5, rng=np.random.default_rng(0))[0, :, 0]
        array([[2., 2.],
               [2., 2.],
               [2., 2.],
               [0., 0.]])
    """
    p = check_range("dropout2d", "p", p, 0.0, 1.0)
    x = array(input)
    check_maps("dropout2d", x)
    return x if not training or p == 0 else _dropout(x, mask((*x.shape[:-2], 1, 1), p, x.dtype, rng))


def check_maps(where: str, x: Any) -> None:
    """Raise ShapeError unless x is (N, C, H, W) or (C, H, W)."""
    if x.ndim not in (3, 4):
        do = "use dropout, which drops elements"
        raise ShapeError(message(where, f"x of shape {tuple(x.shape)}", "(N, C, H, W)", do))


def mask(shape: Any, p: float, dtype: Any, rng: np.random.Generator | None) -> np.ndarray[Any, Any]:
    """What dropout multiplies with: 0 with probability p, else 1 / (1 - p)."""
    generator = default_generator() if rng is None else rng
    kept = (
        live(_drawn, rng, shape, draws_from=source(generator)) >= p
    )  # of one dtype, so that a seed drops the same in all
    scaled: np.ndarray[Any, Any] = kept.astype(dtype if np.dtype(dtype).kind == "f" else np.float64)
    if p < 1:
        scaled *= 1.0 / (1.0 - p)
    scaled.flags.writeable = False  # nobody else has it, so the tape need not copy it
    return scaled


def _drawn(rng: np.random.Generator | None, shape: Any) -> Any:
    """Numbers from 0 to 1; in a compiled step from what is then the default generator."""
    return uniform(default_generator() if rng is None else rng, shape)
