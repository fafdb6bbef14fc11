"""Initialisers that make a matrix as a whole: the identity, orthogonal rows or columns, mostly zeros."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from autograd import Tensor
from autograd.errors import message

from ..errors import ShapeError
from ..functional.checks import check_range
from .filling import generator, write

T = TypeVar("T", bound=Tensor)


def _check_matrix(where: str, tensor: Tensor) -> tuple[int, int]:
    if tensor.ndim != 2:
        do = "use orthogonal_ for kernels" if tensor.ndim > 2 else "use normal_ or zeros_ for vectors"
        raise ShapeError(message(where, f"a tensor of shape {tensor.shape}", "a matrix", do))
    return tensor.shape[0], tensor.shape[1]


def eye_(tensor: T) -> T:
    """Fill a matrix with 1 on its diagonal and 0 elsewhere: a linear layer passes on what it can.

    Raises ShapeError for what is no matrix.

    Example:
        >>> import nn
        >>> eye_(nn.Parameter(np.zeros((2, 3)))).data
        array([[1., 0., 0.],
               [0., 1., 0.]])
    """
    rows, columns = _check_matrix("eye_", tensor)
    return write(tensor, np.eye(rows, columns))


def orthogonal_(tensor: T, gain: float = 1.0, *, rng: np.random.Generator | None = None) -> T:
    """Fill with rows, or if there are more of them columns, of length `gain` at right angles to each other.

    Signals then keep their length through a deep linear network. Axes after the first are taken as one.

    Source: Saxe et al. 2013, arXiv:1312.6120.

    Raises ShapeError for fewer than two dimensions.

    Example:
        >>> import nn
        >>> weight = orthogonal_(nn.Parameter(np.zeros((3, 5))), rng=np.random.default_rng(0)).data
        >>> np.allclose(weight @ weight.T, np.eye(3))
        True
    """
    if tensor.ndim < 2:
        do = "use normal_ or zeros_ for vectors"
        raise ShapeError(message("orthogonal_", f"a tensor of shape {tensor.shape}", "two dimensions or more", do))
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    drawn = generator(rng).standard_normal((rows, columns))
    q, r = np.linalg.qr(drawn if rows >= columns else drawn.T)
    q = q * np.sign(np.diagonal(r))  # else the decomposition would prefer some signs: Mezzadri 2006, math-ph/0609050
    return write(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


def sparse_(tensor: T, sparsity: float, std: float = 0.01, *, rng: np.random.Generator | None = None) -> T:
    """Fill a matrix with normal numbers, and set the share `sparsity` of each column to 0, at random places.

    Source: Martens 2010, "Deep learning via Hessian-free optimization".

    Raises ShapeError for what is no matrix, ConfigError for a share that is not from 0 to 1.

    Example:
        >>> import nn
        >>> weight = sparse_(nn.Parameter(np.zeros((4, 3))), 0.5, rng=np.random.default_rng(0))
        >>> (weight.data == 0).sum(axis=0)
        array([2, 2, 2])
    """
    rows, columns = _check_matrix("sparse_", tensor)
    share = check_range("sparse_", "sparsity", sparsity, 0.0, 1.0)
    check_range("sparse_", "std", std, 0.0)
    rng = generator(rng)
    values = rng.normal(0.0, std, (rows, columns))
    places = rng.permuted(np.tile(np.arange(rows)[:, None], columns), axis=0)[: math.ceil(share * rows)]
    np.put_along_axis(values, places, 0.0, axis=0)
    return write(tensor, values)
