"""All parameters as one vector, for methods that know nothing of layers: line searches, curvature, loss surfaces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import message

from ..errors import ShapeError


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All elements of all parameters, one after the other; gradients flow back through it.

    Raises:
        ShapeError: there are no parameters.

    Example:
        >>> import nn
        >>> parameters_to_vector([nn.Parameter([[1.0, 2.0]]), nn.Parameter([3.0])])
        Tensor([1., 2., 3.], dtype=float32, op=concatenate)
    """
    flat = [param.reshape(-1) for param in parameters]
    if not flat:
        do = "pass net.parameters() of a network that has some"
        raise ShapeError(message("parameters_to_vector", "no parameters", "at least one", do))
    vector: Any = np.concatenate(flat)
    return Tensor.wrapped(vector)


def vector_to_parameters(vec: Any, parameters: Iterable[Tensor]) -> None:
    """Write a vector, as `parameters_to_vector` gives it, into the parameters.

    Raises:
        ShapeError: the vector has another length; then nothing is written.

    Example:
        >>> import nn
        >>> layer = nn.Linear(2, 1)
        >>> vector_to_parameters([1.0, 2.0, 3.0], layer.parameters())
        >>> layer(np.array([[1.0, 10.0]], np.float32)).item()
        24.0
    """
    given = list(parameters)
    vector = vec.readonly if isinstance(vec, Tensor) else np.asarray(vec)
    total = sum(param.size for param in given)
    if vector.shape != (total,):
        got, do = f"a vector of shape {vector.shape}", "pass what parameters_to_vector gave for the same parameters"
        raise ShapeError(message("vector_to_parameters", got, f"({total},)", do))
    start = 0
    for param in given:
        param.assign_(vector[start : start + param.size].reshape(param.shape))
        start += param.size
