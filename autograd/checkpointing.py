"""Gradient checkpointing: remember what went into a function, not what happened inside it.

    block = checkpoint(block)      the same values and gradients; inside, nothing is kept for the backward pass

The backward pass runs the function a second time to get back what it needs. So the memory of a chain of n blocks is
the n values between them and the inside of one, and the price is one more forward pass (Griewank and Walther,
"Revolve", 2000; Chen et al., "Training deep nets with sublinear memory cost", 2016, arXiv:1604.06174).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from .errors import GraphError, message
from .forward import packed
from .op import COMPOSITE, Op
from .pytree import flatten, unflatten
from .reverse import Parts, Place, cotangents
from .tape import current_scope, enable_grad, next_seq
from .tensor import Tensor
from .tracing import outside, stand_in


def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, computed again in the backward pass instead of remembered.

    Args:
        function: takes trees of arrays and whatever else, and gives a tree of arrays. What it closes over, such as a
            layer's parameters, gets its gradients too. It runs twice, so it must give the same values again, and what
            it does on the side (to a random generator, to running statistics) it does twice.

    Raises:
        GraphError: in the backward pass, when the function gave other values the second time.

    Example:
        >>> from autograd import grad
        >>> block = checkpoint(lambda x: np.tanh(np.exp(x) - 1.0))
        >>> grad(lambda x: block(block(x)))(0.0)
        np.float64(1.0)
    """

    @wraps(function)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        if not current_scope().recording:
            return function(*args, **kwargs)
        return _Segment(function, args, kwargs).recorded()

    return checkpointed


class _Segment:
    """One call: the function, its arguments, and what it closes over; run now, and again in each backward pass."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function = function
        self.arguments, self.tree = flatten((args, kwargs))
        self.moving = [i for i, x in enumerate(self.arguments) if isinstance(x, Tensor) and x.node is not None]
        self.closed_over: list[Place] = []
        self.count = 0  # of leaves in the result
        self.tracked: list[int] = []  # which of them a gradient can come from
        self.seen: list[Callable[[], Any]] = []  # their values, as long as someone else holds them

    def recorded(self) -> Any:
        """The function's value, recorded as one node."""
        tensors = [self.arguments[i] for i in self.moving]
        for i in self.moving:
            self.arguments[i] = None  # the node holds their arrays
        start = next_seq()
        made, structure = flatten(self.run([Tensor.linked(x._data, x.node) for x in tensors]))
        self.count = len(made)
        self.tracked = [i for i, y in enumerate(made) if isinstance(y, Tensor) and y.node is not None]
        if not self.tracked:
            return unflatten(structure, made)
        others = outside([made[i] for i in self.tracked], [x.node for x in tensors], start)
        self.closed_over = list(others)
        outputs = tuple(made[i]._data for i in self.tracked)
        self.seen = [_kept(y) for y in outputs]
        results = self.op(outputs)(*tensors, *(Tensor.linked(x, place) for place, x in others.items()))
        for i, y in zip(self.tracked, results if len(outputs) > 1 else (results,), strict=True):
            made[i] = y
        return unflatten(structure, made)

    def op(self, outputs: tuple[Any, ...]) -> Op:
        """A row for this call only."""
        computed = [outputs if len(outputs) > 1 else outputs[0]]
        return Op(
            name="checkpoint",
            forward=lambda *xs: computed.pop() if computed else self.value(*xs),
            joint=self.pull,
            definition=self.opened,
            kind=COMPOSITE,
            variadic=True,
            multiple=len(outputs) > 1,
            why="Computed again when its gradient is asked for, instead of remembered.",
        )

    def run(self, tensors: Sequence[Any]) -> Any:
        """Call the function with these in the place of the tracked arguments."""
        arguments = list(self.arguments)
        for i, x in zip(self.moving, tensors, strict=True):
            arguments[i] = x
        args, kwargs = unflatten(self.tree, arguments)
        with enable_grad():
            return self.function(*args, **kwargs)

    def again(self, tensors: Sequence[Any]) -> list[Any]:
        """The tracked results of another run, held against the first.

        Raises:
            GraphError: they differ.
        """
        made, _ = flatten(self.run(tensors))
        if len(made) == self.count:
            results = [made[i] for i in self.tracked]
            if all(_same(y, seen()) for y, seen in zip(results, self.seen, strict=True)):
                return results
        raise GraphError(
            message("checkpoint", "other values when the function was run again", "the same values both times",
                    "pass randomness in as a seed, and write to nothing that the function reads")
        )  # fmt: skip

    def value(self, *xs: Any) -> Any:
        """The function's value at other numbers, such as a finite difference asks for.

        Raises:
            GraphError: the function closes over tensors, which keep their own numbers.
        """
        if self.closed_over:
            got, do = (
                "other numbers for tensors that the function closes over",
                "pass them to it, to have them measured",
            )
            raise GraphError(message("checkpoint", got, "arguments only", do))
        made, _ = flatten(self.run([Tensor(x) for x in xs]))
        found = tuple(np.asarray(getattr(made[i], "_data", made[i])) for i in self.tracked)
        return found if len(found) > 1 else found[0]

    def pull(self, g: Any, y: Any, *xs: Any, needs: tuple[bool, ...]) -> list[Any]:
        """The cotangents of the inputs, from another run that is recorded inside."""
        entries = [stand_in(x) for x in xs[: len(self.moving)]]
        results = self.again([Tensor.linked(entry.data, entry.place) for entry in entries])
        root = _root(results).node
        assert root is not None
        stops = [*(entry.place for entry in entries), *self.closed_over]
        seed = Parts(dict(enumerate(g))) if isinstance(g, tuple) else g
        found = cotangents(root, seed, stop=stops)
        return [found.get(place, np.zeros_like(x)) for place, x in zip(stops, xs, strict=True)]

    def opened(self, *xs: Any) -> Tensor:
        """The function's steps, recorded from the inputs' own places, for derivatives of derivatives."""
        return _root(self.again(xs[: len(self.moving)]))


def _kept(y: Any) -> Callable[[], Any]:
    """Gives the array as long as someone else holds it; a scalar always."""
    return weakref.ref(y) if isinstance(y, np.ndarray) else lambda: y


def _root(results: list[Any]) -> Tensor:
    """One tensor that stands for the results, so that a pass can start from all of them."""
    if len(results) == 1:
        only: Tensor = results[0]
        return only
    values = [y._data for y in results]
    return Tensor.linked(values[0], packed([y.node for y in results], values))


def _same(y: Any, seen: Any) -> bool:
    """Equal up to rounding, which may depend on where in memory an array lies."""
    if not (isinstance(y, Tensor) and y.node is not None):
        return False
    return seen is None or (y.shape == seen.shape and _close(y._data, seen))


def _close(a: Any, b: Any) -> bool:
    scale = np.max(np.abs(b), initial=0.0, where=np.isfinite(b))
    return bool(np.allclose(a, b, rtol=1e-3, atol=1e-3 * scale, equal_nan=True))
