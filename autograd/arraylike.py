"""What an ndarray has, for things that are not ndarrays: methods and operators that go to the rows of the table.

Tensors and symbols inherit it, so that a rule that says `g.sum(axis=0)` or `x @ y.T` runs on either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .errors import UnsupportedError, message
from .op import Op, Recorder
from .protocols import NumpyProtocols
from .rules import arranging, elementwise, index, linalg, matrices, products, reduce, rounding, selection, shape


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
    __floordiv__, __rfloordiv__ = _binary(rounding.FLOOR_DIVIDE), _reflected(rounding.FLOOR_DIVIDE)
    __mod__, __rmod__ = _binary(rounding.REMAINDER), _reflected(rounding.REMAINDER)
    __divmod__, __rdivmod__ = _binary(rounding.DIVMOD), _reflected(rounding.DIVMOD)
    __matmul__, __rmatmul__ = _binary(linalg.MATMUL), _reflected(linalg.MATMUL)
    __neg__, __pos__, __abs__ = map(_unary, (elementwise.NEGATIVE, elementwise.POSITIVE, elementwise.ABS))
    __lt__, __le__, __gt__, __ge__ = map(_comparison, (np.less, np.less_equal, np.greater, np.greater_equal))
    __eq__, __ne__ = _comparison(np.equal), _comparison(np.not_equal)
    __and__, __or__ = _comparison(np.bitwise_and), _comparison(np.bitwise_or)
    __hash__ = object.__hash__  # by identity, since == compares elements

    def __contains__(self, x: Any) -> bool:
        return bool(np.any(self == x))

    def _apply(self, op: Op, params: dict[str, Any] | None = None) -> Self:
        made: Self = self.bind(op, (self,), params)
        return made

    def _called(self, function: Any, **options: Any) -> Self:
        if options.get("out", 0) is None:
            del options["out"]
        made: Self = function(self, **options)
        return made

    @property
    def T(self) -> Self:  # noqa: N802  # NumPy's name
        """The axes in reverse order."""
        return self._apply(shape.TRANSPOSE)

    # Reductions with their common options go straight to their rows, the others by way of NumPy's functions.

    def sum(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = np._NoValue, where: Any = True,
    ) -> Self:  # fmt: skip
        """The sum over all axes, or over some."""
        if dtype is None and out is None and initial is np._NoValue and where is True:
            return self._apply(reduce.SUM, _axes(axis, keepdims))
        return self._called(np.sum, axis=axis, dtype=dtype, out=out, keepdims=keepdims, initial=initial, where=where)

    def prod(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = np._NoValue, where: Any = True,
    ) -> Self:  # fmt: skip
        """The product over all axes, or over some."""
        return self._called(np.prod, axis=axis, dtype=dtype, out=out, keepdims=keepdims, initial=initial, where=where)

    def mean(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True
    ) -> Self:
        """The mean over all axes, or over some."""
        if dtype is None and out is None and where is True:
            return self._apply(reduce.MEAN, _axes(axis, keepdims))
        return self._called(np.mean, axis=axis, dtype=dtype, out=out, keepdims=keepdims, where=where)

    def var(
        self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: bool = False, *,
        where: Any = True,
    ) -> Self:  # fmt: skip
        """The variance over all axes, or over some: squares of deviations, over their number less `ddof`."""
        return self._called(np.var, axis=axis, dtype=dtype, out=out, ddof=ddof, keepdims=keepdims, where=where)

    def std(
        self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: bool = False, *,
        where: Any = True,
    ) -> Self:  # fmt: skip
        """The standard deviation over all axes, or over some."""
        return self._called(np.std, axis=axis, dtype=dtype, out=out, ddof=ddof, keepdims=keepdims, where=where)

    def max(
        self, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = np._NoValue, where: Any = True
    ) -> Self:
        """The largest element, over all axes or over some."""
        if out is None and initial is np._NoValue and where is True:
            return self._apply(reduce.MAX, _axes(axis, keepdims))
        return self._called(np.max, axis=axis, out=out, keepdims=keepdims, initial=initial, where=where)

    def min(
        self, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = np._NoValue, where: Any = True
    ) -> Self:
        """The smallest element, over all axes or over some."""
        if out is None and initial is np._NoValue and where is True:
            return self._apply(reduce.MIN, _axes(axis, keepdims))
        return self._called(np.min, axis=axis, out=out, keepdims=keepdims, initial=initial, where=where)

    def cumsum(self, axis: int | None = None, dtype: Any = None, out: Any = None) -> Self:
        """Running sums along an axis, or of all elements in one line."""
        return self._called(np.cumsum, axis=axis, dtype=dtype, out=out)

    def cumprod(self, axis: int | None = None, dtype: Any = None, out: Any = None) -> Self:
        """Running products along an axis, or of all elements in one line."""
        return self._called(np.cumprod, axis=axis, dtype=dtype, out=out)

    def argmax(self, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Any:
        """Where the largest element is: plain integers."""
        return self.constant(np.argmax, (self,), {"axis": axis, "out": out, "keepdims": keepdims})

    def argmin(self, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Any:
        """Where the smallest element is: plain integers."""
        return self.constant(np.argmin, (self,), {"axis": axis, "out": out, "keepdims": keepdims})

    def any(self, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
        """Whether there is an element that is not 0: plain booleans."""
        return self.constant(np.any, (self,), {"axis": axis, "out": out, "keepdims": keepdims, "where": where})

    def all(self, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
        """Whether no element is 0: plain booleans."""
        return self.constant(np.all, (self,), {"axis": axis, "out": out, "keepdims": keepdims, "where": where})

    # Element by element

    def clip(self, min: Any = None, max: Any = None, out: Any = None) -> Self:
        """Each element held between two bounds."""
        if out is None and not isinstance(min, Recorder) and not isinstance(max, Recorder):
            return self._apply(elementwise.CLIP, {"a_min": index.kept(min), "a_max": index.kept(max)})
        return self._called(np.clip, a_min=min, a_max=max, out=out)

    def round(self, decimals: int = 0, out: Any = None) -> Self:
        """Each element rounded to `decimals` digits behind the point: flat, so nothing flows back."""
        return self._called(np.round, decimals=decimals, out=out)

    def __round__(self, digits: int | None = None) -> Self:
        return self.round(digits or 0)

    def conjugate(self) -> Self:
        """The complex conjugates; of real numbers, the numbers."""
        return self._apply(elementwise.CONJUGATE)

    conj = conjugate

    @property
    def real(self) -> Self:
        """The real parts; of real numbers, the numbers."""
        return self._apply(elementwise.REAL)

    @property
    def imag(self) -> Self:
        """The imaginary parts; of real numbers, zeros."""
        return self._apply(elementwise.IMAG)

    # Shape, order and selection

    def reshape(self, *new_shape: Any, order: str = "C", copy: bool | None = None) -> Self:
        """The same elements in another shape."""
        wanted = new_shape[0] if len(new_shape) == 1 else new_shape
        if copy is not None:
            made: Self = shape.reshape(self, wanted, order, copy=copy)
            return made
        return self._apply(shape.RESHAPE, {"shape": wanted} if order == "C" else {"shape": wanted, "order": order})

    def ravel(self, order: str = "C") -> Self:
        """All elements on one axis."""
        return self.reshape(-1, order=order)

    def flatten(self, order: str = "C") -> Self:
        """All elements on one axis, copied."""
        return self.copy().reshape(-1, order=order)

    @property
    def flat(self) -> Self:
        """All elements on one axis, to walk through or to index."""
        return self.reshape(-1)

    def squeeze(self, axis: Any = None) -> Self:
        """Without the axes of length one."""
        return self._apply(shape.SQUEEZE, None if axis is None else {"axis": axis})

    def copy(self, order: str = "C") -> Self:
        """The same numbers in memory of their own."""
        return self._apply(shape.COPY, None if order == "C" else {"order": order})

    def transpose(self, *axes: Any) -> Self:
        """The axes in another order; reversed if none is given."""
        order = axes[0] if len(axes) == 1 else axes or None
        return self._apply(shape.TRANSPOSE, None if order is None else {"axes": order})

    def swapaxes(self, axis1: int, axis2: int) -> Self:
        """Two axes exchanged."""
        return self._apply(shape.SWAPAXES, {"axis1": axis1, "axis2": axis2})

    @property
    def mT(self) -> Self:  # noqa: N802  # NumPy's name
        """The last two axes exchanged."""
        made: Self = shape.matrix_transpose(self)
        return made

    def repeat(self, repeats: Any, axis: int | None = None) -> Any:
        """Each element, or each slice along an axis, so many times in a row."""
        return arranging.repeat(self, repeats, axis)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        """The diagonal of a matrix, or of each in a stack."""
        return matrices.diagonal(self, offset, axis1, axis2)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        """The sum along a diagonal."""
        return products.trace(self, offset, axis1, axis2)

    def dot(self, b: Any) -> Any:
        """The product with `b`: a number scales, anything else meets this one's last axis."""
        return products.dot(self, b)

    def take(self, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
        """The elements, or the slices along an axis, at the given places."""
        return selection.take(self, indices, axis, mode=mode)

    def compress(self, condition: Any, axis: int | None = None) -> Any:
        """The slices along an axis, or the elements, for which a condition holds."""
        return selection.compress(condition, self, axis)

    def choose(self, choices: Any, *, mode: str = "raise") -> Any:
        """From several arrays, each element from the one whose number stands here."""
        return selection.choose(self, choices, mode=mode)

    def sort(self, *args: Any, **options: Any) -> None:
        """In place, as ndarray has it: refused, since the old order is what the gradient needs."""
        raise _in_place("sort")

    def partition(self, *args: Any, **options: Any) -> None:
        """In place, as ndarray has it: refused, since the old order is what the gradient needs."""
        raise _in_place("partition")

    def argsort(self, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None) -> Any:
        """The places of the elements in ascending order: a plain array."""
        return self.constant(np.argsort, (self, axis, kind, order), {"stable": stable})

    def argpartition(self, kth: Any, axis: int | None = -1, kind: Any = "introselect", order: Any = None) -> Any:
        """The places of the elements, partitioned: a plain array."""
        return self.constant(np.argpartition, (self, kth, axis, kind, order), {})

    def searchsorted(self, v: Any, side: Any = "left", sorter: Any = None) -> Any:
        """Where values would go in this sorted vector: a plain array."""
        return self.constant(np.searchsorted, (self, v, side, sorter), {})

    def nonzero(self) -> Any:
        """The places of the elements that are not 0: plain arrays, one for each axis."""
        return self.constant(np.nonzero, (self,), {})

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """The same numbers as another dtype."""
        return self._apply(shape.ASTYPE, {"dtype": np.dtype(dtype)})

    def __getitem__(self, key: Any) -> Self:
        return self._apply(index.GETITEM, {"index": index.kept(key)})


def _axes(axis: Any, keepdims: bool) -> dict[str, Any] | None:
    params = {} if axis is None else {"axis": axis}
    if keepdims:
        params["keepdims"] = True
    return params or None


def _in_place(name: str) -> UnsupportedError:
    return UnsupportedError(
        message(f"Tensor.{name}", "a call that would sort in place", "a new tensor", f"use np.{name}(t)")
    )
