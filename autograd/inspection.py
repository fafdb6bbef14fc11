"""How a tensor looks from outside: shape and dtype, as a number, as text."""

from __future__ import annotations

import dis
import sys
import weakref
from collections.abc import Iterator
from types import FrameType
from typing import Any, Self

import numpy as np

from .arraylike import ArrayLike
from .errors import ShapeError, UnsupportedError, message
from .op import Op
from .tape import Leaf, Node

_STORE = dis.opmap["STORE_SUBSCR"]


def _refuse_array_element(frame: FrameType) -> None:
    """`array[i] = tensor` on a plain array asks for a float, and would lose the gradient without a word."""
    if frame.f_code.co_code[frame.f_lasti] == _STORE:
        raise UnsupportedError(
            message(
                "array[...] = tensor",
                "a Tensor that requires a gradient, for an element of a plain array",
                "a Tensor on the left",
                "make the array a Tensor first, join the parts with np.stack, or assign the number with .item()",
            )
        )


class Inspected(ArrayLike):
    """What can be asked of a tensor without computing anything."""

    __slots__ = ("__weakref__", "_base", "_data", "_name", "_node", "_views")
    _data: Any
    _node: Node | Leaf | None
    _base: tuple[Any, Op, dict[str, Any]]  # of a view: what it looks into, and how
    _views: dict[int, weakref.ref[Any]]  # the views of this tensor that are alive

    @property
    def node(self) -> Node | Leaf | None:
        """Where it comes from: a `Leaf`, a `Node` of the tape, or None for a constant."""
        return self._node

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user rather than by an op on tracked tensors."""
        return not isinstance(self._node, Node)

    @property
    def name(self) -> str | None:
        """How messages and pictures call it."""
        if self._node is not None:
            return self._node.name
        return getattr(self, "_name", None)

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name
        if self._node is not None:
            self._node.name = name

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._data.size  # type: ignore[no-any-return]

    @property
    def nbytes(self) -> int:
        """The memory of the elements."""
        return self._data.nbytes  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements; a gradient has the same."""
        return self._data.dtype  # type: ignore[no-any-return]

    @property
    def readonly(self) -> np.ndarray[Any, Any]:
        """The array for looking only: it can't be written to, so it need not be watched.

        Example:
            >>> from autograd import Tensor
            >>> Tensor([1.0], requires_grad=True).readonly[0] = 2.0
            Traceback (most recent call last):
            ValueError: assignment destination is read-only
        """
        view: np.ndarray[Any, Any] = np.asanyarray(self._data).view()
        view.flags.writeable = False
        return view

    def item(self) -> Any:
        """The one element as a Python number."""
        return self._one("item")

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
        return self._data.tolist()

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))

    def __len__(self) -> int:
        if not self.ndim:
            raise ShapeError(message("len", "a scalar tensor", "at least one axis", "use .size or .item()"))
        return self.shape[0]

    def __bool__(self) -> bool:
        return bool(self._one("bool"))

    def __float__(self) -> float:
        """The one element as a Python float, which leaves the graph: `math.sin(t)` carries no gradient."""
        if self._node is not None:
            _refuse_array_element(sys._getframe(1))
        return float(self._one("float"))

    def __int__(self) -> int:
        return int(self._one("int"))

    def __index__(self) -> int:
        if self.dtype.kind not in "iu":
            raise TypeError(message("index", f"a tensor of dtype {self.dtype}", "an integer", "convert it with int()"))
        return int(self._one("index"))

    def _one(self, where: str) -> Any:
        if self.size != 1:
            raise ShapeError(
                message(where, f"a tensor of shape {self.shape}", "one element", "reduce or index it first")
            )
        return self._data.item()

    def __repr__(self) -> str:
        text = np.array2string(np.asanyarray(self._data), separator=", ", prefix="Tensor(")
        cut = self._data.size > np.get_printoptions()["threshold"]  # then, as NumPy does, the shape is said
        shape = f", shape={self._data.shape}" if cut else ""
        dtype = "" if self.dtype in (np.float64, np.int64, np.bool_) else f", dtype={self.dtype}"
        name = f", name={self.name!r}" if self.name else ""
        made = ", requires_grad=True" if isinstance(self._node, Leaf) else ""
        made = f", op={self._node.op.name}" if isinstance(self._node, Node) else made
        return f"Tensor({text}{shape}{dtype}{name}{made})"

    def __reduce__(self) -> Any:
        """Pickle and copy keep values, name and whether a leaf is tracked; what was computed becomes a constant."""
        return _rebuild, (type(self), self._data.copy(), isinstance(self._node, Leaf), self.name)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        rebuild, arguments = self.__reduce__()
        copied: Self = rebuild(*arguments)
        return copied

    def __format__(self, spec: str) -> str:
        return format(self._one("format"), spec) if spec else repr(self)


def _rebuild(cls: type[Any], data: Any, requires_grad: bool, name: str | None) -> Any:
    tensor = object.__new__(cls)
    tensor._data, tensor._node, tensor._name = data, Leaf(name) if requires_grad else None, name
    return tensor


def array_of(x: Any) -> Any:
    """`x` without its tensors, also inside lists and tuples."""
    if isinstance(x, Inspected):
        return x._data
    if isinstance(x, (list, tuple)) and any(isinstance(item, Inspected) for item in x):
        return type(x)(map(array_of, x))
    return x
