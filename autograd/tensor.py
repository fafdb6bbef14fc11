"""Tensor: an array, and how it was made.

Use it as you would use an ndarray: the same attributes, methods, operators, and plain `np.` functions on it.
`backward()` then puts into each leaf's `.grad` how the result moves as that leaf moves.

    >>> import numpy as np
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> np.sum(x * x).backward()
    >>> x.grad
    Tensor([2., 4.])
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from . import reverse
from .errors import DTypeError, GraphError, ShapeError, UnsupportedError, message
from .guard import expose, exposed, held, note
from .hooks import Hookable, hooked, through_hooks
from .inspection import array_of
from .mutation import Assignable
from .op import Op, Recorder, by_function
from .operands import NUMBERS, check_float, constant
from .rules import elementwise, linalg
from .tape import BACKWARD, Leaf, Node, current_scope, next_seq, scope

_new = object.__new__


def _unary(op: Op) -> Callable[[Tensor], Tensor]:
    """What runs `op`, a row of one operand, when NumPy's function is called on a tensor."""
    compute = op.forward

    def method(self: Tensor) -> Tensor:
        x, p = self._data, self._node
        tensor = _new(Tensor)
        tensor._data = out = compute(x)
        tensor._node = None
        if p is not None:
            scope = current_scope()
            if (make := scope.make) is not None:
                if make is Node:  # written out, as a call would cost a tenth of the op
                    node = _new(Node)
                    node.seq, node.op, node.params = next_seq(), op, None
                    node.inputs, node.values = (p,), (x,)
                    node.out, node.scope = out, scope
                else:
                    node = make(next_seq(), op, (p,), (x,), None, out, scope)
                tensor._node = node
                if exposed:
                    note(node)
        return tensor

    return method


def _binary(op: Op, compute: Callable[[Any, Any], Any]) -> Callable[[Tensor, Any], Any]:
    """A method for `op`. Python's operator does what the row's ufunc does, and on NumPy scalars ten times faster."""

    def method(self: Tensor, other: Any) -> Any:
        x, p = self._data, self._node
        if isinstance(other, Tensor):
            y, q = other._data, other._node
        elif isinstance(other, NUMBERS):
            y, q = other, None
        else:
            return _foreign(op, (self, other), other)
        tensor = _new(Tensor)
        tensor._data = out = compute(x, y)
        tensor._node = None
        if p is not None or q is not None:
            scope = current_scope()
            if (make := scope.make) is not None:
                if p is None:
                    x = held(x, op, 0)
                elif q is None:
                    y = held(y, op, 1)
                if make is Node:
                    node = _new(Node)
                    node.seq, node.op, node.params = next_seq(), op, None
                    node.inputs, node.values = (p, q), (x, y)
                    node.out, node.scope = out, scope
                else:
                    node = make(next_seq(), op, (p, q), (x, y), None, out, scope)
                tensor._node = node
                if exposed:
                    note(node)
        return tensor

    return method


def _foreign(op: Op, xs: tuple[Any, Any], other: Any) -> Any:
    if isinstance(other, (list, tuple, complex, str, bytes)):  # the last ones to be refused by name
        return Tensor.bind(op, xs, None)
    return NotImplemented


class Tensor(Assignable, Hookable):
    """An array that remembers how it was computed.

    Args:
        data: anything NumPy makes an array of; its dtype is kept, Python floats become float64.
        requires_grad: track what is computed from it, so that `backward` finds its gradient. The array is then
            copied, because whoever trains it will write to it.
        name: how messages and pictures call it.

    Raises:
        DTypeError: a gradient was asked for of integers, booleans or anything else but floats.

    Example:
        >>> w = Tensor(3.0, requires_grad=True)
        >>> y = w * w
        >>> y.backward()
        >>> w.grad.item()
        6.0
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = False, name: str | None = None) -> None:
        array: Any = data._data if isinstance(data, Tensor) else data
        if not (isinstance(array, np.ndarray) and isinstance(array, Recorder)):
            array = np.asarray(array)
        self._node = None
        if requires_grad:
            check_float(array.dtype, "Tensor")
            array = array.copy()
            self._node = Leaf(name)
        self._data = array
        self._name = name

    @staticmethod
    def linked(data: Any, node: Node | Leaf | None) -> Tensor:
        """A tensor that stands for what `node` made."""
        tensor = _new(Tensor)
        tensor._data, tensor._node = data, node
        return tensor

    @staticmethod
    def wrapped(data: Any) -> Tensor:
        """`data` itself if it is a tensor, else a constant around it."""
        return data if isinstance(data, Tensor) else Tensor(data)

    # What it is

    @property
    def data(self) -> npt.NDArray[Any]:
        """The array itself, not a copy. Of a tracked tensor it is watched from now on: see `autograd.guard`."""
        if not isinstance(self._data, np.ndarray):
            self._data = np.asarray(self._data)  # NumPy gives scalars for 0-d results
        array: npt.NDArray[Any] = self._data
        if self._node is not None:
            expose(array)
        return array

    @data.setter
    def data(self, value: Any) -> None:
        self.assign_(value)

    @property
    def grad(self) -> Tensor | None:
        """What `backward` has added up for this leaf, or None."""
        if isinstance(self._node, Leaf):
            return self._node.grad  # type: ignore[no-any-return]
        return getattr(self._node, "retained", None)

    @grad.setter
    def grad(self, value: Any) -> None:
        if not isinstance(self._node, Leaf):
            raise GraphError(
                message("grad", "an assignment to a tensor that is no leaf", "a leaf that requires a gradient",
                        "assign to the leaf it was computed from")
            )  # fmt: skip
        if value is not None:
            value = value if isinstance(value, Tensor) else Tensor(value)
            if value.shape != self.shape:
                raise ShapeError(
                    message(
                        "grad", f"a gradient of shape {value.shape}", f"the tensor's shape {self.shape}", "reshape it"
                    )
                )
        self._node.grad = value

    @property
    def requires_grad(self) -> bool:
        """Whether what is computed from it is recorded."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Start or stop tracking this leaf; gives the tensor itself."""
        if isinstance(self._node, Node):
            if not requires_grad:
                raise GraphError(
                    message("requires_grad_", "False for a tensor that was computed", "a leaf", "use detach()")
                )
        elif requires_grad and self._node is None:
            check_float(self.dtype, "requires_grad_")
            self._node = Leaf(self.name)
        elif not requires_grad:
            self._node = None
        return self

    # What one can do with it

    def backward(self, gradient: Any = None, *, create_graph: bool = False, retain_graph: bool | None = None) -> None:
        """Add to the `.grad` of every leaf how this tensor moves as that leaf moves.

        Args:
            gradient: the cotangent to start with, of this tensor's shape; a scalar starts with 1.
            create_graph: record the pass itself, so that gradients can be differentiated again.
            retain_graph: keep the record for another pass; by default it is freed, unless `create_graph`.

        Raises:
            GraphError: not tracked, not a scalar and no `gradient`, or the record was freed by an earlier pass.
            ShapeError: `gradient` has another shape.
            MutationError: a leaf's array was written to after the forward pass.

        Example:
            >>> x = Tensor(2.0, requires_grad=True)
            >>> (x**3).backward(create_graph=True)
            >>> x.grad.item()
            12.0
        """
        root, seed = reverse.started(self, gradient)
        retain = create_graph if retain_graph is None else retain_graph
        if not create_graph:
            found = reverse.cotangents(root, seed, retain=retain, wrap=Tensor.wrapped)
        else:
            start = gradient if isinstance(gradient, Tensor) else Tensor(seed)
            with scope(BACKWARD, BACKWARD):  # pictures tell the pass's own nodes from those of the program
                found = reverse.cotangents(root, start, retain=retain, lift=Tensor.linked, wrap=Tensor.wrapped)
        for leaf, g in found.items():
            _deliver(leaf, g)

    def detach(self) -> Tensor:
        """A constant that shares this tensor's array."""
        return Tensor.linked(self._data, None)

    def numpy(self) -> npt.NDArray[Any]:
        """The array itself; of a tracked tensor only through `.data` or `detach()`."""
        if self._node is not None:
            raise GraphError(
                message("numpy", "a tensor that requires a gradient", "a constant", "use .data, or detach().numpy()")
            )
        return self.data

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """The same numbers as another dtype; a tracked tensor takes a float dtype only."""
        if self._node is not None and not np.issubdtype(dtype, np.floating):
            raise DTypeError(
                message("astype", f"{np.dtype(dtype)}", "a float dtype", "use .data.astype for a constant")
            )
        return super().astype(dtype)

    # The busiest operators go straight to their rows, past `bind`.
    __add__, __sub__ = _binary(elementwise.ADD, operator.add), _binary(elementwise.SUBTRACT, operator.sub)
    __mul__, __truediv__ = _binary(elementwise.MULTIPLY, operator.mul), _binary(elementwise.DIVIDE, operator.truediv)
    __pow__, __matmul__ = _binary(elementwise.POWER, operator.pow), _binary(linalg.MATMUL, operator.matmul)

    # How NumPy and Python see it

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs:
            direct = _direct.get(ufunc)
            if direct is not None:
                return direct(*args)
            found = by_function.get(ufunc)
            if found is not None:
                return self.bind(found[0], args, None)
        return super().__array_ufunc__(ufunc, method, *args, **kwargs)

    @staticmethod
    def bind(op: Op, xs: tuple[Any, ...], params: dict[str, Any] | None) -> Any:
        """Run a row on operands of which one or more are tensors, and record it if a gradient may come."""
        if len(xs) == 1 and not op.special:  # the common case, kept short
            x, p = xs[0]._data, xs[0]._node
            tensor = _new(Tensor)
            tensor._data = out = op.forward(x) if params is None else op.forward(x, **params)
            tensor._node = None
            if p is not None and (make := (scope := current_scope()).make) is not None:
                tensor._node = node = make(next_seq(), op, (p,), (x,), params, out, scope)
                if exposed:
                    note(node)
            if op.view:
                tensor.looks_into(xs[0], op, params)
            return tensor
        values: list[Any] = []
        inputs: list[Any] = []
        tracked = foreign = False
        for x in xs:
            if isinstance(x, Tensor):
                node = x._node
                values.append(x._data)
            else:
                node = None
                values.append(x if type(x) is np.ndarray else constant(x, op.name))
            inputs.append(node)
            if node is None:
                foreign = True
            else:
                tracked = True
        out = op.forward(*values) if params is None else op.forward(*values, **params)
        if tracked and op.deaf:
            inputs = [None if i in op.deaf else place for i, place in enumerate(inputs)]
            tracked, foreign = any(place is not None for place in inputs), True
        if tracked and (scope := current_scope()).make is not None:
            if foreign:
                values = [x if inputs[i] is not None else held(x, op, i) for i, x in enumerate(values)]
            return _record(op, inputs, values, params, out, scope)
        if op.saves:
            out = out[0]
        return _like(out, list(map(Tensor, out))) if op.multiple else Tensor.linked(out, None)

    @classmethod
    def constant(cls, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function that has no derivative on the arrays."""
        return function(*map(array_of, args), **{name: array_of(value) for name, value in kwargs.items()})

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if self._node is not None:
            raise UnsupportedError(
                message("np.asarray", "a Tensor, which would become a plain array and lose its gradient",
                        "an array", "use np.stack to join tensors, or .data for the values alone")
            )  # fmt: skip
        return np.array(self.data, dtype=dtype, copy=copy)

    def __getitem__(self, key: Any) -> Self:
        return super().__getitem__(self.plain(key))

    @classmethod
    def plain(cls, key: Any) -> Any:
        """An index without tensors in it."""
        return tuple(map(array_of, key)) if isinstance(key, tuple) else array_of(key)


# The ufuncs of one operand, past `bind` as well.
_direct = {
    ufunc: _unary(row)
    for ufunc, (row, _) in by_function.items()
    if isinstance(ufunc, np.ufunc) and len(row.vjps) == 1 and not row.special and not row.view
}


def _like(outputs: Any, tensors: list[Tensor]) -> Any:
    """The tensors in the kind of tuple that NumPy gave: some have names for their places."""
    return outputs._make(tensors) if hasattr(outputs, "_make") else tuple(tensors)


def _record(op: Op, inputs: list[Any], values: list[Any], params: Any, out: Any, scope: Any) -> Any:
    """What an op gives that is recorded in `scope`: a tensor, or one for each of its outputs."""
    if op.saves:
        out, saved = out
    node = scope.make(next_seq(), op, tuple(inputs), tuple(values), params, out, scope)
    if exposed:
        note(node)
    if op.saves:
        node.saved = saved
    if op.multiple:  # each output has a record of its own, which points at the op's
        return _like(out, [Tensor.linked(part, reverse.output_node(node, i)) for i, part in enumerate(out)])
    tensor = _new(Tensor)
    tensor._data, tensor._node = out, node
    return tensor


def _deliver(leaf: Any, g: Any) -> None:
    """Add a cotangent to a leaf's `.grad`, by way of its hooks."""
    if hooked:
        g = through_hooks(leaf, g, Tensor.wrapped, isinstance(g, Tensor))
    if leaf.grad is not None:
        total = leaf.grad + g  # a new array: whoever holds the old gradient keeps it
        leaf.grad = total if isinstance(total, Tensor) else Tensor(total)
    elif isinstance(g, Tensor):
        leaf.grad = g
    else:
        whole = type(g) is np.ndarray and g.base is None and g.flags.writeable
        if not whole and not getattr(g, "fresh", False):  # an array that a compiled step has just made says so
            g = g.copy(order="K") if isinstance(g, np.ndarray) else np.array(g)
        leaf.grad = tensor = _new(Tensor)
        tensor._data, tensor._node = g, None
