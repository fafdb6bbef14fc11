"""What an ndarray has, for things that are not ndarrays: methods and operators that go to the rows of the table.

Tensors and symbols inherit it, so that a rule that says `g.sum(axis=0)` or `x @ y.T` runs on either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .op import Op
from .protocols import NumpyProtocols
from .rules import elementwise, index, linalg, reduce, shape


def _binary(op: Op) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        return self.bind(op, (self, other), None)

    return operator


def _reflected(op: Op) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        return self.bind(op, (other, self), None)

    return operator


def _unary(op: Op) -> Callable[[Any], Any]:
    def operator(self: Any) -> Any:
        return self.bind(op, (self,), None)

    return operator


def _comparison(function: Any) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        return self.constant(function, (self, other), {})

    return operator


class ArrayLike(NumpyProtocols):
    """ndarray's methods and operators, each a call of one row."""

    __slots__ = ()

    __add__, __radd__ = _binary(elementwise.ADD), _reflected(elementwise.ADD)
    __sub__, __rsub__ = _binary(elementwise.SUBTRACT), _reflected(elementwise.SUBTRACT)
    __mul__, __rmul__ = _binary(elementwise.MULTIPLY), _reflected(elementwise.MULTIPLY)
    __truediv__, __rtruediv__ = _binary(elementwise.DIVIDE), _reflected(elementwise.DIVIDE)
    __pow__, __rpow__ = _binary(elementwise.POWER), _reflected(elementwise.POWER)
    __matmul__, __rmatmul__ = _binary(linalg.MATMUL), _reflected(linalg.MATMUL)
    __neg__, __pos__, __abs__ = map(_unary, (elementwise.NEGATIVE, elementwise.POSITIVE, elementwise.ABS))
    __lt__, __le__, __gt__, __ge__ = map(_comparison, (np.less, np.less_equal, np.greater, np.greater_equal))
    __eq__, __ne__ = _comparison(np.equal), _comparison(np.not_equal)
    __and__, __or__ = _comparison(np.bitwise_and), _comparison(np.bitwise_or)
    __hash__ = object.__hash__  # by identity, since == compares elements

    def _apply(self, op: Op, params: dict[str, Any] | None = None) -> Self:
        made: Self = self.bind(op, (self,), params)
        return made

    @property
    def T(self) -> Self:  # noqa: N802  # NumPy's name
        """The axes in reverse order."""
        return self._apply(shape.TRANSPOSE)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Self:
        """The sum over all axes, or over some."""
        return self._apply(reduce.SUM, _axes(axis, keepdims))

    def mean(self, axis: Any = None, keepdims: bool = False) -> Self:
        """The mean over all axes, or over some."""
        return self._apply(reduce.MEAN, _axes(axis, keepdims))

    def max(self, axis: Any = None, keepdims: bool = False) -> Self:
        """The largest element, over all axes or over some."""
        return self._apply(reduce.MAX, _axes(axis, keepdims))

    def min(self, axis: Any = None, keepdims: bool = False) -> Self:
        """The smallest element, over all axes or over some."""
        return self._apply(reduce.MIN, _axes(axis, keepdims))

    def clip(self, min: Any = None, max: Any = None) -> Self:
        """Each element held between two bounds."""
        return self._apply(elementwise.CLIP, {"a_min": min, "a_max": max})

    def reshape(self, *new_shape: Any) -> Self:
        """The same elements in another shape."""
        return self._apply(shape.RESHAPE, {"shape": new_shape[0] if len(new_shape) == 1 else new_shape})

    def transpose(self, *axes: Any) -> Self:
        """The axes in another order; reversed if none is given."""
        order = axes[0] if len(axes) == 1 else axes or None
        return self._apply(shape.TRANSPOSE, None if order is None else {"axes": order})

    def swapaxes(self, axis1: int, axis2: int) -> Self:
        """Two axes exchanged."""
        return self._apply(shape.SWAPAXES, {"axis1": axis1, "axis2": axis2})

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """The same numbers as another dtype."""
        return self._apply(shape.ASTYPE, {"dtype": np.dtype(dtype)})

    def __getitem__(self, key: Any) -> Self:
        return self._apply(index.GETITEM, {"index": key})


def _axes(axis: Any, keepdims: bool) -> dict[str, Any] | None:
    params = {} if axis is None else {"axis": axis}
    if keepdims:
        params["keepdims"] = True
    return params or None
