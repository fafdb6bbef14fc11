"""The tape: what was computed, in order, and nothing else.

Running an op on a tensor that needs a gradient makes one `Node`. A node knows its inputs and never its output's
tensor, so a graph has no cycle and Python frees it the moment that the last tensor is dropped. `seq` counts up, so
sorting by it is the topological order, and no function here recurses.

    with no_grad(): ...            nothing is recorded
    with scope("encoder"): ...     nodes made inside say where they came from
    walk(node)                     every node that led here, oldest first
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import wraps
from itertools import count
from operator import attrgetter
from typing import Any

from .op import Op

_new = object.__new__
next_seq: Callable[[], int] = count(1).__next__


class Scope:
    """Where in the program nodes are made, and what makes them: a chain of names, and whether recording is on.

    `make` is what an op calls to record itself, or None while recording is off; `maker` is what it will be again
    when recording is switched on.
    """

    __slots__ = ("kind", "make", "maker", "name", "parent")

    def __init__(self, name: str, parent: Scope | None, kind: str, recording: bool, maker: Any) -> None:
        self.name, self.parent, self.kind, self.maker = name, parent, kind, maker
        self.make = maker if recording else None

    @property
    def recording(self) -> bool:
        """Whether ops are recorded here."""
        return self.make is not None

    def __repr__(self) -> str:
        return f"<scope {self.path or 'top'}>"

    @property
    def path(self) -> str:
        """The names from the outermost scope to this one, joined by dots."""
        names: list[str] = []
        here: Scope | None = self
        while here is not None and here.parent is not None:
            names.append(here.name)
            here = here.parent
        return ".".join(reversed(names))


class Leaf:
    """The end of every path: a tensor that the user made and wants a gradient for."""

    __slots__ = ("__weakref__", "changed", "grad", "hooks", "name")
    hooks: dict[int, Callable[[Any], Any]]
    op: None = None

    def __init__(self, name: str | None = None) -> None:
        self.name = name
        self.grad: Any = None  # a Tensor once a backward pass has arrived
        self.changed = 0  # the count at which its array was last written to

    def __repr__(self) -> str:
        return f"<leaf {self.name or 'unnamed'}>"


class Node:
    """One line of the tape: which op, on which inputs, what came out.

    `inputs` are the nodes and leaves that the operands came from (None for a constant), `values` the operands as
    arrays. `values` and `out` are None once a backward pass has freed them. What is not an argument is set only
    when used.
    """

    __slots__ = (
        "__weakref__", "_name", "hooks", "inputs", "op", "out", "params", "prints", "retained", "saved", "scope", "seq",
        "values",
    )  # fmt: skip
    hooks: dict[int, Callable[[Any], Any]]
    prints: dict[int, bytes]
    retained: Any  # the gradient that `retain_grad` asked to keep
    saved: Any

    def __init__(
        self,
        seq: int,
        op: Op,
        inputs: tuple[Node | Leaf | None, ...],
        values: tuple[Any, ...] | None,
        params: dict[str, Any] | None,
        out: Any,
        scope: Scope,
    ) -> None:
        self.seq = seq
        self.op = op
        self.inputs = inputs
        self.values = values
        self.params = params
        self.out = out
        self.scope = scope

    def __repr__(self) -> str:
        return f"<node {self.seq} {self.op.name}>"

    @property
    def name(self) -> str | None:
        """The name that the user gave to the tensor that came out, if any."""
        return getattr(self, "_name", None)

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name


BACKWARD = "backward"  # the kind of the scope in which a backward pass that is itself recorded makes its nodes

_ROOT = Scope("", None, "", True, Node)
_current: ContextVar[Scope] = ContextVar("autograd_scope", default=_ROOT)
current_scope: Callable[[], Scope] = _current.get


class Clock:
    """When an array of a leaf was last written to, by the same count as the nodes'."""

    __slots__ = ("last_change",)

    def __init__(self) -> None:
        self.last_change = 0


clock = Clock()


def mark_changed(*leaves: Any) -> None:
    """Note that the arrays of leaves were written to: nodes made before now hold a value that is gone."""
    now = clock.last_change = next_seq()
    for leaf in leaves:
        leaf.changed = now


class in_scope:  # noqa: N801  # a `with` statement reads better so
    """Make nodes in a scope for the time of a `with`."""

    __slots__ = ("_scope", "_token")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __enter__(self) -> None:
        self._token = _current.set(self._scope)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def enter_scope(name: str, kind: str) -> Any:
    """Make nodes in an inner scope from now on; `leave_scope` takes what this gives. `with scope(...)`, but quicker."""
    here = current_scope()
    inner = _new(Scope)
    inner.name, inner.kind, inner.parent = name, kind, here
    inner.make, inner.maker = here.make, here.maker
    return _current.set(inner)


leave_scope: Callable[[Any], None] = _current.reset


def scope(name: str, kind: str = "") -> in_scope:
    """Say, for the time of a `with`, where nodes are made; pictures group by it.

    Example:
        >>> import autograd
        >>> x = autograd.Tensor([1.0, 2.0], requires_grad=True)
        >>> with autograd.scope("encoder"):
        ...     y = x * x
        >>> y.node.scope.path
        'encoder'
    """
    here = current_scope()
    return in_scope(Scope(name, here, kind, here.recording, here.maker))


def set_grad_enabled(mode: bool) -> Any:
    """Switch recording on or off for the time of a `with` or of a decorated function, in this thread only.

    Example:
        >>> import autograd
        >>> x = autograd.Tensor([1.0, 2.0], requires_grad=True)
        >>> with autograd.set_grad_enabled(False):
        ...     (x * x).requires_grad
        False
    """
    return _Switch(mode)


class _Switch:
    """A context manager and a decorator; each entry keeps its own token, so that it can be nested."""

    __slots__ = ("_mode", "_tokens")

    def __init__(self, mode: bool) -> None:
        self._mode = mode
        self._tokens: list[Any] = []

    def __enter__(self) -> None:
        here = current_scope()
        self._tokens.append(_current.set(Scope(here.name, here.parent, here.kind, self._mode, here.maker)))

    def __exit__(self, *_: object) -> None:
        _current.reset(self._tokens.pop())

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with _Switch(self._mode):
                return function(*args, **kwargs)

        return switched


def no_grad() -> Any:
    """Record nothing for the time of a `with` or of a decorated function, in this thread only.

    Example:
        >>> import autograd
        >>> x = autograd.Tensor(3.0, requires_grad=True)
        >>> with autograd.no_grad():
        ...     (x * x).requires_grad
        False
        >>> (x * x).requires_grad
        True
    """
    return _Switch(False)


def enable_grad() -> Any:
    """Record again inside a `no_grad`, in this thread only.

    Example:
        >>> import autograd
        >>> x = autograd.Tensor(3.0, requires_grad=True)
        >>> with autograd.no_grad(), autograd.enable_grad():
        ...     (x * x).requires_grad
        True
    """
    return _Switch(True)


def walk(root: Node | Leaf | None, stop: Iterable[Node | Leaf] = ()) -> list[Node]:
    """Every node that `root` depends on, itself included, oldest first; `stop` are not gone through."""
    ends = set(stop)
    if not isinstance(root, Node) or root in ends:
        return []
    seen: set[Node | Leaf] = {root, *ends}
    stack, found = [root], []
    while stack:
        node = stack.pop()
        found.append(node)
        for parent in node.inputs:
            if parent is not None and parent not in seen:
                seen.add(parent)
                if isinstance(parent, Node):
                    stack.append(parent)
    found.sort(key=attrgetter("seq"))
    return found


def leaves(root: Node | Leaf | None) -> list[Leaf]:
    """Every leaf that `root` depends on, in the order of first use."""
    if isinstance(root, Leaf):
        return [root]
    found: dict[Leaf, None] = {}
    for node in walk(root):
        for parent in node.inputs:
            if isinstance(parent, Leaf):
                found[parent] = None
    return list(found)
