"""Constructors of arrays that take tensors: what is made of tensors is a tensor, with a gradient to each of them.

    >>> import numpy as np
    >>> from autograd import grad
    >>> grad(lambda x: np.sum(array([x, 2 * x, 1.0])))(3.0)
    np.float64(3.0)

NumPy's own make plain arrays, and so refuse a tensor. Without a tensor among the elements these are NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ShapeError, UnsupportedError, message
from ..tensor import Tensor

_LAYOUT = {"copy", "order", "subok"}  # how an array lies in memory; a tensor's is the engine's business


def holds_tensor(x: Any) -> bool:
    """Whether there is a tensor in these lists and tuples, however deep."""
    return isinstance(x, Tensor) or (isinstance(x, (list, tuple)) and any(map(holds_tensor, x)))


def array(object: Any, dtype: Any = None, **options: Any) -> Any:
    """`np.array`, of tensors too: lists of them are stacked, at every level.

    Of the options tensors take `ndmin`; those about memory (`copy`, `order`, `subok`) say nothing about them.

    Raises:
        ShapeError: the parts have different shapes.
        UnsupportedError: another option.

    Example:
        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> array([[x[0], 0.0], x])
        Tensor([[1., 0.],
                [1., 2.]], op=stack)
    """
    if not holds_tensor(object):
        return np.array(object, dtype, **options)
    ndmin = options.pop("ndmin", 0)
    made = _converted("np.array", object, dtype, options)
    made = +made if made is object else made  # a copy, as np.array makes
    return made if made.ndim >= ndmin else made.reshape((1,) * (ndmin - made.ndim) + made.shape)


def _like(name: str) -> Callable[..., Any]:
    of_numpy = getattr(np, name)

    def convert(a: Any, dtype: Any = None, *args: Any, **options: Any) -> Any:
        if not holds_tensor(a):
            return of_numpy(a, dtype, *args, **options)
        return _converted(f"np.{name}", a, dtype, options)

    convert.__name__ = name
    convert.__doc__ = f"`np.{name}`; a tensor is given back as it is, lists of tensors are stacked."
    return convert


asarray, asanyarray = _like("asarray"), _like("asanyarray")
ascontiguousarray, asfortranarray = _like("ascontiguousarray"), _like("asfortranarray")


def _converted(where: str, x: Any, dtype: Any, options: dict[str, Any]) -> Any:
    for name, value in options.items():
        if name not in _LAYOUT and value is not None:
            raise UnsupportedError(
                message(where, f"{name}={value!r} with a Tensor", "dtype, or an option about memory", "leave it out")
            )
    made = _stacked(where, x)
    return made if dtype is None or made.dtype == dtype else made.astype(dtype)


def _stacked(where: str, x: Any) -> Any:
    if not isinstance(x, (list, tuple)):
        return x if isinstance(x, Tensor) else np.asarray(x)
    parts = [_stacked(where, part) for part in x]
    shapes = sorted({part.shape for part in parts}, key=lambda shape: (len(shape), shape))
    if len(shapes) > 1:
        raise ShapeError(
            message(
                where,
                f"parts of shapes {', '.join(map(str, shapes))}",
                "parts of one shape",
                "reshape them, or lay them end to end with np.concatenate",
            )
        )
    return np.stack(parts) if parts else np.asarray(parts)


def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """`np.full`, filled with a tensor too.

    Example:
        >>> full((2, 2), Tensor([1.0, 2.0], requires_grad=True))
        Tensor([[1., 2.],
                [1., 2.]], op=broadcast_to)
    """
    if not holds_tensor(fill_value):
        return np.full(shape, fill_value, dtype, **options)
    return np.broadcast_to(_converted("np.full", fill_value, dtype, options), shape)


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, **options: Any) -> Any:
    """`np.linspace`, between tensors too.

    Raises:
        UnsupportedError: another option with a tensor.

    Example:
        >>> linspace(0.0, Tensor(3.0, requires_grad=True), 4)
        Tensor([0., 1., 2., 3.], op=add)
    """
    if not holds_tensor((start, stop)):
        return np.linspace(start, stop, num, endpoint, **options)
    if options:
        raise UnsupportedError(
            message("np.linspace", f"{', '.join(options)} with a Tensor", "start, stop, num, endpoint", "leave it out")
        )
    width = stop - start
    steps = np.linspace(0.0, 1.0, num, endpoint).reshape((num,) + (1,) * width.ndim)
    return start + width * steps


def isscalar(element: Any) -> bool:
    """`np.isscalar`; a tensor without axes stands for a number, and is one."""
    return element.ndim == 0 if isinstance(element, Tensor) else bool(np.isscalar(element))
