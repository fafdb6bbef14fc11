"""What a plot is about: the network, data and loss of a Trainer, or given one by one; and looks that leave no trace.

found = subject("gradient_flow", trainer)                   its net, its training data, its loss
found = subject("gradient_flow", net, data.train, loss)
with untouched(found.net):                                  afterwards everything is as it was
    found.net(found.x)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor
from autograd.errors import an_instance

from ..errors import StateError, UsageError, message
from ..messages import tr
from ..snapshot import Snapshot

Array = NDArray[Any]
SAMPLES = 512  # that are looked at unless asked otherwise


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """A network with samples: `inputs` are the arguments of the network, `y` the targets or None, `loss` or None."""

    net: nn.Module
    inputs: tuple[Array, ...]
    y: Array | None
    loss: Any

    @property
    def x(self) -> Array:
        """The first, and mostly the only, argument of the network."""
        return self.inputs[0]


def subject(
    where: str, net: Any, data: Any = None, loss: Any = None, *, samples: int | None = SAMPLES, targets: bool = False
) -> Subject:
    """Take a Trainer apart, or check the parts.

    Args:
        where: the plot, for messages.
        net: a Module, or a Trainer, which brings the others.
        data: a Dataset, a pair of arrays, or inputs alone where no targets are needed.
        loss: called with output and target.
        samples: the first so many are used, None for all.
        targets: whether targets are needed.

    Raises:
        UsageError: arguments of other kinds, or something that is needed is missing.
    """
    if isinstance(net, nn.Trainer):
        data = net.loader.arrays if data is None else data
        loss = net.loss if loss is None else loss
    module = module_of(where, net)
    if data is None:
        raise UsageError(message(where, "no data", "data that go through the network", "pass data.train after net"))
    arrays = _arrays(where, data, targets)
    arrays = [array if samples is None else array[: max(samples, 1)] for array in arrays]
    if not len(arrays[0]):
        raise UsageError(message(where, "data without a sample", "one or more", "pass data that are not empty"))
    paired = len(arrays) > 1
    return Subject(module, tuple(arrays[:-1] if paired else arrays), arrays[-1] if paired else None, loss)


def module_of(where: str, net: Any) -> nn.Module:
    """The network: itself, or that of a Trainer. Raises UsageError for anything else."""
    module = net.net if isinstance(net, nn.Trainer) else net
    if not isinstance(module, nn.Module):
        got = an_instance(net)
        raise UsageError(message(where, got, "a network or a Trainer", tr("write plots.{where}(trainer)", where=where)))
    return module


def _arrays(where: str, data: Any, targets: bool) -> list[Array]:
    """The arrays of a Dataset, a TensorDataset, a tuple; an array alone stands for the inputs."""
    if hasattr(data, "train") and hasattr(data.train, "x"):
        data = data.train
    if hasattr(data, "x") and hasattr(data, "y"):
        found = [data.x, data.y]
    elif isinstance(data, Sequence) and all(hasattr(each, "shape") for each in data):
        found = list(data)
    elif hasattr(data, "arrays"):
        found = list(data.arrays)
    elif hasattr(data, "tensors"):
        found = list(data.tensors)
    elif hasattr(data, "shape"):
        found = [data]
    else:
        got = tr("data of type {data}", data=type(data).__name__)
        raise UsageError(message(where, got, "a Dataset, or arrays (x, y)", "pass data.train"))
    found = [each.readonly if isinstance(each, Tensor) else np.asarray(each) for each in found]
    if targets and len(found) < 2:
        raise UsageError(message(where, "inputs without targets", "both", "pass data.train, or a pair (x, y)"))
    return found


@contextmanager
def untouched(*objects: Any) -> Iterator[None]:
    """Put everything back at the end of a `with`: parameters, gradients, statistics, modes, random state.

    Example:
        >>> import nn
        >>> net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
        >>> with untouched(net): out = net(np.ones((4, 2), np.float32))
        >>> net[1].running_var.tolist()
        [1.0, 1.0, 1.0]
    """
    before = Snapshot([*objects, nn.default_generator()])
    try:
        yield
    finally:
        before.restore()


@dataclass(frozen=True, eq=False, slots=True)
class Layer:
    """A module without children, as it was called: its path, what it is, what went in and what came out."""

    path: str
    kind: str
    module: nn.Module
    inputs: Array
    output: Array


def passed(found: Subject, *, training: bool = True) -> tuple[Any, list[Layer]]:
    """One forward pass: what the network gives, and its layers in the order of their calls. Use under `untouched`.

    Args:
        found: network and samples.
        training: in training mode, as a step sees it, or in evaluation mode.
    """
    seen: list[tuple[nn.Module, Any, Any]] = []
    names = {id(module): path for path, module in found.net.named_modules()}
    leaves = [module for module in found.net.modules() if not list(module.children())]
    handles = [leaf.register_forward_hook(lambda *called: seen.append(called)) for leaf in leaves]
    try:
        found.net.train(training)
        output = found.net(*found.inputs)
    finally:
        for handle in handles:
            handle.remove()
    layers = [
        Layer(names[id(module)], described(module), module, array(args[0]), array(_first(out)))
        for module, args, out in seen
        if args and array(_first(out)).size
    ]
    return output, layers


def gradients(where: str, found: Subject) -> dict[str, Array]:
    """The gradient of the loss by parameter, without those that it does not reach. Use under `untouched`."""
    if found.loss is None or found.y is None:
        raise UsageError(message(where, "no loss", "one to go back from", "pass it after the data"))
    found.net.train()
    found.net.zero_grad()
    found.loss(found.net(*found.inputs), found.y).backward()
    named = found.net.named_parameters()
    return {name: np.array(param.grad.readonly) for name, param in named if param.grad is not None}


def described(module: nn.Module) -> str:
    """A layer as one writes it, `Linear(2, 16)`, as far as its first two arguments."""
    short = ", ".join(itertools.islice((part.strip() for part in module.extra_repr().split(",")), 2))
    return f"{type(module).__name__}({short})" if short else type(module).__name__


def array(value: Any) -> Array:
    """The numbers of a tensor or of anything like an array."""
    return value.readonly if isinstance(value, Tensor) else np.asarray(value)


def _first(output: Any) -> Any:
    """The output of a module that gives several: the first."""
    while isinstance(output, (tuple, list)) and output:
        output = output[0]
    return output


def need_some(where: str, items: Sequence[Any], what: str, do: str) -> None:
    """Raise StateError when there is nothing to draw."""
    if not items:
        raise StateError(message(where, tr("no {what}", what=what), "one or more", do))
