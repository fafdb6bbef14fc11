"""Whether a batch may be made in parts: not if a network or its loss mixes samples, or leaves traces as it computes.

What is known to mix is named, such as batch norm in training mode, whose statistics are those of the whole batch.
Whatever else there may be shows in the numbers: the first batch is made both ways, eagerly and without an update, and
the gradients are compared. That takes as long as two steps, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.compiler.program import ReplayError

from ..layers import BatchNorm1d, BatchNorm2d, Embedding
from ..module import Module, Parameter
from . import randomness
from .computing import refusing_print

Made = tuple[Tensor, list[Any], list[Any]]  # a loss, leaves, and their gradients
Call = Callable[[], Made]

NOISE = 0.01  # of all gradients together: what a gradient that is 0 but for rounding is measured by


class Judge:
    """Says what stands in the way of parts; it looks again when there are other modules, modes, or another loss."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[str, Any]] = {}  # with the objects, so that their ids stay theirs

    def objection(
        self, net: Module, loss: Any, whole: Call, parts: Callable[[], Sequence[Call]], undo: Callable[[], None]
    ) -> str:
        """What stands in the way, or nothing.

        Args:
            net: the network.
            loss: the loss.
            whole: computes the loss and its gradients of a batch in one piece, without `.grad`.
            parts: gives what computes them in parts, as addends.
            undo: takes back what a forward pass changes.
        """
        modules = list(net.modules())
        key = (id(loss), *[(id(module), module.training) for module in modules])
        if key not in self._known:
            self._known[key] = _named(net) or _compared(net, loss, whole, parts, undo), (modules, loss)
        return self._known[key][0]


def _named(net: Module) -> str:
    """What is known not to work in parts, whatever the first batch shows."""
    for path, module in net.named_modules():
        called = f"{type(module).__name__} {path!r}" if path else type(module).__name__
        if isinstance(module, (BatchNorm1d, BatchNorm2d)) and (module.training or module.running_mean is None):
            return f"{called} takes its statistics from the whole batch"
        if isinstance(module, Embedding) and module.max_norm is not None:
            return f"{called} with max_norm writes to its table"
        if isinstance(module, Embedding) and module.scale_grad_by_freq:
            return f"{called} with scale_grad_by_freq counts in the whole batch"
    return ""


def _compared(
    net: Module, loss: Any, whole: Call, parts: Callable[[], Sequence[Call]], undo: Callable[[], None]
) -> str:
    before = _Before(net, loss, undo)
    try:
        with np.errstate(all="ignore"), refusing_print():
            expected = whole()  # if it fails by itself, that is the error to see
    except ReplayError:
        return "the network or its loss prints"
    finally:
        changed, _ = before.put_back()
    if changed:
        return f"the forward pass changes {changed}"
    try:
        with np.errstate(all="ignore"):
            found = [part() for part in parts()]
    except Exception as error:  # noqa: BLE001  # whatever a network may raise
        return f"a part of the batch fails where the whole one does not: {error}"
    finally:
        _, drew = before.put_back()
    if drew:
        return "the forward pass draws random numbers by itself, in an order that threads would not keep"
    difference = _difference(expected, found, {param.node: name for name, param in net.named_parameters()})
    if difference and not hasattr(loss, "reduction"):
        difference += "; the loss is taken for a mean, unless it has an attribute reduction='sum'"
    return difference


class _Before:
    """How things are before a forward pass: what it changes is seen, and put back."""

    def __init__(self, net: Module, loss: Any, undo: Callable[[], None]) -> None:
        self._undo = undo
        modules = [*net.named_modules(), *(loss.named_modules("loss") if isinstance(loss, Module) else ())]
        self._modules = [(path or type(module).__name__, module) for path, module in modules]
        self._params = [(param, param.readonly.copy()) for param in net.parameters()]
        self._generators = randomness.generators(net)
        self._traces, self._random = self._left(), self._drawn()

    def put_back(self) -> tuple[str, bool]:
        """Put everything back; give what was changed, by name, and whether random numbers were drawn."""
        left, drew = self._left(), not randomness.same(self._drawn(), self._random)
        changed = [name for name, value in left.items() if value != self._traces.get(name)]
        for param, value in self._params if changed else ():
            param.assign_(value)
        self._undo()
        np.random.set_state(self._random["np.random"])  # noqa: NPY002
        return changed[0] if changed else "", drew

    def _left(self) -> dict[str, Any]:
        """Attributes by which object they are, numbers by their bytes."""
        return {
            f"{name!r} of {path!r}": _mark(value)
            for path, module in self._modules
            for name, value in vars(module).items()
        }

    def _drawn(self) -> dict[str, Any]:
        """The random state, also that of NumPy's own generator."""
        return {**randomness.states(self._generators), "np.random": np.random.get_state(legacy=False)}  # noqa: NPY002


def _mark(value: Any) -> Any:
    if isinstance(value, Parameter):
        return id(value), getattr(value.node, "changed", 0)
    if isinstance(value, (Tensor, np.ndarray)):
        return id(value), np.asarray(value.readonly if isinstance(value, Tensor) else value).tobytes()
    return repr(value) if isinstance(value, (bool, int, float, str)) else id(value)


def _difference(whole: Made, parts: Sequence[Made], names: dict[Any, str]) -> str:
    """Where the sum of the parts is not the whole, beyond rounding."""
    loss, leaves, gradients = whole
    sums = _sums(parts)
    if set(sums) != set(leaves):
        return "in parts other parameters get a gradient"
    sizes = [_size(g) for g in gradients]
    total = float(np.sqrt(np.sum(np.square(sizes))))
    if not np.isfinite(total) or total == 0.0:
        return "the gradients of the first batch are 0 or not finite, so parts can't be compared with the whole"
    rounding = max(float(np.sqrt(np.finfo(each.dtype).eps)) for each in (loss, *gradients))
    for leaf, g, size in zip(leaves, gradients, sizes, strict=True):
        size = max(size, NOISE * total)
        off = _size(np.subtract(sums[leaf], g, dtype=np.float64)) / size
        if not off <= rounding:
            called = repr(names[leaf]) if leaf in names else "a tensor outside of the network"
            return (
                f"in parts the gradient of {called} is another than that of the whole batch, by {off:.2%} of its size"
            )
    values = [float(part[0].item()) for part in parts]
    if not abs(sum(values) - loss.item()) <= rounding * sum(map(abs, values)):
        return f"the losses of the parts make {sum(values):.6g}, where the whole batch's is {loss.item():.6g}"
    return ""


def _sums(parts: Sequence[Made]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for _, leaves, gradients in parts:
        for leaf, g in zip(leaves, gradients, strict=True):
            found[leaf] = found[leaf] + g if leaf in found else g
    return found


def _size(array: Any) -> float:
    return float(np.linalg.norm(np.asarray(array, np.float64).reshape(-1)))
