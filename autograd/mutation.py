"""Assignment into tensors: `y[i] = v`, `y += v`, `np.add.at(y, i, v)`, `np.exp(x, out=y)`, differentiable.

A graph keeps the values it was made of, so nothing is overwritten: the tensor takes a new array and a new record, and
whoever used the old value still has it. Views behave as NumPy's do: they follow the tensor that they look into, and
an assignment through one reaches it. To make that possible a view remembers its base and how it looks into it.

A leaf that requires a gradient is not assigned to: the gradient would be that of a value nobody can name any more.
Under `no_grad` it is, in place; that is how optimisers work.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from .errors import DTypeError, GraphError, ShapeError, UnsupportedError, message
from .guard import owner_of
from .inspection import Inspected
from .op import Op
from .rules.assignment import SETITEM
from .rules.index import GETITEM, SCATTER_ADD
from .rules.shape import OUTPUT
from .tape import Leaf, Node, current_scope, mark_changed

_AT = {np.add: 1.0, np.subtract: -1.0}


class Assignable(Inspected):
    """What changes a tensor in place."""

    __slots__ = ()

    def looks_into(self, base: Assignable, op: Op, params: dict[str, Any] | None) -> None:
        """Note that this tensor is a view of `base`, if it shares its memory."""
        data = self._data
        if type(data) is not np.ndarray or owner_of(data) is not owner_of(base._data):
            return  # an integer-array index, or a reshape that had to copy
        self._base = (base, op, params or {})
        views = getattr(base, "_views", None)
        if views is None:
            views = base._views = {}
        key = id(self)
        views[key] = weakref.ref(self, lambda _: views.pop(key, None))

    def assign_(self, value: Any) -> Self:
        """Write values into the array of a leaf or a constant, in place; a graph made before will refuse to go back.

        Raises:
            GraphError: the tensor was computed from tracked ones.
            ShapeError: the values do not broadcast to its shape.

        Example:
            >>> from autograd import Tensor
            >>> w = Tensor([1.0, 2.0], requires_grad=True)
            >>> w.assign_([5.0, 6.0])
            Tensor([5., 6.], requires_grad=True)
        """
        if isinstance(self._node, Node):
            raise GraphError(message("assign_", "a tensor that was computed", "a leaf or a constant", "use detach()"))
        array = value._data if isinstance(value, Inspected) else np.asarray(value)
        try:
            self._data = np.asanyarray(self._data)
            np.copyto(self._data, array, casting="same_kind")
        except (ValueError, TypeError):
            raise ShapeError(
                message("assign_", f"values of shape {array.shape} and dtype {array.dtype}",
                        f"shape {self.shape} and dtype {self.dtype}", "reshape or cast the values")
            ) from None  # fmt: skip
        self.mark_changed()
        return self

    def mark_changed(self) -> None:
        """Say that the array was written to in place, so that graphs made before refuse to use it."""
        if isinstance(self._node, Leaf):
            mark_changed(self._node)

    def __setitem__(self, key: Any, value: Any) -> None:
        index = self.plain(key)
        self._assign("t[...] = value", lambda: SETITEM(self, value, index=index))

    def __iadd__(self, other: Any) -> Self:
        return self._assign("+=", lambda: self + other)

    def __isub__(self, other: Any) -> Self:
        return self._assign("-=", lambda: self - other)

    def __imul__(self, other: Any) -> Self:
        return self._assign("*=", lambda: self * other)

    def __itruediv__(self, other: Any) -> Self:
        return self._assign("/=", lambda: self / other)

    def __ifloordiv__(self, other: Any) -> Self:
        return self._assign("//=", lambda: self // other)

    def __imod__(self, other: Any) -> Self:
        return self._assign("%=", lambda: self % other)

    def __ipow__(self, other: Any) -> Self:
        return self._assign("**=", lambda: self**other)

    def receive(self, where: str, result: Any) -> Self:
        """Take the result of a NumPy call that named this tensor as its `out`."""
        return self._assign(where, lambda: result)

    def add_at(self, ufunc: Any, index: Any, *values: Any) -> None:
        """`np.add.at` and `np.subtract.at`: repeated indices add up."""
        if ufunc not in _AT or not values:
            raise UnsupportedError(
                message(f"np.{ufunc.__name__}.at", "a Tensor", "np.add.at or np.subtract.at", "use t[index] = value")
            )
        index = self.plain(index)
        part = np.broadcast_to(values[0], self._data[index].shape) * _AT[ufunc]
        self._assign(f"np.{ufunc.__name__}.at", lambda: self + SCATTER_ADD(part, index=index, shape=self.shape))

    @classmethod
    def plain(cls, key: Any) -> Any:
        """An index without tensors in it."""
        raise NotImplementedError

    def _assign(self, where: str, compute: Callable[[], Any]) -> Self:
        root, path = self._root()
        recording = current_scope().recording
        if isinstance(root._node, Leaf) and recording:
            raise GraphError(
                message(
                    where,
                    f"an assignment into {root.name or 'a leaf'}, which requires a gradient",
                    "a tensor that was computed, or no_grad",
                    "assign to a copy (t * 1), build the value with np.where, or update it under no_grad",
                )
            )
        _refuse_hidden_view(where, root)
        made = self._checked(where, compute())
        node = getattr(made, "_node", None)
        if not recording or (node is None and root._node is None):
            self._write(root, made)
            return self
        for view in path:
            base, op, params = view._base
            back: Any = op.vjps[0]
            made = SETITEM(base, made, **params) if op is GETITEM else back(made, None, base, **params)
        root._data, root._node = made._data, made._node
        root._refresh_views()
        return self

    def _root(self) -> tuple[Assignable, list[Assignable]]:
        """The tensor whose memory this one looks into, and the views on the way there."""
        root: Assignable = self
        path = []
        while (found := getattr(root, "_base", None)) is not None:
            path.append(root)
            root = found[0]
        return root, path

    def _checked(self, where: str, made: Any) -> Any:
        if np.shape(made) != self.shape:
            raise ShapeError(
                message(where, f"a result of shape {np.shape(made)}", f"the tensor's shape {self.shape}", "reshape it")
            )
        if made.dtype != self.dtype:
            if not np.can_cast(made.dtype, self.dtype, "same_kind"):
                raise DTypeError(
                    message(where, f"dtype {made.dtype}", f"what fits into {self.dtype}", "convert the tensor first")
                )
            made = made.astype(self.dtype)
        return made

    def _write(self, root: Assignable, made: Any) -> None:
        """Write values where no record is wanted; what a graph made before holds is left as it was."""
        values = made._data if isinstance(made, Inspected) else made
        if root._node is None or isinstance(root._node, Leaf):
            self._data = np.asanyarray(self._data)  # NumPy gives scalars for 0-d results
            np.copyto(self._data, values)
            if isinstance(root._node, Leaf):
                mark_changed(root._node)
            return
        whole = root._data.copy()
        part = whole
        for view in reversed(self._root()[1]):
            _, op, params = view._base
            part = op.forward(part, **params)
        np.copyto(part, values)
        root._data = whole
        root._refresh_views()

    def _refresh_views(self) -> None:
        """Look again through every view of this tensor that someone still holds."""
        stale: list[Assignable] = [self]
        while stale:
            base = stale.pop()
            for reference in list(getattr(base, "_views", {}).values()):
                view = reference()
                if view is not None:
                    _, op, params = view._base
                    again = self.bind(op, (base,), params or None)
                    view._data, view._node = again._data, again._node
                    stale.append(view)


def _refuse_hidden_view(where: str, root: Assignable) -> None:
    """Refuse to assign through a view that does not know its base, such as a part of `np.split`."""
    node: Any = root._node
    if isinstance(node, Leaf | None) or node.values is None:
        return
    source = node.inputs[0] if node.op is OUTPUT else node
    if source.op.view:
        return  # those know their base
    owner = owner_of(np.asarray(root._data))
    if any(type(value) is np.ndarray and owner_of(value) is owner for value in source.values or ()):
        raise UnsupportedError(
            message(
                where,
                f"a view that {source.op.name!r} made of another tensor",
                "a tensor with elements of its own, or a view made by indexing or reshaping",
                "assign to the other tensor by an index, or to a copy (t * 1)",
            )
        )
