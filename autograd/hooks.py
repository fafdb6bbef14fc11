"""Hooks: look at a gradient, or change it, as the backward pass goes by.

    handle = t.register_hook(lambda g: g * 0.5)      change what flows through t
    t.retain_grad()                                  keep the gradient of a tensor that is no leaf, as t.grad
    with on_step(print): loss.backward()             see every step of every pass

None of them costs anything while there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from .errors import GraphError, ShapeError, message
from .tape import Leaf, Node

if TYPE_CHECKING:
    from .reverse import Step

Hook = Callable[[Any], Any]

# The places that have hooks. A plain dict, since every node that a pass visits asks whether it is empty.
hooked: dict[int, ref[Node | Leaf]] = {}
observers: dict[int, Callable[[Step], Any]] = {}


class Handle:
    """What takes a hook away again: by `remove()`, or at the end of a `with`."""

    __slots__ = ("_emptied", "_key", "_registry")
    _made = 0

    def __init__(self, registry: dict[int, Any], hook: Any, emptied: Callable[[], Any] | None = None) -> None:
        Handle._made += 1
        self._registry, self._key, self._emptied = registry, Handle._made, emptied
        registry[self._key] = hook

    def remove(self) -> None:
        """Take the hook away; once is enough."""
        self._registry.pop(self._key, None)
        if not self._registry and self._emptied is not None:
            self._emptied()

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def add_hook(place: Node | Leaf, hook: Hook) -> Handle:
    """Call `hook` with the complete gradient of a place, in every pass that reaches it."""
    key = id(place)
    if key not in hooked:
        hooked[key] = ref(place, lambda _: hooked.pop(key, None))
        place.hooks = {}
    entry = hooked[key]  # by the time the last hook is taken away, another place may have this key
    return Handle(place.hooks, hook, lambda: hooked.get(key) is entry and hooked.pop(key))


def on_step(callback: Callable[[Step], Any]) -> Handle:
    """Call `callback` with every `Step` of every backward pass until the handle is removed.

    Example:
        >>> import autograd
        >>> x = autograd.Tensor(3.0, requires_grad=True)
        >>> with autograd.on_step(lambda step: print(step.node.op.name)):
        ...     (x * x + x).backward()
        add
        multiply
    """
    return Handle(observers, callback)


def through_hooks(place: Node | Leaf, g: Any, tensor_of: Callable[[Any], Any], recorded: bool) -> Any:
    """The gradient of a place after its hooks, which see a Tensor and may give another.

    Raises:
        ShapeError: a hook gave a gradient of another shape.
    """
    for hook in list(place.hooks.values()) if id(place) in hooked else ():
        given = hook(tensor_of(g))
        if given is None:
            continue
        if np.shape(given) != g.shape:
            raise ShapeError(
                message(
                    f"a hook of {place.name or 'a tensor'}",
                    f"a gradient of shape {np.shape(given)}",
                    f"the tensor's shape {g.shape}",
                    "give a gradient of that shape, or None to leave it as it is",
                )
            )
        given = tensor_of(given).astype(g.dtype)
        g = given if recorded else given._data
    return g


class Hookable:
    """What lets others look at a tensor's gradient."""

    __slots__ = ()
    _node: Node | Leaf | None

    def register_hook(self, hook: Hook) -> Handle:
        """Call `hook` with this tensor's gradient whenever a backward pass has it complete.

        Args:
            hook: gets the gradient as a Tensor; what it gives, unless None, takes the gradient's place.

        Raises:
            GraphError: no gradient will ever come here.

        Example:
            >>> from autograd import Tensor
            >>> x = Tensor(3.0, requires_grad=True)
            >>> handle = x.register_hook(lambda g: g * 10.0)
            >>> (x * x).backward()
            >>> x.grad.item()
            60.0
        """
        if self._node is None:
            raise GraphError(
                message("register_hook", "a constant", "a tensor that requires a gradient", "use requires_grad_()")
            )
        return add_hook(self._node, hook)

    def retain_grad(self) -> None:
        """Keep this tensor's gradient as `.grad` although it is no leaf.

        Example:
            >>> from autograd import Tensor
            >>> x = Tensor(3.0, requires_grad=True)
            >>> y = x * x
            >>> y.retain_grad()
            >>> (y * 2.0).backward()
            >>> y.grad.item()
            2.0
        """
        node = self._node
        if isinstance(node, Node) and not hasattr(node, "retained"):
            node.retained = None
            place = ref(node)

            def keep(g: Any) -> None:
                here: Any = place()
                here.retained = g if here.retained is None else here.retained + g

            add_hook(node, keep)
