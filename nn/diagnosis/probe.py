"""A look at one step of a run from inside: what flows forward, what flows back, how far the update would go.

Everything is afterwards as it was: parameters, optimiser, statistics, random state, gradients, modes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.tape import Leaf, Node, walk

from ..layers import Embedding
from ..training import Trainer
from ..utils.clipping import norm

Array = NDArray[Any]

ROWS = 512  # samples that are looked at
ELEMENTS = 1 << 19  # and input elements
BATCHES = 5  # batches on which a trial step is made


@dataclass(frozen=True, slots=True)
class Op:
    """One line of the tape: what was computed where, and what came out."""

    name: str
    place: str
    kind: str
    out: Array
    inputs: tuple[Any, ...]
    node: Any


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight of two axes or more: its values, its gradient, and by how much a step would change it."""

    name: str
    values: Array
    gradient: Array
    change: float  # the norm of the change over that of the values

    @property
    def rms(self) -> float:
        """The root mean square of the gradient."""
        return norm(self.gradient) / math.sqrt(max(self.gradient.size, 1))


@dataclass(frozen=True, slots=True)
class Probe:
    """What was seen. Where the step failed, `error` says how, and the rest is empty."""

    trainer: Trainer
    inputs: tuple[Array, ...]
    target: Array
    loss: float = float("nan")
    output: Array | None = None
    ops: tuple[Op, ...] = ()
    weights: tuple[Weight, ...] = ()  # in the order of their use
    rises: tuple[float, ...] = ()  # by how much a step on a batch makes the loss on this very batch larger
    error: BaseException | None = None


@contextmanager
def untouched(trainer: Trainer) -> Iterator[None]:
    """Put everything back at the end of a `with`."""
    side, taken = trainer._side_state(), trainer.optimizer.snapshot()
    params = [param for _, param in trainer._parameters]
    grads = [param.grad for param in params]
    modes = [(module, module.training) for module in trainer.net.modules()]
    try:
        if not trainer.net.training:
            trainer.net.train()
        yield
    finally:
        trainer.optimizer.restore(taken)
        trainer._restore_side(side)
        for module, mode in modes:
            module.training = mode
        for param, grad in zip(params, grads, strict=True):
            if param.requires_grad:
                param.grad = grad


def look(trainer: Trainer) -> Probe:
    """Go forward and back on some of the training data, and try a few steps."""
    *inputs, target = _sample(trainer)
    with untouched(trainer), np.errstate(all="ignore"):
        try:
            output = trainer.net(*inputs)
            loss = trainer.loss(output, target)
            ops = tuple(_ops(loss.node)) if isinstance(loss, Tensor) else ()
            trainer.optimizer.zero_grad()
            loss.backward(retain_graph=True)
            gradients = {name: np.array(p.grad.readonly) for name, p in trainer._parameters if p.grad is not None}
            weights = tuple(_weights(trainer, ops, gradients))
            rises = tuple(_trials(trainer))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what is to be explained
            return Probe(trainer, tuple(inputs), target, error=error)
        out = output.readonly if isinstance(output, Tensor) else np.asarray(output)
        return Probe(trainer, tuple(inputs), target, float(loss.item()), out, ops, weights, rises)


def _sample(trainer: Trainer) -> list[Array]:
    arrays = trainer.loader.arrays
    largest = max(array[0].size for array in arrays)
    count = min(ROWS, trainer.loader.samples, max(trainer.loader.batch_size, ELEMENTS // max(largest, 1)))
    rows = trainer.loader.order(0)[:count]
    return [array.take(rows, axis=0) for array in arrays]


def _ops(root: Any) -> Iterator[Op]:
    for node in walk(root):
        if isinstance(node.out, (np.ndarray, np.generic)):
            yield Op(node.op.name, node.scope.path, node.scope.kind, np.asarray(node.out), node.inputs, node)


def _weights(trainer: Trainer, ops: tuple[Op, ...], gradients: dict[str, Array]) -> Iterator[Weight]:
    """The weights in the order of their use, with the change that one step would make."""
    used: dict[int, None] = {}
    for op in ops:
        used.update((id(place), None) for place in op.inputs if isinstance(place, Leaf))
    order = list(used)
    embedded = {
        id(param) for m in trainer.net.modules() if isinstance(m, Embedding) for param in m.parameters(recurse=False)
    }
    named = [
        (order.index(id(param.node)), name, param)
        for name, param in trainer._parameters
        if name in gradients and param.ndim >= 2 and id(param.node) in used and id(param) not in embedded
    ]
    before = {name: np.array(param.readonly) for _, name, param in named}
    trainer._clip({name: norm(gradient) for name, gradient in gradients.items()})
    trainer.optimizer.step()
    for _, name, param in sorted(named, key=lambda each: each[0]):
        values = before[name]
        change = norm(param.readonly - values) / max(norm(values), 1e-30)
        yield Weight(name, values, gradients[name], change)


def _trials(trainer: Trainer) -> Iterator[float]:
    """Steps on single batches, each from where the run is, and what they do to the loss on the same batch."""
    for batch in range(min(BATCHES, len(trainer.loader))):
        *inputs, target = next(trainer.loader.batches(0, start=batch))
        with untouched(trainer):
            # the same random masks before and after: what is compared is the step
            side = trainer._side_state()
            loss = trainer.loss(trainer.net(*inputs), target)
            trainer.optimizer.zero_grad()
            loss.backward()
            norms = {name: norm(p.grad.readonly) for name, p in trainer._parameters if p.grad is not None}
            trainer._clip(norms)
            trainer.optimizer.step()
            trainer._restore_side(side)
            yield float(trainer.loss(trainer.net(*inputs), target).item()) - float(loss.item())


def dtypes(trainer: Trainer) -> dict[str, str]:
    """The dtype of what each op of a forward pass gives, under its place and number: where do they change?

    Example:
        >>> import nn
        >>> net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
        >>> trainer = nn.Trainer(net, nn.MSELoss(), nn.optim.SGD(net.parameters()), (np.ones((4, 2)), np.ones((4, 2))))
        >>> nn.diagnosis.dtypes(trainer)
        {'0 linear': 'float32', '1 tanh': 'float32', 'squared_error': 'float32'}
    """
    found: dict[str, str] = {}
    for op in look(trainer).ops:
        key = f"{op.place} {op.name}".strip()
        number = sum(each.split(" #")[0] == key for each in found)
        found[f"{key} #{number + 1}" if number else key] = str(op.out.dtype)
    return found


def source_of(node: Any) -> Any:
    """The node behind reshaping and selecting: what the elements come from."""
    while isinstance(node, Node) and node.op.name in (
        "reshape",
        "getitem",
        "transpose",
        "swapaxes",
        "squeeze",
        "moveaxis",
    ):
        node = node.inputs[0]
    return node
