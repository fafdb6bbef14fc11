"""Putting data through a network in evaluation mode, in pieces, and judging what comes out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, no_grad
from autograd.errors import message

from ..data import DataLoader, Dataset, TensorDataset
from ..errors import ConfigError
from ..losses import BCELoss, BCEWithLogitsLoss
from ..module import Module
from ..threads import in_weights, suited
from .metrics import Metrics, predicted

Array = NDArray[Any]
Data = Dataset | TensorDataset | Sequence[Any]

EVALUATION_ROWS = 4096  # samples that go through the network at once, which bounds its memory
ELEMENTS = 1 << 20  # and so many input elements, for samples that are large


@contextmanager
def evaluating(net: Module) -> Iterator[None]:
    """Evaluation mode, recording nothing; afterwards each module has the mode that it had."""
    modes = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        with no_grad(), suited(in_weights(net.parameters(), EVALUATION_ROWS)):
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def evaluate(net: Module, loss: Any, data: Data) -> Metrics:
    """The loss and the accuracy of a network on data."""
    total, right, judged = 0.0, 0, 0
    loader = _loader(data)
    if len(loader.arrays) < 2:
        do = "pass a Dataset or a pair of arrays, or call predict(x)"
        raise ConfigError(message("evaluate", "data without targets", "inputs and targets", do))
    with evaluating(net):
        for *inputs, target in loader.batches(0):
            out = net(*inputs)
            total += _summed(loss, loss(out, target), len(target))
            hits = _hits(loss, out, target)
            if hits is not None:
                right, judged = right + int(hits.sum()), judged + hits.size
    base = getattr(loss, "base", None) or math.e
    return Metrics(total / loader.samples, right / judged if judged else None, base)


def outputs(net: Module, x: Any) -> Array:
    """What a network gives for x (N, ...), as an array."""
    with evaluating(net):
        parts = [net(*inputs) for inputs in _loader((x,)).batches(0)]
    return np.concatenate([part.readonly if isinstance(part, Tensor) else np.asarray(part) for part in parts])


def threshold_of(loss: Any) -> float | None:
    """Where a single output turns from class 0 to class 1, if the loss is of that kind."""
    if isinstance(loss, BCEWithLogitsLoss):
        return 0.0
    return 0.5 if isinstance(loss, BCELoss) else None


def _loader(data: Data) -> DataLoader:
    whole = DataLoader(data, EVALUATION_ROWS, shuffle=False)
    largest = max(math.prod(array.shape[1:]) for array in whole.arrays)
    whole.batch_size = max(1, min(EVALUATION_ROWS, ELEMENTS // max(largest, 1)))
    return whole


def _summed(loss: Any, value: Any, n: int) -> float:
    """The sum over the samples of a batch."""
    array = value.readonly if isinstance(value, Tensor) else np.asarray(value)
    reduction = getattr(loss, "reduction", "mean")
    return float(array.mean()) * n if reduction != "sum" else float(array)


def _hits(loss: Any, out: Any, target: Array) -> Array | None:
    """Whether each prediction is right; None when targets are no classes."""
    array = out.readonly if isinstance(out, Tensor) else np.asarray(out)
    threshold = threshold_of(loss)
    if threshold is not None:
        single = array.size == len(array) == target.size
        return np.equal(predicted(array, threshold=threshold), target.reshape(-1) > 0.5) if single else None
    if target.dtype.kind not in "iu" or array.ndim != target.ndim + 1:
        return None
    if array.shape[:1] + array.shape[2:] == target.shape:  # the classes on axis 1, as PyTorch has them
        return np.equal(predicted(array), target)
    return np.equal(array.argmax(axis=-1), target) if array.shape[:-1] == target.shape else None
