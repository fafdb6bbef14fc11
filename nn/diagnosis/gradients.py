"""Is the gradient of a whole network right? Central differences answer, for some elements of every parameter."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import no_grad
from autograd.errors import message

from ..defaults import default_generator
from ..errors import ConfigError
from ..module import Module

TOLERANCE = 1e-5  # relative to the largest gradient of the parameter
ROUNDING = 1e-14  # of a loss near 1, some fifty times what one operation rounds by


@dataclass(frozen=True, slots=True)
class Compared:
    """One parameter: how many elements were compared, and those that differ most.

    `engine` is the gradient that backpropagation gives there, `measured` the central difference; `error` is their
    distance over the largest gradient of the parameter. `corners` counts elements at which the loss has a corner,
    such as a relu that the step switches: no difference can measure those, and they are left out. So are the `faint`
    ones, whose gradient is less than the rounding of a difference.
    """

    parameter: str
    elements: int
    engine: float
    measured: float
    error: float
    allowed: float = TOLERANCE
    corners: int = 0
    faint: int = 0

    @property
    def right(self) -> bool:
        """Whether they agree to 1e-5, and to what a difference rounds by."""
        return bool(self.error <= self.allowed)


def check_gradients(
    net: Module,
    loss: Callable[[Any, Any], Any],
    x: Any,
    y: Any,
    *,
    elements: int = 10,
    eps: float = 1e-5,
    seed: int = 0,
) -> tuple[Compared, ...]:
    """Compare the gradient of every parameter with central differences, (L(w + eps) - L(w - eps)) / 2 eps.

    It works on a copy in float64, in the mode that the network is in, with the same dropout masks throughout; nothing
    is left behind.

    Args:
        net: the network.
        loss: called with what the network gives and `y`.
        x: a batch of inputs (N, ...).
        y: their targets.
        elements: how many of each parameter, chosen at random.
        eps: the step.
        seed: chooses the elements.

    Raises:
        ConfigError: a network without parameters that require a gradient.

    Example:
        >>> import nn
        >>> data, net = nn.data.moons(n=20, seed=0), nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
        >>> [(row.parameter, row.right) for row in check_gradients(net, nn.CrossEntropyLoss(), data.x, data.y)]
        [('0.weight', True), ('0.bias', True), ('2.weight', True), ('2.bias', True)]
    """
    twin = copy.deepcopy(net).double()
    wanted = [(name, parameter) for name, parameter in twin.named_parameters() if parameter.requires_grad]
    if not wanted:
        do = "pass one that has some, or call requires_grad_()"
        raise ConfigError(message("check_gradients", "no parameter that requires a gradient", "one or more", do))
    inputs, targets = (_wide(array) for array in (x, y))
    random = default_generator().bit_generator.state

    def value() -> Any:
        default_generator().bit_generator.state = random  # the same masks each time
        return loss(twin(inputs), targets)

    rng = np.random.default_rng(seed)
    try:
        twin.zero_grad()
        value().backward()
        gradients = [None if parameter.grad is None else parameter.grad.numpy().copy() for _, parameter in wanted]
        with no_grad():
            return tuple(
                _compared(name, parameter, gradient, lambda: float(value().item()), elements, eps, rng)
                for (name, parameter), gradient in zip(wanted, gradients, strict=True)
            )
    finally:
        default_generator().bit_generator.state = random


def _wide(array: Any) -> NDArray[Any]:
    found = np.asarray(array)
    return found.astype(np.float64) if found.dtype.kind == "f" else found


def _compared(
    name: str,
    parameter: Any,
    gradient: NDArray[Any] | None,
    value: Callable[[], float],
    elements: int,
    eps: float,
    rng: np.random.Generator,
) -> Compared:
    known = np.zeros(parameter.shape) if gradient is None else gradient
    scale = max(float(np.abs(known).max()), 1e-8)
    worst, corners, faint = (0.0, 0.0, 0.0, TOLERANCE), 0, 0
    places = rng.choice(parameter.size, min(elements, parameter.size), replace=False)
    for place in places:
        index = np.unravel_index(place, parameter.shape)
        engine = float(known[index])
        left, right = _slopes(parameter, index, value, eps)
        if abs(engine - (left + right) / 2) > TOLERANCE * scale:  # perhaps the step went over a corner near by
            left, right = _slopes(parameter, index, value, eps / 10)
        measured = (left + right) / 2
        noise = ROUNDING * max(1.0, abs(value())) / eps
        error, allowed = abs(engine - measured) / scale, TOLERANCE + noise / scale
        bent = abs(left - right) > 10 * TOLERANCE * scale
        if error > allowed and bent and min(left, right) - eps * scale <= engine <= max(left, right) + eps * scale:
            corners += 1  # the engine takes one of the slopes that there are
        elif max(abs(engine), abs(measured)) <= noise:
            faint += int(engine != 0)
        elif error / allowed >= worst[2] / worst[3]:
            worst = (engine, measured, error, allowed)
    return Compared(name, len(places) - corners - faint, *worst, corners, faint)


def _slopes(parameter: Any, index: tuple[Any, ...], value: Callable[[], float], eps: float) -> tuple[float, float]:
    """The slopes of the loss to the left and to the right of an element."""
    before = parameter.readonly.copy()
    middle, found = value(), []
    for step in (-eps, eps):
        moved = before.copy()
        moved[index] += step
        parameter.assign_(moved)
        try:
            found.append((value() - middle) / step)
        finally:
            parameter.assign_(before)
    return found[0], found[1]
