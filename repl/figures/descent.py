"""The loss as a function of one long vector of parameters, and optimisers that walk on it.

land = Landscape("loss_surface", found)
land.loss(land.start)                       the loss where the network stands
walk("loss_surface", land, {"sgd": 0.1}, 60, None)
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import no_grad
from nn import catalog
from nn.utils import vector_to_parameters

from ..errors import UsageError, message, unknown
from ..messages import tr
from .subject import Subject, untouched

Array = NDArray[Any]
VARIANTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "momentum": ("sgd", {"momentum": 0.9}),
    "nesterov": ("sgd", {"momentum": 0.9, "nesterov": True}),
}
"""Names of optimisers that are others with a setting."""
_RATES = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "asgd": 0.1, "adagrad": 0.1}
BYTES = 1 << 26  # that all places on all ways may take together
_RATE = 0.03  # of those that scale their steps themselves
_PLACE = re.compile(r"(?P<name>[\w.]+)\[(?P<index>[\d,\s]+)\]")


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """Where an optimiser was, (steps + 1, parameters) or every so many steps, and the loss there."""

    name: str
    points: Array
    losses: tuple[float, ...]


class Landscape:
    """A copy of a network, whose parameters are set from a vector.

    Dropout is off, so that the ground stands still; batch norm uses the statistics of the samples.
    """

    def __init__(self, where: str, found: Subject) -> None:
        if found.loss is None or found.y is None:
            raise UsageError(message(where, "no loss", "one to draw", "pass it after the data"))
        self._found = found
        self.net = copy.deepcopy(found.net)
        self.net.train()
        for module in self.net.modules():
            if isinstance(module, (nn.Dropout, nn.Dropout2d)):
                module.eval()
        self.named = [(name, param) for name, param in self.net.named_parameters() if param.requires_grad]
        if not self.named:
            raise UsageError(message(where, "a network without parameters", "one that learns", "pass another"))
        self.start = self.vector()

    def vector(self) -> Array:
        """A copy of the parameters as they are, in their dtype."""
        return np.concatenate([param.readonly.reshape(-1) for _, param in self.named])

    def put(self, vector: Array) -> None:
        """Set the parameters."""
        vector_to_parameters(vector, [param for _, param in self.named])

    def loss(self, vector: Array) -> float:
        """The loss on the samples at these parameters."""
        self.put(vector)
        with untouched(), no_grad():
            return float(self._found.loss(self.net(*self._found.inputs), self._found.y).item())

    def descend(self, optimizer: Any, places: Sequence[int] | None) -> float:
        """One step of an optimiser, with all parameters or only some numbers of them; the loss before it."""
        before = self.vector()
        with untouched():
            loss = self._found.loss(self.net(*self._found.inputs), self._found.y)
            optimizer.zero_grad()
            loss.backward()
        optimizer.step()
        if places is not None:
            moved = self.vector()
            before[list(places)] = moved[list(places)]
            self.put(before)
        return float(loss.item())

    def direction(self, rng: np.random.Generator) -> Array:
        """A random direction, each filter of it as long as the weights' own; none for biases and the like."""
        parts = []
        for _, param in self.named:
            weight = param.readonly.astype(np.float64)
            drawn = rng.standard_normal(weight.shape)
            if weight.ndim < 2:
                parts.append(np.zeros(weight.size))
                continue
            rows = drawn.reshape(len(drawn), -1)
            lengths = np.linalg.norm(weight.reshape(len(drawn), -1), axis=1, keepdims=True)
            parts.append((rows * (lengths / np.linalg.norm(rows, axis=1, keepdims=True))).reshape(-1))
        return np.concatenate(parts)

    def spelled(self, place: int) -> str:
        """The number at a place of the vector, as one writes it: 0.weight[0, 1]."""
        for name, param in self.named:
            if place < param.size:
                index = ", ".join(map(str, np.unravel_index(place, param.shape)))
                return f"{name}[{index}]"
            place -= param.size
        raise IndexError(place)


def place_of(where: str, land: Landscape, text: str) -> int:
    """Where in the vector a single number is, such as "0.weight[0, 1]". Raises UsageError when there is none."""
    found = _PLACE.fullmatch(text.strip())
    names = [name for name, _ in land.named]
    if found is None:
        got, do = (
            tr("parameters with {text}", text=repr(text)),
            tr('write "{names}[0]", with an index for each axis', names=names[0]),
        )
        raise UsageError(message(where, got, "a parameter with the place of one number", do))
    if found["name"] not in names:
        raise UsageError(unknown(where, "parameter", found["name"], names))
    start = 0
    for name, param in land.named:
        if name == found["name"]:
            index = tuple(int(part) for part in found["index"].split(",") if part.strip())
            if len(index) != param.ndim or any(i >= n for i, n in zip(index, param.shape, strict=True)):
                got = tr("{text} in a parameter of shape {shape}", text=repr(text), shape=tuple(param.shape))
                raise UsageError(message(where, got, "a number for each axis, from 0", "choose a place inside"))
            return start + int(np.ravel_multi_index(index, param.shape))
        start += param.size
    raise AssertionError(text)


def walk(
    where: str,
    land: Landscape,
    optimizers: Sequence[str] | Mapping[str, Any],
    steps: int,
    places: Sequence[int] | None,
) -> list[Way]:
    """The way of each optimiser from the start; it ends early where the loss is not finite any more."""
    named = dict.fromkeys(optimizers) if not isinstance(optimizers, Mapping) else dict(optimizers)
    makers = {name: _maker(where, name, setting) for name, setting in named.items()}
    every = -(-land.start.nbytes * steps * len(makers) // BYTES) if makers else 1
    ways = [_way(land, name, make, steps, max(every, 1), places) for name, make in makers.items()]
    land.put(land.start)
    return ways


def _way(land: Landscape, name: str, make: Any, steps: int, every: int, places: Sequence[int] | None) -> Way:
    """The way of one optimiser, of which every so many steps are kept, and the last."""
    land.put(land.start)
    optimizer = make([param for _, param in land.named])
    points, losses, now = [land.start], [land.loss(land.start)], land.start
    for step in range(1, steps + 1):
        loss, before = land.descend(optimizer, places), now
        now = land.vector()
        if not math.isfinite(loss) or not np.isfinite(now).all():
            now = before
            break
        if step % every == 0 and step < steps:
            points.append(now)
            losses.append(land.loss(now))
    if now is not points[-1]:
        points.append(now)
        losses.append(land.loss(now))
    return Way(name, np.array(points), tuple(losses))


def _maker(where: str, name: str, setting: Any) -> Any:
    """A function of parameters that makes the optimiser."""
    if callable(setting):
        return setting
    known = {alias: entry for entry in catalog.OPTIMIZERS.values() for alias in (entry.name, *entry.aliases)}
    word, more = VARIANTS.get(name, (name, {}))
    if word not in known:
        raise UsageError(unknown(where, "optimiser", name, [*catalog.OPTIMIZERS, *VARIANTS], also=known))
    rate = _RATES.get(name, _RATE) if setting is None else setting
    if not isinstance(rate, (int, float)) or not 0 < rate < math.inf:
        got, do = tr("{name} with {rate}", name=name, rate=repr(rate)), "write a learning rate, such as 0.1"
        raise UsageError(message(where, got, "a number above 0, or a function of the parameters", do))
    return lambda parameters: known[word].load()(parameters, lr=rate, **more)
