"""The backward pass: cotangents from an output back to everything that it was made of.

    for step in steps(loss): ...      watch it, node by node, in the engine's own order (.grad is left alone)
    loss.backward()                   the same loop, not watched

One loop does all of it. Nodes wait in a heap, newest first: when a node is taken out, everything that used its output
is newer, so has been done, and its cotangent is complete. That replaces a topological sort, and nothing recurses.

Worked example: y = x * x + x at x = 3 is  n1 = multiply(x, x), n2 = add(n1, x).
    take n2, g = 1:  n1 gets 1, x gets 1
    take n1, g = 1:  x gets 1 * 3 + 1 * 3, so x holds 7 = 2 * 3 + 1
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from heapq import heappop, heappush
from typing import Any, NamedTuple, cast

import numpy as np

from .errors import GraphError, ShapeError, message
from .guard import exposed, verify
from .hooks import hooked, observers, through_hooks
from .op import COMPOSITE, ELEMENTWISE, Op
from .rules.shape import OUTPUT
from .tape import Leaf, Node, clock, next_seq

Place = Node | Leaf


class Step(NamedTuple):
    """One stop of the backward pass: a node, its complete cotangent, and what it adds to which input.

    `contributions` holds `(i, array)`: the array is added to the cotangent of `node.inputs[i]`. `cotangents` is the
    running sum of every place reached so far.
    """

    node: Node
    cotangent: Any
    contributions: Iterable[tuple[int, Any]]
    cotangents: dict[Place, Any]


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum `g` over the axes that NumPy stretched, so that it has `shape` again.

    Example:
        >>> unbroadcast(np.ones((2, 3)), (3,))
        array([2., 2., 2.])
        >>> unbroadcast(np.ones((2, 3)), (2, 1))
        array([[3.],
               [3.]])
    """
    lead = g.ndim - len(shape)
    axes = tuple(i for i in range(g.ndim) if i < lead or (shape[i - lead] == 1 and g.shape[i] != 1))
    return (g.sum(axis=axes) if axes else g).reshape(shape)


def fitted(g: Any, x: Any) -> Any:
    """`g` with the shape and dtype of the operand `x`, as a gradient must have."""
    if g.shape != x.shape:
        g = unbroadcast(g, x.shape)
    return g if g.dtype is x.dtype or g.dtype == x.dtype else g.astype(x.dtype)


def pull(  # noqa: C901  # the hot loop stays in one piece: a call a node would cost a tenth of it
    root: Place, seed: Any, *, lift: Callable[[Any, Place | None], Any] | None = None, stop: Iterable[Place] = (),
    retain: bool = True, watch: bool = False, wrap: Callable[[Any], Any] | None = None,
) -> Generator[Step, None, dict[Place, Any]]:  # fmt: skip
    """Run the backward pass from `root`; the generator's value is a dict from leaves and `stop` to cotangents.

    Not watched, it runs to its end without a pause. With `lift`, which makes a Tensor of an array and its node, the
    rules run on Tensors, so that the pass is recorded and can be differentiated again. With `wrap`, which makes a
    Tensor of an array, hooks are called.
    """
    ends, last_change = frozenset(stop), clock.last_change
    node = root if isinstance(root, Node) and root not in ends else None  # the newest node that has a cotangent
    g = seed  # which is this
    cotangents: dict[Place, Any] = {} if node is not None else {root: seed}
    waiting: list[tuple[int, Node]] = []  # the other nodes that have one, as a heap
    sums: dict[Place, Any] = {}  # those cotangents of leaves that were made here, and may be added to in place
    while node is not None:
        if node.values is None:
            raise _freed(node)
        if exposed or node.seq < last_change:
            verify(node, lift is not None)
        if hooked and wrap is not None:
            g = through_hooks(node, g, wrap, lift is not None)
        op, inputs = node.op, node.inputs
        shares = (op.shares or prepare(op))(node, g) if lift is None else _recorded_shares(node, g, lift)
        ahead = heappop(waiting)[1] if waiting else None
        total = None if ahead is None else cotangents.pop(ahead)  # in a chain, neither heap nor dict is used
        for i, share in shares:
            parent: Any = inputs[i]
            if type(parent) is not Node or (ends and parent in ends):
                if (own := sums.get(parent)) is not None:
                    own += share
                elif parent not in cotangents:  # what is handed on as it is, is copied: leaves don't share arrays
                    cotangents[parent] = g.copy() if share is g and lift is None and type(parent) is Leaf else share
                else:
                    cotangents[parent] = own = cotangents[parent] + share
                    if type(own) is np.ndarray and not watch:
                        sums[parent] = own
            elif parent is ahead:
                total = total + share
            elif parent in cotangents:
                cotangents[parent] = cotangents[parent] + share
            elif ahead is None:
                ahead, total = parent, share
            else:
                if parent.seq > ahead.seq:
                    ahead, total, parent, share = parent, share, ahead, total
                cotangents[parent] = share
                heappush(waiting, (-parent.seq, parent))
        if watch:
            yield Step(node, g, shares, cotangents if ahead is None else {**cotangents, ahead: total})
        if not retain:
            node.values = node.out = node.saved = None
        node, g = ahead, total
    return cotangents


def cotangents(root: Place, seed: Any, **options: Any) -> dict[Place, Any]:
    """The cotangents of the leaves (and of `stop`) that `root` depends on, in one go; options as of `pull`."""
    passing = pull(root, seed, watch=bool(observers), **options)
    while True:
        try:
            step = next(passing)
            for observe in list(observers.values()):
                observe(step)
            del step  # its arrays go before the next ones come
        except StopIteration as done:
            found: dict[Place, Any] = done.value
            return found


class Parts:
    """The cotangents of an op's several outputs, as far as they have come in; they add up place by place."""

    __slots__ = ("items",)

    def __init__(self, items: dict[int, Any]) -> None:
        self.items = items

    def __add__(self, other: Parts) -> Parts:
        items = dict(self.items)
        for i, g in other.items.items():
            items[i] = items[i] + g if i in items else g
        return Parts(items)

    def filled(self, outputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """One cotangent an output; an output that nothing depends on gets zeros."""
        return tuple(self.items[i] if i in self.items else np.zeros_like(out) for i, out in enumerate(outputs))


Shares = Iterable[tuple[int, Any]]


def prepare(op: Op) -> Callable[[Node, Any], Shares]:
    """The function that applies a row's rules to a node, in the leanest form that the row allows."""
    shares: Callable[[Node, Any], Shares]
    if op is OUTPUT:
        shares = _output_shares
    elif op.joint is not None:
        shares = _joint_shares(op, op.joint)
    elif op.multiple or op.saves or op.variadic or not op.vjps:
        shares = _general_shares
    elif len(op.vjps) > 2 or (len(op.vjps) == 2 and op.params):
        shares = _plain_shares
    elif len(op.vjps) == 1:
        shares = _unary_shares(op.vjps[0], op.kernel or op.vjps[0], op.kind == ELEMENTWISE)
    else:
        shares = _binary_shares(*op.vjps)
    op.shares = shares
    return shares


def _unary_shares(rule: Any, kernel: Any, fits: bool) -> Callable[[Node, Any], Shares]:
    def shares(node: Node, g: Any) -> Shares:
        y, params = node.out, node.params
        (x,) = node.values  # type: ignore[misc]  # not None: checked by the pass
        run = kernel if y.ndim else rule  # a kernel needs arrays to write into, and NumPy has scalars for 0-d ones
        share = run(g, y, x) if params is None else run(g, y, x, **params)
        return ((0, share if fits else fitted(share, x)),)

    return shares


def _binary_shares(left: Any, right: Any) -> Callable[[Node, Any], Shares]:
    def shares(node: Node, g: Any) -> Shares:
        a, b = node.values  # type: ignore[misc]
        p, q = node.inputs
        y = node.out
        if q is None:
            return ((0, fitted(left(g, y, a, b), a)),)
        if p is None:
            return ((1, fitted(right(g, y, a, b), b)),)
        if a.shape == b.shape and a.dtype is b.dtype:  # nothing was stretched or cast, so nothing needs fitting
            return ((0, left(g, y, a, b)), (1, right(g, y, a, b)))
        return ((0, fitted(left(g, y, a, b), a)), (1, fitted(right(g, y, a, b), b)))

    return shares


def _general_shares(node: Node, g: Any) -> Shares:
    op, values, y = node.op, node.values or (), node.out
    options = node.params or {}
    if op.saves:
        options = {**options, op.saves: node.saved}
    if op.multiple:
        g = g.filled(y)
    shares = []
    for i, parent in enumerate(node.inputs):
        if parent is not None:
            rule: Any = op.rule_for(i)
            share = rule(g, y, *values, which=i, **options) if op.variadic else rule(g, y, *values, **options)
            shares.append((i, fitted(share, values[i])))
    return shares


def _plain_shares(node: Node, g: Any) -> Shares:
    """As `_general_shares`, for rows with nothing but operands and a rule for each."""
    if node.params is not None:
        return _general_shares(node, g)
    values: Any = node.values
    y, rules = node.out, cast("tuple[Any, ...]", node.op.vjps)  # a tracked operand has a rule
    return [
        (i, fitted(rules[i](g, y, *values), values[i])) for i, parent in enumerate(node.inputs) if parent is not None
    ]


def _joint_shares(op: Op, joint: Any) -> Callable[[Node, Any], Shares]:
    saves, multiple, stretches = op.saves, op.multiple, op.kind != COMPOSITE

    def shares(node: Node, g: Any) -> Shares:
        values: Any = node.values
        options = node.params
        if saves:
            options = {saves: node.saved} if options is None else {**options, saves: node.saved}
        if multiple:
            g = g.filled(node.out)
        needs = tuple([parent is not None for parent in node.inputs])
        if options is None:
            found = joint(g, node.out, *values, needs=needs)
        else:
            found = joint(g, node.out, *values, needs=needs, **options)
        made = []
        for i, share in enumerate(found):
            if needs[i]:
                if stretches or share.dtype is not values[i].dtype:
                    share = fitted(share, values[i])
                made.append((i, share))
        return made

    return shares


def _output_shares(node: Node, g: Any) -> Shares:
    assert node.params is not None
    return ((0, Parts({node.params["index"]: g})),)


def output_node(node: Node, i: int) -> Node:
    """A record for one of several results, so that what is computed from it leads back to `node`."""
    return Node(next_seq(), OUTPUT, (node,), (None,), {"index": i}, node.out[i], node.scope)


def _recorded_shares(node: Node, g: Any, lift: Callable[[Any, Place | None], Any]) -> Shares:
    """The same rules on Tensors. A composite row goes through its definition, whose steps have their own rules."""
    op, params = node.op, node.params or {}
    if op is OUTPUT:
        return _output_shares(node, g)
    xs = [x if p is None else lift(x, p) for x, p in zip(node.values or (), node.inputs, strict=True)]
    if op.definition is not None:
        return _defined_shares(node, g, xs, lift)
    if op.multiple:
        y: Any = tuple(lift(out, output_node(node, i)) for i, out in enumerate(node.out))
        g = g.filled(node.out)
    else:
        y = lift(node.out, node)
    if op.joint is not None:
        needs = tuple(parent is not None for parent in node.inputs)
        found = op.joint(g, y, *xs, needs=needs, **params)
        return [(i, fitted(share, xs[i])) for i, share in enumerate(found) if needs[i]]
    shares = []
    for i, parent in enumerate(node.inputs):
        if parent is not None:
            rule: Any = op.rule_for(i)
            options = {**params, "which": i} if op.variadic else params
            shares.append((i, fitted(rule(g, y, *xs, **options), xs[i])))
    return shares


def _defined_shares(node: Node, g: Any, xs: list[Any], lift: Callable[[Any, Place | None], Any]) -> Shares:
    assert node.op.definition is not None
    opened = node.op.definition(*xs, **(node.params or {}))
    ends = {parent: i for i, parent in reversed(list(enumerate(node.inputs))) if parent is not None}
    found = cotangents(opened.node, g, lift=lift, stop=ends)
    return [(i, found[parent]) for parent, i in ends.items() if parent in found]


def steps(tensor: Any, gradient: Any = None, *, retain_graph: bool = True) -> Iterator[Step]:
    """Watch a backward pass from `tensor`, node by node, leaving `.grad` alone.

    Args:
        tensor: where to start; a scalar, unless `gradient` is given.
        gradient: the cotangent to start with, of the tensor's shape; 1 for a scalar.
        retain_graph: keep the record, so that another pass can follow.

    Raises:
        GraphError: the tensor is not tracked, is no scalar and has no `gradient`, or its record was freed.
        ShapeError: `gradient` has another shape.

    Example:
        >>> import autograd
        >>> x = autograd.Tensor(3.0, requires_grad=True)
        >>> for step in steps(x * x + x):
        ...     print(step.node.op.name, float(step.cotangent))
        add 1.0
        multiply 1.0
    """
    root, seed = started(tensor, gradient)
    yield from pull(root, seed, retain=retain_graph, watch=True)


def started(tensor: Any, gradient: Any) -> tuple[Place, Any]:
    """The place and the cotangent that a pass starts from, checked."""
    root = tensor.node
    if root is None:
        raise GraphError(
            message("backward", "a tensor that no gradient leads to", "one made from tensors that require it",
                    "give the leaves requires_grad=True, and compute outside no_grad")
        )  # fmt: skip
    data = tensor._data
    shape, dtype = data.shape, data.dtype
    if gradient is None:
        if not shape:
            return root, dtype.type(1)
        if data.size != 1:
            raise GraphError(
                message("backward", f"a tensor of shape {shape}", "a scalar, or a gradient to start with",
                        f"reduce it, as by .sum(), or pass gradient of shape {shape}")
            )  # fmt: skip
        return root, np.ones(shape, dtype)
    seed = np.asarray(getattr(gradient, "data", gradient) if not isinstance(gradient, np.ndarray) else gradient, dtype)
    if seed.shape != shape:
        raise ShapeError(
            message(
                "backward", f"a gradient of shape {seed.shape}", f"the tensor's shape {shape}", "reshape the gradient"
            )
        )
    return root, seed


def _freed(node: Node) -> GraphError:
    return GraphError(
        message("backward", f"a graph whose record was freed at op {node.op.name!r} by an earlier backward pass",
                "a record that is still there", "compute it again, or pass retain_graph=True to the earlier pass")
    )  # fmt: skip
